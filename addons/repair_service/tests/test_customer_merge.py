from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .common import RepairServiceCommon


@tagged("post_install", "-at_install")
class TestCustomerMerge(RepairServiceCommon):
    """Customers who were registered twice: told by their telephone number, merged by Odoo's own dialogue."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.twin = cls.env["res.partner"].create({"name": "Wang Fang (again)", "phone": "138-0000-1234"})
        cls.home = cls.env["res.partner"].create({"name": "Parents", "parent_id": cls.twin.id, "type": "other", "phone": "13800001234"})
        cls.owned = cls._create_appliance(partner_id=cls.twin.id, address_id=cls.home.id)
        cls.order = cls._create_order(appliance_id=cls.owned.id)

    def _merge(self, user, partners=None):
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(user).create({
            "partner_ids": (partners or self.partner | self.twin).ids, "dst_partner_id": self.partner.id, "state": "selection"})
        wizard.action_merge()

    def test_same_number_in_another_family_counts(self):
        """The twin and the twin's second home bear the number: two others for the first, one for each of them."""
        partners = (self.partner | self.twin | self.home).with_user(self.user_desk)
        self.assertEqual(partners.mapped("duplicate_count"), [2, 1, 1])
        self.assertEqual(self.env["res.partner"].create({"name": "None"}).duplicate_count, 0)
        short = self.env["res.partner"].create([{"name": "Hotline", "phone": "95588"}, {"name": "Hotline", "phone": "95588"}])
        self.assertEqual(short.mapped("duplicate_count"), [0, 0])

    def test_counting_many_costs_the_same(self):
        counts = []
        for _round in range(2):
            partners = self.env["res.partner"].create(
                [{"name": f"P{number}", "phone": f"1390000{number:04d}"} for number in range(2 + 30 * _round)])
            self.env.flush_all()
            self.env.invalidate_all()
            partners.mapped("phone_digits")
            before = self.cr.sql_log_count
            partners.mapped("duplicate_count")
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
        self.assertLessEqual(counts[1], 4)

    def test_button_opens_the_dialogue_filled_in(self):
        action = self.partner.with_user(self.user_manager).action_view_duplicates()
        self.assertEqual(action["res_model"], "base.partner.merge.automatic.wizard")
        form = Form(self.env[action["res_model"]].with_user(self.user_manager).with_context(**action["context"]))
        self.assertEqual(form.state, "selection")
        self.assertLessEqual(len(action["context"]["active_ids"]), 3)
        self.assertIn(self.twin.id, action["context"]["active_ids"])
        desk_action = self.partner.with_user(self.user_desk).action_view_duplicates()
        self.assertEqual(desk_action["res_model"], "res.partner")
        with self.assertRaises(UserError):
            self.env["res.partner"].create({"name": "Alone", "phone": "13712121212"}).action_view_duplicates()

    def test_manager_merges_and_appliances_and_orders_follow(self):
        accepted = self._to_stage(self._create_order(appliance_id=self.owned.id), "accepted")
        told = accepted.partner_address
        self._merge(self.user_manager)
        self.env.invalidate_all()
        self.assertFalse(self.twin.exists())
        self.assertEqual((self.owned.partner_id, self.order.partner_id, accepted.partner_id), (self.partner,) * 3)
        self.assertEqual((self.home.parent_id, self.owned.address_id), (self.partner, self.home))
        self.assertEqual(self.owned.commercial_partner_id, self.partner)
        self.assertEqual(accepted.partner_address, told)
        self.assertEqual(self.partner.email, "wang@example.com")
        self.assertIn("again", " ".join(self.partner.message_ids.mapped("body")))
        self.owned.address_id = self.partner
        self._to_stage(self.order, "booked")

    def test_desk_does_not_merge_customers_with_history(self):
        for user in (self.user_desk, self.user_dispatcher):
            with self.assertRaises(AccessError):
                self._merge(user)
        self.assertTrue(self.twin.exists())
        plain = self.env["res.partner"].create([{"name": "Plain"}, {"name": "Plain"}])
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(self.user_desk).create(
            {"partner_ids": plain.ids, "dst_partner_id": plain[0].id, "state": "selection"})
        wizard.action_merge()
        self.assertEqual(len(plain.exists()), 1)

    def test_different_addresses_and_internal_users_keep_cores_rule(self):
        self.twin.email = "other@example.com"
        with self.assertRaises(UserError):
            self._merge(self.user_manager)
        self.twin.email = False
        user = new_test_user(self.env, "test_colleague", "base.group_user")
        user.partner_id.write({"phone": "13800001234", "email": "colleague@example.com"})
        with self.assertRaises(UserError):
            self._merge(self.user_manager, self.twin | user.partner_id)

    def test_parent_and_more_than_three_are_refused_by_core(self):
        with self.assertRaises(UserError):
            self._merge(self.user_manager, self.twin | self.home)
        more = self.env["res.partner"].create([{"name": f"More {number}", "phone": "13800001234"} for number in range(3)])
        with self.assertRaises(UserError):
            self._merge(self.user_manager, self.partner | self.twin | more)

    def test_customers_of_different_companies_stay_apart(self):
        company = self.env["res.company"].create({"name": "Other company"})
        self.partner.company_id = self.company
        twin = self.env["res.partner"].create({"name": "Far twin", "phone": "13800001234", "company_id": company.id})
        self._create_appliance(partner_id=twin.id, company_id=company.id)
        with self.assertRaises(UserError):
            self.env["base.partner.merge.automatic.wizard"]._merge((self.partner | twin).ids, self.partner)

    def test_digits_are_set_by_nobody(self):
        with self.assertRaises(UserError):
            self.partner.with_user(self.user_manager).write({"phone_digits": "13900009999"})
        with self.assertRaises(UserError):
            self.env["res.partner"].with_user(self.user_manager).create({"name": "X", "phone_digits": "13900009999"})
