from odoo import api, fields, models


class RepairInspection(models.Model):
    """Inspection of a part that its customer brought back, by another than its seller (handbook 8.3.4)."""

    _inherit = "repair.inspection"

    part_return_id = fields.Many2one(
        "repair.part.return", "Return of parts", readonly=True, copy=False, index="btree_not_null", ondelete="cascade")

    @api.depends("part_return_id.name")
    def _compute_name(self):
        returned = self.filtered("part_return_id")
        for inspection in returned:
            inspection.name = f"{inspection.part_return_id.name}/{inspection.product_id.default_code or inspection.product_id.id}"
        return super(RepairInspection, self - returned)._compute_name()

    @api.depends("part_return_id")
    def _compute_other_inspector(self):
        super()._compute_other_inspector()
        self.filtered("part_return_id").other_inspector = True

    @api.depends("part_return_id")
    def _compute_incoming_state(self):
        super()._compute_incoming_state()
        for inspection in self.filtered("part_return_id"):
            inspection.undecided_quantity = 0.0
            inspection.incoming_state = "closed" if inspection.result else "waiting"

    def _get_barred_users(self):
        sellers = self.part_return_id._get_sellers() if self.part_return_id else self.env["res.users"]
        return super()._get_barred_users() | sellers

    def _check_counted(self):
        return super(RepairInspection, self.filtered(lambda inspection: not inspection.part_return_id))._check_counted()

    def _get_verdict(self):
        """A returned part is judged by its points: one that failed makes it unfit for stock."""
        if self.part_return_id:
            return "fail" if any(line.answer == "fail" for line in self.line_ids) else "pass"
        return super()._get_verdict()

    def _get_subject(self):
        """Return the part and why its customer brought it back."""
        if not self.part_return_id:
            return super()._get_subject()
        back_sudo = self.part_return_id.sudo()  # inspectors are told the reason
        return {
            "name": self.product_id.display_name, "product_id": self.product_id.id,
            "text": self.env._(
                "%(name)s: %(reason)s. %(note)s", name=back_sudo.name, reason=back_sudo.reason_id.name, note=back_sudo.note or "")}

    def _settle(self):
        returned = self.filtered("part_return_id")
        returned.part_return_id.sudo()._note_inspected()  # the return follows its inspection
        return super(RepairInspection, self - returned)._settle()
