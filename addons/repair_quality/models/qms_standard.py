from odoo import api, fields, models


class QmsStandard(models.Model):
    """A standard in one edition, or the company's own handbook: what audits ask for (handbook 10.2.1)."""

    _name = "qms.standard"
    _description = "Quality Standard"
    _inherit = ["repair.input"]
    _order = "sequence, name, edition desc"
    _rec_names_search = ["name", "edition"]

    name = fields.Char("Standard", required=True, translate=True)
    edition = fields.Char(help="Year or number of the edition. A new edition is a new standard: old audits keep theirs.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    auditor_skill_id = fields.Many2one(
        "hr.skill", "Auditor's certificate", ondelete="restrict", domain="[('skill_type_id.is_certification', '=', True)]",
        help="Who audits against this standard holds this certificate, valid and approved, on the day of the audit.")
    clause_ids = fields.One2many("qms.clause", "standard_id", "Clauses")
    clause_count = fields.Integer(compute="_compute_clause_count")

    _edition_uniq = models.UniqueIndex("(name, edition)", "This edition is there already.")

    @api.depends("name", "edition")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for standard in self:
            standard.display_name = ":".join(filter(None, (standard.name, standard.edition))) or ""

    @api.depends("clause_ids")
    def _compute_clause_count(self):
        counts = dict(self.env["qms.clause"]._read_group([("standard_id", "in", self.ids)], ["standard_id"], ["__count"]))
        for standard in self:
            standard.clause_count = counts.get(standard._origin, 0)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_audited(self):
        self.with_context(active_test=False).clause_ids._check_not_audited()

    def action_view_clauses(self):
        """Open the clauses of the standard."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_quality.qms_clause_action")
        return {**action, "domain": [("standard_id", "=", self.id)], "context": {"default_standard_id": self.id}}
