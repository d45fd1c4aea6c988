from odoo import api, fields, models
from odoo.exceptions import UserError


class RepairWasteKind(models.Model):
    """What becomes of a part that nobody wants back: which kind of waste it is, and who may take it (editable data, see source)."""

    _name = "repair.waste.kind"
    _description = "Kind of Waste"
    _inherit = ["repair.input"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(help="As in the list of the authority, e.g. of hazardous wastes.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    is_hazardous = fields.Boolean("Hazardous", help="Goes to a licensed recycler only, with weight, manifest number and its paper.")
    keep_days = fields.Integer("Kept at most (days)", default=90, required=True)
    source = fields.Char()
    is_verified = fields.Boolean("Verified", help="Somebody has compared it with the rule in force.")

    _keep_range = models.Constraint("CHECK (keep_days BETWEEN 1 AND 3650)", "Waste is kept 1 to 3650 days.")


class ProductTemplate(models.Model):
    _inherit = "product.template"

    waste_kind_id = fields.Many2one(
        "repair.waste.kind", "Old part is", ondelete="restrict", help="What the replaced part is when nobody wants it back.")


class ResPartner(models.Model):
    """Recyclers: who may take which waste, until when."""

    _inherit = "res.partner"

    recycler_kind_ids = fields.Many2many(
        "repair.waste.kind", "repair_waste_kind_partner_rel", "partner_id", "kind_id", "Takes",
        groups="repair_parts.repair_parts_group_keeper,repair_service.repair_service_group_manager")
    recycler_licence = fields.Char(
        "Licence of the recycler", groups="repair_parts.repair_parts_group_keeper,repair_service.repair_service_group_manager")
    recycler_licence_until = fields.Date(
        "Licence valid until", groups="repair_parts.repair_parts_group_keeper,repair_service.repair_service_group_manager")

    @api.model
    def _get_recycler_error(self, partner, kinds, day):
        """Return why ``partner`` may not take waste of ``kinds`` on ``day``, in words; '' when he may."""
        partner_sudo = partner.sudo()  # whether he is licensed, for whoever hands waste over
        hazardous = kinds.filtered("is_hazardous")
        if not hazardous:
            return ""
        if not partner_sudo.recycler_licence or not partner_sudo.recycler_licence_until:
            return self.env._("%(partner)s has no licence on record for hazardous waste.", partner=partner_sudo.display_name)
        if partner_sudo.recycler_licence_until < day:
            return self.env._("The licence of %(partner)s ended on %(date)s.", partner=partner_sudo.display_name,
                              date=fields.Date.to_string(partner_sudo.recycler_licence_until))
        if missing := hazardous - partner_sudo.recycler_kind_ids:
            return self.env._("%(partner)s is not licensed for %(kinds)s.", partner=partner_sudo.display_name,
                              kinds=", ".join(missing.mapped("name")))
        return ""

    def _check_recycler(self, kinds, day):
        """Raise when the partner may not take waste of ``kinds`` on ``day``."""
        if error := self._get_recycler_error(self, kinds, day):
            raise UserError(error)
