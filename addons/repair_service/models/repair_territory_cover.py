from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import format_date

MAX_DAYS = 366


class RepairTerritoryCover(models.Model):
    """A technician who serves a territory for a time, beside its own ones or in the place of one of them."""

    _name = "repair.territory.cover"
    _description = "Temporary Cover of a Territory"
    _inherit = ["hr.mixin", "repair.input"]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    territory_id = fields.Many2one("repair.territory", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="territory_id.company_id", store=True, index=True, precompute=True)
    technician_id = fields.Many2one(
        "hr.employee", "Covered by", required=True, index=True, check_company=True,
        domain="[('is_technician', '=', True), ('company_id', '=', company_id)]",
        help="Serves the territory in this time, as its own technicians do.")
    replaced_id = fields.Many2one(
        "hr.employee", "In place of", index="btree_not_null", check_company=True,
        domain="[('is_technician', '=', True), ('company_id', '=', company_id)]",
        help="Does not serve the territory in this time. Empty: the cover comes on top of the territory's technicians.")
    date_from = fields.Date("First day", required=True, default=fields.Date.context_today)
    date_to = fields.Date("Last day", required=True, default=fields.Date.context_today)
    reason = fields.Char(help="Leave, training, many requests.")

    _days_ordered = models.Constraint("CHECK (date_to >= date_from)", "A cover ends on its first day or later.")
    _days_limited = models.Constraint(
        f"CHECK (date_to - date_from < {MAX_DAYS})", "A cover lasts a year at most: for longer, add the technician to the territory.")
    _no_double = models.Constraint(
        "EXCLUDE USING gist (territory_id WITH =, technician_id WITH =, COALESCE(replaced_id, 0) WITH =,"
        " daterange(date_from, date_to, '[]') WITH &&)",
        "This technician covers there in that time already: change the days of that cover.",
    )

    @api.depends("technician_id.name", "territory_id.name", "date_from", "date_to")
    @api.depends_context("show_days", "lang")
    def _compute_display_name(self):
        """The calendar shows the days itself; elsewhere ``show_days`` asks for them."""
        for cover in self:
            days = self.env.context.get("show_days") and cover.date_from and cover.date_to and "-".join(
                format_date(self.env, day, date_format="M/d") for day in (cover.date_from, cover.date_to))
            cover.display_name = " · ".join(filter(None, (days, cover.territory_id.name, cover.technician_id.name)))

    @api.constrains("technician_id", "replaced_id", "territory_id", "date_from", "date_to")
    def _check_technicians(self):
        """Who covers is an active service technician of the company and covers for somebody who serves the territory."""
        for cover in self:
            technician, replaced = cover.technician_id, cover.replaced_id
            if refusal := cover._get_stranger(technician) or (replaced and cover._get_stranger(replaced)):
                raise ValidationError(refusal)
            if technician == replaced:
                raise ValidationError(self.env._(
                    "%(technician)s cannot cover for himself: choose a colleague.", technician=technician.name))
            if replaced and replaced not in cover.territory_id.technician_ids | cover._get_overlapping().technician_id:
                raise ValidationError(self.env._(
                    "%(technician)s does not serve %(territory)s: leave empty for whom the cover is, or choose one of its technicians.",
                    technician=replaced.name, territory=cover.territory_id.name))
            if replaced and cover._get_overlapping().filtered(
                    lambda other, pair=(replaced, technician): (other.technician_id, other.replaced_id) == pair):
                raise ValidationError(self.env._(
                    "%(technician)s and %(other)s would cover for each other on the same day: nobody would be left.",
                    technician=technician.name, other=replaced.name))

    def _get_stranger(self, technician):
        """Why ``technician`` can neither cover nor be covered for here; '' when he can."""
        if technician.company_id != self.company_id or not technician.is_technician or not technician.active:
            return self.env._(
                "%(technician)s is no active service technician of %(company)s: choose one of its technicians.",
                technician=technician.name, company=self.company_id.name)
        return ""

    def _get_overlapping(self):
        self.ensure_one()
        return self.search([
            ("territory_id", "=", self.territory_id.id), ("date_from", "<=", self.date_to), ("date_to", ">=", self.date_from),
            ("id", "!=", self.id)])


class RepairTerritory(models.Model):
    _inherit = "repair.territory"

    cover_ids = fields.One2many("repair.territory.cover", "territory_id", "Temporary cover")

    def _get_technicians_by_day(self, days):
        """Who serves the territories on each day: their own technicians and covers, less those who are covered for.

        Several territories are answered together, each with its own covers; queries do not grow with days or territories.

        :param days: local dates
        :return: {day: ``hr.employee`` records, active service technicians}
        """
        days = list(days)
        served = dict.fromkeys(days, self.env["hr.employee"])
        if not (days and self):
            return served
        covers_sudo = self.env["repair.territory.cover"].sudo().search_fetch(  # technicians read their own covers only
            [("territory_id", "in", self.ids), ("date_from", "<=", max(days)), ("date_to", ">=", min(days))],
            ["territory_id", "technician_id", "replaced_id", "date_from", "date_to"])
        covers_by_territory = covers_sudo.grouped(lambda cover: cover.territory_id.id)
        (self.technician_ids | covers_sudo.technician_id).fetch(["is_technician", "active"])
        for territory in self:
            own = territory.technician_ids
            for day in days:
                covering = covers_by_territory.get(territory.id, covers_sudo.browse()).filtered(
                    lambda cover, day=day: cover.date_from <= day <= cover.date_to)
                served[day] |= (own | covering.technician_id) - covering.replaced_id
        return {
            day: technicians.filtered(lambda technician: technician.is_technician and technician.active)
            for day, technicians in served.items()}
