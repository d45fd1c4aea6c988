from odoo import api, fields, models
from odoo.exceptions import ValidationError


class RepairApplianceCategory(models.Model):
    _inherit = "repair.appliance.category"

    required_skill_ids = fields.Many2many(
        "hr.skill", "repair_appliance_category_required_skill_rel", "category_id", "skill_id",
        string="Required certificates", domain="[('skill_type_id.is_certification', '=', True)]",
        help="A technician needs a valid, approved certificate for each of these. Left empty, those of the parent family apply.",
    )
    effective_skill_ids = fields.Many2many(
        "hr.skill", string="Certificates in force", compute="_compute_effective_skill_ids", recursive=True,
        help="The required certificates, inherited from the parent family where none are set here.",
    )
    qualified_technician_count = fields.Integer(
        string="Qualified technicians", compute="_compute_qualified_technician_count",
    )

    @api.depends("required_skill_ids", "parent_id.effective_skill_ids")
    def _compute_effective_skill_ids(self):
        for category in self:
            category.effective_skill_ids = category.required_skill_ids or category.parent_id.effective_skill_ids

    @api.depends("effective_skill_ids")
    def _compute_qualified_technician_count(self):
        qualified = self._find_qualified_technicians()
        for category in self:
            category.qualified_technician_count = len(qualified[category.id])

    def _find_qualified_technicians(self):
        """The technicians who may take each of these families today, in as many queries for thousands as for one.

        :return: {family id: set of employee ids}
        """
        technicians = set(self.env["hr.employee"].search([("is_technician", "=", True)]).ids)
        holders = self.env["hr.employee.skill"]._find_holders(self.effective_skill_ids, fields.Date.context_today(self))
        return {
            category.id: technicians.intersection(*(holders[skill.id] for skill in category.effective_skill_ids)) for category in self}

    @api.constrains("required_skill_ids")
    def _check_required_skills_are_certificates(self):
        for category in self:
            plain = category.required_skill_ids.filtered(lambda skill: not skill.skill_type_id.is_certification)
            if plain:
                raise ValidationError(self.env._(
                    "%(skills)s cannot be required for %(category)s: only skills of a certification type can be checked and expire.",
                    skills=", ".join(plain.mapped("name")), category=category.display_name,
                ))

    def action_view_qualified_technicians(self):
        """Open the technicians who may take this family today."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_training.hr_employee_public_action_qualification")
        action["domain"] = [("is_technician", "=", True), ("qualified_category_ids", "in", self.ids)]
        return action

    def _filter_taken_with(self, skills):
        """Families that whoever holds these skills may take."""
        return self.filtered(lambda category: category.effective_skill_ids <= skills)
