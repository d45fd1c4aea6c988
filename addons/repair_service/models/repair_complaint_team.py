from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .repair_sla_policy import SEVERITIES

USERS = "[('share', '=', False)]"


class RepairComplaintTeam(models.Model):
    """Who works on complaints, and who answers for them (handbook 7.2.2)."""

    _name = "repair.complaint.team"
    _description = "Complaint Team"
    _inherit = ["repair.input"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", index="btree_not_null", help="Empty: for all companies.")
    head_id = fields.Many2one("res.users", "Person responsible", domain=USERS, help="Is told of urgent and major cases at once.")
    member_ids = fields.Many2many("res.users", string="Members", domain=USERS, help="Each new case goes to the member with the fewest.")

    def _get_head(self, company):
        """Return the person responsible: the team's, else the first service manager of ``company``."""
        if self.head_id.active:
            return self.head_id
        managers_sudo = self.env.ref("repair_service.repair_service_group_manager").sudo().all_user_ids  # whoever brings the case
        people = managers_sudo.filtered(lambda user: user.active and company in user.company_ids and user.id != api.SUPERUSER_ID)
        own = people.filtered(lambda user: user.company_id == company)
        return (own or people).sorted("id")[:1].sudo(False)

    def _get_people(self):
        return self.member_ids | self.head_id


class RepairComplaintRoute(models.Model):
    """Which team a complaint goes to: the first rule that fits."""

    _name = "repair.complaint.route"
    _description = "Routing of Complaints"
    _inherit = ["repair.input"]
    _order = "sequence, id"

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index="btree_not_null", help="Empty: for all companies.")
    category_id = fields.Many2one("repair.complaint.category", "Class", ondelete="cascade", help="Empty: every class.")
    severity = fields.Selection(SEVERITIES, help="Empty: every severity.")
    appliance_category_ids = fields.Many2many(
        "repair.appliance.category", string="Families", help="With those below them. Empty: every family.")
    team_id = fields.Many2one("repair.complaint.team", required=True, ondelete="cascade")

    @api.constrains("team_id", "company_id")
    def _check_team_company(self):
        for route in self:
            if route.team_id.company_id and route.team_id.company_id != route.company_id:
                raise ValidationError(self.env._(
                    "%(team)s belongs to one company: set that company on the rule, too.", team=route.team_id.name))

    @api.model
    def _get_routes(self, company):
        """Return the rules of a company, in their order. One query."""
        return self.sudo().search(Domain("company_id", "in", (False, company.id)))  # rules are the company's, whoever brings the case

    def _find_team(self, category, severity, family):
        """Return the team of the first rule that fits, empty when none does."""
        above = family._get_ancestor_ids() if family else set()
        for route in self:
            if (
                (not route.category_id or route.category_id == category)
                and (not route.severity or route.severity == severity)
                and (not route.appliance_category_ids or above & set(route.appliance_category_ids.ids))
                and route.team_id.active
            ):
                return route.team_id
        return self.env["repair.complaint.team"]
