from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged, users

from odoo.addons.repair_service.tests.common_tool import RepairToolCommon
from odoo.addons.repair_training.tests.common_training import TrainingCommon

from .common import RepairQualityCommon


@tagged("post_install", "-at_install")
class TestEvidence(RepairQualityCommon, TrainingCommon, RepairToolCommon):
    """What other apps keep, as the quality officer finds it."""

    def _measure(self):
        line = self._measure_order()
        inspection = line.inspection_id.with_user(self.user_inspector)
        for one in inspection.line_ids:
            one.write({"answer": "pass", **({"value": 5.0, "instrument_id": self.tester.id} if one.is_measured else {})})
        inspection.action_validate()
        return inspection.repair_id

    def _find(self, order):
        return self.env["repair.tool.calibration"].with_user(self.user_officer).search([("used_in", "ilike", order.name)])

    def test_order_leads_to_the_calibration_that_held_when_it_was_measured(self):
        self._give(self.tester, self.employee_inspector)
        order, other = self._measure(), self._create_order()
        held = self.tester.calibration_ids
        self.assertEqual(self._find(order), held)
        self.assertFalse(self._find(other))
        self.assertEqual(held.with_user(self.user_officer).used_in, order.name)
        later = self._calibrate(self.tester, number="C-9")
        self.env.cr.execute(
            "UPDATE repair_tool_calibration SET done_on = done_on + 3, valid_until = valid_until + 3 WHERE id = %s", [later.id])
        self.env.invalidate_all()
        self.assertEqual(self._find(order), held, "the one that came after the measurement shows nothing")
        self._age_calibration(self.tester, 5)
        self.env.invalidate_all()
        self.assertFalse(self._find(order), "none held: that is the finding")
        self.assertFalse(held.used_in)

    def test_officer_reads_training_records_and_changes_none(self):
        row = self._hold(employees=self.pupil).enrolment_ids
        mine = row.with_user(self.user_officer)
        self.assertEqual(mine.read(["course_id", "result"])[0]["result"], "passed")
        open_row = self._create_session(employees=self.other).enrolment_ids.with_user(self.user_officer)
        for call in (lambda: open_row.write({"score": 100}), open_row.unlink, open_row.copy):
            with self.assertRaises(AccessError):
                call()

    @users("test_employee", "test_desk", "test_technician")
    def test_others_read_their_own_training_only(self):
        row = self._hold(employees=self.pupil).enrolment_ids
        self.assertFalse(self.env["hr.training.enrolment"].search([("id", "in", row.ids)]))
        visible = self.env["ir.ui.menu"]._visible_menu_ids()
        for name in ("evidence", "auditors"):
            self.assertNotIn(self.env.ref(f"repair_quality.menu_quality_{name}").id, visible)

    def test_auditors_are_listed_by_their_certificate(self):
        skill = self.env.ref("repair_quality.skill_internal_auditor")
        row = self.env["hr.employee.skill"].create({
            "employee_id": self.pupil.id, "skill_type_id": skill.skill_type_id.id, "skill_id": skill.id,
            "skill_level_id": skill.skill_type_id.skill_level_ids[0].id, "valid_from": self.today - timedelta(days=1),
            "valid_to": self.today + timedelta(days=9), "certificate_number": "A-1"})
        other = self._certify(self.refrigeration, employee=self.pupil)
        found = self.env["hr.employee.skill"].search([("skill_id.auditor_standard_ids", "!=", False)])
        self.assertIn(row, found)
        self.assertNotIn(other, found)
