import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import GROUP, RepairServiceCommon

WHOLE = {"name": "Wang Fang", "phone": "13800001234", "email": "wang@example.com", "street": "Lane 1, house 2", "zip": "200001"}
MASKED = {"name": "Wang *", "phone": "138****1234", "email": "w***@example.com", "street": "***", "zip": "***"}
BILLING = {**WHOLE, "phone": "138****1234"}
FIELDS = [
    "name",
    "complete_name",
    "display_name",
    "phone",
    "phone_digits",
    "email",
    "email_normalized",
    "email_formatted",
    "street",
    "contact_address",
    "service_address",
    "image_128",
    "zip",
]
SECRETS = ("13800001234", "0000 1234", "wang@example.com", "Lane 1")


@tagged("post_install", "-at_install")
class TestPrivacyMask(RepairServiceCommon, HttpCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.cn")
        cls.partner.write({"street": "Lane 1, house 2", "city": "Pudong"})
        cls.user_keeper = new_test_user(cls.env, "test_keeper", "base.group_user,stock.group_stock_user")
        cls.user_plain = new_test_user(cls.env, "test_plain", "base.group_user")
        cls.user_hr = new_test_user(cls.env, "test_hr", "base.group_user,hr.group_hr_user")
        cls.user_both = new_test_user(cls.env, "test_both", f"base.group_user,{GROUP}technician,{GROUP}inspector")
        cls.order = cls._create_order()
        cls._book(cls.order)
        cls.masked_users = cls.user_inspector | cls.user_keeper | cls.user_plain | cls.user_hr | cls.user_both
        cls.readers = cls.user_inspector | cls.user_keeper | cls.user_both

    def _read(self, user, record=None):
        [row] = (record or self.partner).with_user(user).read(list(WHOLE), load=None)
        row.pop("id")
        return row

    def test_every_role_sees_what_it_needs(self):
        for user in self.user_desk | self.user_dispatcher | self.user_manager | self.user_technician:
            with self.subTest(user.login):
                self.assertEqual(self._read(user), WHOLE)
        for user in self.masked_users:
            with self.subTest(user.login):
                self.assertEqual(self._read(user), MASKED)
        self.assertEqual(self._read(self.user_accountant), BILLING)

    def test_the_technician_beside_another_task_sees_his_own_customers_whole(self):
        employee = self.env["hr.employee"].create({
            "name": "Both", "user_id": self.user_both.id, "is_technician": True,
            "resource_calendar_id": self.employee_technician.resource_calendar_id.id, "tz": "Asia/Shanghai"})
        order = self._create_order(appliance_id=self._create_appliance().id)
        self.assertEqual(self._read(self.user_both), MASKED)
        self._book(order, technician=employee)
        self.assertEqual(self._read(self.user_both), WHOLE)
        order.action_repair_cancel()
        self.assertEqual(self._read(self.user_both), MASKED)

    def test_the_order_and_its_neighbours_repeat_nothing(self):
        visit = self.order.appointment_ids
        for user in self.readers:
            [row] = self.order.with_user(user).read(["partner_phone", "partner_address", "partner_id"])
            self.assertEqual((row["partner_phone"], row["partner_address"], row["partner_id"][1]), ("138****1234", "Pudong", "Wang *"))
            for record in (visit, self.appliance) if user != self.user_keeper else ():
                with self.subTest(user=user.login, model=record._name):
                    text = json.dumps(record.with_user(user).read(), default=str)
                    for secret in SECRETS:
                        self.assertNotIn(secret, text)

    def test_an_enquiry_repeats_nothing(self):
        enquiry = self.env["repair.enquiry"].create({
            "contact_name": "Wang Fang", "phone": "13800001234", "email": "wang@example.com", "street": "Lane 1", "question": "x"})
        for own in (enquiry, self.env["repair.enquiry"].create({"partner_id": self.partner.id, "question": "x"})):
            text = json.dumps(own.with_user(self.user_inspector).read(), default=str)
            for secret in (*SECRETS, "Wang Fang"):
                self.assertNotIn(secret, text)
        self.assertEqual(enquiry.with_user(self.user_desk).phone, "13800001234")

    def test_the_doors_of_the_web_client_are_masked_too(self):
        for user in self.readers:
            order, partner = self.order.with_user(user), self.partner.with_user(user)
            for answer in (
                order.web_read(
                    {"partner_phone": {}, "partner_id": {"fields": {"display_name": {}, "phone": {}, "email": {}, "contact_address": {}}}}
                ),
                order.web_search_read(
                    [("id", "=", order.id)], {"partner_phone": {}, "partner_id": {"fields": {"display_name": {}, "phone": {}}}}
                ),
                partner.search_read([("id", "=", partner.id)], FIELDS),
                partner.name_search("Wang"),
                partner.with_context(show_address=True, show_email=True).read(["display_name"]),
                partner.web_name_search("Wang", {"display_name": {}, "phone": {}}),
                user == self.user_keeper
                and order.onchange({"partner_id": self.partner.id}, ["partner_id"], {"partner_phone": {}, "partner_address": {}}),
                partner.formatted_read_group([("id", "=", partner.id)], ["parent_id"], ["__count"]),
                order.formatted_read_group([("id", "=", order.id)], ["partner_id"], ["__count"]),
            ):
                text = json.dumps(answer, default=str)
                for secret in (*SECRETS, "Wang Fang"):
                    self.assertNotIn(secret, text, user.login)

    def test_nobody_finds_out_bit_by_bit(self):
        for user in self.readers:
            partners, orders = self.env["res.partner"].with_user(user), self.env["repair.order"].with_user(user)
            for name, value in (
                ("phone", "138%"),
                ("phone_digits", "1380000"),
                ("email", "wang%"),
                ("email_normalized", "wang@example.com"),
                ("street", "Lane%"),
                ("zip", "2000%"),
                ("child_ids.phone", "1"),
                ("parent_id.phone", "1"),
            ):
                with self.subTest(user=user.login, field=name):
                    self.assertNotIn(self.partner, partners.search([("id", "=", self.partner.id), (name, "=like", value)]))
            for name, value in (
                ("partner_phone", "138"),
                ("partner_id.phone", "138"),
                ("partner_id.email", "wang"),
                ("partner_id.street", "Lane"),
            ):
                with self.subTest(user=user.login, field=name):
                    self.assertFalse(orders.search([("id", "=", self.order.id), (name, "ilike", value)]))
            self.assertFalse(partners.name_search("13800001234"))
            self.assertFalse(partners.name_search("wang@example.com"))
            for spec in ("phone", "email", "street"):
                with self.subTest(user=user.login, group=spec), self.assertRaises(AccessError):
                    partners.formatted_read_group([], [spec], ["__count"])
                with self.subTest(user=user.login, aggregate=spec), self.assertRaises(AccessError):
                    partners.formatted_read_group([], [], [f"{spec}:array_agg"])
            with self.assertRaises(AccessError):
                orders.formatted_read_group([], ["partner_id.phone"], ["__count"])
        self.assertIn(self.partner, self.env["res.partner"].with_user(self.user_desk).search([("phone", "=like", "138%")]))

    def test_a_condition_nobody_may_ask_matches_nothing_negated_neither(self):
        partners = self.env["res.partner"].with_user(self.user_inspector)
        for operator in ("=", "!=", "like", "not like", "in", "not in", "=like"):
            for negated in ([], ["!"]):
                answers = {
                    partners.search_count(
                        [("id", "=", self.partner.id), *negated, ("phone", operator, [phone] if "in" in operator else phone)]
                    )
                    for phone in ("13800001234", "13800009999")
                }
                self.assertEqual(len(answers), 1, "the answer is the same for the right and the wrong number")

    def test_companies_their_people_and_colleagues_are_no_secret(self):
        company = self.env["res.partner"].create({"name": "Supplier Ltd", "is_company": True, "phone": "02155556666"})
        person = self.env["res.partner"].create({"name": "Sales Person", "parent_id": company.id, "phone": "13911112222"})
        loner = self.env["hr.employee"].create({"name": "No Login", "work_phone": "13922223333"}).work_contact_id
        self.user_desk.partner_id.phone = "13933334444"
        for user in self.masked_users:
            for partner, phone in (
                (company, "02155556666"), (person, "13911112222"), (loner, "13922223333"), (self.user_desk.partner_id, "13933334444"),
            ):
                with self.subTest(user=user.login, partner=partner.name):
                    self.assertEqual(partner.with_user(user).read(["phone"])[0]["phone"], phone)

    def test_over_http_it_holds(self):
        key = (
            self.env["res.users.apikeys"].with_user(self.user_inspector)._generate("rpc", "mask", fields.Datetime.now() + timedelta(days=1))
        )
        for model, ids, method, arguments in (
            ("res.partner", self.partner.ids, "read", {"fields": ["name", "phone", "email", "street"]}),
            ("repair.order", self.order.ids, "read", {"fields": ["partner_phone", "partner_id", "partner_address"]}),
            ("res.partner", [], "search_read", {"domain": [["id", "=", self.partner.id]], "fields": FIELDS}),
        ):
            response = self.url_open(
                f"/json/2/{model}/{method}",
                data=json.dumps({"ids": ids, **arguments} if ids else arguments),
                headers={"Authorization": f"bearer {key}", "Content-Type": "application/json"},
            )
            self.assertEqual(response.status_code, 200)
            for secret in (*SECRETS, "Wang Fang"):
                self.assertNotIn(secret, response.text)

    def test_a_masked_text_is_never_saved(self):
        for values in ({"phone": "138****1234"}, {"email": "w***@example.com"}, {"name": "Wang *"}, {"street": "***"}):
            with self.subTest(values), self.assertRaises(UserError):
                self.partner.with_user(self.user_desk).write(values)
        self.partner.with_user(self.user_desk).write({"comment": "<p>**important**</p>", "street": "Lane 2 * 3"})

    def test_the_work_of_the_house_keeps_its_data(self):
        """What masks for the reader hides nothing from the steps he takes."""
        self._to_stage(self.order, "accepted")
        invoice = self.env["account.move"].browse(self.order.with_user(self.user_accountant).action_create_invoice()["res_id"])
        self.assertEqual(invoice.invoice_partner_display_name, "Wang Fang")
        self.assertEqual(self.partner.complete_name, "Wang Fang")

    # Showing and exporting

    def _show(self, user, reason="Call back about the invoice", partner=None):
        action = (partner or self.partner).with_user(user).action_show_contact()
        wizard = self.env["repair.contact.show"].with_user(user).with_context(**action["context"]).create({"reason": reason})
        wizard.action_show()
        return wizard

    def test_showing_needs_a_reason_and_is_logged(self):
        logs = self.env["repair.privacy.log"]
        for user in self.readers | self.user_accountant:
            with self.subTest(user.login):
                before = logs.search_count([])
                with self.assertRaises(UserError):
                    self._show(user, reason=" ")
                self.assertEqual(logs.search_count([]), before)
                self.assertIn("13800001234", self._show(user).shown)
                log = logs.search([], limit=1)
                self.assertEqual(
                    (log.user_id, log.kind, log.partner_id, log.details), (user, "show", self.partner, "Call back about the invoice")
                )

    def test_who_does_not_read_a_contact_is_shown_nothing(self):
        other = self.env["res.partner"].create({"name": "Zhao Min", "phone": "13700001111"})
        with self.assertRaises(AccessError):
            self._show(self.user_technician, partner=other)
        wizard = self.env["repair.contact.show"].with_user(self.user_technician).create({"partner_id": other.id, "reason": "curious"})
        with self.assertRaises(AccessError):
            wizard.action_show()

    def test_shown_data_are_the_users_own(self):
        wizard = self._show(self.user_inspector)
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            wizard.with_user(self.user_keeper).read(["shown"])
        with self.assertRaises(UserError):
            wizard.with_user(self.user_inspector).write({"partner_id": self.user_desk.partner_id.id})

    def test_the_log_is_closed(self):
        log = self._show(self.user_inspector) and self.env["repair.privacy.log"].search([], limit=1)
        for user in (self.user_inspector, self.user_desk, self.user_accountant):
            with self.subTest(user.login), self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
                log.with_user(user).read(["details"])
        for user in (self.user_manager, self.env.ref("base.user_admin")):
            for step in (
                lambda own: own.write({"details": "x"}),
                lambda own: own.unlink(),
                lambda own: own.create({"kind": "show"}),
            ):
                with self.subTest(user.login), self.assertRaises(UserError), mute_logger("odoo.addons.base.models.ir_model"):
                    step(log.with_user(user))

    def test_an_export_of_contact_data_is_logged(self):
        self.env.ref("base.group_allow_export").user_ids = [(4, self.user_desk.id)]
        logs = self.env["repair.privacy.log"]
        before = logs.search_count([])
        self.order.with_user(self.user_desk).export_data(["name", "service_stage"])
        self.assertEqual(logs.search_count([]), before, "nothing personal")
        for model, path in (
            (self.partner, "phone"),
            (self.order, "partner_id/phone"),
            (self.order, "partner_phone"),
            (self.order, "partner_id"),
            (self.partner, "name"),
            (self.order, "appliance_id/partner_id/email"),
        ):
            with self.subTest(path):
                model.with_user(self.user_desk).export_data(["id", path])
                log = logs.search([], limit=1)
                self.assertEqual((log.kind, log.user_id, log.details, log.record_count), ("export", self.user_desk, path, 1))

    def test_who_sees_masked_exports_nothing_of_it(self):
        self.env.ref("base.group_allow_export").user_ids = [(4, user.id) for user in self.readers | self.user_accountant]
        for user in self.readers:
            for path in ("partner_id/phone", "partner_phone", "partner_id", "partner_id/street"):
                with self.subTest(user=user.login, path=path), self.assertRaises(AccessError):
                    self.order.with_user(user).export_data(["name", path])
            self.assertTrue(self.order.with_user(user).export_data(["name", "service_stage"])["datas"])
        self.assertTrue(self.partner.with_user(self.user_accountant).export_data(["name", "email"])["datas"])
        with self.assertRaises(AccessError):
            self.partner.with_user(self.user_accountant).export_data(["phone"])

    def test_masking_a_list_takes_no_query_a_row(self):
        many = self.env["res.partner"].create([{"name": f"Customer {number}", "phone": f"1380000{number:04}"} for number in range(60)])

        def count(records):
            self.env.invalidate_all()
            before = self.cr.sql_log_count if hasattr(self.cr, "sql_log_count") else self.env.cr.sql_log_count
            records.with_user(self.user_inspector).read(["name", "phone"])
            return self.env.cr.sql_log_count - before

        count(many[:1])
        self.assertLessEqual(count(many), count(many[:2]) + 1)

    def test_reading_very_many_people_at_once_is_noted(self):
        """200 people with their numbers are noted, once; 199, names alone, companies and the system's own work are not."""
        people = self.env["res.partner"].create([{"name": f"P{number}", "phone": f"139{number:08d}"} for number in range(200)])
        firms = self.env["res.partner"].create([{"name": f"F{number}", "is_company": True, "phone": "1"} for number in range(200)])
        logs = self.env["repair.privacy.log"]

        def count(records, names, user=self.user_desk):
            before = logs.search_count([("kind", "=", "bulk")])
            records.with_user(user).read(names) if user else records.sudo().read(names)
            return logs.search_count([("kind", "=", "bulk")]) - before

        self.assertEqual(count(people, ["name", "phone"]), 1)
        self.assertEqual(count(people[:199], ["name", "phone"]), 0)
        self.assertEqual(count(people, ["name"]), 0)
        self.assertEqual(count(firms, ["phone"]), 0)
        self.assertEqual(count(people, ["phone"], None), 0)
        enquiries = self.env["repair.enquiry"].create([
            {"partner_id": partner.id, "question": "x"} for partner in people])
        self.assertEqual(count(enquiries, ["phone"]), 1)
        self.assertEqual(count(enquiries, ["question"]), 0)
        self.assertEqual(logs.search([("kind", "=", "bulk")], limit=1).user_id, self.user_desk)
