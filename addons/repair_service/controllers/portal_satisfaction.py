from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from .portal import RepairPortal
from .public_face import keep_private

ERROR_KEY = "repair_satisfaction_error"


class RepairPortalSatisfaction(RepairPortal):

    @http.route("/rs/<int:order_id>/<string:code>/s", type="http", auth="public", website=True, sitemap=False)
    def portal_satisfaction_short(self, order_id, code, **kw):
        token = request.env["repair.order"]._get_token_from_short_code(code)
        return request.redirect(f"/my/repairs/{order_id}/satisfaction?access_token={token}" if token else "/my")

    @http.route("/my/repairs/<int:order_id>/satisfaction", type="http", auth="public", website=True, sitemap=False)
    def portal_satisfaction(self, order_id, access_token=None, **kw):
        try:
            repair_sudo = self._get_repair_to_answer(order_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        followup_sudo = repair_sudo._get_satisfaction()
        if not followup_sudo:
            return request.redirect(repair_sudo.get_portal_url())
        return keep_private(request.render("repair_service.portal_satisfaction", self._get_page_view_values(
            repair_sudo, access_token,
            {
                "repair": repair_sudo, "followup": followup_sudo, "page_name": "repair", "res_company": repair_sudo.company_id,
                "html_data": {"lang": request.env.lang.replace("_", "-")},
                "can_answer": followup_sudo._can_customer_answer(), "error": request.session.pop(ERROR_KEY, None),
            },
            "my_repairs_history", False)))

    @http.route(
        "/my/repairs/<int:order_id>/satisfaction/answer", type="http", auth="public", methods=["POST"], website=True, sitemap=False)
    def portal_satisfaction_answer(self, order_id, access_token=None, **values):
        try:
            repair_sudo = self._get_repair_to_answer(order_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        followup_sudo = repair_sudo._get_satisfaction()
        try:
            if not followup_sudo:
                raise UserError(request.env._("This survey is no longer open."))
            with request.env.cr.savepoint():
                followup_sudo._customer_answer(values)
        except UserError as error:
            request.session[ERROR_KEY] = str(error)
            return request.redirect(repair_sudo.get_portal_url(suffix="/satisfaction"))
        return request.redirect(repair_sudo.get_portal_url(suffix="/satisfaction"))
