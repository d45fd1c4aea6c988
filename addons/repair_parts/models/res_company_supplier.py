from odoo import fields, models


class ResCompany(models.Model):
    """How suppliers of spare parts are scored and chosen (handbook 8.1.1, 8.1.2)."""

    _inherit = "res.company"

    repair_supplier_weight_quality = fields.Integer("Weight of quality", default=50)
    repair_supplier_weight_delivery = fields.Integer("Weight of delivery", default=30)
    repair_supplier_weight_price = fields.Integer("Weight of the price", default=20)
    repair_supplier_grade_a = fields.Float("Grade A from", default=85.0)
    repair_supplier_grade_b = fields.Float("Grade B from", default=70.0)
    repair_supplier_grade_c = fields.Float("Grade C from", default=50.0)
    repair_supplier_days = fields.Integer("Days looked back", default=365)
    repair_supplier_failure_days = fields.Integer(
        "Early failure within (days)", default=90,
        help="A part that is replaced on the same appliance so many days after it was fitted counts as failed early.")
    repair_supplier_minimum_lines = fields.Integer(
        "Least lines", default=5, help="A figure with fewer lines behind it is not shown: there is not enough data.")
    repair_supplier_unknown_score = fields.Float(
        "A supplier without a score counts as", default=60.0,
        help="Only when suppliers are ranked for a part; it is shown nowhere as his score.")
    repair_supplier_qualified_only = fields.Boolean(
        "Order spare parts from qualified suppliers only",
        help="Suppliers who are neither approved nor on trial cannot be ordered from either.")
    repair_supplier_reason_required = fields.Boolean(
        "Reason for another supplier", default=True,
        help="Whoever orders from another supplier although an approved one is better notes why.")

    _repair_supplier_weights = models.Constraint(
        "CHECK (repair_supplier_weight_quality >= 0 AND repair_supplier_weight_delivery >= 0 AND repair_supplier_weight_price >= 0"
        " AND repair_supplier_weight_quality + repair_supplier_weight_delivery > 0"
        " AND repair_supplier_weight_quality <= 1000 AND repair_supplier_weight_delivery <= 1000 AND repair_supplier_weight_price <= 1000)",
        "The weights of a supplier's figures lie between 0 and 1000; quality and delivery are not both without weight.")
    _repair_supplier_grades = models.Constraint(
        "CHECK (repair_supplier_grade_a <= 100 AND repair_supplier_grade_a > repair_supplier_grade_b"
        " AND repair_supplier_grade_b > repair_supplier_grade_c AND repair_supplier_grade_c > 0)",
        "The grades A, B and C begin at falling scores between 100 and 0.")
    _repair_supplier_ranges = models.Constraint(
        "CHECK (repair_supplier_days BETWEEN 7 AND 3660 AND repair_supplier_failure_days BETWEEN 1 AND 3660"
        " AND repair_supplier_minimum_lines BETWEEN 1 AND 1000 AND repair_supplier_unknown_score BETWEEN 0 AND 100)",
        "Suppliers are scored over 7 to 3660 days, early failures count within 1 to 3660 days, a figure needs 1 to 1000 lines, "
        "and an unknown supplier counts as 0 to 100.")


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    repair_supplier_weight_quality = fields.Integer(related="company_id.repair_supplier_weight_quality", readonly=False)
    repair_supplier_weight_delivery = fields.Integer(related="company_id.repair_supplier_weight_delivery", readonly=False)
    repair_supplier_weight_price = fields.Integer(related="company_id.repair_supplier_weight_price", readonly=False)
    repair_supplier_grade_a = fields.Float(related="company_id.repair_supplier_grade_a", readonly=False)
    repair_supplier_grade_b = fields.Float(related="company_id.repair_supplier_grade_b", readonly=False)
    repair_supplier_grade_c = fields.Float(related="company_id.repair_supplier_grade_c", readonly=False)
    repair_supplier_days = fields.Integer(related="company_id.repair_supplier_days", readonly=False)
    repair_supplier_failure_days = fields.Integer(related="company_id.repair_supplier_failure_days", readonly=False)
    repair_supplier_minimum_lines = fields.Integer(related="company_id.repair_supplier_minimum_lines", readonly=False)
    repair_supplier_unknown_score = fields.Float(related="company_id.repair_supplier_unknown_score", readonly=False)
    repair_supplier_qualified_only = fields.Boolean(related="company_id.repair_supplier_qualified_only", readonly=False)
    repair_supplier_reason_required = fields.Boolean(related="company_id.repair_supplier_reason_required", readonly=False)
