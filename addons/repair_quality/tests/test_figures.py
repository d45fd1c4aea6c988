from datetime import date, datetime

from odoo.tests import tagged

from .common import MARCH, RepairQualityCommon


@tagged("post_install", "-at_install")
class TestFigures(RepairQualityCommon):
    """Every expected number is counted by hand from the table of ``_make_march``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.jobs = cls._make_march()

    def _read(self, figure, period=MARCH):
        return self.env["repair.figure"]._read_figure(figure, self.company, *period)

    def _expect(self, **values):
        return {self.jobs[name].id: value for name, value in values.items()}

    def test_first_time_fix_wants_one_visit_and_no_return_within_30_days(self):
        """Jobs without a visit (e, h) say nothing about the first one."""
        self.assertEqual(self._read("first_time_fix"), self._expect(a=1, b=0, c=0, d=1))

    def test_repeat_rate_counts_the_same_fault_until_day_30(self):
        self.assertEqual(self._read("repeat_30"), self._expect(a=0, b=0, c=1, d=0, e=0, h=0))

    def test_repeat_rate_90_counts_the_fault_after_day_30_too(self):
        self.assertEqual(self._read("repeat_90"), self._expect(a=0, b=0, c=1, d=1, e=0, h=0))

    def test_days_from_report_to_acceptance(self):
        rows = self._read("days_to_acceptance")
        self.assertEqual(rows, self._expect(a=2, b=6, c=1, d=1, e=4, h=1))
        self.assertEqual(sum(rows.values()) / len(rows), 2.5)

    def test_month_follows_the_companys_clock(self):
        april = self._read("days_to_acceptance", (date(2019, 4, 1), date(2019, 4, 30)))
        self.assertEqual(list(april.values()), [1])
        february = self._read("days_to_acceptance", (date(2019, 2, 1), date(2019, 2, 28)))
        self.assertEqual(len(february), 1)

    def test_without_a_time_zone_the_clock_is_that_of_the_service(self):
        """The server's clock says nothing about the company's days."""
        self.company.partner_id.tz = False
        self.company.resource_calendar_id.tz = "UTC"
        self.assertEqual(self.env["repair.figure"]._to_utc(self.company, date(2019, 3, 1)), datetime(2019, 2, 28, 16))

    def test_on_time_means_inside_the_window_both_ends_included(self):
        rows = self._read("on_time")
        # a: on the last minute, b: a minute late and on the first minute, c: a minute early, d: missed and on time
        self.assertEqual((sum(rows.values()), len(rows)), (3, 6))

    def test_first_inspection_decides_and_repair_time_ends_with_the_passed_one(self):
        self._make_inspection(self.jobs["a"], "pass", datetime(2019, 3, 2, 2))
        self._make_inspection(self.jobs["b"], "fail", datetime(2019, 3, 6, 2))
        self._make_inspection(self.jobs["b"], "pass", datetime(2019, 3, 7, 2))
        self.assertEqual(self._read("inspection_first_pass"), self._expect(a=1, b=0))
        self.assertEqual(self._read("mttr"), self._expect(a=24, b=72))

    def test_other_companies_are_not_counted(self):
        other = self.env["res.company"].create({"name": "Other branch"})
        for figure in self.env["repair.figure"]._get_figures():
            self.assertEqual(self.env["repair.figure"]._read_figure(figure, other, *MARCH), {}, figure)

    def test_plain_repairs_are_not_counted(self):
        product = self.env["product.product"].create({"name": "Own pump", "is_storable": True})
        plain = self.env["repair.order"].create({"product_id": product.id, "partner_id": self.partner.id})
        plain._flow_write({"service_stage": "accepted", "accepted_on": datetime(2019, 3, 3, 2), "requested_on": datetime(2019, 3, 1)})
        self.assertNotIn(plain.id, self._read("days_to_acceptance"))

    def test_satisfaction_is_read_from_the_answers(self):
        """Scores 5, 4 and 2 with 10, 8 and 3: CSAT two of three; one promoter, one detractor."""
        for name, score, nps in (("a", "5", "10"), ("b", "4", "8"), ("c", "2", "3")):
            followup = self.env["repair.followup"].create({
                "repair_id": self.jobs[name].id, "due": "2019-04-01", "score": score, "nps": nps, "is_solved": "yes"})
            followup._flow_write({"state": "done", "done_on": datetime(2019, 3, 20)})
        self.assertEqual(sorted(self._read("csat").values()), [0, 1, 1])
        self.assertEqual(sorted(self._read("nps").values()), [-100, 0, 100])

    def test_complaints_are_read_by_response_settlement_and_target(self):
        def complain(job, received, acknowledged, resolved, resolve_by):
            complaint = self.env["repair.complaint"].create({
                "repair_id": self.jobs[job].id, "partner_id": self.jobs[job].partner_id.id, "subject": "x", "description": "x",
                "received_on": received})
            complaint._flow_write({"acknowledged_on": acknowledged, "resolved_on": resolved, "resolve_by": resolve_by, "stage": "resolved"})

        complain("a", datetime(2019, 3, 10), datetime(2019, 3, 10, 2), datetime(2019, 3, 11), datetime(2019, 3, 12))
        complain("a", datetime(2019, 3, 10), datetime(2019, 3, 10, 4), datetime(2019, 3, 13), datetime(2019, 3, 12))
        self.assertEqual(sorted(self._read("complaint_response").values()), [2, 4])
        self.assertEqual(sorted(self._read("complaint_resolution").values()), [24, 72])
        self.assertEqual(sorted(self._read("complaint_sla").values()), [0, 1])
        self.assertEqual(self._read("complaint_rate"), self._expect(a=2, b=0, c=0, d=0, e=0, h=0))
