from odoo import api, fields, models

from .qms_objective import LIGHTS


class QmsObjectiveValue(models.Model):
    """What an objective came to in a month, as it was when the month's figures were final."""

    _name = "qms.objective.value"
    _description = "Monthly Value of an Objective"
    _order = "period_start desc, objective_id"
    _rec_name = "objective_id"

    objective_id = fields.Many2one("qms.objective", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="objective_id.company_id", store=True, index=True)
    figure = fields.Selection(related="objective_id.figure")
    period_start = fields.Date("Month", required=True, readonly=True)
    period_end = fields.Date(required=True, readonly=True)
    value = fields.Float("Actual", readonly=True, digits=(16, 2), aggregator="avg")
    numerator = fields.Float(readonly=True, digits=(16, 2))
    denominator = fields.Integer("Records counted", readonly=True)
    target = fields.Float(readonly=True, digits=(16, 2), aggregator="avg")
    tolerance = fields.Float(readonly=True, digits=(16, 2), aggregator=None)
    light = fields.Selection(LIGHTS, readonly=True)

    _once_per_period = models.UniqueIndex(
        "(objective_id, period_start)", "The value of this month is stored already.")

    @api.depends("objective_id.name", "period_start")
    def _compute_display_name(self):
        for row in self:
            row.display_name = f"{row.objective_id.name} {row.period_start:%Y-%m}" if row.period_start else row.objective_id.name
