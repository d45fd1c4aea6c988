from odoo import api, fields, models
from odoo.exceptions import UserError

# In the order in which a technician meets them, from the doorstep to the receipt (handbook 3.2, 4.3.1).
STEPS = [
    ("depart", "Set off"), ("arrive", "I have arrived"), ("diagnose", "Record the diagnosis"), ("quote", "Send the quotation"),
    ("answer", "Customer signs the quotation"), ("start", "Start the repair"), ("parts", "Confirm the parts used"),
    ("inspect", "Final inspection"), ("finish", "Finish the repair"), ("accept", "Customer signs the acceptance"),
    ("pay", "Take the payment"), ("leave", "Visit finished"),
]
# Steps of the order that are the technician's on the spot, under the names that they have there.
ORDER_STEPS = ("diagnose", "quote", "answer", "start", "inspect", "finish", "accept")
STEP_BACK = {"type": "ir.actions.client", "tag": "repair_service.step_back"}


class RepairAppointment(models.Model):
    """The technician's day: what comes next at a visit, one step after the other on a telephone."""

    _inherit = "repair.appointment"

    day_step = fields.Selection(
        STEPS, "Next step", compute="_compute_day_step", compute_sudo=True,
        help="What the technician does next, by the state of the visit and the stage of its order.")
    day_name = fields.Char("Day", compute="_compute_day_name")
    appliance_id = fields.Many2one(related="repair_id.appliance_id", string="Customer's appliance")
    fault_short = fields.Char("Fault", compute="_compute_fault_short", compute_sudo=True)
    parts_to_take = fields.Char("What to bring", compute="_compute_parts_to_take", compute_sudo=True)
    service_stage = fields.Selection(related="repair_id.service_stage", string="Order stage")
    amount_to_collect = fields.Monetary(related="repair_id.amount_to_collect", currency_field="currency_id")
    currency_id = fields.Many2one(related="repair_id.currency_id")

    @api.depends("state", "repair_id.day_step", "repair_id.appointment_ids.state")
    def _compute_day_step(self):
        for visit in self:
            visit.day_step = visit._get_day_step()

    def _get_day_step(self):
        """Return the key of the technician's next step at this visit, ``False`` when nothing is left to him.

        An agreed visit is travelled to first. At the customer's the order decides. Once the visit is over its order's steps
        stay with it as long as no later visit has taken them over: money may still have to be taken.
        """
        self.ensure_one()
        if self.state in ("confirmed", "travelling"):
            return "depart" if self.state == "confirmed" else "arrive"
        if self.state == "arrived":
            return self.repair_id._get_order_day_step() or "leave"
        if self.state == "done" and self == self.repair_id._get_day_visit():
            return self.repair_id._get_order_day_step()
        return False

    @api.depends("start")
    @api.depends_context("lang", "tz")
    def _compute_day_name(self):
        today = fields.Date.context_today(self)
        names = {-1: self.env._("Yesterday"), 0: self.env._("Today"), 1: self.env._("Tomorrow")}
        for visit in self:
            day = visit.start and fields.Datetime.context_timestamp(visit, visit.start).date()
            visit.day_name = day and names.get((day - today).days, "")

    @api.depends("repair_id.symptom_id.name", "repair_id.fault_description")
    def _compute_fault_short(self):
        for visit in self:
            told = " ".join((visit.repair_id.fault_description or "").split())
            visit.fault_short = " · ".join(filter(None, (visit.repair_id.symptom_id.name, told[:80])))

    @api.depends("repair_id.move_ids.product_uom_qty", "repair_id.move_ids.state")
    @api.depends_context("lang")
    def _compute_parts_to_take(self):
        for visit in self:
            visit.parts_to_take = ", ".join(f"{move.product_id.display_name} × {move.product_uom_qty:g}" for move in visit.part_ids)

    def action_next_step(self):
        """Take the technician's next step, or open what it needs (handbook 3.2, 4.3.1).

        :return: ``True`` for a step that needs nothing more, else the action that opens order, dialogue or inspection
        :raises AccessError: somebody else's visit
        :raises UserError: nothing is left to do at this visit, or the step itself refuses
        """
        self.ensure_one()
        self.check_access("write")
        step = self.day_step
        if not step:
            raise UserError(self.env._("Nothing is left to do for %(visit)s.", visit=self.name))
        if step == "depart":
            return self.action_depart()
        if step == "arrive":
            self.action_arrive()
            return self.repair_id._open_day()
        if step == "leave":
            return self.action_done()
        if step in ("answer", "accept", "pay", "inspect"):
            return self.repair_id._take_day_step(step)
        return self.repair_id._open_day()

    def action_open_day_order(self):
        """Open the order of the visit on its page for a telephone."""
        self.ensure_one()
        return self.repair_id._open_day()

    def action_prepare_day(self):
        """Open the preparation of the visit on its page for a telephone.

        :raises UserError: as :meth:`action_prepare`
        """
        return self.repair_id._open_day_inspection(self.action_prepare())


class RepairOrder(models.Model):
    _inherit = "repair.order"

    day_step = fields.Selection(STEPS, "Technician's next step", compute="_compute_order_day_step", compute_sudo=True)
    day_visit_id = fields.Many2one("repair.appointment", "Current visit", compute="_compute_day_visit_id")
    day_visit_state = fields.Char("State of the visit", compute="_compute_day_visit_id")
    map_url = fields.Char("Map", compute="_compute_day_visit_id")
    unfitted_count = fields.Integer("Parts not confirmed", compute="_compute_unfitted_count", compute_sudo=True)

    @api.depends("appointment_ids.state", "appointment_ids.start", "appointment_ids.map_url")
    def _compute_day_visit_id(self):
        for order in self:
            order.day_visit_id = visit = order._get_day_visit()
            order.day_visit_state = visit.state
            order.map_url = visit.map_url

    def _get_day_visit(self):
        """Return the agreed visit of the order, else the last one that was made."""
        self.ensure_one()
        made = self.appointment_ids.filtered(lambda visit: visit.state == "done").sorted(lambda visit: (visit.start, visit.id))
        return self.appointment_ids.filtered("is_active")[:1] or made[-1:]

    @api.depends("move_ids.state", "move_ids.product_uom_qty", "move_ids.move_line_ids.fitted_quantity")
    def _compute_unfitted_count(self):
        for order in self:
            order.unfitted_count = len(order._get_parts_to_take().filtered(lambda move: move._get_unfitted_quantity() > 0))

    @api.depends("next_step", "unfitted_count", "amount_to_collect", "appointment_ids.state")
    def _compute_order_day_step(self):
        for order in self:
            visit = order._get_day_visit()
            if visit.state in ("confirmed", "travelling"):
                order.day_step = "depart" if visit.state == "confirmed" else "arrive"
            else:
                order.day_step = order._get_order_day_step() or (visit.state == "arrived" and "leave")

    def _get_order_day_step(self):
        """Return the key of the step that the order itself waits for from its technician, ``False`` for none.

        Invoice and closing are not his; what the customer still owes is.
        """
        self.ensure_one()
        step = self.next_step
        if step == "inspect" and self.unfitted_count:
            return "parts"
        if step in ORDER_STEPS:
            return step
        settling = self.service_stage == "accepted" or (self.service_stage == "quoted" and self.quotation_state == "refused")
        return settling and self.amount_to_collect > 0 and "pay"

    def action_day_step(self):
        """Take the technician's next step from the order's page for a telephone (handbook 3.2, 4.3.1).

        :return: ``True``, or the action that opens dialogue or inspection
        :raises AccessError: an order that the user may not change
        :raises UserError: nothing is left to do, or the step itself refuses
        """
        self.ensure_one()
        self.check_access("write")
        if not self.day_step:
            raise UserError(self.env._("Nothing is left to do for %(visit)s.", visit=self.name))
        return self._take_day_step(self.day_step)

    def _take_day_step(self, step):
        return getattr(self, f"_take_day_step_{step}")()

    def _take_day_step_depart(self):
        return self.day_visit_id.action_depart()

    def _take_day_step_arrive(self):
        return self.day_visit_id.action_arrive()

    def _take_day_step_leave(self):
        self.day_visit_id.action_done()
        return STEP_BACK

    def _take_day_step_diagnose(self):
        return self.action_diagnose()

    def _take_day_step_quote(self):
        return self.action_send_quotation()

    def _take_day_step_answer(self):
        return self._open_day_dialogue("repair_service.repair_quotation_answer_action", default_channel="onsite")

    def _take_day_step_start(self):
        return self.action_repair_start()

    def _take_day_step_parts(self):
        return self.action_confirm_parts()

    def _take_day_step_inspect(self):
        return self._open_day_inspection(self.action_new_inspection())

    def _take_day_step_finish(self):
        return self.action_repair_end()

    def _take_day_step_accept(self):
        return self._open_day_dialogue("repair_service.repair_acceptance_action")

    def _take_day_step_pay(self):
        action = self.action_collect_payment()
        return {**action, "views": [(self.env.ref("repair_service.repair_payment_view_form_day").id, "form")]}

    def action_leave_day(self):
        """Finish the visit that goes on for this order, whatever is left to do on the order, and go back to the day.

        :raises UserError: when nobody has arrived
        """
        self.ensure_one()
        self.check_access("write")
        return self._take_day_step_leave()

    def _open_day(self):
        """Return the action that opens the order on its page for a telephone."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window", "name": self.name, "res_model": "repair.order", "res_id": self.id,
            "views": [(self.env.ref("repair_service.repair_order_view_form_day").id, "form")],
            "context": {"repair_service": True},
        }

    def _open_day_dialogue(self, xmlid, **context):
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        return {**action, "context": {"default_repair_id": self.id, "active_id": self.id, **context}}

    @api.model
    def _open_day_inspection(self, action):
        return {**action, "views": [(self.env.ref("repair_service.repair_inspection_view_form_day").id, "form")]}


class RepairInspection(models.Model):
    _inherit = "repair.inspection"

    def action_validate_day(self):
        """Finish the inspection from its page for a telephone, and go back to where it was opened.

        :raises UserError: as :meth:`action_validate`
        """
        self.ensure_one()
        self.action_validate()
        return STEP_BACK


class RepairInspectionLine(models.Model):
    _inherit = "repair.inspection.line"

    def action_pass(self):
        """Answer points with "passed"; a measured point is answered by its value.

        :raises AccessError: on an inspection that the user may not change
        :raises ValidationError: a measured point without its value
        """
        self.write({"answer": "pass"})
        return True
