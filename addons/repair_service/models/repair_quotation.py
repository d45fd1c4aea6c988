from odoo import api, fields, models
from odoo.fields import Domain

from .repair_order_quotation import APPROVAL_CHANNELS


class RepairQuotation(models.Model):
    """One version of a quotation as the customer had it in hand, and what he answered (handbook 2.2, 3.2.3).

    A record: the flow writes it, nobody has the right to change it.
    """

    _name = "repair.quotation"
    _description = "Version of a Quotation"
    _order = "repair_id desc, version desc"

    repair_id = fields.Many2one("repair.order", "Service order", required=True, index=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="repair_id.company_id", store=True, index=True, precompute=True)
    currency_id = fields.Many2one(related="repair_id.currency_id")
    partner_id = fields.Many2one(related="repair_id.partner_id", store=True, index=True, precompute=True)
    technician_id = fields.Many2one(related="repair_id.technician_id")
    version = fields.Integer(required=True, readonly=True)
    is_supplement = fields.Boolean("Supplement", readonly=True, help="Sent after an approval, for what was added or made dearer.")
    state = fields.Selection(
        [
            ("sent", "Waiting for the customer"), ("approved", "Approved"), ("refused", "Refused"),
            ("withdrawn", "Withdrawn"), ("replaced", "Replaced by a newer one"),
        ],
        default="sent", required=True, readonly=True, index=True)
    sent_on = fields.Datetime(readonly=True, required=True, default=fields.Datetime.now, index=True)
    sent_by_id = fields.Many2one("res.users", readonly=True)
    valid_until = fields.Date(readonly=True)
    is_expired = fields.Boolean("Expired", compute="_compute_is_expired", search="_search_is_expired")
    answered_by = fields.Char(readonly=True)
    answered_on = fields.Datetime(readonly=True)
    answer_channel = fields.Selection(APPROVAL_CHANNELS, "Answered", readonly=True)
    signature = fields.Binary(readonly=True, attachment=True)
    refusal_reason = fields.Text(readonly=True)
    coverage_reason = fields.Char("Verdict", readonly=True, help="The warranty verdict that the customer was told.")
    line_ids = fields.One2many("repair.quotation.line", "quotation_id", "Lines", readonly=True)
    amount_untaxed = fields.Monetary("Untaxed", readonly=True)
    amount_tax = fields.Monetary("Tax", readonly=True)
    amount_total = fields.Monetary("Customer pays", readonly=True)

    _version_uniq = models.UniqueIndex("(repair_id, version)", "This version of the quotation exists already.")

    @api.depends("repair_id.name", "version")
    def _compute_display_name(self):
        for quotation in self:
            quotation.display_name = self.env._(
                "%(order)s, version %(version)s", order=quotation.repair_id.name, version=quotation.version)

    @api.depends("state", "valid_until")
    def _compute_is_expired(self):
        for quotation in self:
            today = quotation.repair_id._get_today()
            quotation.is_expired = quotation.state == "sent" and bool(quotation.valid_until) and quotation.valid_until < today

    def _search_is_expired(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env["repair.order"]._local_date(fields.Datetime.now())
        expired = Domain([("state", "=", "sent"), ("valid_until", "<", today)])
        return expired if True in value else ~expired

    def action_open_order(self):
        """Open the service order of the quotation."""
        self.ensure_one()
        return self.repair_id.get_formview_action()
