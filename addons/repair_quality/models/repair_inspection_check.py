from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.repair_service.models.repair_flow import FLOW

# Inspections that somebody else makes of a technician's work: of the finished repair, or while it is done.
CHECK_KINDS = ("sampling", "patrol")
CHECK_FIELDS = frozenset({
    "sampling_lot_id", "sampling_draw_id", "sampling_ground", "dropped_reason", "dropped_by_id", "patrol_id", "assigned_id"})


class RepairInspection(models.Model):
    """Samplings and patrols: laid out by a draw or a patrol, made by an inspector who has no part in the work."""

    _inherit = "repair.inspection"

    assigned_id = fields.Many2one(
        "res.users", "To be made by", readonly=True, copy=False, index="btree_not_null", domain="[('share', '=', False)]")

    @api.depends("kind")
    def _compute_other_inspector(self):
        """Nobody samples or patrols himself, whatever the checklist says."""
        super()._compute_other_inspector()
        for inspection in self:
            inspection.other_inspector = inspection.other_inspector or inspection.kind in CHECK_KINDS

    @api.model_create_multi
    def create(self, vals_list):
        """Create; what ties an inspection to its draw or patrol comes from these only."""
        if self.env.context.get("repair_flow") is not FLOW:
            for vals in vals_list:
                for name in CHECK_FIELDS & vals.keys():
                    del vals[name]
            forged = {f"default_{name}" for name in CHECK_FIELDS} & self.env.context.keys()
            if forged:
                self = self.with_env(self.env(context={key: value for key, value in self.env.context.items() if key not in forged}))
        return super().create(vals_list)

    def write(self, vals):
        """Write; draw and patrol of an inspection stay as they are."""
        if self.env.context.get("repair_flow") is not FLOW and CHECK_FIELDS & vals.keys():
            raise UserError(self.env._("A sampling or patrol is laid out by its draw or plan and stays with it."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never_checks(self):
        if self.env.context.get("repair_flow") is not FLOW and any(inspection.kind in CHECK_KINDS for inspection in self):
            raise UserError(self.env._("Samplings and patrols are not deleted: make them, or say why they cannot be made."))

    def _check_layout(self):
        super()._check_layout()
        if self.env.context.get("repair_flow") is not FLOW and any(inspection.kind in CHECK_KINDS for inspection in self):
            raise UserError(self.env._("Samplings are laid out by a draw and patrols by their plan, not by hand."))

    def _check_open(self):
        """Samplings and patrols are answered by inspectors only, and by nobody whose work they look at."""
        super()._check_open()
        checks = self.filtered(lambda inspection: inspection.kind in CHECK_KINDS)
        if not checks or self.env.su or self.env.context.get("repair_flow") is FLOW:
            return
        if not self.env.user.has_group("repair_service.repair_service_group_inspector"):
            raise UserError(self.env._("Samplings and patrols are made by quality inspectors."))
        checks._check_inspector()

    def _get_barred_users(self):
        """Whoever has visited for the order has a part in the work, too."""
        users = super()._get_barred_users()
        if self.kind in CHECK_KINDS:
            visits_sudo = self.repair_id.sudo().appointment_ids  # inspectors may not read the employee's user
            users |= visits_sudo.filtered(lambda visit: visit.state in ("arrived", "done")).technician_id.user_id
        return users

    def _check_found_something(self):
        """Raise when every point was waved through as not applicable: nothing was looked at."""
        for inspection in self:
            if inspection.kind in CHECK_KINDS and not inspection.line_ids.filtered(
                    lambda line: line._is_laid_out() and line.answer in ("pass", "fail")):
                raise UserError(self.env._("%(name)s: answer at least one point with passed or failed.", name=inspection.name))

    def _assign(self, inspectors):
        """Give inspections in turn to those who may make them; one nobody may make stays with nobody, and is seen."""
        turn = list(inspectors)
        for inspection in self:
            barred = inspection._get_barred_users()
            user = next((user for user in turn if user not in barred), None)
            if user:
                turn.remove(user)
                turn.append(user)
            inspection.assigned_id = user

    def _prepare_nonconformity(self):
        """Name the kind of inspection that found it; a point of protection or safety is never minor."""
        values = super()._prepare_nonconformity()
        if self.kind not in CHECK_KINDS:
            return values
        failed = self.line_ids.filtered(lambda line: line.answer == "fail")
        points = ", ".join(failed.mapped("name"))
        return values | {
            "name": self.env._("Sampling failed: %(points)s", points=points) if self.kind == "sampling"
            else self.env._("Patrol found: %(points)s", points=points),
            "severity": "critical" if "safety" in failed.mapped("aspect") else
            "major" if self.kind == "sampling" or "clothing" in failed.mapped("aspect") else "minor",
        }
