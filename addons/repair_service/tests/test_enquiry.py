from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.service.model import call_kw
from odoo.tests import Form, new_test_user, tagged, users
from odoo.tools import mute_logger

from .common import GROUP, RepairServiceCommon


@tagged("post_install", "-at_install")
class TestEnquiry(RepairServiceCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref(GROUP + "manager")
        cls.env["res.lang"]._activate_lang("en_US")
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})
        cls.company.country_id = cls.env.ref("base.cn")

    @classmethod
    def _ask(cls, **values):
        return cls.env["repair.enquiry"].create({
            "contact_name": "Li Na", "phone": "139 1111 2222", "question": "What does a repair of a fridge cost?", **values})

    def _request(self, enquiry):
        return self.env["repair.order"].browse(enquiry.action_new_request()["res_id"])

    @users("test_desk", "test_dispatcher", "test_manager")
    def test_an_enquiry_becomes_a_request_in_one_click(self):
        enquiry = self.env["repair.enquiry"].create({
            "contact_name": "Li Na", "phone": f"139 1111 {self.env.uid:04}", "channel": "wechat", "category_id": self.category.id,
            "brand_id": self.brand.id, "model_name": "BCD-300", "question": "Does not cool any more"})
        order = self._request(enquiry)
        self.assertEqual((order.channel, order.fault_description, order.service_stage), ("wechat", "Does not cool any more", "requested"))
        self.assertEqual((order.partner_id.name, order.partner_id.phone), ("Li Na", enquiry.phone))
        appliance = order.appliance_id
        self.assertEqual((appliance.category_id, appliance.brand_id, appliance.model_name), (self.category, self.brand, "BCD-300"))
        self.assertEqual((enquiry.outcome, enquiry.repair_id, enquiry.partner_id), ("request", order, order.partner_id))
        self.assertTrue(enquiry.closed_on)
        self.assertEqual(order.enquiry_ids, enquiry)

    def test_a_second_click_opens_the_same_order(self):
        enquiry = self._ask()
        order = self._request(enquiry)
        self.assertEqual(self._request(enquiry), order)
        self.assertEqual(self.env["repair.order"].search_count([("partner_id", "=", enquiry.partner_id.id)]), 1)

    def test_the_number_finds_the_customer_in_any_spelling(self):
        """Wang Fang is registered with 13800001234."""
        for spelling in ("138 0000 1234", "+86-13800001234", "0086 138-0000-1234"):
            with self.subTest(spelling):
                enquiry = self._ask(phone=spelling, contact_name="Somebody")
                self.assertEqual(enquiry.match_ids, self.partner)
                self.assertEqual(self._request(enquiry).partner_id, self.partner)

    def test_the_address_finds_the_customer_without_a_number(self):
        enquiry = self._ask(phone=False, email="Wang Fang <WANG@example.com>")
        self.assertEqual(self._request(enquiry).partner_id, self.partner)

    def test_several_customers_are_told_not_guessed(self):
        twin = self.env["res.partner"].create({"name": "Wang Twin", "phone": "138-0000-1234"})
        enquiry = self._ask(phone="13800001234")
        self.assertEqual(enquiry.match_ids, self.partner | twin)
        with self.assertRaisesRegex(UserError, "Wang Fang, Wang Twin"):
            enquiry.action_new_request()
        self.assertEqual(enquiry.outcome, "open")
        enquiry.partner_id = twin
        self.assertEqual(self._request(enquiry).partner_id, twin)

    def test_people_of_one_household_are_one_customer(self):
        self.env["res.partner"].create({"name": "Son", "parent_id": self.partner.id, "phone": "13800001234"})
        self.assertEqual(self._request(self._ask(phone="13800001234")).partner_id, self.partner)

    def test_a_short_number_finds_nobody(self):
        self.env["res.partner"].create({"name": "Hotline", "phone": "10086"})
        enquiry = self._ask(phone="10086")
        self.assertFalse(enquiry.match_ids)
        self.assertEqual(self._request(enquiry).partner_id.name, "Li Na")

    def test_the_customers_only_fitting_appliance_is_taken(self):
        washer = self.env["repair.appliance.category"].create({"name": "Test washer"})
        other = self._create_appliance(category_id=washer.id, model_name="W-1")
        for values, expected in (
            ({"category_id": washer.id}, other), ({"category_id": self.category.id, "brand_id": self.brand.id}, self.appliance),
            ({"model_name": " bcd-216 "}, self.appliance),
        ):
            with self.subTest(values):
                self.assertEqual(self._request(self._ask(partner_id=self.partner.id, **values)).appliance_id, expected)
        with self.assertRaisesRegex(UserError, "several appliances"):
            self._ask(partner_id=self.partner.id).action_new_request()
        self.assertEqual(self._request(self._ask(partner_id=self.partner.id, appliance_id=other.id)).appliance_id, other)
        new = self._request(self._ask(partner_id=self.partner.id, category_id=washer.id, model_name="W-2")).appliance_id
        self.assertNotIn(new, other | self.appliance)

    def test_other_enquiries_and_running_orders_are_told(self):
        first, closed = self._ask(), self._ask()
        closed.action_lose()
        second = self._ask(phone="+86 139 1111 2222", contact_name="Na Li")
        self.assertEqual(second.similar_ids, first)
        order = self._create_order()
        self.assertEqual(self._ask(partner_id=self.partner.id).running_repair_ids, order)

    def test_outcomes(self):
        enquiry = self._ask()
        with self.assertRaisesRegex(UserError, "answer first"):
            enquiry.action_answer()
        enquiry.answer = "About 300"
        enquiry.action_answer()
        self.assertEqual((enquiry.outcome, bool(enquiry.closed_on)), ("answered", True))
        for method in ("action_answer", "action_lose", "action_new_request"):
            with self.subTest(method), self.assertRaisesRegex(UserError, "closed already"):
                getattr(enquiry, method)()
        with self.assertRaisesRegex(UserError, "stays as it is"):
            enquiry.question = "Another one"
        enquiry.action_reopen()
        self.assertEqual((enquiry.outcome, enquiry.closed_on), ("open", False))
        enquiry.action_lose()
        self.assertEqual(enquiry.outcome, "lost")
        request = self._ask()
        request.action_new_request()
        with self.assertRaises(UserError):
            request.action_reopen()
        with self.assertRaisesRegex(UserError, "history"):
            request.unlink()

    def test_figures_by_channel_and_outcome(self):
        enquiries = self._ask() | self._ask() | self._ask(channel="mail")
        enquiries[0].action_lose()
        figures = self.env["repair.enquiry"]._read_group([("id", "in", enquiries.ids)], ["channel", "outcome"], ["__count"])
        self.assertEqual(sorted(figures), [("mail", "open", 1), ("phone", "lost", 1), ("phone", "open", 1)])

    def test_channels_are_those_of_the_service_order(self):
        self.assertEqual(
            [value for value, _label in self.env["repair.enquiry"]._fields["channel"]._description_selection(self.env)],
            [value for value, _label in self.env["repair.order"]._fields["channel"]._description_selection(self.env)])

    def test_what_is_missing_is_said(self):
        for values, words in (
            ({"contact_name": False, "phone": False}, "who asks"), ({"contact_name": " ", "phone": " "}, "who asks"),
            ({"question": "  "}, "wants to know"), ({"date": fields.Datetime.now() + timedelta(days=2)}, "in the future"),
        ):
            with self.subTest(values), self.assertRaisesRegex(ValidationError, words), self.cr.savepoint():
                self._ask(**values)

    def test_numbers_are_given_in_turn(self):
        first, second = self._ask() | self._ask()
        self.assertRegex(first.name, r"^ENQ/\d{4}/\d{5}$")
        self.assertEqual(int(second.name[-5:]), int(first.name[-5:]) + 1)

    @users("test_manager", "test_desk")
    def test_outcome_and_order_are_not_forged_by_rpc(self):
        enquiry, order = self._ask(), self._create_order()
        for values in (
            {"outcome": "request"}, {"repair_id": order.id}, {"name": "x"}, {"closed_on": "2026-01-01 00:00:00"}, {"phone_digits": "1"},
        ):
            with self.subTest(values), self.assertRaises(UserError):
                call_kw(self.env["repair.enquiry"], "write", (enquiry.ids, values), {"context": {"repair_flow": True}})
            with self.subTest(values), self.assertRaises(UserError), self.cr.savepoint():
                call_kw(self.env["repair.enquiry"], "create", ([{"contact_name": "x", "question": "x", **values}],), {})
        forged = self.env["repair.enquiry"].with_context(default_outcome="request", default_repair_id=order.id, default_name="x").create(
            {"contact_name": "x", "question": "x"})
        self.assertEqual((forged.outcome, forged.repair_id.id), ("open", False))
        self.assertNotEqual(forged.name, "x")

    @users("test_technician")
    def test_a_technician_answers_what_is_given_to_him(self):
        given, other = self._ask(user_id=self.user_technician.id), self._ask(user_id=self.user_desk.id)
        enquiries = self.env["repair.enquiry"]
        self.assertEqual(enquiries.search([("id", "in", (given | other).ids)]), given)
        with self.assertRaises(AccessError):
            given.with_env(self.env).action_new_request()
        with self.assertRaises(AccessError):
            other.with_env(self.env).action_lose()
        with self.assertRaises(AccessError):
            enquiries.create({"contact_name": "x", "question": "x"})
        given.with_env(self.env).answer = "Yes"
        given.with_env(self.env).action_answer()
        self.assertEqual(given.outcome, "answered")

    @users("test_inspector", "test_accountant")
    def test_readers_read(self):
        enquiry = self._ask().with_env(self.env)
        self.assertEqual(enquiry.outcome, "open")
        for method in ("action_new_request", "action_lose"):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(enquiry, method)()

    @users("test_portal")
    def test_customers_see_no_enquiry(self):
        with self.assertRaises(AccessError):
            self.env["repair.enquiry"].search([])

    @users("test_desk")
    def test_the_desk_deletes_nothing(self):
        with self.assertRaises(AccessError):
            self._ask().with_env(self.env).unlink()

    def test_companies_keep_apart(self):
        company = self.env["res.company"].create({"name": "Other", "country_id": self.company.country_id.id})
        stranger = new_test_user(
            self.env, "test_stranger", "base.group_user," + GROUP + "desk", company_id=company.id, company_ids=[(6, 0, company.ids)])
        enquiry = self._ask()
        self.assertFalse(self.env["repair.enquiry"].with_user(stranger).search([("id", "=", enquiry.id)]))
        with self.assertRaises(AccessError):
            enquiry.with_user(stranger).action_new_request()
        self.partner.company_id = self.company
        foreign = self.env["repair.enquiry"].with_user(stranger).create({"contact_name": "x", "phone": "13800001234", "question": "x"})
        self.assertFalse(foreign.match_ids, "a customer of the other company is not told")

    def test_a_mail_becomes_an_enquiry(self):
        mail = (
            "From: Zhao Lei <zhao@example.com>\nTo: service-enquiry@example.com\nSubject: Washing machine\n"
            "Message-Id: <enquiry-1@example.com>\nContent-Type: text/html; charset=utf-8\n\n<p>Do you repair <b>washers</b>?</p>")
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            self.env["mail.thread"].message_process("repair.enquiry", mail)
        enquiry = self.env["repair.enquiry"].search([("email", "ilike", "zhao@example.com")])
        self.assertEqual((enquiry.channel, enquiry.outcome, enquiry.user_id.id), ("mail", "open", False))
        self.assertIn("Washing machine\nDo you repair", enquiry.question)
        self.assertRegex(enquiry.name, "^ENQ/")

    @users("test_desk")
    def test_the_form_tells_whose_number_it_is(self):
        with Form(self.env["repair.enquiry"]) as form:
            form.contact_name = "Somebody"
            form.phone = "138 0000 1234"
            form.question = "When?"
            self.assertEqual(form.match_ids.ids, self.partner.ids)
            form.partner_id = self.partner.with_env(self.env)
            self.assertEqual(form.email, "wang@example.com")
        self.assertEqual(form.record.user_id, self.user_desk)
