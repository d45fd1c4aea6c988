from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .repair_flow import FLOW

KINDS = [("satisfaction", "Satisfaction"), ("callback", "Call-back"), ("return_visit", "Return visit")]
CHANNELS = [("link", "Link by e-mail and SMS"), ("sms", "Link by SMS"), ("phone", "Phone")]
SCORES = [("1", "1 - very unsatisfied"), ("2", "2"), ("3", "3"), ("4", "4"), ("5", "5 - very satisfied")]
ANSWER_FIELDS = {"state", "done_on", "answered_by", "sent_on", "attempts", "change_until", "visit_order_id"}
GIVEN_FIELDS = ("score", "conduct", "nps", "is_solved", "comment")
RECORD_FIELDS = {*GIVEN_FIELDS, "repair_id", "kind", "due", "user_id", "channel", "rule_id"}
DEFAULT_THRESHOLD, DEFAULT_ATTEMPTS = 3, 3


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
    appliance_id = fields.Many2one(related="repair_id.appliance_id")
    rule_id = fields.Many2one("repair.followup.rule", readonly=True, copy=False, index="btree_not_null", ondelete="restrict")
    script = fields.Text(related="rule_id.script")
    kind = fields.Selection(KINDS, required=True, default="satisfaction", index=True)
    channel = fields.Selection(CHANNELS, required=True, default="phone", help="How the customer is asked.")
    due = fields.Date(required=True, index=True)
    user_id = fields.Many2one("res.users", "Responsible", default=lambda self: self.env.user, domain="[('share', '=', False)]")
    state = fields.Selection(
        [("todo", "To do"), ("done", "Done"), ("unreached", "Not reached"), ("cancelled", "Cancelled")], default="todo",
        readonly=True, copy=False, index=True, tracking=True)
    score = fields.Selection(SCORES, "Satisfaction", copy=False, tracking=True)
    conduct = fields.Selection(
        SCORES, "Conduct of the technician", copy=False, help="Punctual, tidy, polite, patient with questions (handbook 3.2.1, 3.2.4).")
    nps = fields.Selection(
        [(str(number), str(number)) for number in range(11)], "Would recommend us (0-10)", copy=False,
        help="NPS = share of 9 and 10 less share of 0 to 6.")
    is_solved = fields.Selection([("yes", "Yes, solved"), ("no", "No, not solved")], "Is it solved?", copy=False, tracking=True)
    comment = fields.Text("What the customer said", copy=False)
    done_on = fields.Datetime("Answered on", readonly=True, copy=False, index="btree_not_null")
    answered_by = fields.Selection([("customer", "The customer"), ("desk", "Noted by us")], readonly=True, copy=False)
    change_until = fields.Datetime("Answer can be changed until", readonly=True, copy=False)
    sent_on = fields.Datetime("Link sent on", readonly=True, copy=False)
    attempts = fields.Integer("Calls without an answer", readonly=True, copy=False)
    is_late = fields.Boolean(compute="_compute_is_late")
    is_low = fields.Boolean(
        "Not content", compute="_compute_is_low", store=True, help="The score is below the rule's, or the fault is not solved.")

    _once_per_rule = models.UniqueIndex("(repair_id, rule_id) WHERE rule_id IS NOT NULL", "This follow-up is planned already.")
    _worklist_idx = models.Index("(due, channel) WHERE state = 'todo'")

    @api.depends("due", "state")
    def _compute_is_late(self):
        today = fields.Date.context_today(self)
        for followup in self:
            followup.is_late = followup.state == "todo" and bool(followup.due) and followup.due < today

    @api.depends("score", "conduct", "is_solved", "rule_id")
    def _compute_is_low(self):
        """The rule's threshold is no dependency: what was judged stays when the rule changes."""
        for followup in self:
            followup.is_low = followup.is_solved == "no" or followup._is_below(followup.score) or followup._is_below(followup.conduct)

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
        """Finish follow-ups; satisfaction needs the customer's score, calls the answer whether it is solved (handbook 6.3.4).

        A customer who is not content has his complaint and his recheck at once (handbook 5.3.3, 6.3.5).

        :raises UserError: when it is finished already or the answer is missing
        """
        self._check_open()
        for followup in self:
            if followup.kind == "satisfaction" and not followup.score:
                raise UserError(self.env._("Note the customer's score first."))
            if followup.kind != "satisfaction" and not followup.is_solved:
                raise UserError(self.env._("Note first whether the fault is solved."))
        self._flow_write({"state": "done", "done_on": fields.Datetime.now(), "answered_by": "desk"})
        self._on_answered()
        return True

    def action_done_next(self):
        """Finish a follow-up, and open the next one of the call-back list.

        :raises UserError: as :meth:`action_done`
        """
        self.ensure_one()
        self.action_done()
        return self._open_next()

    def action_not_reached(self):
        """Note a call that nobody answered: it is due again tomorrow, and let be after the rule's last one.

        :return: action that opens the next one of the call-back list
        :raises UserError: when it is finished already
        """
        self._check_open()
        tomorrow = fields.Date.add(fields.Date.context_today(self), days=1)
        for followup in self:
            attempts = followup.attempts + 1
            most = followup.rule_id.sudo().max_attempts or DEFAULT_ATTEMPTS  # rules are readable, other companies' not
            done = {"state": "unreached", "done_on": fields.Datetime.now()} if attempts >= most else {"due": tomorrow}
            followup._flow_write({"attempts": attempts, **done})
        return self._open_next()

    def action_cancel(self):
        """Drop follow-ups that are not needed any more."""
        self._check_open()
        self._flow_write({"state": "cancelled", "done_on": fields.Datetime.now()})
        return True

    def _open_next(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_service.repair_followup_action_calls")
        following = self.search([
            ("state", "=", "todo"), ("channel", "=", "phone"), ("due", "<=", fields.Date.context_today(self))], limit=1)
        if not following:
            return {**action, "target": "main"}
        return {**action, "views": [(False, "form")], "res_id": following.id, "target": "main"}

    def _check_open(self):
        if any(followup.state != "todo" for followup in self):
            raise UserError(self.env._("This follow-up is finished: its answer stays as it is."))

    def _flow_write(self, vals):
        return self.with_context(repair_flow=FLOW).write(vals)

    def _is_below(self, score):
        return bool(score) and int(score) < (self.rule_id.sudo().threshold or DEFAULT_THRESHOLD)  # as in action_not_reached

    def _needs_recheck(self):
        """Whether somebody has to look at the appliance again: it is not solved, or the score as a whole is low."""
        self.ensure_one()
        return self.is_solved == "no" or self._is_below(self.score)

    def _get_change_until(self, moment):
        return moment + timedelta(hours=self.rule_id.sudo().change_hours or 72)  # as in action_not_reached

    def _on_answered(self):
        """What follows from an answer; the complaints add theirs."""
