import psycopg2.errors

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class WindowTakenError(UserError):
    """Somebody else got the window first."""


class RepairAppointment(models.Model):
    _inherit = "repair.appointment"

    def action_reschedule(self):
        """Open the booking dialogue to agree on another time or technician (handbook 3.1.4)."""
        self.ensure_one()
        self._check_planner()
        self._check_state(("confirmed", "travelling"), self.env._("Rescheduling"))
        return self.env["repair.booking"]._open_for(self.repair_id, self)

    @api.model
    def _book(self, order, technician, start, stop, moved=None, reason=False, note=False):
        """Agree on a visit in one go: all of it happens or nothing.

        :param moved: visit that the new one replaces; it is kept, cancelled with ``reason``
        :return: the confirmed ``repair.appointment``
        :raises UserError: the order, the technician or his day do not allow it
        :raises WindowTakenError: somebody else took the window meanwhile
        """
        if moved:
            moved._check_state(("confirmed", "travelling"), self.env._("Rescheduling"))
            if not (reason or "").strip() or moved.repair_id != order:
                raise UserError(self.env._("Say why the visit is moved: the reason stays in its history."))
        try:
            with self.env.cr.savepoint():
                self._lock_technician(technician)
                if moved:
                    moved._set_cancelled(False, reschedule_reason=reason)
                visit = self._with_flow().create({
                    "repair_id": order.id, "technician_id": technician.id, "start": start, "stop": stop,
                    "note": note or moved.note if moved else note, "rescheduled_from_id": moved.id if moved else False,
                }).with_env(self.env)
                visit.action_confirm()
                visit.flush_recordset()
        except psycopg2.errors.ExclusionViolation as error:
            raise WindowTakenError(self.env._(
                "%(technician)s has another visit in that time already. Nothing was changed: choose another window.",
                technician=technician.name)) from error
        return visit

    @api.model
    def _lock_technician(self, technician):
        """Let bookings of one technician wait for each other: two inserts that exclude each other would deadlock."""
        self.env.cr.execute(SQL("SELECT id FROM hr_employee WHERE id = %s FOR NO KEY UPDATE", technician.id))
