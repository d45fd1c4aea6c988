from odoo import api, fields, models
from odoo.exceptions import UserError


class RepairPrivacyLog(models.Model):
    """Who saw, took away or erased which personal data (handbook 3.3.2). Nobody changes what stands here."""

    _name = "repair.privacy.log"
    _description = "Log of personal data"
    _order = "date desc, id desc"

    date = fields.Datetime(required=True, default=fields.Datetime.now, index=True)
    user_id = fields.Many2one("res.users", required=True, index=True, ondelete="restrict")
    kind = fields.Selection(
        [("show", "Shown"), ("export", "Exported"), ("report", "Report of held data"), ("anonymise", "Anonymised")],
        required=True,
        index=True,
    )
    partner_id = fields.Many2one("res.partner", "Customer", index="btree_not_null", ondelete="set null")
    res_model = fields.Char("Kind of record")
    record_count = fields.Integer("Records")
    details = fields.Text()

    @api.model
    def _note(self, kind, records, details):
        """Note an access; the caller cannot be kept from it by missing rights.

        :param records: the records whose data were seen
        """
        return self.sudo().create({  # written by the act itself, whoever acts
            "kind": kind, "user_id": self.env.uid, "res_model": records._description, "record_count": len(records), "details": details,
            "partner_id": records.id if records._name == "res.partner" and len(records) == 1 else False})

    def write(self, vals):  # pylint: disable=method-required-super  # it refuses
        """A log is not changed."""
        raise UserError(self.env._("The log of personal data is not changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_by_system_only(self):
        if not self.env.su:
            raise UserError(self.env._("The log of personal data is not deleted."))


class ResPartner(models.Model):
    _inherit = "res.partner"

    is_contact_masked = fields.Boolean(compute="_compute_is_contact_masked", help="The user sees less than all of this contact.")

    @api.depends_context("uid")
    def _compute_is_contact_masked(self):
        masked = self._filter_masked() if self._get_masked_kinds() else self.browse()
        for partner in self:
            partner.is_contact_masked = partner in masked

    def action_show_contact(self):
        """Open the dialogue that shows masked contact data, after the user said what for."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Show contact data"),
            "res_model": "repair.contact.show",
            "view_mode": "form",
            "target": "new",
            "context": {"default_partner_id": self.id},
        }


class RepairOrder(models.Model):
    _inherit = "repair.order"

    is_contact_masked = fields.Boolean(related="partner_id.is_contact_masked", related_sudo=False)

    def action_show_contact(self):
        """Open the dialogue that shows the masked contact data of the order's customer."""
        self.ensure_one()
        self.check_access("read")
        return self.partner_id.action_show_contact()
