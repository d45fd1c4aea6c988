from datetime import datetime, time, timedelta

from pytz import timezone, utc

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.repair_flow import FLOW

MAX_VISITS = 200
RESULT_FIELDS = frozenset({"state", "moved_count", "left_count"})


class RepairReassign(models.TransientModel):
    """Give several agreed visits to other technicians at the same time; what stands against it is said before (handbook 3.1.4)."""

    _name = "repair.reassign"
    _description = "Reassign Visits"
    _inherit = ["repair.input"]
    _flow_fields = RESULT_FIELDS

    state = fields.Selection([("draft", "To check"), ("done", "Done")], default="draft", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, readonly=True)
    from_technician_id = fields.Many2one(
        "hr.employee", "Visits of", domain="[('is_technician', '=', True), ('company_id', '=', company_id)]",
        help="Whose visits of a day are to be taken over: he is ill, or his van broke down.")
    date = fields.Date("On", default=fields.Date.context_today)
    technician_id = fields.Many2one(
        "hr.employee", "Give to", domain="[('is_technician', '=', True), ('company_id', '=', company_id)]")
    scope = fields.Selection(
        [("possible", "Move what can be moved"), ("all", "All or none")], "What to do", default="possible", required=True)
    reason = fields.Char(help="Stays in the history of every visit that is moved.")
    line_ids = fields.One2many("repair.reassign.line", "reassign_id", "Visits")
    ready_count = fields.Integer("Can be moved", compute="_compute_counts")
    blocked_count = fields.Integer("Cannot be moved", compute="_compute_counts")
    moved_count = fields.Integer("Moved", readonly=True)
    left_count = fields.Integer("Not moved", readonly=True)

    @api.depends("line_ids.is_chosen", "line_ids.verdict")
    def _compute_counts(self):
        for reassign in self:
            chosen = reassign.line_ids.filtered("is_chosen")
            reassign.blocked_count = len(reassign.line_ids.filtered(lambda line: line.verdict == "blocked"))
            reassign.ready_count = len(chosen.filtered(lambda line: line.verdict != "blocked"))

    @api.model
    def default_get(self, fields):
        """Take over the visits selected in a list."""
        values = super().default_get(fields)
        ids = self.env.context.get("active_ids")
        if self.env.context.get("active_model") == "repair.appointment" and isinstance(ids, (list, tuple)):
            visits = self.env["repair.appointment"].browse(
                [number for number in ids if type(number) is int and 0 < number < 2**31][:MAX_VISITS]).exists()
            values["line_ids"] = [Command.create({"appointment_id": visit.id}) for visit in visits.sorted("start")]
            if visits and len(visits.company_id) == 1:
                values["company_id"] = visits.company_id.id
        return values

    @api.model_create_multi
    def create(self, vals_list):
        """Open dialogues.

        :raises AccessError: for who does not plan visits
        :raises UserError: too many visits at once, or a result that nobody may set
        """
        self.env["repair.appointment"]._check_planner()
        for vals in vals_list:
            self._check_results(vals)
        dialogues = super().create(vals_list)
        dialogues._check_size()
        return dialogues

    def write(self, vals):
        """Write the answers given in the dialogue.

        :raises AccessError: for who does not plan visits
        :raises UserError: too many visits at once, or a result that nobody may set
        """
        self.env["repair.appointment"]._check_planner()
        self._check_results(vals)
        result = super().write(vals)
        self._check_size()
        return result

    def action_load(self):
        """List the agreed visits of a technician on a day.

        :return: action that shows the dialogue again
        :raises UserError: technician or day is missing
        """
        self.ensure_one()
        self._check_draft()
        if not (self.from_technician_id and self.date):
            raise UserError(self.env._("Choose whose visits are to be taken over, and the day."))
        begin, end = self._get_day_edges()
        visits = self.env["repair.appointment"].search([
            ("technician_id", "=", self.from_technician_id.id), ("state", "in", ("confirmed", "travelling")),
            ("start", ">=", begin), ("start", "<", end)], order="start, id", limit=MAX_VISITS)
        if not visits:
            raise UserError(self.env._(
                "%(technician)s has no agreed visit on that day: nothing has to be taken over.", technician=self.from_technician_id.name))
        self.line_ids = [Command.clear()] + [Command.create({"appointment_id": visit.id}) for visit in visits]
        return self._get_dialogue()

    def action_propose(self):
        """Give each chosen visit to the technician that suits it best; who is free, qualified and at work comes into question.

        The customer's territory counts most, then the emptier day.

        :return: action that shows the dialogue again
        """
        self.ensure_one()
        self._check_draft()
        self.line_ids._propose_technicians()
        return self._get_dialogue()

    def action_reassign(self):
        """Move the chosen visits; customers and technicians are told, the reason stays in the history.

        What somebody else took meanwhile is named and left, or stops all of it, as chosen.

        :return: action that shows the dialogue with the results
        :raises UserError: reason or visits are missing, or not all of them can be moved and all were asked for
        """
        self.ensure_one()
        self.env["repair.appointment"]._check_planner()
        self._check_draft()
        if not (self.reason or "").strip():
            raise UserError(self.env._("Say why the visits are moved: the reason stays in their history."))
        chosen = self.line_ids if self.scope == "all" else self.line_ids.filtered("is_chosen")
        ready = chosen.filtered(lambda line: line.verdict != "blocked")
        if self.scope == "all" and ready != chosen:
            raise UserError(self.env._(
                "Not all visits can be moved, and all or none was chosen:\n%(visits)s", visits=(chosen - ready)._describe()))
        if not ready:
            raise UserError(self.env._("No visit can be moved: choose another technician, or tick the visits to move."))
        ready._lock()
        for line in ready.sorted("start"):
            line._move(self.reason.strip())
        lost = ready.filtered(lambda line: line.result == "failed")
        if lost and self.scope == "all":
            raise UserError(self.env._("Nothing was moved, since all or none was chosen:\n%(visits)s", visits=lost._describe()))
        (self.line_ids - ready)._flow_write({"result": "left"})
        moved = ready - lost
        self._flow_write({"state": "done", "moved_count": len(moved), "left_count": len(self.line_ids) - len(moved)})
        return self._get_dialogue()

    def _flow_write(self, vals):
        return self.with_context(repair_flow=FLOW).write(vals)

    def _get_day_edges(self):
        zone = timezone(self.company_id.repair_tz)
        return tuple(
            zone.localize(datetime.combine(self.date + timedelta(days=number), time())).astimezone(utc).replace(tzinfo=None)
            for number in range(2))

    @api.model
    def _check_results(self, vals):
        if self.env.context.get("repair_flow") is FLOW:
            return
        if any(vals.get(name) not in (False, None, 0, "draft") for name in RESULT_FIELDS & vals.keys()):
            raise UserError(self.env._("What was moved is recorded by itself and cannot be set."))

    def _check_draft(self):
        if self.state != "draft":
            raise UserError(self.env._("These visits were moved already: select the visits again."))

    def _check_size(self):
        if any(len(reassign.line_ids) > MAX_VISITS for reassign in self):
            raise UserError(self.env._("At most %(count)s visits can be moved at once: select fewer.", count=MAX_VISITS))

    def _get_dialogue(self):
        return {
            "type": "ir.actions.act_window", "name": self.env._("Reassign visits"), "res_model": self._name, "res_id": self.id,
            "views": [(False, "form")], "target": "new", "context": {"dialog_size": "extra-large"},
        }
