import uuid
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .repair_order import FINISHED_STAGES

CRON_BATCH = 500


class RepairOrder(models.Model):
    """The customer's one link to his order: how long it opens, and closing it before."""

    _inherit = "repair.order"

    link_expires_on = fields.Date(
        "Link open until", compute="_compute_link_expires_on", store=True, readonly=True, copy=False, index="btree_not_null",
        help="The customer's link stays open while the order is, and some days more; a customer with an account keeps seeing his orders.")

    @api.depends("service_stage", "repair_warranty_end")
    def _compute_link_expires_on(self):
        """The days count from the end of the order; the repair's own warranty is open at least as long as the link."""
        for order in self:
            if not order.appliance_id or order.service_stage not in FINISHED_STAGES:
                order.link_expires_on = False
                continue
            ended = order._local_date(order.closed_on or fields.Datetime.now())
            latest = ended + timedelta(days=order.company_id.repair_link_days)
            order.link_expires_on = max(filter(None, (latest, order.repair_warranty_end)))

    def _is_link_open(self):
        self.ensure_one()
        return not self.link_expires_on or self._local_date(fields.Datetime.now()) <= self.link_expires_on

    def action_revoke_link(self):
        """Close the customer's link at once, for example because it reached the wrong hands; the next one that is sent is new.

        :raises AccessError: for users who may not change the order
        """
        self.check_access("write")
        for order in self:
            order_sudo = order.sudo()  # keys are closed to every user, see repair_order_guard
            order_sudo.access_token = str(uuid.uuid4())
            order_sudo._renew_linked_keys()
            order.message_post(body=self.env._("The customer's link was closed: the old one does not open the order any more."))
        return True

    def _renew_linked_keys(self):
        """Make new keys of what the order's page leads to, for who had the link has those as well."""
        for invoice in self._get_portal_invoices().filtered("access_token"):
            invoice.access_token = str(uuid.uuid4())

    def action_send_link(self):
        """Send the customer his link, by mail and SMS.

        :raises UserError: when he has neither, or the link's time is over
        """
        self.check_access("write")
        for order in self:
            if not order._is_link_open():
                raise UserError(self.env._("The time of the link of %(order)s is over.", order=order.name))
            if not order.partner_id.phone and not order.partner_id.email:
                raise UserError(
                    self.env._("%(customer)s has neither telephone number nor e-mail address.", customer=order.partner_id.display_name)
                )
            order._notify_customer("repair_service.mail_template_request_confirmed", "repair_service.sms_template_request_confirmed")
        return True

    @api.model
    def _cron_close_links(self):
        """Take the keys of links whose time is over out of the database."""
        today = fields.Date.today() - timedelta(days=1)  # a day more: the day ends later in the west
        orders_sudo = self.sudo().search(  # housekeeping
            [("link_expires_on", "<", today), ("access_token", "!=", False)], order="id", limit=CRON_BATCH)
        orders_sudo.access_token = False

    def _get_invoices_to_pay(self):
        """Posted invoices that the customer can pay online; none while money taken on the spot is not booked yet."""
        self.ensure_one()
        unbooked = self.payment_ids.filtered(lambda payment: payment.state == "collected")
        if unbooked:
            return self.env["account.move"]
        return self._get_portal_invoices().filtered(lambda move: move._has_to_be_paid())

    def _get_free_purposes(self):
        return self.env["repair.consent.purpose"].search([("is_required", "=", False)])

    def _get_given_purposes(self):
        """The purposes that the order's customer agreed to."""
        self.ensure_one()
        return self.env["repair.consent"].search([
            ("partner_id", "=", self.partner_id.id), ("is_valid", "=", True), ("company_id", "=", self.company_id.id)]).purpose_id

    def _get_notice_in_force(self):
        self.ensure_one()
        return self.env["repair.consent.notice"]._get_in_force(self.company_id)
