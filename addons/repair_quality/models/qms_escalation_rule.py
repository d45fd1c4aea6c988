from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

ACTIVITY_ESCALATION = "repair_quality.mail_activity_type_escalation"
SEVERITY_PATHS = {"qms.nonconformity": "severity", "qms.action": "nonconformity_id.severity"}


class QmsEscalationRule(models.Model):
    """After how many days who is told of what is overdue (handbook 10.3.1)."""

    _name = "qms.escalation.rule"
    _description = "Escalation Rule"
    _inherit = ["repair.input"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: all companies.")
    applies_to = fields.Selection(
        [
            ("qms.action", "Actions and decisions"), ("qms.nonconformity", "Nonconformities"),
            ("qms.improvement", "Improvement projects"),
        ], required=True, default="qms.action")
    severity = fields.Selection(
        [("minor", "Minor"), ("major", "Major"), ("critical", "Critical")], help="Empty: whatever the severity of the nonconformity.")
    days = fields.Integer("Days overdue", required=True, default=3)
    notify = fields.Selection(
        [("manager", "The owner's manager"), ("quality", "The quality manager"), ("user", "A person")], required=True, default="manager")
    user_id = fields.Many2one("res.users", "Person", domain="[('share', '=', False)]")

    _days_range = models.Constraint("CHECK (days BETWEEN 1 AND 366)", "Escalate after 1 to 366 days.")

    @api.constrains("notify", "user_id")
    def _check_user(self):
        if any(rule.notify == "user" and not rule.user_id for rule in self):
            raise ValidationError(self.env._("Choose the person who is told."))

    @api.model
    def _escalate(self):
        """Apply every rule to what is overdue today; each record is escalated once a rule and due day."""
        since = fields.Datetime.subtract(fields.Datetime.now(), days=800)
        done = {
            (row.rule_id.id, row.res_model, row.res_id, row.due_on)
            for row in self.env["qms.escalation"].search([("create_date", ">=", since)])}
        for rule in self.search([]):  # pylint: disable=no-search-all  # they are few, and all of them are needed
            for record in rule._find_overdue():
                key = (rule.id, record._name, record.id, record._get_due_day())
                user = rule._get_recipient(record)
                if key not in done and user:
                    record._escalate_to(user, rule)
                    self.env["qms.escalation"].sudo().create({  # the log is written by this job alone
                        "rule_id": rule.id, "res_model": record._name, "res_id": record.id, "due_on": record._get_due_day(),
                        "user_id": user.id, "company_id": record.company_id.id})

    def _find_overdue(self):
        self.ensure_one()
        model = self.env[self.applies_to]
        domain = model._get_overdue_domain(fields.Date.subtract(fields.Date.context_today(self), days=self.days))
        if self.company_id:
            domain += [("company_id", "=", self.company_id.id)]
        if self.severity and self.applies_to in SEVERITY_PATHS:
            domain += [(SEVERITY_PATHS[self.applies_to], "=", self.severity)]
        return model.search(domain)

    def _get_recipient(self, record):
        """Return who is told: never the owner himself, and the quality manager where the owner has no manager."""
        self.ensure_one()
        owner = record.owner_id
        quality = self.env["qms.nonconformity"].with_company(record.company_id)._get_default_owner()
        employee = owner.with_company(record.company_id).employee_id
        chosen = {"user": self.user_id, "quality": quality, "manager": employee.parent_id.user_id}[self.notify]
        candidates = (chosen, quality, employee.parent_id.user_id)
        return next((user for user in candidates if user and user.active and user != owner), self.env["res.users"])


class QmsEscalation(models.Model):
    """What was escalated, to whom and when."""

    _name = "qms.escalation"
    _description = "Escalation"
    _order = "id desc"
    _rec_name = "rule_id"

    rule_id = fields.Many2one("qms.escalation.rule", required=True, readonly=True, ondelete="restrict")
    res_model = fields.Char("Model", required=True, readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", required=True, readonly=True)
    due_on = fields.Date("Was due", readonly=True)
    user_id = fields.Many2one("res.users", "Told", required=True, readonly=True)
    company_id = fields.Many2one("res.company", readonly=True, index=True)

    _once = models.UniqueIndex("(rule_id, res_model, res_id, due_on)", "This was escalated already.")

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What was escalated is kept."))

    def action_open_record(self):
        """Open what was overdue."""
        self.ensure_one()
        if self.res_model not in dict(self.env["qms.escalation.rule"]._fields["applies_to"].selection):
            raise UserError(self.env._("This record is not opened from here."))
        return {"type": "ir.actions.act_window", "res_model": self.res_model, "res_id": self.res_id, "view_mode": "form"}
