import base64
import io
import re
from datetime import timedelta
from unittest.mock import patch

from lxml import html
from PIL import Image

from odoo import fields, http
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from .common import RepairServiceCommon


def make_jpeg(size=(80, 60), exif=None):
    stream = io.BytesIO()
    picture = Image.new("RGB", size, "red")
    picture.save(stream, "JPEG", **({"exif": exif} if exif else {}))
    return stream.getvalue()


@tagged("post_install", "-at_install")
class TestPublicRequest(RepairServiceCommon, HttpCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"country_id": cls.env.ref("base.cn").id, "repair_request_per_address": 100, "repair_request_per_phone": 50})
        cls.env["repair.request.count"].search([]).unlink()

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)

    def _get_values(self, **values):
        return {
            "csrf_token": http.Request.csrf_token(self), "category_id": str(self.category.id), "brand_id": str(self.brand.id),
            "model_name": "BCD-300", "serial_number": "SN 77-1", "fault": "Does not cool any more", "city": "Pudong", "zip": "200120",
            "contact_name": "Li Na", "phone": "139 1111 2222", "email": "", "street": "Lane 1", "consent": ["service"], **values}

    def _post(self, step="send", files=None, **values):
        return self.url_open("/repair/request", data=self._get_values(step=step, **values), files=files)

    def _get_last(self):
        return self.env["repair.enquiry"].search([("is_request", "=", True)], order="id desc", limit=1)

    def _count(self):
        return self.env["repair.enquiry"].search_count([])

    def _parse(self, response):
        return html.fromstring(response.text)

    # The way through

    def test_the_first_page_needs_no_login_and_labels_every_field(self):
        page = self._parse(self.url_open("/repair/request"))
        form = page.xpath("//form[@id='request_appliance_form']")[0]
        for field in form.xpath(".//input[not(@type='hidden')]|.//select|.//textarea"):
            self.assertTrue(page.xpath(f"//label[@for='{field.get('id')}']"), field.get("name"))

    def test_the_second_page_offers_the_windows_of_the_slot_search_and_no_names(self):
        response = self._post("times")
        page = self._parse(response)
        starts = page.xpath("//input[@name='start']/@value")
        offers = self.env["repair.order"]._get_public_offers(self.company, self.category, {"zip": "200120", "city": "Pudong", "street": ""})
        self.assertTrue(offers)
        self.assertEqual(starts, [start for start, _words in offers])
        self.assertNotIn(self.employee_technician.name, response.text)
        for field in page.xpath("//form[@id='request_contact_form']//input[not(@type='hidden')]"):
            self.assertTrue(page.xpath(f"//label[@for='{field.get('id')}']"), field.get("name"))

    def test_a_day_that_is_taken_is_not_offered(self):
        first = fields.Datetime.to_datetime(self.env["repair.order"]._get_public_offers(self.company, self.category, {})[0][0])
        self._book(self._create_order(), start=first)
        later = self.env["repair.order"]._get_public_offers(self.company, self.category, {})
        self.assertNotIn(fields.Datetime.to_string(first), [start for start, _words in later])

    def test_a_request_keeps_wish_consent_and_notice(self):
        notice = self.env["repair.consent.notice"].create({"name": "Notice", "body": "<p>What we do with your data.</p>"})
        self.env["repair.consent.notice"].search([("state", "=", "published")]).filtered(
            lambda other: other.company_id == self.company)._write({"state": "replaced"})
        notice.action_publish()
        offers = self.env["repair.order"]._get_public_offers(
            self.company, self.category, {"zip": "200120", "city": "Pudong", "street": "Lane 1"}
        )
        response = self._post(start=[offers[0][0], offers[1][0]], consent=["service", "brand"])
        enquiry = self._get_last()
        self.assertIn(enquiry.name, response.text)
        self.assertIn(f"/repair/request/{enquiry.sudo().request_token}", response.url)
        self.assertEqual((enquiry.outcome, enquiry.channel, enquiry.contact_name, enquiry.model_name, enquiry.serial_number),
                         ("open", "web", "Li Na", "BCD-300", "SN 77-1"))
        self.assertFalse(enquiry.partner_id or enquiry.repair_id or enquiry.user_id)
        self.assertEqual(fields.Datetime.to_string(enquiry.preferred_start), offers[0][0])
        self.assertEqual(enquiry.wished_windows.count(","), f"{offers[0][1]}, {offers[1][1]}".count(","))
        self.assertEqual(sorted(enquiry.consent_ids.purpose_id.mapped("code")), ["brand", "service"])
        self.assertEqual(enquiry.consent_ids.notice_id, notice)

    def test_one_click_makes_the_order_with_wish_serial_photo_and_consent(self):
        start = fields.Datetime.to_string(fields.Datetime.now().replace(minute=0, second=0) + timedelta(days=3))
        self._post(
            start=[start], files=[("plate", ("plate.jpg", make_jpeg(), "image/jpeg")), ("photos", ("a.jpg", make_jpeg(), "image/jpeg"))]
        )
        enquiry = self._get_last()
        self.assertEqual(enquiry.image_count, 2)
        order = self.env["repair.order"].browse(enquiry.with_user(self.user_desk).action_new_request()["res_id"])
        self.assertEqual((order.channel, order.service_stage, order.appliance_id.serial_number), ("web", "requested", "SN77-1"))
        self.assertEqual(fields.Datetime.to_string(order.preferred_start), start)
        self.assertEqual(order.wished_windows, enquiry.wished_windows)
        self.assertEqual(sorted(order.photo_ids.mapped("kind")), ["plate", "request"])
        self.assertEqual((order.partner_id.name, order.partner_id.street), ("Li Na", "Lane 1"))
        self.assertEqual(enquiry.consent_ids.partner_id, order.partner_id)
        self.assertIn("service", order.partner_id.consent_ids.purpose_id.mapped("code"))
        self.assertEqual(order.partner_id._has_consent("service"), True)
        self.assertEqual(order.partner_id._has_consent("marketing"), False)

    def test_the_confirmed_request_sends_the_orders_link_to_the_number_and_not_to_the_page(self):
        self._post()
        enquiry = self._get_last()
        order = self.env["repair.order"].browse(enquiry.with_user(self.user_desk).action_new_request()["res_id"])
        bodies = self.env["sms.sms"].search([("number", "like", "1111")]).mapped("body")
        self.assertTrue(any(order.sudo()._get_short_url() in body for body in bodies), bodies)
        page = self.url_open(f"/repair/request/{enquiry.sudo().request_token}").text
        self.assertIn(order.name, page)
        self.assertNotIn(order.sudo().access_token, page)
        self.assertNotIn("/rs/", page)

    def test_the_receipt_goes_to_what_was_given(self):
        self._post(email="li@example.org")
        enquiry = self._get_last()
        sms = self.env["sms.sms"].search([("body", "like", enquiry.name)])
        self.assertEqual(len(sms), 1)
        self.assertIn(enquiry.sudo().request_token, sms.body)
        mail = self.env["mail.mail"].sudo().search([("email_to", "like", "li@example.org")])
        self.assertEqual(len(mail), 1)
        self.assertIn("auto-replied", mail.headers)

    # Nobody learns who is known

    def test_a_known_and_a_new_number_get_the_same_answer(self):
        known = self._post(phone=self.partner.phone, contact_name="Wang Fang")
        first = self._get_last()
        new = self._post(phone="139 9999 0000", contact_name="Wang Fang")
        second = self._get_last()

        def strip(response, enquiry):
            return re.sub(
                r"csrf_token[^>]*>|\d{2}:\d{2}", "", response.text.replace(enquiry.sudo().request_token, "T").replace(enquiry.name, "N")
            )

        strip_ids = re.compile(r'"?csrf_token"?:\s*"[^"]*"|unique=\w+|nonce="[^"]*"')
        self.assertEqual(strip_ids.sub("", strip(known, first)), strip_ids.sub("", strip(new, second)))
        self.assertFalse(first.partner_id)
        self.assertNotIn(self.partner.email, known.text)

    def test_a_number_with_another_name_is_for_the_desk_to_decide(self):
        self._post(phone=self.partner.phone, contact_name="Zhao Liu")
        enquiry = self._get_last()
        with self.assertRaisesRegex(UserError, "Zhao Liu"):
            enquiry.with_user(self.user_desk).action_new_request()
        enquiry.with_user(self.user_desk).partner_id = self.partner
        order = self.env["repair.order"].browse(enquiry.with_user(self.user_desk).action_new_request()["res_id"])
        self.assertEqual(order.partner_id, self.partner)
        self.assertFalse(self.partner.street, "what a stranger typed never changes a registered customer")

    def test_the_same_name_is_attached(self):
        for name in ("wang fang", "Ms. Wang Fang", "Wang"):
            with self.subTest(name):
                self._post(phone=self.partner.phone, contact_name=name)
                order = self.env["repair.order"].browse(self._get_last().with_user(self.user_desk).action_new_request()["res_id"])
                self.assertEqual(order.partner_id, self.partner)

    # Abuse

    def test_sending_twice_makes_one_request(self):
        before = self._count()
        first, second = self._post(), self._post()
        self.assertEqual(self._count(), before + 1)
        self.assertEqual(first.url, second.url)
        self._post(fault="Something else is broken")
        self.assertEqual(self._count(), before + 2)

    def test_what_fills_the_trap_is_thanked_and_dropped(self):
        before = self._count()
        response = self._post(homepage="http://spam.example.com")
        self.assertEqual((response.status_code, self._count()), (200, before))

    def test_one_address_sends_so_many_an_hour(self):
        self.company.repair_request_per_address = 2
        before = self._count()
        for number in range(4):
            self._post(phone=f"139 1111 000{number}")
        self.assertEqual(self._count(), before + 2)

    def test_one_number_is_used_so_many_times_a_day_known_or_not(self):
        self.company.repair_request_per_phone = 2
        for phone in (self.partner.phone, "139 7777 6666"):
            before = self._count()
            answers = [self._post(phone=phone, fault=f"Fault {number}") for number in range(3)]
            self.assertEqual(self._count(), before + 2)
            self.assertIn("request_contact_form", answers[2].text)

    def test_another_spelling_of_a_number_counts_for_the_same(self):
        self.company.repair_request_per_phone = 1
        before = self._count()
        for phone in ("139 7777 6666", "+86 139-7777-6666", "008613977776666"):
            self._post(phone=phone, fault=phone)
        self.assertEqual(self._count(), before + 1)

    def test_searches_for_times_are_bounded(self):
        self.company.repair_request_searches = 1
        self.assertTrue(self._parse(self._post("times")).xpath("//input[@name='start']"))
        self.assertFalse(self._parse(self._post("times")).xpath("//input[@name='start']"))

    def test_without_a_token_of_the_form_nothing_is_taken(self):
        before = self._count()
        self.assertEqual(self._post(csrf_token="wrong").status_code, 400)
        self.assertEqual(self._count(), before)

    def test_a_closed_door_is_not_there(self):
        self.env["res.company"].search([]).repair_web_request = False
        self.assertEqual(self.url_open("/repair/request").status_code, 404)
        before = self._count()
        self._post()
        self.assertEqual(self._count(), before)

    def test_files_that_are_no_pictures_are_refused_whatever_they_are_called(self):
        before = self._count()
        for name, content, mimetype in (
            ("a.jpg", b"MZ\x90\x00 no picture", "image/jpeg"), ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
            ("a.jpg", b"%PDF-1.4", "image/jpeg"), ("a.gif", base64.b64decode("R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs="), "image/gif"),
        ):
            with self.subTest(name=name, content=content[:4]):
                response = self._post(files=[("photos", (name, content, mimetype))])
                self.assertIn("request_photos_error", response.text)
        self.assertEqual(self._count(), before)

    def test_more_files_than_allowed_are_refused(self):
        before = self._count()
        response = self._post(files=[("photos", (f"{number}.jpg", make_jpeg(), "image/jpeg")) for number in range(6)])
        self.assertIn("request_photos_error", response.text)
        self.assertEqual(self._count(), before)

    def test_too_large_a_file_is_refused(self):
        with patch("odoo.addons.repair_service.models.repair_request_image.UPLOAD_MAX_BYTES", 100):
            self.assertIn("request_plate_error", self._post(files=[("plate", ("p.jpg", make_jpeg(), "image/jpeg"))]).text)

    def test_a_picture_loses_the_place_where_it_was_taken(self):
        exif = Image.Exif()
        exif[0x8825] = {1: "N", 2: (31.0, 13.0, 49.0)}
        exif[0x010F] = "SecretMaker"
        content = make_jpeg(exif=exif.tobytes())
        self.assertIn(b"SecretMaker", content)
        cleaned = self.env["repair.photo"]._clean_upload(content)
        self.assertNotIn(b"SecretMaker", cleaned)
        self.assertFalse(Image.open(io.BytesIO(cleaned)).getexif())

    def test_what_is_missing_or_wrong_is_said_at_the_field_and_kept(self):
        before = self._count()
        for values, field in (
            ({"contact_name": " "}, "contact_name"),
            ({"phone": "abc"}, "phone"),
            ({"phone": "110"}, "phone"),
            ({"phone": "1" * 20}, "phone"),
            ({"email": "nobody"}, "email"),
            ({"consent": []}, "consent"),
            ({"consent": ["marketing"]}, "consent"),
            ({"contact_name": "x" * 81}, "contact_name"),
        ):
            with self.subTest(values):
                page = self._parse(self._post(**values))
                self.assertTrue(page.xpath(f"//*[@id='repair_errors']//a[@href='#request_{field}']"))
                self.assertTrue(page.xpath(f"//*[@id='request_{field}']"), "the summary's link leads somewhere")
                self.assertEqual(page.xpath("//input[@name='fault']/@value"), ["Does not cool any more"])
        for values, field in (
            ({"category_id": ""}, "category_id"),
            ({"category_id": "99999999999"}, "category_id"),
            ({"category_id": "1 or 1=1"}, "category_id"),
            ({"brand_id": "-1"}, "brand_id"),
            ({"fault": ""}, "fault"),
            ({"fault": "x" * 2001}, "fault"),
        ):
            with self.subTest(values):
                page = self._parse(self._post("times", **values))
                self.assertTrue(page.xpath(f"//*[@id='repair_errors']//a[@href='#request_{field}']"))
        self.assertEqual(self._count(), before)

    def test_markup_is_shown_as_text(self):
        response = self._post(fault="<script>alert(1)</script>", contact_name="<b>x</b>")
        self.assertNotIn("<script>alert(1)", response.text)
        self.assertIn("&lt;script&gt;", response.text)

    def test_forged_wishes_are_left_out(self):
        self._post(start=["9999-01-01 00:00:00", "nonsense", "2001-01-01 08:00:00"])
        self.assertFalse(self._get_last().wished_windows or self._get_last().preferred_start)

    # The request's own link

    def test_a_wrong_revoked_or_old_link_shows_nothing(self):
        self._post()
        enquiry = self._get_last()
        token = enquiry.sudo().request_token
        self.assertEqual(self.url_open(f"/repair/request/{token}").status_code, 200)
        for wrong in ("x", "a" * 32, token[:-1]):
            self.assertEqual(self.url_open(f"/repair/request/{wrong}").status_code, 404)
        enquiry.with_user(self.user_desk).action_new_link()
        self.assertEqual(self.url_open(f"/repair/request/{token}").status_code, 404)
        token = enquiry.sudo().request_token
        enquiry.date = fields.Datetime.now() - timedelta(days=self.company.repair_link_days + 1)
        self.assertEqual(self.url_open(f"/repair/request/{token}").status_code, 404)

    def test_a_consent_is_withdrawn_with_one_click(self):
        self._post(consent=["service", "marketing"])
        enquiry = self._get_last()
        url = f"/repair/request/{enquiry.sudo().request_token}/consent"
        self.url_open(url, data={"csrf_token": http.Request.csrf_token(self), "consent": ["brand"]})
        enquiry.invalidate_recordset()
        self.assertEqual(sorted(enquiry.consent_ids.filtered("is_valid").purpose_id.mapped("code")), ["brand", "service"])
        self.assertTrue(enquiry.consent_ids.filtered(lambda consent: consent.purpose_id.code == "marketing").withdrawn_on)

    def test_the_token_is_closed_to_every_role(self):
        self._post()
        enquiry = self._get_last()
        for user in (self.user_desk, self.user_inspector, self.user_manager, self.user_accountant):
            with self.subTest(user.login), self.assertRaises(AccessError):
                enquiry.with_user(user).read(["request_token"])
        with self.assertRaises(UserError):
            enquiry.with_user(self.user_desk).write({"is_request": False})
