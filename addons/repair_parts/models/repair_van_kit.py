from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.repair_service.models.repair_flow import FLOW

KIT_GROUPS = ("repair_parts.repair_parts_group_keeper", "stock.group_stock_manager", "repair_service.repair_service_group_manager")


class RepairVanKit(models.Model):
    """What a van carries: the parts of the families that its technician repairs, with minimum and maximum (handbook 8.2.1)."""

    _name = "repair.van.kit"
    _description = "Van Kit"
    _inherit = ["repair.input"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    category_ids = fields.Many2many(
        "repair.appliance.category", string="Families",
        help="For vans of technicians who may repair one of these today. Empty: for every van.")
    line_ids = fields.One2many("repair.van.kit.line", "kit_id", "Parts", copy=True)

    def _get_for(self, employee):
        """Return the kits meant for the van of ``employee``: of his company, for a family that he may repair today."""
        kits_sudo = self.sudo().search([("company_id", "=", employee.company_id.id)])  # whoever sets the van up
        today = fields.Date.context_today(self)
        return kits_sudo.filtered(lambda kit: not kit.category_ids or any(
            employee._is_qualified_for(category, today) for category in kit.category_ids))

    def _get_wanted(self):
        """Return ``{product: (minimum, maximum)}`` of the kits together; where two name a part the larger one holds."""
        wanted = {}
        for line in self.line_ids:
            low, high = wanted.get(line.product_id, (0.0, 0.0))
            wanted[line.product_id] = (max(low, line.min_qty), max(high, line.max_qty))
        return wanted


class RepairVanKitLine(models.Model):
    _name = "repair.van.kit.line"
    _description = "Part of a Van Kit"
    _inherit = ["repair.input"]
    _order = "kit_id, id"
    _rec_name = "product_id"

    kit_id = fields.Many2one("repair.van.kit", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="kit_id.company_id", store=True)
    product_id = fields.Many2one(
        "product.product", "Part", required=True, index=True, ondelete="restrict", domain="[('is_spare_part', '=', True)]")
    min_qty = fields.Float("Minimum", digits="Product Unit", default=1.0, required=True)
    max_qty = fields.Float("Maximum", digits="Product Unit", default=2.0, required=True)

    _part_uniq = models.UniqueIndex("(kit_id, product_id)", "The part is in this kit already.")
    _range = models.Constraint(
        "CHECK (min_qty >= 0 AND max_qty >= min_qty AND max_qty > 0 AND max_qty <= 100000)",
        "The maximum is above zero, and at least the minimum.")


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    def action_set_up_van(self):
        """Make the vans, and give each its kit; as :meth:`hr.employee.action_set_up_van` of the vans themselves."""
        new = self.sudo().filtered(lambda employee: not employee.van_location_id)  # the keeper reads no employees
        result = super().action_set_up_van()
        new._apply_van_kits()
        return result

    def _apply_van_kits(self):
        """Give vans minimum and maximum of their kits; what a planner set himself stays.

        :return: number of rules made or changed
        """
        changed = 0
        for employee, differences in self.sudo()._get_kit_differences().items():  # who plans vans keeps no employees
            van = employee.van_location_id
            rules = self.env["stock.warehouse.orderpoint"].sudo().with_company(van.company_id).with_context(repair_flow=FLOW)  # as above
            for product, (rule, low, high) in differences.items():
                values = {"product_min_qty": low, "product_max_qty": high}
                if rule:
                    rule.sudo().with_context(repair_flow=FLOW).write({**values, "active": True})  # as above
                else:
                    warehouse = self.env["stock.warehouse"]._get_van_warehouse(van)
                    rules.create({
                        **values, "product_id": product.id, "location_id": van.id, "warehouse_id": warehouse.id,
                        "company_id": van.company_id.id, "trigger": "auto"})
                changed += 1
        return changed

    def _get_kit_differences(self):
        """Return ``{employee: {product: (rule, minimum, maximum)}}`` of what kits ask for and vans have not."""
        owners = self.filtered("van_location_id")
        rules = self.env["stock.warehouse.orderpoint"].sudo().with_context(active_test=False).search(  # who plans vans
            [("location_id", "in", owners.van_location_id.ids)])
        held = {(rule.location_id, rule.product_id): rule for rule in rules}
        found = {}
        for employee in owners:
            found[employee] = {}
            for product, (low, high) in self.env["repair.van.kit"]._get_for(employee)._get_wanted().items():
                rule = held.get((employee.van_location_id, product), rules.browse())
                if rule.active and (rule.is_planner_own or (rule.product_min_qty, rule.product_max_qty) == (low, high)):
                    continue
                found[employee][product] = (rule, low, high)
        return found


class RepairTechnician(models.Model):
    _inherit = "repair.technician"

    van_kit_gap = fields.Char("Differs from its kit", compute="_compute_van_kit_gap", compute_sudo=True)

    @api.depends("van_location_id")
    @api.depends_context("lang")
    def _compute_van_kit_gap(self):
        differences = self.employee_id._get_kit_differences()
        for technician in self:
            gaps = differences.get(technician.employee_id, {})
            technician.van_kit_gap = ", ".join(
                f"{product.default_code or product.name} {low:g}–{high:g}" for product, (_rule, low, high) in list(gaps.items())[:8])

    def action_apply_van_kit(self):
        """Give the vans minimum and maximum of their kits.

        :raises AccessError: for users who keep neither parts nor stock nor the service
        :raises UserError: technicians without a van
        """
        self.check_access("read")
        if not (self.env.su or any(self.env.user.has_group(group) for group in KIT_GROUPS)):
            raise AccessError(self.env._("Kits of vans are given by the parts keeper, the stock manager or the service manager."))
        if without := self.filtered(lambda technician: not technician.van_location_id):
            raise UserError(self.env._("%(technician)s has no van yet: set it up first.", technician=without[0].name))
        self.env["hr.employee"].browse(self.ids)._apply_van_kits()
        self.invalidate_recordset(["van_kit_gap"])
        return True
