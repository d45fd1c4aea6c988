from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..engine.likeness import is_drawn
from .repair_followup import CHANNELS, KINDS

EVENTS = [("accepted", "Acceptance"), ("closed", "Closing of the order")]


class RepairFollowupRule(models.Model):
    """Which customers are asked, when, how and what (handbook 5.3.1, 6.3.4, 7.3.1)."""

    _name = "repair.followup.rule"
    _description = "Follow-up Rule"
    _inherit = ["repair.input"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", index="btree_not_null", help="Empty: for all companies.")
    kind = fields.Selection(KINDS, required=True, default="satisfaction")
    event = fields.Selection(EVENTS, "Counted from", required=True, default="accepted")
    days = fields.Integer("Days after", default=3, help="Calendar days from the event to the day on which the customer is asked.")
    category_ids = fields.Many2many("repair.appliance.category", string="Families", help="With those below them. Empty: every family.")
    coverage = fields.Selection(
        [("customer", "Customer pays"), ("warranty", "Warranty"), ("repair_warranty", "Repair warranty"), ("goodwill", "Goodwill")],
        help="Empty: whoever pays.")
    sample_percent = fields.Float(
        "Sample (%)", default=100.0,
        help="So many of a hundred orders are drawn. The draw rests on the order's number: it comes out the same at every look.")
    channel = fields.Selection(CHANNELS, required=True, default="link")
    chase_days = fields.Integer(
        "Days until the call", default=2, help="A link that is not answered for so many days goes to the call-back list.")
    max_attempts = fields.Integer("Calls at most", default=3, help="After so many calls without reaching the customer it is let be.")
    threshold = fields.Integer(
        "Complaint below", default=3, help="A score below this one opens a complaint and a recheck (handbook 5.3.3, 6.3.5).")
    change_hours = fields.Integer(
        "Hours to change the answer", default=72, help="So long the customer may change what he answered on his page.")
    script = fields.Text(translate=True, help="What the caller says and asks.")

    _ranges = models.Constraint(
        "CHECK (days BETWEEN 0 AND 730 AND sample_percent BETWEEN 0 AND 100 AND chase_days BETWEEN 0 AND 60"
        " AND max_attempts BETWEEN 1 AND 20 AND threshold BETWEEN 1 AND 5 AND change_hours BETWEEN 0 AND 720)",
        "Days lie between 0 and 730, samples between 0 and 100 %, scores between 1 and 5, calls between 1 and 20.")

    @api.constrains("kind", "channel")
    def _check_channel(self):
        if any(rule.kind != "satisfaction" and rule.channel != "phone" for rule in self):
            raise ValidationError(self.env._("Only satisfaction is asked by link: call-backs and return visits are phone calls."))

    def _is_fitting(self, order):
        """Whether ``order`` is followed up by this rule: its company, family and payer fit, and it is drawn."""
        self.ensure_one()
        return (
            (not self.company_id or self.company_id == order.company_id)
            and (not self.category_ids or bool(set(self.category_ids.ids) & set(order.appliance_category_id._get_ancestor_ids())))
            and (not self.coverage or self.coverage == order.coverage)
            and is_drawn(f"{self.id}-{order.id}", self.sample_percent))


class RepairOrder(models.Model):
    _inherit = "repair.order"

    def _plan_satisfaction_call(self, accepted_day):
        self._plan_followups("accepted", accepted_day)

    def action_close(self):
        """Close orders; the follow-ups that count from the closing are planned, and the customer gets his service record.

        :raises UserError: when the work is not accepted or the invoice is not posted
        """
        result = super().action_close()
        today = fields.Datetime.now()
        for order in self:
            if order.accepted_on:
                order._plan_followups("closed", order._local_date(today))
            order._notify_customer("repair_service.mail_template_closed", "repair_service.sms_template_closed")
        return result

    def _plan_followups(self, event, day):
        """Plan what the rules ask for after ``event``, which happened on the local date ``day``; each rule plans once an order."""
        rules = self.env["repair.followup.rule"].sudo().search(  # rules are the company's, whoever takes the step
            Domain("event", "=", event) & Domain("company_id", "in", [False, *self.company_id.ids]))
        followups_sudo = self.env["repair.followup"].sudo()  # as above
        planned = {(followup.repair_id.id, followup.rule_id.id) for followup in followups_sudo.search([
            ("repair_id", "in", self.ids), ("rule_id", "in", rules.ids)])}
        followups_sudo.with_context(mail_create_nolog=True).create([
            {
                "repair_id": order.id, "rule_id": rule.id, "kind": rule.kind, "channel": rule.channel, "user_id": False,
                "due": fields.Date.add(day, days=rule.days),
            }
            for order in self for rule in rules if (order.id, rule.id) not in planned and rule._is_fitting(order)
        ])
