from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.repair_appointment_outcome import MISS_REASONS


class RepairVisitOutcome(models.TransientModel):
    _name = "repair.visit.outcome"
    _description = "Outcome of a Visit"
    _inherit = ["repair.dialogue", "repair.input"]
    _dialogue_on = "appointment_id"

    appointment_id = fields.Many2one("repair.appointment", "Visit", required=True, readonly=True, ondelete="cascade")
    window = fields.Char(related="appointment_id.window")
    kind = fields.Selection(
        [("delay", "Running late"), ("missed", "Nobody met"), ("unfinished", "To come again"), ("call_off", "Call off")],
        required=True, readonly=True)
    minutes = fields.Integer("Arrival in (minutes)", default=30)
    miss_reason = fields.Selection(MISS_REASONS, "Reason")
    unfinished_reason = fields.Selection(
        [("part_missing", "Part missing"), ("more_time", "More time needed"), ("other", "Other")], "Why", default="part_missing")
    note = fields.Char("What to know", compute="_compute_note", store=True, readonly=False)

    @api.depends("kind", "appointment_id")
    def _compute_note(self):
        """Name the parts that are not at hand, so that the desk knows what the next visit waits for."""
        for dialogue in self:
            parts = dialogue.appointment_id.repair_id._get_parts_to_take() if dialogue.kind == "unfinished" else ()
            missing = [part.product_id.display_name for part in parts if part.quantity < part.product_uom_qty]
            dialogue.note = ", ".join(missing)[:500] or False

    def action_confirm(self):
        """Record the outcome on the visit.

        :raises UserError: when the visit is at another step by now, or something is missing
        """
        self.ensure_one()
        visit = self.appointment_id
        if self.kind == "delay":
            visit._report_delay(self.minutes)
        elif self.kind == "missed":
            if not self.miss_reason:
                raise UserError(self.env._("Say why nobody met: choose a reason, and describe any other one."))
            visit.action_miss(self.miss_reason, self.note)
        elif self.kind == "unfinished":
            visit._leave_unfinished(self.unfinished_reason, self.note)
        else:
            if not (self.note or "").strip():
                raise UserError(self.env._("Say why the visit is called off: the reason stays in its history."))
            visit.action_cancel(self.note)
        return {"type": "ir.actions.act_window_close"}

    def _get_dialogue(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "name": dict(self._fields["kind"]._description_selection(self.env))[self.kind],
            "res_model": self._name, "res_id": self.id, "views": [(False, "form")], "target": "new",
        }
