from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from .portal import RepairPortal
from .public_face import keep_private

# Told on the next page, which is read anew: what was on offer when the customer chose may be gone.
ERROR_KEY = "repair_visit_error"


class RepairPortalVisit(RepairPortal):

    @http.route("/my/repairs/<int:order_id>/visit", type="http", auth="public", website=True, sitemap=False)
    def portal_repair_visit(self, order_id, access_token=None, **kw):
        try:
            repair_sudo = self._get_repair_to_answer(order_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        visit_sudo = repair_sudo.next_appointment_id
        if not visit_sudo:
            return request.redirect(repair_sudo.get_portal_url())
        refusal = visit_sudo._get_customer_refusal()
        return keep_private(request.render("repair_service.portal_repair_visit_change", self._get_page_view_values(
            repair_sudo, access_token,
            {
                "repair": repair_sudo, "page_name": "repair", "res_company": repair_sudo.company_id, "visit": visit_sudo,
                "html_data": {"lang": request.env.lang.replace("_", "-")},
                "refusal": refusal, "offers": [] if refusal else visit_sudo._get_customer_offers(),
                "error": request.session.pop(ERROR_KEY, None),
            },
            "my_repairs_history", False)))

    @http.route("/my/repairs/<int:order_id>/visit/change", type="http", auth="public", methods=["POST"], website=True)
    def portal_repair_visit_change(self, order_id, access_token=None, visit_id=None, start=None, reason=None, **kw):
        return self._change(
            order_id, access_token, visit_id, lambda visit_sudo: visit_sudo._customer_reschedule(start, reason), "visit_moved")

    @http.route("/my/repairs/<int:order_id>/visit/cancel", type="http", auth="public", methods=["POST"], website=True)
    def portal_repair_visit_cancel(self, order_id, access_token=None, visit_id=None, reason=None, **kw):
        return self._change(
            order_id, access_token, visit_id, lambda visit_sudo: visit_sudo._customer_cancel(reason), "visit_cancelled")

    def _change(self, order_id, access_token, visit_id, action, message):
        """Run a change of the visit; what goes wrong is told in words on a fresh page and leaves the visit as it was."""
        try:
            repair_sudo = self._get_repair_to_answer(order_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        visit_sudo = repair_sudo.next_appointment_id
        try:
            if not visit_sudo or str(visit_sudo.id) != visit_id:
                raise UserError(request.env._("The visit has changed since you opened this page. Look at it again, please."))
            with request.env.cr.savepoint():
                action(visit_sudo)
        except UserError as error:
            request.session[ERROR_KEY] = str(error)
            return request.redirect(repair_sudo.get_portal_url(suffix="/visit"))
        return request.redirect(repair_sudo.get_portal_url(query_string=f"&message={message}"))
