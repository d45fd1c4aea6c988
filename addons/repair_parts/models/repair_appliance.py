from odoo import api, fields, models
from odoo.fields import Domain


class RepairAppliance(models.Model):
    _inherit = "repair.appliance"

    fitting_part_count = fields.Integer("Parts that fit", compute="_compute_fitting_part_count")
    parts_drawing = fields.Image("Drawing of positions", compute="_compute_parts_drawing")

    def _compute_fitting_part_count(self):
        for appliance in self:  # shown on the form only, one record at a time
            appliance.fitting_part_count = self.env["product.template"].search_count(appliance._get_fitting_parts_domain())

    @api.depends("category_id")
    def _compute_parts_drawing(self):
        """The drawing of the family, or of the nearest family above it that has one."""
        for appliance in self:
            category = appliance.category_id
            while category and not category.parts_drawing:
                category = category.parent_id
            appliance.parts_drawing = category.parts_drawing

    def action_view_fitting_parts(self):
        """Open the spare parts that fit this appliance."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_parts.spare_part_action")
        action["domain"] = [("fits_appliance_id", "in", self.ids)]
        action["display_name"] = self.env._("Parts for %(appliance)s", appliance=self.display_name)
        action["context"] = {"default_is_spare_part": True}
        return action

    def action_view_parts_by_position(self):
        """Open the parts listed for this appliance, by the position they have in it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_parts.repair_part_fitment_action")
        lines = self.env["repair.part.fitment"].search(self.env["repair.part.fitment"]._get_appliance_domain(self))
        return {
            **action, "domain": [("id", "in", lines.ids)],
            "display_name": self.env._("Parts by position: %(appliance)s", appliance=self.display_name),
            "context": {"search_default_group_position": 1, "create": False},
        }

    def _get_fitting_parts_domain(self):
        """Return the domain, for products or templates, of the spare parts that fit this appliance.

        A part fits when one of its lines is about the appliance; a part without lines when the family (or one above it), the brand
        and the model each either match or are left open.
        """
        self.ensure_one()
        simple = self._get_simple_domain() & (Domain("model_key", "=", False) & self._get_brand_domain() | self._get_same_model_domain())
        fitments_sudo = self.env["repair.part.fitment"].sudo()  # who may read the parts is asked where they are searched
        lines = fitments_sudo.search(fitments_sudo._get_appliance_domain(self), order="id")
        return Domain("is_spare_part", "=", True) & (simple | Domain("fitment_ids", "in", lines.ids))

    def _get_simple_domain(self):
        """Return the domain of the parts without lines for the appliance's family, or for any."""
        return Domain("has_fitments", "=", False) & Domain("is_spare_part", "=", True) & (
            Domain("fits_any_family", "=", True) | Domain("fits_family_id", "in", self._get_family_ids()))

    def _get_brand_domain(self):
        return Domain("fits_any_brand", "=", True) | Domain("fits_brand_id", "in", self.brand_id.ids)

    def _get_family_ids(self):
        ids, category = [], self.category_id
        while category:
            ids.append(category.id)
            category = category.parent_id
        return ids

    def _get_same_model_domain(self):
        if not self.model_name:
            return Domain.FALSE
        return Domain("fits_model_name", "in", [self.model_name]) & self._get_brand_domain()

    def _get_part_tiers(self):
        """Return domains (``product.product``) of the parts that fit, best first: made for the model, for the brand and family, for the
        family, for any appliance. A part may be in several; the first one counts."""
        self.ensure_one()
        levels = self.env["repair.part.fitment"]._get_levels(self)
        simple = self._get_simple_domain()
        open_model = simple & Domain("model_key", "=", False)
        tiers = [
            simple & self._get_same_model_domain(),
            open_model & Domain("fits_brand_id", "in", self.brand_id.ids),
            open_model & Domain("fits_any_brand", "=", True) & Domain("fits_any_family", "=", False),
        ]
        spare = Domain("is_spare_part", "=", True)
        return [
            *(spare & Domain("product_tmpl_id", "in", levels[level]) | tier for level, tier in enumerate(tiers)),
            open_model & Domain("fits_any_brand", "=", True)]
