from odoo import fields, models
from odoo.exceptions import AccessError


class HrEmployee(models.Model):
    """The training file of an employee, for himself, his managers, HR and their auditor (handbook 9)."""

    _inherit = "hr.employee"

    def action_print_training_file(self):
        """Open the training file as a PDF.

        :raises AccessError: for others than the employee, his managers and HR
        """
        self.ensure_one()
        self._check_file_reader()
        return {"type": "ir.actions.act_url", "url": f"/training/file/{self.id}", "target": "new"}

    def _check_file_reader(self):
        mixin = self.env["hr.training.mixin"]
        for employee in self.exists():
            hr = mixin._is_hr() and employee.sudo().company_id in self.env.user.company_ids  # only the company is compared
            if not (hr or mixin._is_me(employee) or mixin._is_my_report(employee)):
                raise AccessError(self.env._("A training file is for the employee himself, his manager and HR."))

    def _get_training_file(self):
        """Everything on record about the employee's training, oldest first; what was declared void stays in it.

        :return: dict of recordsets and figures, read as the superuser: whoever prints was checked before
        """
        self.ensure_one()
        env = self.sudo().env  # as said
        own = [("employee_id", "=", self.id)]
        enrolments = env["hr.training.enrolment"].search([*own, ("result", "!=", False)], order="date_start, id")
        return {
            "today": env["repair.order"]._local_date(fields.Datetime.now(), self.sudo().company_id),  # as said
            "first_day": self._get_first_day(),
            "hours": sum(enrolments.mapped("credited_hours")),
            "certificates": env["hr.employee.skill"].search([*own, ("is_certification", "=", True)], order="valid_from, id"),
            "enrolments": enrolments,
            "needs": env["hr.training.need"].search([*own, ("state", "in", ("open", "planned"))], order="deadline, id"),
            "mentorships": env["hr.mentorship"].search(
                [("state", "in", ("active", "done")), "|", ("mentee_id", "=", self.id), ("mentor_id", "=", self.id)],
                order="date_start, id"),
            "promotions": env["hr.career.promotion"].search([*own, ("state", "=", "approved")], order="effective_date, id"),
            "rotations": env["hr.career.rotation"].search([*own, ("state", "in", ("approved", "running", "done"))], order="date_start, id"),
        }


class HrEmployeePublic(models.Model):
    _inherit = "hr.employee.public"

    def action_print_training_file(self):
        """Open the training file as a PDF; see the employee's own method."""
        return self.employee_id.action_print_training_file()
