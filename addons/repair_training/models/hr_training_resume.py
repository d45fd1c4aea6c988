from odoo import fields, models


class HrResumeLine(models.Model):
    _inherit = "hr.resume.line"

    training_enrolment_id = fields.Many2one(
        "hr.training.enrolment", "From training", readonly=True, copy=False, ondelete="cascade", index="btree_not_null")


class HrTrainingEnrolment(models.Model):
    """Passed courses stand in Odoo's own resume of the employee; one that is declared void goes from it (handbook 9)."""

    _inherit = "hr.training.enrolment"

    def _issue_certificates(self):
        """Number the certificates, and add them to the resumes."""
        super()._issue_certificates()
        line_type = self.env.ref("hr_skills.resume_type_training", raise_if_not_found=False)
        self.env["hr.resume.line"].sudo().create([{  # whoever closes sessions of a company need not write its employees
            "employee_id": row.employee_id.id, "name": row.course_name, "date_start": row._get_local_day(row.date_start),
            "date_end": row._get_local_day(row.date_end), "line_type_id": line_type.id if line_type else False,
            "description": row.certificate_number, "training_enrolment_id": row.id,
        } for row in self])

    def _get_local_day(self, moment):
        return self.env["repair.order"]._local_date(moment, self.company_id)

    def _withdraw_skills(self):
        """End what a void result gave; the line in the resume goes with it."""
        super()._withdraw_skills()
        self.env["hr.resume.line"].sudo().search([("training_enrolment_id", "in", self.ids)]).unlink()  # as above
