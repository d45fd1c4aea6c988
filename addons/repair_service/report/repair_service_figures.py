from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

# Where the records behind a figure are opened.
RECORD_ACTIONS = {
    "repair.complaint": "repair_service.repair_complaint_action", "repair.followup": "repair_service.repair_followup_action",
    "repair.order": "repair_service.repair_order_action_service", "repair.appointment": "repair_service.repair_appointment_action",
    "repair.recheck": "repair_service.repair_recheck_action",
}


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
        """Return ``{code: (value, records counted)}`` of every figure whose records are opened from here.

        :raises AccessError: for a company that the user does not work in
        """
        self.ensure_one()
        self._check_own_company()
        figures = self.env["repair.figure"].with_company(self.company_id)
        values = {}
        for code, figure in figures._get_figures().items():
            if figure.model in RECORD_ACTIONS:
                measurement = figures._measure(code, self.company_id, self.date_from, self.date_to, self._get_scope())
                values[code] = measurement.value, measurement.count
        return values

    def _get_scope(self):
        return {"technician": self.technician_id, "family": self.appliance_category_id, "class": self.category_id, "team": self.team_id}

    def _check_own_company(self):
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("You do not work for this company."))

    def _open_records(self, code):
        self.ensure_one()
        self._check_own_company()
        figures = self.env["repair.figure"]
        figure = figures._get_figures()[code]
        ids = list(figures._read_figure(code, self.company_id, self.date_from, self.date_to, self._get_scope()))
        action = self.env["ir.actions.act_window"]._for_xml_id(RECORD_ACTIONS[figure.model])
        context = {"repair_service": True} if figure.model == "repair.order" else {}
        return {**action, "name": figure.label, "domain": [("id", "in", ids)], "context": context}


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
        figures, definitions = self.env["repair.figure"]._get_figures(), self.env["repair.figure"]._get_definitions()
        units = self.env["repair.figure"]._get_units()
        for line in self:
            figure = figures.get(line.code)
            line.name, line.definition = figure and figure.label, definitions.get(line.code)
            line.unit = figure and units[figure.unit]

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
        figure = self.env["repair.figure"]._get_figures().get(self.code)
        if not figure or figure.model not in RECORD_ACTIONS:
            raise AccessError(self.env._("Figures are read from the records."))
        return self.figures_id._open_records(self.code)
