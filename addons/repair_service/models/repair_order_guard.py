from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .repair_flow import FLOW

FLOW_FIELDS = frozenset({
    "state", "service_stage", "sale_order_id", "technician_id", "diagnosed_on",
    "quotation_state", "quotation_version", "quotation_valid_until",
    "approved_by", "approved_on", "approval_channel", "approval_signature", "refused_by", "refusal_reason",
    "coverage", "coverage_facts", "coverage_end", "warranty_term_id", "coverage_frozen_on", "origin_repair_id",
    "accepted_on", "accepted_by", "acceptance_signature", "repair_warranty_end", "closed_on", "service_address",
    "override_by_id", "override_on", "parts_waiting_since", "parts_waited_days", "limit_id", "limit_due", "limit_warn_on",
    "exchange_advised", "first_contact_on",
    "repair_started_by_id",
    "next_visit_reason", "next_visit_note",
    "sender_id", "sender_reference",
})
# From a stage on, what the customer was told or has agreed to stays as it is.
SETTLED_STAGES = ("quoted", "approved", "repairing", "inspected", "accepted", "closed", "cancelled")
SETTLED_FIELDS = frozenset({
    "name", "appliance_id", "partner_id", "requested_on", "service_type", "company_id", "symptom_id", "picking_type_id"})
RECORDED_STAGES = ("accepted", "closed", "cancelled")
RECORDED_FIELDS = SETTLED_FIELDS | {"channel", "fault_description", "diagnosis", "cause_id", "remedy_id"}
VERDICT_FIELDS = frozenset({"exclusion", "exclusion_note", "goodwill_note", "override_payer", "override_reason"})
# The appliance is the customer's: it never moves through our stock, and its warranty has its own verdict.
PLAIN_FIELDS = frozenset({
    "product_id", "lot_id", "under_warranty", "picking_id", "move_id", "sale_order_line_id",
    "location_dest_id", "parts_location_id"})


class RepairOrder(models.Model):
    _name = "repair.order"
    _inherit = ["repair.order", "repair.input"]

    _flow_fields = FLOW_FIELDS | PLAIN_FIELDS | {"access_token"}

    # Who holds the token acts as the customer, so it is not for those who only read the order.
    access_token = fields.Char(groups="base.group_system")

    @api.constrains("appliance_id", "location_id")
    def _check_parts_source(self):
        for order in self.filtered("appliance_id"):
            location_sudo = order.location_id.sudo()  # stock locations are not readable for technicians
            if location_sudo.usage not in ("internal", "transit"):
                raise ValidationError(self.env._(
                    "%(location)s holds no stock: the parts of %(order)s come from a stock location.",
                    location=location_sudo.display_name, order=order.name))

    @api.model_create_multi
    def create(self, vals_list):
        """Create orders. A service order starts as requested, whatever the caller sends (handbook 1.3)."""
        for vals in vals_list:
            self._check_input(vals)
            if vals.get("appliance_id") and self.env.context.get("repair_flow") is not FLOW:
                self._check_flow_fields(vals)
                self._check_plain_fields(vals)
                self._check_token(vals)
        if any(vals.get("appliance_id") for vals in vals_list) or "default_appliance_id" in self.env.context:
            self = self._without_flow_defaults().with_context(repair_service_order=FLOW)
        return super().create(vals_list)

    def write(self, vals):
        """Write; the fields of the flow change through their actions only, and a settled request stays as it is."""
        self._check_input(vals)
        if self.env.context.get("repair_flow") is not FLOW:
            service_orders = self.filtered("appliance_id")
            if service_orders:
                self._check_flow_fields(vals)
                self._check_plain_fields(vals)
                self._check_token(vals)
                service_orders._check_settled_fields(vals)
                if "appliance_id" in vals and not vals["appliance_id"]:  # without it, nothing of the flow would be guarded
                    raise UserError(self.env._(
                        "%(order)s is a service order and keeps an appliance: choose another one, or cancel the order.",
                        order=service_orders[0].name))
            if vals.get("appliance_id") and not (self - service_orders)._is_untouched():
                raise UserError(self.env._("An order that is under way cannot become a service order: make a new request."))
        return super().write(vals)

    @api.model
    def _get_own_default_fields(self):
        """Plain orders keep what core lets users set as their defaults."""
        is_service = self.env.context.get("repair_service_order") is FLOW
        return self._flow_fields if is_service else FLOW_FIELDS

    def _is_untouched(self):
        """Whether plain orders stand where a service order begins: no goods, and nothing that only the flow sets."""
        return not any(
            order.product_id or not all(order._is_flow_default(name, order[name]) for name in FLOW_FIELDS)
            for order in self.sudo())  # some of the flow's fields are not for the desk

    @api.ondelete(at_uninstall=False)
    def _unlink_only_fresh_requests(self):
        for order in self.filtered("appliance_id"):
            if order.service_stage not in ("requested", "cancelled") or order.invoice_ids or order.approved_on:
                raise UserError(self.env._(
                    "%(order)s has a history and is kept. Cancel it instead of deleting it.", order=order.name))

    @api.model
    def _check_worked_out(self, vals):
        """Core's own results stay open as in core; those of the service order are closed."""
        own = {name for name in vals if name in self._fields and (self._fields[name]._module or "").startswith("repair_")}
        return super()._check_worked_out(own - FLOW_FIELDS)

    @api.model
    def _check_flow_fields(self, vals):
        locked = sorted(name for name in FLOW_FIELDS & vals.keys() if not self._is_flow_default(name, vals[name]))
        if locked:
            labels = ", ".join(self._fields[name].get_description(self.env, ["string"])["string"] for name in locked)
            raise UserError(self.env._(
                "%(fields)s: set by the steps of the service flow only. Use the buttons of the order.", fields=labels))

    @api.model
    def _is_flow_default(self, name, value):
        return not value or (name, value) in (
            ("state", "draft"), ("service_stage", "requested"), ("quotation_state", "draft"), ("coverage", "customer"))

    @api.model
    def _check_plain_fields(self, vals):
        if self.env.su:
            return
        foreign = sorted(name for name in PLAIN_FIELDS & vals.keys() if vals[name])
        if foreign:
            labels = ", ".join(self._fields[name].get_description(self.env, ["string"])["string"] for name in foreign)
            raise UserError(self.env._(
                "%(fields)s: only for repairs of the company's own goods. A service order rests on its appliance.", fields=labels))

    @api.model
    def _check_token(self, vals):
        if "access_token" in vals and not self.env.su:
            raise UserError(self.env._("The customer's link is made by itself and cannot be set."))

    def _check_settled_fields(self, vals):
        for order in self:
            frozen = set()
            if order.service_stage in RECORDED_STAGES:
                frozen |= RECORDED_FIELDS
            elif order.service_stage in SETTLED_STAGES:
                frozen |= SETTLED_FIELDS
            if order.coverage_frozen_on or order.service_stage in RECORDED_STAGES:
                frozen |= VERDICT_FIELDS
            if any(order._is_changed(name, vals[name]) for name in frozen & vals.keys()):
                raise UserError(self.env._(
                    "%(order)s is already at the stage %(stage)s: request, verdict and what the customer agreed to stay as they are.",
                    order=order.name, stage=order._get_stage_label()))

    def _is_changed(self, name, value):
        field = self._fields[name]
        return field.convert_to_cache(value, self) != field.convert_to_cache(self[name], self)

    def _portal_ensure_token(self):
        return super(RepairOrder, self.sudo())._portal_ensure_token()  # the token is closed to readers, the link is not

    def _get_share_url(self, *args, **kwargs):
        self.check_access("read")
        return super(RepairOrder, self.sudo())._get_share_url(*args, **kwargs)  # as above

    def _sign_token(self, pid):
        return super(RepairOrder, self.sudo())._sign_token(pid)  # a message to the customer carries his link, as a hash, whoever writes it

    def get_portal_url(self, *args, **kwargs):
        """Return the customer's link, which lets its holder answer for him: only for those who may change the order."""
        if not self.env.su:
            self.check_access("write")
        return super().get_portal_url(*args, **kwargs)
