from odoo import api, fields, models
from odoo.exceptions import ValidationError

# A step of the work, and the stages in which an order waits for it or is in it.
STEPS = [
    ("reception", "Reception of the request", ("requested",)),
    ("diagnosis", "Diagnosis", ("booked",)),
    ("quotation", "Quotation", ("diagnosed", "quoted")),
    ("repair", "Repair", ("approved", "repairing")),
    ("inspection", "Final inspection", ("repairing",)),
    ("handover", "Handover to the customer", ("inspected",)),
    ("settlement", "Invoice and closing", ("accepted",)),
]
STEPS_BY_STAGE = {
    stage: {step for step, _label, stages in STEPS if stage in stages}
    for stage in {stage for _step, _label, stages in STEPS for stage in stages}}


class QmsDocumentStep(models.Model):
    """A step of the service order that a document governs (handbook 4.3, 10.1.1 (4))."""

    _name = "qms.document.step"
    _description = "Step Governed by a Document"
    _inherit = ["repair.input"]
    _order = "document_id, id"
    _rec_name = "step"

    document_id = fields.Many2one("qms.document", required=True, ondelete="cascade", index=True)
    step = fields.Selection([(step, label) for step, label, _stages in STEPS], required=True, default="repair")
    category_ids = fields.Many2many(
        "repair.appliance.category", "qms_document_step_category_rel", "step_id", "category_id", "Families",
        help="With the families under them. Empty: every family.")
    service_type = fields.Selection(
        lambda self: self.env["repair.order"]._fields["service_type"]._description_selection(self.env),
        help="Empty: wherever the work is done.")

    @api.constrains("document_id")
    def _check_kind(self):
        for step in self:
            if step.document_id.kind == "manual":
                raise ValidationError(self.env._("A manual governs no single step: use a procedure, an instruction or a form."))

    def _applies_to(self, order):
        """Whether the step is the one in which an order stands."""
        self.ensure_one()
        if self.step not in STEPS_BY_STAGE.get(order.service_stage, ()):
            return False
        if self.service_type and self.service_type != order.service_type:
            return False
        families = set(self.category_ids.ids)
        return not families or bool(families & set(order.appliance_category_id._get_ancestor_ids() if order.appliance_category_id else []))


class QmsDocument(models.Model):
    _inherit = "qms.document"

    step_ids = fields.One2many("qms.document.step", "document_id", "Steps of the order")
    template_ids = fields.Many2many(
        "repair.inspection.template", "qms_document_inspection_template_rel", "document_id", "template_id", "Inspection checklists")
    is_instruction = fields.Boolean("Governs the work", compute="_compute_is_instruction", store=True, precompute=True)

    @api.depends("step_ids", "template_ids")
    def _compute_is_instruction(self):
        for document in self:
            document.is_instruction = bool(document.step_ids or document.template_ids)

    @api.model
    def _get_for_orders(self, orders):
        """Return the effective documents that govern the steps in which orders stand.

        :return: {order: ``qms.document``}
        """
        steps_sudo = self.env["qms.document.step"].sudo().search([  # who works on the order reads what governs it
            ("document_id.effective_version_id", "!=", False), ("document_id.company_id", "in", orders.company_id.ids)])
        return {
            order: steps_sudo.filtered(
                lambda step, order=order: step.document_id.company_id == order.company_id and step._applies_to(order)
            ).document_id.sudo(False)
            for order in orders}

    def _open_documents(self):
        """Open one document at its text, several as a list."""
        action = {"type": "ir.actions.act_window", "res_model": "qms.document", "name": self.env._("Instructions")}
        form = self.env.ref("repair_quality.qms_document_view_form_read").id
        if len(self) == 1:
            return {**action, "res_id": self.id, "view_mode": "form", "views": [(form, "form")]}
        return {**action, "view_mode": "kanban,form", "views": [(False, "kanban"), (form, "form")], "domain": [("id", "in", self.ids)],
                "context": {"create": False}}
