from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.res_partner_supplier import QUALIFICATIONS


class RepairSupplierQualification(models.TransientModel):
    """Asks for the reason, and the limits of a trial, when a supplier is qualified."""

    _name = "repair.supplier.qualification"
    _description = "Qualification of a supplier"
    _inherit = ["repair.input"]

    partner_id = fields.Many2one("res.partner", "Supplier", required=True, readonly=True, ondelete="cascade")
    state = fields.Selection(QUALIFICATIONS, "Qualification", required=True)
    reason = fields.Char(required=True)
    trial_amount = fields.Float("Amount an order at most", help="Untaxed, spare parts only, in the company's currency. 0: no limit.")
    trial_quantity = fields.Float("Units an order at most", help="Units of spare parts. 0: no limit.")
    trial_until = fields.Date("Trial until")

    @api.model_create_multi
    def create(self, vals_list):
        """Open dialogues.

        :raises AccessError: for whoever may not qualify suppliers
        """
        self.env["res.partner"]._check_may_qualify()
        return super().create(vals_list)

    def action_confirm(self):
        """Qualify the supplier.

        :raises AccessError: for whoever may not
        :raises UserError: without a reason, with a trial that has ended, or an approval without the required certificates
        """
        self.ensure_one()
        partner = self.partner_id.commercial_partner_id
        partner._check_may_qualify()
        partner.check_access("read")
        if not (self.reason or "").strip():
            raise UserError(self.env._("Note the reason: it stays in the supplier's history."))
        if self.state == "trial" and self.trial_until and self.trial_until < fields.Date.context_today(self):
            raise UserError(self.env._("The trial cannot end before today."))
        partner._qualify_supplier(self.state, self.reason.strip(), self.trial_amount, self.trial_quantity, self.trial_until)
        return {"type": "ir.actions.act_window_close"}
