from datetime import datetime, time, timedelta

from pytz import utc

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.repair_service.models.repair_flow import FLOW

VISIT_STATES = ("proposed", "confirmed")


class RepairVanTransfer(models.Model):
    """What goes on a van's load list by itself: what its rules ask for, and the parts of the next day's visits."""

    _inherit = "repair.van.transfer"

    @api.model
    def _cron_prepare_loads(self):
        """Lay out the load lists of every company's vans for the next day."""
        companies = self.env["res.company"].search([])  # pylint: disable=no-search-all  # they are few
        for index, company in enumerate(companies):
            self.with_company(company)._prepare_loads(company)
            self.env["repair.van.handover"].with_company(company)._prepare_for_contracts(company)
            if not self.env["ir.cron"]._commit_progress(1, remaining=len(companies) - index - 1):
                return

    @api.model
    def action_prepare_loads(self):
        """Lay out the load lists of the vans for the next day now; it is done every evening by itself.

        :raises AccessError: for others than the parts keeper and the stock manager
        """
        if not (self.env.su or self._is_keeper()):
            raise AccessError(self.env._("Load lists are laid out by the parts keeper or the stock manager."))
        self.sudo()._prepare_loads(self.env.company)  # rules and visits of everybody, the keeper's group is checked above
        return self.env["ir.actions.act_window"]._for_xml_id("repair_parts.repair_van_transfer_action")

    @api.model
    def _prepare_loads(self, company, day=None):
        """Let the rules of the vans fetch what is missing, and put the parts of the visits of ``day`` on the lists."""
        employees = self.env["hr.employee"].search([("van_location_id", "!=", False), ("company_id", "=", company.id)])
        if not employees:
            return
        rules = self.env["stock.warehouse.orderpoint"].search(
            [("location_id", "in", employees.van_location_id.ids), ("trigger", "=", "auto")])
        rules._procure_orderpoint_confirm(company_id=company, raise_user_error=False)
        day = day or fields.Date.context_today(self) + timedelta(days=1)
        self._add_visit_parts(employees, day)
        lists = self.search([("kind", "=", "load"), ("state", "=", "draft"), ("to_employee_id", "in", employees.ids)])
        lists.with_context(repair_flow=FLOW).write({"date": day})

    @api.model
    def _add_visit_parts(self, employees, day):
        """Put on the load lists what is reserved in the depot for the orders visited on ``day``; once each."""
        zone = self.env["repair.order"]._get_company_timezone(employees.company_id[:1])
        start = zone.localize(datetime.combine(day, time.min)).astimezone(utc).replace(tzinfo=None)
        visits = self.env["repair.appointment"].search([
            ("technician_id", "in", employees.ids), ("state", "in", VISIT_STATES), ("start", ">=", start),
            ("start", "<", start + timedelta(days=1))])
        listed = set(self.env["repair.van.transfer.line"].search([
            ("part_move_id", "in", visits.repair_id.move_ids.ids), ("transfer_id.state", "in", ("draft", "given"))]).part_move_id.ids)
        lines = self.env["repair.van.transfer.line"].with_context(repair_flow=FLOW)
        for visit in visits:
            van, depot = visit.technician_id.van_location_id, visit.repair_id.location_id
            for move in visit.repair_id._get_parts_to_take():
                if move.id in listed or move._get_reserved_in(depot) <= 0:
                    continue
                listed.add(move.id)
                lines.create({
                    "transfer_id": self._open(depot, van, day).id, "part_move_id": move.id, "product_id": move.product_id.id})


class StockPickingType(models.Model):
    _inherit = "stock.picking.type"

    is_van_type = fields.Boolean("Moves parts of vans", readonly=True, copy=False)


class StockMove(models.Model):
    """What Odoo's rules fetch for a van stands on its load list, and moves when the list is received; not before."""

    _inherit = "stock.move"

    def _action_confirm(self, merge=True, merge_into=False, create_proc=True):
        moves = super()._action_confirm(merge=merge, merge_into=merge_into, create_proc=create_proc)
        if self.env.context.get("repair_flow") is not FLOW:
            fetched = moves.filtered(lambda move: move.picking_type_id.is_van_type and move.rule_id and move.state != "cancel")
            fetched._list_for_van()
        return moves

    def _list_for_van(self):
        lines_sudo = self.env["repair.van.transfer.line"].sudo().with_context(repair_flow=FLOW)  # the lists are the flow's
        held = lines_sudo.search([("move_id", "in", self.ids)]).move_id
        for move in self - held.with_env(self.env):
            transfer = self.env["repair.van.transfer"]._open(move.location_id, move.location_dest_id)
            if not transfer:
                continue
            if not transfer.picking_id:
                transfer.picking_id = move.picking_id
            elif transfer.picking_id != move.picking_id:
                move.picking_id = transfer.picking_id
            lines_sudo.create({"transfer_id": transfer.id, "move_id": move.id, "product_id": move.product_id.id})

    def _action_done(self, cancel_backorder=False):
        if self.env.context.get("repair_flow") is not FLOW:
            listed = self.picking_id.sudo().filtered("van_transfer_ids")  # whoever moves the goods
            if listed:
                raise UserError(self.env._(
                    "%(transfer)s is handed over and received on its van list %(list)s.", transfer=listed[0].name,
                    list=listed[0].van_transfer_ids[0].name))
        return super()._action_done(cancel_backorder=cancel_backorder)

    def _action_cancel(self):
        result = super()._action_cancel()
        lines_sudo = self.env["repair.van.transfer.line"].sudo().with_context(repair_flow=FLOW)  # as above
        gone = lines_sudo.search([
            "|", ("move_id", "in", self.ids), ("part_move_id", "in", self.ids), ("transfer_id.state", "=", "draft")])
        gone = gone.filtered(lambda line: (line.move_id or line.part_move_id).state == "cancel")
        transfers = gone.transfer_id
        gone.unlink()
        transfers.filtered(lambda transfer: not transfer.line_ids).write({"state": "cancelled"})
        return result


class StockPicking(models.Model):
    _inherit = "stock.picking"

    van_transfer_ids = fields.One2many("repair.van.transfer", "picking_id", "Van list", groups="stock.group_stock_user")


class RepairOrder(models.Model):
    _inherit = "repair.order"

    def write(self, vals):
        """Write; parts that one technician was to take along are not loaded for him when another one goes."""
        result = super().write(vals)
        if "technician_id" in vals:
            lines_sudo = self.env["repair.van.transfer.line"].sudo().with_context(repair_flow=FLOW)  # the desk keeps no load lists
            lines = lines_sudo.search([("part_move_id.repair_id", "in", self.ids), ("transfer_id.state", "=", "draft")])
            lists = lines.transfer_id
            lines.filtered(lambda line: line.transfer_id.to_employee_id != line.repair_id.technician_id).unlink()
            lists.filtered(lambda transfer: not transfer.line_ids)._cancel()
        return result
