from unittest.mock import patch

from odoo import http
from odoo.exceptions import ConcurrencyError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common_complaint import ComplaintCommon

MESSAGES = 12


@tagged("post_install", "-at_install")
class TestIntakeLoad(ComplaintCommon, HttpCase):
    """What came in is there once, whatever failed on the way; ``./repair bench intake`` shows it with thousands and real crashes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({
            "country_id": cls.env.ref("base.cn").id, "repair_request_per_address": 1000, "repair_request_per_phone": 1000})

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)

    def _send(self, number):
        contact = {"csrf_token": http.Request.csrf_token(self), "contact_name": f"C {number}", "phone": f"139{number:08d}"}
        if number % 2:
            return self.url_open("/complaint/send", data={
                **contact, "category": "other", "description": f"load {number}"}, allow_redirects=False)
        return self.url_open("/repair/request", data={
            **contact, "step": "send", "category_id": str(self.category.id), "fault": f"load {number}", "consent": "service"},
            allow_redirects=False)

    def _count(self):
        asked = self.env["repair.enquiry"].search([("question", "=like", "load %")]).mapped("question")
        complained = self.env["repair.complaint"].search([("description", "=like", "load %")]).mapped("description")
        return sorted(asked + complained)

    @mute_logger("odoo.http", "odoo.service.model", "odoo.sql_db")
    def test_a_failure_on_the_way_leaves_nothing_and_sending_again_makes_one(self):
        """Every third receipt fails after the record was made: nothing is left of it, and the second try makes it once."""
        failures = []
        receipts = (type(self.env["repair.enquiry"]), "_send_receipt"), (type(self.env["repair.complaint"]), "_tell_customer")
        for owner, name in receipts:
            real = getattr(owner, name)

            def fail(records, *args, real=real, **kwargs):
                failures.append(records.ids)
                if len(failures) % 3 == 0:
                    raise RuntimeError("the mail server is gone")
                return real(records, *args, **kwargs)

            self.startPatcher(patch.object(owner, name, fail))
        lost = [number for number in range(MESSAGES) if self._send(number).status_code >= 500]
        self.assertEqual(len(lost), MESSAGES // 3)
        self.assertEqual(len(self._count()), MESSAGES - len(lost))
        for number in (*lost, *lost, *range(MESSAGES)):
            while self._send(number).status_code >= 500:
                continue
        self.assertEqual(self._count(), sorted(f"load {number}" for number in range(MESSAGES)))

    @mute_logger("odoo.http", "odoo.service.model", "odoo.sql_db")
    def test_a_conflict_in_the_database_is_tried_again_by_itself(self):
        """The first try meets another transaction: the customer sees nothing of it."""
        real, tries = type(self.env["repair.request.key"])._claim, []

        def conflict(records, *args, **kwargs):
            tries.append(args)
            if len(tries) == 1:
                raise ConcurrencyError("could not serialize access due to concurrent update")
            return real(records, *args, **kwargs)

        with patch.object(type(self.env["repair.request.key"]), "_claim", conflict):
            self.assertLess(self._send(1).status_code, 400)
        self.assertEqual((len(tries), self._count()), (2, ["load 1"]))
