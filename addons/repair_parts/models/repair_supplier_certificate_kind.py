from odoo import api, fields, models
from odoo.exceptions import ValidationError


class RepairSupplierCertificateKind(models.Model):
    """What suppliers of spare parts have to prove, and what happens when a proof lapses."""

    _name = "repair.supplier.certificate.kind"
    _description = "Kind of supplier certificate"
    _inherit = ["repair.input"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    is_required = fields.Boolean("Required", help="Without a valid one a supplier is not approved.")
    lapse_action = fields.Selection(
        [("none", "Warn only"), ("trial", "Put on trial"), ("block", "Block")], "When a required one lapses", required=True,
        default="trial", help="What happens to an approved supplier the night after a required certificate has lapsed.")
    warning_days = fields.Char(
        "Warn days before", required=True, default="90, 30, 7",
        help="Days before the expiry at which the buyer is told, separated by commas.")

    _name_unique = models.UniqueIndex("(name)", "This kind of certificate exists already.")

    @api.constrains("warning_days")
    def _check_warning_days(self):
        for kind in self:
            days = kind._get_warning_days()
            if not days or min(days) < 1 or max(days) > 730:
                raise ValidationError(self.env._(
                    "%(kind)s: give the days before the expiry as numbers from 1 to 730, e.g. 90, 30, 7.", kind=kind.name))

    def _get_warning_days(self):
        """Return the days before the expiry at which to warn, falling; none when they cannot be read."""
        self.ensure_one()
        days = [part.strip() for part in (self.warning_days or "").replace("，", ",").split(",") if part.strip()]
        return sorted({int(day) for day in days}, reverse=True) if all(day.isascii() and day.isdigit() for day in days) else []
