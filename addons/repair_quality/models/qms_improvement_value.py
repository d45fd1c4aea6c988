from odoo import api, fields, models
from odoo.exceptions import UserError


class QmsImprovementValue(models.Model):
    """The figure of a project in a week, as it was read."""

    _name = "qms.improvement.value"
    _description = "Monitoring of a Project"
    _order = "improvement_id, date desc"
    _rec_name = "date"

    improvement_id = fields.Many2one("qms.improvement", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="improvement_id.company_id", store=True, index=True)
    date = fields.Date("Read on", required=True, readonly=True)
    value = fields.Float(readonly=True, digits=(16, 2), aggregator="avg")
    low = fields.Float("At least", readonly=True, digits=(16, 2), aggregator=None)
    high = fields.Float("At most", readonly=True, digits=(16, 2), aggregator=None)
    count = fields.Integer("Records counted", readonly=True)
    target = fields.Float(readonly=True, digits=(16, 2), aggregator="avg")

    _once = models.UniqueIndex("(improvement_id, date)", "The value of this day is stored already.")

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Values are read from the records."))


class QmsReview(models.Model):
    _inherit = "qms.review"

    def _get_inputs_improvement(self):
        lights = {"evaluated": "green", "closed": "green", "stopped": "none"}
        labels = dict(self.env["qms.improvement"]._fields["state"]._description_selection(self.env))
        projects = self.env["qms.improvement"].sudo().search([  # the chair sees them all
            ("company_id", "=", self.company_id.id), ("state", "!=", "draft"),
            "|", ("closed_on", "=", False), ("closed_on", ">=", self.period_from)])
        return super()._get_inputs_improvement() + [
            {"name": project.display_name, "value": labels[project.state], "note": project.change_text,
             "light": "red" if project.is_overdue else lights.get(project.state, "amber")} for project in projects]
