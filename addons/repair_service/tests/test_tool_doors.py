from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from .common_tool import RepairToolCommon


@tagged("post_install", "-at_install")
class TestToolDoors(RepairToolCommon):
    """What a caller brings along - defaults in the context, his own defaults, a time zone, a company - forges nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stage_done = cls.env["maintenance.stage"].search([("done", "=", True)], limit=1)

    def _keep_as_own_default(self, user, model, **values):
        for name, value in values.items():
            self.env["ir.default"].set(model, name, value, user_id=user.id)

    def _step_with(self, context, tool, kind, user, **values):
        dialogue = self.env["repair.tool.dialogue"].with_user(user).create({"equipment_id": tool.id, "kind": kind, **values})
        return dialogue.with_context(**context).action_confirm()

    def test_custody_is_not_signed_for_by_the_keepers_context(self):
        forged = {
            "default_signed_on": "2026-01-01 00:00:00", "default_signature": self.signature, "default_returned_on": "2026-01-01 00:00:00",
            "default_state": "held", "default_is_clean": True}
        self._step_with(forged, self.ladder, "hand_out", self.user_keeper, employee_id=self.employee_technician.id)
        self.assertRecordValues(self.ladder.custody_ids, [{"signed_on": False, "returned_on": False, "state": "handed", "is_clean": False}])

    def test_custody_is_not_signed_for_by_the_keepers_own_defaults(self):
        self._keep_as_own_default(self.user_keeper, "repair.tool.custody", signed_on="2026-01-01 00:00:00", is_clean=True)
        self._step(self.ladder, "hand_out", self.user_keeper, employee_id=self.employee_technician.id)
        self.assertRecordValues(self.ladder.custody_ids, [{"signed_on": False, "state": "handed", "is_clean": False}])

    def test_a_damage_report_is_open_whatever_the_reporter_brings_along(self):
        self._give(self.ladder)
        forged = {
            "default_stage_id": self.stage_done.id, "default_archive": True, "default_tool_outcome": "none", "default_tool_liable": "wear"}
        self._keep_as_own_default(
            self.user_technician, "maintenance.request", stage_id=self.stage_done.id, archive=True, tool_outcome="none", tool_liable="wear")
        self._step_with(forged, self.ladder, "damage", self.user_technician, note="A rung is bent")
        self.assertRecordValues(self.ladder.maintenance_ids, [{"archive": False, "tool_outcome": False, "tool_liable": False}])
        self.assertFalse(self.ladder.maintenance_ids.stage_id.done)

    def test_reviews_are_open_whatever_the_measurer_brings_along(self):
        self._give(self.tester)
        line = self._measure_order()
        line.with_user(self.user_technician).write({"value": 5.0})
        forged = {"default_state": "harmless", "default_note": "fine", "default_reviewed_by_id": self.user_inspector.id}
        self._keep_as_own_default(self.user_technician, "repair.measurement.review", state="harmless", note="fine")
        self._step_with(forged, self.tester, "check", self.user_technician, result="fail", note="Reads zero")
        self.assertRecordValues(
            self.env["repair.measurement.review"].search([("equipment_id", "=", self.tester.id)]),
            [{"state": "open", "note": False, "reviewed_by_id": False}])

    def test_a_calibration_holds_no_longer_than_its_type_says_whatever_the_keeper_brings_along(self):
        self._keep_as_own_default(self.user_keeper, "repair.tool.calibration", valid_until="2099-01-01", recorded_on="2020-01-01 00:00:00")
        calibration = self.env["repair.tool.calibration"].with_context(default_valid_until="2099-01-01")
        calibration = self._calibrate_with(calibration)
        self.assertEqual(calibration.valid_until, fields.Date.add(self.today, years=1) - timedelta(days=1))
        self.assertEqual(calibration.recorded_on.date(), fields.Datetime.now().date())
        self.assertEqual(self.tester.calibration_due, calibration.valid_until)

    def _calibrate_with(self, calibrations):
        return calibrations.with_user(self.user_keeper).create({
            "equipment_id": self.tester.id, "done_on": self.today, "certificate_number": "C-44", "certificate": "eA=="})

    def test_new_tools_begin_in_the_store_whatever_the_keeper_brings_along(self):
        forged = {
            "employee_id": self.colleague.id, "tool_state": "held", "calibration_due": "2099-01-01", "check_due": "2099-01-01",
            "failed_on": "2026-01-01 00:00:00", "failed_reason": "x", "assign_date": "2026-01-01"}
        tools = self.env["maintenance.equipment"].with_user(self.user_keeper)
        with self.subTest("context"):
            tool = tools.with_context(**{f"default_{name}": value for name, value in forged.items()}).create(
                {"name": "x", "tool_type_id": self.type_ladder.id})
            self._assert_in_store(tool)
        with self.subTest("type as a default, too"):
            self._assert_in_store(tools.with_context(
                default_employee_id=self.colleague.id, default_tool_type_id=self.type_ladder.id).create({"name": "x"}))
        self._keep_as_own_default(self.user_keeper, "maintenance.equipment", **forged)
        with self.subTest("own defaults"):
            self._assert_in_store(tools.create({"name": "x", "tool_type_id": self.type_ladder.id}))
        self._keep_as_own_default(self.user_keeper, "maintenance.equipment", tool_type_id=self.type_ladder.id)
        with self.subTest("type as an own default, too"):
            self._assert_in_store(tools.create({"name": "x"}))

    def _assert_in_store(self, tool):
        self.assertRecordValues(tool, [{
            "tool_type_id": self.type_ladder.id, "tool_state": "store", "employee_id": False, "calibration_due": False,
            "failed_on": False, "assign_date": False, "check_due": tool.effective_date + timedelta(days=90)}])

    def test_a_copied_tool_begins_in_the_store(self):
        self._give(self.ladder)
        copy = self.ladder.with_user(self.user_keeper).copy()
        self._assert_in_store(copy)

    def test_no_time_zone_makes_an_expired_instrument_measure(self):
        # The calibration ends with the 20th in Shanghai; there it is the 21st since 16:00 UTC.
        line = self._measure_order()
        self._give(self.tester)
        self.env.cr.execute("UPDATE repair_tool_calibration SET valid_until = '2026-05-20' WHERE equipment_id = %s", self.tester.ids)
        self.env.cr.execute("UPDATE maintenance_equipment SET calibration_due = '2026-05-20' WHERE id = %s", self.tester.ids)
        self.env.invalidate_all()
        self.company.partner_id.tz = "Asia/Shanghai"
        self.user_technician.tz = "Pacific/Midway"
        with freeze_time(datetime(2026, 5, 20, 16, 30)):
            for zone in ("Pacific/Midway", "Etc/GMT+12", "UTC", False, "Asia/Shanghai"):
                with self.subTest(zone), self.assertRaisesRegex(UserError, "has expired"), self.cr.savepoint():
                    line.with_user(self.user_technician).with_context(tz=zone).write({"value": 5.0})
                self.env.invalidate_all()
                self.assertEqual(self.tester.with_context(tz=zone).calibration_state, "expired")
        with freeze_time(datetime(2026, 5, 20, 15, 30)):
            self.env.invalidate_all()
            self.assertEqual(self.tester.with_context(tz="Pacific/Kiritimati").calibration_state, "near")

    def test_no_other_company_makes_a_measurer_need_no_instrument(self):
        line = self._measure_order()
        self.tester._flow_write({"company_id": self.company.id})
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.user_technician.company_ids = [Command.link(other.id)]
        own = line.with_user(self.user_technician).with_context(allowed_company_ids=[other.id, self.company.id])
        with self.assertRaisesRegex(UserError, "none in your custody"):
            own.write({"value": 5.0})

    def test_days_of_custody_and_checks_are_those_of_the_company(self):
        self.company.partner_id.tz = "Asia/Shanghai"
        with freeze_time(datetime(2026, 5, 20, 16, 30)):  # half past midnight of the 21st in Shanghai
            self._give(self.ladder)
            self.assertEqual(self.ladder.assign_date, fields.Date.to_date("2026-05-21"))
            self.ladder.with_user(self.user_technician).with_context(tz="UTC").action_check_pass()
            self.assertEqual(self.ladder.check_due, fields.Date.to_date("2026-05-21") + timedelta(days=90))

    def test_a_failed_calibration_lists_all_since_the_one_before_whatever_its_user_checked_meanwhile(self):
        self._give(self.tester)
        first, second = self._measure_order(), self._measure_order()
        first.with_user(self.user_technician).write({"value": 5.0})
        self._move_back("repair_inspection_line", "measured_on", first, "3 hours")
        self.tester.with_user(self.user_technician).action_check_pass()
        self._move_back("repair_tool_check", "done_on", self.tester.check_ids, "1 hour")
        second.with_user(self.user_technician).write({"value": 6.0})
        self._step(self.tester, "damage", self.user_technician, note="Fell")
        self.assertEqual(self._get_reviewed(), second)  # who has it found it in order an hour ago
        self._calibrate(self.tester, result="fail", number="C-7")
        self.assertEqual(self._get_reviewed(), first | second)
        self.assertEqual(self.tester.activity_ids.activity_type_id, self.env.ref("repair_service.mail_activity_type_measurement_review"))
        for line in (first, second):
            self.env["repair.measurement.review"].search([("line_id", "=", line.id)]).with_user(self.user_inspector).write(
                {"state": "harmless", "note": "far above the limit"})
        self.assertFalse(self.tester.activity_ids)

    def test_what_was_measured_on_the_day_of_the_last_calibration_is_listed_too(self):
        self.company.partner_id.tz = "Asia/Shanghai"
        line = self._measure_order()
        with freeze_time(datetime(2027, 3, 1, 23, 0)):  # seven in the morning of the 2nd in Shanghai
            self._calibrate(self.tester, number="C-3", done_on="2027-03-02")
            self._give(self.tester)
            line.with_user(self.user_technician).write({"value": 5.0})
            self._step(self.tester, "check", self.user_technician, result="fail", note="Reads zero")
        self.assertEqual(self._get_reviewed(), line)

    def _get_reviewed(self):
        return self.env["repair.measurement.review"].search([("equipment_id", "=", self.tester.id)]).line_id.sorted("id")

    def _move_back(self, table, column, records, interval):
        self.env.flush_all()
        self.env.cr.execute(SQL(
            "UPDATE %s SET %s = %s - %s::interval WHERE id IN %s", SQL.identifier(table), SQL.identifier(column), SQL.identifier(column),
            interval, tuple(records.ids)))
        self.env.invalidate_all()

    def test_a_lost_tool_ends_its_custody_and_lets_its_holder_leave(self):
        self._give(self.ladder)
        self._step(self.ladder, "damage", self.user_technician, note="Stolen from the van, police report 4711")
        report = self.ladder.maintenance_ids
        with self.assertRaisesRegex(UserError, "still has tools"):
            self.employee_technician.action_archive()
        values = {"tool_outcome": "lost", "tool_liable": "other", "stage_id": self.stage_done.id}
        self.ladder.technician_user_id = self.user_keeper
        for user in (self.user_technician, self.user_inspector):
            with self.subTest(user.login), self.assertRaises(UserError):
                report.with_user(user).write(values)
        report.with_user(self.user_keeper).write(values)
        self.assertRecordValues(self.ladder, [{"active": False, "tool_state": "retired", "employee_id": False}])
        self.assertRecordValues(self.ladder.custody_ids, [{
            "state": "returned", "is_clean": False, "is_whole": False, "received_by_id": self.user_keeper.id,
            "return_note": f"Lost: {report.name}"}])
        self.employee_technician.action_archive()

    def test_nobody_settles_the_loss_of_his_own_tool(self):
        keeper = self.env["hr.employee"].create({"name": "Keeper", "user_id": self.user_keeper.id})
        self._step(self.ladder, "hand_out", self.user_manager, employee_id=keeper.id)
        self._step(self.ladder, "sign", self.user_keeper, signature=self.signature)
        self._step(self.ladder, "damage", self.user_keeper, note="Gone")
        report, values = self.ladder.maintenance_ids, {"tool_outcome": "lost", "tool_liable": "wear", "stage_id": self.stage_done.id}
        with self.assertRaisesRegex(UserError, "another keeper"), self.cr.savepoint():
            report.with_user(self.user_keeper).write(values)
        report.with_user(self.user_manager).write({"tool_outcome": "lost", "tool_liable": "wear"})
        with self.assertRaises(AccessError):
            report.with_user(self.user_inspector).action_close_damage()
        report.with_user(self.user_manager).action_close_damage()
        self.assertFalse(self.ladder.active)

    def test_a_point_that_was_measured_cannot_be_deleted_from_under_its_review(self):
        self._give(self.tester)
        inspection = self._measure_order().inspection_id
        line = self.env["repair.inspection.line"].with_user(self.user_technician).create({
            "inspection_id": inspection.id, "name": "Leakage", "is_measured": True, "value": 1.0, "instrument_id": self.tester.id})
        self._step(self.tester, "check", self.user_technician, result="fail", note="Reads zero")
        with self.assertRaises(UserError):
            line.unlink()
        self.assertEqual(self.env["repair.measurement.review"].search([("equipment_id", "=", self.tester.id)]).line_id, line)
