from odoo import fields, models
from odoo.exceptions import UserError


class RepairContactShow(models.TransientModel):
    """Show what is masked, once, to somebody who says what for; it is logged (handbook 3.3.2)."""

    _name = "repair.contact.show"
    _description = "Show contact data"

    partner_id = fields.Many2one("res.partner", "Customer", required=True, readonly=True)
    reason = fields.Char("What for", size=200)
    shown = fields.Text("Contact data", readonly=True, copy=False)

    def action_show(self):
        """Show the data and log it.

        :return: action that shows the same dialogue, filled in
        :raises AccessError: for contacts that the user does not read at all
        :raises UserError: without a reason
        """
        self.ensure_one()
        self.partner_id.check_access("read")
        if len((self.reason or "").strip()) < 3:
            raise UserError(self.env._("Say what you need the data for; it is logged."))
        partner_sudo = self.partner_id.sudo()  # the reason is given and logged, and the user reads the contact
        self.env["repair.privacy.log"]._note("show", self.partner_id, self.reason.strip())
        self.sudo().shown = "\n".join(filter(None, (  # readonly for the user's own call
            partner_sudo.name, partner_sudo.phone, partner_sudo.email, partner_sudo.service_address)))
        return {
            "type": "ir.actions.act_window", "name": self.env._("Show contact data"), "res_model": self._name, "res_id": self.id,
            "view_mode": "form", "target": "new"}

    def write(self, vals):
        """The contact and what was shown of it are not set from outside."""
        if not self.env.su and {"partner_id", "shown"} & vals.keys():
            raise UserError(self.env._("Open the dialogue from the contact itself."))
        return super().write(vals)
