import uuid

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain


class RepairOrder(models.Model):
    _inherit = "repair.order"

    complaint_ids = fields.One2many("repair.complaint", "repair_id", "Complaints", copy=False)
    complaint_count = fields.Integer(compute="_compute_complaint_count", compute_sudo=True)  # technicians see that there is one

    @api.depends("complaint_ids.stage")
    def _compute_complaint_count(self):
        counts = dict(self.env["repair.complaint"]._read_group(
            [("repair_id", "in", self.ids), ("stage", "!=", "withdrawn")], ["repair_id"], ["__count"]))
        for order in self:
            order.complaint_count = counts.get(order._origin, 0)

    def action_new_complaint(self):
        """Open a new complaint about the order.

        :raises AccessError: for who does not take complaints
        """
        self.ensure_one()
        self.check_access("read")
        return self.env["repair.complaint"]._open_new({"default_repair_id": self.id, "default_partner_id": self.partner_id.id})

    def _renew_linked_keys(self):
        super()._renew_linked_keys()
        for complaint in self.complaint_ids.filtered("access_token"):
            complaint.access_token = str(uuid.uuid4())

    def action_view_complaints(self):
        """Open the complaints about the order."""
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_service.repair_complaint_action")
        return {**action, "domain": [("repair_id", "in", self.ids)], "context": {"default_repair_id": self.id if len(self) == 1 else False}}


class ResPartner(models.Model):
    _inherit = "res.partner"

    complaint_count = fields.Integer(
        compute="_compute_complaint_count", groups="repair_service.repair_service_group_desk,repair_service.repair_service_group_inspector")

    def _compute_complaint_count(self):
        counts = dict(self.env["repair.complaint"]._read_group(
            [("partner_id", "in", self.ids), ("stage", "!=", "withdrawn")], ["partner_id"], ["__count"]))
        for partner in self:
            partner.complaint_count = counts.get(partner._origin, 0)

    def action_new_complaint(self):
        """Open a new complaint of the customer.

        :raises AccessError: for who does not take complaints
        """
        self.ensure_one()
        self.check_access("read")
        return self.env["repair.complaint"]._open_new({"default_partner_id": self.id})

    def action_view_complaints(self):
        """Open the complaints of the customer and his people."""
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_service.repair_complaint_action")
        return {**action, "domain": list(Domain("partner_id", "child_of", self.ids)), "context": {}}


class RepairComplaint(models.Model):
    _inherit = "repair.complaint"

    @api.model
    def _open_new(self, defaults):
        if not self.has_access("create"):
            raise AccessError(self.env._("Complaints are taken by the service desk: hand the customer over to the desk."))
        return {
            "type": "ir.actions.act_window", "name": self.env._("New complaint"), "res_model": self._name, "views": [(False, "form")],
            "context": defaults,
        }
