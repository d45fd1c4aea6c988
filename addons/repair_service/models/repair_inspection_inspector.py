from odoo import api, fields, models
from odoo.exceptions import UserError

NAMED_INSPECTORS = 5


class RepairInspection(models.Model):
    """Nobody inspects his own work where the checklist says so (handbook 5.1)."""

    _inherit = "repair.inspection"

    other_inspector = fields.Boolean(
        "Another inspector", compute="_compute_other_inspector", store=True, precompute=True,
        help="Neither the order's technician nor whoever started the repair can validate this inspection.")
    inspector_refusal = fields.Char(compute="_compute_inspector_refusal")

    @api.depends("template_id")
    def _compute_other_inspector(self):
        """Taken over from the checklist once: a later change of it leaves laid out inspections alone."""
        for inspection in self:
            inspection.other_inspector = inspection.kind == "final" and inspection.template_id.other_inspector

    @api.depends("other_inspector", "result", "repair_id.technician_id", "repair_id.repair_started_by_id")
    @api.depends_context("uid", "lang")
    def _compute_inspector_refusal(self):
        for inspection in self:
            inspection.inspector_refusal = not inspection.result and inspection._get_inspector_refusal()

    def _get_barred_users(self):
        """Return the users whose own work this inspection is: the order's technician and whoever started the repair."""
        self.ensure_one()
        order_sudo = self.repair_id.sudo()  # inspectors may not read the employee's user
        return order_sudo.technician_id.user_id | order_sudo.repair_started_by_id

    def _get_inspector_refusal(self):
        """Why the current user cannot validate the inspection, with the names of those who can; '' when he can."""
        self.ensure_one()
        if not self.other_inspector or self.env.user not in self._get_barred_users():
            return ""
        return self.env._(
            "%(order)s is the own work of %(user)s, and this checklist asks for another inspector. It can be validated by: %(inspectors)s.",
            order=self.repair_id.name or self.name, user=self.env.user.name,
            inspectors=", ".join(self._get_other_inspectors().mapped("name")) or self.env._(
                "nobody yet (an administrator makes somebody a quality inspector)"))

    def _get_other_inspectors(self):
        """Return some of the quality inspectors of the company who may validate the inspection."""
        self.ensure_one()
        inspectors = self.env.ref("repair_service.repair_service_group_inspector")
        users_sudo = self.env["res.users"].sudo()  # names of colleagues, for the message only
        return users_sudo.search([
            ("all_group_ids", "in", inspectors.ids), ("company_ids", "in", self.company_id.ids), ("share", "=", False),
            ("id", "not in", self._get_barred_users().ids),
        ], limit=NAMED_INSPECTORS, order="id")

    def _check_inspector(self):
        """Raise when the current user would inspect his own work, whatever rights he has.

        :raises UserError: names who may validate
        """
        for inspection in self:
            if refusal := inspection._get_inspector_refusal():
                raise UserError(refusal)
