import json

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

TREND_MONTHS = 12
# With a history, these say what its values mean.
FIXED_FIELDS = frozenset({"figure", "company_id"})


class QmsObjective(models.Model):
    """Targets by period, the trend of the monthly values, and the decisions that missed months demand (handbook 10.1.1 (1))."""

    _inherit = "qms.objective"

    trend = fields.Selection(
        [("better", "Better"), ("worse", "Worse"), ("steady", "Steady")], compute="_compute_trend",
        help="The newest month stored against the one before.")
    trend_graph = fields.Text("Course", compute="_compute_trend")
    missing_decision_count = fields.Integer("Decisions missing", compute="_compute_decision_counts")
    open_decision_count = fields.Integer("Open decisions", compute="_compute_decision_counts")

    @api.depends("value_ids.value", "figure")
    def _compute_trend(self):
        for objective in self:
            values = objective.value_ids.filtered("denominator").sorted("period_start")[-TREND_MONTHS:]
            objective.trend = False
            if len(values) > 1:
                change = values[-1].value - values[-2].value
                better = (change > 0) == objective.higher_is_better
                objective.trend = "steady" if abs(change) < 0.005 else "better" if better else "worse"
            objective.trend_graph = json.dumps([{
                "key": objective.name or "", "area": True, "color": "#875A7B", "is_sample_data": False,
                "values": [
                    {"x": month, "y": round(row.value, 2), "name": month} for row in values for month in (f"{row.period_start:%Y-%m}",)],
            }]) if len(values) > 1 else False

    def _compute_decision_counts(self):
        counts = {}
        for objective, state, count in self.env["qms.objective.value"]._read_group(
                [("objective_id", "in", self.ids), ("decision_state", "in", ("missing", "open"))],
                ["objective_id", "decision_state"], ["__count"]):
            counts[objective, state] = count
        for objective in self:
            objective.missing_decision_count = counts.get((objective._origin, "missing"), 0)
            objective.open_decision_count = counts.get((objective._origin, "open"), 0)

    def write(self, vals):
        """What the history stands for stays as it is."""
        if FIXED_FIELDS & vals.keys() and any(
                objective.value_ids and any(objective._fields[name].convert_to_cache(vals[name], objective)
                                            != objective._fields[name].convert_to_cache(objective[name], objective)
                                            for name in FIXED_FIELDS & vals.keys()) for objective in self):
            raise UserError(self.env._("Months of this objective are stored: archive it and set another one."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_without_history(self):
        if any(objective.value_ids for objective in self):
            raise UserError(self.env._("Months of this objective are stored: archive it, its history is a record."))

    def action_view_missing(self):
        """Open the missed months that wait for a decision, or whose decisions are open."""
        self.ensure_one()
        return self.env["ir.actions.act_window"]._for_xml_id("repair_quality.qms_objective_value_action_missed") | {
            "domain": [("objective_id", "=", self.id), ("decision_state", "!=", "none")], "context": {}}

    def _get_target(self, day=None):
        """Return target and tolerance: those of the period that holds a day, else the standing ones."""
        self.ensure_one()
        period = self.target_ids.filtered(lambda row: day and row.date_from <= day <= row.date_to)[:1]
        return (period.target, period.tolerance) if period else (self.target, self.tolerance)


class QmsObjectiveTarget(models.Model):
    """What an objective demands in a period."""

    _name = "qms.objective.target"
    _description = "Target of a Period"
    _inherit = ["repair.input"]
    _order = "objective_id, date_from"
    _rec_name = "date_from"

    objective_id = fields.Many2one("qms.objective", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="objective_id.company_id", store=True, index=True)
    date_from = fields.Date("From", required=True)
    date_to = fields.Date("Until", required=True)
    target = fields.Float(required=True)
    tolerance = fields.Float()
    reason = fields.Char("Why this target")

    _range = models.Constraint(
        "CHECK (target BETWEEN 0 AND 10000 AND tolerance BETWEEN 0 AND 10000)", "Target and tolerance lie between 0 and 10000.")
    _dates = models.Constraint("CHECK (date_from <= date_to)", "The period ends after it begins.")

    @api.constrains("objective_id", "date_from", "date_to")
    def _check_overlap(self):
        for row in self:
            others = row.objective_id.target_ids - row
            if any(other.date_from <= row.date_to and row.date_from <= other.date_to for other in others):
                raise ValidationError(self.env._("The periods of an objective do not overlap."))

    @api.constrains("target", "objective_id")
    def _check_rate(self):
        if any(row.objective_id.unit in ("percent", "points") and row.target > 100 for row in self):
            raise ValidationError(self.env._("The target of a rate is 100 % at most."))

    @api.model_create_multi
    def create(self, vals_list):
        """Set targets of periods that are not measured yet."""
        rows = super().create(vals_list)
        rows._check_measured()
        return rows

    def write(self, vals):
        """Change targets of periods that are not measured yet."""
        self._check_measured()
        res = super().write(vals)
        self._check_measured()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_before_measured(self):
        self._check_measured()

    def _check_measured(self):
        """Raise when a month of the period is stored: a target is set before, not after."""
        for row in self:
            if any(row.date_from <= value.period_end <= row.date_to for value in row.objective_id.value_ids):
                raise UserError(self.env._("Months of this period are stored: their target stays as it was. Begin the period after them."))
