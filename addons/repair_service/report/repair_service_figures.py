from datetime import datetime, time, timedelta
from typing import NamedTuple

from pytz import timezone, utc

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL


class Figure(NamedTuple):
    """Where a figure is read: ``model``, its ``field`` of rows that are averaged, and the unit."""

    model: str
    field: str
    unit: str


FIGURES = {
    "respond_hours": Figure("repair.complaint.report", "respond_hours", "hours"),
    "respond_met": Figure("repair.complaint.report", "respond_met", "percent"),
    "plan_met": Figure("repair.complaint.report", "plan_met", "percent"),
    "resolve_hours": Figure("repair.complaint.report", "resolve_hours", "hours"),
    "resolve_met": Figure("repair.complaint.report", "resolve_met", "percent"),
    "reopened": Figure("repair.complaint.report", "reopened", "percent"),
    "content": Figure("repair.complaint.report", "content", "percent"),
    "complaint_rate": Figure("repair.order", "complaint_rate", "percent"),
    "csat": Figure("repair.satisfaction.report", "csat", "percent"),
    "nps": Figure("repair.satisfaction.report", "nps", "points"),
    "first_time_fix": Figure("repair.order", "first_time_fix", "percent"),
    "repeat_30": Figure("repair.order", "repeat_30", "percent"),
    "repeat_90": Figure("repair.order", "repeat_90", "percent"),
}
REPEAT_DAYS = {"first_time_fix": 30, "repeat_30": 30, "repeat_90": 90}
ROWS = {"repair.complaint.report": "repair.complaint", "repair.satisfaction.report": "repair.followup", "repair.order": "repair.order"}


class RepairServiceFigures(models.TransientModel):
    """The figures of service and complaints for a period, a technician, a family, a class or a team; each opens its records."""

    _name = "repair.service.figures"
    _description = "Service Figures"
    _inherit = ["repair.input"]

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one("res.company", required=True, readonly=True, default=lambda self: self.env.company)
    date_from = fields.Date("From", required=True, default=lambda self: fields.Date.subtract(fields.Date.context_today(self), days=90))
    date_to = fields.Date("Until", required=True, default=fields.Date.context_today)
    technician_id = fields.Many2one("hr.employee", domain="[('is_technician', '=', True)]", ondelete="cascade")
    appliance_category_id = fields.Many2one("repair.appliance.category", "Family", ondelete="cascade")
    category_id = fields.Many2one("repair.complaint.category", "Class", ondelete="cascade")
    team_id = fields.Many2one("repair.complaint.team", ondelete="cascade")
    line_ids = fields.One2many("repair.service.figure.line", "figures_id", "Figures", readonly=True)

    @api.depends_context("lang")
    def _compute_name(self):
        for figures in self:
            figures.name = self.env._("Service figures")

    @api.constrains("date_from", "date_to")
    def _check_period(self):
        if any(figures.date_from > figures.date_to or (figures.date_to - figures.date_from).days > 3660 for figures in self):
            raise ValidationError(self.env._("The period ends after it begins, and is not longer than ten years."))

    def action_open_figures(self):
        """Open the figures of the last 90 days.

        :raises AccessError: for who does not read all orders
        """
        groups = ("repair_service.repair_service_group_desk", "repair_service.repair_service_group_inspector")
        if not (self.env.su or any(self.env.user.has_group(group) for group in groups)):
            raise AccessError(self.env._("The figures are for the service desk, the inspectors and the managers."))
        figures = self.create({})
        figures.action_reckon()
        return {
            "type": "ir.actions.act_window", "name": figures.name, "res_model": self._name, "res_id": figures.id,
            "views": [(False, "form")], "target": "main",
        }

    def action_reckon(self):
        """Read the figures anew for the period and the filters chosen; a fixed number of queries."""
        for figures in self:
            values = figures._read_figures()
            lines_sudo = self.env["repair.service.figure.line"].sudo()  # nobody writes a figure by hand
            figures.line_ids.sudo().unlink()  # as above
            lines_sudo.create([
                {"figures_id": figures.id, "code": code, "value": value or 0.0, "counted": counted}
                for code, (value, counted) in values.items()])
            figures.invalidate_recordset(["line_ids"])
        return True

    def _read_figures(self):
        """Return ``{code: (value, records counted)}``."""
        self.ensure_one()
        self.env.flush_all()
        values = {}
        for model in ("repair.complaint.report", "repair.satisfaction.report"):
            codes = [code for code, figure in FIGURES.items() if figure.model == model]
            aggregates = [f"{FIGURES[code].field}:{what}" for code in codes for what in ("avg", "count")]
            row = self.env[model]._read_group(self._get_domain(codes[0]), [], aggregates)[0]
            values |= {code: row[2 * index:2 * index + 2] for index, code in enumerate(codes)}
        for code in (code for code, figure in FIGURES.items() if figure.model == "repair.order"):
            rows = self._get_order_rows(code)
            values[code] = (100.0 * sum(rows.values()) / len(rows) if rows else 0.0, len(rows))
        return {code: values[code] for code in FIGURES}

    def _get_edges(self):
        """The period as naive UTC moments."""
        zone = timezone(self.company_id.repair_tz or "UTC")
        return tuple(
            zone.localize(datetime.combine(day, time.min)).astimezone(utc).replace(tzinfo=None)
            for day in (self.date_from, self.date_to + timedelta(days=1)))

    def _get_domain(self, code):
        """Which rows are counted for a figure; those without a value count for none."""
        figure, (start, stop) = FIGURES[code], self._get_edges()
        moments = {"repair.complaint.report": "received_on", "repair.satisfaction.report": "done_on", "repair.order": "accepted_on"}
        moment = moments[figure.model]
        domain = Domain("company_id", "=", self.company_id.id) & Domain(moment, ">=", start) & Domain(moment, "<", stop)
        if self.technician_id:
            domain &= Domain("technician_id", "=", self.technician_id.id)
        if self.appliance_category_id:
            domain &= Domain("appliance_category_id", "child_of", self.appliance_category_id.id)
        if figure.model == "repair.complaint.report":
            domain &= Domain("category_id", "=", self.category_id.id) if self.category_id else Domain.TRUE
            domain &= Domain("team_id", "=", self.team_id.id) if self.team_id else Domain.TRUE
        return domain

    def _get_order_rows(self, code):
        """Return ``{id of a job: its value}``: jobs accepted in the period, once the time in which the fault may come back is over."""
        days = REPEAT_DAYS.get(code, 0)
        closed = fields.Datetime.subtract(fields.Datetime.now(), days=days)
        domain = self._get_domain(code) & Domain("appliance_id", "!=", False) & Domain("accepted_on", "<", closed) & Domain(
            "service_stage", "in", ("accepted", "closed"))
        if code == "first_time_fix":
            domain &= Domain("first_time_fix", "!=", False)
        jobs = self.env["repair.order"]._search(domain)
        value = {
            "first_time_fix": SQL("(job.first_time_fix = 'yes')::int"),
            "complaint_rate": SQL(
                "(SELECT count(*) FROM repair_complaint c WHERE c.repair_id = job.id AND c.kind = 'complaint' AND c.stage != 'withdrawn')"),
        }.get(code) or SQL(
            """EXISTS (SELECT 1 FROM repair_order again
                        WHERE again.appliance_id = job.appliance_id AND again.symptom_id = job.symptom_id AND again.id != job.id
                          AND again.service_stage != 'cancelled' AND again.requested_on > job.accepted_on
                          AND again.requested_on <= job.accepted_on + %s * interval '1 day')::int""", days)
        return dict(self.env.execute_query(SQL(
            "SELECT job.id, %s FROM repair_order job WHERE job.id IN %s", value, jobs.subselect())))

    def _open_records(self, code):
        self.ensure_one()
        figure = FIGURES[code]
        if figure.model == "repair.order":
            ids = list(self._get_order_rows(code))
        else:
            model = self.env[figure.model]
            query = model._search(self._get_domain(code))
            query.add_where(SQL("%s IS NOT NULL", model._field_to_sql(query.table, figure.field, query)))  # nought is a value
            ids = list(query.get_result_ids())
        xmlid = {
            "repair.complaint": "repair_service.repair_complaint_action", "repair.followup": "repair_service.repair_followup_action",
            "repair.order": "repair_service.repair_order_action_service",
        }[ROWS[figure.model]]
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        context = {"repair_service": True} if figure.model == "repair.order" else {}
        name = self.env["repair.service.figure.line"]._get_labels()[code]
        return {**action, "name": name, "domain": [("id", "in", ids)], "context": context}


class RepairServiceFigureLine(models.TransientModel):
    """One figure with its definition."""

    _name = "repair.service.figure.line"
    _description = "Service Figure"
    _inherit = ["repair.input"]
    _order = "id"

    figures_id = fields.Many2one("repair.service.figures", required=True, readonly=True, ondelete="cascade", index=True)
    code = fields.Char(required=True, readonly=True)
    name = fields.Char("Figure", compute="_compute_name")
    definition = fields.Char(compute="_compute_name")
    value = fields.Float(readonly=True, digits=(16, 1))
    unit = fields.Char(compute="_compute_name")
    counted = fields.Integer("Records counted", readonly=True)

    @api.depends("code")
    @api.depends_context("lang")
    def _compute_name(self):
        labels, definitions = self._get_labels(), self._get_definitions()
        units = {"hours": self.env._("hours"), "percent": "%", "points": self.env._("points")}
        for line in self:
            line.name, line.definition = labels.get(line.code), definitions.get(line.code)
            line.unit = line.code in FIGURES and units[FIGURES[line.code].unit]

    @api.model
    def _get_labels(self):
        return {
            "respond_hours": self.env._("Response to complaints"), "respond_met": self.env._("Responses in time"),
            "plan_met": self.env._("Proposals in time"), "resolve_hours": self.env._("Resolution of complaints"),
            "resolve_met": self.env._("Settlements in time"), "reopened": self.env._("Reopened complaints"),
            "content": self.env._("Content with the settlement"), "complaint_rate": self.env._("Complaint rate"),
            "csat": self.env._("CSAT"), "nps": self.env._("NPS"), "first_time_fix": self.env._("First-time-fix rate"),
            "repeat_30": self.env._("Repeat rate, 30 days"), "repeat_90": self.env._("Repeat rate, 90 days"),
        }

    @api.model
    def _get_definitions(self):
        """Return the words that say how each figure is counted."""
        due = self.env._("Targets met / targets due; a target is due once it was met or its time is over.")
        return {
            "respond_hours": self.env._("Mean of first answer of a person less arrival, of complaints that came in within the period."),
            "respond_met": due, "plan_met": due, "resolve_met": due,
            "resolve_hours": self.env._("Mean of settlement less arrival, by the clock, waits for the customer included."),
            "reopened": self.env._("Cases opened again / cases settled at least once."),
            "content": self.env._("Verdicts 'content' / verdicts of the customers."),
            "complaint_rate": self.env._("Complaints about the jobs accepted in the period / these jobs."),
            "csat": self.env._("Answers 4 and 5 / answers."),
            "nps": self.env._("Share of 9 and 10 less share of 0 to 6."),
            "first_time_fix": self.env._(
                "Jobs fixed at the first visit / jobs, once the 30 days in which the fault may come back are over."),
            "repeat_30": self.env._("Jobs with the same appliance and symptom again within 30 days / jobs, once the 30 days are over."),
            "repeat_90": self.env._("Jobs with the same appliance and symptom again within 90 days / jobs, once the 90 days are over."),
        }

    @api.model_create_multi
    def create(self, vals_list):
        """Figures are read, not written.

        :raises AccessError: by hand
        """
        if not self.env.su:
            raise AccessError(self.env._("Figures are read from the records."))
        return super().create(vals_list)

    def action_open_records(self):
        """Open the records behind the figure."""
        self.ensure_one()
        if self.code not in FIGURES:
            raise AccessError(self.env._("Figures are read from the records."))
        return self.figures_id._open_records(self.code)
