from odoo import fields, models
from odoo.exceptions import UserError

from .repair_order_quotation import ANSWER_NAME_MAX, ANSWER_REASON_MAX


class RepairOrder(models.Model):
    _inherit = "repair.order"

    def action_withdraw_approval(self, withdrawn_by=None, reason=None):
        """Stop approved work that the customer no longer wants: parts go back, the inspection fee remains (handbook 2.2).

        The order goes on as after a refusal: the fee is invoiced, a deposit is set against it, and the order is closed.

        :param str withdrawn_by: who withdrew; the customer's name when left out
        :param str reason: why, required
        :raises UserError: before the approval, once the repair has ended, or without a reason
        """
        self.ensure_one()
        self._lock_order()
        self._check_stage(("approved", "repairing"), self.env._("Withdrawing the approval"))
        reason = self._read_answer(reason, ANSWER_REASON_MAX)
        if not reason:
            raise UserError(self.env._("Note why the customer withdraws his approval."))
        self.check_access("write")
        if self.invoice_state != "none":
            raise UserError(self.env._("%(order)s is invoiced already: accounting credits that invoice first.", order=self.name))
        self._flow_write({
            "quotation_state": "refused",
            "service_stage": "quoted",
            "state": "draft",
            "refused_by": self._read_answer(withdrawn_by, ANSWER_NAME_MAX) or self.partner_id.name,
            "refusal_reason": reason,
        })
        given = self.sudo().quotation_ids.filtered(lambda quotation: quotation.state in ("sent", "approved"))  # records of the flow
        given.write({
            "state": "refused", "answered_by": self.refused_by, "answered_on": fields.Datetime.now(), "refusal_reason": reason})
        self._reduce_to_inspection_fee()
        self._move_visits_with_stage("closed")
        self.message_post(body=self.env._(
            "%(who)s withdrew the approval: %(reason)s. The inspection fee of %(amount)s remains.", who=self.refused_by, reason=reason,
            amount=self.currency_id.format(self.amount_customer_total)))
        self._plan_return_of_surplus()
        return True

    def _plan_return_of_surplus(self):
        """Have somebody give back what the customer paid beyond what he owes now."""
        self.ensure_one()
        surplus = self._get_received_total() - self._get_agreed_total()
        if self.currency_id.compare_amounts(surplus, 0) > 0:
            self.activity_schedule(
                "mail.mail_activity_data_todo", user_id=self._get_limit_user().id,
                summary=self.env._("Give %(amount)s back to the customer", amount=self.currency_id.format(surplus)))
