from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from .repair_order_visit_outcome import NEXT_VISIT_REASONS

MISS_REASONS = [
    ("customer_absent", "Customer absent"), ("wrong_address", "Wrong address"), ("technician", "Technician did not make it"),
    ("other", "Other"),
]
DELAY_MAX = 480
NOTE_MAX = 500


class RepairAppointment(models.Model):
    """How a visit ended, or why it ends later (handbook 3.2.1)."""

    _inherit = "repair.appointment"

    announced_at = fields.Datetime(
        "Expected at", readonly=True, copy=False, tracking=True, help="The arrival that the customer was told of when it got late.")
    miss_reason = fields.Selection(MISS_REASONS, "Why nobody met", readonly=True, copy=False, tracking=True)
    outcome = fields.Selection(
        NEXT_VISIT_REASONS, "Left unfinished", readonly=True, copy=False, tracking=True, help="Why the technician has to come again.")
    outcome_note = fields.Char("What to know", readonly=True, copy=False)

    def action_running_late(self):
        """Open the dialogue that tells the customer when the technician arrives.

        :raises UserError: when the technician is there already, or the visit is over
        """
        self._check_state(("confirmed", "travelling"), self.env._("Running late"))
        return self._open_outcome("delay")

    def action_leave_unfinished(self):
        """Open the dialogue in which the technician leaves with the work undone, to come again.

        :raises UserError: when the technician is not there
        """
        self._check_state(("arrived",), self.env._("Leaving"))
        return self._open_outcome("unfinished")

    def action_call_off(self):
        """Open the dialogue that asks why the visit is called off.

        :raises UserError: when there is nothing to call off
        """
        self._check_planner()
        self._check_state(("proposed", "confirmed", "travelling"), self.env._("Cancelling"))
        return self._open_outcome("call_off")

    def action_miss(self, reason=False, note=False):
        """Nobody met: the order waits for a booking again. Without a reason its dialogue asks for one.

        :param str reason: code of ``MISS_REASONS``
        :param str note: what to know; needed with the reason ``other``
        :raises UserError: when the window has not begun yet, or the reason is none
        """
        if not reason:
            self._check_missed()
            return self._open_outcome("missed")
        note = self._read_note(note)
        if not isinstance(reason, str) or reason not in dict(MISS_REASONS) or (reason == "other" and not note):
            raise UserError(self.env._("Say why nobody met: choose a reason, and describe any other one."))
        self._check_missed()
        orders_sudo = self.repair_id.sudo()  # the technician reports, the order goes back to the desk by itself
        self._flow_write({"miss_reason": reason, "outcome_note": note})
        result = super().action_miss()
        orders_sudo._ask_next_visit(reason, note)
        return result

    def _report_delay(self, minutes):
        """Tell the customer that the technician arrives in so many minutes, after the promised window."""
        self._check_state(("confirmed", "travelling"), self.env._("Running late"))
        now = fields.Datetime.now()
        if not 0 < minutes <= DELAY_MAX:
            raise UserError(self.env._("Give the minutes until the arrival, from 1 to %(most)s.", most=DELAY_MAX))
        expected = (now + timedelta(minutes=minutes)).replace(second=0, microsecond=0)
        if any(expected <= visit.stop for visit in self):
            raise UserError(self.env._("That is within the promised window: there is nothing to tell."))
        self._flow_write({"announced_at": expected})
        self._tell_customer("delay")

    def _leave_unfinished(self, reason, note=False):
        """Finish the visit, keep what was done, and have the next visit asked for."""
        self._check_state(("arrived",), self.env._("Leaving"))
        note = self._read_note(note)
        if reason not in dict(NEXT_VISIT_REASONS) or (reason == "other" and not note):
            raise UserError(self.env._("Say why another visit is needed: choose a reason, and describe any other one."))
        orders_sudo = self.repair_id.sudo()  # as for a missed visit
        self._flow_write({"state": "done", "outcome": reason, "outcome_note": note})
        orders_sudo._ask_next_visit(reason, note)

    def _get_expected_clock(self):
        """Hour and minute of the expected arrival on the customer's clock."""
        self.ensure_one()
        return f"{self._to_local(self.announced_at):%H:%M}" if self.announced_at else ""

    def _read_note(self, note):
        return (note.strip()[:NOTE_MAX] if isinstance(note, str) else "") or False

    def _open_outcome(self, kind):
        self.ensure_one()
        self.check_access("write")
        dialogue = self.env["repair.visit.outcome"].create({"appointment_id": self.id, "kind": kind})
        return dialogue._get_dialogue()
