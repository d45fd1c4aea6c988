from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .repair_flow import FLOW
from .repair_order import FINISHED_STAGES

BATCH = 100
CASE_FLOW_FIELDS = frozenset({"state", "done_on", "result", "approved_by_id"})


class RepairPrivacyRule(models.Model):
    """How long personal data are kept when nothing needs them any more (rules 3: the shortest time)."""

    _name = "repair.privacy.rule"
    _description = "Retention rule"
    _inherit = ["repair.input"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [("customer", "Customers without any open matter"), ("enquiry", "Enquiries that became no order")],
        required=True,
        default="customer",
    )
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    months = fields.Integer(required=True, default=36, help="Since the last repair, invoice or enquiry.")
    is_automatic = fields.Boolean("Without asking", help="What is proposed is carried out without a manager's approval.")
    source = fields.Char(translate=True, help="The law, or the decision of the company, that the time rests on.")
    active = fields.Boolean(default=True)
    case_ids = fields.One2many("repair.privacy.case", "rule_id", "Cases")
    case_count = fields.Integer("To decide", compute="_compute_case_count")

    _months_range = models.Constraint("CHECK (months BETWEEN 1 AND 600)", "Data are kept between 1 and 600 months.")

    def _compute_case_count(self):
        counts = dict(self.env["repair.privacy.case"]._read_group(
            [("rule_id", "in", self.ids), ("state", "=", "proposed")], ["rule_id"], ["__count"]))
        for rule in self:
            rule.case_count = counts.get(rule, 0)

    def action_propose(self):
        """List what the rules would anonymise now; nothing is changed by it.

        :return: action that opens the list
        """
        self.check_access("write")
        for rule in self:
            rule.sudo()._propose()  # looks into every model that may still need the data
        return self.env["ir.actions.act_window"]._for_xml_id("repair_service.repair_privacy_case_action") | {
            "domain": [("rule_id", "in", self.ids)]}

    def _get_cut(self):
        return fields.Datetime.now() - relativedelta(months=self.months)

    def _propose(self, limit=BATCH):
        """Add cases for what is old enough and held by nothing; those already listed or kept by decision are left out."""
        self.ensure_one()
        propose = {
            "customer": self._propose_customers, "enquiry": self._propose_enquiries, "complaint": self._propose_complaints}
        values = propose[self.kind](limit)
        cases = self.env["repair.privacy.case"].with_context(repair_flow=FLOW).create(
            [{**entry, "rule_id": self.id, "company_id": self.company_id.id} for entry in values])
        if self.is_automatic:
            cases._flow_write({"state": "approved"})
        return cases

    def _propose_customers(self, limit):
        self.env.flush_all()
        # One query finds who is old enough by the records that date him; the holds are looked at one by one afterwards.
        rows = self.env.execute_query(SQL(
            """
            WITH matter AS (
                SELECT partner_id, company_id, GREATEST(requested_on, closed_on, accepted_on) AS last, create_date AS made,
                       service_stage = ANY(%(finished)s) AS is_over
                  FROM repair_order WHERE appliance_id IS NOT NULL
                 UNION ALL
                SELECT partner_id, company_id, GREATEST(date, closed_on), create_date, TRUE FROM repair_enquiry
                 UNION ALL
                SELECT partner_id, company_id, GREATEST(received_on, closed_on), create_date, closed_on IS NOT NULL FROM repair_complaint
                 UNION ALL
                SELECT partner_id, company_id, NULL, create_date, TRUE FROM repair_appliance
            )
            SELECT partner.id, COALESCE(MAX(matter.last), MAX(matter.made)) AS last
              FROM res_partner partner JOIN matter ON matter.partner_id = partner.id
             WHERE partner.is_company IS NOT TRUE AND partner.parent_id IS NULL AND partner.active
               AND NOT EXISTS (SELECT 1 FROM res_users login WHERE login.partner_id = partner.id)
               AND NOT EXISTS (SELECT 1 FROM hr_employee employee WHERE employee.work_contact_id = partner.id)
               AND NOT EXISTS (SELECT 1 FROM repair_privacy_case known WHERE known.partner_id = partner.id AND known.state != 'cancelled')
               AND NOT EXISTS (SELECT 1 FROM account_move paper WHERE paper.partner_id = partner.id AND paper.date >= %(cut)s)
             GROUP BY partner.id
            HAVING COALESCE(MAX(matter.last), MAX(matter.made)) < %(cut)s AND BOOL_AND(matter.is_over)
               AND BOOL_AND(matter.company_id = %(company)s)
             ORDER BY last, partner.id LIMIT %(limit)s
            """, cut=self._get_cut(), finished=list(FINISHED_STAGES), company=self.company_id.id, limit=limit))
        partners = self.env["res.partner"].browse([row[0] for row in rows])
        last = dict(rows)
        return [{"partner_id": partner.id, "last_on": last[partner.id]} for partner in partners if not partner._get_privacy_holds()]

    def _propose_enquiries(self, limit):
        listed = self.env["repair.privacy.case"].search([("enquiry_id", "!=", False), ("state", "!=", "cancelled")]).enquiry_id
        enquiries = self.env["repair.enquiry"].search([
            ("date", "<", self._get_cut()), ("repair_id", "=", False), ("company_id", "=", self.company_id.id),
            ("outcome", "!=", "open"), ("id", "not in", listed.ids)], order="date, id", limit=limit)
        return [{"enquiry_id": enquiry.id, "last_on": enquiry.date} for enquiry in enquiries]

    @api.model
    def _cron_retention(self):
        """List what is due by every rule, then carry out what was approved, batch by batch."""
        for rule in self.search([]):  # pylint: disable=no-search-all  # they are few, and all of them are needed
            rule._propose()
        cases = self.env["repair.privacy.case"]
        due = cases.search([("state", "=", "approved")], limit=BATCH, order="id")
        for case in due:
            case._carry_out()
            self.env["ir.cron"]._commit_progress(1)
        self.env["ir.cron"]._commit_progress(remaining=cases.search_count([("state", "=", "approved")]))


class RepairPrivacyCase(models.Model):
    """One customer or enquiry that a rule would anonymise: listed first, decided by a manager, then carried out."""

    _name = "repair.privacy.case"
    _description = "Data to be anonymised"
    _inherit = ["repair.input"]
    _order = "state, last_on, id"
    _flow_fields = CASE_FLOW_FIELDS

    rule_id = fields.Many2one("repair.privacy.rule", required=True, index=True, ondelete="cascade", readonly=True)
    company_id = fields.Many2one("res.company", required=True, index=True, readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", index="btree_not_null", readonly=True, ondelete="cascade")
    enquiry_id = fields.Many2one("repair.enquiry", index="btree_not_null", readonly=True, ondelete="cascade")
    last_on = fields.Datetime("Last matter", readonly=True)
    state = fields.Selection(
        [("proposed", "Proposed"), ("approved", "Approved"), ("done", "Anonymised"), ("kept", "Kept"), ("cancelled", "Dropped")],
        default="proposed", required=True, readonly=True, index=True)
    approved_by_id = fields.Many2one("res.users", "Decided by", readonly=True)
    done_on = fields.Datetime(readonly=True)
    result = fields.Text("What is kept, and why", readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        """Cases are listed by their rules only."""
        self._check_flow()
        return super().create(vals_list)

    def write(self, vals):
        """Cases change by their steps only."""
        self._check_flow()
        return super().write(vals)

    def _check_flow(self):
        if self.env.context.get("repair_flow") is not FLOW:
            raise UserError(self.env._("The list is made by the retention rules: decide with the buttons."))

    def _flow_write(self, vals):
        return self.with_context(repair_flow=FLOW).write(vals)

    def _check_manager(self):
        if not self.env.user.has_group("repair_service.repair_service_group_manager"):
            raise AccessError(self.env._("A service manager decides what is anonymised."))

    def action_approve(self):
        """Approve proposals; the nightly run carries them out.

        :raises AccessError: for others than service managers
        """
        self._check_manager()
        self.filtered(lambda case: case.state in ("proposed", "kept"))._flow_write({"state": "approved", "approved_by_id": self.env.uid})
        return True

    def action_keep(self):
        """Keep the data by decision; the rule does not propose them again."""
        self._check_manager()
        self.filtered(lambda case: case.state in ("proposed", "approved"))._flow_write({"state": "kept", "approved_by_id": self.env.uid})
        return True

    def _get_case_record(self):
        """What is anonymised by itself, where the case is about no registered customer."""
        return self.enquiry_id

    def _carry_out(self):
        """Anonymise; what has come up since the proposal is looked at again."""
        self.ensure_one()
        case_sudo = self.sudo()  # approved by a manager; reaches every model that holds the data
        if partner := case_sudo.partner_id:
            if holds := partner._get_privacy_holds():
                return case_sudo._flow_write({"state": "cancelled", "result": "\n".join(holds)})
            kept = partner._anonymise(case_sudo.rule_id.name)
        else:
            record = case_sudo._get_case_record()
            record._anonymise_records()
            kept = ""
            self.env["repair.privacy.log"]._note("anonymise", record, case_sudo.rule_id.name)
        return case_sudo._flow_write({"state": "done", "done_on": fields.Datetime.now(), "result": kept})


class RepairPrivacyLogRetention(models.Model):
    _inherit = "repair.privacy.log"

    @api.autovacuum
    def _gc_logs(self):
        """The log itself holds personal data: three years (the limitation of claims) are enough."""
        self.sudo().search([("date", "<", fields.Datetime.now() - timedelta(days=3 * 366))], limit=10_000).unlink()  # housekeeping
