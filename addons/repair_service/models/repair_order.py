from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from .repair_flow import FLOW

STAGES = [
    ("requested", "Requested"),
    ("booked", "Booked"),
    ("diagnosed", "Diagnosed"),
    ("quoted", "Quoted"),
    ("approved", "Approved"),
    ("repairing", "Repairing"),
    ("inspected", "Inspected"),
    ("accepted", "Accepted"),
    ("closed", "Closed"),
    ("cancelled", "Cancelled"),
]
FINISHED_STAGES = ("closed", "cancelled")

# Codes of one kind: those for every family and those of the appliance's family or one above it.
CODE_DOMAIN = (
    "[('kind', '=', '%s'), '|', ('category_ids', '=', False), ('category_ids', 'parent_of', appliance_category_id)]")


class RepairOrder(models.Model):
    _name = "repair.order"
    _inherit = ["repair.order", "portal.mixin"]
    _mail_post_access = "read"  # inspectors and accountants leave notes on orders that they cannot change

    appliance_id = fields.Many2one(
        "repair.appliance", index="btree_not_null", check_company=True, tracking=True, ondelete="restrict",
        domain="[('partner_id', '=?', partner_id)]",
        help="The customer's appliance. An order with an appliance is a service order and follows the service stages.",
    )
    appliance_category_id = fields.Many2one(related="appliance_id.category_id", store=True, index=True)
    brand_id = fields.Many2one(related="appliance_id.brand_id", store=True)
    partner_phone = fields.Char(related="partner_id.phone", string="Phone")
    channel = fields.Selection(
        [("phone", "Phone"), ("web", "Website"), ("wechat", "WeChat"), ("mail", "E-mail"), ("walk_in", "Walk-in")],
        default="phone", help="How the customer reported the fault (handbook 1.3.1).",
    )
    service_type = fields.Selection(
        [("onsite", "At home"), ("workshop", "In the workshop"), ("pickup", "Pick-up"), ("remote", "Remote")],
        default="onsite", tracking=True,
    )
    requested_on = fields.Datetime("Reported on", default=fields.Datetime.now, copy=False, index=True)
    fault_description = fields.Text("Fault as told", help="The customer's own words.")
    service_stage = fields.Selection(
        STAGES, "Stage", default="requested", copy=False, readonly=True, index=True, tracking=True,
        group_expand=True, help="The step of the service flow (handbook 1.3).",
    )
    next_step = fields.Selection(
        [
            ("book", "Book a visit"), ("diagnose", "Record the diagnosis"), ("quote", "Send the quotation"),
            ("answer", "Record the customer's answer"), ("start", "Start the repair"), ("inspect", "Inspect"),
            ("finish", "Finish the repair"), ("accept", "Customer's acceptance"), ("invoice", "Create the invoice"),
            ("post", "Post the invoice"), ("close", "Close the order"),
        ],
        compute="_compute_next_step", compute_sudo=True,  # drawn for keepers too, who do not read inspections
    )
    symptom_id = fields.Many2one(
        "repair.fault.code", domain=CODE_DOMAIN % "symptom",
        index="btree_not_null", tracking=True, ondelete="restrict",
    )
    cause_id = fields.Many2one(
        "repair.fault.code", domain=CODE_DOMAIN % "cause",
        index="btree_not_null", tracking=True, ondelete="restrict", copy=False,
    )
    remedy_id = fields.Many2one(
        "repair.fault.code", domain=CODE_DOMAIN % "remedy",
        tracking=True, ondelete="restrict", copy=False,
    )
    diagnosis = fields.Text("Findings", copy=False, help="What the technician found on the spot (handbook 3.2.2).")
    diagnosed_on = fields.Datetime(readonly=True, copy=False)
    is_technician_mine = fields.Boolean(
        "Given to me", compute="_compute_is_technician_mine", search="_search_is_technician_mine")
    closed_on = fields.Datetime(readonly=True, copy=False)
    is_over_safe_life = fields.Boolean(related="appliance_id.is_over_safe_life")
    safe_life_end = fields.Date(related="appliance_id.safe_life_end")
    earlier_repair_ids = fields.Many2many(
        "repair.order", compute="_compute_earlier_repair_ids", string="Earlier repairs",
        help="Other orders of the same appliance, newest first.")
    currency_id = fields.Many2one(related="company_id.currency_id")

    # The desk and the dispatcher open these two lists all day.
    _service_stage_idx = models.Index("(service_stage, requested_on) WHERE appliance_id IS NOT NULL")
    _appliance_history_idx = models.Index("(appliance_id, accepted_on) WHERE appliance_id IS NOT NULL")

    @api.depends(
        "service_stage", "quotation_state", "service_type", "has_unapproved_lines",
        "inspection_ids.result", "invoice_state", "appliance_id", "amount_customer_total", "move_ids",
    )
    def _compute_next_step(self):
        for order in self:
            order.next_step = order.appliance_id and order._get_next_step()

    def _get_next_step(self):
        self.ensure_one()
        if self.service_stage == "requested":
            return "book" if self._needs_visit() else "diagnose"
        if self.service_stage == "repairing":
            if self.has_unapproved_lines:
                return "answer" if self.quotation_state == "sent" else "quote"
            return "finish" if self._get_passed_inspection() else "inspect"
        if self.service_stage == "quoted":
            return {"sent": "answer", "draft": "quote"}.get(self.quotation_state) or self._get_settlement_step()
        if self.service_stage == "approved":
            if self.has_unapproved_lines:
                return "answer" if self.quotation_state == "sent" else "quote"
            return "start"
        if self.service_stage == "accepted":
            return self._get_settlement_step()
        return {"booked": "diagnose", "diagnosed": "quote", "inspected": "accept"}.get(self.service_stage)

    def _has_nothing_to_invoice(self):
        """Whether the customer refused and not even an inspection fee is left to bill."""
        self.ensure_one()
        return self.quotation_state == "refused" and not self._get_charged_lines()

    def _get_settlement_step(self):
        if self._has_nothing_to_invoice():
            return "close"
        return {"none": "invoice", "draft": "post"}.get(self.invoice_state, "close")

    @api.depends("technician_id")
    @api.depends_context("uid")
    def _compute_is_technician_mine(self):
        for order in self:
            order.is_technician_mine = order.technician_id and order.technician_id in self.env.user.employee_ids

    def _search_is_technician_mine(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("technician_id", "in" if True in value else "not in", self.env.user.employee_ids.ids)

    @api.depends("appliance_id")
    def _compute_earlier_repair_ids(self):
        orders = self.search_fetch(
            [("appliance_id", "in", self.appliance_id.ids)], ["appliance_id"], order="requested_on desc, id desc")
        by_appliance = orders.grouped("appliance_id")
        for order in self:
            order.earlier_repair_ids = by_appliance.get(order.appliance_id, self.browse()) - order._origin

    @api.depends("appliance_id")
    def _compute_partner_id(self):
        """A service order takes its customer from the appliance, unless somebody else was named as the customer."""
        service_orders = self.filtered("appliance_id")
        for order in service_orders:
            order.partner_id = order.partner_id or order.appliance_id.partner_id
        return super(RepairOrder, self - service_orders)._compute_partner_id()

    def _compute_access_url(self):
        super()._compute_access_url()
        for order in self:
            order.access_url = f"/my/repairs/{order.id}"

    @api.constrains("symptom_id", "cause_id", "remedy_id")
    def _check_code_kinds(self):
        (self.symptom_id | self.cause_id | self.remedy_id).fetch(["kind"])
        for order in self:
            for kind in ("symptom", "cause", "remedy"):
                code = order[f"{kind}_id"]
                if code and code.kind != kind:
                    raise ValidationError(self.env._(
                        "%(code)s is not a %(kind)s code: choose one from the list of that kind.",
                        code=code.display_name, kind=kind))

    @api.constrains("appliance_id", "requested_on")
    def _check_requested_on(self):
        for order in self.filtered("appliance_id"):
            if not order.requested_on:
                raise ValidationError(self.env._("Say when the customer reported the fault."))
            if order.requested_on > fields.Datetime.add(fields.Datetime.now(), days=1):
                raise ValidationError(self.env._("A fault cannot be reported in the future: correct the date of the report."))

    @api.constrains("appliance_id", "fault_description", "symptom_id", "partner_id")
    def _check_request_complete(self):
        for order in self.filtered("appliance_id"):
            if not order.partner_id:
                raise ValidationError(self.env._("Choose the customer of %(order)s.", order=order.name))
            if not (order.fault_description or "").strip() and not order.symptom_id:
                raise ValidationError(self.env._("Note the fault: choose a symptom or write what the customer told."))

    def _flow_write(self, vals):
        """Write fields of the flow from inside the flow."""
        return self.with_context(repair_flow=FLOW).write(vals)

    def _get_stage_label(self):
        return dict(self._fields["service_stage"]._description_selection(self.env))[self.service_stage]

    def _needs_visit(self):
        """Whether a technician has to go somewhere before anything can be diagnosed."""
        return self.service_type in ("onsite", "pickup")

    def _check_stage(self, stages, what):
        """Raise when an order is not at one of ``stages``; ``what`` is the translated step that was asked for."""
        labels = dict(self._fields["service_stage"]._description_selection(self.env))
        for order in self:
            if not order.appliance_id:
                raise UserError(self.env._("%(order)s has no appliance: it is not a service order.", order=order.name))
            if order.service_stage not in stages:
                raise UserError(self.env._(
                    "%(what)s is not possible for %(order)s: it is at the stage %(stage)s, and should be at %(expected)s.",
                    what=what, order=order.name, stage=labels[order.service_stage],
                    expected=" / ".join(labels[stage] for stage in stages)))

    def _lock_order(self):
        """Hold the rows until the end of the transaction, so that a step taken twice at once happens once."""
        if not self.ids:
            return
        self.flush_recordset()
        names = ("service_stage", "quotation_state", "state")
        rows = self.env.execute_query(SQL(
            "SELECT id, service_stage, quotation_state, state FROM repair_order WHERE id IN %s ORDER BY id FOR NO KEY UPDATE",
            tuple(self.ids)))
        orders = {order.id: order for order in self}  # read together
        for order_id, *values in rows:
            order = orders[order_id]
            if values != [order[name] or None for name in names]:
                order.invalidate_recordset(names)

    def action_diagnose(self):
        """Record the diagnosis on the spot (handbook 3.2.2, 4.3.1.2).

        Needs symptom, cause and findings; puts the family's labour on the quotation so that it need not be typed.

        :raises UserError: when the order is at another stage or something is missing
        """
        self._lock_order()
        for order in self:
            order._check_stage(
                ("booked",) if order._needs_visit() else ("requested", "booked"), self.env._("The diagnosis"))
            missing = [
                order._fields[name].get_description(self.env, ["string"])["string"]
                for name in ("symptom_id", "cause_id", "diagnosis") if not order[name]
            ]
            if missing:
                raise UserError(self.env._("Fill in %(fields)s to record the diagnosis.", fields=", ".join(missing)))
            order._add_default_service_lines()
            order._flow_write({"service_stage": "diagnosed", "diagnosed_on": fields.Datetime.now()})
        return True

    def action_repair_cancel(self):
        """Cancel; a service order that was repaired already, or is cancelled, cannot be cancelled (again)."""
        service_orders = self.filtered("appliance_id")
        service_orders._lock_order()
        for order in service_orders:
            if order.invoice_state == "posted":
                raise UserError(self.env._("%(order)s is invoiced: close it instead of cancelling it.", order=order.name))
            if order.service_stage in ("inspected", "accepted", *FINISHED_STAGES):
                raise UserError(self.env._(
                    "%(order)s is at the stage %(stage)s and cannot be cancelled any more.",
                    order=order.name, stage=order._get_stage_label()))
        service_orders._unlock_sale_order()
        result = super(RepairOrder, self.with_context(repair_flow=FLOW)).action_repair_cancel()
        for order in service_orders.sudo():  # the sale order belongs to this order; the desk has no sales rights
            order.sale_order_id.filtered(lambda sale: sale.state != "cancel")._action_cancel()
        service_orders._flow_write({"service_stage": "cancelled"})
        return result

    def action_repair_cancel_draft(self):
        """Core's way back to draft; a cancelled service order is history, a new request is made instead."""
        if any(order.appliance_id for order in self):
            raise UserError(self.env._("A cancelled service order stays cancelled: make a new request for the appliance."))
        return super().action_repair_cancel_draft()

    def action_close(self):
        """Close orders whose invoice is posted (handbook 6.3.6).

        :raises UserError: when the work is not accepted or the invoice is not posted
        """
        self._lock_order()
        for order in self:
            refused = order.service_stage == "quoted" and order.quotation_state == "refused"
            if not refused:
                order._check_stage(("accepted",), self.env._("Closing"))
            if order.invoice_state != "posted" and not order._has_nothing_to_invoice():
                raise UserError(self.env._("Post the invoice of %(order)s before closing it.", order=order.name))
            order._flow_write({"service_stage": "closed", "closed_on": fields.Datetime.now()})
        return True

    def action_preview_link(self):
        """Open the customer's page of the order as he sees it; who holds that link can answer for the customer.

        :raises AccessError: for users who only read the order
        """
        self.ensure_one()
        self.check_access("write")
        return {"type": "ir.actions.act_url", "target": "new", "url": self._get_share_url()}
