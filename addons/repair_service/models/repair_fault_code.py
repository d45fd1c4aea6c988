from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class RepairFaultCode(models.Model):
    _name = "repair.fault.code"
    _description = "Fault Code"
    _inherit = ["repair.input"]
    _order = "kind, sequence, code"
    _rec_names_search = ["code", "name"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    kind = fields.Selection(
        [("symptom", "Symptom"), ("cause", "Cause"), ("remedy", "Remedy")], required=True, index=True,
        help="Symptom: what the customer notices. Cause: what was wrong. Remedy: what was done.",
    )
    category_ids = fields.Many2many(
        "repair.appliance.category", string="Families", help="Families the code is used for. Empty: all of them.",
    )
    iris_code = fields.Char("IRIS code", help="The code a brand asks for in its claims, if it uses IRIS or GB/T 24822.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex(
        "(kind, code)", "This code exists already for its kind: use it, restore it from the archive, or choose another code.")

    _code_length = models.Constraint("CHECK (length(code) <= 50)", "A code has 50 characters at most.")

    @api.depends("code", "name")
    def _compute_display_name(self):
        for record in self:
            record.display_name = f"[{record.code}] {record.name}" if record.code else record.name

    @api.model_create_multi
    def create(self, vals_list):
        """Create codes, in capitals and without blanks."""
        return super().create([self._normalise(vals) for vals in vals_list])

    def write(self, vals):
        """Write codes, in capitals and without blanks."""
        return super().write(self._normalise(vals))

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unused(self):
        domain = Domain.OR(Domain(f"{kind}_id", "in", self.ids) for kind in ("symptom", "cause", "remedy"))
        if self.env["repair.order"].sudo().search_count(domain, limit=1):  # also orders the user may not see
            raise UserError(self.env._("Orders use this code. Archive it instead of deleting it."))

    def copy_data(self, default=None):
        """Copy with another code, since a code is there once."""
        return [
            {**vals, "code": f"{record.code}-COPY", **(default or {})}
            for record, vals in zip(self, super().copy_data(default), strict=True)
        ]

    @api.model
    def _normalise(self, vals):
        if vals.get("code"):
            return {**vals, "code": "".join(str(vals["code"]).split()).upper()}
        return vals
