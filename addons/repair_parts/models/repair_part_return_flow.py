import math

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from odoo.addons.repair_service.models.repair_flow import FLOW

from .incoming_flow import INCOMING

MANAGER = "repair_service.repair_service_group_manager"
KEEPER = "repair_parts.repair_parts_group_keeper"
TEMPLATE = "repair_parts.inspection_template_part_return"


class RepairPartReturn(models.Model):
    """The way of a returned part: received apart from stock, inspected by another than its seller, then decided on (handbook 8.3.4)."""

    _inherit = "repair.part.return"

    def _check_state(self, states, doing):
        self.check_access("write")
        for record in self:
            record.lock_for_update()
            if record.state not in states:
                raise UserError(self.env._(
                    "%(name)s: %(doing)s is not possible any more, or not yet.", name=record.name, doing=doing))

    def _return_env(self):
        """Return ``self`` with the key to the place of returned parts; whoever takes a part back need not move stock himself."""
        self.ensure_one()
        return self.sudo().with_company(self.company_id).with_context(  # see above
            incoming_flow=INCOMING, repair_flow=FLOW, mail_create_nosubscribe=True)

    def _get_sellers(self):
        """Return the users whose sale this was: they do not inspect what comes back of it."""
        self.ensure_one()
        order_sudo = self.sale_order_id.sudo()  # who sold is no secret to whoever inspects
        return order_sudo.user_id | order_sudo.create_uid | self.origin_move_id.sudo().repair_id.technician_id.user_id

    def action_receive(self):
        """Take the part back: it lies apart from stock, and an inspection by another than the seller is laid out.

        :raises UserError: when it is here already
        """
        self._check_state(("draft",), self.env._("Receiving it"))
        for record in self:
            flow = record._return_env()
            if record.is_lost:
                record._flow_write({"state": "inspected", "disposal": "scrap"})
                continue
            zone = flow.env["stock.move"]._get_part_return_zone()
            flow._move_part(flow.origin_move_id.location_dest_id, zone, "in")
            inspection = flow._lay_out_inspection()
            record._flow_write({
                "state": "received", "received_on": fields.Datetime.now(), "received_by_id": self.env.user.id,
                "inspection_id": inspection.id})
        return True

    def _lay_out_inspection(self):
        template = self.env.ref(TEMPLATE, raise_if_not_found=False) or self.env["repair.inspection.template"]._find_for_category(
            self.product_id.appliance_category_ids[:1], "incoming")
        units = math.ceil(self.quantity)
        return self.env["repair.inspection"].create({
            "kind": "incoming", "part_return_id": self.id, "template_id": template.id, "product_id": self.product_id.id,
            "lot_id": self.lot_id.id, "company_id": self.company_id.id, "received_on": fields.Datetime.now(), "lot_quantity": self.quantity,
            "sample_size": units, "accept_number": 0, "reject_number": 1, "inspected_quantity": units,
            "plan_reason": self.env._("Returned by the customer: %(reason)s.", reason=self.reason_id.name),
            "line_ids": [Command.create(values) for values in template._prepare_inspection_lines()]})

    def action_inspect(self):
        """Open the inspection of the returned part."""
        self.ensure_one()
        if not self.inspection_id:
            raise UserError(self.env._("%(name)s: receive the part first.", name=self.name))
        return {
            "type": "ir.actions.act_window", "name": self.inspection_id.sudo().name, "res_model": "repair.inspection",  # its title only
            "res_id": self.inspection_id.id, "views": [(self.env.ref("repair_parts.part_return_inspection_view_form").id, "form")]}

    def _note_inspected(self):
        """Follow the verdict of the inspection: a sound part is offered to stock, a faulty one is not."""
        for record in self.filtered(lambda record: record.state == "received"):
            record._flow_write({
                "state": "inspected", "disposal": "stock" if record.inspection_result == "pass" else "scrap"})
            record._note_opinion()

    def _note_opinion(self):
        """Keep what the return says of the part: the customer's words, or that it was brought back faulty and is."""
        failed = self.reason_id.fault == "part" and self.inspection_result == "fail"
        if self.opinion or failed:
            self.env["repair.part.opinion"].sudo().with_context(repair_flow=FLOW).create({  # kept for whoever inspects
                "product_id": self.product_id.id, "lot_id": self.lot_id.id, "partner_id": self.partner_id.id, "return_id": self.id,
                "sale_line_id": self.sale_line_id.id, "company_id": self.company_id.id, "opinion": self.opinion or "1",
                "comment": ": ".join(filter(None, (self.reason_id.name, self.note)))[:1000]})

    def action_cancel(self):
        """Take back a return whose part has not come.

        :raises UserError: once the part is here
        """
        self._check_state(("draft",), self.env._("Cancelling"))
        self._flow_write({"state": "cancelled"})
        return True

    # -------------------------------------------------------------------------
    # Decision
    # -------------------------------------------------------------------------

    def _check_may_decide(self):
        user = self.env.user
        if not (user.has_group(MANAGER) or user.has_group(KEEPER)):
            raise AccessError(self.env._("Returns are decided on by the parts keeper or a service manager."))
        for record in self:
            if not record.decision:
                raise UserError(self.env._("%(name)s: choose what becomes of it.", name=record.name))
            if user in record._get_sellers() and not self.env.su:
                raise UserError(self.env._("%(name)s: you sold this part, so that somebody else decides.", name=record.name))
            if record.decision == "refuse":
                if not (record.decision_note or "").strip():
                    raise UserError(self.env._("%(name)s: tell the customer why the return is refused.", name=record.name))
            elif record.decision not in (record.allowed_decisions or "").split(","):
                if not user.has_group(MANAGER):
                    raise AccessError(self.env._(
                        "%(name)s: the customer has no right to this any more. A service manager may grant it by goodwill.",
                        name=record.name))
                if not (record.decision_note or "").strip():
                    raise UserError(self.env._("%(name)s: note why it is granted by goodwill.", name=record.name))
            if record.decision in ("refund", "exchange"):
                record._check_disposal()
            elif record.is_lost:
                raise UserError(self.env._("%(name)s: what is lost is refunded or exchanged.", name=record.name))

    def _check_disposal(self):
        if not self.disposal:
            raise UserError(self.env._("%(name)s: choose where the returned part goes.", name=self.name))
        if self.is_lost and self.disposal != "scrap":
            raise UserError(self.env._("%(name)s: what is lost is written off.", name=self.name))
        if self.disposal == "stock" and self.inspection_result != "pass":
            raise UserError(self.env._("%(name)s failed its inspection and does not go back to stock.", name=self.name))

    def action_settle(self):
        """Carry out the decision: refund, exchange, repair of the part, or giving it back.

        :raises AccessError: for others than parts keeper and service manager, and out of term for others than the manager
        :raises UserError: when something is missing for it
        """
        self._check_state(("inspected",), self.env._("Settling"))
        self._check_may_decide()
        for record in self:
            flow = record._return_env()
            values = getattr(flow, f"_settle_{record.decision}")()
            record._flow_write({
                "state": {"repair": "repairing", "refuse": "refused"}.get(record.decision, "done"),
                "decided_by_id": self.env.user.id, "decided_on": fields.Datetime.now(), **values})
        return True

    def action_hand_back(self):
        """Give the repaired part back to its customer.

        :raises UserError: before its repair is done
        """
        self._check_state(("repairing",), self.env._("Giving it back"))
        for record in self:
            flow = record._return_env()
            if flow.repair_order_id.state not in ("done", "cancel"):
                raise UserError(self.env._("%(repair)s: end the repair of the part first.", repair=flow.repair_order_id.name))
            flow._give_back()
            record._flow_write({"state": "refused" if flow.repair_order_id.state == "cancel" else "done"})
        return True
