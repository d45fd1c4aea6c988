from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.repair_service.models.repair_flow import FLOW

from ..engine import draw

GROUNDS = [
    (draw.PLAN, "Sample of the lot"), (draw.COVERAGE, "For the technician"), (draw.REPLACEMENT, "Replacement"),
    ("earlier", "Earlier draw"),
]


class RepairInspection(models.Model):
    """The sampling of a finished repair: at the customer's, by telephone, or on the photos (handbook 5.2.3)."""

    _inherit = "repair.inspection"

    sampling_lot_id = fields.Many2one(
        "qms.sampling.lot", "Lot of repairs", readonly=True, copy=False, index="btree_not_null", ondelete="restrict")
    sampling_draw_id = fields.Many2one("qms.sampling.draw", "Draw", readonly=True, copy=False, ondelete="restrict")
    sampling_ground = fields.Selection(
        GROUNDS, "Drawn as", readonly=True, copy=False,
        help="The lot's verdict rests on its sample and on replacements; the others are inspected beside it.")
    sampling_mode = fields.Selection(
        [("onsite", "At the customer's"), ("phone", "By telephone"), ("photo", "On the photos")], "How", copy=False)
    sampling_due = fields.Date(related="sampling_lot_id.due_date", string="Inspect by")
    dropped_reason = fields.Text("Could not be inspected", readonly=True, copy=False)
    dropped_by_id = fields.Many2one("res.users", "Dropped by", readonly=True, copy=False)

    _sampling_once = models.UniqueIndex(
        "(sampling_lot_id, repair_id) WHERE sampling_lot_id IS NOT NULL", "This repair is drawn from the lot already.")

    def action_validate(self):
        """Finish; a sampling says how it was made, and the last one of a lot settles the lot.

        :raises UserError: without a way of inspecting, on photos where there are none, or dropped
        """
        for inspection in self.filtered(lambda inspection: inspection.kind == "sampling"):
            inspection._check_sampling()
        self._check_found_something()
        result = super().action_validate()
        self.sampling_lot_id.sudo()._settle()  # lots are settled by the system
        return result

    def action_drop(self):
        """Ask why a drawn repair cannot be inspected; see :meth:`_drop`."""
        self.ensure_one()
        self._check_drop()
        return self.env["qms.check.reason"]._ask(self, "drop", self.env._("Cannot be inspected"))

    def _check_open(self):
        super()._check_open()
        if self.env.context.get("repair_flow") is not FLOW and any(inspection.dropped_reason for inspection in self):
            raise UserError(self.env._("This repair was replaced by another one of the lot and is not inspected any more."))

    def _check_sampling(self):
        self.ensure_one()
        if not self.sampling_mode:
            raise UserError(self.env._(
                "%(name)s: choose how you inspected: at the customer's, by telephone or on the photos.", name=self.name))
        if self.sampling_mode == "photo" and not self.repair_id.photo_ids:
            raise UserError(self.env._("%(order)s has no photos: ask the customer, or go there.", order=self.repair_id.name))

    def _check_drop(self):
        """Raise unless the user may drop the sampling: a quality officer who has no part in the work."""
        if not self.env.su and not self.env.user.has_group("repair_quality.repair_quality_group_officer"):
            raise AccessError(self.env._("Only quality officers decide that a drawn repair cannot be inspected."))
        for inspection in self:
            if inspection.kind != "sampling" or not inspection.sampling_lot_id:
                raise UserError(self.env._("Only a repair that was drawn can be replaced."))
            if inspection.line_ids.filtered(lambda line: line.answer == "fail"):
                raise UserError(self.env._("%(name)s has failed points: finish it. What failed is not replaced.", name=inspection.name))
            inspection._check_open()

    def _drop(self, reason):
        """Replace a repair that cannot be inspected by the next one in rank; nobody chooses which.

        :raises AccessError: for anybody but quality officers
        :raises UserError: finished, begun with a failed point, or dropped before
        """
        self._check_drop()
        for inspection in self:
            inspection_sudo = inspection.sudo().with_context(repair_flow=FLOW)  # draws are made by the system alone
            inspection_sudo.lock_for_update()
            lot_sudo = inspection_sudo.sampling_lot_id
            counted = inspection.sampling_ground in (draw.PLAN, draw.REPLACEMENT)
            inspection_sudo.write({"dropped_reason": reason, "dropped_by_id": self.env.uid})
            order = counted and lot_sudo.draw_id._get_replacement(inspection_sudo)
            if order:
                order_sudo = inspection_sudo.env["repair.order"].browse(order)
                new = inspection_sudo.create(lot_sudo._prepare_inspection(order_sudo, draw.REPLACEMENT, lot_sudo.draw_id))
                new._assign(inspection_sudo.assigned_id | lot_sudo.rule_id.inspector_ids)
            lot_sudo.message_post(body=self.env._(
                "%(order)s cannot be inspected: %(reason)s", order=inspection_sudo.repair_id.name, reason=reason))
            lot_sudo._schedule()
            lot_sudo._settle()
