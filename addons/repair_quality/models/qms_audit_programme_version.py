from odoo import api, fields, models
from odoo.exceptions import UserError


class QmsAuditProgrammeVersion(models.Model):
    """A programme as it was approved, with what had changed and why: written once, by the approval."""

    _name = "qms.audit.programme.version"
    _description = "Version of an Audit Programme"
    _inherit = ["qms.mixin"]
    _order = "programme_id, number desc"
    _rec_name = "number"
    _flow_fields = frozenset({
        "programme_id", "number", "snapshot", "reason", "changes", "coverage", "uncovered_count", "uncovered_reason", "approved_by_id"})

    programme_id = fields.Many2one("qms.audit.programme", required=True, ondelete="cascade", index=True, readonly=True)
    company_id = fields.Many2one(related="programme_id.company_id", store=True, index=True)
    number = fields.Integer("Version", readonly=True, aggregator=None)
    reason = fields.Char("Why", readonly=True)
    changes = fields.Text(readonly=True)
    snapshot = fields.Json(readonly=True)
    coverage = fields.Float("Covered (%)", readonly=True)
    uncovered_count = fields.Integer("Uncovered", readonly=True)
    uncovered_reason = fields.Text("Why not everything is covered", readonly=True)
    approved_by_id = fields.Many2one("res.users", "Approved by", readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        """Only the approval of a programme writes versions."""
        if not self._in_flow():
            raise UserError(self.env._("Versions are written when a programme is approved."))
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Versions of a programme are kept."))


class QmsAuditExemption(models.Model):
    """A clause that does not apply to a department, with the reason."""

    _name = "qms.audit.exemption"
    _description = "Clause that Does Not Apply"
    _inherit = ["qms.mixin"]
    _order = "programme_id, department_id, clause_id"
    _rec_name = "clause_id"

    programme_id = fields.Many2one("qms.audit.programme", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="programme_id.company_id", store=True, index=True)
    department_id = fields.Many2one("hr.department", required=True, ondelete="cascade")
    clause_id = fields.Many2one("qms.clause", required=True, ondelete="restrict", help="With the clauses under it.")
    reason = fields.Char("Why it does not apply", required=True)

    _cell_uniq = models.Constraint("UNIQUE (programme_id, department_id, clause_id)", "This is said already.")
    _reason_given = models.Constraint("CHECK (trim(reason) <> '')", "Write why the clause does not apply.")

    @api.model_create_multi
    def create(self, vals_list):
        """Exemptions belong to the programme that is approved: they come while it is open for changes."""
        exemptions = super().create(vals_list)
        exemptions.programme_id._check_open_for_changes()
        return exemptions

    def _check_frozen(self, vals):
        self.programme_id._check_open_for_changes()
        if "programme_id" in vals:
            raise UserError(self.env._("An exemption stays with its programme."))

    @api.ondelete(at_uninstall=False)
    def _unlink_only_open(self):
        self.programme_id._check_open_for_changes()
