from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.repair_service.engine import effect

from .qms_scoped import SCOPE_FIELDS

MEASURES = ("value", "low", "high", "count")
FROZEN_FIELDS = frozenset(
    f"{side}_{part}" for side in ("before", "after") for part in (*MEASURES, "from", "to", "on"))
# What is measured stays the same from the first measurement on: else before and after would not be comparable.
MEASURED_FIELDS = SCOPE_FIELDS | {"figure", "figure_days"}


class QmsMeasured(models.AbstractModel):
    """A live figure before and after a change, each frozen with its days and its count (handbook 10.3.2 (3))."""

    _name = "qms.measured"
    _description = "Measured before and after"
    _inherit = ["qms.scoped"]

    figure_days = fields.Integer("Days looked at", default=30, help="So many days before the start are held against so many days after.")
    figure_definition = fields.Text("How it is counted", compute="_compute_figure_definition")
    figure_unit = fields.Selection(lambda self: self._get_units(), "Unit", compute="_compute_figure_definition")
    before_value = fields.Float("Before", readonly=True, copy=False, digits=(16, 2), aggregator=None)
    before_low = fields.Float("Before, at least", readonly=True, copy=False, digits=(16, 2), aggregator=None)
    before_high = fields.Float("Before, at most", readonly=True, copy=False, digits=(16, 2), aggregator=None)
    before_count = fields.Integer("Counted before", readonly=True, copy=False)
    before_from = fields.Date("Before, from", readonly=True, copy=False)
    before_to = fields.Date("Before, until", readonly=True, copy=False)
    before_on = fields.Datetime("Frozen on", readonly=True, copy=False)
    after_value = fields.Float("After", readonly=True, copy=False, digits=(16, 2), aggregator=None)
    after_low = fields.Float("After, at least", readonly=True, copy=False, digits=(16, 2), aggregator=None)
    after_high = fields.Float("After, at most", readonly=True, copy=False, digits=(16, 2), aggregator=None)
    after_count = fields.Integer("Counted after", readonly=True, copy=False)
    after_from = fields.Date("After, from", readonly=True, copy=False)
    after_to = fields.Date("After, until", readonly=True, copy=False)
    after_on = fields.Datetime("Measured on", readonly=True, copy=False)
    has_improved = fields.Boolean("Figure improved", compute="_compute_change")
    change_verdict = fields.Selection(
        [("better", "It improved"), ("worse", "It got worse"), ("unclear", "Not proven"), ("too_few", "Too few records")],
        "What the figure says", compute="_compute_change")
    change_text = fields.Text("Before and after", compute="_compute_change")

    _figure_days_range = models.Constraint("CHECK (figure_days BETWEEN 0 AND 366)", "Look at a period of 0 to 366 days.")

    @api.constrains("figure", "figure_days")
    def _check_figure_days(self):
        if any(record.figure and record.figure_days < 1 for record in self):
            raise ValidationError(self.env._("A figure is read over at least one day."))

    @api.depends("figure")
    @api.depends_context("lang")
    def _compute_figure_definition(self):
        figures, definitions = self.env["repair.figure"]._get_figures(), self.env["repair.figure"]._get_definitions()
        for record in self:
            figure = figures.get(record.figure)
            record.figure_definition = definitions.get(record.figure)
            record.figure_unit = figure and figure.unit

    @api.depends(*(f"{side}_{part}" for side in ("before", "after") for part in (*MEASURES, "on")))
    @api.depends_context("lang")
    def _compute_change(self):
        for record in self:
            record.has_improved = record.change_verdict = record.change_text = False
            if not (record.figure and record.before_on):
                continue
            lines = [record._tell_side("before", self.env._("Before"))]
            if record.after_on:
                higher = self.env["repair.figure"]._get_figures()[record.figure].higher_is_better
                change, verdict = effect.compare(
                    record._get_interval("before"), record._get_interval("after"), record.before_count, record.after_count, higher)
                record.change_verdict = verdict
                record.has_improved = bool(record.before_count and record.after_count and change.value and (change.value > 0) == higher)
                lines += [record._tell_side("after", self.env._("After")), record._tell_change(change, verdict)]
            record.change_text = "\n".join(lines)

    def _get_interval(self, side):
        return effect.Interval(self[f"{side}_value"], self[f"{side}_low"], self[f"{side}_high"])

    def _tell_side(self, side, label):
        return self.env._(
            "%(label)s, %(first)s to %(last)s: %(value)s %(unit)s of %(count)s records (with 95 %% certainty between %(low)s and %(high)s)",
            label=label, first=self[f"{side}_from"], last=self[f"{side}_to"], value=f"{self[f'{side}_value']:.1f}",
            unit=self._get_unit_label(), count=self[f"{side}_count"], low=f"{self[f'{side}_low']:.1f}", high=f"{self[f'{side}_high']:.1f}")

    def _tell_change(self, change, verdict):
        verdicts = {
            "better": self.env._("It improved; with 95 % certainty it is no chance."),
            "worse": self.env._("It got worse; with 95 % certainty it is no chance."),
            "unclear": self.env._("The difference may be chance: nothing is proven."),
            "too_few": self.env._(
                "Too few records to prove anything: at least %(least)s are needed before and after.", least=effect.LEAST_JOBS),
        }
        return self.env._(
            "Change: %(change)s (between %(low)s and %(high)s). %(verdict)s", change=f"{change.value:+.1f}", low=f"{change.low:+.1f}",
            high=f"{change.high:+.1f}", verdict=verdicts[verdict])

    def _get_unit_label(self):
        return dict(self._fields["figure_unit"]._description_selection(self.env)).get(self.figure_unit, "")

    def _get_figure_company(self):
        return self.company_id

    def _measure_days(self, first, last):
        return self.env["repair.figure"]._measure(self.figure, self._get_figure_company(), first, last, self._get_scope())

    def _freeze_side(self, side, first, last):
        """Store the figure of some days as the one before or after; the flow calls it once."""
        for record in self:
            measured = record._measure_days(first, last)
            record._flow_write({
                f"{side}_value": measured.value, f"{side}_low": measured.low, f"{side}_high": measured.high,
                f"{side}_count": measured.count, f"{side}_from": first, f"{side}_to": last, f"{side}_on": fields.Datetime.now()})

    def _freeze_before(self):
        """Freeze the figure as it is now: the newest days whose records may be counted."""
        for record in self.filtered(lambda record: record.figure and not record.before_on):
            record._freeze_side("before", *record._get_newest_days())

    def _get_newest_days(self):
        """Return first and last of the newest days whose records may be counted."""
        self.ensure_one()
        figures, company = self.env["repair.figure"], self._get_figure_company()
        last = figures._get_last_countable_day(self.figure, company, figures._get_today(company))
        return last - timedelta(days=self.figure_days - 1), last

    def _get_after_day(self, start):
        """The first day on which the figure of the days after ``start`` can be counted whole."""
        self.ensure_one()
        if not self.figure:
            return start + timedelta(days=self.figure_days)
        lag = self.env["repair.figure"].with_company(self._get_figure_company())._get_figures()[self.figure].lag_days
        return start + timedelta(days=self.figure_days + lag + 1)

    def _freeze_after(self, start):
        """Freeze the figure of the days that follow ``start``."""
        self._freeze_side("after", start + timedelta(days=1), start + timedelta(days=self.figure_days))
