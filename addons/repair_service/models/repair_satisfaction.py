from datetime import timedelta

from pytz import timezone, utc

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..engine import hours
from .repair_followup import GIVEN_FIELDS

COMMENT_MAX = 2_000
BATCH = 100


class RepairFollowup(models.Model):
    """Satisfaction asked and answered on the customer's page (handbook 5.3.1, 6.3.4)."""

    _inherit = "repair.followup"

    def _can_customer_answer(self):
        """Whether the customer may answer now: it is open, or his own answer may still be changed."""
        self.ensure_one()
        if self.state in ("todo", "unreached"):
            return True
        return self.state == "done" and self.answered_by == "customer" and fields.Datetime.now() <= self.change_until

    def _read_customer_answer(self, values):
        """Return what may be stored of what a browser sent.

        :raises UserError: the score or the answer whether it is solved is missing, or is none of the choices
        """
        answer = {name: (values.get(name) or "").strip() if isinstance(values.get(name), str) else "" for name in GIVEN_FIELDS}
        for name in GIVEN_FIELDS[:-1]:
            if answer[name] and answer[name] not in dict(self._fields[name].selection):
                raise UserError(self.env._("Choose one of the answers, please."))
        if not answer["score"] or not answer["is_solved"]:
            raise UserError(self.env._("Tell us how satisfied you are, and whether the fault is solved, please."))
        answer["comment"] = answer["comment"][:COMMENT_MAX]
        return {name: value or False for name, value in answer.items()}

    def _customer_answer(self, values):
        """Take the customer's own answer, or a change of it in time.

        :param dict values: ``score``, ``conduct``, ``nps``, ``is_solved``, ``comment`` as the page sends them
        :raises UserError: too late, or something is missing
        """
        self.ensure_one()
        self.flush_recordset()
        self.env.cr.execute(SQL("SELECT id FROM repair_followup WHERE id = %s FOR NO KEY UPDATE", self.id))
        self.invalidate_recordset(flush=False)
        if not self._can_customer_answer():
            raise UserError(self.env._("Your answer is recorded and can no longer be changed. Call us if anything is wrong, please."))
        answer, now = self._read_customer_answer(values), fields.Datetime.now()
        first = self.state != "done"
        self._flow_write({
            **answer, "state": "done", "answered_by": "customer",
            **({"done_on": now, "change_until": self._get_change_until(now)} if first else {}),
        })
        self._on_answered()

    @api.model
    def _cron_send_links(self):
        """Send the links that are due, at decent hours, and hand those that stay unanswered to the call-back list."""
        today = fields.Date.context_today(self.with_context(tz=self.env.company.repair_tz))
        due = self.search([
            ("state", "=", "todo"), ("channel", "in", ("link", "sms")), ("sent_on", "=", False), ("due", "<=", today)], limit=BATCH)
        now = fields.Datetime.now()
        decent = due.filtered(lambda followup: followup._is_decent(now))
        for followup in decent:
            followup._send_link()
        self._chase(now)
        if decent and self.env.context.get("cron_id"):
            self.env["ir.cron"]._commit_progress(len(decent), remaining=len(due) == BATCH)

    def _is_decent(self, moment):
        company = self.company_id
        zone = timezone(self.repair_id._get_visit_tz())
        local = utc.localize(moment).astimezone(zone).replace(tzinfo=None)
        return hours.get_decent_moment(local, company.repair_message_from, company.repair_message_until) == local

    def _send_link(self):
        """Queue mail and SMS with the link; who has neither is called."""
        self.ensure_one()
        order = self.repair_id.with_context(mail_notify_force_send=False)
        customer, sent = order.partner_id, False
        template = self.env.ref("repair_service.mail_template_satisfaction", raise_if_not_found=False)
        if template and customer.email and self.channel == "link":
            order.message_post_with_source(template, subtype_xmlid="mail.mt_comment")
            sent = True
        template = self.env.ref("repair_service.sms_template_satisfaction", raise_if_not_found=False)
        if template and customer.phone and not customer.phone_sanitized_blacklisted:
            order._message_sms_with_template(template=template, partner_ids=customer.ids, put_in_queue=True)
            sent = True
        self._flow_write({"sent_on": fields.Datetime.now()} if sent else {"channel": "phone"})

    @api.model
    def _chase(self, now):
        waiting = self.search([("state", "=", "todo"), ("channel", "in", ("link", "sms")), ("sent_on", "!=", False)])
        late = waiting.filtered(lambda followup: followup.sent_on + timedelta(days=followup.rule_id.chase_days) <= now)
        late._flow_write({"channel": "phone", "due": fields.Date.to_date(now)})


class RepairOrder(models.Model):
    _inherit = "repair.order"

    def _get_satisfaction(self):
        """The follow-up that the customer answers on his page, empty when there is none."""
        self.ensure_one()
        asked = self.followup_ids.filtered(lambda followup: followup.kind == "satisfaction" and followup.state != "cancelled")
        return asked.sorted("id")[-1:]

    def _get_satisfaction_url(self):
        """Absolute link to the form, short enough for one SMS."""
        return f"{self._get_short_url()}/s"
