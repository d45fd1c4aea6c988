from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .qms_policy import FLOW

FLOW_FIELDS = frozenset({"done_on", "effectiveness", "evaluated_by_id", "evaluated_on"})


class QmsAction(models.Model):
    """An action against a nonconformity, with the proof that it helped (handbook 10.3.1 (3))."""

    _name = "qms.action"
    _description = "Quality Action"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "done_on desc, deadline, id"

    name = fields.Char("Action", required=True, tracking=True)
    nonconformity_id = fields.Many2one("qms.nonconformity", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="nonconformity_id.company_id", store=True, index=True)
    kind = fields.Selection(
        [("correction", "Correction"), ("corrective", "Corrective action"), ("preventive", "Preventive action")],
        default="corrective", required=True, tracking=True,
        help="A correction repairs what is wrong, a corrective action removes its cause, "
             "a preventive one keeps it from happening elsewhere.")
    owner_id = fields.Many2one(
        "res.users", required=True, default=lambda self: self.env.user, tracking=True,
        domain="[('share', '=', False)]", index=True)
    deadline = fields.Date(required=True, tracking=True)
    result = fields.Text("What was done")
    done_on = fields.Date(readonly=True, copy=False, tracking=True)
    effectiveness = fields.Selection(
        [("effective", "Effective"), ("not_effective", "Not effective")], readonly=True, copy=False, tracking=True)
    effectiveness_note = fields.Text("Evaluation of effectiveness", help="What shows that the action helped, or that it did not.")
    evaluated_by_id = fields.Many2one("res.users", string="Evaluated by", readonly=True, copy=False)
    evaluated_on = fields.Date(readonly=True, copy=False)
    state = fields.Selection(
        [("open", "To do"), ("overdue", "Overdue"), ("done", "Done"), ("evaluated", "Evaluated")], compute="_compute_state")
    is_overdue = fields.Boolean("Overdue", compute="_compute_state", search="_search_is_overdue")

    @api.depends("deadline", "done_on", "effectiveness")
    def _compute_state(self):
        today = fields.Date.context_today(self)
        for action in self:
            action.is_overdue = bool(action.deadline and action.deadline < today and not action.done_on)
            if action.effectiveness:
                action.state = "evaluated"
            elif action.done_on:
                action.state = "done"
            else:
                action.state = "overdue" if action.is_overdue else "open"

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        overdue = Domain("deadline", "<", fields.Date.context_today(self)) & Domain("done_on", "=", False)
        return overdue if True in value else ~overdue

    @api.model_create_multi
    def create(self, vals_list):
        """Actions start open; their owner gets an activity for the deadline."""
        for vals in vals_list:
            self._check_flow_fields({name for name in vals if vals[name]})
            vals.update(dict.fromkeys(FLOW_FIELDS, False))
        actions = super().create(vals_list)
        actions._check_open_nonconformity()
        for action in actions:
            action.activity_schedule(
                "repair_quality.mail_activity_type_action", action.deadline, summary=action.name, user_id=action.owner_id.id)
        return actions

    def write(self, vals):
        """Completion and evaluation come from the buttons; an evaluated action is a record."""
        if self.env.context.get("qms_flow") is FLOW:
            return super().write(vals)
        self._check_flow_fields(vals)
        self._check_open_nonconformity()
        if {"name", "kind", "result", "effectiveness_note", "nonconformity_id"} & vals.keys() and any(a.effectiveness for a in self):
            raise UserError(self.env._("An evaluated action stays as it is. Plan a further action instead."))
        res = super().write(vals)
        if {"deadline", "owner_id"} & vals.keys():
            for action in self.filtered(lambda action: not action.done_on):
                action.activity_reschedule(
                    ["repair_quality.mail_activity_type_action"], date_deadline=action.deadline, new_user_id=action.owner_id.id)
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_only_open(self):
        if any(action.done_on for action in self):
            raise UserError(self.env._("An action that was carried out is kept as a record."))

    def action_done(self):
        """Record that actions were carried out.

        :raises AccessError: for anybody but the owner and quality officers
        :raises UserError: without a word on what was done
        """
        for action in self:
            if action.owner_id != self.env.user and not self._is_quality_officer():
                raise AccessError(self.env._("Only the owner of the action or a quality officer reports it as done."))
            if action.done_on:
                raise UserError(self.env._("%(action)s is done already.", action=action.name))
            if not (action.result or "").strip():
                raise UserError(self.env._("Write what was done for '%(action)s'.", action=action.name))
        self._check_open_nonconformity()
        self._flow_write({"done_on": fields.Date.context_today(self)})
        self.activity_feedback(["repair_quality.mail_activity_type_action"])

    def action_effective(self):
        """Judge actions as effective; see :meth:`_evaluate`."""
        self._evaluate("effective")

    def action_not_effective(self):
        """Judge actions as not effective; see :meth:`_evaluate`."""
        self._evaluate("not_effective")

    def action_open(self):
        """Open the action in its own form, where it is reported as done and evaluated."""
        self.ensure_one()
        return {"type": "ir.actions.act_window", "res_model": self._name, "res_id": self.id, "view_mode": "form"}

    def _evaluate(self, verdict):
        """Store whether actions helped (handbook 10.3.2 (3)).

        :raises AccessError: for anybody but quality officers
        :raises UserError: for actions not done or evaluated already, and without an evaluation in words
        """
        if not self._is_quality_officer():
            raise AccessError(self.env._("Only quality officers evaluate whether an action helped."))
        self._check_open_nonconformity()
        for action in self:
            if not action.done_on or action.effectiveness:
                raise UserError(self.env._("'%(action)s' can be evaluated once, after it was done.", action=action.name))
            if not (action.effectiveness_note or "").strip():
                raise UserError(self.env._("Write in the evaluation what shows whether '%(action)s' helped.", action=action.name))
        self._flow_write({
            "effectiveness": verdict, "evaluated_by_id": self.env.uid, "evaluated_on": fields.Date.context_today(self)})

    def _check_effective(self):
        """Raise unless every action is done and evaluated, one worked, and none failed after the last that worked."""
        for action in self:
            if not action.effectiveness:
                raise UserError(self.env._(
                    "'%(action)s' has no evaluation of effectiveness yet: carry it out and evaluate it first.", action=action.name))
        causes = self.filtered(lambda action: action.kind != "correction")
        worked = causes.filtered(lambda action: action.effectiveness == "effective")
        failed = causes - worked
        if not worked or (failed and max(failed.mapped("id")) > max(worked.mapped("id"))):
            raise UserError(self.env._("The actions did not help yet: plan a further action that removes the cause."))

    def _check_open_nonconformity(self):
        if any(action.nonconformity_id.state in ("verified", "closed") for action in self):
            raise UserError(self.env._("The nonconformity is verified. Open it again before changing its actions."))

    def _is_quality_officer(self):
        return self.env.user.has_group("repair_quality.repair_quality_group_officer")

    @api.model
    def _check_flow_fields(self, names):
        if FLOW_FIELDS & set(names):
            raise UserError(self.env._("Completion and evaluation of an action are recorded by its buttons only."))

    def _flow_write(self, vals):
        return self.with_context(qms_flow=FLOW).write(vals)
