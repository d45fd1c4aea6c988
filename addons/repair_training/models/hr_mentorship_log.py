from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

LATEST_DAYS = 14


class HrMentorshipLog(models.Model):
    """One time that master and apprentice worked together; the other one confirms it."""

    _name = "hr.mentorship.log"
    _description = "Mentorship Log"
    _inherit = ["hr.training.mixin"]
    _order = "date desc, id desc"
    _flow_fields = frozenset({"confirmed_on", "confirmed_by_id", "author_id"})

    mentorship_id = fields.Many2one("hr.mentorship", required=True, ondelete="cascade", index=True)
    date = fields.Date(required=True, default=fields.Date.context_today)
    hours = fields.Float(required=True, default=1.0)
    name = fields.Char("What was done", required=True)
    author_id = fields.Many2one("res.users", "Written by", readonly=True, copy=False)
    confirmed_by_id = fields.Many2one("res.users", "Confirmed by", readonly=True, copy=False)
    confirmed_on = fields.Datetime(readonly=True, copy=False)
    can_confirm = fields.Boolean(compute="_compute_can_confirm")

    _hours_range = models.Constraint("CHECK (hours > 0 AND hours <= 12)", "An entry has more than 0 and at most 12 hours.")

    @api.depends("author_id", "confirmed_on")
    @api.depends_context("uid")
    def _compute_can_confirm(self):
        for entry in self:
            pair = entry.mentorship_id
            entry.can_confirm = (
                not entry.confirmed_on and bool(entry.author_id) and entry.author_id != self.env.user
                and (pair.is_mentor or pair.is_mentee))

    @api.constrains("date", "mentorship_id")
    def _check_date(self):
        for entry in self:
            today = self._get_local_today(entry.mentorship_id.company_id)
            if not today - timedelta(days=LATEST_DAYS) <= entry.date <= today or entry.date < entry.mentorship_id.date_start:
                raise ValidationError(self.env._(
                    "An entry is written within %(days)s days, for a day since the beginning and not in the future.", days=LATEST_DAYS))

    @api.model_create_multi
    def create(self, vals_list):
        """Mentor and apprentice write the log."""
        entries = super().create(vals_list)
        for entry in entries:
            pair = entry.mentorship_id
            if not (pair.is_mentor or pair.is_mentee):
                raise AccessError(self.env._("The log is written by mentor and apprentice."))
            if pair.state != "active" or pair.mentor_signed_on:
                raise UserError(self.env._("The log is open while the mentorship is under way."))
        entries._flow_write({"author_id": self.env.uid})
        return entries

    def _check_frozen(self, vals):
        for entry in self:
            if entry.confirmed_on or entry.author_id != self.env.user or "mentorship_id" in vals:
                raise UserError(self.env._("An entry is changed by who wrote it, until the other one has confirmed it."))

    @api.ondelete(at_uninstall=False)
    def _unlink_only_own(self):
        self._check_frozen({})

    def action_confirm(self):
        """The other one confirms entries.

        :raises AccessError: for who wrote them and for strangers
        """
        for entry in self:
            if not entry.can_confirm:
                raise AccessError(self.env._("An entry is confirmed by the other one of the pair, once."))
        self.sudo()._flow_write({"confirmed_by_id": self.env.uid, "confirmed_on": fields.Datetime.now()})  # it is not his entry to write
