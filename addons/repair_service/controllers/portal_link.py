from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from .portal import RepairPortal
from .public_face import keep_private


class RepairPortalLink(RepairPortal):
    """What the customer's link opens, how long, and what else he does on its page."""

    def _get_repair(self, order_id, access_token=None):
        """As for any order; by the link alone only while it is open.

        :raises AccessError: the time of the link is over
        """
        repair_sudo = super()._get_repair(order_id, access_token)
        if not repair_sudo._is_link_open() and not self._is_open_without_link(repair_sudo):
            raise AccessError(request.env._("The time of this link is over. Ask us for the papers, please."))
        return repair_sudo

    def _is_open_without_link(self, repair_sudo):
        if request.env.user._is_public():
            return False
        own = repair_sudo.filtered_domain(self._get_own_repairs_domain())
        return bool(own) or repair_sudo.with_user(request.env.user).has_access("read")

    def _render_repair(self, repair_sudo, access_token=None, **values):
        return keep_private(super()._render_repair(repair_sudo, access_token, **values))

    @http.route("/my/repairs/<int:order_id>/consent", type="http", auth="public", methods=["POST"], website=True)
    def portal_repair_consent(self, order_id, access_token=None, **kw):
        codes = request.httprequest.form.getlist("consent")
        return self._act(
            order_id, access_token,
            lambda repair_sudo: repair_sudo.env["repair.consent"]._set_for_partner(
                repair_sudo.partner_id, codes, "link", repair_sudo.partner_id.name, repair_sudo.company_id),
            "consent_saved")

    def _act(self, order_id, access_token, action, message):
        """Run a step of the customer; what goes wrong is told in words and leaves the order as it was."""
        try:
            repair_sudo = self._get_repair_to_answer(order_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        try:
            with request.env.cr.savepoint():
                action(repair_sudo)
        except UserError as error:
            return self._render_repair(repair_sudo, access_token, refusal_error=str(error))
        return request.redirect(repair_sudo.get_portal_url(query_string=f"&message={message}"), code=303)
