import base64
import io
from datetime import timedelta

from PIL import Image, ImageDraw, ImageFont

from odoo import api, models

from ..models.repair_flow import FLOW

# Technicians photograph the plate before they diagnose; the customers of the newest requests sent theirs along.
PHOTOGRAPHED_STAGES = {"diagnosed": "plate", "repairing": "plate", "booked": "request"}
SCALE = 4


class RepairServiceDemo(models.AbstractModel):
    """Photos of the orders under way: the rating plates of the appliances."""

    _inherit = "repair.service.demo"

    @api.model
    def _load_photos(self):
        """Make one photo for some of the orders under way."""
        if self._find("demo_photo_001"):
            return
        demo = self._enter()
        orders = demo._get_numbered("demo_order", "repair.order").filtered(lambda order: order.service_stage in PHOTOGRAPHED_STAGES)
        demo._give_ids("demo_photo", demo.env["repair.photo"].with_context(repair_flow=FLOW).create([
            {
                "repair_id": order.id,
                "kind": PHOTOGRAPHED_STAGES[order.service_stage],
                "name": "机身铭牌",
                "image": self._draw_plate(order.appliance_id),
                "taken_by": ((order.diagnosed_on and order.technician_id.user_id) or order.user_id).id,
                "taken_on": (order.diagnosed_on or order.requested_on) + timedelta(minutes=-3 if order.diagnosed_on else 9),
            } for order in orders]))

    @api.model
    def _draw_plate(self, appliance):
        """Return a picture of the appliance's rating plate, base64; Latin letters only, which every drawing library has."""
        image = Image.new("RGB", (200, 150), "#4a4d50")
        draw, font = ImageDraw.Draw(image), ImageFont.load_default()
        draw.rectangle((14, 22, 186, 128), fill="#d9dbdc", outline="#8b8f92", width=2)
        texts = ("MODEL", appliance.model_name, "S/N", appliance.serial_number, "220 V~  50 Hz")
        lines = [(text or "-").encode("ascii", "ignore").decode() for text in texts]
        for row, text in enumerate(lines):
            draw.text((24, 32 + 18 * row), text[:26], fill="#23272a", font=font)
        stream = io.BytesIO()
        image.resize((200 * SCALE, 150 * SCALE), Image.BICUBIC).save(stream, "JPEG", quality=80)
        return base64.b64encode(stream.getvalue())
