from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import content_disposition, request


class Training(http.Controller):

    @http.route("/training/certificate/<string:token>", type="http", auth="public", readonly=True)
    def verify_certificate(self, token, **kw):
        """Whoever holds the paper sees whether it is genuine and still valid, and nothing else."""
        enrolment_sudo = request.env["hr.training.enrolment"].sudo()  # the token on the paper opens one record
        found = len(token) >= 20 and enrolment_sudo.search([("certificate_token", "=", token)], limit=1)
        return request.render("repair_training.certificate_verification", {
            "enrolment": found or None, "state": found and found._get_certificate_state(),
        })

    @http.route("/training/enrolment/<int:enrolment_id>/certificate", type="http", auth="user", readonly=True)
    def print_certificate(self, enrolment_id, **kw):
        enrolment = request.env["hr.training.enrolment"].browse(enrolment_id)
        try:
            enrolment.check_access("read")
            enrolment._check_certificate_reader()
        except (AccessError, MissingError, UserError):
            return request.not_found()
        return self._print("repair_training.action_report_training_certificate", enrolment, enrolment.certificate_number)

    @http.route("/training/session/<int:session_id>/code", type="http", auth="user", readonly=True)
    def show_code(self, session_id, **kw):
        """The code for the screen in the room; the page keeps itself up to date."""
        session = request.env["hr.training.session"].browse(session_id)
        try:
            session.check_access("read")
            session._check_code_reader()
        except (AccessError, MissingError):
            return request.not_found()
        return request.render("repair_training.session_code", {"session": session}, headers={"Cache-Control": "no-store"})

    @http.route("/training/promotion/<int:promotion_id>/letter", type="http", auth="user", readonly=True)
    def print_letter(self, promotion_id, **kw):
        promotion = request.env["hr.career.promotion"].browse(promotion_id)
        try:
            promotion.check_access("read")
            promotion._check_letter_reader()
        except (AccessError, MissingError, UserError):
            return request.not_found()
        return self._print("repair_training.action_report_promotion_letter", promotion, promotion.name)

    @http.route("/training/file/<int:employee_id>", type="http", auth="user", readonly=True)
    def print_file(self, employee_id, **kw):
        employee = request.env["hr.employee"].browse(employee_id)
        try:
            employee._check_file_reader()
        except (AccessError, MissingError, UserError):
            return request.not_found()
        return self._print("repair_training.action_report_training_file", employee, employee.sudo().name)  # checked above

    def _print(self, report, record, name):
        reports_sudo = request.env["ir.actions.report"].sudo()  # holders read less than the paper tells of themselves
        pdf, _type = reports_sudo.with_context(lang=request.env.user.lang)._render_qweb_pdf(report, record.ids)
        return request.make_response(pdf, [
            ("Content-Type", "application/pdf"), ("Content-Length", len(pdf)),
            ("Content-Disposition", content_disposition(f"{name}.pdf", disposition_type="inline"))])
