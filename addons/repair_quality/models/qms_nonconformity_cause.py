from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

BRANCHES = ("fish_people", "fish_tools", "fish_material", "fish_method", "fish_measurement", "fish_environment")
LEAST_WHYS = 3


class QmsNonconformity(models.Model):
    """The way to the cause: five whys and a fishbone; and whether that cause was there before (handbook 10.3.1)."""

    _inherit = "qms.nonconformity"

    cause_id = fields.Many2one(
        "repair.complaint.cause", "Class of the cause", index="btree_not_null", ondelete="restrict", tracking=True,
        help="The same classes as those of complaints: what recurs is counted by class and family.")
    why_ids = fields.One2many("qms.why", "nonconformity_id", "5 why")
    fish_people = fields.Text("People")
    fish_tools = fields.Text("Tools and machines")
    fish_material = fields.Text("Parts and material")
    fish_method = fields.Text("Methods")
    fish_measurement = fields.Text("Measuring")
    fish_environment = fields.Text("Surroundings")
    recurrence_count = fields.Integer(
        "Earlier ones", compute="_compute_recurrence_count", store=True,
        help="Nonconformities with the same class of cause and the same family within the company's days before this one.")
    is_recurring = fields.Boolean("Recurring", compute="_compute_recurrence_count", store=True, index="btree_not_null")

    @api.depends("cause_id", "appliance_category_id", "detected_on", "company_id", "state")
    def _compute_recurrence_count(self):
        wanted = self.filtered(lambda record: record.cause_id and record.detected_on and record.state != "cancelled")
        (self - wanted).recurrence_count = (self - wanted).is_recurring = False
        if not wanted:
            return
        days = max(company.qms_recurrence_days for company in wanted.company_id.sudo())  # a rule of the company
        rows = self.sudo().search_read([  # how often it happened is a fact, whoever may read the others
            ("company_id", "in", wanted.company_id.ids), ("cause_id", "in", wanted.cause_id.ids), ("state", "!=", "cancelled"),
            ("detected_on", ">=", fields.Date.subtract(min(wanted.mapped("detected_on")), days=days)),
        ], ["company_id", "cause_id", "appliance_category_id", "detected_on"], load=None)
        for record in wanted:
            key = (record.company_id.id, record.cause_id.id, record.appliance_category_id.id)
            first = fields.Date.subtract(record.detected_on, days=record.company_id.sudo().qms_recurrence_days)  # as above
            earlier = [
                row for row in rows
                if (row["company_id"], row["cause_id"], row["appliance_category_id"] or False) == key
                and row["id"] != record._origin.id and first <= row["detected_on"] <= record.detected_on
                and (row["detected_on"] < record.detected_on or row["id"] < (record._origin.id or float("inf")))]
            record.recurrence_count = len(earlier)
            record.is_recurring = bool(earlier)

    def action_view_recurrence(self):
        """Open the earlier nonconformities with the same cause and family."""
        self.ensure_one()
        domain = Domain("cause_id", "=", self.cause_id.id) & Domain("appliance_category_id", "=", self.appliance_category_id.id) & Domain(
            "company_id", "=", self.company_id.id) & Domain("detected_on", "<=", self.detected_on) & Domain("id", "!=", self.id) & Domain(
            "detected_on", ">=", fields.Date.subtract(self.detected_on, days=self.company_id.sudo().qms_recurrence_days))  # a rule
        return self.env["ir.actions.act_window"]._for_xml_id("repair_quality.qms_nonconformity_action") | {
            "domain": list(domain), "context": {}}

    def _has_analysis(self):
        """Whether the way to the cause is written down: enough whys, or a branch of the fishbone."""
        self.ensure_one()
        whys = self.why_ids.filtered(lambda why: (why.answer or "").strip())
        return len(whys) >= LEAST_WHYS or any((self[branch] or "").strip() for branch in BRANCHES)


class QmsWhy(models.Model):
    """One why of the way to a cause."""

    _name = "qms.why"
    _description = "Why"
    _inherit = ["repair.input"]
    _order = "nonconformity_id, sequence, id"
    _rec_name = "answer"

    nonconformity_id = fields.Many2one("qms.nonconformity", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="nonconformity_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    question = fields.Char("Why?", required=True)
    answer = fields.Char("Because", required=True)

    @api.model_create_multi
    def create(self, vals_list):
        """Add whys while the cause is looked for."""
        whys = super().create(vals_list)
        whys._check_open()
        return whys

    def write(self, vals):
        """Change whys while the cause is looked for; they stay with their nonconformity."""
        self._check_open()
        res = super().write(vals)
        self._check_open()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_only_open(self):
        self._check_open()

    def _check_open(self):
        if any(why.nonconformity_id.state not in ("draft", "analysed") for why in self):
            raise UserError(self.env._(
                "The cause stays as it was when the actions were chosen. Open the nonconformity again to change it."))


class ResCompany(models.Model):
    _inherit = "res.company"

    qms_recurrence_days = fields.Integer("Days looked back for the same cause", default=180)

    _qms_recurrence_days_range = models.Constraint(
        "CHECK (qms_recurrence_days BETWEEN 1 AND 1100)", "Look back 1 to 1100 days for the same cause.")


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    qms_recurrence_days = fields.Integer(related="company_id.qms_recurrence_days", readonly=False)
