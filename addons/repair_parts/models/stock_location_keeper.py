from odoo import api, fields, models


class StockLocation(models.Model):
    """Who answers for a place, and when a walk through the store comes by (handbook 8.2.3)."""

    _inherit = "stock.location"

    own_keeper_id = fields.Many2one(
        "res.users", "Keeper", ondelete="set null", index="btree_not_null",
        help="Answers for what lies here and below. Empty: the keeper of the place above, or the technician whose van it is.")
    walk_sequence = fields.Integer("Order on the walk", default=0, help="Places are counted in this order, equal ones by their names.")

    @api.model
    def _get_keepers(self, locations):
        """Return {location: user} who answers for each place: its own keeper, the technician of the van, or the keeper above."""
        locations_sudo = locations.sudo()  # vans belong to employees, whom a keeper need not read
        ancestor_ids = {int(part) for location in locations_sudo for part in (location.parent_path or "").split("/") if part}
        chain = locations_sudo.browse(ancestor_ids)
        vans = {
            employee.van_location_id.id: employee.user_id
            for employee in self.env["hr.employee"].sudo().search([("van_location_id", "in", list(ancestor_ids))])}  # as above
        own = {location.id: location.own_keeper_id or vans.get(location.id) for location in chain}
        nobody = self.env["res.users"]
        keepers = {}
        for location in locations_sudo:
            path = [int(part) for part in (location.parent_path or "").split("/") if part]
            keepers[location.with_env(self.env)] = next((own[place] for place in reversed(path) if own.get(place)), nobody)
        return keepers
