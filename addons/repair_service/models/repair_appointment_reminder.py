import logging
from datetime import timedelta

from odoo import api, fields, models

from ..engine import hours
from .repair_appointment_message import MESSAGE_KINDS

_logger = logging.getLogger(__name__)

# The reminder falls on the day before: at most two days ahead, and one more hour when clocks are set back.
REMINDER_HORIZON = timedelta(hours=50)
BATCH = 50


class RepairAppointment(models.Model):
    """The reminder on the evening before the visit."""

    _inherit = "repair.appointment"

    reminded_on = fields.Datetime(
        readonly=True, copy=False, help="When the customer was reminded of the visit. One agreed on that same evening needs no reminder.")
    waiting_message_ids = fields.One2many("repair.appointment.message", "appointment_id", "Messages put off")

    _to_remind_idx = models.Index("(start) WHERE state = 'confirmed' AND reminded_on IS NULL")

    @api.model
    def _cron_tell_customers(self):
        """Remind customers of the visits of the next day, and send what was put off to a decent hour."""
        self._run_each(self._get_to_remind(), "_remind")
        self._run_each(self.env["repair.appointment.message"]._get_due(), "_send")

    @api.model
    def _get_to_remind(self):
        """The visits whose customers are to be reminded now, the next ones first."""
        now = fields.Datetime.now()
        visits = self.search([
            ("state", "=", "confirmed"), ("reminded_on", "=", False), ("start", ">", now), ("start", "<=", now + REMINDER_HORIZON),
        ], order="start, id")
        return visits.filtered(lambda visit: visit._get_reminder_moment() <= now and visit._get_decent_moment(now) <= now)

    def _get_reminder_moment(self):
        """When (naive UTC) the customer is to be reminded: the company's hour of the evening before, on his clock."""
        self.ensure_one()
        company_sudo = self.company_id.sudo()  # its hours, for whoever agrees on a visit
        return self._to_utc(hours.get_evening_before(self._to_local(self.start), company_sudo.repair_reminder_hour))

    def _remind(self):
        self._flow_write({"reminded_on": fields.Datetime.now()})
        self._send_message("reminder")

    def _send_confirmation(self):
        """Tell of agreed visits; who hears on the evening before only that somebody comes tomorrow is reminded by that."""
        result = super()._send_confirmation()
        now = fields.Datetime.now()
        self.filtered(lambda visit: visit._get_reminder_moment() <= now)._flow_write({"reminded_on": now})
        return result

    @api.model
    def _run_each(self, records, method):
        """Call ``method`` on each of ``records`` by itself: one that fails is logged, and the others go on."""
        while records:
            batch, records = records[:BATCH], records[BATCH:]
            for record in batch.try_lock_for_update():
                try:
                    with self.env.cr.savepoint():
                        getattr(record, method)()
                except Exception as error:
                    _logger.warning("Message to the customer: %s of %s failed", method, record, exc_info=True)
                    record._on_failed(error)
            if not self.env["ir.cron"]._commit_progress(len(batch), remaining=len(records)):
                break

    def _on_failed(self, error):
        """Hook: the reminder is tried again by the next run, until the visit begins."""


class RepairAppointmentMessage(models.Model):
    _name = "repair.appointment.message"
    _description = "Message about a Visit, put off to a decent hour"
    _order = "send_at, id"

    appointment_id = fields.Many2one("repair.appointment", "Visit", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="appointment_id.company_id", store=True)
    kind = fields.Selection(MESSAGE_KINDS, "Message", required=True, readonly=True)
    send_at = fields.Datetime(required=True, readonly=True, index=True)
    error = fields.Char(readonly=True, help="Why the message could not be sent. Call the customer.")

    @api.model
    def _get_due(self):
        return self.search([("send_at", "<=", fields.Datetime.now()), ("error", "=", False)])

    def _send(self):
        self.ensure_one()
        visit, kind = self.appointment_id, self.kind
        self.unlink()
        if visit._is_message_due(kind):
            visit._send_message(kind)

    def _on_failed(self, error):
        self.error = str(error)[:200] or type(error).__name__
