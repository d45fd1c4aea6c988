from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged, users

from .common_document import DocumentCommon


@tagged("post_install", "-at_install")
class TestRecordKind(DocumentCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kind = cls.env["qms.record.kind"].with_user(cls.user_officer).create({
            "name": "Final inspections", "code": "T-QR", "retention_months": 36, "keeper_id": cls.user_officer.id})

    def _protocol(self, date_to, **values):
        return self.env["qms.record.destruction"].with_user(self.user_officer).create({
            "kind_id": self.kind.id, "date_to": date_to, "quantity": "3 boxes", **values})

    def test_only_what_is_beyond_its_term_is_destroyed(self):
        limit = fields.Date.subtract(self.today, months=36, days=1)
        self.assertEqual(self.kind.destroyable_before, limit)
        with self.assertRaises(UserError):
            self._protocol(limit + timedelta(days=1)).action_propose()
        self._protocol(limit).action_propose()
        self.kind.retention_months = 0
        self.assertFalse(self.kind.destroyable_before)
        with self.assertRaises(UserError):
            self._protocol(limit).action_propose()

    def test_protocol_is_approved_by_another_and_witnessed(self):
        limit = self.kind.destroyable_before
        protocol = self._protocol(limit)
        protocol.action_propose()
        with self.assertRaises(AccessError):
            protocol.action_approve()
        protocol.with_user(self.user_quality_manager).action_approve()
        with self.assertRaises(UserError):
            protocol.action_done()
        protocol.witness_id = self.user_officer
        with self.assertRaises(UserError):
            protocol.action_done()
        protocol.witness_id = self.user_inspector
        protocol.action_done()
        self.assertEqual((protocol.state, protocol.done_on, self.kind.destroyed_until), ("done", self.today, limit))
        for call in (lambda: protocol.write({"quantity": "1"}), lambda: protocol.write({"witness_id": False}), protocol.unlink,
                     self.kind.unlink, lambda: protocol.write({"state": "draft"})):
            with self.assertRaises(UserError):
                call()

    def test_manager_does_not_approve_what_he_proposed(self):
        protocol = self.env["qms.record.destruction"].with_user(self.user_quality_manager).create({
            "kind_id": self.kind.id, "date_to": self.kind.destroyable_before, "quantity": "1"})
        protocol.action_propose()
        with self.assertRaises(AccessError):
            protocol.action_approve()

    @users("test_employee", "test_desk", "test_technician")
    def test_employees_read_the_register_only(self):
        kind = self.kind.with_env(self.env)
        self.assertTrue(kind.read(["name", "keeper_id", "destroyable_before"]))
        for call in (lambda: kind.write({"retention_months": 1}), kind.unlink,
                     lambda: self.env["qms.record.destruction"].create(
                         {"kind_id": kind.id, "date_to": "2010-01-01", "quantity": "1"})):
            with self.assertRaises(AccessError):
                call()
