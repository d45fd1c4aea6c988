from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.repair_flow import FLOW
from .repair_proposal import UNDIAGNOSED_STAGES


class RepairProposalLine(models.TransientModel):
    _name = "repair.proposal.line"
    _description = "Proposed part or service"
    _inherit = ["repair.input"]

    proposal_id = fields.Many2one("repair.proposal", required=True, readonly=True, ondelete="cascade", index=True)
    currency_id = fields.Many2one(related="proposal_id.currency_id")
    chosen = fields.Boolean("Add")
    product_id = fields.Many2one("product.product", "Part or service", required=True, readonly=True, ondelete="cascade")
    use_count = fields.Integer("Orders that used it", readonly=True)
    order_count = fields.Integer("Orders compared", readonly=True)
    usage = fields.Char("Used in", readonly=True)
    quantity = fields.Float(
        digits="Product Unit", required=True, default=1.0, help="The usual quantity: what half of the orders took at most.")
    fits = fields.Boolean(readonly=True, help="Fits this appliance by family, brand and model.")
    price_unit = fields.Monetary("Price today", readonly=True)
    is_stocked = fields.Boolean("Kept in stock", readonly=True)
    available = fields.Float("At hand", readonly=True, digits="Product Unit", help="Free units where the order takes its parts from.")
    on_order = fields.Boolean("On the order", compute="_compute_on_order")
    note = fields.Char(compute="_compute_note")

    _quantity_positive = models.Constraint(
        "CHECK (quantity > 0 AND quantity <= 100000)", "The quantity of a proposal must be more than zero, and 100,000 at most.")

    @api.depends(
        "product_id", "proposal_id.repair_id.service_line_ids.refused", "proposal_id.repair_id.service_line_ids.product_id",
        "proposal_id.repair_id.move_ids.state", "proposal_id.repair_id.move_ids.product_id")
    def _compute_on_order(self):
        for order, lines in self.grouped(lambda line: line.proposal_id.repair_id).items():
            used = order._get_used_products()
            for line in lines:
                line.on_order = line.product_id in used

    @api.depends("on_order", "fits")
    @api.depends_context("lang")
    def _compute_note(self):
        for line in self:
            line.note = self.env._("On the order") if line.on_order else not line.fits and self.env._("Does not fit the appliance")

    def write(self, vals):
        """Tick lines and correct their quantities; product and figures are worked out.

        :raises AccessError: on an order that the user may not change
        :raises UserError: anything else than tick and quantity
        """
        if self.env.context.get("repair_flow") is not FLOW:
            if vals.keys() - {"chosen", "quantity"}:
                raise UserError(self.env._("Proposals are drawn from past repairs: tick them and correct quantities only."))
            self.proposal_id.repair_id.check_access("write")
        return super().write(vals)

    def _add_to_order(self):
        """Create the lines' counterparts on their order through the guards of lines added by hand."""
        order = self.proposal_id.repair_id
        addable = order._get_addable_products(self.product_id)
        if gone := self.product_id - addable:
            raise UserError(self.env._(
                "No longer sold: %(products)s. Open the proposals again.", products=", ".join(gone.mapped("display_name"))))
        services = self.filtered(lambda line: line.product_id.type == "service")
        if services and order.service_stage in UNDIAGNOSED_STAGES:
            order._add_default_service_lines()  # the diagnosis would take these services for all the labour there is
            services = services.filtered(lambda line: line.product_id not in order.service_line_ids.product_id)
        self.env["repair.service.line"].create([
            {"repair_id": order.id, "product_id": line.product_id.id, "quantity": line.quantity} for line in services])
        self.env["stock.move"].create([
            {
                "repair_id": order.id, "repair_line_type": "add", "product_id": line.product_id.id,
                "product_uom_qty": line.quantity, "product_uom": line.product_id.uom_id.id,
            } for line in self.filtered(lambda line: line.product_id.type != "service")])
