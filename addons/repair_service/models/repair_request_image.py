import io

from PIL import Image, ImageOps, UnidentifiedImageError

from odoo import api, models
from odoo.exceptions import ValidationError

from .repair_photo import FORMATS, MAX_PIXELS

UPLOAD_MAX_BYTES = 8_000_000
UPLOAD_MAX_FILES = 4
SIDE = 1920


class RepairPhoto(models.Model):
    _inherit = "repair.photo"

    @api.model
    def _clean_upload(self, content):
        """Return an uploaded picture drawn anew: nothing but its pixels stays, no place where it was taken, no hidden content.

        :param bytes content: the file, whatever its name and type say
        :return: JPEG bytes, at most 1920 pixels wide and high
        :raises ValidationError: no PNG or JPEG picture, or one that is too large
        """
        limits = self.env._(
            "A photo is a PNG or JPEG picture of at most %(size)s MB and %(pixels)s million pixels.",
            size=UPLOAD_MAX_BYTES // 1_000_000, pixels=MAX_PIXELS // 1_000_000)
        if not content or len(content) > UPLOAD_MAX_BYTES:
            raise ValidationError(limits)
        try:
            with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise ValidationError(limits)
                drawn = ImageOps.exif_transpose(picture).convert("RGB")
        except (ValueError, TypeError, SyntaxError, OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
            raise ValidationError(limits) from error
        drawn.thumbnail((SIDE, SIDE))
        stream = io.BytesIO()
        drawn.save(stream, "JPEG", quality=85)
        return stream.getvalue()
