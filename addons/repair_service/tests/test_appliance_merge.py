from odoo import api
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import Form, tagged, users
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from .common import RepairServiceCommon
from .test_concurrency import ConcurrencyCase


@tagged("post_install", "-at_install")
class TestDuplicates(RepairServiceCommon):

    def _get_duplicates(self, **values):
        return self._create_appliance(**values).duplicate_ids

    def test_serial_with_look_alikes_is_told(self):
        one = self._create_appliance(serial_number="AB-O1S2", model_name="A")
        self.assertEqual(self._get_duplicates(serial_number="AB-0IS2", model_name="B"), one)
        self.assertFalse(self._get_duplicates(serial_number="AB-0IS3", model_name="A"))

    def test_same_model_is_told_when_a_serial_is_missing(self):
        one = self._create_appliance(serial_number="AB-1", model_name="BCD-216x")
        self.assertEqual(self._get_duplicates(serial_number=False, model_name="bcd216X", brand_id=False), one)
        self.assertNotIn(one, self._get_duplicates(serial_number="AB-7", model_name="BCD-216x"))

    def test_only_the_same_household_family_and_company_count(self):
        one = self._create_appliance(serial_number="AB-1")
        neighbour = self.env["res.partner"].create({"name": "Neighbour", "phone": "13911112222"})
        same_phone = self.env["res.partner"].create(
            {"name": "Wang F.", "phone": "+86 138-0000-1234", "country_id": self.env.ref("base.cn").id})
        child = self.env["res.partner"].create({"name": "Son", "parent_id": self.partner.id})
        sub_family = self.env["repair.appliance.category"].create({"name": "Freezer", "parent_id": self.category.id})
        other_family = self.env["repair.appliance.category"].create({"name": "Washer"})
        company = self.env["res.company"].create({"name": "Other company"})
        for values, found in (
            ({"partner_id": neighbour.id}, False), ({"partner_id": same_phone.id}, True), ({"partner_id": child.id}, True),
            ({"category_id": sub_family.id}, True), ({"category_id": other_family.id}, False), ({"company_id": company.id}, False),
        ):
            with self.subTest(values=values):
                other = self._create_appliance(**{"serial_number": "AB-I", **values})
                self.assertEqual(one in other.duplicate_ids, found)
                other.active = False
                self.assertNotIn(other, one.duplicate_ids)
                other.unlink()

    def test_form_tells_while_it_is_filled_in(self):
        one = self._create_appliance(serial_number="AB-1")
        form = Form(self.env["repair.appliance"].with_user(self.user_desk))
        form.partner_id, form.category_id, form.brand_id = self.partner, self.category, self.brand
        form.serial_number = "ab-i"
        self.assertEqual(form.duplicate_ids[:], one)

    def test_new_request_tells_and_a_later_stage_does_not(self):
        one = self._create_appliance(serial_number="AB-1")
        other = self._create_appliance(serial_number="AB-I")
        order = self._create_order(appliance_id=other.id)
        self.assertEqual(order.appliance_duplicate_ids, one)
        action = order.with_user(self.user_desk).action_merge_appliances()
        self.assertEqual(self.env[action["res_model"]].browse(action["res_id"]).appliance_ids, one | other)
        self._to_stage(order, "booked")
        self.assertFalse(order.appliance_duplicate_ids)

    def test_many_are_compared_with_few_queries(self):
        appliances = self.env["repair.appliance"]
        for number in range(12):
            appliances |= self._create_appliance(serial_number=f"A{number}O") | self._create_appliance(serial_number=f"A{number}0")
        counts = []
        for batch in (appliances[:2], appliances):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(len(batch.duplicate_ids), len(batch))
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])


@tagged("post_install", "-at_install")
class TestMerge(RepairServiceCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kept = cls._create_appliance(serial_number="AB-01", brand_id=False, model_name=False, purchase_proof="none", note="Third floor")
        cls.merged = cls._create_appliance(
            serial_number="AB-O1", purchase_date="2024-05-01", install_date="2024-05-03", purchase_proof="invoice", note="Dog",
            image_plate=cls.signature)

    def _merge(self, kept=None, merged=None, user=None):
        kept, merged = kept or self.kept, merged or self.merged
        merges = self.env["repair.appliance.merge"].with_user(user or self.user_desk)
        return merges.create({"appliance_ids": (kept | merged).ids, "kept_id": kept.id}).action_merge()

    def test_kept_one_takes_over_what_it_lacks(self):
        action = self._merge()
        self.assertEqual((action["res_model"], action["res_id"]), ("repair.appliance", self.kept.id))
        kept = self.kept
        self.assertEqual((kept.serial_number, kept.brand_id, kept.model_name), ("AB-01", self.brand, "BCD-216"))
        self.assertEqual((str(kept.purchase_date), str(kept.install_date), kept.purchase_proof), ("2024-05-01", "2024-05-03", "invoice"))
        self.assertEqual(kept.note, "Third floor\nDog")
        self.assertTrue(kept.image_plate)
        self.assertEqual((self.merged.active, self.merged.merged_into_id, self.merged.serial_number), (False, kept, "AB-O1"))
        self.assertIn("AB-O1", " ".join(kept.message_ids.mapped("body")))
        self.assertIn("AB-01", " ".join(self.merged.message_ids.mapped("body")))

    def test_what_the_kept_one_has_stays(self):
        self.kept.write({"purchase_date": "2023-01-01", "purchase_proof": "card", "model_name": "Mine"})
        self._merge()
        self.assertEqual((str(self.kept.purchase_date), self.kept.purchase_proof, self.kept.model_name), ("2023-01-01", "card", "Mine"))
        self.assertEqual(str(self.kept.install_date), "2024-05-03")

    def test_date_that_contradicts_is_left_out(self):
        self.kept.purchase_date = "2025-01-01"
        self._merge()
        self.assertFalse(self.kept.install_date)
        self.assertEqual(self.kept.purchase_proof, "none")

    def test_missing_serial_moves_to_the_kept_one(self):
        self.kept.serial_number = False
        self._merge()
        self.assertEqual((self.kept.serial_number, self.merged.serial_number), ("AB-O1", False))

    def test_same_serial_without_a_brand_is_one_appliance_after_all(self):
        self.merged.serial_number = "AB-01"  # the kept one has no brand, so that both may exist
        self._merge()
        self.assertEqual((self.kept.brand_id, self.kept.serial_number, self.merged.serial_number), (self.brand, "AB-01", False))

    def test_repairs_open_and_ended_follow_and_verdicts_stay(self):
        accepted = self._to_stage(self._create_order(appliance_id=self.merged.id), "accepted")
        quoted = self._to_stage(self._create_order(appliance_id=self.merged.id), "approved")
        fresh = self._create_order(appliance_id=self.merged.id)
        facts = ["service_stage", "coverage", "coverage_end", "coverage_frozen_on", "amount_customer_total", "partner_id", "accepted_on",
                 "service_address", "repair_warranty_end", "quotation_state", "approved_on"]
        before = (accepted | quoted).read(facts)
        activity = self.merged.activity_schedule("mail.mail_activity_data_todo", user_id=self.user_desk.id)
        self._merge()
        self.env.invalidate_all()
        self.assertEqual((accepted | quoted).read(facts), before)
        self.assertEqual((accepted | quoted | fresh).appliance_id, self.kept)
        self.assertEqual(self.kept.repair_count, 3)
        self.assertEqual(self.merged.repair_ids, self.env["repair.order"])
        self.assertEqual(activity.res_id, self.kept.id)
        self.assertEqual(accepted.appointment_ids.repair_id.appliance_id, self.kept)
        self._to_stage(fresh, "accepted")
        self._to_stage(quoted, "accepted")

    def test_open_request_is_judged_by_the_whole_history(self):
        earlier = self._to_stage(self._create_order(appliance_id=self.kept.id), "accepted")
        fresh = self._create_order(appliance_id=self.merged.id)
        self.merged.purchase_date = self.merged.install_date = False
        self.assertNotEqual(fresh.coverage, "repair_warranty")
        self._merge()
        self.assertEqual((fresh.coverage, fresh.origin_repair_id), ("repair_warranty", earlier))

    def test_serial_of_the_merged_one_finds_the_kept_one(self):
        self._merge()
        appliances = self.env["repair.appliance"].with_user(self.user_desk)
        for text in ("AB-O1", "(21)AB-O1"):
            self.assertEqual(appliances.search([("display_name", "ilike", text)]), self.kept)
            self.assertEqual([row[0] for row in appliances.name_search(text)], self.kept.ids)

    def test_chain_of_mergings_points_to_the_last(self):
        third = self._create_appliance(serial_number="AB-0I", brand_id=False)
        self._merge()
        self._merge(third, self.kept)
        self.assertEqual((self.merged | self.kept).merged_into_id, third)
        self.assertEqual(self.env["repair.appliance"].search([("display_name", "ilike", "(21)AB-O1")]), third)

    def test_merged_one_is_out_of_use(self):
        self._merge()
        for call in (
            lambda: self.merged.with_user(self.user_manager).write({"active": True}),
            lambda: self.merged.with_user(self.user_manager).write({"model_name": "X"}),
            lambda: self.merged.with_user(self.user_manager).unlink(),
            lambda: self.kept.with_user(self.user_manager).unlink(),
            lambda: self._create_order(appliance_id=self.merged.id),
            lambda: self._merge(),
            lambda: self._merge(self.merged, self.kept),
        ):
            with self.assertRaises(UserError):
                call()

    def test_pointer_is_set_by_merging_only(self):
        for call in (
            lambda: self.merged.with_user(self.user_manager).write({"merged_into_id": self.kept.id, "active": False}),
            lambda: self.env["repair.appliance"].with_user(self.user_manager).create(
                {"partner_id": self.partner.id, "merged_into_id": self.kept.id, "active": False}),
        ):
            with self.assertRaises(UserError):
                call()
        made = self.env["repair.appliance"].with_user(self.user_manager).with_context(default_merged_into_id=self.kept.id).create(
            {"partner_id": self.partner.id})
        self.assertFalse(made.merged_into_id)

    def test_desk_merges_within_a_customer_and_the_manager_any(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        self.merged.partner_id = stranger
        order = self._create_order(appliance_id=self.merged.id)
        with self.assertRaises(AccessError):
            self._merge()
        self.assertTrue(self.merged.active)
        self._merge(user=self.user_manager)
        self.assertEqual((order.appliance_id, order.partner_id), (self.kept, stranger))

    @users("test_technician", "test_inspector", "test_accountant", "test_portal")
    def test_others_do_not_merge(self):
        with self.assertRaises(AccessError):
            self.env["repair.appliance.merge"].create({"appliance_ids": (self.kept | self.merged).ids, "kept_id": self.kept.id})
        with self.assertRaises(AccessError):
            self.merged.with_user(self.env.user)._merge_into(self.kept.with_user(self.env.user))

    def test_other_companies_archived_and_single_ones_are_refused(self):
        company = self.env["res.company"].create({"name": "Other company"})
        far = self._create_appliance(company_id=company.id)
        self.user_manager.company_ids |= company
        both = self.env["repair.appliance"].with_user(self.user_manager).with_context(
            allowed_company_ids=(self.company | company).ids)
        with self.assertRaisesRegex(UserError, "compan"):
            both.browse(far.id)._merge_into(both.browse(self.kept.id))
        self.kept.active = False
        for kept, merged in ((self.kept, self.merged), (self.merged, self.merged)):
            with self.assertRaises(UserError):
                self._merge(kept, merged)
        with self.assertRaises(ValidationError):
            self.env["repair.appliance.merge"].with_user(self.user_desk).create(
                {"appliance_ids": self.merged.ids, "kept_id": self.appliance.id})

    def test_dialogue_proposes_the_one_with_the_longer_history(self):
        self._create_order(appliance_id=self.kept.id)
        both = (self.kept | self.merged).with_user(self.user_desk)
        action = both.action_merge()
        self.assertEqual(self.env[action["res_model"]].browse(action["res_id"]).kept_id, self.kept)
        form = Form(self.env["repair.appliance.merge"].with_user(self.user_desk).with_context(
            active_model="repair.appliance", active_ids=both.ids))
        self.assertEqual((form.kept_id, form.appliance_ids[:]), (self.kept, both))
        with self.assertRaises(UserError):
            self.appliance.with_user(self.user_desk).action_merge()

    def test_every_reference_to_appliances_is_known(self):
        self.assertIn(("repair.order", "appliance_id"), self.env["repair.appliance"]._get_references())
        self.assertNotIn("merged_into_id", [name for _model, name in self.env["repair.appliance"]._get_references()])


@tagged("post_install", "-at_install")
class TestConcurrentMerge(ConcurrencyCase):

    @classmethod
    def _make_data(cls, env):
        super()._make_data(env)
        cls.pair = [cls.appliance_id, env["repair.appliance"].create(
            {"partner_id": cls.partner_id, "category_id": cls.category_id, "serial_number": "CONC-1"}).id]

    @classmethod
    def _remove_records(cls, env):
        env["repair.order"].browse(cls.order_ids).exists().unlink()
        env["mail.message"].search([("model", "=", "repair.appliance"), ("res_id", "in", cls.pair)]).unlink()
        env.cr.execute("DELETE FROM repair_appliance WHERE id = ANY(%s) AND merged_into_id IS NOT NULL", [cls.pair])
        env.cr.execute("DELETE FROM repair_appliance WHERE id = ANY(%s)", [cls.pair])
        env.invalidate_all()
        env["repair.appliance.category"].browse(cls.category_id).unlink()
        env["res.partner"].browse(cls.partner_id).unlink()

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_each_into_the_other_at_once_happens_one_way(self):
        def merge(one, other):
            def attempt(env):
                appliances = env["repair.appliance"]
                retrying(lambda: appliances.browse(one)._merge_into(appliances.browse(other)), env)
            return attempt

        first, second = self.pair
        outcomes = self._race([merge(first, second), merge(second, first)])
        self.assertEqual(outcomes.count("won"), 1, outcomes)
        self.assertIn("was merged into", next(text for text in outcomes if text != "won"))
        with Registry(get_db_name()).cursor() as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {})
            kept = second if outcomes[0] == "won" else first
            self.assertEqual(env["repair.appliance"].browse(self.pair).filtered("active").ids, [kept])
            self.assertEqual(env["repair.order"].browse(self.order_ids).appliance_id.ids, [kept])
