from odoo import api, fields, models

TOOL_KINDS = [
    ("general", "General tool"), ("special", "Special tool"), ("instrument", "Testing instrument"), ("auxiliary", "Auxiliary equipment"),
]


class RepairToolType(models.Model):
    """A type of tool and its rules: how often it is checked and calibrated (handbook 4.2.1, 4.2.2)."""

    _name = "repair.tool.type"
    _description = "Type of tool"
    _inherit = ["repair.input"]
    _order = "kind, sequence, name, id"

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(TOOL_KINDS, required=True, default="general", index=True)
    sequence = fields.Integer(default=10)
    check_days = fields.Integer("Check every (days)", default=90, help="By whoever has the tool. 0: no periodic check.")
    check_points = fields.Text("What to check", translate=True, help="One point a line.")
    calibration_months = fields.Integer(
        "Calibrate every (months)", help="Of instruments that measure: without a valid calibration they cannot. 0: no calibration.")
    active = fields.Boolean(default=True)

    _rules_range = models.Constraint(
        "CHECK (check_days BETWEEN 0 AND 3650 AND calibration_months BETWEEN 0 AND 120)",
        "Checks lie between 0 and 3650 days, calibrations between 0 and 120 months.")
    _calibrated_instruments = models.Constraint(
        "CHECK (kind = 'instrument' OR COALESCE(calibration_months, 0) = 0)", "Only testing instruments are calibrated.")


class RepairToolKit(models.Model):
    """What a technician of a job or territory has to have."""

    _name = "repair.tool.kit"
    _description = "Tool kit"
    _inherit = ["repair.input"]
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one("res.company", index="btree_not_null", help="Empty: for all companies.")
    job_ids = fields.Many2many("hr.job", "repair_tool_kit_job_rel", "kit_id", "job_id", string="Jobs", help="Empty: every job.")
    territory_ids = fields.Many2many(
        "repair.territory", "repair_tool_kit_territory_rel", "kit_id", "territory_id", string="Territories",
        help="Empty: every territory.")
    line_ids = fields.One2many("repair.tool.kit.line", "kit_id", "Tools", copy=True)
    active = fields.Boolean(default=True)


class RepairToolKitLine(models.Model):
    _name = "repair.tool.kit.line"
    _description = "Tool of a kit"
    _inherit = ["repair.input"]
    _order = "kit_id, sequence, id"

    kit_id = fields.Many2one("repair.tool.kit", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    tool_type_id = fields.Many2one("repair.tool.type", "Tool", required=True, index=True, ondelete="restrict")
    kind = fields.Selection(related="tool_type_id.kind")
    quantity = fields.Integer(default=1, required=True)

    _one_per_kit = models.UniqueIndex("(kit_id, tool_type_id)", "This tool stands in the kit already: change its quantity.")
    _quantity_range = models.Constraint("CHECK (quantity BETWEEN 1 AND 1000)", "A kit holds 1 to 1000 of a tool.")

    @api.depends("tool_type_id", "quantity")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.tool_type_id.name} × {line.quantity}"
