from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..engine import result
from .hr_training_session import SEATED


class HrTrainingSession(models.Model):
    """How the results of a session become final: the trainer hands them over, another HR officer closes them (handbook 9.2.2)."""

    _inherit = "hr.training.session"

    def action_enter_results(self):
        """Open the results of a session in one grid.

        :raises AccessError: for others than the trainer and HR
        """
        self.ensure_one()
        if not self.can_enter_results:
            raise AccessError(self.env._("Results are entered by the trainer while the session is open, or by HR."))
        return {
            "type": "ir.actions.act_window", "res_model": "hr.training.enrolment", "name": self.display_name, "view_mode": "list",
            "views": [(self.env.ref("repair_training.hr_training_enrolment_view_list_results").id, "list")],
            "domain": [("session_id", "=", self.id), ("state", "in", SEATED)],
            "context": {
                "has_written": self.has_written, "is_practical": self.is_practical, "is_observed": self.is_observed, "create": False},
        }

    def action_submit_results(self):
        """The trainer hands the results over to HR.

        :raises AccessError: for others than the trainer and HR
        :raises UserError: before the end of the session, or while results are missing
        """
        for session in self:
            if not session.is_trainer and not self._is_hr():
                raise AccessError(self.env._("Only the trainer or HR hand results over."))
            session._check_state(("open",))
            if session.date_end > fields.Datetime.now():
                raise UserError(self.env._("%(session)s has not ended yet.", session=session.display_name))
            open_rows = session.sudo().enrolment_ids.filtered(  # the trainer reads them all, those who declined aside
                lambda row: row.state in SEATED and not result.judge(row._get_demand(), row._get_entry())[0])
            if open_rows:
                raise UserError(self.env._(
                    "Results are missing: %(names)s.", names=", ".join(open_rows.employee_id.mapped("name"))))
            session.sudo()._flow_write({"state": "review", "submitted_by_id": self.env.uid})  # trainers do not write sessions

    def action_reopen(self):
        """HR gives the results back to the trainer.

        :raises AccessError: for others than HR
        """
        self._check_hr()
        self._check_state(("review",))
        self._flow_write({"state": "open", "submitted_by_id": False})

    def action_close(self):
        """Check and close sessions: results, certificates and skills are fixed from here on.

        :raises AccessError: for others than HR, for the trainer, for who entered or handed over results, and for participants
        :raises UserError: when something is missing
        """
        self._check_hr()
        self._lock()
        for session in self:
            session._check_state(("review",))
            rows = session.enrolment_ids
            if self._is_about_me(session.trainer_id) or self._is_same_person(session.submitted_by_id | rows.entered_by_id):
                raise AccessError(self.env._(
                    "Whoever taught the session, entered results or handed them over does not close it: ask another HR officer."))
            if any(self._is_about_me(row.employee_id) for row in rows):
                raise AccessError(self.env._("You took part in this session: another HR officer closes it."))
            session._flow_write({"state": "closed", "closed_by_id": self.env.uid, "closed_on": fields.Datetime.now()})
            seated = rows.filtered(lambda row: row.state in SEATED)
            # Who waited in vain needs the course as before.
            rows.filtered(lambda row: row.state in ("draft", "waiting"))._flow_write({"state": "cancelled"})
            seated._judge()
