import math

from odoo import api, fields, models

from ..engine import sampling

EXAMPLE_LOTS = (8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200)


class RepairSamplingPlan(models.Model):
    """How many of a lot are inspected and how many defective ones are too many, after ISO 2859-1 (handbook 5.2.3, 8.1.3)."""

    _name = "repair.sampling.plan"
    _description = "Sampling plan"
    _inherit = ["repair.input"]
    _order = "sequence, id"

    name = fields.Char(compute="_compute_name", store=True, readonly=False, precompute=True, required=True, translate=True)
    sequence = fields.Integer(default=10)
    level = fields.Selection(
        [(level, level) for level in sampling.LEVELS], "Inspection level", required=True, default="II",
        help="II is usual. I inspects less, III more; S-1 to S-4 are for costly or destructive tests.")
    aql = fields.Selection(
        [(aql, aql) for aql in sampling.AQLS], "AQL", required=True, default="2.5",
        help="Acceptance quality limit: how many defective units in a hundred are still tolerable on average.")
    severity = fields.Selection(
        [("normal", "Normal"), ("tightened", "Tightened")], required=True, default="normal",
        help="Where inspection starts. Whoever uses the plan may tighten it by the switching rules of ISO 2859-1.")
    active = fields.Boolean(default=True)
    examples = fields.Text("Samples", compute="_compute_examples", help="What the plan asks for, by size of the lot.")

    @api.depends("level", "aql")
    def _compute_name(self):
        for plan in self:
            if not plan.name or plan.name.startswith("ISO 2859-1 "):
                plan.name = f"ISO 2859-1 {plan.level} / AQL {plan.aql}"

    @api.depends("level", "aql", "severity")
    @api.depends_context("lang")
    def _compute_examples(self):
        for plan in self:
            plan.examples = "\n".join(plan._describe_lot(last) for last in EXAMPLE_LOTS) if plan.level and plan.aql else False

    def _describe_lot(self, lot_size):
        sample = self._get_sample(lot_size)
        return self.env._(
            "Lot of %(lot)s: inspect %(size)s, accept up to %(accept)s defective, reject from %(reject)s",
            lot=lot_size, size=sample.size, accept=sample.accept, reject=sample.reject)

    def _get_sample(self, lot_size, severity=None):
        """Say what the plan asks for (ISO 2859-1 tables 1, 2-A and 2-B).

        :param float lot_size: units of the lot; what is measured in other units counts as that many, rounded up
        :param str severity: ``normal`` or ``tightened``; the plan's own when left out. A tightened plan is never relaxed.
        :return: (n, Ac, Re): inspect n units, accept with Ac defective ones or fewer, reject with Re or more
        """
        self.ensure_one()
        severity = "tightened" if "tightened" in (severity, self.severity) else "normal"
        return sampling.get_sample(math.ceil(lot_size), self.level, self.aql, severity)
