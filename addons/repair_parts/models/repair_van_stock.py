import math

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.repair_service.models.repair_flow import FLOW

from .repair_van_transfer import KEEPER_GROUPS

COST_READERS = (
    "repair_parts.repair_parts_group_keeper,repair_service.repair_service_group_manager,stock.group_stock_manager,"
    "account.group_account_invoice,account.group_account_readonly")
DEMAND_DAYS = 90
COVER_DAYS = 14


class RepairVanStock(models.Model):
    """What lies in a van, part by part, beside what should lie there and what was used from it. Read from stock by one query."""

    _name = "repair.van.stock"
    _description = "Stock of a Van"
    _inherit = ["repair.count.blind.product"]
    _auto = False
    _order = "employee_id, default_code, id"
    _rec_name = "product_id"
    _depends = {
        "hr.employee": ["van_location_id", "company_id", "user_id"],
        "stock.quant": ["product_id", "location_id", "quantity", "reserved_quantity"],
        "stock.location": ["parent_path"],
        "stock.warehouse.orderpoint": ["product_id", "location_id", "product_min_qty", "product_max_qty", "active"],
        "stock.move.line": ["product_id", "location_id", "state", "date", "quantity_product_uom", "location_dest_id"],
        "product.product": ["default_code", "product_tmpl_id"],
        "product.template": ["is_spare_part"],
    }

    employee_id = fields.Many2one("hr.employee", "Technician", readonly=True)
    user_id = fields.Many2one("res.users", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    location_id = fields.Many2one("stock.location", "Van", readonly=True)
    product_id = fields.Many2one("product.product", "Part", readonly=True)
    default_code = fields.Char("Number", readonly=True)
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    abc_class = fields.Selection(related="product_id.abc_class")
    orderpoint_id = fields.Many2one("stock.warehouse.orderpoint", "Rule", readonly=True)
    quantity = fields.Float("In the van", digits="Product Unit", readonly=True)
    reserved_quantity = fields.Float("For orders", digits="Product Unit", readonly=True)
    free_quantity = fields.Float("Free", digits="Product Unit", readonly=True)
    min_qty = fields.Float("Minimum", digits="Product Unit", readonly=True)
    max_qty = fields.Float("Maximum", digits="Product Unit", readonly=True)
    used_quantity = fields.Float("Used in 90 days", digits="Product Unit", readonly=True)
    unused_quantity = fields.Float(
        "Too much", digits="Product Unit", readonly=True, help="Free, and above the maximum; all that is free where no rule asks for it.")
    suggested_min = fields.Float("Suggested minimum", compute="_compute_suggestion", digits="Product Unit")
    suggested_max = fields.Float("Suggested maximum", compute="_compute_suggestion", digits="Product Unit")
    lot_names = fields.Char("Lots", compute="_compute_lot_names", compute_sudo=True)
    value = fields.Monetary(compute="_compute_value", compute_sudo=True, groups=COST_READERS)
    scan_code = fields.Char("Bar code or number", compute="_compute_scan_code", search="_search_scan_code")

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT van.employee_id * 10000000::bigint + part.product_id AS id, van.employee_id, van.user_id, van.company_id,
                   van.location_id, part.product_id, product.default_code, rule.id AS orderpoint_id,
                   COALESCE(held.quantity, 0) AS quantity, COALESCE(held.reserved, 0) AS reserved_quantity,
                   COALESCE(held.quantity, 0) - COALESCE(held.reserved, 0) AS free_quantity,
                   COALESCE(rule.product_min_qty, 0) AS min_qty, COALESCE(rule.product_max_qty, 0) AS max_qty,
                   COALESCE(used.quantity, 0) AS used_quantity,
                   GREATEST(LEAST(COALESCE(held.quantity, 0) - COALESCE(held.reserved, 0),
                                  COALESCE(held.quantity, 0) - COALESCE(rule.product_max_qty, 0)), 0) AS unused_quantity
              FROM (
                SELECT employee.id AS employee_id, employee.user_id, location.company_id, location.id AS location_id, location.parent_path
                  FROM hr_employee employee JOIN stock_location location ON location.id = employee.van_location_id) van
             CROSS JOIN LATERAL (
                SELECT quant.product_id FROM stock_quant quant
                  JOIN stock_location place ON place.id = quant.location_id AND place.parent_path LIKE van.parent_path || '%%'
                 UNION SELECT point.product_id FROM stock_warehouse_orderpoint point
                 WHERE point.location_id = van.location_id AND point.active
                 UNION SELECT line.product_id FROM stock_move_line line
                  JOIN stock_location target ON target.id = line.location_dest_id AND target.usage = 'production'
                 WHERE line.location_id = van.location_id AND line.state = 'done' AND line.date >= %(since)s) part
              JOIN product_product product ON product.id = part.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id AND template.is_spare_part
              LEFT JOIN LATERAL (
                SELECT SUM(quant.quantity) AS quantity, SUM(quant.reserved_quantity) AS reserved
                  FROM stock_quant quant
                  JOIN stock_location place ON place.id = quant.location_id AND place.parent_path LIKE van.parent_path || '%%'
                 WHERE quant.product_id = part.product_id) held ON TRUE
              LEFT JOIN stock_warehouse_orderpoint rule
                ON rule.location_id = van.location_id AND rule.product_id = part.product_id AND rule.active
              LEFT JOIN LATERAL (
                SELECT SUM(line.quantity_product_uom) AS quantity FROM stock_move_line line
                  JOIN stock_location target ON target.id = line.location_dest_id AND target.usage = 'production'
                 WHERE line.location_id = van.location_id AND line.product_id = part.product_id AND line.state = 'done'
                   AND line.date >= %(since)s) used ON TRUE
             WHERE COALESCE(held.quantity, 0) != 0 OR rule.id IS NOT NULL OR COALESCE(used.quantity, 0) != 0
            """, since=fields.Datetime.subtract(fields.Datetime.now().replace(minute=0, second=0, microsecond=0), days=DEMAND_DAYS))

    @api.depends("used_quantity")
    def _compute_suggestion(self):
        """Suggest what covers two weeks of what the van used lately, and twice as much at most; nothing for what it did not use."""
        for row in self:
            row.suggested_min = math.ceil(row.used_quantity * COVER_DAYS / DEMAND_DAYS)
            row.suggested_max = max(row.suggested_min, math.ceil(row.used_quantity * 2 * COVER_DAYS / DEMAND_DAYS))

    @api.depends("location_id", "product_id")
    def _compute_lot_names(self):
        quants = self.env["stock.quant"].search(
            [("location_id", "child_of", self.location_id.ids), ("product_id", "in", self.product_id.ids), ("quantity", ">", 0)],
            order="in_date, id")
        for row in self:
            own = quants.filtered(
                lambda quant, row=row: quant.product_id == row.product_id and quant.location_id._child_of(row.location_id))
            row.lot_names = ", ".join(own.lot_id.mapped("name"))

    @api.depends("quantity", "product_id")
    def _compute_value(self):
        for company, rows in self.grouped("company_id").items():
            costs = {product.id: product.standard_price for product in rows.product_id.with_company(company)}
            for row in rows:
                row.value = row.quantity * costs[row.product_id.id]

    def _compute_scan_code(self):
        self.scan_code = False

    @api.model
    def _search_scan_code(self, operator, value):
        if operator not in ("ilike", "=") or not isinstance(value, str):
            return NotImplemented
        products = self.env["product.product"]._search_display_name("ilike", value)
        found = self.env["repair.order"]._find_products_by_number(value.strip()) if value.strip() else self.env["product.product"]
        lots = self.env["stock.lot"].sudo().search([("name", "=", value.strip())]).product_id  # what the label names
        return Domain("product_id", "any", products) | Domain("product_id", "in", (found | lots).ids)

    def action_give_back(self):
        """Open the dialogue that gives the part back to the depot, or to a colleague.

        :raises UserError: nothing of it is in the van
        """
        self.ensure_one()
        self.check_access("read")
        if self.free_quantity <= 0:
            raise UserError(self.env._("Nothing of %(part)s lies free in the van.", part=self.product_id.display_name))
        return {
            "type": "ir.actions.act_window", "name": self.env._("Give back"), "res_model": "repair.van.give", "view_mode": "form",
            "target": "new", "context": {
                "default_employee_id": self.employee_id.id, "default_product_id": self.product_id.id,
                "default_quantity": self.unused_quantity or self.free_quantity}}

    @api.model
    def action_return_unused(self):
        """Put what one's own van has too much of on a list for the depot.

        :raises UserError: without a van, or nothing too much
        """
        unused = self.search([("user_id", "=", self.env.uid), ("unused_quantity", ">", 0)])
        if not unused:
            raise UserError(self.env._("Nothing in your van is too much: all of it is wanted there."))
        transfers = self.env["repair.van.transfer"]
        for row in unused:
            transfers |= self.env["repair.van.transfer"]._give_back(row.employee_id, row.product_id, row.unused_quantity)
        return transfers[0]._get_form_action()

    def action_use_suggestion(self):
        """Make the suggested quantities the van's minimum and maximum, as the planner's own.

        :raises AccessError: for others than the parts keeper, the stock manager and the service manager
        :raises UserError: a part that the van did not use
        """
        self.check_access("read")
        groups = (*KEEPER_GROUPS, "repair_service.repair_service_group_manager")
        if not (self.env.su or any(self.env.user.has_group(group) for group in groups)):
            raise AccessError(self.env._("Minimum and maximum are set by the parts keeper, the stock manager or the service manager."))
        for row in self:
            if not row.suggested_min:
                raise UserError(self.env._(
                    "%(part)s was not used from this van lately: nothing is suggested.", part=row.product_id.display_name))
            values = {"product_min_qty": row.suggested_min, "product_max_qty": row.suggested_max}
            if row.orderpoint_id:
                row.orderpoint_id.sudo().write(values)  # keepers set rules of vans only, their group is checked above
            else:
                warehouse = self.env["stock.warehouse"]._get_van_warehouse(row.location_id)
                self.env["stock.warehouse.orderpoint"].sudo().with_company(row.company_id).create({  # as above
                    **values, "product_id": row.product_id.id, "location_id": row.location_id.id, "warehouse_id": warehouse.id,
                    "company_id": row.company_id.id, "trigger": "auto"})
        self.env.flush_all()
        self.invalidate_model()
        return True


class RepairVanTransfer(models.Model):
    _inherit = "repair.van.transfer"

    @api.model
    def _give_back(self, employee, product, quantity, target=None, lot=None):
        """Put a part of the van of ``employee`` on the open list for the depot, or for the van ``target``; by himself or the keeper.

        :raises AccessError: for others
        :raises UserError: no van, or less lies free in it
        """
        employee_sudo = employee.sudo()  # a technician reads no employees
        van_sudo = employee_sudo.van_location_id
        if not (self.env.su or employee_sudo.user_id.id == self.env.uid or self._is_keeper()):
            raise AccessError(self.env._("Parts of a van are given by its technician, or fetched back by the parts keeper."))
        if not van_sudo:
            raise UserError(self.env._("%(technician)s has no van yet: set it up first.", technician=employee_sudo.name))
        if target and target == van_sudo:
            raise UserError(self.env._("This is the same van."))
        free = product.sudo()._get_free_quantities(van_sudo).get(product, 0.0)  # of the one van that is checked above
        if quantity <= 0 or product.uom_id.compare(quantity, free) > 0:
            raise UserError(self.env._(
                "%(free)s of %(part)s lie free in the van: give these or less.", free=f"{free:g}", part=product.display_name))
        depot = self.env["stock.warehouse"]._get_van_warehouse(van_sudo).lot_stock_id
        transfer_sudo = self.sudo()._open(van_sudo, target or depot).with_context(repair_flow=FLOW)  # as above
        transfer_sudo._add(product.sudo(), quantity, lot=lot)  # as above
        return transfer_sudo.with_env(self.env)

    def _get_form_action(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "name": self.name, "res_model": self._name, "res_id": self.id, "views": [(False, "form")]}
