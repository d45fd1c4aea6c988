from odoo import fields, models
from odoo.fields import Domain


class RepairAppliance(models.Model):
    _inherit = "repair.appliance"

    fitting_part_count = fields.Integer("Parts that fit", compute="_compute_fitting_part_count")

    def _compute_fitting_part_count(self):
        for appliance in self:  # shown on the form only, one record at a time
            appliance.fitting_part_count = self.env["product.template"].search_count(appliance._get_fitting_parts_domain())

    def action_view_fitting_parts(self):
        """Open the spare parts that fit this appliance."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_parts.spare_part_action")
        action["domain"] = self._get_fitting_parts_domain()
        action["display_name"] = self.env._("Parts for %(appliance)s", appliance=self.display_name)
        action["context"] = {"default_is_spare_part": True}
        return action

    def _get_fitting_parts_domain(self):
        """Return the domain, for products or templates, of the spare parts that fit this appliance.

        A part fits when the family (or one above it), the brand and the model each either match or are left open.
        """
        self.ensure_one()
        return self._get_family_domain() & (
            Domain("model_key", "=", False)
            & (Domain("brand_ids", "=", False) | Domain("brand_ids", "in", self.brand_id.ids))
            | self._get_same_model_domain())

    def _get_family_domain(self):
        return Domain("is_spare_part", "=", True) & (
            Domain("appliance_category_ids", "=", False)
            | Domain("appliance_category_ids", "in", self._get_family_ids()))

    def _get_family_ids(self):
        ids, category = [], self.category_id
        while category:
            ids.append(category.id)
            category = category.parent_id
        return ids

    def _get_same_model_domain(self):
        if not self.model_name:
            return Domain.FALSE
        brand = Domain("brand_ids", "=", False) | Domain("brand_ids", "in", self.brand_id.ids)
        return self.env["product.template"]._get_model_domain(self.model_name) & brand

    def _get_part_tiers(self):
        """Return domains that part all products, best first: made for the model, for the brand and family, for the
        family, for any appliance, and last what does not fit."""
        self.ensure_one()
        fits = self._get_fitting_parts_domain()
        open_model = Domain("model_key", "=", False)
        any_brand = Domain("brand_ids", "=", False)
        any_family = Domain("appliance_category_ids", "=", False)
        return [
            fits & ~open_model,
            fits & open_model & ~any_brand,
            fits & open_model & any_brand & ~any_family,
            fits & open_model & any_brand & any_family,
            ~fits,
        ]
