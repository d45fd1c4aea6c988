import base64
import binascii
import io

from PIL import Image, UnidentifiedImageError

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .repair_flow import FLOW
from .repair_order import FINISHED_STAGES

# In the order in which they are taken and shown.
KINDS = [
    ("request", "Fault as reported"), ("plate", "Rating plate"), ("diagnosis", "Diagnosis"), ("exclusion", "Evidence of exclusion"),
    ("before", "Before the repair"), ("after", "After the repair"), ("receipt", "Receipt"),
]
# The customer sees his appliance as he handed it over and as he got it back, nothing of what we note for ourselves.
CUSTOMER_KINDS = ("request", "before", "after")
FORMATS = ("PNG", "JPEG")
MAX_BYTES = 15_000_000
MAX_PIXELS = 50_000_000  # where Odoo itself refuses to make a picture smaller
MAX_PER_ORDER = 50
EDITABLE_FIELDS = {"kind", "name"}


class RepairPhoto(models.Model):
    _name = "repair.photo"
    _description = "Photo of a service order"
    _inherit = ["repair.input"]
    _flow_fields = frozenset({"taken_by", "taken_on"})
    _order = "sequence, taken_on, id"

    repair_id = fields.Many2one("repair.order", "Service order", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="repair_id.company_id", store=True, index=True, precompute=True)
    kind = fields.Selection(KINDS, required=True, default="diagnosis")
    sequence = fields.Integer(compute="_compute_sequence", store=True, precompute=True)
    name = fields.Char("Caption")
    image = fields.Image("Photo", required=True, max_width=1920, max_height=1920)
    image_512 = fields.Image("Small photo", related="image", max_width=512, max_height=512, store=True)
    taken_by = fields.Many2one(
        "res.users", "Taken by", readonly=True, required=True, default=lambda self: self.env.user, ondelete="restrict")
    taken_on = fields.Datetime("Taken on", readonly=True, required=True, default=fields.Datetime.now)

    @api.depends("kind")
    def _compute_sequence(self):
        places = {kind: place for place, (kind, _label) in enumerate(KINDS)}
        for photo in self:
            photo.sequence = places.get(photo.kind, len(places))

    @api.depends("kind", "name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for photo in self:
            photo.display_name = photo.name or labels.get(photo.kind, "")

    @api.model_create_multi
    def create(self, vals_list):
        """Add photos to open service orders; who took them and when is noted by itself.

        :raises UserError: the order is closed, holds 50 photos already, or its verdict is fixed and the photo would be evidence
        :raises ValidationError: no picture, too large a picture, or an order without an appliance
        """
        if self.env.context.get("repair_flow") is not FLOW:
            for vals in vals_list:
                for name in self._flow_fields:
                    vals.pop(name, None)
        for vals in vals_list:
            self._check_image(vals.get("image"))
        photos = super().create(vals_list)
        photos.repair_id.check_access("read")
        photos._check_order_open()
        photos._check_evidence_open()
        photos._check_number()
        return photos

    def write(self, vals):
        """Correct kind or caption, while the order is open; a picture stays what it is.

        :raises AccessError: somebody else's photo
        :raises UserError: another picture, another order, a closed order, or evidence of a verdict that is fixed
        """
        if self.env.context.get("repair_flow") is not FLOW:
            if vals.keys() - EDITABLE_FIELDS:
                raise UserError(self.env._("A photo stays what it is: change its kind and caption only, or take another one."))
            self._check_changeable()
            if vals.get("kind") == "exclusion":
                self.repair_id._check_verdict_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_open(self):
        self._check_changeable()

    def _check_changeable(self):
        """Raise unless the user may change or delete these photos: his own ones, or any for a service manager."""
        if self.env.context.get("repair_flow") is FLOW:
            return
        self._check_order_open()
        self._check_evidence_open()
        if self.env.su or self.env.user.has_group("repair_service.repair_service_group_manager"):
            return
        if any(photo.taken_by != self.env.user for photo in self):
            raise AccessError(self.env._("Only who took a photo, or a service manager, changes or deletes it."))

    def _check_order_open(self):
        for order in self.repair_id:
            if not order.appliance_id:
                raise ValidationError(self.env._("%(order)s has no appliance: photos belong to service orders.", order=order.name))
            if order.service_stage in FINISHED_STAGES:
                raise UserError(self.env._("%(order)s is finished: its photos stay as they are.", order=order.name))

    def _check_evidence_open(self):
        """Raise when evidence of an exclusion would change after the verdict that rests on it was fixed (handbook 6.2.3)."""
        self.filtered(lambda photo: photo.kind == "exclusion").repair_id._check_verdict_open()

    def _check_number(self):
        counts = self.env["repair.photo"]._read_group(
            [("repair_id", "in", self.repair_id.ids)], ["repair_id"], ["__count"], having=[("__count", ">", MAX_PER_ORDER)])
        for order, _count in counts:
            raise UserError(self.env._(
                "%(order)s would hold more than %(limit)s photos: delete some that nobody needs first.",
                order=order.name, limit=MAX_PER_ORDER))

    @api.model
    def _check_image(self, image):
        """Refuse what is no photo.

        :param image: base64 text or bytes, as image fields take it
        :raises ValidationError: nothing, not base64, no PNG or JPEG picture, above 15 MB or 50 million pixels
        """
        limits = self.env._(
            "A photo is a PNG or JPEG picture of at most %(size)s MB and %(pixels)s million pixels.",
            size=MAX_BYTES // 1_000_000, pixels=MAX_PIXELS // 1_000_000)
        if not image or not isinstance(image, (str, bytes)) or len(image) > MAX_BYTES * 4 // 3 + 4:
            raise ValidationError(limits)
        try:
            with Image.open(io.BytesIO(base64.b64decode(image, validate=True)), formats=FORMATS) as picture:
                width, height = picture.size
                picture.verify()
        except (binascii.Error, ValueError, TypeError, SyntaxError, OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
            raise ValidationError(limits) from error
        if width * height > MAX_PIXELS:
            raise ValidationError(limits)
