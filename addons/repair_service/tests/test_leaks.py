from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import RepairServiceCommon


@tagged("post_install", "-at_install")
class TestLeaks(RepairServiceCommon):
    """What somebody with a login may try to read, and must not."""

    def _as(self, record, user):
        return record.with_env(self.env(user=user, context={}))

    def test_dialogue_shows_no_order_of_others(self):
        order = self._create_order()
        technician = self.user_technician
        with self.assertRaises(AccessError):
            self.env["repair.quotation.answer"].with_user(technician).create({"repair_id": order.id, "answered_by": "x"})
        with self.assertRaises(AccessError):
            self.env["repair.acceptance"].with_user(technician).create(
                {"repair_id": order.id, "accepted_by": "x", "signature": self.signature})
        own = self._to_stage(self._create_order(), "quoted")
        answer = self.env["repair.quotation.answer"].with_user(technician).create({"repair_id": own.id, "answered_by": "x"})
        with self.assertRaises(AccessError):
            answer.repair_id = order

    def test_dialogue_shows_no_order_of_another_company(self):
        stranger = self._create_stranger("desk")
        order = self._create_order()
        with self.assertRaises(AccessError):
            self.env["repair.booking"].with_user(stranger).create({"repair_id": order.id})

    def test_other_company_reads_and_changes_nothing(self):
        order = self._to_stage(self._create_order(), "repairing")
        stranger = self._create_stranger("manager")
        for record in (
            order, order.service_line_ids, order.appointment_ids, order.inspection_ids, order.inspection_ids.line_ids, self.appliance,
        ):
            with self.subTest(record._name):
                with self.assertRaises(AccessError):
                    record.with_user(stranger).read(["display_name"])
                self.assertFalse(record.with_user(stranger).search([("id", "in", record.ids)]))
        with self.assertRaises(AccessError):
            self.env["repair.service.line"].with_user(stranger).create({"repair_id": order.id, "product_id": self.labour_product.id})

    def _create_stranger(self, role):
        company = self.env["res.company"].create({"name": "Another workshop"})
        return new_test_user(
            self.env, f"stranger_{role}", f"base.group_user,repair_service.repair_service_group_{role}",
            company_id=company.id, company_ids=[Command.set(company.ids)])

    def test_token_is_not_for_readers(self):
        order = self._to_stage(self._create_order(), "quoted")
        token = order._portal_ensure_token()
        for user in (self.user_inspector, self.user_accountant, self.user_desk, self.user_technician, self.user_manager):
            own = self._as(order, user)
            with self.subTest(user.login):
                with self.assertRaises(AccessError):
                    own.read(["access_token"])
                with self.assertRaises(AccessError):
                    own.search([("access_token", "=like", token[:3] + "%")])
                with self.assertRaises(UserError):
                    own.write({"access_token": "mine"})
        for user in (self.user_inspector, self.user_accountant):
            own = self._as(order, user)
            for leak in (own.get_portal_url, own.action_preview_link):
                with self.assertRaises(AccessError):
                    leak()
        self.assertIn(token, self._as(order, self.user_desk).action_preview_link()["url"])

    def test_notes_are_for_all_who_read_the_order(self):
        order = self._create_order()
        self._as(order, self.user_inspector).message_post(body="Look at the seal, please")
        self.assertIn("seal", order.message_ids[0].body)
