from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.fields import Domain

from ..engine import ladder


class HrEmployee(models.Model):
    """Where the employee stands against a level (handbook 9.3)."""

    _inherit = "hr.employee"

    def _check_level_reached(self, level, recommended=False):
        """Check the employee against a level as the records stand now.

        :param level: ``hr.career.level``
        :param recommended: whether his manager recommends him
        :return: (verdicts, met) of :func:`engine.ladder.check`
        """
        self.ensure_one()
        rows = level.requirement_ids.sudo()  # everybody may know what a level asks for
        requirements = [
            ladder.Requirement(row.id, row.kind, 100.0 if row.kind == "certificate" else row.amount, row.least_cases) for row in rows]
        return ladder.check(requirements, self._get_ladder_facts(rows, recommended))

    def _get_ladder_facts(self, rows, recommended=False):
        """What the records say to each requirement; figures count from so many months ago until today."""
        employee_sudo = self.sudo()  # who asks was checked; the figures come from orders and papers that he need not read
        today = self.env["repair.order"]._local_date(fields.Datetime.now(), employee_sudo.company_id)
        levels = employee_sudo._get_skill_levels(today)
        facts = {}
        for row in rows:
            since = today - relativedelta(months=row.window_months)
            facts[row.id] = getattr(employee_sudo, f"_get_fact_{row.kind}")(row, since, today, levels, recommended)
        return facts

    def _get_fact_skill(self, row, since, today, levels, recommended):
        return ladder.Fact(levels.get(row.skill_id.id))

    def _get_fact_certificate(self, row, since, today, levels, recommended):
        return ladder.Fact(100.0 if row.skill_id.id in levels else None)

    def _get_fact_months(self, row, since, today, levels, recommended):
        begin = self.career_level_since or self._get_first_day()
        return ladder.Fact(float(ladder.count_months(begin, today)) if begin else None)

    def _get_jobs_domain(self, since):
        return [("technician_id", "=", self.id), ("appliance_id", "!=", False), ("accepted_on", ">=", fields.Datetime.to_datetime(since))]

    def _get_fact_jobs(self, row, since, today, levels, recommended):
        return ladder.Fact(float(self.env["repair.order"].search_count(self._get_jobs_domain(since))))

    def _get_fact_first_time_fix(self, row, since, today, levels, recommended):
        counts = dict(self.env["repair.order"]._read_group(
            [*self._get_jobs_domain(since), ("first_time_fix", "!=", False), ("first_time_fix_from", "<=", fields.Datetime.now())],
            ["first_time_fix"], ["__count"]))
        jobs = sum(counts.values())
        return ladder.Fact(100.0 * counts.get("yes", 0) / jobs if jobs else None, jobs)

    def _get_fact_complaints(self, row, since, today, levels, recommended):
        """Complaints that the employee answers for, or that his orders brought while nobody is named."""
        return ladder.Fact(float(self.env["repair.complaint"].search_count(
            self._get_complaints_domain() & Domain("received_on", ">=", fields.Datetime.to_datetime(since)))))

    def _get_complaints_domain(self):
        """Return the domain of the complaints that count against one of these employees (handbook 5.3.3)."""
        nobody_named = Domain("liable_employee_id", "=", False) & Domain("liable", "in", (False, "technician"))
        about_his_order = nobody_named & Domain("technician_id", "in", self.ids)
        return (
            Domain("kind", "=", "complaint") & Domain("stage", "!=", "withdrawn")
            & (Domain("liable_employee_id", "in", self.ids) | about_his_order))

    def _get_fact_training_hours(self, row, since, today, levels, recommended):
        [(hours,)] = self.env["hr.training.enrolment"]._read_group(
            [("employee_id", "=", self.id), ("closed_on", ">=", fields.Datetime.to_datetime(since))], [], ["credited_hours:sum"])
        [(confirmed,)] = self.env["hr.mentorship.log"]._read_group(
            [("mentorship_id.mentee_id", "=", self.id), ("confirmed_on", "!=", False), ("date", ">=", since)], [], ["hours:sum"])
        return ladder.Fact(float((hours or 0.0) + (confirmed or 0.0)))

    def _get_fact_exam(self, row, since, today, levels, recommended):
        passed = self.env["hr.training.enrolment"].search_count([
            ("employee_id", "=", self.id), ("course_id", "=", row.course_id.id), ("result", "=", "passed"), ("voided_on", "=", False),
            "|", ("valid_until", "=", False), ("valid_until", ">=", today)], limit=1)
        return ladder.Fact(float(passed))

    def _get_fact_recommendation(self, row, since, today, levels, recommended):
        return ladder.Fact(1.0 if recommended else 0.0)

    def action_view_standing(self):
        """Open where the employee stands against his next level."""
        self.ensure_one()
        return self.env["hr.career.standing"]._open_for(self)
