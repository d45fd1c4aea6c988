from odoo import api, fields, models


class IncomingCounts(models.AbstractModel):
    """A smart button to the incoming inspections of a record, with how many wait and how the finished ones ended."""

    _name = "repair.incoming.counts"
    _description = "Incoming inspections of a record"

    _incoming_field = None

    incoming_inspection_count = fields.Integer("Incoming inspections", compute="_compute_incoming_counts")
    incoming_waiting_count = fields.Integer("Lots to inspect", compute="_compute_incoming_counts")
    incoming_result = fields.Char("Incoming results", compute="_compute_incoming_counts")

    @api.model
    def _can_see_incoming(self):
        return self.env["repair.inspection"].has_access("read")

    def _compute_incoming_counts(self):
        """Count in one query for all records."""
        counts = self._get_incoming_counts() if self._can_see_incoming() else {}
        for record in self:
            waiting, accepted, rejected = counts.get(record._origin.id, (0, 0, 0))
            record.incoming_inspection_count = waiting + accepted + rejected
            record.incoming_waiting_count = waiting
            record.incoming_result = self.env._(
                "%(accepted)s accepted, %(rejected)s rejected", accepted=accepted, rejected=rejected) if accepted or rejected else False

    def _get_incoming_counts(self):
        """Return {id: (lots that wait, accepted, rejected)}."""
        counts = {}
        for target, result, count in self.env["repair.inspection"]._read_group(
                [("kind", "=", "incoming"), (self._incoming_field, "in", self._get_incoming_targets().ids)],
                [self._incoming_field, "result"], ["__count"]):
            row = counts.setdefault(target.id, [0, 0, 0])
            row[{False: 0, "pass": 1, "fail": 2}[result]] += count
        return counts

    def _get_incoming_targets(self):
        return self

    def action_open_incoming_inspections(self):
        """Open the incoming inspections of the record."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_parts.incoming_inspection_action")
        return action | {
            "domain": [("kind", "=", "incoming"), (self._incoming_field, "in", self._get_incoming_targets().ids)], "context": {}}


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["stock.picking", "repair.incoming.counts"]
    _incoming_field = "receipt_id"


class ProductTemplate(models.Model):
    _name = "product.template"
    _inherit = ["product.template", "repair.incoming.counts"]
    _incoming_field = "product_id"

    def _get_incoming_targets(self):
        return self.product_variant_ids

    def _get_incoming_counts(self):
        by_variant = super()._get_incoming_counts()
        counts = {}
        for template in self:
            rows = [by_variant[variant] for variant in template.product_variant_ids.ids if variant in by_variant]
            counts[template.id] = [sum(column) for column in zip([0, 0, 0], *rows, strict=True)]
        return counts


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "repair.incoming.counts"]
    _incoming_field = "supplier_id"
