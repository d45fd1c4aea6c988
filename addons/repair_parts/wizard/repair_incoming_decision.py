from odoo import api, fields, models


class RepairIncomingDecision(models.TransientModel):
    """The one decision about rejected units of a lot."""

    _name = "repair.incoming.decision"
    _description = "Decision about rejected parts"
    _inherit = ["repair.input"]

    inspection_id = fields.Many2one("repair.inspection", required=True, readonly=True, ondelete="cascade")
    result = fields.Selection(related="inspection_id.result")
    tracking = fields.Selection(related="inspection_id.tracking")
    lot_ids = fields.Many2many(related="inspection_id.lot_ids")
    supplier_id = fields.Many2one(related="inspection_id.supplier_id")
    product_id = fields.Many2one(related="inspection_id.product_id")
    undecided_quantity = fields.Float(related="inspection_id.undecided_quantity")
    is_sorted = fields.Boolean(related="inspection_id.is_sorted")
    decision = fields.Selection([
        ("return", "Return to vendor, his credit note follows"),
        ("exchange", "Exchange: return, and a replacement without a further bill"),
        ("sort", "Sort: keep the good units, send the unfit ones back"),
        ("concession", "Accept by concession (service manager)"),
    ], default="return", required=True)
    back = fields.Selection(
        [("return", "Return to vendor"), ("exchange", "Exchange")], "Unfit units go", default="return",
        help="Where the unfit units of a sorted lot go.")
    defect_quantity = fields.Float(
        "Unfit units", digits="Product Unit", compute="_compute_defect_quantity", store=True, readonly=False,
        help="After every unit of the lot was looked at, those found by the sample included.")
    defect_lot_ids = fields.Many2many("stock.lot", string="Unfit serial numbers", domain="[('id', 'in', lot_ids)]")
    note = fields.Text("Reason")

    @api.depends("inspection_id", "defect_lot_ids")
    def _compute_defect_quantity(self):
        for wizard in self:
            wizard.defect_quantity = len(wizard.defect_lot_ids) or wizard.defect_quantity or wizard.inspection_id.defect_quantity

    def action_apply(self):
        """Carry the decision out and open the return, where there is one and the user may see it.

        :raises AccessError: for a concession by anybody but a service manager
        :raises UserError: when nothing is left to decide, the count cannot be, or a reason is missing
        """
        self.ensure_one()
        inspection = self.inspection_id
        if self.decision == "sort":
            inspection._decide(self.back, self.defect_quantity, self.defect_lot_ids, self.note or "")
        else:
            inspection._decide(self.decision, note=self.note or "")
        back = inspection.return_picking_id
        if not back or not back.has_access("read"):
            return {"type": "ir.actions.act_window_close"}
        return {"type": "ir.actions.act_window", "res_model": "stock.picking", "res_id": back.id, "view_mode": "form"}
