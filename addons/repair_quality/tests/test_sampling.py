from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.repair_service.models.repair_flow import FLOW

from .common_checks import ChecksCommon

RULE_START = freeze_time("2019-04-10 04:00:00")


@tagged("post_install", "-at_install")
class TestSampling(ChecksCommon):

    def setUp(self):
        super().setUp()
        RULE_START.start()
        self.addCleanup(RULE_START.stop)

    def _draw_lot(self, count=30, **values):
        """30 repairs, level II, AQL 4.0: letter D resolves to 13, accept 1, reject 2."""
        self.orders = self._make_finished(count)
        self.rule = self._make_rule(**values)
        self.lot = self._make_lot(self.rule)
        self.lot.with_user(self.user_officer).action_draw()
        return self.lot

    def _ask(self, record, step, user, reason="The list was wrong"):
        action = getattr(record.with_user(user), f"action_{step}")()
        wizard = self.env[action["res_model"]].with_user(user).with_context(**action["context"]).create({"reason": reason})
        return wizard.action_confirm()

    def test_sample_of_a_lot_is_that_of_the_plan(self):
        lot = self._draw_lot()
        self.assertEqual((lot.lot_size, lot.sample_size, lot.accept_number, lot.reject_number), (30, 13, 1, 2))
        self.assertEqual((lot.state, lot.due_date, len(lot.inspection_ids)), ("drawn", date(2019, 4, 24), 13))
        self.assertLessEqual(lot.inspection_ids.repair_id, self.orders)
        self.assertEqual(lot.inspection_ids.template_id, self.checklist)

    def test_lot_is_what_was_repaired_inspected_and_accepted_in_the_period(self):
        inside = self._make_finished(2, day=1) | self._make_finished(1, day=31)
        before, refused, other_family, running = (self._make_finished(1) for _index in range(4))
        before._flow_write({"accepted_on": "2019-02-28 15:59:00"})  # 23:59 in Shanghai
        self.env.cr.execute("DELETE FROM repair_inspection WHERE repair_id = %s", [refused.id])
        category = self.env["repair.appliance.category"].create({"name": "Other"})
        other = self._create_appliance(category_id=category.id)
        self.env.cr.execute("UPDATE repair_order SET appliance_id = %s, appliance_category_id = %s WHERE id = %s", [
            other.id, category.id, other_family.id])
        running._flow_write({"service_stage": "repairing"})
        self.env.invalidate_all()
        self.assertEqual(self._make_lot(self._make_rule())._find_repairs(), inside)

    def test_period_that_runs_is_not_drawn(self):
        self._make_finished(3)
        lot = self._make_lot(self._make_rule())
        with freeze_time("2019-03-31 15:00:00"), self.assertRaisesRegex(UserError, "not ended"):  # 23:00 in Shanghai
            lot.with_user(self.user_officer).action_draw()
        with freeze_time("2019-03-31 16:30:00"):
            lot.with_user(self.user_officer).action_draw()
        self.assertEqual(lot.state, "drawn")

    def test_draw_can_be_repeated_from_what_is_stored(self):
        lot = self._draw_lot(40, stratum="technician")
        self.assertEqual(lot.draw_id._find_problems(), [])
        self.assertEqual(lot.draw_id.with_user(self.user_inspector).action_verify()["params"]["type"], "success")
        self.assertEqual(len(lot.draw_id.seed), 32)

    def test_forged_draw_is_found_out(self):
        lot = self._draw_lot()
        left_out = (self.orders - lot.inspection_ids.repair_id)[0]
        sample = [list(row) for row in lot.draw_id._get_sample()]
        sample[0][0] = left_out.id
        self.env.cr.execute("UPDATE qms_sampling_draw SET sample = %s WHERE id = %s", [str(sample).replace("'", '"'), lot.draw_id.id])
        lot.draw_id.invalidate_recordset()
        self.assertEqual(lot.draw_id.action_verify()["params"]["type"], "danger")
        self.env.cr.execute("UPDATE repair_order SET accepted_on = '2019-05-01' WHERE id = %s", [left_out.id])
        self.env.invalidate_all()
        self.assertEqual(len(lot.draw_id._find_problems()), 2)

    def test_nobody_draws_twice_without_a_reason(self):
        lot = self._draw_lot()
        with self.assertRaisesRegex(UserError, "drawn already"):
            lot.with_user(self.user_quality_manager).action_draw()
        with self.assertRaises(AccessError):
            lot.with_user(self.user_officer).action_draw_again()
        with self.assertRaisesRegex(UserError, "reason"):
            self._ask(lot, "draw_again", self.user_quality_manager, "  x ")
        self.assertEqual(len(lot.draw_ids), 1)

    def test_second_draw_keeps_the_first_and_everything_it_drew(self):
        lot = self._draw_lot()
        first, first_orders = lot.draw_id, lot.inspection_ids.repair_id
        self._ask(lot, "draw_again", self.user_quality_manager)
        self.assertEqual((len(lot.draw_ids), lot.draw_id.number, lot.draw_id.reason), (2, 2, "The list was wrong"))
        self.assertNotEqual(lot.draw_id.seed, first.seed)
        self.assertLessEqual(first_orders, lot.inspection_ids.repair_id, "nobody gets out of an inspection by drawing again")
        counted = lot.inspection_ids.filtered(lambda inspection: inspection.sampling_ground == "plan")
        self.assertEqual(set(counted.repair_id.ids), {key for key, _ground in lot.draw_id._get_sample()})
        self.assertEqual(len(counted), 13)
        self.assertEqual(first._find_problems(), [])

    def test_nobody_draws_again_once_a_point_is_answered(self):
        lot = self._draw_lot()
        lot.inspection_ids[0].with_user(self.user_inspector).line_ids[0].answer = "pass"
        with self.assertRaisesRegex(UserError, "has begun"):
            self._ask(lot, "draw_again", self.user_quality_manager)

    def test_lot_is_accepted_with_as_many_defective_as_the_plan_allows(self):
        lot = self._draw_lot()
        self._inspect(lot.inspection_ids, failed=1)
        self.assertEqual((lot.state, lot.counted_failed, self.rule.run), ("accepted", 1, "A"))
        nonconformities = self.env["qms.nonconformity"].search([("inspection_id", "in", lot.inspection_ids.ids)])
        self.assertEqual((len(nonconformities), nonconformities.severity, nonconformities.source), (1, "major", "inspection"))

    def test_lot_is_rejected_from_re_on_and_is_a_nonconformity_of_its_own(self):
        lot = self._draw_lot()
        before, inspections = self.env["qms.nonconformity"].search_count([]), lot.inspection_ids
        self._inspect(inspections[:12], failed=2)
        self.assertEqual(lot.state, "drawn", "judged when the sample is whole")
        self._inspect(inspections[12:])
        self.assertEqual((lot.state, lot.counted_failed), ("rejected", 2))
        self.assertEqual(self.env["qms.nonconformity"].search_count([]), before + 3)

    def test_coverage_is_inspected_but_does_not_judge_the_lot(self):
        newcomer = self.env["hr.employee"].create({"name": "New", "is_technician": True, "date_version": "2019-02-15"})
        own = self._make_finished(2, technician=newcomer, day=20)
        self.env.cr.execute("UPDATE hr_version SET date_version = '2010-01-01' WHERE employee_id = %s", [self.employee_technician.id])
        self.env.invalidate_all()
        lot = self._draw_lot(3000, newcomer_minimum=2, newcomer_days=90)
        mine = lot.inspection_ids.filtered(lambda inspection: inspection.repair_id in own)
        self.assertEqual(len(mine), 2)
        extra = mine.filtered(lambda inspection: inspection.sampling_ground == "coverage")
        self.assertEqual(len(lot.inspection_ids), lot.sample_size + len(extra))
        for inspection in extra:
            self._inspect(inspection, failed=1)
        self.assertEqual((lot.counted_failed, lot.failed_count), (0, len(extra)))

    def test_each_technician_is_drawn_within_the_days_of_the_rule(self):
        rare = self.env["hr.employee"].create({"name": "Rare", "is_technician": True, "date_version": "2010-01-01"})
        self._make_finished(1, technician=rare)
        lot = self._draw_lot(100, technician_minimum=1, technician_days=91)
        self.assertIn(rare, lot.inspection_ids.repair_id.technician_id)
        self.assertFalse(lot._get_quotas(self.orders[:0]))
        # the next lot asks for him no more: he was drawn within the days
        april = self.env["qms.sampling.lot"].create({"rule_id": self.rule.id, "period_start": "2019-04-01", "period_end": "2019-04-30"})
        self.assertEqual(april._get_quotas(self.orders), {})
        july = self.env["qms.sampling.lot"].create({"rule_id": self.rule.id, "period_start": "2019-07-01", "period_end": "2019-07-31"})
        self.assertEqual(july._get_quotas(self.orders), {self.employee_technician.id: 1})

    def test_inspection_switches_by_the_verdicts(self):
        """Two of five rejected: tightened (13 and Ac 0 for AQL 4.0 letter D); five rejected: every repair; a manager resumes."""
        rule = self._make_rule()
        rule._note_verdict(False, "normal")
        rule._note_verdict(True, "normal")
        self.assertEqual(rule.severity, "normal")
        rule._note_verdict(False, "normal")
        self.assertEqual((rule.severity, rule.run), ("tightened", ""))
        self.assertEqual(tuple(rule._get_sample(30)), tuple(self.plan._get_sample(30, "tightened")))
        rule._note_verdict(False, "normal")
        self.assertEqual(rule.run, "", "a lot drawn before the switch decides nothing any more")
        for _lot in range(5):
            rule._note_verdict(False, "tightened")
        self.assertEqual(rule.severity, "stopped")
        self.assertEqual(tuple(rule._get_sample(30)), (30, 0, 1))
        with self.assertRaises(AccessError):
            rule.with_user(self.user_officer).action_resume()
        rule.with_user(self.user_quality_manager).action_resume()
        self.assertEqual(rule.severity, "tightened")
        for _lot in range(5):
            rule._note_verdict(True, "tightened")
        self.assertEqual(rule.severity, "normal")

    def test_nobody_samples_his_own_repair(self):
        """Not the order's technician, not who visited, whatever rights he has; what is drawn goes to others."""
        self.user_technician.group_ids += self.env.ref("repair_quality.repair_quality_group_manager")
        lot = self._draw_lot(inspector_ids=[(6, 0, (self.user_technician | self.user_second).ids)])
        self.assertEqual(lot.inspection_ids.assigned_id, self.user_second)
        inspection = lot.inspection_ids[0].with_user(self.user_technician)
        for call in (
            inspection.action_validate, inspection.action_pass_open, lambda: inspection.write({"note": "fine"}),
            lambda: inspection.line_ids[0].write({"answer": "pass"}), inspection.action_drop,
        ):
            with self.assertRaises(UserError):
                call()

    def test_whoever_visited_the_customer_is_barred_too(self):
        user = self.user_second
        helper = self.env["hr.employee"].create({"name": "Helper", "is_technician": True, "user_id": user.id})
        lot = self._draw_lot()
        first, second = lot.inspection_ids[:2]
        order = first.repair_id
        self._make_visit(order, order.accepted_on - timedelta(hours=5))
        self.env.cr.execute("UPDATE repair_appointment SET technician_id = %s WHERE repair_id = %s", [helper.id, order.id])
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "own work"):
            self._inspect(first, user=user)
        self._inspect(second, user=user)

    def test_way_of_inspecting_is_said_and_photos_exist(self):
        lot = self._draw_lot()
        inspection = lot.inspection_ids[0].with_user(self.user_inspector)
        inspection.action_pass_open()
        with self.assertRaisesRegex(UserError, "choose how"):
            inspection.action_validate()
        inspection.sampling_mode = "photo"
        with self.assertRaisesRegex(UserError, "no photos"):
            inspection.action_validate()

    def test_waving_everything_through_is_no_inspection(self):
        lot = self._draw_lot()
        inspection = lot.inspection_ids[0].with_user(self.user_inspector)
        inspection.sampling_mode = "phone"
        for line in inspection.line_ids:
            line.write({"answer": "na", "note": "not seen"})
        inspection.line_ids.create({"inspection_id": inspection.id, "name": "A point of my own", "answer": "pass"})
        with self.assertRaisesRegex(UserError, "at least one point"):
            inspection.action_validate()

    def test_repair_that_cannot_be_inspected_is_replaced_by_the_next_in_rank(self):
        lot = self._draw_lot()
        dropped = lot.inspection_ids[0]
        expected = lot.draw_id._get_replacement(dropped)
        with self.assertRaises(AccessError):
            dropped.with_user(self.user_inspector).action_drop()
        self._ask(dropped, "drop", self.user_officer, "Customer moved away")
        new = lot.inspection_ids.filtered(lambda inspection: inspection.sampling_ground == "replacement")
        self.assertEqual((new.repair_id.id, dropped.dropped_by_id, lot.counted_open), (expected, self.user_officer, 13))
        with self.assertRaisesRegex(UserError, "replaced"):
            self._inspect(dropped)

    def test_failed_point_is_not_replaced(self):
        lot = self._draw_lot()
        lot.inspection_ids[0].with_user(self.user_inspector).line_ids[0].write({"answer": "fail", "note": "leaks"})
        with self.assertRaisesRegex(UserError, "not replaced"):
            self._ask(lot.inspection_ids[0], "drop", self.user_officer, "Customer moved away")

    def test_daily_job_lays_out_and_draws_by_itself_once(self):
        self._make_finished(9)
        rule, by_hand = self._make_rule(), self._make_rule(auto_draw=False)
        for _day in range(2):
            self.env["qms.sampling.rule"]._run_daily()
        self.assertEqual((len(rule.lot_ids), rule.lot_ids.state, len(rule.lot_ids.draw_ids)), (1, "drawn", 1))
        self.assertEqual(by_hand.lot_ids.state, "planned")

    def test_lot_that_cannot_be_drawn_says_so_and_holds_nobody_up(self):
        self._make_finished(9)
        rule, other = self._make_rule(sequence=1), self._make_rule(sequence=2, template_id=self.checklist.copy().id)
        self.env["repair.inspection.template"].search([("kind", "=", "sampling"), ("id", "!=", other.template_id.id)]).active = False
        other.template_id.category_ids = self.env["repair.appliance.category"].create({"name": "Another family"})
        self.env["qms.sampling.rule"]._run_daily()
        self.assertEqual((rule.lot_ids.state, other.lot_ids.state), ("planned", "drawn"))
        self.assertIn("no checklist", rule.lot_ids.message_ids[0].body)

    def test_period_without_repairs_is_settled_empty(self):
        lot = self._make_lot(self._make_rule())
        lot._draw()
        self.assertEqual((lot.state, lot.draw_ids.ids), ("empty", []))

    def test_weeks_and_quarters_begin_where_the_calendar_begins_them(self):
        week, quarter = self._make_rule(period="week"), self._make_rule(period="quarter", start_on="2018-11-01")
        (week | quarter)._lay_out()
        self.assertEqual(week.lot_ids.sorted("period_start")[0].period_start.weekday(), 0)
        self.assertEqual(week.lot_ids.sorted("period_start")[-1].period_end, date(2019, 4, 7))
        self.assertEqual(sorted(map(str, quarter.lot_ids.mapped("period_start"))), ["2018-10-01", "2019-01-01"])

    def test_figure_counts_the_sample_and_not_the_coverage(self):
        lot = self._draw_lot()
        inspections = lot.inspection_ids
        inspections[12].with_context(repair_flow=FLOW).sampling_ground = "coverage"
        self._inspect(inspections[:3], failed=1)
        self._inspect(inspections[12], failed=1)
        rows = self.env["repair.figure"]._read_figure("sampling_passed", self.company, date(2019, 4, 1), date(2019, 4, 30))
        self.assertEqual(rows, {inspections[0].id: 0, inspections[1].id: 1, inspections[2].id: 1})

    def test_queries_of_a_draw_do_not_grow_with_the_lot(self):
        counts = []
        for size in (200, 1200):
            orders = self._make_finished(size, day=10)
            lot = self._make_lot(self._make_rule(name=str(size)))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            found = lot._find_repairs()
            self.env["qms.sampling.draw"]._make(lot, found, lot.rule_id._get_sample(len(found)), lot._get_quotas(found))
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertGreaterEqual(len(found), len(orders))
        self.assertLessEqual(counts[1], counts[0] + 4, counts)
