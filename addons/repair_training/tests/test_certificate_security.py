import base64
from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged, users

from .common import RepairTrainingCommon


@tagged("post_install", "-at_install")
class TestCertificateSecurity(RepairTrainingCommon):

    @property
    def Row(self):
        return self.env["hr.employee.skill"]

    def _assert_waiting(self, row):
        self.assertEqual(row.approval_state, "to_approve")
        self.assertFalse(row.approved_by_id)
        self.assertFalse(row.approved_on)
        self.assertTrue(self.employee_technician._get_disqualification(self.family, self.today))

    @users("test_technician")
    def test_employee_records_his_own_certificate_but_it_waits(self):
        row = self.Row.create(self._certificate_vals(self.refrigeration))
        self._assert_waiting(row)

    @users("test_technician")
    def test_employee_cannot_create_an_approved_certificate(self):
        for values in ({"approval_state": "approved"}, {"approved_by_id": self.env.uid}, {"approved_on": "2026-01-01"}, {"warned_days": 7}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                self.Row.create(self._certificate_vals(self.refrigeration, **values))

    @users("test_technician")
    def test_context_defaults_do_not_approve(self):
        forged = {"default_approval_state": "approved", "default_approved_by_id": self.env.uid, "certificate_approval": True}
        row = self.Row.with_context(**forged).create(self._certificate_vals(self.refrigeration))
        self._assert_waiting(row)

    @users("test_technician")
    def test_employee_cannot_approve_refuse_or_write_approval(self):
        row = self._certify(self.refrigeration, approve=False).with_env(self.env)
        for call in (
            row.action_approve, row.action_refuse, lambda: row.write({"approval_state": "approved"}),
            lambda: row.write({"approval_note": "fine"}),
            lambda: row.with_context(certificate_approval="x").write({"approval_state": "approved"}),
        ):
            with self.assertRaises(AccessError):
                call()
        self._assert_waiting(row)

    @users("test_technician")
    def test_employee_loses_the_approval_by_extending_it(self):
        row = self._certify(self.refrigeration).with_env(self.env)
        row.write({"valid_to": self.today + timedelta(days=5000)})
        self._assert_waiting(row)

    @users("test_technician")
    def test_removing_the_end_or_moving_the_start_asks_for_approval(self):
        for values in (
            {"valid_to": False}, {"valid_from": self.today - timedelta(days=500)},
            {"certificate_number": "T1"}, {"evidence": base64.b64encode(b"scan")},
        ):
            with self.subTest(values=values):
                row = self._certify(self.refrigeration).with_env(self.env)
                row.write(values)
                self._assert_waiting(row)
                row.sudo().unlink()

    @users("test_technician")
    def test_shortening_keeps_the_approval(self):
        row = self._certify(self.refrigeration).with_env(self.env)
        row.write({"valid_to": self.today + timedelta(days=1)})
        self.assertEqual(row.approval_state, "approved")

    @users("test_technician")
    def test_another_skill_on_an_approved_row_waits(self):
        row = self._certify(self.refrigeration).with_env(self.env)
        row.write({"skill_id": self.electricity.id})
        self._assert_waiting(row)

    @users("test_technician")
    def test_employee_cannot_touch_colleagues(self):
        row = self._certify(self.refrigeration, employee=self.employee_hr).with_env(self.env)
        with self.assertRaises(AccessError):
            row.write({"valid_to": False})
        with self.assertRaises(AccessError):
            self.Row.create(self._certificate_vals(self.electricity, employee=self.employee_hr))

    @users("test_technician")
    def test_employee_cannot_delete_an_approved_certificate(self):
        row = self._certify(self.refrigeration).with_env(self.env)
        with self.assertRaises(UserError):
            row.unlink()
        waiting = self._certify(self.electricity, approve=False).with_env(self.env)
        waiting.unlink()

    @users("test_hr")
    def test_hr_approves_others_and_it_is_on_record(self):
        row = self._certify(self.refrigeration, approve=False).with_env(self.env)
        row.action_approve()
        self.assertEqual((row.approval_state, row.approved_by_id), ("approved", self.user_hr))
        self.assertTrue(row.approved_on)
        self.assertIn("Test refrigeration", row.employee_id.message_ids[0].body)

    @users("test_hr")
    def test_hr_does_not_approve_without_evidence(self):
        row = self._certify(self.refrigeration, approve=False, certificate_number=False).with_env(self.env)
        with self.assertRaisesRegex(UserError, "number or a scan"):
            row.action_approve()
        row.evidence = base64.b64encode(b"scan")
        row.action_approve()
        self.assertEqual(row.approval_state, "approved")

    @users("test_hr")
    def test_hr_refuses_with_a_reason_only(self):
        row = self._certify(self.refrigeration, approve=False).with_env(self.env)
        with self.assertRaisesRegex(UserError, "why"):
            row.action_refuse()
        row.approval_note = "Photo of another person"
        row.action_refuse()
        self.assertEqual(row.approval_state, "refused")

    @users("test_hr")
    def test_hr_cannot_approve_his_own(self):
        row = self._certify(self.refrigeration, approve=False, employee=self.employee_hr).with_env(self.env)
        with self.assertRaisesRegex(AccessError, "his own"):
            row.action_approve()
        self.assertFalse(row.can_approve)

    @users("test_hr")
    def test_hr_cannot_extend_his_own_or_take_over_a_colleagues(self):
        own = self._certify(self.refrigeration, employee=self.employee_hr).with_env(self.env)
        own.write({"valid_to": False})
        self.assertEqual(own.approval_state, "to_approve")
        taken = self._certify(self.electricity).with_env(self.env)
        taken.write({"employee_id": self.employee_hr.id})
        self.assertEqual(taken.approval_state, "to_approve")

    @users("test_hr")
    def test_hr_writes_approval_with_the_button_only(self):
        row = self._certify(self.refrigeration, approve=False).with_env(self.env)
        with self.assertRaises(AccessError):
            row.write({"approval_state": "approved"})

    @users("test_hr")
    def test_hr_correcting_a_colleagues_date_keeps_the_approval(self):
        row = self._certify(self.refrigeration).with_env(self.env)
        row.write({"valid_to": self.today + timedelta(days=200)})
        self.assertEqual((row.approval_state, row.approved_by_id), ("approved", self.env.user), "who extends it answers for it")

    @users("test_hr")
    def test_approval_does_not_outlive_its_evidence(self):
        row = self._certify(self.refrigeration).with_env(self.env)
        row.write({"certificate_number": False})
        self.assertEqual(row.approval_state, "to_approve")

    @users("test_hr")
    def test_deleted_approved_certificate_leaves_a_trace(self):
        row = self._certify(self.refrigeration).with_env(self.env)
        row.unlink()
        self.assertIn("Test refrigeration", self.employee_technician.message_ids[0].body)

    @users("test_hr")
    def test_new_version_made_by_core_keeps_papers_and_waits(self):
        row = self._certify(self.refrigeration, certificate_number="T310112345").with_env(self.env)
        employee = self.employee_technician.with_env(self.env)
        employee.write({"certification_ids": [Command.update(row.id, {"skill_id": self.electricity.id})]})
        new = employee.employee_skill_ids.filtered(lambda other: other.skill_id == self.electricity)
        self.assertEqual((new.approval_state, new.certificate_number), ("to_approve", "T310112345"))

    @users("test_dispatcher")
    def test_dispatcher_cannot_approve_and_sees_a_masked_number(self):
        row = self._certify(self.refrigeration, certificate_number="310104199001011234").with_env(self.env)
        self.assertEqual(row.certificate_number, "31****34")
        self.assertFalse(row.evidence)
        with self.assertRaises(AccessError):
            row.read(["certificate_number_full"])
        with self.assertRaises(AccessError):
            row.read(["evidence_file"])
        with self.assertRaises(AccessError):
            row.action_approve()

    @users("test_technician")
    def test_holder_sees_his_own_number(self):
        row = self._certify(self.refrigeration, certificate_number="310104199001011234").with_env(self.env)
        self.assertEqual(row.certificate_number, "310104199001011234")

    def test_one_number_belongs_to_one_employee(self):
        self._certify(self.refrigeration, certificate_number="T1")
        with self.assertRaises(ValidationError):
            self._certify(self.refrigeration, certificate_number="T1", employee=self.employee_hr)

    def test_ordinary_skills_need_no_approval(self):
        plain = self.env["hr.skill.type"].create({
            "name": "Languages", "skill_ids": [Command.create({"name": "English"})],
            "skill_level_ids": [Command.create({"name": "Good", "level_progress": 50})],
        })
        row = self.Row.create({
            "employee_id": self.employee_technician.id, "skill_type_id": plain.id, "skill_id": plain.skill_ids.id,
            "skill_level_id": plain.skill_level_ids.id, "valid_from": self.today,
        })
        self.assertFalse(row.approval_state)
        with self.assertRaises(UserError):
            row.action_approve()
        plain.is_certification = True
        self.assertEqual(row.approval_state, "to_approve")

    def test_default_start_is_the_day_of_recording(self):
        vals = self._certificate_vals(self.refrigeration)
        del vals["valid_from"]
        row = self.Row.with_context(tz="Asia/Shanghai").create(vals)
        self.assertEqual(row.valid_from, self.today)
