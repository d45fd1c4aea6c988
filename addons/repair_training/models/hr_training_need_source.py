from collections import defaultdict
from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models

from .hr_training_need import LIVE

NEWCOMER_DAYS = 90


class Candidate(NamedTuple):
    """A need that stands out of the records; ``values`` are those of the need but for employee, source and key."""

    employee: int
    source: str
    key: str
    values: dict


class HrTrainingNeed(models.Model):
    """Needs arise by themselves from what the records tell (handbook 9.1.4: performance, job and own wish)."""

    _inherit = "hr.training.need"

    @api.model
    def _collect_needs(self):
        """Bring the personal plans up to date; one need a cause, however often the job runs."""
        for company in self.env["res.company"].search([]):  # pylint: disable=no-search-all  # they are few, and all of them are needed
            # The job runs without a language; what it writes into the plans is read in the company's.
            own = self.with_context(lang=company.partner_id.lang or self.env.lang)
            today = own._get_local_today(company)
            candidates = {}
            for candidate in own._get_candidates(company, today):
                candidates.setdefault((candidate.employee, candidate.key), candidate)
            own._settle_met(company, today)
            own._merge_candidates(candidates, today)

    @api.model
    def _get_candidates(self, company, today):
        """Return every :class:`Candidate` of a company on a day. An addon with other sources adds its own."""
        return [
            *self._get_quality_candidates(company, today), *self._get_job_candidates(company, today),
            *self._get_certificate_candidates(company, today), *self._get_onboarding_candidates(company, today),
        ]

    @api.model
    def _get_quality_events(self, company, since):
        """Return what went wrong since a day, as (source, employee, family, cause, day).

        The sources are those of ``hr.training.need``: repeats, failed inspections, and complaints that a technician answers for.
        """
        start = fields.Datetime.to_datetime(since)
        orders_sudo = self.env["repair.order"].sudo()  # the job, not HR, reads orders
        events = []
        for repeat in orders_sudo.search([
            ("company_id", "=", company.id), ("requested_on", ">=", start), ("origin_repair_id.technician_id", "!=", False),
            ("service_stage", "!=", "cancelled"),
        ]):
            origin = repeat.origin_repair_id
            day = repeat._local_date(repeat.requested_on)
            events.append(("repeat", origin.technician_id, origin.appliance_category_id, origin.cause_id, day))
        for inspection in self.env["repair.inspection"].sudo().search([  # as above
            ("company_id", "=", company.id), ("kind", "=", "final"), ("result", "=", "fail"), ("done_on", ">=", start),
            ("repair_id.technician_id", "!=", False),
        ]):
            order = inspection.repair_id
            day = order._local_date(inspection.done_on)
            events.append(("inspection", order.technician_id, order.appliance_category_id, order.cause_id, day))
        for complaint in self.env["repair.complaint"].sudo().search([  # as above
            ("company_id", "=", company.id), ("received_on", ">=", start), ("kind", "=", "complaint"), ("stage", "!=", "withdrawn"),
        ]):
            if employee := complaint._get_answerable_employee():
                day = orders_sudo._local_date(complaint.received_on, company)
                events.append(("complaint", employee, complaint.appliance_category_id, complaint.repair_id.cause_id, day))
        return events

    @api.model
    def _get_quality_candidates(self, company, today):
        """Whoever met the same cause in the same family often enough lately; what lies before his last training for it is forgotten."""
        since = today - timedelta(days=company.training_need_days)
        groups = defaultdict(list)
        for source, employee, category, cause, day in self._get_quality_events(company, since):
            if employee.active:
                groups[employee, category, cause].append((source, day))
        met = self._get_last_met({employee.id for employee, _category, _cause in groups})
        courses = {}
        for (employee, category, cause), events in groups.items():
            key = f"fault:{category.id}:{cause.id}"
            counted = [(source, day) for source, day in events if day > met.get((employee.id, key), since)]
            if len(counted) < company.training_need_events:
                continue
            if (category, cause) not in courses:
                courses[category, cause] = self.env["hr.training.course"]._find_for_fault(category, cause)
            sources = [source for source, _day in counted]
            source = max(sorted(set(sources)), key=sources.count)
            yield Candidate(employee.id, source, key, {
                "category_id": category.id, "cause_id": cause.id, "count": len(counted),
                "course_id": courses[category, cause].id,
                "evidence": self.env._(
                    "%(count)s cases in %(days)s days: %(family)s, %(cause)s", count=len(counted), days=company.training_need_days,
                    family=category.name or "-", cause=cause.name or "-"),
                "deadline": today + timedelta(days=60),
            })

    @api.model
    def _get_last_met(self, employee_ids):
        rows = self.sudo()._read_group(  # the job compares, nobody reads
            [("employee_id", "in", list(employee_ids)), ("met_on", "!=", False), ("state", "=", "met")],
            ["employee_id", "key"], ["met_on:max"])
        return {(employee.id, key): day for employee, key, day in rows}

    @api.model
    def _get_job_candidates(self, company, today):
        """Skills that the job asks for and the employee has not, or not well enough."""
        employees = self._get_staff(company).filtered("job_id.current_job_skill_ids")
        courses = self.env["hr.training.course"]._find_for_skills(employees.job_id.current_job_skill_ids.skill_id)
        for employee in employees:
            levels = employee._get_skill_levels(today)
            for wanted in employee.job_id.current_job_skill_ids:
                if levels.get(wanted.skill_id.id, -1) >= wanted.level_progress:
                    continue
                yield Candidate(employee.id, "job", f"job:{wanted.skill_id.id}", {
                    "skill_id": wanted.skill_id.id, "course_id": courses[wanted.skill_id.id].id,
                    "evidence": self.env._(
                        "The job %(job)s asks for %(skill)s: %(level)s", job=employee.job_id.name, skill=wanted.skill_id.name,
                        level=wanted.skill_level_id.name),
                    "deadline": today + timedelta(days=90),
                })

    @api.model
    def _get_certificate_candidates(self, company, today):
        """Certificates that end within the warning periods and are not renewed yet."""
        periods = company._get_certificate_warning_days()
        rows = self.env["hr.employee.skill"].sudo().search([  # as above
            ("approval_state", "=", "approved"), ("employee_id.company_id", "=", company.id), ("employee_id.active", "=", True),
            ("valid_to", ">=", today), ("valid_to", "<=", today + timedelta(days=periods[-1])),
        ]) if periods else self.env["hr.employee.skill"]
        courses = self.env["hr.training.course"]._find_for_skills(rows.skill_id)
        for row in rows._filter_not_renewed():
            yield Candidate(row.employee_id.id, "certificate", f"certificate:{row.skill_id.id}:{row.valid_to}", {
                "skill_id": row.skill_id.id, "course_id": courses[row.skill_id.id].id,
                "evidence": self.env._("Certificate '%(skill)s' ends on %(date)s", skill=row.skill_id.name, date=row.valid_to),
                "deadline": row.valid_to,
            })

    @api.model
    def _get_onboarding_candidates(self, company, today):
        """The onboarding courses, for whoever began lately."""
        courses = self.env["hr.training.course"].sudo().search([  # as above
            ("kind", "=", "onboarding"), ("company_id", "in", (company.id, False))])
        newcomers = self._get_staff(company).filtered(
            lambda one: one.onboarding_started_on and one.onboarding_started_on >= today - timedelta(days=NEWCOMER_DAYS))
        passed = {(row.employee_id, row.course_id) for row in self.env["hr.training.enrolment"].sudo().search([  # as above
            ("employee_id", "in", newcomers.ids), ("course_id", "in", courses.ids), ("result", "=", "passed"), ("voided_on", "=", False)])}
        for employee in newcomers:
            for course in courses:
                if (employee, course) not in passed:
                    yield Candidate(employee.id, "onboarding", f"course:{course.id}", {
                        "course_id": course.id, "evidence": self.env._("Began on %(date)s", date=employee.onboarding_started_on),
                        "deadline": employee.onboarding_started_on + timedelta(days=30)})

    @api.model
    def _get_staff(self, company):
        return self.env["hr.employee"].sudo().search([("company_id", "=", company.id)])  # the job reads every employee

    @api.model
    def _merge_candidates(self, candidates, today):
        """Open what is new, bring what is open up to date, and leave what somebody dropped until it gets worse."""
        known_sudo = self.sudo().search([  # the job keeps the plans
            ("key", "in", list({key for _employee, key in candidates})), ("employee_id", "in", list({one for one, _key in candidates})),
            ("state", "in", (*LIVE, "dismissed"))])
        live = {(need.employee_id.id, need.key): need for need in known_sudo if need.state != "dismissed"}
        dropped = {(need.employee_id.id, need.key): need.count for need in known_sudo.sorted("id") if need.state == "dismissed"}
        vals_list = []
        for identity, candidate in candidates.items():
            if need := live.get(identity):
                fresh = {name: candidate.values[name] for name in ("count", "evidence") if name in candidate.values}
                if any(need[name] != value for name, value in fresh.items()):
                    need._flow_write(fresh)
            elif identity not in dropped or candidate.values.get("count", 0) > dropped[identity]:
                vals_list.append({
                    **candidate.values, "employee_id": candidate.employee, "source": candidate.source, "key": candidate.key,
                    "state": "open", "since": today})
        self.sudo()._flow_create(vals_list)._link_enrolments()  # as above

    @api.model
    def _settle_met(self, company, today):
        """Needs for a skill that the employee has meanwhile are met; so is an expired certificate's once it was renewed."""
        needs_sudo = self.sudo().search([  # as above
            ("company_id", "=", company.id), ("state", "in", LIVE), ("source", "in", ("job", "certificate"))])
        for need in needs_sudo:
            day = max(today, need.deadline + timedelta(days=1)) if need.source == "certificate" and need.deadline else today
            level = need.employee_id._get_skill_levels(day).get(need.skill_id.id, -1)
            wanted = need.employee_id.job_id.current_job_skill_ids.filtered(lambda row, need=need: row.skill_id == need.skill_id)
            if level >= (wanted.level_progress if need.source == "job" and len(wanted) == 1 else 0):
                need._flow_write({"state": "met", "met_on": today})


class HrTrainingCourse(models.Model):
    _inherit = "hr.training.course"

    @api.model
    def _find_for_fault(self, category, cause):
        """The course that treats a cause in a family: the one for that very cause before the one for the whole family."""
        chain = category.browse(int(part) for part in (category.parent_path or "").split("/") if part) if category else category
        courses = self.sudo().search([("category_ids", "in", chain.ids)]) if chain else self.browse()  # the job reads every course
        exact = courses.filtered(lambda course: cause and cause in course.cause_ids)
        return (exact or courses.filtered(lambda course: not course.cause_ids))[:1]

    @api.model
    def _find_for_skills(self, skills):
        """The course that gives each of the skills or certificates.

        :return: {skill id: course, possibly empty}
        """
        found = {}
        for course in self.sudo().search([("skill_ids.skill_id", "in", skills.ids)]):  # as above
            for skill in course.skill_ids.skill_id:
                found.setdefault(skill.id, course)
        return {skill.id: found.get(skill.id, self.browse()) for skill in skills}


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    @api.model
    def _add_certification_activity_to_employees(self):
        """Core's daily job also collects what people need to learn."""
        activities = super()._add_certification_activity_to_employees()
        self.env["hr.training.need"]._collect_needs()
        return activities
