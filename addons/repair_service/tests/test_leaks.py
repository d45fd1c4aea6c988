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

    def test_technician_opens_no_customer_by_linking_him(self):
        """A technician reads the people of his orders: he may not make a stranger one of them by RPC, for a moment even."""
        technician = self.user_technician
        order = self._to_stage(self._create_order(), "booked").with_user(technician)
        stranger = self.env["res.partner"].create({"name": "Stranger", "phone": "13999999999"})
        appliance = self._create_appliance(partner_id=stranger.id)
        for label, step in (
            ("customer", lambda: order.write({"partner_id": stranger.id})),
            ("appliance", lambda: order.write({"appliance_id": appliance.id})),
            ("owner", lambda: order.appliance_id.write({"partner_id": stranger.id})),
            ("lines", lambda: order.write({"message_partner_ids": [Command.link(stranger.id)]})),
            ("set", lambda: order.write({"message_partner_ids": [Command.set(stranger.ids)]})),
            ("follower", lambda: order.message_subscribe(partner_ids=stranger.ids)),
        ):
            with self.subTest(label), self.assertRaises(AccessError):
                step()
            self.env.flush_all()
            self.env.invalidate_all()
            self.assertFalse(stranger.with_user(technician).search([("id", "=", stranger.id)]))
        order.message_subscribe(partner_ids=self.partner.ids)
        order.write({"partner_id": self.partner.id, "appliance_id": self.appliance.id})
        order.with_user(self.user_desk).message_subscribe(partner_ids=stranger.ids)
        self.assertIn(stranger, order.sudo().message_partner_ids)

    def test_unsaved_form_shows_nothing_of_other_customers(self):
        """Core works out related fields of a form that nobody saved with all rights."""
        own, foreign = self._to_stage(self._create_order(), "booked"), self._create_order()
        technician = self.user_technician
        for model, name, record, told in (
            ("repair.followup", "repair_id", foreign, "partner_phone"), ("repair.payment", "repair_id", foreign, "partner_id"),
            ("repair.visit.outcome", "appointment_id", self._book(foreign, technician=self._create_other()), "window"),
            ("repair.inspection", "repair_id", foreign, "appliance_id"),
        ):
            with self.subTest(model), self.assertRaises(AccessError):
                self.env[model].with_user(technician).onchange({name: record.id}, [name], {name: {}, told: {}})
            with self.subTest(model, way="context"), self.assertRaises(AccessError):
                self.env[model].with_user(technician).with_context(**{f"default_{name}": record.id}).onchange(
                    {}, [], {name: {}, told: {}})
        stranger = self.env["res.partner"].create({"name": "Stranger", "phone": "13999999999"})
        with self.assertRaises(AccessError):
            self.env["calendar.attendee"].with_user(technician).onchange(
                {"partner_id": stranger.id}, ["partner_id"], {"partner_id": {}, "phone": {}})
        with self.assertRaises(AccessError):
            self.env["calendar.event"].with_user(technician).onchange(
                {"attendee_ids": [Command.create({"partner_id": stranger.id})]}, ["attendee_ids"],
                {"attendee_ids": {"fields": {"phone": {}}}})
        self.env["ir.default"].with_user(technician).set("repair.payment", "repair_id", foreign.id, user_id=True)
        with self.assertRaises(AccessError):
            self.env["repair.payment"].with_user(technician).onchange({}, [], {"repair_id": {}, "partner_id": {}})
        shown = self.env["repair.followup"].with_user(technician).onchange(
            {"repair_id": own.id}, ["repair_id"], {"repair_id": {}, "partner_phone": {}})
        self.assertEqual(shown["value"]["partner_phone"], "138****1234", "of his own order, and masked until it is saved")

    def _create_other(self):
        return self.env["hr.employee"].create({"name": "Liu Yang", "is_technician": True, "tz": "Asia/Shanghai"})

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
