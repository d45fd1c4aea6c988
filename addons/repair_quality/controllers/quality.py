from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import content_disposition, request
from odoo.tools.pdf import PdfReadError, merge_pdf


class Quality(http.Controller):

    @http.route("/quality/document/<int:version_id>", type="http", auth="user", readonly=True)
    def print_document(self, version_id, **kw):
        version = request.env["qms.document.version"].browse(version_id)
        try:
            version.check_access("read")
            name = version.display_name
        except (AccessError, MissingError, UserError):
            return request.not_found()
        pdf = self._render("repair_quality.action_report_document", version)
        file = version._get_file_bytes()
        if file.startswith(b"%PDF"):
            pdf = self._append(pdf, file)
        return self._respond(pdf, name)

    @http.route("/quality/readings/<string:ids>", type="http", auth="user", readonly=True)
    def print_readings(self, ids, **kw):
        rows = request.env["qms.document.reading"].browse(int(key) for key in ids.split(",")[:500] if key.isdecimal() and len(key) < 10)
        rows = rows.exists()
        if not rows or not rows.has_access("read"):
            return request.not_found()
        # One paper at a time: not every renderer takes several.
        papers = [self._render("repair_quality.action_report_readings", own) for own in rows.grouped("version_id").values()]
        return self._respond(papers[0] if len(papers) == 1 else merge_pdf(papers), request.env._("Read and understood"))

    @http.route("/quality/audit/<int:audit_id>", type="http", auth="user")
    def print_audit(self, audit_id, **kw):
        audit = request.env["qms.audit"].browse(audit_id)
        try:
            audit.check_access("read")
            pdf = audit._get_report_pdf()
            name = audit.sudo().number or "audit"  # checked above
        except (AccessError, MissingError, UserError):
            return request.not_found()
        return self._respond(pdf, name)

    @http.route("/quality/audit/<int:audit_id>/plan", type="http", auth="user", readonly=True)
    def print_audit_plan(self, audit_id, **kw):
        audit = request.env["qms.audit"].browse(audit_id).exists()
        if not audit or not audit.has_access("read") or audit.state not in ("announced", "running"):
            return request.not_found()
        return self._respond(self._render("repair_quality.action_report_audit_plan", audit), audit.sudo().number)  # checked above

    def _render(self, report, record):
        reports_sudo = request.env["ir.actions.report"].sudo()  # readers read less than the paper tells; checked above
        pdf, _type = reports_sudo.with_context(lang=request.env.user.lang)._render_qweb_pdf(report, record.ids)
        return pdf

    def _append(self, first, second):
        """Return both papers as one; the first alone when the second cannot be read."""
        try:
            return merge_pdf([first, second])
        except (PdfReadError, ValueError, KeyError, NotImplementedError):
            return first

    def _respond(self, pdf, name):
        return request.make_response(pdf, [
            ("Content-Type", "application/pdf"), ("Content-Length", len(pdf)),
            ("Content-Disposition", content_disposition(f"{name}.pdf", disposition_type="inline"))])
