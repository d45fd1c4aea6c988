from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_date

from .stock_move_fifo import COST_GROUPS


class RepairOrder(models.Model):
    _inherit = "repair.order"

    parts_fit_only = fields.Boolean(
        "Only parts that fit", default=True, help="Offer only spare parts that fit the appliance; parts that fit come first anyway.")
    fifo_source_ids = fields.One2many(
        "repair.part.fifo.source", "repair_id", "Paid for by receipts", groups=COST_GROUPS, readonly=True)
    parts_cost = fields.Monetary(
        "Cost of parts", compute="_compute_parts_cost", compute_sudo=True, groups=COST_GROUPS,
        help="What the parts used cost, first in first out.")

    @api.depends("move_ids.part_cost")
    def _compute_parts_cost(self):
        for order in self:
            order.parts_cost = sum(order.move_ids.mapped("part_cost"))

    def _describe_shortage(self, move):
        return super()._describe_shortage(move) + move.product_id._describe_substitutes(
            self._get_part_locations() or move.location_id, self.appliance_id)

    def _get_fitting_products(self, products):
        spare_parts = products.filtered("is_spare_part")
        if not spare_parts or not self.appliance_id:
            return super()._get_fitting_products(products)
        fitting = spare_parts.search(self.appliance_id._get_fitting_parts_domain() & Domain("id", "in", spare_parts.ids))
        return super()._get_fitting_products(products - spare_parts) | fitting

    def _get_parts_outlook(self):
        """Whether the parts to be fitted are reserved or lie free, and when the missing ones come in by open receipts.

        An approved order is visited once its parts can be there; before the approval nobody knows what will be fitted.
        """
        parts = self._get_parts_to_take().filtered(lambda move: move.product_id.is_storable)
        if not parts:
            return super()._get_parts_outlook()
        parts_sudo = parts.sudo()  # desk and customer are told about days, not about stock
        free = parts_sudo.product_id._get_free_quantities(self._get_part_locations())
        missing = parts_sudo.filtered(
            lambda move: move.product_uom.compare(move.product_uom_qty - move.quantity, free.get(move.product_id, 0.0)) > 0)
        if not missing:
            return None, (("parts", None),)
        receipts = dict(self.env["stock.move"].sudo()._read_group([  # as above
            ("product_id", "in", missing.product_id.ids), ("picking_type_id.code", "=", "incoming"),
            ("state", "in", ("waiting", "confirmed", "partially_available", "assigned")),
            ("company_id", "=", self.company_id.id)], ["product_id"], ["date:min"]))
        late = missing.filtered(lambda move: move.product_id not in receipts)
        if late:
            return None, (("parts_missing", ", ".join(late.product_id.mapped("name"))),)
        expected = max(receipts.values())
        return expected if self.approved_on else None, (("parts_expected", self._get_visit_day(expected)),)

    def _describe_slot_reason(self, code, value):
        if code == "parts":
            return self.env._("Parts on hand")
        if code == "parts_missing":
            return self.env._("Not in stock: %(parts)s", parts=value)
        if code == "parts_expected":
            return self.env._("Parts expected on %(date)s", date=format_date(self.env, value))
        return super()._describe_slot_reason(code, value)
