from odoo import fields, models
from odoo.exceptions import UserError


class RepairVanGive(models.TransientModel):
    """A technician gives a part of his van back to the depot, or to a colleague who then receives it himself."""

    _name = "repair.van.give"
    _description = "Give a part of a van"
    _inherit = ["repair.input"]

    employee_id = fields.Many2one("hr.employee", "From the van of", required=True, readonly=True, ondelete="cascade")
    product_id = fields.Many2one("product.product", "Part", required=True, readonly=True, ondelete="cascade")
    quantity = fields.Float(digits="Product Unit", required=True, default=1.0)
    target = fields.Selection([("depot", "The depot"), ("colleague", "A colleague")], "Give to", required=True, default="depot")
    technician_id = fields.Many2one(
        "repair.technician", "Colleague", domain="[('id', '!=', employee_id)]", help="He receives the part on his own phone.")
    lot_name = fields.Char("Lot or serial number", help="As on the label. Empty: the oldest.")

    def action_confirm(self):
        """Put the part on the list, and open it.

        :raises AccessError: somebody else's van
        :raises UserError: more than lies free in the van, a colleague without a van, or a lot that is not there
        """
        self.ensure_one()
        target = lot = None
        if self.target == "colleague":
            target = self.technician_id.sudo().employee_id.van_location_id  # a technician reads no employees
            if not target:
                raise UserError(self.env._("Choose a colleague who has a van."))
        if self.lot_name:
            lot = self.env["stock.lot"].sudo().search(  # labels only
                [("product_id", "=", self.product_id.id), ("name", "=", self.lot_name.strip())], limit=1)
            if not lot:
                raise UserError(self.env._("%(part)s has no lot %(lot)s.", part=self.product_id.display_name, lot=self.lot_name))
        transfer = self.env["repair.van.transfer"]._give_back(self.employee_id, self.product_id, self.quantity, target=target, lot=lot)
        return transfer._get_form_action()
