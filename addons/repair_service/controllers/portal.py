from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import consteq

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

from .public_face import is_key

PAPER_REPORTS = {
    "settlement": "repair_service.action_report_settlement",
    "warranty_card": "repair_service.action_report_warranty_card",
    "service_record": "repair_service.action_report_service_record",
}


# Larger numbers are no row of PostgreSQL's, and would end in its error message.
ORDER_ID_MAX = 2**31 - 1


class RepairPortal(CustomerPortal):

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "repair_count" in counters:
            values["repair_count"] = self._get_own_repairs().search_count(self._get_own_repairs_domain())
        if "repair_answer_count" in counters:
            values["repair_answer_count"] = self._get_own_repairs().search_count(
                self._get_own_repairs_domain() & Domain("quotation_state", "=", "sent"))
        return values

    def _get_own_repairs(self):
        # Customers have no access right on repair.order, so that no internal note, cost or foreign share leaks by RPC.
        return request.env["repair.order"].sudo()  # every search goes with _get_own_repairs_domain()

    def _get_own_repairs_domain(self):
        if request.env.user._is_public():
            return Domain.FALSE
        return request.env["repair.order"]._get_portal_domain(request.env.user.partner_id)

    def _get_repair_sortings(self):
        return {
            "date": {"label": request.env._("Newest"), "order": "requested_on desc, id desc"},
            "name": {"label": request.env._("Number"), "order": "name desc"},
            "appliance": {"label": request.env._("Appliance"), "order": "appliance_id, requested_on desc"},
        }

    @http.route(["/my/repairs", "/my/repairs/page/<int:page>"], type="http", auth="user", website=True)
    def portal_my_repairs(self, page=1, sortby="date", **kw):
        sortings = self._get_repair_sortings()
        sortby = sortby if sortby in sortings else "date"
        repairs, domain = self._get_own_repairs(), self._get_own_repairs_domain()
        pager = portal_pager(
            url="/my/repairs", url_args={"sortby": sortby}, total=repairs.search_count(domain), page=page,
            step=self._items_per_page)
        return request.render("repair_service.portal_my_repairs", {
            **self._prepare_portal_layout_values(),
            "repairs": repairs.search(
                domain, order=sortings[sortby]["order"], limit=self._items_per_page, offset=pager["offset"]),
            "page_name": "repair", "pager": pager, "default_url": "/my/repairs",
            "searchbar_sortings": sortings, "sortby": sortby,
        })

    def _get_repair(self, order_id, access_token=None):
        """The service order behind a link, in superuser mode.

        :raises AccessError, MissingError: no such order, or neither the token nor the user opens it
        """
        if not 0 < order_id <= ORDER_ID_MAX or not is_key(access_token or ""):
            raise MissingError(request.env._("This document does not exist."))
        try:
            repair_sudo = self._document_check_access("repair.order", order_id, access_token)
        except AccessError:
            repair_sudo = self._get_own_repairs().search(self._get_own_repairs_domain() & Domain("id", "=", order_id))
            if not repair_sudo:
                raise
        if not repair_sudo.appliance_id:
            raise MissingError(request.env._("This document does not exist."))
        return repair_sudo.with_company(repair_sudo.company_id)

    def _get_repair_to_answer(self, order_id, access_token=None):
        """Same as `_get_repair`, for the customer only: staff records an answer on the order, with its channel.

        :raises AccessError, MissingError: as `_get_repair`
        """
        repair_sudo = self._get_repair(order_id, access_token)
        holds_token = access_token and consteq(repair_sudo.access_token or "", access_token)
        if not holds_token and not repair_sudo.filtered_domain(self._get_own_repairs_domain()):
            raise AccessError(request.env._("Record the customer's answer on the order itself."))
        return repair_sudo

    def _render_repair(self, repair_sudo, access_token=None, **values):
        return request.render("repair_service.portal_repair_page", self._get_page_view_values(
            repair_sudo, access_token,
            {
                "repair": repair_sudo, "page_name": "repair", "res_company": repair_sudo.company_id,
                "html_data": {"lang": request.env.lang.replace("_", "-")},  # screen readers and fonts follow it
                **values,
            },
            "my_repairs_history", False))

    @http.route("/my/repairs/<int:order_id>", type="http", auth="public", website=True)
    def portal_repair(self, order_id, access_token=None, message=None, **kw):
        try:
            repair_sudo = self._get_repair(order_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        return self._render_repair(repair_sudo, access_token, message=message)

    @http.route("/rs/<int:order_id>/<string:code>", type="http", auth="public", website=True, sitemap=False)
    def portal_repair_short(self, order_id, code, **kw):
        token = request.env["repair.order"]._get_token_from_short_code(code)
        return request.redirect(f"/my/repairs/{order_id}?access_token={token}" if token else "/my")

    @http.route("/my/repairs/<int:order_id>/papers/<string:paper>", type="http", auth="public", website=True)
    def portal_repair_paper(self, order_id, paper, access_token=None, download=False, **kw):
        try:
            repair_sudo = self._get_repair(order_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        if paper not in repair_sudo._get_papers():
            return request.redirect(repair_sudo.get_portal_url(query_string="&message=no_paper"))
        return self._show_report(
            repair_sudo.with_context(repair_paper=paper), "pdf", PAPER_REPORTS[paper], download=download)

    @http.route("/my/repairs/<int:order_id>/approve", type="jsonrpc", auth="public", website=True)
    def portal_repair_approve(self, order_id, access_token=None, name=None, signature=None, stamp=None):
        stamp = stamp or request.httprequest.args.get("stamp")

        def approve(repair_sudo):
            repair_sudo._check_quotation_stamp(stamp)
            repair_sudo.action_approve_quotation(name, "link", signature=signature)
            repair_sudo._notify_customer_answer()

        return self._sign(order_id, access_token, name, signature, approve, "approved")

    @http.route("/my/repairs/<int:order_id>/accept", type="jsonrpc", auth="public", website=True)
    def portal_repair_accept(self, order_id, access_token=None, name=None, signature=None):
        return self._sign(
            order_id, access_token, name, signature,
            lambda repair_sudo: repair_sudo.action_accept(name, signature), "accepted")

    def _sign(self, order_id, access_token, name, signature, action, message):
        """Run a signed step of the customer; what goes wrong is told in words and leaves the order as it was."""
        access_token = access_token or request.httprequest.args.get("access_token")
        try:
            repair_sudo = self._get_repair_to_answer(order_id, access_token)
        except (AccessError, MissingError):
            return {"error": request.env._("This link is not valid. Ask us for a new one, please.")}
        if not isinstance(name, str) or not name.strip():
            return {"error": request.env._("Write your name, please.")}
        if not isinstance(signature, str) or not signature:
            return {"error": request.env._("The signature is missing.")}
        try:
            with request.env.cr.savepoint():
                repair_sudo._check_signature_image(signature)
                action(repair_sudo)
        except UserError as error:
            return {"error": str(error)}
        return {
            "force_refresh": True,
            "redirect_url": repair_sudo.get_portal_url(query_string=f"&message={message}"),
        }

    @http.route("/my/repairs/<int:order_id>/refuse", type="http", auth="public", methods=["POST"], website=True)
    def portal_repair_refuse(self, order_id, access_token=None, name=None, reason=None, **kw):
        try:
            repair_sudo = self._get_repair_to_answer(order_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        try:
            if not (reason or "").strip():
                raise UserError(request.env._("Tell us why you refuse the quotation, please."))
            with request.env.cr.savepoint():
                repair_sudo.action_refuse_quotation(name, reason)
                repair_sudo.with_context(customer_refused=True)._notify_customer_answer()
        except UserError as error:
            return self._render_repair(repair_sudo, access_token, refusal_error=str(error))
        return request.redirect(repair_sudo.get_portal_url(query_string="&message=refused"))
