from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.repair_service.models.repair_flow import FLOW

from .repair_van_handover import KEEPER_GROUPS

NOTICE_DAYS = 14


class HrEmployee(models.Model):
    """Nobody leaves with the company's parts: what he has is handed over first (handbook 8.2.1)."""

    _inherit = "hr.employee"

    van_stock_ids = fields.One2many(
        "repair.van.stock", "employee_id", "Parts in the van", readonly=True, groups=(
            "repair_parts.repair_parts_group_keeper,stock.group_stock_manager,repair_service.repair_service_group_manager"))

    def _get_van_blockers(self):
        """Return what the employees still have of parts, in words: in their vans, on open lists, as old parts."""
        employees_sudo = self.sudo()  # whoever keeps employees need not read stock
        vans, found = employees_sudo.van_location_id, []
        number = self.env["stock.quant"].sudo().search_count(  # as above
            [("location_id", "child_of", vans.ids), ("quantity", "!=", 0)]) if vans else 0
        if number:
            found.append(self.env._("%(count)s items in the van", count=number))
        lists = self.env["repair.van.transfer"].sudo().search_count([  # as above
            ("state", "=", "given"), "|", ("from_employee_id", "in", self.ids), ("to_employee_id", "in", self.ids)])
        if lists:
            found.append(self.env._("%(count)s van lists on the way", count=lists))
        cores = self.env["repair.core.return"].sudo().search_count(  # as above
            [("technician_id", "in", self.ids), ("state", "=", "technician")])
        if cores:
            found.append(self.env._("%(count)s old parts", count=cores))
        return found

    def write(self, vals):
        """Write; who leaves, or gives up his van, hands it over first.

        :raises UserError: parts are still in the van, on their way, or with him as old parts
        """
        if self.env.context.get("repair_flow") is not FLOW:
            leaves = vals.get("active") is False
            for employee in self:
                van_sudo = employee.sudo().van_location_id  # as above
                moves = "van_location_id" in vals and van_sudo and vals["van_location_id"] != van_sudo.id
                if (leaves or moves) and (blockers := employee._get_van_blockers()):
                    raise UserError(self.env._(
                        "%(employee)s still has parts of the company: %(parts)s. Hand the van over first (Vans / Hand-overs).",
                        employee=employee.sudo().name, parts=", ".join(blockers)))
        old_vans = {employee: employee.sudo().van_location_id for employee in self}  # as above
        result = super().write(vals)
        if vals.get("active") is False:
            self._rest_van_rules(self.sudo().van_location_id)  # as above
        elif "van_location_id" in vals:
            for employee, van in old_vans.items():
                if van != employee.sudo().van_location_id:
                    employee._rest_van_rules(van)
        if vals.get("departure_date"):
            self.env["repair.van.handover"]._prepare(self, fields.Date.to_date(vals["departure_date"]))
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_parts(self):
        if blockers := self._get_van_blockers():
            raise UserError(self.env._(
                "%(employee)s still has parts of the company: %(parts)s. Hand the van over first (Vans / Hand-overs).",
                employee=", ".join(self.sudo().mapped("name")), parts=", ".join(blockers)))  # as above

    def _rest_van_rules(self, vans):
        """Let rules of empty vans rest, and drop what was to be loaded into them."""
        if not vans:
            return
        rules_sudo, lists_sudo = self.env["stock.warehouse.orderpoint"].sudo(), self.env["repair.van.transfer"].sudo()  # as above
        rules_sudo.search([("location_id", "in", vans.ids)]).active = False
        lists_sudo.search([("location_dest_id", "in", vans.ids), ("state", "=", "draft")])._cancel()

    def action_hand_over_van(self):
        """Begin the hand-over of the technician's van, and open it.

        :raises AccessError: for others than the parts keeper, the stock manager and the service manager
        :raises UserError: nothing to hand over
        """
        self.ensure_one()
        if not (self.env.su or any(self.env.user.has_group(group) for group in KEEPER_GROUPS)):
            raise AccessError(self.env._("Vans are taken over by the parts keeper, the stock manager or the service manager."))
        employee_sudo = self.sudo()  # the keeper reads no employees, his group is checked above
        if employee_sudo.company_id not in self.env.companies:
            raise AccessError(self.env._("Vans are set up within one's own companies."))
        day = employee_sudo.departure_date or fields.Date.context_today(self)
        handover = self.env["repair.van.handover"]._prepare(self, day, "leaves" if employee_sudo.departure_date else "van")
        if not handover:
            raise UserError(self.env._("%(technician)s has nothing to hand over.", technician=employee_sudo.name))
        return {
            "type": "ir.actions.act_window", "res_model": "repair.van.handover", "res_id": handover.id, "views": [(False, "form")]}


class StockLocation(models.Model):
    _inherit = "stock.location"

    is_handed_over = fields.Boolean(
        "Van is being handed over", readonly=True, copy=False, help="Nothing is taken from it for orders any more.")


class RepairOrder(models.Model):
    _inherit = "repair.order"

    def _get_van(self):
        """Return the van of the technician; none while it is being handed over."""
        return super()._get_van().filtered(lambda van: not van.is_handed_over)


class RepairVanHandover(models.Model):
    _inherit = "repair.van.handover"

    @api.model
    def _prepare_for_contracts(self, company):
        """Make the hand-overs of technicians whose contract ends within two weeks."""
        today = fields.Date.context_today(self)
        for employee in self.env["hr.employee"].search([
                ("van_location_id", "!=", False), ("company_id", "=", company.id),
                ("current_version_id.contract_date_end", ">=", today),
                ("current_version_id.contract_date_end", "<=", today + timedelta(days=NOTICE_DAYS))]):
            if not self.search_count([("employee_id", "=", employee.id), ("date", "=", employee.current_version_id.contract_date_end)]):
                self._prepare(employee, employee.current_version_id.contract_date_end)


class RepairTechnician(models.Model):
    _inherit = "repair.technician"

    def action_hand_over_van(self):
        """Begin the hand-over of the technician's van, as :meth:`hr.employee.action_hand_over_van`."""
        self.check_access("read")
        return self.env["hr.employee"].browse(self.ids).action_hand_over_van()
