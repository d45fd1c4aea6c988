import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from odoo import api, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, HttpCase, new_test_user, tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from .common import GROUP, RepairServiceCommon

TIMEOUT = 30
CALL = GROUP + "call_centre"


@tagged("post_install", "-at_install")
class TestCallCentre(RepairServiceCommon, HttpCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.cn")
        cls.maker = cls.env["res.partner"].create({"name": "Maker Ltd", "is_company": True})
        cls.brand.partner_id = cls.maker
        cls.other_brand = cls.env["repair.brand"].create({"name": "Foreign brand"})
        cls.user_call = new_test_user(cls.env, "test_call", CALL)
        cls.user_call.partner_id.parent_id = cls.maker
        cls.key = cls.env["res.users.apikeys"].with_user(cls.user_call)._generate("rpc", "call", fields.Datetime.now() + timedelta(days=30))

    def _get_values(self, **values):
        return {
            "key": "CC-1", "contact_name": "Zhao Min", "phone": "137 0000 1111", "family": self.category.name, "fault": "Leaks water",
            "model": "BCD-9", "street": "Lane 9", "city": "Pudong", "zip": "200120", "wished_time": "Saturday morning", **values}

    def _send(self, **values):
        return self.env["repair.order"].with_user(self.user_call).create_from_call_centre(self._get_values(**values))

    def _get_order(self, answer):
        return self.env["repair.order"].search([("name", "=", answer["number"])])

    def _call(self, **arguments):
        with mute_logger("odoo.http"):
            response = self.url_open("/json/2/repair.order/create_from_call_centre", data=json.dumps(arguments), headers={
                "Authorization": f"bearer {self.key}", "Content-Type": "application/json"})
        return response.status_code, response.json()

    def test_a_call_makes_an_order_with_customer_appliance_and_wish(self):
        answer = self._send(serial_number="cc 77", consents=["service", "brand"])
        order = self._get_order(answer)
        self.assertEqual((answer["status"], answer["created"]), ("requested", True))
        self.assertEqual((order.channel, order.service_stage, order.fault_description), ("call_centre", "requested", "Leaks water"))
        self.assertEqual((order.partner_id.name, order.partner_id.street), ("Zhao Min", "Lane 9"))
        self.assertEqual((order.appliance_id.brand_id, order.appliance_id.category_id, order.appliance_id.serial_number),
                         (self.brand, self.category, "CC77"))
        self.assertEqual((order.wished_windows, order.sender_id, order.sender_reference), ("Saturday morning", self.maker, "CC-1"))
        self.assertEqual(sorted(order.partner_id.consent_ids.purpose_id.mapped("code")), ["brand", "service"])

    def test_over_http_the_same_key_gives_the_same_order(self):
        status, first = self._call(values=self._get_values(key="HTTP-1"))
        self.assertEqual((status, first["created"]), (200, True))
        status, second = self._call(values=self._get_values(key="HTTP-1"))
        self.assertEqual((status, second["created"], second["number"]), (200, False, first["number"]))
        self.assertEqual(self.env["repair.order"].search_count([("sender_reference", "=", "HTTP-1")]), 1)

    def test_over_http_every_problem_is_named_in_one_answer(self):
        status, body = self._call(
            values={"key": "X", "phone": "abc", "family": "Spaceship", "brand": "Foreign brand", "colour": "red", "consents": "all"}
        )
        self.assertEqual(status, 422)
        for name in ("contact_name", "fault", "phone", "family", "brand", "colour", "consents"):
            self.assertIn(name, body["message"])
        self.assertNotIn("Traceback", body["message"])
        self.assertFalse(self.env["repair.request.key"].search([("key", "=", "X")]))

    def test_over_http_without_a_key_or_arguments_nothing_happens(self):
        with mute_logger("odoo.http"):
            response = self.url_open("/json/2/repair.order/create_from_call_centre", data="{}", headers={
                "Authorization": "bearer wrong", "Content-Type": "application/json"})
        self.assertEqual(response.status_code, 401)
        self.assertEqual(self._call()[0], 422)

    def test_a_key_used_for_something_else_is_refused(self):
        self._send(key="CC-2")
        with self.assertRaisesRegex(UserError, "CC-2"):
            self._send(key="CC-2", fault="Something else")

    def test_senders_do_not_share_keys(self):
        first = self._send(key="SAME")
        other = self.env["res.partner"].create({"name": "Other maker", "is_company": True})
        self.other_brand.partner_id = other
        user = new_test_user(self.env, "test_call_2", CALL)
        user.partner_id.parent_id = other
        second = self.env["repair.order"].with_user(user).create_from_call_centre(self._get_values(key="SAME"))
        self.assertTrue(second["created"])
        self.assertNotEqual(first["number"], second["number"])

    def test_values_that_cannot_be_taken_are_refused(self):
        for values, word in (
            ({"phone": "110"}, "phone"),
            ({"email": "no"}, "email"),
            ({"fault": "x" * 2001}, "fault"),
            ({"fault": " "}, "fault"),
            ({"contact_name": 7}, "contact_name"),
            ({"family": True}, "family"),
            ({"family": 0}, "family"),
            ({"brand": "Foreign brand"}, "brand"),
            ({"preferred_start": "2001-01-01 00:00:00"}, "preferred_start"),
            ({"preferred_start": "soon"}, "preferred_start"),
            ({"preferred_start": 7}, "preferred_start"),
            ({"consents": ["all"]}, "consents"),
            ({"key": ""}, "key"),
            ({"partner_id": 1}, "partner_id"),
        ):
            with self.subTest(values), self.assertRaisesRegex(ValidationError, word):
                self._send(**values)
        for nonsense in (None, [], "x", 7):
            with self.subTest(nonsense), self.assertRaises(ValidationError):
                self.env["repair.order"].with_user(self.user_call).create_from_call_centre(nonsense)

    def test_a_known_customer_is_attached_by_number_and_name_only(self):
        same = self._get_order(self._send(key="K1", phone="+86 138-0000-1234", contact_name="Wang Fang"))
        self.assertEqual(same.partner_id, self.partner)
        other = self._get_order(self._send(key="K2", phone=self.partner.phone, contact_name="Zhao Min"))
        self.assertNotEqual(other.partner_id, self.partner)
        self.assertEqual((self.partner.name, self.partner.street), ("Wang Fang", False))

    def test_the_answer_tells_nothing_of_who_is_known(self):
        known, new = self._send(key="K1", phone=self.partner.phone, contact_name="Wang Fang"), self._send(key="K2")
        self.assertEqual(known.keys(), new.keys())
        self.assertEqual({"number", "status", "created"}, set(known))

    def test_a_serial_number_of_somebody_else_stays_his(self):
        self.appliance.serial_number = "MINE1"
        order = self._get_order(self._send(serial_number="mine1"))
        self.assertNotEqual(order.appliance_id, self.appliance)
        self.assertEqual(self.appliance.partner_id, self.partner)
        self.assertIn("MINE1", order.appliance_id.note)

    def test_its_user_has_this_one_right(self):
        for model in ("repair.order", "repair.appliance", "repair.enquiry", "repair.consent", "repair.price.change"):
            with self.subTest(model), mute_logger("odoo.addons.base.models.ir_model"), self.assertRaises(AccessError):
                self.env[model].with_user(self.user_call).search_read([], ["id"])
        self.assertNotIn(self.partner, self.env["res.partner"].with_user(self.user_call).search([]))

    def test_nobody_else_has_it(self):
        for user in (self.user_desk, self.user_technician, self.user_portal, self.user_accountant, self.env.ref("base.public_user")):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.env["repair.order"].with_user(user).create_from_call_centre(self._get_values())

    def test_the_sender_cannot_be_forged(self):
        order = self._create_order()
        with self.assertRaises(UserError):
            order.with_user(self.user_desk).write({"sender_reference": "X"})


@tagged("post_install", "-at_install")
class TestRequestKeyConcurrency(BaseCase):
    """Real transactions: what two senders do at the same moment."""

    def test_two_at_once_claim_a_key_once(self):
        registry, made, barrier, key = Registry(get_db_name()), [], threading.Barrier(2), f"race {time.time()}"

        def remove():
            with registry.cursor() as cr:
                api.Environment(cr, api.SUPERUSER_ID, {})["repair.request.key"].search([("key", "=", key)]).unlink()

        self.addCleanup(remove)

        def send(_number):
            with registry.cursor() as cr:
                env = api.Environment(cr, api.SUPERUSER_ID, {})
                env["repair.request.key"].search_count([])  # the snapshot is taken before the other writes
                barrier.wait(TIMEOUT)

                def work():
                    claim, is_new = env["repair.request.key"]._claim("race", key)
                    return claim.id, is_new

                with mute_logger("odoo.sql_db", "odoo.service.model"):
                    made.append(retrying(work, env))

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(send, range(2), timeout=TIMEOUT))
        self.assertEqual(sum(is_new for _claim, is_new in made), 1)
        self.assertEqual(len({claim for claim, _is_new in made}), 1)
