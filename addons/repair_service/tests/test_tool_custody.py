from datetime import date, timedelta

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..engine.tool_kit import add_months, get_due, get_lacking
from ..models.repair_flow import FLOW
from .common_tool import RepairToolCommon


@tagged("post_install", "-at_install")
class TestToolCustody(RepairToolCommon):

    def test_a_tool_is_handed_out_by_the_keeper_and_signed_for_by_the_receiver_himself(self):
        self._give(self.ladder, signed=False)
        self.assertEqual((self.ladder.tool_state, self.ladder.holder_id), ("handed", self.employee_technician))
        for user in (self.user_keeper, self.user_manager, self.user_colleague):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self._step(self.ladder, "sign", user, signature=self.signature)
        with self.assertRaises(UserError):
            self._step(self.ladder, "sign", self.user_technician)
        with self.assertRaises(ValidationError):
            self._step(self.ladder, "sign", self.user_technician, signature="bm8gcGljdHVyZQ==")
        self._step(self.ladder, "sign", self.user_technician, signature=self.signature)
        self.assertEqual(self.ladder.tool_state, "held")
        self.assertRecordValues(self.ladder.custody_ids, [{
            "employee_id": self.employee_technician.id, "handed_by_id": self.user_keeper.id, "state": "held", "returned_on": False}])
        with self.assertRaises(UserError):
            self._step(self.ladder, "sign", self.user_technician, signature=self.signature)

    def test_lending_is_refused_a_tool_goes_back_to_the_keeper_first(self):
        self._give(self.ladder)
        with self.assertRaisesRegex(UserError, "not lent on"):
            self._step(self.ladder, "hand_out", self.user_keeper, employee_id=self.colleague.id)
        with self.assertRaises(AccessError):
            self._step(self.ladder, "hand_out", self.user_technician, employee_id=self.colleague.id)
        self._step(self.ladder, "take_back", self.user_keeper, is_clean=True, is_whole=True)
        self._give(self.ladder, self.colleague)
        self.assertEqual(self.ladder.custody_ids.mapped("employee_id"), self.colleague | self.employee_technician)

    def test_nobody_moves_a_tool_by_writing_fields_through_any_door(self):
        self._give(self.ladder)
        others = {"employee_id": self.colleague.id, "holder_id": self.colleague.id, "owner_user_id": self.user_colleague.id,
                  "equipment_assign_to": "other", "department_id": False, "failed_on": False, "tool_state": "store",
                  "calibration_due": "2099-01-01", "check_due": "2099-01-01",
                  "custody_ids": [Command.clear()], "active": False, "tool_type_id": self.type_tester.id}
        for user in (self.user_technician, self.user_colleague, self.user_keeper, self.user_manager, self.user_inspector):
            for name, value in others.items():
                with self.subTest(user=user.login, field=name), self.assertRaises(UserError):
                    self.ladder.with_user(user).write({name: value})
        self.assertEqual(self.ladder.holder_id, self.employee_technician)
        custody = self.ladder.custody_ids
        for user in (self.user_technician, self.user_keeper, self.user_manager):
            for attempt in (lambda own: own.write({"employee_id": self.colleague.id}), lambda own: own.write({"returned_on": "2026-01-01"}),
                            lambda own: own.unlink(), lambda own: own.create({
                                "equipment_id": self.tester.id, "employee_id": self.colleague.id, "handed_by_id": self.user_keeper.id,
                                "handed_on": "2026-01-01"})):
                with self.subTest(user=user.login), self.assertRaises(UserError):
                    attempt(custody.with_user(user))

    def test_a_keeper_neither_hands_tools_to_himself_nor_takes_back_his_own(self):
        keeper = self.env["hr.employee"].create({"name": "Keeper", "user_id": self.user_keeper.id})
        with self.assertRaisesRegex(UserError, "himself"):
            self._step(self.ladder, "hand_out", self.user_keeper, employee_id=keeper.id)
        self._step(self.ladder, "hand_out", self.user_manager, employee_id=keeper.id)
        with self.assertRaisesRegex(UserError, "own tools"):
            self._step(self.ladder, "take_back", self.user_keeper, is_clean=True, is_whole=True)
        self._step(self.ladder, "take_back", self.user_manager, is_clean=True, is_whole=True)

    def test_new_tools_begin_in_the_store_whatever_the_caller_sends(self):
        tool = self.env["maintenance.equipment"].with_user(self.user_keeper).with_context(
            default_employee_id=self.colleague.id, default_tool_type_id=self.type_ladder.id).create({
                "name": "x", "tool_type_id": self.type_ladder.id, "employee_id": self.colleague.id, "failed_on": "2026-01-01",
                "calibration_due": "2099-01-01"})
        self.assertEqual((tool.tool_state, tool.holder_id.id, tool.calibration_due), ("store", False, False))

    def test_a_tool_has_one_holder_at_a_time_in_the_database_too(self):
        self._give(self.ladder)
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation), self.cr.savepoint():
            self.env["repair.tool.custody"].with_context(repair_flow=FLOW).create({
                "equipment_id": self.ladder.id, "employee_id": self.colleague.id, "handed_by_id": self.env.uid,
                "handed_on": fields.Datetime.now()})

    def test_a_tool_that_comes_back_dirty_or_broken_is_described_and_reported(self):
        self._give(self.ladder)
        with self.assertRaisesRegex(UserError, "Describe"):
            self._step(self.ladder, "take_back", self.user_keeper, is_clean=False, is_whole=True)
        self._step(self.ladder, "take_back", self.user_keeper, is_clean=True, is_whole=False, note="A rung is bent")
        self.assertRecordValues(self.ladder.custody_ids, [{
            "is_clean": True, "is_whole": False, "return_note": "A rung is bent", "received_by_id": self.user_keeper.id,
            "state": "returned"}])
        self.assertEqual((self.ladder.tool_state, self.ladder.holder_id.id), ("damaged", False))
        self.assertEqual(self.ladder.maintenance_ids.employee_id, self.employee_technician)
        with self.assertRaisesRegex(UserError, "repaired first"):
            self._step(self.ladder, "hand_out", self.user_keeper, employee_id=self.colleague.id)

    def test_checks_are_done_by_who_has_the_tool_and_set_the_next_day(self):
        self.ladder.effective_date = self.today - timedelta(days=100)
        self._give(self.ladder)
        self.assertEqual((self.ladder.check_due, self.ladder.check_state), (self.today - timedelta(days=10), "overdue"))
        for user in (self.user_keeper, self.user_manager, self.user_colleague):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self._step(self.ladder, "check", user, result="pass")
        self.ladder.with_user(self.user_technician).action_check_pass()
        self.assertEqual((self.ladder.check_due, self.ladder.check_state), (self.today + timedelta(days=90), "ok"))
        for attempt in (lambda: self.ladder.check_ids.with_user(self.user_technician).write({"done_on": "2099-01-01"}),
                        lambda: self.env["repair.tool.check"].with_user(self.user_manager).create({
                            "equipment_id": self.ladder.id, "user_id": self.user_technician.id, "done_on": "2099-01-01", "result": "pass"}),
                        lambda: self.ladder.check_ids.with_user(self.user_manager).unlink()):
            with self.assertRaises(UserError):
                attempt()

    def test_who_has_not_signed_does_not_check(self):
        self._give(self.ladder, signed=False)
        with self.assertRaises(AccessError):
            self._step(self.ladder, "check", self.user_technician, result="pass")

    def test_a_damage_report_ends_with_repair_or_replacement_and_who_answers_for_it(self):
        self._give(self.ladder)
        with self.assertRaises(UserError):
            self._step(self.ladder, "damage", self.user_technician, note=" ")
        self._step(self.ladder, "damage", self.user_technician, note="Fell off the roof rack")
        report, done = self.ladder.maintenance_ids, self.env["maintenance.stage"].search([("done", "=", True)], limit=1)
        self.assertRecordValues(report, [{
            "is_tool_damage": True, "maintenance_type": "corrective", "employee_id": self.employee_technician.id}])
        for user in (self.user_technician, self.user_inspector):
            for values in ({"stage_id": done.id}, {"tool_liable": "company"}, {"archive": True}, {"equipment_id": self.tester.id}):
                with self.subTest(user=user.login, values=values), self.assertRaises(UserError):
                    report.with_user(user).write(values)
        keeper = report.with_user(self.user_keeper)
        for values in ({}, {"tool_outcome": "repaired"}, {"tool_liable": "holder"}, {"tool_outcome": "repaired", "tool_liable": "holder"}):
            with self.subTest(values), self.assertRaises(UserError):
                keeper.write({**values, "stage_id": done.id})
        with self.assertRaises(UserError):
            keeper.unlink()
        keeper.write({"tool_outcome": "repaired", "tool_liable": "holder", "tool_liable_note": "Not fastened", "stage_id": done.id})
        self.assertEqual((self.ladder.failed_on, self.ladder.tool_state), (False, "held"))
        with self.assertRaisesRegex(UserError, "closed"):
            keeper.write({"tool_liable": "company"})

    def test_a_replaced_tool_is_retired_once_it_is_back(self):
        self._give(self.ladder)
        self._step(self.ladder, "damage", self.user_technician, note="Broken in two")
        new = self.env["maintenance.equipment"].create({"name": "Ladder 2", "tool_type_id": self.type_ladder.id})
        done = self.env["maintenance.stage"].search([("done", "=", True)], limit=1)
        values = {"tool_outcome": "replaced", "tool_liable": "wear", "tool_replacement_id": new.id, "stage_id": done.id}
        report = self.ladder.maintenance_ids.with_user(self.user_keeper)
        with self.assertRaises(UserError):  # in custody still
            report.write(values)
        self._step(self.ladder, "take_back", self.user_keeper, is_clean=True, is_whole=False, note="In two pieces")
        report.write(values)
        self.assertEqual((self.ladder.active, self.ladder.tool_state, self.ladder.scrap_date), (False, "retired", self.today))

    def test_damage_flags_are_not_forged_on_other_requests(self):
        requests = self.env["maintenance.request"].with_user(self.env.ref("base.user_admin"))
        request = requests.with_context(default_is_tool_damage=True).create({"name": "x", "is_tool_damage": True})
        self.assertFalse(request.is_tool_damage)

    def test_who_leaves_returns_his_tools_first(self):
        self._give(self.ladder)
        with self.assertRaisesRegex(UserError, "Ladder/L-001"):
            self.employee_technician.action_archive()
        with self.assertRaises(UserError):
            self.employee_technician.equipment_ids = [Command.clear()]
        reason = self.env["hr.departure.reason"].search([], limit=1)
        wizard = self.env["hr.departure.wizard"].create({
            "employee_ids": [Command.set(self.employee_technician.ids)], "departure_reason_id": reason.id,
            "departure_date": self.today + timedelta(days=30)})
        wizard.with_context(employee_termination=False).action_register_departure()
        self.assertEqual(self.ladder.holder_id, self.employee_technician)
        self.assertEqual(self.ladder.activity_ids.activity_type_id, self.env.ref("repair_service.mail_activity_type_tool_return"))
        self._step(self.ladder, "take_back", self.user_keeper, is_clean=True, is_whole=True)
        self.employee_technician.action_archive()
        self.assertFalse(self.employee_technician.active)

    def test_what_a_technician_lacks_of_the_kits_of_his_job_and_territory(self):
        north, south = self.env["repair.territory"].create([{"name": "North", "code": "TKN"}, {"name": "South", "code": "TKS"}])
        self.employee_technician.territory_ids = north
        kit, of_south = self.env["repair.tool.kit"].create([
            {"name": "All", "line_ids": [Command.create({"tool_type_id": self.type_ladder.id, "quantity": 2}),
                                         Command.create({"tool_type_id": self.type_tester.id})]},
            {"name": "South", "territory_ids": south.ids,
             "line_ids": [Command.create({"tool_type_id": self.type_ladder.id, "quantity": 5})]}])
        self._give(self.ladder)
        gaps = self.employee_technician._get_tool_gaps()[self.employee_technician.id]
        self.assertEqual(gaps, {self.type_ladder.id: 1, self.type_tester.id: 1})
        of_south.territory_ids = north
        self.assertEqual(self.employee_technician._get_tool_gaps()[self.employee_technician.id][self.type_ladder.id], 4)
        technician = self.env["repair.technician"].with_user(self.user_desk).browse(self.employee_technician.id)
        self.assertEqual(technician.tool_gap, "Test ladder × 4, Test insulation tester × 1")
        kit.job_ids = self.env["hr.job"].create({"name": "Other job"})
        self.assertNotIn(self.type_tester.id, self.employee_technician._get_tool_gaps()[self.employee_technician.id])

    def test_the_day_of_a_technician_tells_what_to_do_about_his_tools(self):
        order = self._create_order()
        visit = self._book(order)
        self.ladder.effective_date = self.today - timedelta(days=100)
        self._give(self.ladder)
        self._give(self.tester, signed=False)
        notice = visit.with_user(self.user_technician).tool_notice
        self.assertEqual(notice, "sign for: Tester · check: Ladder")

    def test_reminders_go_to_who_has_the_tool_once(self):
        self.ladder.effective_date = self.today - timedelta(days=100)
        self._give(self.ladder)
        for _each in range(2):
            self.env["maintenance.equipment"]._cron_remind_tools()
        self.assertEqual(self.ladder.activity_ids.mapped("user_id"), self.user_technician)
        self.assertEqual(len(self.ladder.activity_ids), 1)
        self.ladder.with_user(self.user_technician).action_check_pass()
        self.assertFalse(self.ladder.activity_ids)

    def test_technicians_see_their_own_tools_only(self):
        self._give(self.ladder)
        tools = self.env["maintenance.equipment"]
        self.assertEqual(tools.with_user(self.user_technician).search([("tool_kind", "!=", False)]), self.ladder)
        self.assertFalse(tools.with_user(self.user_colleague).search([("tool_kind", "!=", False)]))
        self.assertLessEqual(self.ladder | self.tester, tools.with_user(self.user_keeper).search([("tool_kind", "!=", False)]))
        self.assertFalse(self.env["repair.tool.custody"].with_user(self.user_colleague).search([]))
        with self.assertRaises(AccessError):
            self._step(self.ladder, "damage", self.user_colleague, note="x")
        with self.assertRaises(AccessError):
            self.env["repair.tool.dialogue"].with_user(self.user_portal).create({"equipment_id": self.ladder.id, "kind": "check"})

    def test_kit_and_dates_by_hand(self):
        self.assertEqual(get_lacking([{1: 2, 2: 1}, {1: 1, 3: 1}], {1: 1, 3: 4}), {1: 1, 2: 1})
        self.assertEqual(get_due(date(2026, 1, 31), 30), date(2026, 3, 2))
        self.assertIsNone(get_due(date(2026, 1, 31), 0))
        self.assertEqual([add_months(date(2027, 1, 31), months) for months in (1, 12, 13)],
                         [date(2027, 2, 28), date(2028, 1, 31), date(2028, 2, 29)])
