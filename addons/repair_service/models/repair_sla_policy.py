from datetime import timedelta

from pytz import utc

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..engine import sla_clock

SEVERITIES = [("p1", "P1 Safety"), ("p2", "P2 Major"), ("p3", "P3 Normal")]
HOURS_MAX = 8784.0
# Opening hours are looked up in steps, further out only when the promise is not reached before.
HORIZONS = (14, 60, 400)


class RepairSlaPolicy(models.Model):
    """Until when a complaint is answered, planned and settled (handbook 7.2.1, ISO 10002)."""

    _name = "repair.sla.policy"
    _description = "Target Times"
    _inherit = ["repair.input"]
    _order = "applies_to, severity, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index="btree_not_null", help="Empty: for all companies that have none of their own.")
    applies_to = fields.Selection(
        [("complaint", "Complaints"), ("opinion", "Opinions"), ("recheck", "Rechecks")], required=True, default="complaint")
    severity = fields.Selection(SEVERITIES, help="Rechecks have none.")
    respond_hours = fields.Float("First response (hours)", help="From the arrival to the first answer of a person.")
    plan_hours = fields.Float("Proposal (hours)", help="From the arrival to the solution proposed to the customer.")
    resolve_hours = fields.Float("Settlement (hours)", required=True, help="From the arrival to the settlement.")
    warn_hours = fields.Float("Alarm before (hours)", help="So many hours before a target ends its people are reminded.")
    calendar_id = fields.Many2one(
        "resource.calendar", "Working calendar", ondelete="restrict",
        help="The hours count inside these working hours, leave days left out. Empty: round the clock.")
    limit_days = fields.Integer("Limit (days)", help="So many calendar days after its arrival a case is settled at the latest.")
    limit_warn_days = fields.Integer("Alarm before the limit (days)")
    report_at_once = fields.Boolean(help="The person responsible for the team is told at once (handbook 7.2.2).")
    lesson_required = fields.Boolean(help="Lesson and prevention are noted before such a case is closed (handbook 7.3.2).")
    keywords = fields.Text(
        help="One a line: words of the customer that make a case of this severity as long as nobody has judged it.")

    _one_per_severity = models.UniqueIndex(
        "(applies_to, COALESCE(severity, ''), COALESCE(company_id, 0)) WHERE active",
        "There is a policy for this severity already: change that one.")
    _hours_range = models.Constraint(
        f"CHECK (respond_hours >= 0 AND respond_hours <= {HOURS_MAX} AND plan_hours >= 0 AND plan_hours <= {HOURS_MAX}"
        f" AND resolve_hours > 0 AND resolve_hours <= {HOURS_MAX} AND warn_hours >= 0 AND warn_hours <= {HOURS_MAX})",
        "Targets lie between 0 and 8784 hours, and a case is settled after more than 0.")
    _days_range = models.Constraint(
        "CHECK (limit_days BETWEEN 0 AND 366 AND limit_warn_days BETWEEN 0 AND 366)", "Limits lie between 0 and 366 days.")

    @api.constrains("respond_hours", "plan_hours", "resolve_hours")
    def _check_order(self):
        for policy in self:
            targets = [hours for hours in (policy.respond_hours, policy.plan_hours, policy.resolve_hours) if hours]
            if targets != sorted(targets):
                raise ValidationError(self.env._("First response, proposal and settlement follow one another: correct the hours."))

    @api.constrains("applies_to", "severity")
    def _check_severity(self):
        if any((policy.applies_to == "recheck") == bool(policy.severity) for policy in self):
            raise ValidationError(self.env._("Complaints and opinions need a severity, rechecks have none."))

    @api.constrains("calendar_id")
    def _check_calendar(self):
        for policy in self.filtered("calendar_id"):
            if policy._get_due(fields.Datetime.now(), 1.0) is None:
                raise ValidationError(self.env._(
                    "%(calendar)s has no working hours: choose another one.", calendar=policy.calendar_id.display_name))

    @api.model
    def _get_policies(self, applies_to, company):
        """Return ``{severity: policy}``; a company's own goes before the common one. One query."""
        policies = self.sudo().search(  # targets are the company's, whoever brings the case
            Domain("applies_to", "=", applies_to) & Domain("company_id", "in", (False, company.id)))
        return {policy.severity: policy for policy in policies.sorted(lambda policy: bool(policy.company_id))}

    def _get_opening(self, start, stop):
        """Return the working hours between two naive UTC moments as the clock's periods, ``None`` for round the clock."""
        self.ensure_one()
        if not self.calendar_id:
            return None
        intervals = self.calendar_id._work_intervals_batch(utc.localize(start), utc.localize(stop))[False]
        return [(begin.astimezone(utc).replace(tzinfo=None), end.astimezone(utc).replace(tzinfo=None)) for begin, end, _meta in intervals]

    def _get_due(self, start, hours, pauses=()):
        """Return the naive UTC moment at which ``hours`` have passed by this policy's clock, ``None`` while a pause goes on."""
        self.ensure_one()
        span = timedelta(hours=hours)
        if not self.calendar_id:
            return sla_clock.get_due(start, span, None, pauses)
        closed = sum((end - begin for begin, end in pauses if end), timedelta())
        for days in HORIZONS:
            stop = start + timedelta(days=days) + closed
            due = sla_clock.get_due(start, span, self._get_opening(start, stop), pauses)
            if due is not None or any(end is None for _begin, end in pauses):
                return due
        return None

    @api.model
    def _guess_severity(self, text, policies):
        """Return the highest severity one of whose keywords stands in ``text``, ``p3`` when none does."""
        text = (text or "").casefold()
        for severity, _label in SEVERITIES:
            policy = policies.get(severity)
            words = [word.strip().casefold() for word in ((policy and policy.keywords) or "").splitlines()]
            if any(word in text for word in words if word):
                return severity
        return "p3"
