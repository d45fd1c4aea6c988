from odoo import api, fields, models


class HrEmployeePublic(models.Model):
    _inherit = "hr.employee.public"

    qualified_category_ids = fields.Many2many(
        "repair.appliance.category", string="May repair today",
        compute="_compute_qualification", search="_search_qualified_category_ids",
    )
    qualified_family_ids = fields.Many2many(
        "repair.appliance.category", string="Families he may take", compute="_compute_qualification")
    qualification_gap = fields.Text(string="Missing certificates", compute="_compute_qualification")

    @api.depends_context("lang", "tz")
    def _compute_qualification(self):
        self._compute_from_employee(["qualified_category_ids", "qualified_family_ids", "qualification_gap"])

    def _search_qualified_category_ids(self, operator, value):
        return self.env["hr.employee"]._search_qualified_category_ids(operator, value)
