import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain


class QmsClause(models.Model):
    """One requirement, in our own short words; the lowest ones are audited and governed by documents (handbook 10.1.1 (3))."""

    _name = "qms.clause"
    _description = "Clause of a Standard"
    _inherit = ["repair.input"]
    _order = "standard_id, sort_key, id"
    _parent_store = True
    _rec_names_search = ["number", "name"]

    standard_id = fields.Many2one("qms.standard", required=True, ondelete="cascade", index=True)
    number = fields.Char("Clause", required=True)
    name = fields.Char("Requirement", required=True, translate=True)
    description = fields.Text("In our words", translate=True)
    questions = fields.Text(
        translate=True, help="What an auditor asks, one question a line. Empty: whether the requirement is met, and what shows it.")
    parent_id = fields.Many2one(
        "qms.clause", "Part of", ondelete="cascade", index=True, domain="[('standard_id', '=', standard_id), ('id', '!=', id)]")
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("qms.clause", "parent_id", "Contains")
    active = fields.Boolean(default=True)
    sort_key = fields.Char(compute="_compute_sort_key", store=True, precompute=True, index=True)
    is_leaf = fields.Boolean("Is audited", compute="_compute_is_leaf", search="_search_is_leaf")
    document_ids = fields.Many2many(
        "qms.document", "qms_document_clause_rel", "clause_id", "document_id", "Documents", readonly=True)

    _number_uniq = models.Constraint("UNIQUE (standard_id, number)", "This clause is there already.")

    @api.depends("number")
    def _compute_sort_key(self):
        for clause in self:
            clause.sort_key = re.sub(r"\d+", lambda digits: digits[0].zfill(4), clause.number or "")

    @api.depends("child_ids.active")
    def _compute_is_leaf(self):
        for clause in self:
            clause.is_leaf = not clause.child_ids.filtered("active")

    def _search_is_leaf(self, operator, value):
        if operator != "in":
            return NotImplemented
        leaf = Domain("child_ids", "not any", [("active", "=", True)])
        return leaf if True in value else ~leaf

    @api.depends("number", "name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for clause in self:
            clause.display_name = f"{clause.number or ''} {clause.name or ''}".strip()

    @api.constrains("parent_id", "standard_id")
    def _check_parent(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A clause cannot be part of itself."))
        for clause in self:
            if any(other.standard_id != clause.standard_id for other in clause.parent_id | clause.child_ids):
                raise ValidationError(self.env._("%(clause)s and what it is part of belong to one standard.", clause=clause.display_name))

    def write(self, vals):
        """Write; a clause that a programme in force has to cover is neither taken out of its standard nor put under another."""
        if vals.get("active") is False or {"parent_id", "standard_id"} & vals.keys():
            self._check_not_audited()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_audited(self):
        self._check_not_audited()

    def _check_not_audited(self):
        programme = self.env["qms.audit.programme"].sudo().search([  # of any company
            ("standard_ids", "in", self.standard_id.ids), ("state", "in", ("submitted", "approved", "revising"))], limit=1)
        if programme:
            raise UserError(self.env._(
                "%(clause)s belongs to what %(programme)s has to cover: say there where it does not apply, or make a new edition.",
                clause=self[:1].display_name, programme=programme.name))

    def _get_leaves(self):
        """Return the lowest active clauses of ``self`` and of everything under it, in the order of the standard."""
        return self.search([("id", "child_of", self.ids), ("is_leaf", "=", True)]) if self else self

    def _get_questions(self):
        """Return what an auditor asks, at least one question."""
        self.ensure_one()
        questions = [line.strip() for line in (self.questions or "").splitlines() if line.strip()]
        return questions or [self.env._("Is '%(requirement)s' met in the department, and what shows it?", requirement=self.name)]
