import base64
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common_tool import RepairToolCommon


@tagged("post_install", "-at_install")
class TestToolCalibration(RepairToolCommon):

    def test_until_when_a_calibration_holds_is_worked_out(self):
        # Calibrated yesterday for twelve months: the last day is a year from two days ago.
        self.assertEqual(self.tester.calibration_due, fields.Date.add(self.today - timedelta(days=1), years=1) - timedelta(days=1))
        self.assertEqual(self.tester.calibration_state, "valid")
        with self.assertRaises(UserError):
            self._calibrate(self.tester, valid_until="2099-01-01")

    def test_a_calibration_is_dated_neither_in_the_future_nor_before_what_is_on_record(self):
        for days_ago in (-1, 2, 400):
            with self.subTest(days_ago), self.assertRaises(UserError):
                self._calibrate(self.tester, days_ago=days_ago)
        self._calibrate(self.tester, days_ago=0)
        self._give(self.tester)
        self._step(self.tester, "check", self.user_technician, result="fail", note="Reads zero")
        with self.assertRaises(UserError):
            self._calibrate(self.tester, days_ago=1, number="C-3")

    def test_a_calibration_has_a_certificate_and_stays_as_it_was_recorded(self):
        for values in ({"certificate": False}, {"number": " "}):
            with self.subTest(values), self.assertRaises(ValidationError):
                self._calibrate(self.tester, **values)
        with self.assertRaises(ValidationError):
            self._calibrate(self.ladder)
        calibration = self.tester.calibration_ids
        for user in (self.user_keeper, self.user_manager):
            for values in ({"done_on": "2030-01-01"}, {"result": "fail"}, {"equipment_id": self.ladder.id}):
                with self.subTest(user=user.login, values=values), self.assertRaises(UserError):
                    calibration.with_user(user).write(values)
            with self.assertRaises(UserError):
                calibration.with_user(user).unlink()

    def test_only_keepers_calibrate_and_none_his_own_instrument(self):
        for user in (self.user_technician, self.user_inspector, self.user_desk):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self._calibrate(self.tester, user=user)
        manager = self.env["hr.employee"].create({"name": "Manager", "user_id": self.user_manager.id})
        self._step(self.tester, "hand_out", self.user_keeper, employee_id=manager.id)
        with self.assertRaisesRegex(UserError, "Nobody records"):
            self._calibrate(self.tester, user=self.user_manager)

    def test_an_expired_instrument_is_not_handed_out(self):
        self._age_calibration(self.tester, 1)
        with self.assertRaisesRegex(UserError, "calibrated first"):
            self._give(self.tester)

    def _get_doors(self, line, user, **values):
        """Every way in which somebody can bring a value into an inspection, by name."""
        own, inspection = line.with_user(user), line.inspection_id.with_user(user)
        return {
            "write": lambda: own.write({"value": 5.0, **values}),
            "zero": lambda: own.write({"measured": True, "note": "dead short", **values}),
            "nested": lambda: inspection.write({"line_ids": [Command.update(line.id, {"value": 5.0, **values})]}),
            "web": lambda: inspection.web_save({"line_ids": [Command.update(line.id, {"value": 5.0, **values})]}, {"id": {}}),
            "import": lambda: self._load(own, values),
            "answer": lambda: own.write({"value": 5.0, "answer": "pass", **values}),
        }

    def _load(self, own, values):
        names = ["id", "value"] + (["instrument_id/.id"] if values else [])
        own.env["ir.model.data"].sudo()._update_xmlids([{"xml_id": f"repair_service.test_line_{own.id}", "record": own.sudo()}])
        row = [f"repair_service.test_line_{own.id}", "5.0"] + ([str(values["instrument_id"])] if values else [])
        result = own.env["repair.inspection.line"].load(names, [row])
        if any(message["type"] == "error" for message in result["messages"]):
            raise UserError(result["messages"][0]["message"])

    def _assert_closed(self, line, user, pattern, **values):
        for name, door in self._get_doors(line, user, **values).items():
            with self.subTest(door=name, instrument=bool(values)), self.assertRaisesRegex(UserError, pattern), self.cr.savepoint():
                door()
        line.invalidate_recordset()
        self.assertFalse(line.measured)

    def test_an_expired_instrument_records_nothing_through_any_door(self):
        line = self._measure_order()
        self._give(self.tester)
        self._age_calibration(self.tester, 1)
        self._assert_closed(line, self.user_technician, "has expired")
        self._assert_closed(line, self.user_technician, "has expired", instrument_id=self.tester.id)

    def test_a_damaged_instrument_records_nothing(self):
        line = self._measure_order()
        self._give(self.tester)
        self._step(self.tester, "damage", self.user_technician, note="Display dark")
        self._assert_closed(line, self.user_technician, "damaged", instrument_id=self.tester.id)

    def test_an_instrument_in_other_hands_or_not_signed_for_records_nothing(self):
        line = self._measure_order()
        self._assert_closed(line, self.user_technician, "none in your custody")
        self._assert_closed(line, self.user_technician, "not in the custody", instrument_id=self.tester.id)
        self._give(self.tester, signed=False)
        self._assert_closed(line, self.user_technician, "not in the custody", instrument_id=self.tester.id)
        self._step(self.tester, "sign", self.user_technician, signature=self.signature)
        self._assert_closed(line, self.user_inspector, "none in your custody")
        self._assert_closed(line, self.user_inspector, "not in the custody", instrument_id=self.tester.id)

    def test_what_is_no_instrument_of_the_kind_measures_nothing(self):
        line = self._measure_order()
        self._give(self.ladder)
        self._assert_closed(line, self.user_technician, "is measured with", instrument_id=self.ladder.id)

    def test_a_fit_instrument_is_chosen_by_itself_and_the_trace_is_kept(self):
        line = self._measure_order()
        self._give(self.tester)
        line.with_user(self.user_technician).write({"value": 5.0})
        self.assertRecordValues(line, [{"instrument_id": self.tester.id, "measured_by_id": self.user_technician.id, "answer": "pass"}])
        self.assertTrue(line.measured_on)
        for values in ({"measured_on": "2020-01-01"}, {"measured_by_id": self.user_inspector.id}, {"tool_type_id": False}):
            with self.subTest(values), self.assertRaises(UserError):
                line.with_user(self.user_technician).write(values)

    def test_an_inspector_measures_again_with_his_own_instrument(self):
        line = self._measure_order()
        self._give(self.tester)
        line.with_user(self.user_technician).write({"value": 5.0})
        second = self.env["maintenance.equipment"].create({"name": "Tester 2", "tool_type_id": self.type_tester.id})
        self._calibrate(second, number="C-9")
        self._give(second, self.employee_inspector)
        line.with_user(self.user_inspector).write({"value": 6.0})
        self.assertEqual((line.instrument_id, line.measured_by_id), (second, self.user_inspector))

    def test_where_no_such_instrument_was_ever_registered_values_are_noted_without(self):
        kind = self.env["repair.tool.type"].create({"name": "Never bought", "kind": "instrument"})
        self.template.point_ids.filtered("is_measured").tool_type_id = kind
        order = self._to_stage(self._create_order(), "diagnosed")
        self._to_stage(order, "repairing")
        line = order.final_inspection_id.line_ids.filtered("is_measured")
        line.with_user(self.user_technician).write({"value": 5.0})
        self.assertEqual((line.answer, line.instrument_id.id), ("pass", False))

    def test_what_an_instrument_measured_since_it_was_last_good_is_listed_when_it_fails(self):
        self._give(self.tester)
        first, second = self._measure_order(), self._measure_order()
        first.with_user(self.user_technician).write({"value": 5.0})
        self.env.flush_all()
        self.env.cr.execute("UPDATE repair_inspection_line SET measured_on = measured_on - interval '3 hours' WHERE id = %s", first.ids)
        self.env.invalidate_all()
        check = self.tester.with_user(self.user_technician)
        check.action_check_pass()
        self.env.flush_all()
        self.env.cr.execute("UPDATE repair_tool_check SET done_on = done_on - interval '1 hour' WHERE equipment_id = %s", self.tester.ids)
        self.env.invalidate_all()
        second.with_user(self.user_technician).write({"value": 6.0})
        self._step(self.tester, "check", self.user_technician, result="fail", note="10 % too high")
        reviews = self.env["repair.measurement.review"].search([("equipment_id", "=", self.tester.id)])
        self.assertEqual(reviews.line_id, second)  # the first was measured before the last good check
        self.assertEqual((self.tester.review_count, reviews.repair_id), (1, second.inspection_id.repair_id))
        review = reviews.with_user(self.user_inspector)
        for values in ({"state": "harmless"}, {"state": "harmless", "note": " "}, {"line_id": first.id}, {"reviewed_by_id": 1}):
            with self.subTest(values), self.assertRaises(UserError):
                review.write(values)
        review.write({"state": "harmless", "note": "Reads 10 % high, 5.4 is above the limit of 2 still"})
        self.assertEqual((review.reviewed_by_id, self.tester.review_count), (self.user_inspector, 0))
        with self.assertRaises(UserError):
            review.write({"state": "open"})
        with self.assertRaises(AccessError):
            reviews.with_user(self.user_technician).read(["state"])

    def test_a_failed_calibration_lists_all_since_the_one_before(self):
        self._give(self.tester)
        line = self._measure_order()
        line.with_user(self.user_technician).write({"value": 5.0})
        self._calibrate(self.tester, result="fail", number="C-7")
        self.assertEqual(self.env["repair.measurement.review"].search([("equipment_id", "=", self.tester.id)]).line_id, line)
        self.assertEqual((self.tester.tool_state, self.tester.calibration_due), ("damaged", False))
        self._calibrate(self.tester, number="C-8")
        self.assertEqual((self.tester.failed_on, self.tester.calibration_state), (False, "valid"))

    def test_a_repaired_instrument_measures_again_only_after_a_new_calibration(self):
        line = self._measure_order()
        self._give(self.tester)
        self._step(self.tester, "damage", self.user_technician, note="Fell")
        done = self.env["maintenance.stage"].search([("done", "=", True)], limit=1)
        report = self.tester.maintenance_ids.with_user(self.user_keeper)
        report.write({"tool_outcome": "repaired", "tool_liable": "wear", "stage_id": done.id})
        self._assert_closed(line, self.user_technician, "damaged")
        self._calibrate(self.tester, number="C-5")
        line.with_user(self.user_technician).write({"value": 5.0})
        self.assertEqual(line.instrument_id, self.tester)

    def test_made_up_points_and_reviews_carry_no_false_trace(self):
        inspection = self._measure_order().inspection_id
        self._give(self.tester)
        with self.assertRaisesRegex(UserError, "not in the custody"):
            inspection.with_user(self.user_inspector).write({"line_ids": [Command.create({
                "name": "x", "is_measured": True, "value": 1.0, "instrument_id": self.tester.id})]})
        line = self.env["repair.inspection.line"].with_user(self.user_technician).with_context(
            default_measured_on="2020-01-01 00:00:00", default_tool_type_id=self.type_ladder.id).create({
                "inspection_id": inspection.id, "name": "x", "is_measured": True, "value": 1.0, "instrument_id": self.tester.id,
                "measured_by_id": self.user_inspector.id})
        self.assertEqual((line.measured_by_id, line.measured_on.date()), (self.user_technician, fields.Datetime.now().date()))
        with self.assertRaises(UserError):
            self.env["repair.measurement.review"].sudo().create({"equipment_id": self.tester.id, "line_id": line.id})
        self.assertTrue(base64.b64decode(self.tester.calibration_ids.certificate))
