from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .repair_inspection_template import ASPECTS

# A point of the checklist is answered; what it asks for comes from the checklist.
ANSWER_FIELDS = {"answer", "value", "measured", "instrument_id", "note", "sequence"}


class RepairInspectionLine(models.Model):
    _name = "repair.inspection.line"
    _description = "Answer to an inspection point"
    _inherit = ["repair.input"]
    _order = "inspection_id, sequence, id"

    inspection_id = fields.Many2one("repair.inspection", required=True, ondelete="cascade", index=True)
    point_id = fields.Many2one("repair.inspection.point", ondelete="set null")
    name = fields.Char("Check", compute="_compute_name", store=True, readonly=False, required=True, precompute=True)
    sequence = fields.Integer(default=10)
    aspect = fields.Selection(ASPECTS, default="function", required=True)
    required = fields.Boolean(default=True)
    is_measured = fields.Boolean("Measured")
    value = fields.Float(digits=(16, 3))
    measured = fields.Boolean(
        "Value noted", compute="_compute_measured", store=True, readonly=False, precompute=True,
        help="Ticked by itself when a value is typed. Tick it where exactly 0 was measured.")
    unit = fields.Char()
    min_value = fields.Float("At least", digits=(16, 3))
    max_value = fields.Float("At most", digits=(16, 3))
    answer = fields.Selection(
        [("pass", "Passed"), ("fail", "Failed"), ("na", "Not applicable")], compute="_compute_answer", store=True,
        readonly=False, help="A measured point is answered by its value.")
    note = fields.Char()

    @api.depends("point_id")
    def _compute_name(self):
        for line in self:
            line.name = line.point_id.name or line.name

    @api.depends("value")
    def _compute_measured(self):
        for line in self:
            line.measured = bool(line.value) or line.measured

    @api.depends("value", "measured")
    def _compute_answer(self):
        for line in self:
            if line.is_measured and line.measured:
                line.answer = "pass" if line._is_within_limits() else "fail"
            elif line.is_measured and line.answer == "pass":
                line.answer = False

    @api.constrains("answer", "value", "measured", "is_measured", "note")
    def _check_answer(self):
        for line in self:
            if line.answer == "pass" and line.is_measured and not line.measured:
                raise ValidationError(self.env._(
                    "%(point)s: note the measured value first. Where exactly 0 was measured, tick Value noted.", point=line.name))
            if line.answer == "pass" and line.is_measured and not line._is_within_limits():
                raise ValidationError(self.env._(
                    "%(point)s: %(value)s %(unit)s is outside the limits, so the point cannot pass.",
                    point=line.name, value=f"{line.value:g}", unit=line.unit or ""))
            if line.answer in ("fail", "na") and line.required and not (line.note or "").strip():
                raise ValidationError(self.env._("%(point)s: note why it failed or does not apply.", point=line.name))

    def _is_within_limits(self):
        """Whether the measured value lies in the limits; an upper limit of 0 means there is none."""
        self.ensure_one()
        return self.value >= self.min_value and (not self.max_value or self.value <= self.max_value)

    @api.model_create_multi
    def create(self, vals_list):
        """Points are added to open inspections only; a value that is given, 0 too, counts as measured."""
        lines = super().create([self._with_measured(vals) for vals in vals_list])
        lines.inspection_id._check_open()
        return lines

    def write(self, vals):
        """Answers of a finished inspection stay as they are."""
        self.inspection_id._check_open()
        if not self.env.su:
            self._check_point_kept(vals)
        return super().write(self._with_measured(vals))

    @api.model
    def _with_measured(self, vals):
        """Return ``vals`` with the flag that tells a measured 0 from no value; a form sends the flag itself."""
        if "measured" in vals:
            return vals if vals["measured"] else {**vals, "value": 0.0}
        if vals.get("value") is None or vals["value"] is False:
            return vals
        return {**vals, "measured": True}

    @api.ondelete(at_uninstall=False)
    def _unlink_only_open(self):
        self.inspection_id._check_open()
        if not self.env.su and any(line._is_laid_out() for line in self):
            raise UserError(self.env._("The points of the checklist are answered, not deleted: choose Not applicable and say why."))

    def _check_point_kept(self, vals):
        """Raise when a point of the checklist would ask for less, or an answer would move to another inspection."""
        changed = {
            name for name in vals.keys() - ANSWER_FIELDS if name in self._fields and any(
                self._fields[name].convert_to_write(line[name], line) != vals[name] for line in self)}
        if "inspection_id" in changed or (changed and any(line._is_laid_out() for line in self)):
            raise UserError(self.env._("What a point asks for comes from the checklist: note the answer only."))
