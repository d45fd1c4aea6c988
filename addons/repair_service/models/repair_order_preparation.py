from odoo import api, fields, models
from odoo.exceptions import UserError

from .repair_flow import FLOW

PREPARATION_STATES = [("todo", "Not prepared"), ("incomplete", "Incomplete"), ("done", "Prepared")]


class RepairOrder(models.Model):
    """What the technician gets ready before a visit (handbook 4.3.1, 5.2.1)."""

    _inherit = "repair.order"

    preparation_state = fields.Selection(
        PREPARATION_STATES, "Preparation", compute="_compute_preparation_state", store=True, index="btree_not_null",
        help="Tools, protection and papers for the visit. An unfinished preparation is shown; it stops nobody.")

    @api.depends("inspection_ids.kind", "inspection_ids.result")
    def _compute_preparation_state(self):
        states = {"pass": "done", "fail": "incomplete"}
        for order in self:
            preparation = order._get_preparation()
            order.preparation_state = preparation and states.get(preparation.result, "todo")

    def _get_preparation(self):
        """Return the order's latest preparation, empty before a visit is agreed."""
        self.ensure_one()
        return self.inspection_ids.filtered(lambda inspection: inspection.kind == "preparation").sorted("id")[-1:]

    def _get_parts_to_take(self):
        """Return the parts that are still to be fitted."""
        return self.move_ids.filtered(lambda move: move.repair_line_type == "add" and move.state not in ("done", "cancel"))

    def _on_appointment_confirmed(self):
        result = super()._on_appointment_confirmed()
        self.filtered(lambda order: not order.sudo()._get_preparation())._lay_out_preparation()  # the desk lays out nothing itself
        return result

    def _lay_out_preparation(self):
        """Lay out the preparation from the checklist of the appliance's family; families without one need none."""
        templates = self.env["repair.inspection.template"].sudo()  # the checklists are the company's, whoever confirms the visit
        values = [
            {"repair_id": order.id, "template_id": template.id, "kind": "preparation"}
            for order in self if (template := templates._search_for_category(order.appliance_category_id, "preparation"))]
        return templates.env["repair.inspection"].with_context(repair_flow=FLOW, mail_create_nolog=True).create(values)


class RepairInspection(models.Model):
    _inherit = "repair.inspection"

    part_ids = fields.Many2many("stock.move", compute="_compute_part_ids", string="Parts to take")

    @api.depends("repair_id.move_ids.state", "repair_id.move_ids.repair_line_type", "kind")
    def _compute_part_ids(self):
        for inspection in self:
            inspection.part_ids = inspection.kind == "preparation" and inspection.repair_id._get_parts_to_take()


class RepairAppointment(models.Model):
    _inherit = "repair.appointment"

    preparation_state = fields.Selection(related="repair_id.preparation_state")
    part_ids = fields.Many2many("stock.move", compute="_compute_part_ids", string="Parts to take")

    @api.depends("repair_id.move_ids.state", "repair_id.move_ids.repair_line_type")
    def _compute_part_ids(self):
        for visit in self:
            visit.part_ids = visit.repair_id._get_parts_to_take()

    def action_prepare(self):
        """Open the preparation of the visit's order; one that was finished incomplete is laid out anew.

        :return: action that opens the checklist
        :raises UserError: when the visit is over or the family has no checklist
        """
        self.ensure_one()
        self.check_access("write")
        order = self.repair_id
        preparation = order.sudo()._get_preparation()  # the order of a visit that the user works on
        if self.is_open and (not preparation or preparation.result == "fail"):
            preparation = order._lay_out_preparation()
        if not preparation:
            raise UserError(self.env._(
                "Nothing is laid out to prepare for %(visit)s: a service manager adds a checklist of the kind Preparation.",
                visit=self.name))
        return {
            "type": "ir.actions.act_window", "name": self.env._("Preparation"), "res_model": "repair.inspection",
            "res_id": preparation.id, "views": [(False, "form")],
        }


class StockMove(models.Model):
    _inherit = "stock.move"

    reserved_at = fields.Char(
        "Reserved in", compute="_compute_reserved_at", compute_sudo=True, help="Shelf, quantity and lot from which the part is taken.")

    @api.depends("move_line_ids.location_id", "move_line_ids.lot_id", "move_line_ids.quantity", "state")
    def _compute_reserved_at(self):
        for move in self:
            places = [
                " · ".join(filter(None, (line.location_id.display_name, line.lot_id.name, f"{line.quantity:g}")))
                for line in move.move_line_ids if line.quantity]
            move.reserved_at = ", ".join(places) or self.env._("not reserved")
