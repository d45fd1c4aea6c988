from odoo import api, fields, models
from odoo.exceptions import UserError


class RepairSupplierProposal(models.TransientModel):
    """Lists the suppliers of a part for one line of a request for quotation, best first, each with its reasons."""

    _name = "repair.supplier.proposal"
    _description = "Suppliers for a part"

    purchase_line_id = fields.Many2one("purchase.order.line", "Order line", required=True, ondelete="cascade")
    product_id = fields.Many2one(related="purchase_line_id.product_id")
    quantity = fields.Float(related="purchase_line_id.product_qty")
    vendor_id = fields.Many2one(related="purchase_line_id.order_id.partner_id", string="Ordered from")
    currency_id = fields.Many2one(related="purchase_line_id.company_id.currency_id")
    reason = fields.Char("Reason for another supplier", help="Needed when an approved supplier is proposed and you take another one.")
    option_ids = fields.One2many("repair.supplier.proposal.line", "proposal_id", "Suppliers")

    @api.model_create_multi
    def create(self, vals_list):
        """Open lists of suppliers and rank them as things are now.

        :raises UserError: for a line that is ordered already
        """
        proposals = super().create(vals_list)
        for proposal in proposals:
            line = proposal.purchase_line_id
            line._check_open_for_choice()
            proposal.reason = line.supplier_choice_reason
            proposal.option_ids = [fields.Command.create(values) for values in proposal._prepare_options(line)]
        return proposals

    def write(self, vals):
        """Write the reason; what the list was made for stays."""
        if "purchase_line_id" in vals:
            raise UserError(self.env._("The list belongs to its line: open it again from the other one."))
        return super().write(vals)

    @api.model
    def _prepare_options(self, line):
        product = line.product_id.with_company(line.company_id)
        return [
            {
                "rank": rank, "seller_id": one.seller.id, "partner_id": one.partner.id, "points": one.points, "price": one.price,
                "arrival": one.arrival, "is_late": bool(one.late), "is_refused": bool(one.refusal),
                "explanation": product._describe_proposal(one),
            } for rank, one in enumerate(line._get_proposals(), start=1)]

    def _get_open_action(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "name": self.env._("Suppliers for %(part)s", part=self.product_id.display_name),
            "res_model": self._name, "res_id": self.id, "view_mode": "form", "target": "new"}


class RepairSupplierProposalLine(models.TransientModel):
    _name = "repair.supplier.proposal.line"
    _description = "Supplier proposed for a part"
    _order = "rank, id"

    proposal_id = fields.Many2one("repair.supplier.proposal", required=True, ondelete="cascade", index=True)
    rank = fields.Integer()
    seller_id = fields.Many2one("product.supplierinfo", "Vendor price", ondelete="cascade")
    partner_id = fields.Many2one("res.partner", "Supplier", ondelete="cascade")
    currency_id = fields.Many2one(related="proposal_id.currency_id")
    supplier_qualification = fields.Selection(related="seller_id.supplier_qualification")
    supplier_grade = fields.Selection(related="seller_id.supplier_grade")
    points = fields.Float(digits=(5, 1))
    price = fields.Monetary("Unit price")
    min_qty = fields.Float(related="seller_id.min_qty", string="From quantity")
    arrival = fields.Date("Could be here on")
    is_late = fields.Boolean()
    is_refused = fields.Boolean()
    explanation = fields.Text("Why")

    def action_take(self):
        """Order the line from this supplier.

        :raises UserError: one who may not be ordered from, or another than the approved one that is proposed, without a reason
        """
        self.ensure_one()
        proposal, line = self.proposal_id, self.proposal_id.purchase_line_id
        line._check_open_for_choice()
        options = line._get_proposals()
        option = next((one for one in options if one.seller == self.seller_id), None)
        if option is None or option.refusal:
            raise UserError(option.refusal if option else self.env._("This vendor price does not hold any more: open the list again."))
        best, reason = options[0], (proposal.reason or "").strip()
        if option != best and not reason and best.partner._get_supplier_standing()[0] == "approved" \
                and line.company_id.repair_supplier_reason_required:
            raise UserError(self.env._(
                "%(best)s is proposed: note the reason why %(supplier)s is taken.", best=best.partner.display_name,
                supplier=option.partner.display_name))
        order = line._take_supplier(option.seller, reason if option != best else False)
        return {"type": "ir.actions.act_window", "res_model": "purchase.order", "res_id": order.id, "views": [(False, "form")]}
