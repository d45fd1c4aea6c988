from odoo import models
from odoo.exceptions import UserError


class HrCareerPromotion(models.Model):
    """What a request is judged by, and what of it is kept (handbook 9.3)."""

    _inherit = "hr.career.promotion"

    def _judge(self):
        """The verdicts as the records stand now.

        A lower level asks for no evidence. A first placement may lack some: people come with experience that no record shows;
        what is missing stays on record, and whoever decides says why he gives the level all the same.
        """
        self.ensure_one()
        if self.kind != "promotion" or not self.to_level_id.requirement_ids:
            self._check_motivation()
        if self.kind == "down":
            return [], True
        return self.employee_id._check_level_reached(self.to_level_id, bool(self.recommended_by_id))

    def _check_motivation(self):
        if not (self.motivation or "").strip():
            raise UserError(self.env._("Write the reasons for this level."))

    def _get_entry_level(self):
        """The highest level at which the employee may enter the other ladder: above the highest he held there, else its first."""
        self.ensure_one()
        levels = self.to_level_id.track_id.level_ids.sorted(lambda level: (level.sequence, level.id))
        held = levels & self.employee_id.sudo().version_ids.career_level_id  # his history is HR's, the step is everybody's to check
        return (held and (held[-1:]._get_next() or held[-1:])) or levels[:1]

    def _describe_verdict(self, verdict):
        row = self.env["hr.career.requirement"].browse(verdict.id)
        have = "-" if verdict.have is None else f"{verdict.have:g}"
        return self.env._("%(requirement)s (now: %(have)s)", requirement=row.display_name, have=have)

    def _freeze(self, verdicts):
        rows = self.env["hr.career.requirement"].browse(verdict.id for verdict in verdicts)
        self.env["hr.career.evidence"]._flow_create([{
            "promotion_id": self.id, "name": row.display_name, "kind": row.kind, "needed": row.amount,
            "have": verdict.have or 0.0, "outcome": {True: "met", None: "unmeasured"}.get(verdict.met, "missing"),
        } for row, verdict in zip(rows, verdicts, strict=True)])
