from odoo import fields, models


class RepairBrand(models.Model):
    _name = "repair.brand"
    _description = "Appliance Brand"
    _inherit = ["repair.input"]
    _order = "name"

    name = fields.Char(required=True, index="trigram", translate=True)
    partner_id = fields.Many2one(
        "res.partner", string="Manufacturer", ondelete="restrict",
        help="Who pays for repairs under the brand's warranty.",
    )
    authorised_until = fields.Date(
        help="Last day of the authorisation to repair at the brand's expense. Empty: not authorised.",
    )
    active = fields.Boolean(default=True)
    appliance_count = fields.Integer(compute="_compute_appliance_count", string="Appliances")

    _name_uniq = models.UniqueIndex(
        "(lower(btrim(name->>'en_US')))", "This brand exists already: use it, or restore it from the archive.")

    _name_length = models.Constraint("CHECK (length(name->>'en_US') <= 200)", "The name of a brand has 200 characters at most.")

    def _compute_appliance_count(self):
        counts = dict(self.env["repair.appliance"]._read_group([("brand_id", "in", self.ids)], ["brand_id"], ["__count"]))
        for brand in self:
            brand.appliance_count = counts.get(brand, 0)

    def copy_data(self, default=None):
        """Copy with another name, since a brand is there once."""
        return [
            {**vals, "name": self.env._("%(name)s (copy)", name=brand.name), **(default or {})}
            for brand, vals in zip(self, super().copy_data(default), strict=True)
        ]

    def action_view_appliances(self):
        """Open the appliances of the brand."""
        self.ensure_one()
        return self.env["ir.actions.act_window"]._for_xml_id("repair_service.repair_appliance_action") | {
            "domain": [("brand_id", "=", self.id)],
            "context": {"default_brand_id": self.id},
        }

    def _is_paying(self, day):
        """Return whether the brand pays for warranty repairs on a day: it has a payer and authorises the company then."""
        self.ensure_one()
        return bool(self.partner_id and self.authorised_until and self.authorised_until >= day)
