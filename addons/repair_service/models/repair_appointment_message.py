from pytz import timezone, utc

from odoo import fields, models

from ..engine import hours

MESSAGE_KINDS = [
    ("confirmed", "Visit agreed"), ("moved", "Visit moved"), ("called_off", "Visit called off"), ("reminder", "Reminder"),
    ("departure", "On the way"), ("delay", "Running late"),
]
# What is of use for the moment only: too late is worse than never.
PASSING_KINDS = ("departure", "delay")
PLAN_KINDS = ("confirmed", "moved", "called_off")


class RepairAppointment(models.Model):
    """What the customer is told about his visit (handbook 3.1.3, 3.1.4), at decent hours of his day."""

    _inherit = "repair.appointment"

    def action_depart(self):
        """The technician sets off; the customer is told who is on the way."""
        result = super().action_depart()
        self._tell_customer("departure")
        return result

    def _set_cancelled(self, reason, reschedule_reason=False):
        now = fields.Datetime.now()
        told = self.filtered(lambda visit: visit.is_active and visit.stop > now) if not reschedule_reason else self.browse()
        result = super()._set_cancelled(reason, reschedule_reason)
        # Work that is done calls for no visit any more, which the customer knows; nor is he told what he did himself.
        told.filtered(
            lambda visit: visit.changed_by != "customer" and visit.repair_id.service_stage not in ("accepted", "closed")
        )._tell_customer("called_off")
        return result

    def _send_confirmation(self):
        """Tell customer and technician of agreed visits: who comes, how to reach him, when (handbook 3.1.3).

        Mail and SMS go through Odoo's queues and are logged on the order; a customer without either is skipped.
        """
        for visit in self:
            visit._tell_customer("moved" if visit._has_moved() else "confirmed")
            visit._notify_technician(self.env._("New visit"))

    def _has_moved(self):
        """Whether the visit stands in the place of one at another time; with another technician only, nothing moved."""
        self.ensure_one()
        before = self.rescheduled_from_id
        return bool(before) and (before.start, before.stop) != (self.start, self.stop)

    def _tell_customer(self, kind):
        """Send a message of ``MESSAGE_KINDS``, or put it off to the customer's next decent hour.

        What would come after the visit is said at once; of ``PASSING_KINDS`` nothing is said then.
        """
        now = fields.Datetime.now()
        for visit in self:
            moment = visit._get_decent_moment(now)
            if moment <= now or (kind not in PASSING_KINDS and moment >= visit.start):
                visit._send_message(kind)
            elif moment < visit.stop or kind not in PASSING_KINDS:
                visit._put_off_message(kind, moment)

    def _put_off_message(self, kind, moment):
        self.ensure_one()
        messages_sudo = self.env["repair.appointment.message"].sudo()  # nobody queues messages by hand
        if kind in PLAN_KINDS:  # what was agreed or called off last is what is so
            messages_sudo.search([
                ("appointment_id.repair_id", "=", self.repair_id.id), ("kind", "in", PLAN_KINDS), ("error", "=", False)]).unlink()
        messages_sudo.create({"appointment_id": self.id, "kind": kind, "send_at": moment})

    def _is_message_due(self, kind):
        """Whether a message that was put off still says what is so."""
        self.ensure_one()
        now = fields.Datetime.now()
        if kind == "called_off":
            return self.state == "cancelled" and not self.repair_id.next_appointment_id
        if kind == "departure":
            return self.state == "travelling" and now < self.stop
        if kind == "delay":
            return self.state in ("confirmed", "travelling") and bool(self.announced_at) and now < self.announced_at
        return self.state in ("confirmed", "travelling") and (kind != "reminder" or now < self.start)

    def _send_message(self, kind):
        """Queue mail and SMS to the customer, each where he has an address for it, in his language."""
        self.ensure_one()
        # Technicians, and customers on their page, have no rights on templates and messages of the order.
        visit_sudo = self.sudo().with_context(mail_notify_force_send=False)
        customer_sudo, order_sudo = visit_sudo.partner_id, visit_sudo.repair_id
        if customer_sudo.email and (template := self.env.ref(f"repair_service.mail_template_visit_{kind}", raise_if_not_found=False)):
            record = visit_sudo if template.sudo().model == self._name else order_sudo
            values = template.sudo()._generate_template(record.ids, ("subject", "body_html", "email_from"))[record.id]
            order_sudo.message_post(
                subject=values["subject"], body=values["body_html"], email_from=values["email_from"],
                partner_ids=customer_sudo.ids, subtype_xmlid="mail.mt_comment", message_type="comment",
                email_layout_xmlid="mail.mail_notification_light")
        template = self.env.ref(f"repair_service.sms_template_visit_{kind}", raise_if_not_found=False)
        if template and customer_sudo.phone and not customer_sudo.phone_sanitized_blacklisted:
            record = visit_sudo if template.sudo().model == self._name else order_sudo
            body = template.sudo()._render_field("body", record.ids, compute_lang=True)[record.id]
            order_sudo._message_sms(body, partner_ids=customer_sudo.ids, put_in_queue=True)

    def _get_decent_moment(self, moment):
        """The first moment (naive UTC) from ``moment`` on at which the customer may be told something."""
        self.ensure_one()
        company_sudo = self.company_id.sudo()  # its hours, for whoever causes a message
        return self._to_utc(hours.get_decent_moment(
            self._to_local(moment), company_sudo.repair_message_from, company_sudo.repair_message_until))

    def _to_local(self, moment):
        """The customer's clock at a naive UTC moment, naive too."""
        zone = timezone(self.repair_id._get_visit_tz())
        return utc.localize(moment).astimezone(zone).replace(tzinfo=None)

    def _to_utc(self, moment):
        """The naive UTC moment at which the customer's clock shows ``moment``."""
        zone = timezone(self.repair_id._get_visit_tz())
        return zone.localize(moment).astimezone(utc).replace(tzinfo=None)

    def _get_short_url(self):
        """Absolute link to the customer's page, short enough for one SMS."""
        return self.repair_id._get_short_url()

    def _notify_technician(self, subject):
        """Drop a line into the technicians' own inboxes, so that a changed plan does not go unseen (handbook 3.1.4)."""
        for visit in self:
            user_sudo = visit.technician_id.sudo().user_id  # the desk may not read the employee's user
            if not user_sudo or user_sudo == self.env.user:
                continue
            visit.message_notify(
                partner_ids=user_sudo.partner_id.ids,
                subject=subject,
                body=f"{subject}: {visit.with_context(lang=user_sudo.lang, show_window=True).display_name}",
            )
