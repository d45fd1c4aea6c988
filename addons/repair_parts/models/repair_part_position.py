from odoo import api, fields, models


class RepairPartPosition(models.Model):
    """Where in an appliance a part sits: compressor compartment, door, board slot."""

    _name = "repair.part.position"
    _description = "Position in the Appliance"
    _inherit = ["repair.input"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(help="Number on the drawing, or a short name for imports.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    category_ids = fields.Many2many(
        "repair.appliance.category", "repair_part_position_category_rel", "position_id", "category_id", string="Families",
        help="Families that have this position. Empty: any.")
    fitment_ids = fields.One2many("repair.part.fitment", "position_id", string="Parts here")

    _code_uniq = models.UniqueIndex("(upper(code)) WHERE code IS NOT NULL", "Another position has this code: choose a different one.")
    _rec_names_search = ["name", "code"]

    @api.depends("name", "code")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for position in self:
            position.display_name = f"{position.code} {position.name}" if position.code else position.name


class RepairApplianceCategory(models.Model):
    _inherit = "repair.appliance.category"

    parts_drawing = fields.Image(
        "Drawing of positions", max_width=1920, max_height=1920, help="Where the positions lie; parts are found by them.")

    def action_view_fitments(self):
        """Open the parts of the family by their position: what is listed for it, for a family above, or for any."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_parts.repair_part_fitment_action")
        ancestors = self._get_ancestor_ids()
        return {
            **action, "display_name": self.env._("Parts by position: %(family)s", family=self.name),
            "domain": ["|", ("category_id", "child_of", self.id), ("category_id", "in", sorted(ancestors))],
            "context": {"default_category_id": self.id, "search_default_group_position": 1},
        }
