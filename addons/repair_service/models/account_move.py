from odoo import SUPERUSER_ID, models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _compute_invoice_partner_display_info(self):
        # The name is stored for all: never as masked for the one who happened to make the invoice.
        super(AccountMove, self.with_user(SUPERUSER_ID))._compute_invoice_partner_display_info()

    def _post(self, soft=True):
        """Post; what the customer paid on the spot before is taken off what he owes."""
        posted = super()._post(soft)
        sales_sudo = posted.filtered(lambda move: move.move_type == "out_invoice").line_ids.sale_line_ids.order_id.sudo()
        service_orders = sales_sudo.repair_order_ids.filtered("appliance_id")  # accountants have no stock rights, which core asks for
        if service_orders:
            service_orders.payment_ids.filtered("payment_id")._reconcile()
        return posted
