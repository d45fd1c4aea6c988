from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_complaint import ComplaintCommon

START = datetime(2029, 1, 1, 2)  # ten in the morning in Shanghai


@tagged("post_install", "-at_install")
class TestServiceFigures(ComplaintCommon):
    """Three complaints of January 2029, worked out by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # First: answered after 1 h (in time), settled after 24 h (in time), content.
        # Second: answered after 3 h (2 are promised: too late), settled after 48 h, not content, settled again after 72 h, content.
        # Third: answered after 30 min (in time), still open.
        cls.first = cls._settle(1, 24)
        cls.second = cls._settle(3, 48)
        with freeze_time(START + timedelta(hours=60)):
            cls.second._record_verdict("no", "1", "Again")
        with freeze_time(START + timedelta(hours=72)):
            cls._to_resolved(cls.second)
            cls.second._record_verdict("yes", "4", "")
            cls.first._record_verdict("yes", "5", "")
        with freeze_time(START):
            cls.third = cls._complain(category_id=cls.class_product.id)
        with freeze_time(START + timedelta(minutes=30)):
            cls.third.action_acknowledge()
        cls.env.flush_all()

    @classmethod
    def _settle(cls, respond, resolve):
        with freeze_time(START):
            complaint = cls._complain()
        with freeze_time(START + timedelta(hours=respond)):
            complaint.action_acknowledge()
        with freeze_time(START + timedelta(hours=resolve)):
            cls._to_resolved(complaint)
        return complaint

    def _figures(self, user=None, **values):
        figures = self.env["repair.service.figures"].with_user(user or self.user_desk).create({
            "date_from": "2029-01-01", "date_to": "2029-01-31", **values})
        figures.action_reckon()
        return {line.code: (round(line.value, 1), line.counted) for line in figures.line_ids}, figures

    def test_complaints_by_the_definitions(self):
        with freeze_time(START + timedelta(hours=80)):
            figures, _record = self._figures()
        self.assertEqual(figures["complaint_response"], (1.5, 3))  # (1 + 3 + 0.5) / 3
        self.assertEqual(figures["complaint_response_sla"], (66.7, 3))
        self.assertEqual(figures["complaint_resolution"], (48.0, 2))  # (24 + 72) / 2
        self.assertEqual(figures["complaint_sla"], (100.0, 2))
        self.assertEqual(figures["complaint_reopened"], (50.0, 2))
        self.assertEqual(figures["complaint_content"], (100.0, 2))

    def test_a_target_that_passed_counts_against_us_though_the_case_is_open(self):
        with freeze_time(START + timedelta(days=20)):
            figures, _record = self._figures()
        self.assertEqual(figures["complaint_sla"], (66.7, 3))
        self.assertEqual(figures["complaint_proposal_sla"], (66.7, 3))

    def test_by_class_team_technician_and_family(self):
        with freeze_time(START + timedelta(hours=80)):
            self.assertEqual(self._figures(category_id=self.class_product.id)[0]["complaint_response"], (0.5, 1))
            self.assertEqual(self._figures(team_id=self.team.id)[0]["complaint_response"][1], 3)
            self.assertEqual(self._figures(technician_id=self.employee_technician.id)[0]["complaint_response"][1], 3)
            other = self.env["repair.appliance.category"].create({"name": "Other"})
            self.assertEqual(self._figures(appliance_category_id=other.id)[0]["complaint_response"], (0.0, 0))
            above = self.env["repair.appliance.category"].create({"name": "Above"})
            self.category.parent_id = above
            self.assertEqual(self._figures(appliance_category_id=above.id)[0]["complaint_response"][1], 3)

    def test_each_figure_opens_its_records(self):
        with freeze_time(START + timedelta(hours=80)):
            _values, figures = self._figures()
            lines = {line.code: line for line in figures.line_ids}
            action = lines["complaint_resolution"].action_open_records()
        self.assertEqual(action["res_model"], "repair.complaint")
        self.assertEqual(self.env["repair.complaint"].search(action["domain"]), self.first | self.second)

    def _answer(self, moment, score, nps, is_solved="yes"):
        order = self._to_stage(self._create_order(appliance_id=self._create_appliance().id), "accepted")
        with freeze_time(moment):
            order.followup_ids.write({"score": score, "nps": nps, "is_solved": is_solved})
            order.followup_ids.action_done()
        return order

    def test_csat_and_nps(self):
        for score, nps in (("5", "10"), ("4", "9"), ("3", "8"), ("5", "6"), ("3", "0")):
            self._answer(START, score, nps)
        self._answer(START - timedelta(days=40), "1", "0")
        figures, record = self._figures()
        self.assertEqual(figures["csat"], (60.0, 5))  # three of five
        self.assertEqual(figures["nps"], (0.0, 5))  # 40 % less 40 %
        action = {line.code: line for line in record.line_ids}["nps"].action_open_records()
        self.assertEqual(action["res_model"], "repair.followup")
        self.assertEqual(len(self.env["repair.followup"].search(action["domain"])), 5)

    def _job(self, day, appliance=None):
        with freeze_time(START + timedelta(days=day)):
            order = self._create_order(appliance_id=(appliance or self._create_appliance()).id)
            visit = self._book(order, start=START + timedelta(days=day, hours=1))
        with freeze_time(START + timedelta(days=day, hours=1)):
            visit.action_arrive()
            return self._to_stage(order, "accepted")

    def test_first_time_fix_and_repeat_rates_once_their_windows_are_closed(self):
        jobs = [self._job(day) for day in (0, 2)]
        self._job(20, jobs[0].appliance_id)  # back after 20 days
        with freeze_time(START + timedelta(days=29)):
            self.assertEqual(self._figures()[0]["first_time_fix"], (0.0, 0))
        with freeze_time(START + timedelta(days=60)):
            figures, record = self._figures()
            self.assertEqual(figures["first_time_fix"], (66.7, 3))
            self.assertEqual(figures["repeat_30"], (33.3, 3))
            self.assertEqual(figures["repeat_90"], (0.0, 0))
            line = {line.code: line for line in record.line_ids}["repeat_30"]
            self.assertEqual(line.action_open_records()["res_model"], "repair.order")

    def test_complaint_rate_is_complaints_per_job(self):
        jobs = [self._job(day) for day in (0, 1, 2, 3)]
        self._complain(repair_id=jobs[0].id)
        self._complain(repair_id=jobs[0].id, kind="opinion")
        self._complain(repair_id=jobs[1].id)._withdraw("Noted twice")
        with freeze_time(START + timedelta(days=5)):
            self.assertEqual(self._figures()[0]["complaint_rate"], (25.0, 4))

    def test_waits_for_the_customer_stand_apart(self):
        with freeze_time(START + timedelta(hours=1)):
            self.third._wait("Photo")
        with freeze_time(START + timedelta(hours=5)):
            self.third._stop_waiting()
            self.env.flush_all()
            row = self.env["repair.complaint.report"].with_user(self.user_inspector).browse(self.third.id)
            self.assertEqual((row.waited_hours, row.respond_hours), (4.0, 0.5))

    def test_figures_are_not_written(self):
        _values, figures = self._figures()
        for attempt in (
                lambda: figures.line_ids[0].write({"value": 100.0}),
                lambda: self.env["repair.service.figure.line"].with_user(self.user_manager).create(
                    {"figures_id": figures.id, "code": "nps"}),
                lambda: self._figures(self.user_technician)):
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule", "odoo.models"):
                attempt()
        with self.assertRaises(ValidationError):
            self._figures(date_from="2029-02-01")

    def test_the_figures_cost_the_same_however_many_cases_there_are(self):
        counts = []
        for _time in range(2):
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self._figures()
            counts.append(self.env.cr.sql_log_count - start)
            with freeze_time(START):
                for _number in range(10):
                    self._complain()
            self.env.flush_all()
        self.assertLessEqual(counts[1], counts[0])
