from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class QmsRecordDestruction(models.Model):
    """Protocol of records destroyed after their term: proposed by one, approved by another, carried out before a witness."""

    _name = "qms.record.destruction"
    _description = "Protocol of Destruction"
    _inherit = ["mail.thread", "qms.mixin"]
    _order = "id desc"
    _flow_fields = frozenset({"name", "state", "proposed_by_id", "approved_by_id", "approved_on", "done_by_id", "done_on"})

    name = fields.Char("Number", readonly=True, copy=False)
    kind_id = fields.Many2one("qms.record.kind", required=True, ondelete="restrict", index=True)
    company_id = fields.Many2one(related="kind_id.company_id", store=True, index=True)
    retention_months = fields.Integer(related="kind_id.retention_months")
    date_from = fields.Date("Records from")
    date_to = fields.Date("Records up to", required=True)
    quantity = fields.Char("How many", required=True, help="Boxes, folders or numbers of the records.")
    method = fields.Selection(
        [("shred", "Shredded"), ("burn", "Burnt"), ("erase", "Erased"), ("hand_over", "Handed over for destruction")],
        required=True, default="shred")
    witness_id = fields.Many2one("res.users", domain="[('share', '=', False)]")
    note = fields.Text()
    state = fields.Selection(
        [("draft", "Draft"), ("proposed", "Proposed"), ("approved", "Approved"), ("done", "Destroyed")],
        default="draft", required=True, readonly=True, copy=False, tracking=True)
    proposed_by_id = fields.Many2one("res.users", "Proposed by", readonly=True, copy=False)
    approved_by_id = fields.Many2one("res.users", "Approved by", readonly=True, copy=False)
    approved_on = fields.Date(readonly=True, copy=False)
    can_approve = fields.Boolean("I may approve", compute="_compute_can_approve")
    done_by_id = fields.Many2one("res.users", "Carried out by", readonly=True, copy=False)
    done_on = fields.Date("Carried out on", readonly=True, copy=False)

    _dates = models.Constraint("CHECK (date_from IS NULL OR date_from <= date_to)", "The first day lies after the last.")

    @api.depends("proposed_by_id")
    @api.depends_context("uid")
    def _compute_can_approve(self):
        for protocol in self:
            protocol.can_approve = not self._is_same_person(protocol.proposed_by_id | protocol.create_uid)

    @api.model_create_multi
    def create(self, vals_list):
        """Number protocols."""
        protocols = super().create(vals_list)
        for protocol in protocols:
            protocol._flow_write({"name": self.env["ir.sequence"].sudo().with_company(  # nobody else numbers
                protocol.company_id).next_by_code("qms.record.destruction")})
        return protocols

    def _check_frozen(self, vals):
        for protocol in self:
            if protocol.state == "done" or (protocol.state != "draft" and vals.keys() - {"witness_id", "note"}):
                raise UserError(self.env._("%(protocol)s stays as it was proposed.", protocol=protocol.name))

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        if any(protocol.state != "draft" for protocol in self):
            raise UserError(self.env._("Protocols of destruction are kept for good."))

    def action_propose(self):
        """Propose protocols for approval.

        :raises UserError: for records within their term, or kept for good
        """
        self._check_quality_officer()
        for protocol in self._check_in_state("draft"):
            protocol._check_term()
            protocol._flow_write({"state": "proposed", "proposed_by_id": self.env.uid})

    def action_approve(self):
        """Approve protocols that somebody else proposed."""
        self._check_quality_manager()
        for protocol in self._check_in_state("proposed"):
            if self._is_same_person(protocol.proposed_by_id | protocol.create_uid):
                raise AccessError(self.env._("Nobody approves the destruction he proposed: ask another quality manager."))
            protocol._check_term()
            protocol._flow_write({
                "state": "approved", "approved_by_id": self.env.uid, "approved_on": self._get_local_today(protocol.company_id)})

    def action_refuse(self, reason=False):
        """Give a proposed or approved protocol back, with a reason."""
        self.ensure_one()
        self._check_quality_manager()
        self._check_in_state("proposed", "approved")
        if reason is False:
            return self._ask_reason("action_refuse", self.env._("Why not?"))
        reason = self._take_reason(reason, self.env._("Write why the records are not destroyed."))
        self._flow_write({"state": "draft", "approved_by_id": False, "approved_on": False})
        self.message_post(body=self.env._("Given back: %(reason)s", reason=reason))
        return True

    def action_done(self):
        """Record that the records were destroyed before a witness.

        :raises UserError: without a witness, or with who carries it out as his own
        """
        self._check_quality_officer()
        for protocol in self._check_in_state("approved"):
            protocol._check_term()
            if not protocol.witness_id or self._is_same_person(protocol.witness_id):
                raise UserError(self.env._("Name a witness other than yourself."))
            protocol._flow_write({
                "state": "done", "done_by_id": self.env.uid, "done_on": self._get_local_today(protocol.company_id)})

    def _check_term(self):
        for protocol in self:
            limit = protocol.kind_id.destroyable_before
            if not limit:
                raise UserError(self.env._("%(kind)s is kept for good.", kind=protocol.kind_id.display_name))
            if protocol.date_to > limit:
                raise UserError(self.env._(
                    "%(kind)s is kept for %(months)s months: today only records up to %(day)s may be destroyed.",
                    kind=protocol.kind_id.display_name, months=protocol.kind_id.retention_months, day=limit))
