from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class QmsAuditEvidence(models.Model):
    """What shows an answer: a photo, a service order drawn, a version in use (handbook 10.2.1 (3))."""

    _name = "qms.audit.evidence"
    _description = "Audit Evidence"
    _inherit = ["qms.mixin"]
    _order = "line_id, id"
    _flow_fields = frozenset({"taken_by_id", "taken_on"})

    line_id = fields.Many2one("qms.audit.line", required=True, ondelete="cascade", index=True)
    audit_id = fields.Many2one(related="line_id.audit_id", store=True, index=True)
    company_id = fields.Many2one(related="line_id.company_id", store=True, index=True)
    name = fields.Char("What it shows", required=True)
    image = fields.Image("Photo", max_width=1920, max_height=1920)
    repair_id = fields.Many2one("repair.order", "Service order", ondelete="restrict", index="btree_not_null")
    repair_name = fields.Char("Order number", related="repair_id.name", store=True)
    version_id = fields.Many2one("qms.document.version", "Document version", ondelete="restrict")
    taken_by_id = fields.Many2one("res.users", "Taken by", readonly=True, required=True, default=lambda self: self.env.user)
    taken_on = fields.Datetime(readonly=True, required=True, default=fields.Datetime.now)

    @api.model_create_multi
    def create(self, vals_list):
        """Add evidence while the audit is under way; who took it and when is noted by itself.

        :raises AccessError: for others than the auditors
        :raises UserError: for evidence that is the auditor's own work
        :raises ValidationError: for a photo that is none
        """
        for vals in vals_list:
            if vals.get("image"):
                self.env["repair.photo"]._check_image(vals["image"])
        evidence = super().create([
            {**vals, "taken_by_id": self.env.uid, "taken_on": fields.Datetime.now()} if self._in_flow() else vals for vals in vals_list])
        evidence._check_takeable()
        return evidence

    def _check_takeable(self):
        for row in self:
            audit = row.line_id.audit_id
            audit._check_in_state("running")
            audit._check_is_auditor()
            audit._check_auditors_today(self.env.user)
            if row.repair_id:
                row.repair_id.check_access("read")
                if row.repair_id.company_id != row.company_id:
                    raise ValidationError(self.env._("Evidence comes from the company that is audited."))
            if problem := (row.repair_id and audit._get_order_problem(self.env.user, row.repair_id)) or (
                    row.version_id and audit._get_document_problem(self.env.user, row.version_id)):
                raise UserError(problem)

    def _check_frozen(self, vals):
        if vals.keys() - {"name"}:
            raise UserError(self.env._("Evidence stays what it is: take another piece."))
        self._check_takeable()

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Evidence of an audit stays on record."))

    def _is_file_fixed(self, new=False):
        """Whether the files of the evidence are fixed: always, but for the photo it is made with."""
        self.ensure_one()
        return not new or self.audit_id.state != "running"
