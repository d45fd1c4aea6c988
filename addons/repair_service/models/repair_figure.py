from datetime import datetime, time, timedelta
from typing import NamedTuple

import pytz

from odoo import api, fields, models
from odoo.fields import Domain

from ..engine import effect


class Figure(NamedTuple):
    """How one figure is read.

    :param label: its name, translated
    :param unit: ``percent``, ``hours``, ``days``, ``points`` or ``times`` (see :meth:`RepairFigure._get_units`)
    :param higher_is_better: whether more is better
    :param model: model of the records counted
    :param lag_days: days that must pass before a record may be counted, because its outcome is open until then
    """

    label: str
    unit: str
    higher_is_better: bool
    model: str = "repair.order"
    lag_days: int = 0


class Measurement(NamedTuple):
    """A figure as it was counted: ``value`` with its 95 % interval in the figure's unit, of ``count`` records adding up to ``total``."""

    value: float
    low: float
    high: float
    count: int
    total: float


# What a figure may be narrowed down to, by the model of the records counted.
ORDER_SCOPE = {
    "technician": "technician_id", "family": "appliance_category_id", "cause": "cause_id", "territory": "visit_territory_id"}
SCOPE_PATHS = {
    "repair.order": ORDER_SCOPE,
    "repair.appointment": {
        "technician": "technician_id", "family": "repair_id.appliance_category_id", "cause": "repair_id.cause_id",
        "territory": "repair_id.visit_territory_id"},
    "repair.followup": {scope: f"repair_id.{path}" for scope, path in ORDER_SCOPE.items()},
    "stock.move": {scope: f"repair_id.{path}" for scope, path in ORDER_SCOPE.items()},
    "repair.recheck": {scope: f"origin_id.{path}" for scope, path in ORDER_SCOPE.items()},
    "repair.complaint": {
        "technician": "technician_id", "family": "appliance_category_id", "cause": "repair_id.cause_id",
        "territory": "repair_id.visit_territory_id", "class": "category_id", "team": "team_id"},
}


class RepairFigure(models.AbstractModel):
    """The one definition of every figure of the company: reports, objectives, actions and reviews read it here.

    A figure ``x`` is an entry of :meth:`_get_figures`, its words in :meth:`_get_definitions`, and a method
    ``_rows_x(company, start, stop)`` that returns one ``(record id, value)`` per record counted between two UTC moments. A rate has
    the values 0 and 1; the figure is their mean. Addons above add theirs by ``_inherit``.
    """

    _name = "repair.figure"
    _description = "Figure"

    @api.model
    def _get_figures(self):
        """Return ``{code: Figure}`` of every figure that the installed addons know, in the order of the screens."""
        return {
            "first_time_fix": Figure(
                self.env._("First-time-fix rate"), "percent", True, lag_days=self.env.company.sudo().repair_repeat_days),  # a rule for all
            "repeat_30": Figure(self.env._("Repeat rate, 30 days"), "percent", False, lag_days=30),
            "repeat_90": Figure(self.env._("Repeat rate, 90 days"), "percent", False, lag_days=90),
            "response": Figure(self.env._("Response to requests"), "hours", False),
            "mttr": Figure(self.env._("Mean time to repair"), "hours", False),
            "parts_wait": Figure(self.env._("Of that, waiting for parts"), "hours", False),
            "days_to_acceptance": Figure(self.env._("Days from report to acceptance"), "days", False),
            "on_time": Figure(self.env._("Arrivals on time"), "percent", True, "repair.appointment"),
            "inspection_first_pass": Figure(self.env._("Final inspections passed the first time"), "percent", True),
            "csat": Figure(self.env._("CSAT"), "percent", True, "repair.followup"),
            "nps": Figure(self.env._("NPS"), "points", True, "repair.followup"),
            "complaint_rate": Figure(self.env._("Complaint rate"), "percent", False),
            "complaint_response": Figure(self.env._("Response to complaints"), "hours", False, "repair.complaint"),
            "complaint_response_sla": Figure(self.env._("Responses in time"), "percent", True, "repair.complaint"),
            "complaint_proposal_sla": Figure(self.env._("Proposals in time"), "percent", True, "repair.complaint"),
            "complaint_resolution": Figure(self.env._("Resolution of complaints"), "hours", False, "repair.complaint"),
            "complaint_sla": Figure(self.env._("Complaints settled in time"), "percent", True, "repair.complaint"),
            "complaint_reopened": Figure(self.env._("Reopened complaints"), "percent", False, "repair.complaint"),
            "complaint_content": Figure(self.env._("Content with the settlement"), "percent", True, "repair.complaint"),
            "recheck_in_time": Figure(self.env._("Rechecks in time"), "percent", True, "repair.recheck"),
        }

    @api.model
    def _get_units(self):
        """Return ``{unit: its word}``, in the order of a selection."""
        return {
            "percent": "%", "hours": self.env._("hours"), "days": self.env._("days"), "points": self.env._("points"),
            "times": self.env._("times")}

    @api.model
    def _get_selection(self):
        """Return the figures as a selection."""
        return [(code, figure.label) for code, figure in self._get_figures().items()]

    @api.model
    def _get_definitions(self):
        """Return the text that says how each figure is counted (handbook 10.1.1 (1): measurable)."""
        repeat = self.env._(
            "Accepted jobs whose appliance was reported again with the same symptom within the days, divided by all accepted jobs."
            " A job counts once its days are over.")
        return {
            "first_time_fix": self.env._(
                "Accepted jobs at home done with one visit, whose fault did not come back within the company's days for a repeat (30),"
                " divided by all accepted jobs at home. A job counts once these days are over."),
            "repeat_30": repeat,
            "repeat_90": repeat,
            "response": self.env._(
                "Mean hours from the report to the first contact: the first visit agreed, diagnosis, quotation or message of a person to"
                " the customer, whichever came first; by the day of the contact."),
            "mttr": self.env._(
                "Mean hours from the report to the passed final inspection, of repairs finished in the period."
                " Waiting for parts is included."),
            "parts_wait": self.env._(
                "Mean hours of the time to repair in which an approved part was missing, of the same repairs; whole days of 24 hours."),
            "days_to_acceptance": self.env._("Mean days from the report to the customer's acceptance, of jobs accepted in the period."),
            "on_time": self.env._(
                "Visits whose technician arrived inside the promised window, divided by all visits made and those the technician"
                " did not make. Too early does not count as on time."),
            "csat": self.env._("Customers who answered 4 or 5, divided by all who answered, by the day of the answer."),
            "nps": self.env._("Share of the answers 9 and 10 less share of the answers 0 to 6, in points, by the day of the answer."),
            "complaint_rate": self.env._("Complaints about the jobs accepted in the period, divided by these jobs."),
            "complaint_response": self.env._(
                "Mean hours from the arrival of a complaint to the first answer of a person, by the day of the answer."),
            "complaint_response_sla": self.env._(
                "Complaints answered by their target, divided by all whose target ended in the period or was met before."),
            "complaint_proposal_sla": self.env._(
                "Complaints with a proposal by their target, divided by all whose target ended in the period or was met before."),
            "complaint_resolution": self.env._(
                "Mean hours from the arrival of a complaint to its settlement, of complaints settled in the period."),
            "complaint_sla": self.env._(
                "Complaints settled by their target, divided by all whose target ended in the period or was met before. A target moves"
                " while the customer is awaited."),
            "complaint_reopened": self.env._("Cases opened again, divided by the cases settled at least once, by the day of arrival."),
            "complaint_content": self.env._("Verdicts 'content', divided by all verdicts of customers, by the day of the verdict."),
            "recheck_in_time": self.env._("Rechecks looked at within the 24 hours promised, divided by all that fell due in the period."),
            "inspection_first_pass": self.env._("Repairs that passed their first final inspection, divided by all repairs inspected."),
        }

    @api.model
    def _read_figure(self, figure, company, first_day, last_day, scope=None):
        """Return ``{record id: value}`` of a figure for the days of a company, both included.

        :param scope: ``{"technician": record, "family": record, ...}``: only records of these; what a figure cannot be narrowed
            down to is left aside (see :meth:`_can_narrow`)
        """
        self.env.flush_all()
        start = self._to_utc(company, first_day)
        stop = self._to_utc(company, last_day + timedelta(days=1))
        rows = dict(getattr(self.with_company(company), f"_rows_{figure}")(company, start, stop))
        return self._narrow(self._get_figures()[figure].model, rows, scope or {})

    @api.model
    def _measure(self, figure, company, first_day, last_day, scope=None):
        """Return the :class:`Measurement` of a figure for the days of a company, both included."""
        rows = self._read_figure(figure, company, first_day, last_day, scope)
        return self._summarize(figure, rows.values())

    @api.model
    def _summarize(self, figure, values):
        """Return the :class:`Measurement` of the values of a figure's records."""
        values = [float(value) for value in values]
        scale = 100 if self._get_figures()[figure].unit == "percent" else 1
        interval = effect.mean(values)
        return Measurement(interval.value * scale, interval.low * scale, interval.high * scale, len(values), sum(values))

    @api.model
    def _can_narrow(self, figure, scope):
        """Whether a figure can be told apart by ``technician``, ``family``, ``cause``, ``territory``, ``class``, ``team``."""
        return scope in SCOPE_PATHS.get(self._get_figures()[figure].model, ())

    @api.model
    def _narrow(self, model, rows, scope):
        paths = SCOPE_PATHS.get(model, {})
        domain = Domain.AND(
            Domain(paths[name], "child_of" if name == "family" else "in", record.ids)
            for name, record in scope.items() if record and name in paths)
        if not rows or domain.is_true():
            return rows
        # Which records count is a fact about the company, whoever reads the figure; the records themselves keep their rules.
        found = self.env[model].sudo().with_context(active_test=False).search(domain & Domain("id", "in", list(rows)))
        return {record_id: rows[record_id] for record_id in found.ids}

    @api.model
    def _get_last_countable_day(self, figure, company, today):
        """Return the last day whose records may be counted on a day: their window is closed then."""
        lag = self.with_company(company)._get_figures()[figure].lag_days
        return today - timedelta(days=lag + 1) if lag else today

    @api.model
    def _get_supplier_rows(self, company):
        """Hook: the suppliers as they stand, ``[(name, grade or False, what it rests on)]``; none without parts."""
        return []

    @api.model
    def _to_utc(self, company, day):
        """Return the naive UTC moment at which a day begins at the company's."""
        begin = pytz.timezone(company.sudo().repair_tz).localize(datetime.combine(day, time.min))  # a fact about the place
        return begin.astimezone(pytz.utc).replace(tzinfo=None)

    @api.model
    def _get_today(self, company):
        """Return today's date at the company's."""
        return fields.Date.context_today(self.with_context(tz=company.sudo().repair_tz))  # as above
