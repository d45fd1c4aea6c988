from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from odoo.addons.repair_service.models.repair_flow import FLOW

from ..models.repair_stock_count_line import OPEN_STATES, QUANTITY_MAX


class RepairStockCountFound(models.TransientModel):
    """Something lies there that is not on the list: it goes on the list, counted."""

    _name = "repair.stock.count.found"
    _description = "Found while counting"

    count_id = fields.Many2one("repair.stock.count", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="count_id.company_id")
    place_id = fields.Many2one(related="count_id.location_id", string="Counted place")
    location_id = fields.Many2one(
        "stock.location", "Place", required=True, domain="[('id', 'child_of', place_id), ('usage', '=', 'internal')]")
    product_id = fields.Many2one("product.product", "Part", required=True, domain="[('is_spare_part', '=', True)]")
    tracking = fields.Selection(related="product_id.tracking")
    lot_name = fields.Char("Lot or serial number", help="As on the label. A lot that is not known yet is made.")
    quantity = fields.Float("Counted", digits="Product Unit", default=1.0)

    @api.model_create_multi
    def create(self, vals_list):
        """Open the dialogue, on counts that the user takes part in."""
        found = super().create(vals_list)
        found.count_id.check_access("read")
        return found

    def action_add(self):
        """Put what was found on the user's list, with its quantity.

        :raises UserError: not counting, a place outside the count, or what is on somebody's list already
        :raises ValidationError: no quantity, or no lot of a part that is kept by lots
        """
        for found in self:
            found._add()
        return True

    def _add(self):
        count = self.count_id
        count.check_access("read")
        if count.state != "counting" or self.env.user not in count.sudo().user_ids:  # a counter reads his counts, not who else counts
            raise UserError(self.env._("You are not counting here."))
        if not self.location_id._child_of(count.location_id) or self.location_id.usage != "internal":
            raise UserError(self.env._("%(place)s is not part of this count.", place=self.location_id.display_name))
        if not self.product_id.is_spare_part:
            raise UserError(self.env._("%(part)s is no spare part.", part=self.product_id.display_name))
        if not 0 < self.quantity <= QUANTITY_MAX:
            raise ValidationError(self.env._("Enter how many you counted, 0 or more."))
        lot = self._get_lot()
        lines_sudo = self.env["repair.stock.count.line"].sudo().with_context(repair_flow=FLOW)  # the list is the count's to lengthen
        key = (Domain("location_id", "=", self.location_id.id) & Domain("product_id", "=", self.product_id.id)
               & Domain("lot_id", "=", lot.id))
        if lines_sudo.search_count(key & Domain("state", "in", (*OPEN_STATES, "to_approve", "approved")), limit=1):
            raise UserError(self.env._(
                "%(part)s in %(place)s is on the list of an open count already: enter it there, or tell whoever counts it.",
                part=self.product_id.display_name, place=self.location_id.display_name))
        last = lines_sudo.search([("count_id", "=", count.id)], order="sequence desc", limit=1)
        classes = self.env["repair.part.class"]._get_classes(self.product_id, count.company_id)
        keepers = self.env["stock.location"]._get_keepers(self.location_id)
        line = lines_sudo.create({
            "count_id": count.id, "sequence": last.sequence + 1, "location_id": self.location_id.id, "product_id": self.product_id.id,
            "lot_id": lot.id, "user_id": self.env.uid, "abc_class": classes[self.product_id],
            "keeper_id": keepers[self.location_id].id})
        line.with_env(self.env)._enter({line.with_env(self.env): self.quantity})

    def _get_lot(self):
        lots_sudo = self.env["stock.lot"].sudo()  # whoever counts need not keep lots
        if self.product_id.tracking == "none":
            return lots_sudo
        name = (self.lot_name or "").strip()
        if not name or len(name) > 100:
            raise ValidationError(self.env._("%(part)s is kept by lots: enter what the label says.", part=self.product_id.display_name))
        company = self.count_id.company_id
        lot_sudo = lots_sudo.search([
            ("product_id", "=", self.product_id.id), ("name", "=", name), ("company_id", "in", (False, company.id))], limit=1)
        return lot_sudo or lots_sudo.create({"product_id": self.product_id.id, "name": name, "company_id": company.id})
