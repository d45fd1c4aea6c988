from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class HrMentorship(models.Model):
    """A master and his apprentice: goals, log, and both sign what came of it (handbook 9.2.1)."""

    _name = "hr.mentorship"
    _description = "Mentorship"
    _inherit = ["mail.thread", "mail.activity.mixin", "hr.training.mixin"]
    _order = "date_start desc, id desc"
    _rec_name = "mentee_id"
    _flow_fields = frozenset({"state", "mentor_signed_on", "mentee_signed_on", "started_by_id"})

    mentor_id = fields.Many2one("hr.employee", required=True, ondelete="restrict", index=True, tracking=True)
    mentee_id = fields.Many2one("hr.employee", "Apprentice", required=True, ondelete="restrict", index=True, tracking=True)
    company_id = fields.Many2one("res.company", compute="_compute_company_id", store=True, index=True, precompute=True)
    course_id = fields.Many2one("hr.training.course", ondelete="restrict", domain="[('delivery', '=', 'mentor')]")
    goals = fields.Text(required=True, help="What the apprentice can do alone at the end.")
    date_start = fields.Date("Begins", required=True, default=fields.Date.context_today, tracking=True)
    date_end = fields.Date("Ends", required=True, tracking=True)
    state = fields.Selection(
        [("draft", "Planned"), ("active", "Under way"), ("done", "Signed off"), ("cancelled", "Cancelled")],
        default="draft", readonly=True, copy=False, index=True, tracking=True)
    started_by_id = fields.Many2one("res.users", "Started by", readonly=True, copy=False)
    log_ids = fields.One2many("hr.mentorship.log", "mentorship_id")
    hours = fields.Float("Hours confirmed", compute="_compute_hours")
    load = fields.Integer("Mentor's apprentices", compute="_compute_load", compute_sudo=True)
    result = fields.Selection(
        [("reached", "Goals reached"), ("partly", "Partly reached"), ("missed", "Not reached")], copy=False, tracking=True)
    assessment = fields.Text("Mentor's assessment", copy=False)
    comment = fields.Text("Apprentice's comment", copy=False)
    mentor_signed_on = fields.Datetime("Signed by the mentor", readonly=True, copy=False)
    mentee_signed_on = fields.Datetime("Signed by the apprentice", readonly=True, copy=False)
    is_mentor = fields.Boolean(compute="_compute_role")
    is_mentee = fields.Boolean(compute="_compute_role")

    _dates_order = models.Constraint("CHECK (date_end > date_start)", "A mentorship ends after it begins.")
    _pair = models.Constraint("CHECK (mentor_id != mentee_id)", "Nobody is his own mentor.")

    @api.depends("mentee_id")
    def _compute_company_id(self):
        for pair in self:
            pair.company_id = pair.mentee_id.sudo().company_id  # managers plan, employees' records are HR's

    @api.depends("log_ids.hours", "log_ids.confirmed_on")
    def _compute_hours(self):
        for pair in self:
            pair.hours = sum(pair.log_ids.filtered("confirmed_on").mapped("hours"))

    def _compute_load(self):
        counts = dict(self._read_group([("mentor_id", "in", self.mentor_id.ids), ("state", "=", "active")], ["mentor_id"], ["__count"]))
        for pair in self:
            pair.load = counts.get(pair.mentor_id, 0)

    @api.depends("mentor_id", "mentee_id")
    @api.depends_context("uid")
    def _compute_role(self):
        for pair in self:
            pair.is_mentor = self._is_me(pair.mentor_id)
            pair.is_mentee = self._is_me(pair.mentee_id)

    def _check_frozen(self, vals):
        free = {"message_follower_ids", "activity_ids", "message_ids", "message_main_attachment_id"}
        for pair in self:
            if pair.state in ("done", "cancelled") and vals.keys() - free:
                raise UserError(self.env._("This mentorship is signed off and stays as it is."))
            if pair.state == "active" and {"mentor_id", "mentee_id", "goals", "date_start"} & vals.keys():
                raise UserError(self.env._("Pair and goals stay once it has begun. Cancel it and make a new one."))
            if pair.mentor_signed_on and {"result", "assessment"} & vals.keys():
                raise UserError(self.env._("The mentor has signed: his assessment stays."))
            if {"result", "assessment"} & vals.keys() and not pair.is_mentor:
                raise AccessError(self.env._("The assessment is the mentor's."))
            if "comment" in vals and not pair.is_mentee:
                raise AccessError(self.env._("The comment is the apprentice's."))
            if vals.keys() - free - {"result", "assessment", "comment", "log_ids"} and not pair._may_plan():
                raise AccessError(self.env._("A mentorship is planned by HR or the apprentice's manager."))

    def _may_plan(self):
        return self._is_hr() or self._is_my_report(self.mentee_id)

    @api.model_create_multi
    def create(self, vals_list):
        """Plan mentorships: HR for everybody, managers for their people."""
        for vals in vals_list:
            if not (self._is_hr() or self._is_my_report(self.env["hr.employee"].browse(vals.get("mentee_id")))):
                raise AccessError(self.env._("A mentorship is planned by HR or the apprentice's manager."))
            if vals.get("result") or vals.get("assessment") or vals.get("comment"):
                raise UserError(self.env._("The assessment is written at the end."))
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_draft(self):
        if any(pair.state != "draft" for pair in self):
            raise UserError(self.env._("A mentorship that has begun is kept. Cancel it instead."))

    def action_start(self):
        """Begin: a mentor has no more apprentices than the company allows.

        :raises AccessError: for others than HR and the apprentice's manager
        """
        for pair in self:
            if not pair._may_plan():
                raise AccessError(self.env._("A mentorship is planned by HR or the apprentice's manager."))
            if pair.state != "draft":
                raise UserError(self.env._("This mentorship has begun already."))
            self._hold(pair.mentor_id)
            pair.invalidate_recordset(["load"])
            if pair.load >= pair.company_id.mentor_limit:
                raise UserError(self.env._(
                    "%(mentor)s has %(load)s apprentices already, and %(limit)s at most: choose another mentor.",
                    mentor=pair.mentor_id.name, load=pair.load, limit=pair.company_id.mentor_limit))
            pair.sudo()._flow_write({"state": "active", "started_by_id": self.env.uid})  # managers begin it, the flow is the record's

    def action_cancel(self):
        """End a mentorship without a result."""
        for pair in self:
            if not pair._may_plan():
                raise AccessError(self.env._("A mentorship is planned by HR or the apprentice's manager."))
            if pair.state not in ("draft", "active"):
                raise UserError(self.env._("This mentorship is signed off and stays as it is."))
            pair.sudo()._flow_write({"state": "cancelled"})  # as above

    def action_sign(self):
        """Mentor and apprentice sign, each for himself, the mentor first; with both the mentorship is done.

        :raises AccessError: for anybody else
        :raises UserError: without result and assessment, or while entries of the log are not confirmed
        """
        for pair in self:
            if pair.state != "active":
                raise UserError(self.env._("There is nothing to sign: the mentorship is not under way."))
            if not (pair.is_mentor or pair.is_mentee):
                raise AccessError(self.env._("Mentor and apprentice sign, each for himself."))
            pair_sudo = pair.sudo()  # each signs his own field only
            if pair.is_mentor and not pair.mentor_signed_on:
                if not pair.result or not (pair.assessment or "").strip():
                    raise UserError(self.env._("Write the result and your assessment before signing."))
                if not pair_sudo.log_ids or not all(pair_sudo.log_ids.mapped("confirmed_on")):
                    raise UserError(self.env._("Every entry of the log must be confirmed by the other one before signing."))
                pair_sudo._flow_write({"mentor_signed_on": fields.Datetime.now()})
            elif pair.is_mentee and not pair.mentee_signed_on:
                if not pair.mentor_signed_on:
                    raise UserError(self.env._("The mentor signs first: you sign his assessment."))
                pair_sudo._flow_write({"mentee_signed_on": fields.Datetime.now(), "state": "done"})
            else:
                raise UserError(self.env._("You have signed already."))
