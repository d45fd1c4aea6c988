from odoo import fields, models


class RepairOrder(models.Model):
    _inherit = "repair.order"

    instruction_count = fields.Integer("Instructions", compute="_compute_instruction_count")

    def _compute_instruction_count(self):
        found = self.env["qms.document"]._get_for_orders(self._origin)
        for order in self:
            order.instruction_count = len(found.get(order._origin, ()))

    def action_view_instructions(self):
        """Open what governs the step in which the order stands (handbook 10.1.1 (4))."""
        self.ensure_one()
        self.check_access("read")
        return self.env["qms.document"]._get_for_orders(self)[self]._open_documents()


class RepairAppointment(models.Model):
    _inherit = "repair.appointment"

    instruction_count = fields.Integer(related="repair_id.instruction_count")

    def action_view_instructions(self):
        """Open what governs the step in which the visit's order stands."""
        self.ensure_one()
        return self.repair_id.action_view_instructions()


class RepairInspection(models.Model):
    _inherit = "repair.inspection"

    instruction_count = fields.Integer("Instructions", compute="_compute_instruction_count")

    def _get_instructions(self):
        documents_sudo = self.env["qms.document"].sudo().search([  # who inspects reads what governs the checklist
            ("template_ids", "in", self.template_id.ids), ("effective_version_id", "!=", False),
            ("company_id", "in", self.company_id.ids)])
        return {
            inspection: documents_sudo.filtered(
                lambda document, inspection=inspection: inspection.template_id in document.template_ids
                and document.company_id == inspection.company_id).sudo(False)
            for inspection in self}

    def _compute_instruction_count(self):
        found = self._origin._get_instructions()
        for inspection in self:
            inspection.instruction_count = len(found.get(inspection._origin, ()))

    def action_view_instructions(self):
        """Open what governs the checklist."""
        self.ensure_one()
        self.check_access("read")
        return self._get_instructions()[self]._open_documents()
