from odoo import api, fields, models
from odoo.exceptions import ValidationError


class RepairApplianceMerge(models.TransientModel):
    _name = "repair.appliance.merge"
    _description = "Merge Appliances"
    _inherit = ["repair.input"]

    appliance_ids = fields.Many2many(
        "repair.appliance", "repair_appliance_merge_rel", "merge_id", "appliance_id", "Appliances", required=True)
    kept_id = fields.Many2one(
        "repair.appliance", "Keep", required=True, ondelete="cascade", domain="[('id', 'in', appliance_ids)]",
        help="Takes over the repairs of the others, and what it lacks itself.")

    @api.model
    def default_get(self, fields):
        """Take the appliances that are selected in the list."""
        values = super().default_get(fields)
        if self.env.context.get("active_model") == "repair.appliance":
            appliances = self.env["repair.appliance"].browse(self.env.context.get("active_ids") or []).exists()
            appliances.check_access("read")
            values.update(appliance_ids=appliances.ids, kept_id=appliances._get_best_kept().id)
        return values

    @api.constrains("appliance_ids", "kept_id")
    def _check_kept(self):
        for merge in self:
            if merge.kept_id not in merge.appliance_ids:
                raise ValidationError(self.env._("Keep one of the appliances of the list."))

    def action_merge(self):
        """Merge the other appliances into the one that is kept.

        :return: action that opens the kept appliance
        :raises UserError: whatever stands against it, see ``repair.appliance._merge_into``
        """
        self.ensure_one()
        self.appliance_ids._merge_into(self.kept_id)
        return {
            "type": "ir.actions.act_window", "res_model": "repair.appliance", "res_id": self.kept_id.id,
            "views": [(False, "form")], "target": "current",
        }
