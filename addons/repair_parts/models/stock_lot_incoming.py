from collections import defaultdict

from odoo import fields, models
from odoo.fields import Domain


class StockLot(models.Model):
    _inherit = "stock.lot"

    incoming_inspection_ids = fields.Many2many(
        "repair.inspection", "repair_inspection_lot_rel", "lot_id", "inspection_id", "Incoming inspections", readonly=True, copy=False)

    def _get_barred_by_zone(self):
        """Return {"waiting": lots, "rejected": lots} among ``self`` that no decision has freed, in one query.

        Waiting: an incoming inspection is open. Rejected: units were found unfit, and no concession lets them be used.
        """
        barred = defaultdict(self.browse)
        if not self:
            return barred
        inspections_sudo = self.env["repair.inspection"].sudo()  # whoever moves parts need not read inspections
        for inspection in inspections_sudo.search_fetch(
                [("lot_ids", "in", self.ids), ("kind", "=", "incoming")], ["result", "rejected_quantity", "decision", "lot_ids"]):
            lots = self & inspection.lot_ids
            if not inspection.result:
                barred["waiting"] |= lots
            elif inspection.rejected_quantity and inspection.decision != "concession":
                barred["rejected"] |= lots
        return barred

    def _filter_undecided(self):
        """Return the lots that wait for their inspection, or for the decision what becomes of the rejected units."""
        inspections_sudo = self.env["repair.inspection"].sudo()  # as above
        undecided = inspections_sudo.search_fetch(
            [("lot_ids", "in", self.ids), ("kind", "=", "incoming"), ("incoming_state", "in", ("waiting", "to_decide"))], ["lot_ids"])
        return self & undecided.lot_ids

    def _filter_received(self):
        """Return the lots that a finished receipt brought, or that the keeper has counted, as opening stock is.

        Where an incoming inspection was due, it must have let the lot through, or the good ones of it (handbook 8.1.3).
        """
        received = super()._filter_received()
        inspections_sudo = self.env["repair.inspection"].sudo().search_fetch(  # technicians do not read incoming inspections
            Domain("lot_ids", "in", received.ids) & Domain("kind", "=", "incoming"),
            ["result", "decision", "is_sorted", "lot_ids", "defect_lot_ids"])
        due, accepted = self.browse(), self.browse()
        for inspection in inspections_sudo:
            lots = received & inspection.lot_ids
            due |= lots
            if inspection.decision == "concession":
                accepted |= lots
            elif inspection.result == "pass" or inspection.is_sorted:
                accepted |= lots - inspection.defect_lot_ids
        return received - (due - accepted)
