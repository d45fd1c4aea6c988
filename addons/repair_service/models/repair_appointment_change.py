from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .repair_order_booking import UNBOOKABLE_STAGES

# Only code of this process can hold this object, so nobody passes for the customer by RPC.
CUSTOMER = object()
REASON_MAX = 500
OFFERS_MAX, OFFERS_A_DAY = 12, 4


class RepairAppointment(models.Model):
    """Changes of an agreed visit: who made them and why, and what the customer may do by himself (handbook 3.1.4)."""

    _inherit = "repair.appointment"

    changed_by = fields.Selection(
        [("customer", "Customer"), ("company", "Company")], "Changed by", readonly=True, copy=False, index="btree_not_null",
        help="Who moved the agreed visit or called it off.")

    def _set_cancelled(self, reason, reschedule_reason=False):
        by_customer = self.env.context.get("changed_by") is CUSTOMER
        changed = self.filtered(lambda visit: visit.is_active and visit.repair_id.service_stage not in UNBOOKABLE_STAGES)
        changed._flow_write({"changed_by": "customer" if by_customer else "company"})
        return super()._set_cancelled(reason, reschedule_reason)

    def action_cancel(self, reason=False):
        """Call visits off; that it was done, by whom and why stays in the history of the order as well.

        :param str reason: why; without one, who did it stands there
        """
        agreed = self.filtered("is_active")
        result = super().action_cancel(reason)
        for visit in agreed:
            visit._log_change(visit, self.env._(
                "Visit %(window)s called off by %(who)s. Reason: %(reason)s",
                window=visit.window, who=visit._get_changer(), reason=visit.cancel_reason))
        return result

    def _send_confirmation(self):
        result = super()._send_confirmation()
        for visit in self.filtered("rescheduled_from_id"):
            old = visit.rescheduled_from_id
            visit._log_change(old, self.env._(
                "Visit moved from %(old)s to %(new)s by %(who)s. Reason: %(reason)s",
                old=old.window, new=visit.window, who=old._get_changer(), reason=old.reschedule_reason or ""))
        return result

    def _get_changer(self):
        return self.env._("the customer") if self.changed_by == "customer" else self.env.user.name

    def _log_change(self, changed, body):
        """Keep a change in the order's history; who answers for the order hears of those the customer made."""
        order_sudo = self.repair_id.sudo()  # the customer acts through his link
        if changed.changed_by != "customer":
            order_sudo.message_post(body=body)
            return
        order_sudo.message_post(body=body, author_id=order_sudo.partner_id.id)
        if responsible := order_sudo.user_id.partner_id:
            order_sudo.message_notify(partner_ids=responsible.ids, subject=body, body=body, author_id=order_sudo.partner_id.id)

    # What the customer does on his page

    def _get_customer_refusal(self):
        """Why the customer cannot change the visit by himself any more, in words for him; '' while he can."""
        self.ensure_one()
        company = self.company_id
        if self.state != "confirmed":
            reason = self.env._("The technician is on the way, or the visit is over.")
        elif fields.Datetime.now() + timedelta(hours=company.repair_customer_notice) > self.start:
            reason = self.env._(
                "The visit can be changed here until %(hours)s hours before it begins.", hours=f"{company.repair_customer_notice:g}")
        elif self._count_customer_changes() >= company.repair_customer_changes:
            reason = self.env._("The visit cannot be changed here any more.")
        else:
            return ""
        if company.phone:
            return " ".join((reason, self.env._("Please call us: %(phone)s", phone=company.phone)))
        return " ".join((reason, self.env._("Please call us.")))

    def _count_customer_changes(self):
        return self.search_count([("repair_id", "=", self.repair_id.id), ("changed_by", "=", "customer")])

    def _find_customer_slots(self):
        """Every window that the customer could have now: one for each start, not before the notice he owes.

        All that is free, not a choice of it: what was on offer is found again, however long he looked at it.
        """
        self.ensure_one()
        slots, _earliest, _latest = self.repair_id._iter_free_slots(self)
        earliest = fields.Datetime.now() + timedelta(hours=self.company_id.repair_customer_notice)
        by_start = {}
        for slot in slots:
            if slot.start >= earliest and slot.start != self.start:
                by_start.setdefault(slot.start, slot)
        return by_start

    def _get_customer_offers(self):
        """Windows to choose from, one after the other and spread over several days.

        :return: list of (key, window in words)
        """
        self.ensure_one()
        offers, days, last = [], {}, datetime.min
        for start, slot in sorted(self._find_customer_slots().items()):
            day = self.repair_id._get_visit_day(start)
            if start >= last and days.get(day, 0) < OFFERS_A_DAY and len(offers) < OFFERS_MAX:
                days[day], last = days.get(day, 0) + 1, slot.stop
                window = self._format_window(slot.start, slot.stop, self.repair_id._get_visit_tz())
                offers.append((fields.Datetime.to_string(start), window))
        return offers

    def _customer_reschedule(self, start, reason):
        """Move the visit to another free window, as its customer.

        :param str start: begin of the window, as ``_get_customer_offers`` names it
        :param str reason: why, in the customer's words
        :return: the new ``repair.appointment``
        :raises UserError: too late, too often, without a reason, or the window is not free (any more)
        """
        self.ensure_one()
        reason = self._read_customer_reason(reason)
        self._check_customer_change()
        slots = {fields.Datetime.to_string(begin): slot for begin, slot in self._find_customer_slots().items()}
        slot = slots.get(start) if isinstance(start, str) else None
        if slot is None:
            raise UserError(self.env._("This window is not free any more. Choose another one, please."))
        technician = self.env["hr.employee"].browse(slot.technician)
        return self._book(self.repair_id, technician, slot.start, slot.stop, self.with_context(changed_by=CUSTOMER), reason)

    def _customer_cancel(self, reason):
        """Call the visit off, as its customer; the order waits for another one at the desk.

        :param str reason: why, in the customer's words
        :raises UserError: too late, too often, or without a reason
        """
        self.ensure_one()
        reason = self._read_customer_reason(reason)
        self._check_customer_change()
        self.with_context(changed_by=CUSTOMER)._set_cancelled(reason)
        self.repair_id._on_appointment_cancelled()
        self._log_change(self, self.env._(
            "Visit %(window)s called off by %(who)s. Reason: %(reason)s",
            window=self.window, who=self._get_changer(), reason=reason))

    def _check_customer_change(self):
        self.repair_id._lock_order()
        self.invalidate_recordset(["state", "start"])
        if refusal := self._get_customer_refusal():
            raise UserError(refusal)

    @api.model
    def _read_customer_reason(self, reason):
        reason = reason.strip() if isinstance(reason, str) else ""
        if not reason:
            raise UserError(self.env._("Tell us why, please: it helps us to plan."))
        return reason[:REASON_MAX]
