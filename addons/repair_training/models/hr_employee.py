from odoo import api, fields, models
from odoo.fields import Domain


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    qualified_category_ids = fields.Many2many(
        "repair.appliance.category", string="May repair today",
        compute="_compute_qualification", search="_search_qualified_category_ids",
        help="Families of appliances this technician may take today with his valid, approved certificates.",
    )
    qualified_family_ids = fields.Many2many(
        "repair.appliance.category", string="Families he may take", compute="_compute_qualification",
        help="The same, without the sub-families that follow their parent family.",
    )
    qualification_gap = fields.Text(
        string="Missing certificates", compute="_compute_qualification",
        help="Families he may not take today, each with its reason.",
    )

    @api.depends(
        "is_technician", "employee_skill_ids.approval_state", "employee_skill_ids.valid_from",
        "employee_skill_ids.valid_to", "employee_skill_ids.skill_id",
    )
    @api.depends_context("lang", "tz")
    def _compute_qualification(self):
        today = fields.Date.context_today(self)
        categories = self.env["repair.appliance.category"].search([("active", "=", True)])
        families = categories.filtered(lambda category: category.required_skill_ids or not category.parent_id)
        for employee in self:
            held = employee._get_held_skills(today)
            qualified = categories._filter_taken_with(held) if employee.is_technician else categories.browse()
            employee.qualified_category_ids = qualified
            employee.qualified_family_ids = qualified & families
            employee.qualification_gap = employee.is_technician and "\n".join(
                employee._describe_gap(family, today) for family in families - qualified)

    def _search_qualified_category_ids(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        domain = value if operator == "any" else [("id", "in", [v for v in value if v])]
        qualified = self.env["repair.appliance.category"].search(domain)._find_qualified_technicians()
        return Domain("id", "in", set().union(*qualified.values()))

    def _get_disqualification(self, category, date):
        """Say why the technician may not take a family on a day.

        :param category: ``repair.appliance.category``, possibly empty
        :param date: local date of the visit
        :return: '' when he may, else one sentence per missing certificate, in the user's language
        """
        reason = super()._get_disqualification(category, date)
        if reason:
            return reason
        self.ensure_one()
        date = fields.Date.to_date(date) or fields.Date.context_today(self)
        missing = category.effective_skill_ids - self._get_held_skills(date)
        return "\n".join(
            self.env._("%(name)s %(reason)s", name=self.name, reason=self._describe_missing_skill(skill, date))
            for skill in missing
        )

    def _get_held_skills(self, date):
        """Return the skills of which the employee holds a valid, approved certificate on a day.

        Reading one employee fetches the certificates of all those he was loaded with.
        """
        self.ensure_one()
        # Dispatchers see public profiles only, but who may do what is theirs to know.
        certificates = self.sudo().employee_skill_ids
        return certificates.filtered(lambda row: row._is_valid_on(date)).skill_id.with_env(self.env)

    def _describe_gap(self, family, date):
        missing = family.effective_skill_ids - self._get_held_skills(date)
        return f"{family.display_name}: {', '.join(self._describe_missing_skill(skill, date) for skill in missing)}"

    def _describe_missing_skill(self, skill, date):
        """Say why a skill does not count on a day: never held, ended, not begun, not approved."""
        # Dispatchers see public profiles only; the reason names dates, not papers.
        rows = self.sudo().employee_skill_ids.filtered(lambda row: row.skill_id == skill)
        names = {"skill": skill.name, "date": date}
        if not rows:
            return self.env._("holds no certificate '%(skill)s'", **names)
        approved = rows.filtered(lambda row: row.approval_state == "approved")
        ended = approved.filtered(lambda row: row.valid_to and row.valid_to < date)
        if ended:
            return self.env._(
                "holds no valid certificate '%(skill)s' on %(date)s (expired %(end)s)", end=max(ended.mapped("valid_to")), **names)
        if approved:
            return self.env._(
                "holds no valid certificate '%(skill)s' on %(date)s (valid from %(start)s)",
                start=min(approved.mapped("valid_from")), **names)
        if "to_approve" in rows.mapped("approval_state"):
            return self.env._("holds no approved certificate '%(skill)s' (HR has not checked it yet)", **names)
        return self.env._("holds no approved certificate '%(skill)s' (HR refused it)", **names)

    @api.model
    def _add_certification_activity_to_employees(self):
        """Core's daily job also warns HR and the dispatchers, so that there is one job, not two."""
        activities = super()._add_certification_activity_to_employees()
        self.env["hr.employee.skill"]._warn_expiring()
        self.env["repair.appointment"]._warn_missing_certificates()
        return activities
