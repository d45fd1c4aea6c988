from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .repair_flow import FLOW

ANSWER_FIELDS = {"state", "done_on"}
RECORD_FIELDS = {"score", "comment", "repair_id", "kind", "due", "user_id"}


class RepairFollowup(models.Model):
    _name = "repair.followup"
    _description = "Follow-up of a service order"
    _inherit = ["mail.thread", "mail.activity.mixin", "repair.input"]
    _flow_fields = frozenset(ANSWER_FIELDS)
    _order = "due, id"
    _check_company_auto = True

    repair_id = fields.Many2one("repair.order", "Service order", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="repair_id.company_id", store=True, index=True, precompute=True)
    partner_id = fields.Many2one(related="repair_id.partner_id", store=True, index=True, precompute=True)
    partner_phone = fields.Char(related="repair_id.partner_phone")
    technician_id = fields.Many2one(related="repair_id.technician_id")
    kind = fields.Selection(
        [("satisfaction", "Satisfaction"), ("callback", "Call-back"), ("return_visit", "Return visit")],
        required=True, default="satisfaction", index=True)
    due = fields.Date(required=True, index=True)
    user_id = fields.Many2one("res.users", "Responsible", default=lambda self: self.env.user, domain="[('share', '=', False)]")
    state = fields.Selection(
        [("todo", "To do"), ("done", "Done"), ("cancelled", "Cancelled")], default="todo", readonly=True, copy=False,
        index=True, tracking=True)
    score = fields.Selection(
        [("1", "1 - very unsatisfied"), ("2", "2"), ("3", "3"), ("4", "4"), ("5", "5 - very satisfied")], copy=False, tracking=True)
    comment = fields.Text("What the customer said", copy=False)
    done_on = fields.Datetime(readonly=True, copy=False)
    is_late = fields.Boolean(compute="_compute_is_late")

    @api.depends("due", "state")
    def _compute_is_late(self):
        today = fields.Date.context_today(self)
        for followup in self:
            followup.is_late = followup.state == "todo" and bool(followup.due) and followup.due < today

    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for followup in self:
            followup.display_name = f"{labels.get(followup.kind, '')} {followup.repair_id.name or ''}".strip()

    @api.constrains("due")
    def _check_due(self):
        for followup in self:
            reported = followup.repair_id.requested_on
            if reported and followup.due < reported.date():
                raise ValidationError(self.env._("A follow-up cannot be due before the fault was reported."))

    @api.model_create_multi
    def create(self, vals_list):
        """New follow-ups are to be done."""
        for vals in vals_list:
            for name in ANSWER_FIELDS:
                vals.pop(name, None)
        return super().create(vals_list)

    def write(self, vals):
        """The state changes through the buttons only; an answered follow-up stays as it is."""
        if self.env.context.get("repair_flow") is not FLOW:
            if ANSWER_FIELDS & vals.keys():
                raise UserError(self.env._("Use the buttons Done or Cancel of the follow-up."))
            if "repair_id" in vals and any(followup.repair_id.id != vals["repair_id"] for followup in self):
                raise UserError(self.env._("A follow-up stays with its service order: plan another one instead."))
            if RECORD_FIELDS & vals.keys() and any(followup.state != "todo" for followup in self):
                raise UserError(self.env._("This follow-up is finished: its answer stays as it is."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_open(self):
        if any(followup.state == "done" for followup in self):
            raise UserError(self.env._("This follow-up is finished: its answer stays as it is."))

    def action_done(self):
        """Finish follow-ups; satisfaction needs the customer's score (handbook 6.3.4).

        :raises UserError: when it is finished already or the score is missing
        """
        for followup in self:
            if followup.state != "todo":
                raise UserError(self.env._("This follow-up is finished: its answer stays as it is."))
            if followup.kind == "satisfaction" and not followup.score:
                raise UserError(self.env._("Note the customer's score first."))
        self.with_context(repair_flow=FLOW).write({"state": "done", "done_on": fields.Datetime.now()})
        return True

    def action_cancel(self):
        """Drop follow-ups that are not needed any more."""
        if any(followup.state != "todo" for followup in self):
            raise UserError(self.env._("This follow-up is finished: its answer stays as it is."))
        self.with_context(repair_flow=FLOW).write({"state": "cancelled", "done_on": fields.Datetime.now()})
        return True
