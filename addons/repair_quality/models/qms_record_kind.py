from dateutil.relativedelta import relativedelta

from odoo import api, fields, models


class QmsRecordKind(models.Model):
    """A kind of record: who keeps it, where, and how long (handbook 10.1.1 (4))."""

    _name = "qms.record.kind"
    _description = "Kind of Record"
    _inherit = ["mail.thread", "qms.mixin"]
    _order = "code, name, id"
    _rec_names_search = ["code", "name"]
    _check_company_auto = True

    name = fields.Char("Record", required=True, tracking=True)
    code = fields.Char(index=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    active = fields.Boolean(default=True)
    keeper_id = fields.Many2one(
        "res.users", required=True, default=lambda self: self.env.user, tracking=True, domain="[('share', '=', False)]")
    department_id = fields.Many2one("hr.department", check_company=True)
    place = fields.Char("Kept where", tracking=True, help="Screen of this system, shelf or archive.")
    model_id = fields.Many2one(
        "ir.model", "Kept in the system as", ondelete="set null", domain="[('transient', '=', False), ('abstract', '=', False)]")
    document_id = fields.Many2one("qms.document", "Form", check_company=True, domain="[('kind', '=', 'form')]")
    clause_ids = fields.Many2many(
        "qms.clause", "qms_record_kind_clause_rel", "kind_id", "clause_id", "Clauses", domain="[('is_leaf', '=', True)]")
    retention_months = fields.Integer("Kept for (months)", default=36, tracking=True, help="0: kept for good.")
    basis = fields.Char("Why so long", tracking=True)
    destroyable_before = fields.Date(
        "May be destroyed up to", compute="_compute_destroyable_before",
        help="Records of this day and of the days before are beyond their term.")
    destroyed_until = fields.Date("Destroyed up to", compute="_compute_destroyed_until")
    is_due = fields.Boolean("Destruction possible", compute="_compute_is_due")
    destruction_ids = fields.One2many("qms.record.destruction", "kind_id", "Protocols of destruction")

    _retention = models.Constraint("CHECK (retention_months BETWEEN 0 AND 1200)", "Records are kept for 0 to 1200 months.")
    _code_uniq = models.UniqueIndex("(company_id, code) WHERE code IS NOT NULL", "Another kind of record has this code.")

    @api.depends("retention_months")
    def _compute_destroyable_before(self):
        for kind in self:
            today = self._get_local_today(kind.company_id)
            months = kind.retention_months
            kind.destroyable_before = bool(months) and today - relativedelta(months=months, days=1)

    @api.depends("destruction_ids.state")
    def _compute_destroyed_until(self):
        for kind in self:
            done = kind.destruction_ids.filtered(lambda one: one.state == "done")
            kind.destroyed_until = max(done.mapped("date_to"), default=False)

    @api.depends("destroyable_before", "destroyed_until")
    def _compute_is_due(self):
        for kind in self:
            kind.is_due = bool(kind.destroyable_before and (not kind.destroyed_until or kind.destroyed_until < kind.destroyable_before))

    @api.depends("code", "name")
    def _compute_display_name(self):
        for kind in self:
            kind.display_name = " ".join(filter(None, (kind.code, kind.name)))

    def action_open_records(self):
        """Open the records of this kind, where the system keeps them and the user may read them."""
        self.ensure_one()
        model = self.sudo().model_id.model  # the name of the model only; its own rights decide the rest
        if not model or model not in self.env or not self.env[model].has_access("read"):
            return {"type": "ir.actions.act_window_close"}
        return {"type": "ir.actions.act_window", "res_model": model, "view_mode": "list,form", "name": self.name}

    def action_destroy(self):
        """Start a protocol of destruction."""
        self.ensure_one()
        self._check_quality_officer()
        return {
            "type": "ir.actions.act_window", "res_model": "qms.record.destruction", "view_mode": "form",
            "context": {"default_kind_id": self.id, "default_date_to": self.destroyable_before}}

    @api.ondelete(at_uninstall=False)
    def _unlink_without_protocols(self):
        self.destruction_ids._unlink_only_drafts()
