from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import consteq

from odoo.addons.portal.controllers.portal import pager as portal_pager

from ..models.repair_complaint_page import PAGE_TEXTS
from .portal import ORDER_ID_MAX, RepairPortal
from .public_face import get_companies, get_company, is_key, keep_private, read_texts

ERROR_KEY, DRAFT_KEY = "repair_complaint_error", "repair_complaint_draft"


class RepairPortalComplaint(RepairPortal):

    def _get_complaint(self, complaint_id, access_token=None):
        """The case behind a link, in superuser mode, for its customer only.

        :raises AccessError, MissingError: no such case, or neither the token nor the customer's account opens it
        """
        if not 0 < complaint_id <= ORDER_ID_MAX or not is_key(access_token or ""):
            raise MissingError(request.env._("This document does not exist."))
        complaint_sudo = request.env["repair.complaint"].sudo().browse(complaint_id).exists()  # opened by token or account below
        if not complaint_sudo:
            raise MissingError(request.env._("This document does not exist."))
        holds_token = access_token and consteq(complaint_sudo.access_token or "", access_token)
        if not holds_token and not self._is_own_complaint(complaint_sudo):
            raise AccessError(request.env._("This link is not valid. Ask us for a new one, please."))
        return complaint_sudo.with_company(complaint_sudo.company_id)

    def _is_own_complaint(self, complaint_sudo):
        """Whether the case is that of the customer who is logged in."""
        own = request.env.user.partner_id.commercial_partner_id
        return not request.env.user._is_public() and bool(own) and complaint_sudo.partner_id.commercial_partner_id == own

    def _get_form_values(self, company, order_sudo=None):
        complaints = request.env["repair.complaint"]
        return {
            "categories": request.env["repair.complaint.category"].sudo().search([]),  # the public reads them on this form
            "remedies": complaints._fields["remedy_asked"]._description_selection(request.env),
            "repair": order_sudo, "page_name": "repair" if order_sudo else "complaint",
            "res_company": company, "companies": company if order_sudo else get_companies() or company,
            "notice_in_force": company.with_company(company).env["repair.consent.notice"]._get_in_force(company),
            "html_data": {"lang": request.env.lang.replace("_", "-")},
            "error": request.session.pop(ERROR_KEY, None), "draft": request.session.pop(DRAFT_KEY, {}),
        }

    @http.route("/my/repairs/<int:order_id>/complain", type="http", auth="public", website=True, sitemap=False)
    def portal_complain(self, order_id, access_token=None, **kw):
        try:
            repair_sudo = self._get_repair_to_answer(order_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        return keep_private(request.render("repair_service.portal_complaint_form", self._get_page_view_values(
            repair_sudo, access_token,
            {**self._get_form_values(repair_sudo.company_id, repair_sudo), "action": repair_sudo.get_portal_url(suffix="/complain/send")},
            "my_repairs_history", False)))

    @http.route("/my/repairs/<int:order_id>/complain/send", type="http", auth="public", methods=["POST"], website=True, sitemap=False)
    def portal_complain_send(self, order_id, access_token=None, **values):
        try:
            repair_sudo = self._get_repair_to_answer(order_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        return self._take(values, repair_sudo.get_portal_url(suffix="/complain"), repair_sudo.company_id, repair_sudo)

    @http.route("/complaint", type="http", auth="public", website=True, sitemap=True)
    def public_complaint(self, company=None, **kw):
        asked = get_company(company) or request.env.company
        return request.render("repair_service.portal_complaint_form", {**self._get_form_values(asked), "action": "/complaint/send"})

    @http.route("/complaint/send", type="http", auth="public", methods=["POST"], website=True, sitemap=False)
    def public_complaint_send(self, company=None, **values):
        asked = get_company(company) or request.env.company
        form_url = f"/complaint?company={asked.id}"
        if values.get("website_url"):  # no person sees this field
            return request.redirect(form_url)
        return self._take(values, form_url, asked)

    def _take(self, values, form_url, company, repair_sudo=None):
        """Take a case, and show its page; what goes wrong is told in words beside what was written."""
        texts = read_texts(values, PAGE_TEXTS)
        complaints_sudo = request.env["repair.complaint"].sudo()  # customers have no rights on complaints
        try:
            with request.env.cr.savepoint():
                complaint_sudo = complaints_sudo._take_from_page(texts, company, request.httprequest.remote_addr, repair_sudo)
        except UserError as error:
            request.session[ERROR_KEY], request.session[DRAFT_KEY] = str(error), {name: text[:4000] for name, text in texts.items()}
            return request.redirect(form_url)
        return request.redirect(complaint_sudo.get_portal_url(query_string="&message=received"))

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "repair_complaint_count" in counters:
            values["repair_complaint_count"] = self._get_own_complaints().search_count(self._get_own_complaints_domain())
        return values

    def _get_own_complaints(self):
        return request.env["repair.complaint"].sudo()  # every search goes with _get_own_complaints_domain()

    def _get_own_complaints_domain(self):
        if request.env.user._is_public():
            return Domain.FALSE
        return Domain("partner_id", "child_of", request.env.user.partner_id.commercial_partner_id.id)

    @http.route(["/my/complaints", "/my/complaints/page/<int:page>"], type="http", auth="user", website=True)
    def portal_my_complaints(self, page=1, **kw):
        complaints, domain = self._get_own_complaints(), self._get_own_complaints_domain()
        pager = portal_pager(
            url="/my/complaints", total=complaints.search_count(domain), page=page, step=self._items_per_page)
        return request.render("repair_service.portal_my_complaints", {
            **self._prepare_portal_layout_values(), "page_name": "complaint", "pager": pager,
            "complaints": complaints.search(domain, limit=self._items_per_page, offset=pager["offset"]),
        })

    @http.route("/my/complaints/<int:complaint_id>", type="http", auth="public", website=True, sitemap=False)
    def portal_complaint(self, complaint_id, access_token=None, message=None, **kw):
        try:
            complaint_sudo = self._get_complaint(complaint_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        return keep_private(request.render("repair_service.portal_complaint_page", {
            "complaint": complaint_sudo, "is_own": self._is_own_complaint(complaint_sudo),
            "page_name": "complaint", "res_company": complaint_sudo.company_id, "message": message,
            "html_data": {"lang": request.env.lang.replace("_", "-")}, "error": request.session.pop(ERROR_KEY, None),
        }))

    @http.route(
        "/my/complaints/<int:complaint_id>/<any(answer,judge,add):step>", type="http", auth="public", methods=["POST"], website=True,
        sitemap=False)
    def portal_complaint_step(self, complaint_id, step, access_token=None, answer=None, verdict=None, score=None, text=None, **kw):
        try:
            complaint_sudo = self._get_complaint(complaint_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        steps = {
            "answer": lambda: complaint_sudo._customer_answer(answer),
            "judge": lambda: complaint_sudo._customer_judge(verdict, score, text),
            "add": lambda: complaint_sudo._customer_adds(text),
        }
        try:
            with request.env.cr.savepoint():
                steps[step]()
        except UserError as error:
            request.session[ERROR_KEY] = str(error)
            return request.redirect(complaint_sudo.get_portal_url())
        return request.redirect(complaint_sudo.get_portal_url(query_string=f"&message={step}"))
