import math

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from odoo.addons.repair_service.models.repair_flow import FLOW

from .repair_sampling_state import SEVERITIES

INPUT_FIELDS = {"inspected_quantity", "defect_quantity", "defect_lot_ids"}
LAID_OUT_FIELDS = frozenset({
    "receipt_id", "supplier_id", "product_id", "lot_id", "lot_ids", "lot_quantity", "sample_size", "accept_number", "reject_number",
    "sampling_plan_id", "incoming_rule_id", "severity", "plan_reason", "received_on", "is_sorted", "sort_defect_quantity",
    "removed_quantity", "rejected_removed_quantity", "decision", "decision_note", "decided_by_id", "decided_on",
    "return_picking_id", "exchange_picking_id", "part_return_id",
})


class RepairInspection(models.Model):
    """Incoming inspection of a lot of spare parts: laid out by the receipt, judged by its acceptance number (handbook 8.1.3, 5.1.3)."""

    _inherit = "repair.inspection"

    receipt_id = fields.Many2one("stock.picking", readonly=True, index="btree_not_null", copy=False, ondelete="restrict")
    supplier_id = fields.Many2one("res.partner", readonly=True, index="btree_not_null", copy=False, ondelete="restrict")
    product_id = fields.Many2one("product.product", "Part", readonly=True, index="btree_not_null", copy=False, ondelete="restrict")
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    tracking = fields.Selection(related="product_id.tracking")
    lot_id = fields.Many2one(
        "stock.lot", readonly=True, index="btree_not_null", copy=False, ondelete="restrict",
        help="Empty where several serial numbers of one receipt are inspected together.")
    lot_ids = fields.Many2many(
        "stock.lot", "repair_inspection_lot_rel", "inspection_id", "lot_id", "Lot or serial numbers", readonly=True, copy=False)
    received_on = fields.Datetime(readonly=True, copy=False, index=True)
    lot_quantity = fields.Float("Received", digits="Product Unit", readonly=True, copy=False)
    incoming_rule_id = fields.Many2one("repair.incoming.rule", "Rule", readonly=True, copy=False, ondelete="set null")
    sampling_plan_id = fields.Many2one(
        "repair.sampling.plan", "Sampling plan", readonly=True, copy=False, ondelete="restrict", index="btree_not_null")
    severity = fields.Selection(SEVERITIES, "Inspected", readonly=True, copy=False)
    plan_reason = fields.Text("Why so many", readonly=True, copy=False)
    sample_size = fields.Integer("To inspect", readonly=True, copy=False)
    accept_number = fields.Integer("Accept up to", readonly=True, copy=False)
    reject_number = fields.Integer("Reject from", readonly=True, copy=False)
    inspected_quantity = fields.Integer("Units inspected", copy=False)
    defect_quantity = fields.Integer("Defective units", copy=False, help="Units of the inspected ones that are unfit.")
    defect_lot_ids = fields.Many2many(
        "stock.lot", "repair_inspection_defect_lot_rel", "inspection_id", "lot_id", "Defective serial numbers", copy=False,
        domain="[('id', 'in', lot_ids)]")
    verdict_text = fields.Char("Verdict", compute="_compute_verdict_text")
    waiting_days = fields.Integer("Days waiting", compute="_compute_waiting_days")

    @api.depends("receipt_id.name", "product_id.default_code", "kind", "repair_id.name")
    def _compute_name(self):
        incoming = self.filtered("receipt_id")
        for inspection in incoming:
            inspection.name = f"{inspection.receipt_id.name}/{inspection.product_id.default_code or inspection.product_id.id}"
        return super(RepairInspection, self - incoming)._compute_name()

    @api.depends("receipt_id.company_id")
    def _compute_company_id(self):
        incoming = self.filtered("receipt_id")
        for inspection in incoming:
            inspection.company_id = inspection.receipt_id.company_id
        return super(RepairInspection, self - incoming)._compute_company_id()

    @api.depends("kind", "inspected_quantity", "defect_quantity", "sample_size", "accept_number", "reject_number", "line_ids.answer")
    @api.depends_context("lang")
    def _compute_verdict_text(self):
        for inspection in self:
            inspection.verdict_text = inspection.kind == "incoming" and inspection._describe_verdict()

    def _describe_verdict(self):
        if self.inspected_quantity < self.sample_size:
            return self.env._("Inspect %(left)s more units.", left=self.sample_size - self.inspected_quantity)
        if self._get_failed_papers():
            return self.env._("Rejected: what concerns the whole lot is not in order.")
        if self.defect_quantity <= self.accept_number:
            return self.env._(
                "Accepted: %(defects)s defective, up to %(accept)s are accepted.", defects=self.defect_quantity, accept=self.accept_number)
        return self.env._(
            "Rejected: %(defects)s defective, from %(reject)s on the lot is rejected.",
            defects=self.defect_quantity, reject=self.reject_number)

    @api.depends("received_on", "done_on")
    def _compute_waiting_days(self):
        now = fields.Datetime.now()
        for inspection in self:
            inspection.waiting_days = inspection.received_on and ((inspection.done_on or now) - inspection.received_on).days

    @api.constrains("inspected_quantity", "defect_quantity", "defect_lot_ids")
    def _check_counts(self):
        for inspection in self.filtered(lambda inspection: inspection.kind == "incoming"):
            if not 0 <= inspection.defect_quantity <= inspection.inspected_quantity <= math.ceil(inspection.lot_quantity):
                raise ValidationError(self.env._(
                    "%(name)s: between 0 and %(lot)s units were inspected, and no more of them are defective.",
                    name=inspection.name, lot=f"{inspection.lot_quantity:g}"))
            if inspection.defect_lot_ids - inspection.lot_ids:
                raise ValidationError(self.env._(
                    "%(name)s: only serial numbers of this receipt can be defective.", name=inspection.name))

    @api.model_create_multi
    def create(self, vals_list):
        """Create inspections; those of incoming parts are laid out by their receipt only."""
        inspections = super().create(vals_list)
        if self.env.context.get("repair_flow") is not FLOW and any(inspection.kind == "incoming" for inspection in inspections):
            raise UserError(self.env._("Incoming inspections are laid out by the receipt of the parts."))
        return inspections

    def write(self, vals):
        """Note what was counted; what the receipt and the plan say stays, and defective serial numbers are counted by themselves."""
        if self.env.context.get("repair_flow") is not FLOW:
            if LAID_OUT_FIELDS & vals.keys():
                raise UserError(self.env._(
                    "What is inspected comes from the receipt and its plan: note the units inspected and the defects."))
            if INPUT_FIELDS & vals.keys() and any(inspection.kind != "incoming" for inspection in self):
                raise UserError(self.env._("Units are counted on incoming inspections only."))
        if "defect_lot_ids" not in vals or "defect_quantity" in vals:
            return super().write(vals)
        result = super().write(vals)
        for inspection in self:
            defects = len(inspection.defect_lot_ids)
            super(RepairInspection, inspection).write({
                "defect_quantity": defects, "inspected_quantity": max(inspection.inspected_quantity, defects)})
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_no_incoming(self):
        """A lot without its inspection would be free to use: only an empty lot loses it, by itself."""
        if self.env.context.get("repair_flow") is not FLOW and any(inspection.kind == "incoming" for inspection in self):
            raise UserError(self.env._("Incoming inspections are finished, not deleted: what was received must be judged."))

    def _get_failed_papers(self):
        """Return the failed points that concern the whole lot: its papers."""
        return self.line_ids.filtered(lambda line: line.aspect == "documents" and line.answer == "fail")

    def _get_verdict(self):
        """A lot is accepted with up to Ac defective units in the sample, and rejected from Re on or when its papers are not in order."""
        if self.kind != "incoming":
            return super()._get_verdict()
        return "fail" if self._get_failed_papers() or self.defect_quantity >= self.reject_number else "pass"

    def action_validate(self):
        """Finish inspections; accepted parts go to stock, rejected ones to their zone (handbook 8.1.3).

        :raises UserError: when fewer units were inspected than the plan asks for, or a point failed and no unit is called defective
        """
        incoming = self.filtered(lambda inspection: inspection.kind == "incoming" and not inspection.result)
        incoming._check_counted()
        result = super().action_validate()
        incoming._settle()
        return result

    def _check_counted(self):
        for inspection in self:
            if inspection.inspected_quantity < inspection.sample_size:
                raise UserError(self.env._(
                    "%(name)s: %(inspected)s units were inspected, the plan asks for %(sample)s.", name=inspection.name,
                    inspected=inspection.inspected_quantity, sample=inspection.sample_size))
            if inspection.tracking == "serial" and inspection.defect_quantity != len(inspection.defect_lot_ids):
                raise UserError(self.env._("%(name)s: choose the serial numbers of the defective units.", name=inspection.name))
            failed = inspection.line_ids.filtered(lambda line: line.answer == "fail") - inspection._get_failed_papers()
            if failed and not inspection.defect_quantity:
                raise UserError(self.env._(
                    "%(name)s: %(points)s failed. Note how many of the inspected units are defective.",
                    name=inspection.name, points=", ".join(failed.mapped("name"))))

    def _get_subject(self):
        """Return the part, its receipt and the verdict of an incoming lot."""
        if not self.receipt_id:
            return super()._get_subject()
        return {
            "name": self.product_id.display_name, "product_id": self.product_id.id,
            "text": self.env._(
                "%(receipt)s, %(supplier)s: %(defects)s defective of %(inspected)s inspected, %(quantity)s %(unit)s received.",
                receipt=self.receipt_id.sudo().name, supplier=self.supplier_id.sudo().name or "",  # inspectors read no receipts
                defects=self.defect_quantity, inspected=self.inspected_quantity, quantity=f"{self.lot_quantity:g}", unit=self.uom_id.name)}

    def _on_failed(self):
        """Tell the receipt that a lot of it was rejected."""
        for inspection in self.filtered("receipt_id"):
            receipt_sudo = inspection.receipt_id.sudo()  # inspectors do not write receipts
            receipt_sudo.message_post(body=self.env._(
                "Incoming inspection: %(part)s, %(quantity)s %(unit)s rejected.", part=inspection.product_id.display_name,
                quantity=f"{inspection.lot_quantity:g}", unit=inspection.uom_id.name))
        return super()._on_failed()

    @api.model
    def _get_incoming_results(self, suppliers, start, stop, company=None):
        """Count what incoming inspection found, by supplier, in one query.

        :param suppliers: res.partner recordset of commercial partners
        :param datetime start: first moment of the period, by the end of the inspection
        :param datetime stop: first moment after it
        :param company: res.company, all of them when left out
        :return: {partner: (units received and judged, units rejected, lots, lots rejected)}; partners without an inspection are left out
        """
        results = {}
        groups = self._read_group(
            self._get_incoming_domain(suppliers, start, stop, company),
            ["supplier_id", "result"], ["lot_quantity:sum", "rejected_quantity:sum", "__count"])
        for supplier, result, units, rejected, lots in groups:
            before = results.get(supplier, (0.0, 0.0, 0, 0))
            results[supplier] = (
                before[0] + units, before[1] + rejected, before[2] + lots, before[3] + (lots if result == "fail" else 0))
        return results

    @api.model
    def _get_incoming_domain(self, suppliers, start, stop, company=None):
        """Return the domain of the incoming inspections that :meth:`_get_incoming_results` counts."""
        domain = Domain("kind", "=", "incoming") & Domain("result", "!=", False) & Domain("supplier_id", "in", suppliers.ids)
        domain &= Domain("done_on", ">=", start) & Domain("done_on", "<", stop)
        return domain & Domain("company_id", "=", company.id) if company else domain
