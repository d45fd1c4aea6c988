import json

from odoo import fields, http
from odoo.exceptions import ValidationError
from odoo.http import request
from odoo.tools import email_normalize

from ..engine import phone, texts
from ..models.repair_request_image import UPLOAD_MAX_BYTES, UPLOAD_MAX_FILES
from ..models.res_partner_phone import SAME_PHONE_MIN
from .public_face import get_companies, get_company, keep_private, read_texts

# Longest texts of the form, in characters.
LIMITS = {
    "model_name": 100, "serial_number": 100, "fault": 2000, "contact_name": 80, "phone": 30, "email": 120, "street": 200, "city": 80,
    "zip": 12,
}
APPLIANCE_FIELDS = ("category_id", "brand_id", "model_name", "serial_number", "fault", "city", "zip")
CONTACT_FIELDS = ("contact_name", "phone", "email", "street")
# A field that people do not see and machines fill in.
TRAP = "homepage"
# Nobody ticks more boxes than there are.
CHOICES_MAX = 50
CONTENT_MAX = UPLOAD_MAX_BYTES * UPLOAD_MAX_FILES + 1_000_000


class PublicRequest(http.Controller):
    """A request without a login (handbook 1.3.1, 3.1.2): two pages, which need no script."""

    def _get_company(self):
        """The company that is asked; see `get_company`."""
        return get_company(request.params.get("company"))

    def _get_env(self, company):
        return company.with_company(company).env

    def _render(self, template, company, **values):
        response = request.render(
            template,
            {
                "company": company,
                "res_company": company,
                "html_data": {"lang": request.env.lang.replace("_", "-")},
                "values": {},
                "companies": get_companies(),
                "errors": {},
                "notice_in_force": self._get_env(company)["repair.consent.notice"]._get_in_force(company),
                **values,
            },
        )
        return keep_private(response) if values.get("is_private") else response

    @http.route(
        "/repair/request", type="http", auth="public", methods=["GET", "POST"], website=True, sitemap=True, max_content_length=CONTENT_MAX)
    def repair_request(self, step="appliance", **post):
        company = self._get_company()
        if not company:
            return request.not_found()
        if request.httprequest.method == "GET":
            return self._show_appliance(company, {})
        values = self._read_texts(post)
        errors = self._check_appliance(company, values)
        if errors or step not in ("times", "send"):
            return self._show_appliance(company, values, errors if step in ("times", "send") else {})
        if step == "times":
            return self._show_contact(company, values)
        return self._send(company, values, post)

    def _read_texts(self, post):
        form = request.httprequest.form
        chosen = {name: [texts.clean(text) for text in form.getlist(name)[:CHOICES_MAX]] for name in ("start", "consent")}
        return {**read_texts(post, (*APPLIANCE_FIELDS, *CONTACT_FIELDS)), "starts": chosen["start"], "consents": chosen["consent"]}

    def _show_appliance(self, company, values, errors=None):
        env = self._get_env(company)
        return self._render(
            "repair_service.request_appliance", company, values=values, errors=errors or {}, limits=LIMITS,
            families=env["repair.appliance.category"].search([]), brands=env["repair.brand"].search([]))

    def _show_contact(self, company, values, errors=None):
        env = self._get_env(company)
        offers = []
        if self._take(env, "search", request.httprequest.remote_addr, company.repair_request_searches, 1):
            family = env["repair.appliance.category"].browse(int(values["category_id"]))
            offers = env["repair.order"]._get_public_offers(company, family, {name: values[name] for name in ("zip", "city", "street")})
        return self._render(
            "repair_service.request_contact", company, values=values, errors=errors or {}, limits=LIMITS, offers=offers,
            appliance_fields=APPLIANCE_FIELDS, purposes=env["repair.consent.purpose"].search([]),
            files_max=UPLOAD_MAX_FILES - 1, size_max=UPLOAD_MAX_BYTES // 1_000_000, trap=TRAP)

    def _take(self, env, kind, who, limit, hours):
        return env["repair.request.count"]._take(kind, who or "", limit, hours)

    def _check_texts(self, values, names):
        return {
            name: request.env._("At most %(limit)s characters, please.", limit=LIMITS[name])
            for name in names if name in LIMITS and len(values[name]) > LIMITS[name]}

    def _check_appliance(self, company, values):
        env, errors = self._get_env(company), self._check_texts(values, APPLIANCE_FIELDS)
        for name, model in (("category_id", "repair.appliance.category"), ("brand_id", "repair.brand")):
            text = values[name]
            known = text.isascii() and text.isdigit() and len(text) < 10 and env[model].search_count([("id", "=", int(text))], limit=1)
            if text and not known:
                values[name] = ""
                errors[name] = request.env._("Choose one from the list, please.")
        if not values["category_id"] and "category_id" not in errors:
            errors["category_id"] = request.env._("Say which kind of appliance it is, please.")
        if not values["fault"]:
            errors["fault"] = request.env._("Tell us what is wrong with the appliance, please.")
        return errors

    def _check_contact(self, company, values):
        errors = self._check_texts(values, CONTACT_FIELDS)
        digits = phone.read_number(values["phone"], str(company.country_id.phone_code or ""))
        if not values["contact_name"]:
            errors["contact_name"] = request.env._("Write your name, please.")
        if not SAME_PHONE_MIN <= len(digits) <= 15:
            errors["phone"] = request.env._("Write a telephone number under which we reach you, please.")
        if values["email"] and not email_normalize(values["email"]):
            errors["email"] = request.env._("This is not an e-mail address. Correct it, or leave it empty.")
        required = self._get_env(company)["repair.consent.purpose"].search([("is_required", "=", True)])
        if not set(required.mapped("code")) <= set(values["consents"]):
            errors["consent"] = request.env._("We need your consent to use these data for the repair.")
        return errors, digits

    def _read_photos(self, company):
        """Return the uploaded pictures, drawn anew, and what is wrong with them by field."""
        photos, errors, files = [], {}, request.httprequest.files
        uploads = [("plate", "plate", upload) for upload in files.getlist("plate")[:1]]
        uploads += [("request", "photos", upload) for upload in files.getlist("photos")]
        uploads = [entry for entry in uploads if entry[2].filename]
        if len(uploads) > UPLOAD_MAX_FILES:
            errors["photos"] = request.env._("At most %(count)s photos, please.", count=UPLOAD_MAX_FILES - 1)
            uploads = []
        for kind, field, upload in uploads:
            try:
                photos.append((kind, self._get_env(company)["repair.photo"]._clean_upload(upload.read(UPLOAD_MAX_BYTES + 1))))
            except ValidationError as error:
                errors[field] = str(error)
        return photos, errors

    def _send(self, company, values, post):
        env = self._get_env(company)
        if (post.get(TRAP) or "").strip():
            return self._render("repair_service.request_thanks", company)
        errors, digits = self._check_contact(company, values)
        photos, photo_errors = self._read_photos(company) if not errors else ([], {})
        errors.update(photo_errors)
        if errors:
            return self._show_contact(company, values, errors)
        claim, is_new = self._claim(env, company, values, digits)
        if is_new:
            if not self._may_send(env, company, digits):
                claim.unlink()
                return self._show_contact(company, values, {"form": company._get_limit_words()})
            claim.enquiry_id = self._make_request(env, company, values, photos)
        return request.redirect(f"/repair/request/{claim.enquiry_id.request_token}?sent=1", code=303)

    def _claim(self, env, company, values, digits):
        """The same request of the same sender on the same day is one, however often it is sent."""
        told = [digits, company.id, *(values[name].casefold() for name in (*APPLIANCE_FIELDS, *CONTACT_FIELDS) if name != "phone")]
        day = env["repair.order"]._local_date(fields.Datetime.now(), company)
        key = env["repair.request.count"]._get_fingerprint(json.dumps([*told, str(day)]))
        return env["repair.request.key"]._claim("web", key)

    def _may_send(self, env, company, digits):
        # Counted both, so that the one never tells anything of the other; a number is counted whether anybody has it or not.
        by_address = self._take(env, "send", request.httprequest.remote_addr, company.repair_request_per_address, 1)
        by_phone = self._take(env, "phone", digits, company.repair_request_per_phone, 24)
        return by_address and by_phone

    def _make_request(self, env, company, values, photos):
        preferred_start, wished_windows = env["repair.order"]._read_public_wish(company, values["starts"])
        enquiry = env["repair.enquiry"]._take_request({
            "company_id": company.id, "contact_name": values["contact_name"], "phone": values["phone"], "email": values["email"] or False,
            "category_id": int(values["category_id"]), "brand_id": int(values["brand_id"] or 0) or False,
            "model_name": values["model_name"] or False, "serial_number": values["serial_number"] or False, "question": values["fault"],
            "street": values["street"] or False, "city": values["city"] or False, "zip": values["zip"] or False,
            "preferred_start": preferred_start, "wished_windows": wished_windows or False,
        }, photos, values["consents"])
        enquiry._send_receipt()
        return enquiry

    @http.route("/repair/request/<string:token>", type="http", auth="public", methods=["GET"], website=True, sitemap=False)
    def repair_request_status(self, token, sent=None, **kw):
        enquiry_sudo = self._find(token)
        if not enquiry_sudo:
            return request.not_found()
        company = enquiry_sudo.company_id
        return self._render(
            "repair_service.request_status", company, enquiry=enquiry_sudo, sent=sent == "1", saved=kw.get("saved") == "1", is_private=True,
            link=enquiry_sudo._get_request_url(), tz=enquiry_sudo.env["repair.order"]._get_company_timezone(company).zone,
            purposes=enquiry_sudo.env["repair.consent.purpose"].search([("is_required", "=", False)]),
            given=enquiry_sudo.consent_ids.filtered("is_valid").purpose_id)

    @http.route("/repair/request/<string:token>/consent", type="http", auth="public", methods=["POST"], website=True, sitemap=False)
    def repair_request_consent(self, token, **kw):
        enquiry_sudo = self._find(token)
        if not enquiry_sudo:
            return request.not_found()
        wanted = {texts.clean(code) for code in request.httprequest.form.getlist("consent")[:CHOICES_MAX]}
        enquiry_sudo._set_consents(wanted)
        return request.redirect(f"/repair/request/{token}?saved=1", code=303)

    def _find(self, token):
        enquiry_sudo = request.env["repair.enquiry"]._find_by_token(token)
        return enquiry_sudo.with_company(enquiry_sudo.company_id) if enquiry_sudo else enquiry_sudo

    @http.route("/repair/privacy", type="http", auth="public", methods=["GET"], website=True, sitemap=True)
    def repair_privacy(self, **kw):
        company = self._get_company()
        notice = company and self._get_env(company)["repair.consent.notice"]._get_in_force(company)
        if not notice:
            return request.not_found()
        return self._render("repair_service.privacy_notice", company, notice=notice)
