import json
from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged, users
from odoo.tools import file_open

from .common_checks import ChecksCommon


@tagged("post_install", "-at_install")
class TestCharts(ChecksCommon):
    """Counts from the table of ``_make_march``; the charts show what speaks against a figure."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.jobs = cls._make_march()

    @freeze_time("2019-06-15 04:00:00")
    def test_control_chart_counts_misses_by_month(self):
        """Of six jobs in March c came back; February and April: one job each, which did not."""
        data = self.env["qms.chart"].get_control_chart("repeat_30", "month")
        self.assertEqual(
            [(point["first"], point["units"], point["defective"]) for point in data["points"]],
            [("2019-02-01", 1, 0), ("2019-03-01", 6, 1), ("2019-04-01", 1, 0)])
        self.assertAlmostEqual(data["centre"], 1 / 8)
        self.assertTrue(data["definition"])

    @freeze_time("2019-06-15 04:00:00")
    def test_period_that_cannot_be_counted_yet_is_no_point(self):
        """On 15 June jobs until 15 May may be counted for 30 days: May is not whole."""
        last = self.env["qms.chart"].get_control_chart("repeat_30", "month")["points"][-1]
        self.assertEqual(last["last"], "2019-04-30")

    @freeze_time("2019-06-15 04:00:00")
    def test_point_opens_what_was_missed(self):
        action = self.env["qms.chart"].get_control_records("first_time_fix", "2019-03-01", "2019-03-31")
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), self.jobs["b"] | self.jobs["c"])

    def test_pareto_of_causes_of_faults(self):
        with freeze_time("2019-04-01 04:00:00"):
            for name, cause in (("a", self.cause), ("b", self.cause), ("c", self.other_cause)):
                self.jobs[name]._flow_write({"cause_id": cause.id})
            data = self.env["qms.chart"].get_pareto("fault_cause", 90)
            mine = [bar for bar in data["bars"] if bar["value"] in (self.cause | self.other_cause).ids]
            self.assertEqual([(bar["value"], bar["count"]) for bar in mine], [(self.cause.id, 2), (self.other_cause.id, 1)])
            action = self.env["qms.chart"].get_pareto_records("fault_cause", 90, self.cause.id)
            self.assertLessEqual(self.jobs["a"] | self.jobs["b"], self.env[action["res_model"]].search(action["domain"]))

    def test_pareto_of_nonconformities_goes_by_the_day_found_and_leaves_out_what_was_not_justified(self):
        causes = self.env["repair.complaint.cause"].search([], limit=2)
        for days, cause, dropped in ((5, 0, False), (6, 0, False), (7, 1, False), (8, 1, True), (200, 1, False)):
            record = self._make_nonconformity(detected_on=self.today - timedelta(days=days), cause_id=causes[cause].id)
            if dropped:
                record.with_user(self.user_officer).action_cancel("Reported twice")
        data = self.env["qms.chart"].get_pareto("nonconformity_cause", 30)
        counts = {bar["value"]: bar["count"] for bar in data["bars"]}
        self.assertEqual((counts[causes[0].id], counts[causes[1].id]), (2, 1))
        action = self.env["qms.chart"].get_pareto_records("nonconformity_cause", 30, causes[1].id)
        self.assertEqual(self.env[action["res_model"]].search_count(action["domain"]), 1)

    def test_what_was_not_justified_is_no_open_critical_one(self):
        tile = lambda: next(  # noqa: E731
            tile["count"] for section in self.env["qms.live"].get_live() for tile in section["tiles"] if tile["key"] == "critical")
        before = tile()
        record = self._make_nonconformity(severity="critical").with_user(self.user_officer)
        self.assertEqual(tile(), before + 1)
        record.action_cancel("Reported twice")
        self.assertEqual(tile(), before)

    def test_pareto_of_failed_points_opens_the_inspections(self):
        with freeze_time("2019-04-10 04:00:00"):
            self._make_finished(3)
            lot = self._make_lot(self._make_rule())
            lot._draw()
            self._inspect(lot.inspection_ids, failed=2)
            bar = self.env["qms.chart"].get_pareto("failed_point", 30)["bars"][0]
            self.assertEqual((bar["count"], bar["share"]), (2, 1.0))
            action = self.env["qms.chart"].get_pareto_records("failed_point", 30, bar["value"])
            self.assertEqual(len(self.env[action["res_model"]].search(action["domain"])), 2)

    def test_live_view_counts_what_its_numbers_open(self):
        order = self._to_stage(self._create_order(appliance_id=self._create_appliance().id), "repairing")
        self._answer_inspection(order, passed=False)
        live = self.env["qms.live"].with_user(self.user_officer)
        tiles = {tile["key"]: tile["count"] for section in live.get_live() for tile in section["tiles"]}
        for key, count in tiles.items():
            with self.subTest(key):
                action = live.get_live_records(key)
                self.assertEqual(live.env[action["res_model"]].search_count(action["domain"]), count)
        for key in ("repairing", "sent_back"):
            action = live.get_live_records(key)
            self.assertIn(order, live.env[action["res_model"]].search(action["domain"]))

    @users("test_officer", "test_manager", "test_quality_manager")
    def test_readers_see_every_chart(self):
        charts = self.env["qms.chart"]
        options = charts.get_options()
        for figure, _label in options["figures"]:
            charts.get_control_chart(figure, "month")
        for source, _label in options["sources"]:
            charts.get_pareto(source, 365)
        self.assertEqual([section["key"] for section in self.env["qms.live"].get_live()], ["runs", "late", "failed"])

    @users("test_employee", "test_desk", "test_technician", "test_accountant")
    def test_charts_are_closed_to_others(self):
        for call in (
            self.env["qms.chart"].get_options, self.env["qms.live"].get_live,
            lambda: self.env["qms.chart"].get_control_chart("csat"), lambda: self.env["qms.chart"].get_pareto("fault_cause"),
            lambda: self.env["qms.chart"].get_control_records("csat", "2019-01-01", "2019-12-31"),
            lambda: self.env["qms.chart"].get_pareto_records("fault_cause", 90, 1), lambda: self.env["qms.live"].get_live_records("parts"),
        ):
            with self.assertRaises(AccessError):
                call()

    @users("test_quality_manager")
    def test_nonsense_is_refused_in_words(self):
        charts, live = self.env["qms.chart"], self.env["qms.live"]
        for bad in ("nonsense", "mttr", 7, None, [], {}, "__class__"):
            for call in (
                lambda bad=bad: charts.get_control_chart(bad), lambda bad=bad: charts.get_control_chart("csat", bad),
                lambda bad=bad: charts.get_control_records("csat", bad, bad), lambda bad=bad: charts.get_pareto(bad),
                lambda bad=bad: charts.get_pareto("fault_cause", bad), lambda bad=bad: live.get_live_records(bad),
                lambda bad=bad: charts.get_pareto_records("fault_cause", bad, 1),
            ):
                with self.assertRaises(UserError):
                    call()
        for bad in ([], {}, None):
            with self.assertRaises(UserError):
                charts.get_pareto_records("fault_cause", 90, bad)

    def test_dashboard_names_models_and_fields_that_exist(self):
        """A spreadsheet says nothing when a field is gone: its cells are wrong."""
        with file_open("repair_quality/data/files/quality_dashboard.json") as stream:
            data = json.load(stream)
        sources = [*data["pivots"].values(), *data["lists"].values()]
        charts = [figure["data"] for figure in data["sheets"][0]["figures"] if figure["data"]["type"].startswith("odoo_")]
        sources += [
            {"model": chart["metaData"]["resModel"], "domain": chart["searchParams"]["domain"], "fieldMatching": chart["fieldMatching"],
             "columns": [name.split(":")[0] for name in chart["metaData"]["groupBy"]]} for chart in charts]
        self.assertEqual(len(charts), 5)
        for source in sources:
            model = self.env[source["model"]].with_user(self.user_officer)
            model.search(source["domain"], limit=1)
            for name in source["columns"]:
                self.assertIn(name, model._fields)
            for matching in source["fieldMatching"].values():
                model.search([(matching["chain"], "!=", False)], limit=1)
        for menu in data["chartOdooMenusReferences"].values():
            self.assertTrue(self.env.ref(menu, raise_if_not_found=False), menu)

    def test_dashboard_is_for_quality_roles(self):
        dashboard = self.env.ref("repair_quality.spreadsheet_dashboard_quality")
        readers = (self.user_officer, self.user_quality_manager)
        for user, sees in [(user, user in readers) for user in (*readers, self.user_technician, self.user_desk, self.user_manager)]:
            self.assertEqual(bool(dashboard.with_user(user).search([("id", "=", dashboard.id)])), sees, user.login)
