from odoo import api, fields, models
from odoo.exceptions import UserError

from .repair_flow import FLOW
from .repair_photo import CUSTOMER_KINDS, KINDS

# What is usually taken at a stage; the technician may say something else.
USUAL_KINDS = {"requested": "request", "booked": "diagnosis", "diagnosed": "diagnosis", "quoted": "diagnosis", "approved": "before"}


class RepairOrder(models.Model):
    _inherit = "repair.order"

    photo_ids = fields.One2many("repair.photo", "repair_id", "Photos", copy=False)
    exclusion_photo_ids = fields.One2many(
        "repair.photo", "repair_id", "Photos of the evidence", domain=[("kind", "=", "exclusion")], copy=False, readonly=True)
    photo_kind = fields.Selection(KINDS, "Kind of photo", compute="_compute_photo_kind")

    @api.depends("service_stage")
    def _compute_photo_kind(self):
        for order in self:
            order.photo_kind = USUAL_KINDS.get(order.service_stage, "after")

    def unlink(self):
        """Delete orders together with their photos, so that no picture stays behind without its order."""
        self.check_access("unlink")
        self.sudo().photo_ids.with_context(repair_flow=FLOW).unlink()  # the order goes, whoever took the photos
        return super().unlink()

    def _check_verdict_open(self):
        for order in self:
            if order.coverage_frozen_on:
                raise UserError(self.env._(
                    "The verdict of %(order)s is fixed: the photos that show the exclusion stay as they are.", order=order.name))

    def _get_customer_photos(self):
        """Return the photos that the customer's page shows: his appliance before and after, nothing internal."""
        self.ensure_one()
        return self.photo_ids.filtered(lambda photo: photo.kind in CUSTOMER_KINDS)
