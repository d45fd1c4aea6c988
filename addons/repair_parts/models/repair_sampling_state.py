from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.repair_service.engine import sampling
from odoo.addons.repair_service.models.repair_flow import FLOW

SEVERITIES = [("all", "Every unit"), ("normal", "Normal"), ("tightened", "Tightened"), ("stopped", "Sampling stopped")]
# As many verdicts as any rule looks back on.
RUN_LENGTH = 50


class RepairSamplingState(models.Model):
    """How a supplier's lots are inspected under one plan now, and why: the switching rules of ISO 2859-1 at work.

    A new supplier's lots are inspected whole; proven, they are sampled; then normal and tightened inspection and the stop follow
    the verdicts. The chatter keeps the history.
    """

    _name = "repair.sampling.state"
    _description = "Sampling of a supplier"
    _inherit = ["mail.thread", "repair.input"]
    _rec_name = "supplier_id"
    _order = "supplier_id, id"
    _flow_fields = frozenset({"severity", "run", "reason", "since", "lot_count", "rejected_lot_count"})

    supplier_id = fields.Many2one("res.partner", required=True, readonly=True, index=True, ondelete="cascade")
    plan_id = fields.Many2one("repair.sampling.plan", "Sampling plan", required=True, readonly=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, default=lambda self: self.env.company)
    severity = fields.Selection(SEVERITIES, "Inspection", required=True, readonly=True, default="all", tracking=True)
    run = fields.Char("Verdicts", readonly=True, default="", help="Since this inspection began, oldest first. A: accepted, R: rejected.")
    reason = fields.Text(readonly=True)
    since = fields.Datetime(readonly=True, default=fields.Datetime.now)
    lot_count = fields.Integer("Lots inspected", readonly=True)
    rejected_lot_count = fields.Integer("Lots rejected", readonly=True)

    _unique_supplier_plan = models.Constraint(
        "unique(supplier_id, plan_id, company_id)", "Sampling of a supplier under a plan is kept once a company.")

    @api.model
    def _find_or_create(self, pairs, company):
        """Return {(supplier, plan): state} for ``pairs``, made where they are missing: two queries, however many pairs."""
        suppliers = self.env["res.partner"].union(*(supplier for supplier, _plan in pairs))
        states = self.search([("supplier_id", "in", suppliers.ids), ("company_id", "=", company.id)])
        found = {(state.supplier_id, state.plan_id): state for state in states}
        missing = [pair for pair in dict.fromkeys(pairs) if pair not in found]
        created = self.with_context(repair_flow=FLOW).create([
            {
                "supplier_id": supplier.id, "plan_id": plan.id, "company_id": company.id,
                "reason": self.env._("New supplier: every unit is inspected until enough lots in a row are accepted."),
            } for supplier, plan in missing
        ])
        return found | dict(zip(missing, created, strict=True))

    def write(self, vals):
        """The verdicts decide; nobody writes the state by hand."""
        kept = self._flow_fields | {"supplier_id", "plan_id", "company_id"}
        if self.env.context.get("repair_flow") is not FLOW and kept & vals.keys():
            raise UserError(self.env._("How a supplier is inspected follows from the verdicts on his lots and cannot be set by hand."))
        return super().write(vals)

    def _start_sampling(self, proven_lots):
        """Begin to sample a supplier of whom no proof is asked for, or who has brought it."""
        for state in self.filtered(lambda state: state.severity == "all"):
            if sampling.is_proven(state.run or "", proven_lots):
                state._change("normal", self.env._(
                    "The last %(lots)s lots were accepted: lots are sampled.", lots=proven_lots) if proven_lots
                    else self.env._("The rule asks for no proof: lots are sampled from the first one on."))

    def _note_verdict(self, accepted, proven_lots):
        """Take a lot's verdict at first inspection into account (ISO 2859-1 9.3, 9.4) and switch where it is due.

        :param bool accepted: the verdict
        :param int proven_lots: accepted lots in a row that the rule asks for before sampling
        """
        self.ensure_one()
        self.lock_for_update()
        run = ((self.run or "") + (sampling.ACCEPTED if accepted else sampling.REJECTED))[-RUN_LENGTH:]
        self.with_context(repair_flow=FLOW).write({
            "run": run, "lot_count": self.lot_count + 1, "rejected_lot_count": self.rejected_lot_count + (not accepted)})
        if self.severity == "all":
            self._start_sampling(proven_lots)
        elif self.severity in sampling.SEVERITIES:
            severity = sampling.switch(self.severity, run)
            if severity != self.severity:
                self._change(severity, self._describe_switch(severity))

    def _describe_switch(self, severity):
        return {
            "tightened": self.env._("2 of 5 lots in a row were rejected: inspection is tightened."),
            "normal": self.env._("5 lots in a row were accepted: back to normal inspection."),
            "stopped": self.env._(
                "5 lots were rejected while inspection was tightened: sampling stops, every unit is inspected until the supplier has "
                "put things right and a service manager resumes it."),
        }[severity]

    def _change(self, severity, reason):
        self.with_context(repair_flow=FLOW).write({"severity": severity, "run": "", "reason": reason, "since": fields.Datetime.now()})
        self.message_post(body=reason)

    def action_resume(self):
        """Sample again after a stop, tightened at first (ISO 2859-1 9.4): the supplier has put things right.

        :raises AccessError: for everybody but service managers
        :raises UserError: when sampling is not stopped
        """
        if not self.env.user.has_group("repair_service.repair_service_group_manager"):
            raise AccessError(self.env._("Only a service manager resumes sampling."))
        self.check_access("write")
        for state in self:
            if state.severity != "stopped":
                raise UserError(self.env._("Sampling of %(supplier)s is not stopped.", supplier=state.supplier_id.name))
            state._change("tightened", self.env._(
                "%(user)s resumed sampling: the supplier has put things right.", user=self.env.user.name))
        return True

    def action_open_inspections(self):
        """Open the incoming inspections of the supplier under this plan."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_parts.incoming_inspection_action")
        return action | {
            "domain": [("kind", "=", "incoming"), ("supplier_id", "=", self.supplier_id.id), ("sampling_plan_id", "=", self.plan_id.id)],
            "context": {}}
