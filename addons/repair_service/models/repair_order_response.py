from odoo import fields, models


class RepairOrder(models.Model):
    """When a person first took up the request with the customer (handbook 1.2 (4), 6.1.3; ``domain/rules.md`` 7: response)."""

    _inherit = "repair.order"

    first_contact_on = fields.Datetime(
        "First contact", readonly=True, copy=False,
        help="The first visit agreed, diagnosis, quotation or message of a person to the customer, whichever came first.")

    def _flow_write(self, vals):
        """Every step of the flow but giving up is taken with the customer."""
        result = super()._flow_write(vals)
        if vals.get("service_stage", "requested") not in ("requested", "cancelled") and "first_contact_on" not in vals:
            self._note_first_contact()
        return result

    def _message_post_after_hook(self, message, msg_vals):
        """Note the first message that a person writes to the customer."""
        result = super()._message_post_after_hook(message, msg_vals)
        if message.message_type == "comment" and message.subtype_id == self.env.ref("mail.mt_comment") and self.env.user._is_internal():
            orders_sudo = self.sudo()  # who writes need not be allowed to change orders
            orders_sudo.filtered(
                lambda order: order.partner_id in message.partner_ids | order.message_partner_ids)._note_first_contact()
        return result

    def _note_first_contact(self):
        orders = self.filtered(lambda order: order.appliance_id and not order.first_contact_on)
        if orders:
            orders._flow_write({"first_contact_on": fields.Datetime.now()})
