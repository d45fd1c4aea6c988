from datetime import datetime, time, timedelta
from typing import NamedTuple

import pytz

from odoo import api, fields, models
from odoo.tools import SQL


class Figure(NamedTuple):
    """How one figure is read.

    :param unit: ``percent``, ``hours``, ``days`` or ``points``
    :param higher_is_better: whether more is better
    :param lag_days: days that must pass before a record may be counted, because its outcome is open until then
    :param model: model of the records counted
    """

    unit: str
    higher_is_better: bool
    lag_days: int = 0
    model: str = "repair.order"


FIGURES = {
    "first_time_fix": Figure("percent", True, 30),
    "repeat_30": Figure("percent", False, 30),
    "repeat_90": Figure("percent", False, 90),
    "mttr": Figure("hours", False),
    "days_to_acceptance": Figure("days", False),
    "on_time": Figure("percent", True, 0, "repair.appointment"),
    "inspection_first_pass": Figure("percent", True),
    "csat": Figure("percent", True, 0, "repair.followup"),
    "nps": Figure("points", True, 0, "repair.followup"),
    "complaint_rate": Figure("percent", False),
    "complaint_response": Figure("hours", False, 0, "repair.complaint"),
    "complaint_resolution": Figure("hours", False, 0, "repair.complaint"),
    "complaint_sla": Figure("percent", True, 0, "repair.complaint"),
    "recheck_in_time": Figure("percent", True, 0, "repair.recheck"),
}
FIGURE_SELECTION = [
    ("first_time_fix", "First-time-fix rate"),
    ("repeat_30", "Repeat rate, 30 days"),
    ("repeat_90", "Repeat rate, 90 days"),
    ("mttr", "Mean time to repair"),
    ("days_to_acceptance", "Days from report to acceptance"),
    ("on_time", "Arrivals on time"),
    ("inspection_first_pass", "Final inspections passed the first time"),
    ("csat", "CSAT"),
    ("nps", "NPS"),
    ("complaint_rate", "Complaint rate"),
    ("complaint_response", "Response to complaints"),
    ("complaint_resolution", "Resolution of complaints"),
    ("complaint_sla", "Complaints settled in time"),
    ("recheck_in_time", "Rechecks in time"),
]


class QmsFigure(models.AbstractModel):
    """The definitions of the service figures, read from the orders themselves.

    A figure ``x`` is a method ``_rows_x(company, start, stop)`` that returns one ``(record id, value)`` per record counted
    between two UTC moments. A rate has the values 0 and 1; the figure is their mean.
    """

    _name = "qms.figure"
    _description = "Quality Figure"

    @api.model
    def _read_figure(self, figure, company, first_day, last_day):
        """Return ``{record id: value}`` of a figure for the days of a company, both included."""
        self.env["repair.order"].flush_model()
        self.env["repair.appointment"].flush_model()
        self.env["repair.inspection"].flush_model()
        self.env["repair.followup"].flush_model()
        self.env["repair.complaint"].flush_model()
        self.env["repair.recheck"].flush_model()
        start = self._to_utc(company, first_day)
        stop = self._to_utc(company, last_day + timedelta(days=1))
        return dict(getattr(self, f"_rows_{figure}")(company, start, stop))

    @api.model
    def _get_last_countable_day(self, figure, today):
        """Return the last day whose records may be counted on a day: their window is closed then."""
        lag = FIGURES[figure].lag_days
        return today - timedelta(days=lag + 1) if lag else today

    @api.model
    def _get_definitions(self):
        """Return the text that says how each figure is counted (handbook 10.1.1 (1): measurable)."""
        return {
            "first_time_fix": self.env._(
                "Accepted jobs done with one visit at most and not reported again with the same symptom within 30 days,"
                " divided by all accepted jobs. A job counts once its 30 days are over."),
            "repeat_30": self.env._(
                "Accepted jobs whose appliance was reported again with the same symptom within 30 days, divided by all accepted"
                " jobs. A job counts once its 30 days are over."),
            "repeat_90": self.env._(
                "Accepted jobs whose appliance was reported again with the same symptom within 90 days, divided by all accepted"
                " jobs. A job counts once its 90 days are over."),
            "mttr": self.env._(
                "Mean hours from the report to the passed final inspection, of repairs finished in the period."
                " Waiting for parts is included."),
            "days_to_acceptance": self.env._("Mean days from the report to the customer's acceptance, of jobs accepted in the period."),
            "on_time": self.env._(
                "Visits whose technician arrived inside the promised window, divided by all visits made or missed."
                " Too early does not count as on time."),
            "csat": self.env._("Customers who answered 4 or 5, divided by all who answered, by the day of the answer."),
            "nps": self.env._("Share of the answers 9 and 10 less share of the answers 0 to 6, in points, by the day of the answer."),
            "complaint_rate": self.env._("Accepted jobs that were complained of, divided by all accepted jobs."),
            "complaint_response": self.env._("Mean hours from the arrival of a complaint to the first answer of a person."),
            "complaint_resolution": self.env._(
                "Mean hours from the arrival of a complaint to its settlement, of complaints settled in the period."),
            "complaint_sla": self.env._(
                "Complaints settled by their target, divided by all whose target ended in the period. A target moves while the customer"
                " is awaited."),
            "recheck_in_time": self.env._("Rechecks looked at within the 24 hours promised, divided by all that fell due in the period."),
            "inspection_first_pass": self.env._("Repairs that passed their first final inspection, divided by all repairs inspected."),
        }

    def _rows_first_time_fix(self, company, start, stop):
        return self.env.execute_query(SQL(
            """SELECT job.id, ((SELECT count(*) FROM repair_appointment visit
                                 WHERE visit.repair_id = job.id AND visit.state IN ('arrived', 'done')) <= 1
                               AND NOT %(repeated)s)::int
                 FROM repair_order job WHERE %(jobs)s""",
            repeated=self._sql_repeated(company, 30), jobs=self._sql_jobs(company, start, stop),
        ))

    def _rows_repeat_30(self, company, start, stop):
        return self._rows_repeat(company, start, stop, 30)

    def _rows_repeat_90(self, company, start, stop):
        return self._rows_repeat(company, start, stop, 90)

    def _rows_repeat(self, company, start, stop, days):
        return self.env.execute_query(SQL(
            "SELECT job.id, (%(repeated)s)::int FROM repair_order job WHERE %(jobs)s",
            repeated=self._sql_repeated(company, days), jobs=self._sql_jobs(company, start, stop),
        ))

    def _rows_mttr(self, company, start, stop):
        return self.env.execute_query(SQL(
            """SELECT job.id, EXTRACT(EPOCH FROM max(inspection.done_on) - job.requested_on)::float / 3600
                 FROM repair_order job
                 JOIN repair_inspection inspection ON inspection.repair_id = job.id
                WHERE job.appliance_id IS NOT NULL AND job.company_id = %(company)s AND job.service_stage != 'cancelled'
                  AND inspection.kind = 'final' AND inspection.result = 'pass'
             GROUP BY job.id
               HAVING max(inspection.done_on) >= %(start)s AND max(inspection.done_on) < %(stop)s""",
            company=company.id, start=start, stop=stop,
        ))

    def _rows_days_to_acceptance(self, company, start, stop):
        return self.env.execute_query(SQL(
            "SELECT job.id, EXTRACT(EPOCH FROM job.accepted_on - job.requested_on)::float / 86400 FROM repair_order job WHERE %(jobs)s",
            jobs=self._sql_jobs(company, start, stop),
        ))

    def _rows_on_time(self, company, start, stop):
        return self.env.execute_query(SQL(
            """SELECT id, (COALESCE(punctuality, '') = 'on_time')::int FROM repair_appointment
                WHERE company_id = %(company)s AND state IN ('arrived', 'done', 'missed')
                  AND start >= %(start)s AND start < %(stop)s""",
            company=company.id, start=start, stop=stop,
        ))

    def _rows_inspection_first_pass(self, company, start, stop):
        return self.env.execute_query(SQL(
            """SELECT repair_id, (result = 'pass')::int
                 FROM (SELECT DISTINCT ON (repair_id) repair_id, result, done_on FROM repair_inspection
                        WHERE kind = 'final' AND result IS NOT NULL AND repair_id IS NOT NULL AND company_id = %(company)s
                     ORDER BY repair_id, done_on, id) first_inspection
                WHERE done_on >= %(start)s AND done_on < %(stop)s""",
            company=company.id, start=start, stop=stop,
        ))

    def _rows_csat(self, company, start, stop):
        return self._rows_answers(company, start, stop, SQL("(score IN ('4', '5'))::int"), SQL("score"))

    def _rows_nps(self, company, start, stop):
        value = SQL("CASE WHEN nps IN ('9', '10') THEN 100 WHEN nps IN ('7', '8') THEN 0 ELSE -100 END")
        return self._rows_answers(company, start, stop, value, SQL("nps"))

    def _rows_answers(self, company, start, stop, value, field):
        return self.env.execute_query(SQL(
            """SELECT id, %(value)s FROM repair_followup
                WHERE company_id = %(company)s AND state = 'done' AND %(field)s IS NOT NULL
                  AND done_on >= %(start)s AND done_on < %(stop)s""",
            value=value, field=field, company=company.id, start=start, stop=stop,
        ))

    def _rows_complaint_rate(self, company, start, stop):
        return self.env.execute_query(SQL(
            """SELECT job.id, EXISTS (SELECT 1 FROM repair_complaint complaint WHERE complaint.repair_id = job.id
                                         AND complaint.kind = 'complaint' AND complaint.stage != 'withdrawn')::int
                 FROM repair_order job WHERE %(jobs)s""",
            jobs=self._sql_jobs(company, start, stop),
        ))

    def _rows_complaint_response(self, company, start, stop):
        return self._rows_complaints(company, SQL("EXTRACT(EPOCH FROM acknowledged_on - received_on)::float / 3600"), SQL(
            "acknowledged_on >= %s AND acknowledged_on < %s", start, stop))

    def _rows_complaint_resolution(self, company, start, stop):
        return self._rows_complaints(company, SQL("EXTRACT(EPOCH FROM resolved_on - received_on)::float / 3600"), SQL(
            "resolved_on >= %s AND resolved_on < %s", start, stop))

    def _rows_complaint_sla(self, company, start, stop):
        return self._rows_complaints(company, SQL("COALESCE(resolved_on <= resolve_by, FALSE)::int"), SQL(
            "resolve_by >= %s AND resolve_by < %s AND (resolved_on IS NOT NULL OR resolve_by < %s)", start, stop, fields.Datetime.now()))

    def _rows_complaints(self, company, value, condition):
        return self.env.execute_query(SQL(
            """SELECT id, %(value)s FROM repair_complaint
                WHERE company_id = %(company)s AND kind = 'complaint' AND stage != 'withdrawn' AND %(condition)s""",
            value=value, company=company.id, condition=condition,
        ))

    def _rows_recheck_in_time(self, company, start, stop):
        return self.env.execute_query(SQL(
            """SELECT id, COALESCE(in_time = 'yes', FALSE)::int FROM repair_recheck
                WHERE company_id = %(company)s AND state != 'cancelled' AND due_by >= %(start)s AND due_by < %(stop)s
                  AND (in_time IS NOT NULL OR due_by < %(now)s)""",
            company=company.id, start=start, stop=stop, now=fields.Datetime.now(),
        ))

    def _sql_jobs(self, company, start, stop):
        """Service orders (alias ``job``) whose work the customer accepted in the period."""
        return SQL(
            "job.appliance_id IS NOT NULL AND job.service_stage IN ('accepted', 'closed') AND job.company_id = %s"
            " AND job.accepted_on >= %s AND job.accepted_on < %s",
            company.id, start, stop,
        )

    def _sql_repeated(self, company, days):
        """Whether ``job``'s appliance was reported again with the same symptom within local calendar days."""
        zone = self._get_tz(company)
        return SQL(
            """EXISTS (SELECT 1 FROM repair_order again
                        WHERE again.appliance_id = job.appliance_id AND again.symptom_id = job.symptom_id AND again.id != job.id
                          AND again.service_stage != 'cancelled' AND again.requested_on > job.accepted_on
                          AND (again.requested_on AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date
                            - (job.accepted_on AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date <= %(days)s)""",
            zone=zone, days=days,
        )

    @api.model
    def _get_tz(self, company):
        return company.repair_tz

    @api.model
    def _to_utc(self, company, day):
        """Return the naive UTC moment at which a day begins at the company's."""
        begin = pytz.timezone(self._get_tz(company)).localize(datetime.combine(day, time.min))
        return begin.astimezone(pytz.utc).replace(tzinfo=None)

    @api.model
    def _get_today(self, company):
        """Return today's date at the company's."""
        return fields.Date.context_today(self.with_context(tz=self._get_tz(company)))
