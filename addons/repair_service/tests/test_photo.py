import base64
import io
from datetime import timedelta

from PIL import Image

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged, users

from ..models import repair_photo
from .common import GROUP, RepairServiceCommon


def make_photo(width=40, height=30, kind="JPEG", colour="green"):
    """Return a small picture, base64, as a phone's camera sends one."""
    stream = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(stream, kind)
    return base64.b64encode(stream.getvalue())


class PhotoCommon(RepairServiceCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order()
        cls._book(cls.order)
        cls.image = make_photo()
        cls.user_other = new_test_user(cls.env, "test_other_technician", f"base.group_user,{GROUP}technician")

    @classmethod
    def _take(cls, user=None, order=None, kind="diagnosis", **values):
        return cls.env["repair.photo"].with_user(user or cls.user_technician).create(
            {"repair_id": (order or cls.order).id, "kind": kind, "image": cls.image, **values})


@tagged("post_install", "-at_install")
class TestPhoto(PhotoCommon):

    def _assert_refused(self, words, *attempts, error=UserError):
        for attempt in attempts:
            with self.assertRaisesRegex(error, words), self.cr.savepoint():
                attempt()

    def test_photos_stand_in_the_order_of_the_work_then_of_time(self):
        kinds = ("after", "exclusion", "request", "receipt", "plate", "before", "diagnosis", "request")
        for kind in kinds:
            self._take(kind=kind, name=kind)
        self.order.invalidate_recordset()
        self.assertEqual(self.order.photo_ids.mapped("kind"), [
            "request", "request", "plate", "diagnosis", "exclusion", "before", "after", "receipt"])
        first, second = self.order.photo_ids[:2]
        self.assertLess(first.id, second.id)

    def test_who_took_a_photo_and_when_is_noted_by_itself(self):
        earlier = fields.Datetime.now() - timedelta(days=900)
        photos = self.env["repair.photo"].with_user(self.user_technician)
        photo = photos.with_context(default_taken_by=self.user_desk.id, default_taken_on=earlier).create({
            "repair_id": self.order.id, "image": self.image, "taken_by": self.user_manager.id, "taken_on": earlier})
        self.assertEqual(photo.taken_by, self.user_technician)
        self.assertGreater(photo.taken_on, earlier + timedelta(days=899))
        for values in ({"taken_by": self.user_desk.id}, {"taken_on": earlier}, {"image": make_photo(colour="red")},
                       {"repair_id": self._create_order().id}, {"sequence": 9}, {"image_512": self.image}, {"company_id": 1}):
            with self.assertRaises(UserError):
                photo.write(values)

    def test_large_photos_are_made_smaller(self):
        photo = self._take(image=make_photo(4000, 3000))
        sizes = [Image.open(io.BytesIO(base64.b64decode(photo[name]))).size for name in ("image", "image_512")]
        self.assertEqual(sizes, [(1920, 1440), (512, 384)])

    def test_what_is_no_photo_is_refused_in_words(self):
        script = base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
        cut = base64.b64encode(base64.b64decode(make_photo(kind="PNG"))[:40])
        for image in (False, "", "no base64!", 7, script, cut, base64.b64encode(b"GIF89a"), make_photo(kind="GIF"), make_photo(kind="BMP")):
            with self.assertRaisesRegex(ValidationError, "PNG or JPEG"):
                self._take(image=image)
        with self.assertRaisesRegex(ValidationError, "million pixels"):
            self._take(image=make_photo(10_000, 5_001, "PNG"))
        heavy = base64.b64encode(base64.b64decode(self.image) + b"\0" * repair_photo.MAX_BYTES)
        with self.assertRaisesRegex(ValidationError, "15 MB"):
            self._take(image=heavy)

    def test_fifty_photos_an_order_are_enough(self):
        values = {"repair_id": self.order.id, "image": self.image}
        photos = self.env["repair.photo"].with_user(self.user_desk).create([values] * 50)
        self._assert_refused("more than 50 photos", self._take)
        photos[0].unlink()
        self._take()
        self._take(order=self._create_order(), user=self.user_desk)

    def test_photos_belong_to_service_orders(self):
        plain = self.env["repair.order"].create({"partner_id": self.partner.id})
        with self.assertRaisesRegex(ValidationError, "no appliance"):
            self._take(self.user_manager, order=plain)

    def test_finished_orders_keep_their_photos(self):
        photo = self._take(self.user_desk)
        self.order.action_repair_cancel()
        self._assert_refused("finished", photo.unlink, lambda: photo.write({"name": "x"}), lambda: self._take(self.user_desk))

    def test_evidence_stays_once_the_verdict_is_fixed(self):
        proof, other = self._take(kind="exclusion"), self._take()
        spare = self._take(kind="exclusion")
        spare.unlink()
        self.assertEqual(self.order.exclusion_photo_ids, proof)
        self._to_stage(self.order, "approved")
        self.assertTrue(self.order.coverage_frozen_on)
        self._assert_refused(
            "is fixed", proof.unlink, proof.sudo().unlink, proof.with_user(self.user_manager).unlink,
            lambda: proof.write({"kind": "after"}),
            lambda: other.write({"kind": "exclusion"}), lambda: self._take(kind="exclusion"),
            lambda: self.order.write({"photo_ids": [Command.delete(proof.id)]}))
        other.unlink()

    def test_a_deleted_request_takes_its_photos_along(self):
        order = self._create_order()
        photo = self._take(self.user_desk, order=order)
        self.env.flush_all()
        domain = [("res_model", "=", "repair.photo"), ("res_id", "=", photo.id), ("res_field", "!=", False)]
        self.assertEqual(self.env["ir.attachment"].search_count(domain), 2)
        order.with_user(self.user_desk).unlink()
        self.assertFalse(photo.exists())
        self.assertFalse(self.env["ir.attachment"].search_count(domain))

    def test_an_order_that_is_kept_keeps_its_photos(self):
        photo = self._take()
        with self.assertRaises(UserError), self.cr.savepoint():
            self.order.with_user(self.user_manager).unlink()
        self.assertTrue(photo.exists())

    def test_copied_orders_start_without_photos(self):
        self._take()
        self.assertFalse(self.order.copy().photo_ids)

    @users("test_desk", "test_dispatcher", "test_technician", "test_inspector", "test_manager")
    def test_who_works_on_orders_takes_photos_and_deletes_his_own(self):
        photo = self._take(self.env.user)
        photo.write({"kind": "before", "name": "Door seal"})
        self.assertEqual((photo.taken_by, photo.display_name), (self.env.user, "Door seal"))
        photo.unlink()

    @users("test_desk", "test_technician", "test_inspector")
    def test_photos_of_others_stay(self):
        photo = self._take(self.user_manager).with_user(self.env.user)
        self._assert_refused("Only who took", photo.unlink, lambda: photo.write({"kind": "after"}), error=AccessError)

    @users("test_manager")
    def test_manager_deletes_photos_of_others(self):
        photo = self._take().with_user(self.env.user)
        photo.write({"name": "x"})
        photo.unlink()
        self.assertFalse(photo.exists())

    @users("test_accountant")
    def test_accountant_reads_only(self):
        photo = self._take().with_user(self.env.user)
        self.assertTrue(photo.image_512)
        for attempt in (photo.unlink, lambda: photo.write({"kind": "after"}), lambda: self._take(self.env.user)):
            with self.assertRaises(AccessError):
                attempt()

    @users("test_other_technician", "test_portal")
    def test_others_see_no_photo(self):
        photo = self._take().with_user(self.env.user)
        self.env.invalidate_all()
        for attempt in (lambda: photo.read(["kind"]), photo.unlink, lambda: self._take(self.env.user)):
            with self.assertRaises(AccessError):
                attempt()


@tagged("post_install", "-at_install")
class TestPhotoPages(PhotoCommon, HttpCase):
    """The customer's page shows before and after; the pictures stream to whoever holds the link."""

    def _get(self, photo, token):
        return self.url_open(f"/my/repairs/{photo.repair_id.id}/photos/{photo.id}?access_token={token}")

    def test_customer_sees_request_before_and_after_only(self):
        photos = {kind: self._take(kind=kind) for kind, _label in repair_photo.KINDS}
        token = self.order.sudo()._portal_ensure_token()
        page = self.url_open(f"/my/repairs/{self.order.id}?access_token={token}").text
        shown = {kind for kind, photo in photos.items() if f"/photos/{photo.id}?" in page}
        self.assertEqual(shown, {"request", "before", "after"})
        for kind, photo in photos.items():
            answer = self._get(photo, token)
            self.assertEqual(answer.status_code, 200 if kind in shown else 404)
            if kind in shown:
                self.assertEqual(answer.headers["Content-Type"], "image/jpeg")
                self.assertNotIn("public", answer.headers.get("Cache-Control", ""))

    def test_photos_open_with_the_orders_own_link_only(self):
        photo, other = self._take(kind="after"), self._create_order()
        token, strange = self.order.sudo()._portal_ensure_token(), other.sudo()._portal_ensure_token()
        self.assertEqual(self._get(photo, token).status_code, 200)
        for wrong in ("", "x", strange):
            self.assertEqual(self._get(photo, wrong).status_code, 404)
        for order, number in ((other.id, photo.id), (self.order.id, 2**40), (2**40, photo.id)):
            self.assertEqual(self.url_open(f"/my/repairs/{order}/photos/{number}?access_token={strange}").status_code, 404)
        self.assertNotEqual(self.url_open(f"/web/image/repair.photo/{photo.id}/image").headers["Content-Type"], "image/jpeg")

    def test_page_without_photos_has_no_empty_section(self):
        token = self.order.sudo()._portal_ensure_token()
        self.assertNotIn("repair_photos", self.url_open(f"/my/repairs/{self.order.id}?access_token={token}").text)
