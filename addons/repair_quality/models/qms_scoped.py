from odoo import api, fields, models
from odoo.exceptions import ValidationError

# Which of the fields below narrows a figure to what.
SCOPES = {
    "technician": "scope_technician_id", "family": "scope_category_id", "cause": "scope_cause_id", "territory": "scope_territory_id"}
SCOPE_FIELDS = frozenset(SCOPES.values())


class QmsScoped(models.AbstractModel):
    """A live figure, of the whole company or of a technician, family, cause or territory only."""

    _name = "qms.scoped"
    _description = "Live figure"

    figure = fields.Selection(lambda self: self.env["repair.figure"]._get_selection())
    can_narrow = fields.Boolean(compute="_compute_can_narrow")
    scope_technician_id = fields.Many2one(
        "hr.employee", "Only technician", domain="[('is_technician', '=', True)]", ondelete="restrict")
    scope_category_id = fields.Many2one("repair.appliance.category", "Only family", ondelete="restrict")
    scope_cause_id = fields.Many2one(
        "repair.fault.code", "Only cause of fault", domain="[('kind', '=', 'cause')]", ondelete="restrict")
    scope_territory_id = fields.Many2one("repair.territory", "Only territory", ondelete="restrict")

    @api.constrains("figure", *SCOPES.values())
    def _check_scope(self):
        figures = self.env["repair.figure"]
        for record in self.filtered("figure"):
            if any(scope and not figures._can_narrow(record.figure, name) for name, scope in record._get_scope().items()):
                raise ValidationError(self.env._(
                    "This figure is known for the whole company only: leave technician, family, cause and territory empty."))

    @api.depends("figure")
    def _compute_can_narrow(self):
        for record in self:
            record.can_narrow = bool(record.figure) and self.env["repair.figure"]._can_narrow(record.figure, "technician")

    @api.model
    def _get_units(self):
        return list(self.env["repair.figure"]._get_units().items())

    def _get_scope(self):
        self.ensure_one()
        return {name: self[field] for name, field in SCOPES.items()}
