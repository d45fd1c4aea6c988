from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

# How long before its day a patrol is laid out at the latest, so that inspectors can plan their week.
LEAD = relativedelta(days=14)


class QmsPatrolRule(models.Model):
    """How often whose work is looked at on the spot (handbook 5.2.2)."""

    _name = "qms.patrol.rule"
    _description = "Patrol Rule"
    _inherit = ["mail.thread", "repair.input"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    every = fields.Integer(required=True, default=1, tracking=True)
    unit = fields.Selection([("week", "Weeks"), ("month", "Months")], required=True, default="month", tracking=True)
    start_on = fields.Date("From", required=True, default=fields.Date.context_today, help="No patrol is due before this day.")
    department_ids = fields.Many2many("hr.department", string="Teams", help="Empty: the technicians of every team.")
    technician_ids = fields.Many2many(
        "hr.employee", string="Technicians", domain="[('is_technician', '=', True)]", help="Empty: every technician of the teams.")
    newcomer_days = fields.Integer(
        "Newcomers only, days", help="Only technicians whose first day is so many days ago at most. 0: all technicians.")
    template_id = fields.Many2one(
        "repair.inspection.template", "Checklist", domain="[('kind', '=', 'patrol')]", ondelete="restrict",
        help="Empty: the patrol checklist of the appliance's family.")
    inspector_ids = fields.Many2many(
        "res.users", string="Who patrols", domain="[('share', '=', False)]", help="Patrols go to them in turn; nobody patrols himself.")
    patrol_ids = fields.One2many("qms.patrol", "rule_id", "Patrols")

    _every_positive = models.Constraint("CHECK (every BETWEEN 1 AND 52)", "Patrol every 1 to 52 weeks or months.")
    _newcomer_positive = models.Constraint("CHECK (newcomer_days BETWEEN 0 AND 3660)", "Newcomer days lie between 0 and ten years.")

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unused(self):
        if self.sudo().patrol_ids:  # what is planned for the user himself is hidden from him
            raise UserError(self.env._("Patrols were planned by this rule: archive it instead of deleting it."))

    def write(self, vals):
        """A rule that has planned keeps its company."""
        patrols_sudo = self.sudo().patrol_ids  # what is planned for the user himself is hidden from him
        if "company_id" in vals and patrols_sudo.filtered(lambda patrol: patrol.company_id.id != vals["company_id"]):
            raise UserError(self.env._("Patrols were planned by this rule: make a new one for another company."))
        return super().write(vals)

    def action_plan(self):
        """Plan what is due, and open the rule's patrols.

        :raises AccessError: for anybody but quality officers and service managers
        """
        if not self.env["qms.patrol"]._is_planner():
            raise AccessError(self.env._("Only quality officers and service managers plan patrols."))
        self.check_access("read")
        self._plan()
        return self.env["ir.actions.act_window"]._for_xml_id("repair_quality.qms_patrol_action") | {
            "domain": [("rule_id", "in", self.ids)], "context": {}}

    @api.model
    def _run_daily(self):
        """Plan the patrols that come due; every rule on its own."""
        self.search([("active", "=", True)])._plan()

    def _plan(self):
        """Lay out the next patrol of each technician who has none open; patrols are written by the system alone."""
        patrols_sudo = self.env["qms.patrol"].sudo()  # as above
        for rule in self.sudo():  # as above
            today = self.env["repair.figure"]._get_today(rule.company_id)
            technicians = rule._get_technicians(today)
            last = dict(patrols_sudo._read_group(
                [("rule_id", "=", rule.id), ("state", "in", ("done", "skipped"))], ["technician_id"], ["settled_on:max"]))
            open_ones = patrols_sudo.search([("rule_id", "=", rule.id), ("state", "in", ("planned", "started"))])
            vals_list = []
            waiting = technicians - open_ones.technician_id
            begins = waiting._get_begins()
            for technician in waiting:
                # The first patrol comes at the end of the first interval since the rule began, or since the technician came.
                since = last.get(technician) or max(filter(None, (rule.start_on, begins[technician])))
                due = since + rule._get_interval()
                if due - LEAD <= today:
                    vals_list.append({"rule_id": rule.id, "technician_id": technician.id, "due_date": max(due, rule.start_on)})
            vals_list.sort(key=lambda vals: (vals["due_date"], vals["technician_id"]))
            patrols_sudo.create(vals_list)._assign(rule.inspector_ids)

    def _get_technicians(self, today):
        self.ensure_one()
        domain = [("is_technician", "=", True), ("company_id", "in", (self.company_id.id, False))]
        if self.technician_ids:
            domain.append(("id", "in", self.technician_ids.ids))
        if self.department_ids:
            domain.append(("department_id", "child_of", self.department_ids.ids))
        technicians = self.env["hr.employee"].search(domain, order="id")
        if not self.newcomer_days:
            return technicians
        since = today - relativedelta(days=self.newcomer_days)
        begins = technicians._get_begins()
        return technicians.filtered(lambda technician: (begins[technician] or today) >= since)

    def _get_interval(self):
        self.ensure_one()
        return relativedelta(weeks=self.every) if self.unit == "week" else relativedelta(months=self.every)
