from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .hr_training_topic import KINDS

DELIVERIES = [
    ("class", "Class"), ("practice", "Practice"), ("online", "Online"), ("mentor", "Mentor"), ("exchange", "Exchange of cases"),
]


class HrTrainingCourse(models.Model):
    """What is taught, how it is assessed and what it gives (handbook 9.1, 9.2)."""

    _name = "hr.training.course"
    _description = "Training Course"
    _inherit = ["mail.thread", "repair.input"]
    _order = "kind desc, sequence, name"
    _check_company_auto = True

    name = fields.Char("Course", required=True, translate=True, tracking=True)
    code = fields.Char(copy=False, index=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company, index=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    kind = fields.Selection(KINDS, required=True, default="professional", tracking=True, index=True)
    delivery = fields.Selection(DELIVERIES, required=True, default="class", tracking=True)
    topic_ids = fields.Many2many("hr.training.topic", "hr_training_course_topic_rel", "course_id", "topic_id", "Topics")
    goal = fields.Text(translate=True, help="What whoever passes can do afterwards.")
    description = fields.Html("Content", translate=True)
    hours = fields.Float("Duration (hours)", default=4.0, tracking=True)
    seats = fields.Integer(default=12, help="Most people in one session; who comes later waits.")
    cost = fields.Monetary("Cost a session", help="What one session costs as a rule: trainer, room, material.")
    prerequisite_ids = fields.Many2many(
        "hr.training.course", "hr_training_course_prerequisite_rel", "course_id", "prerequisite_id", "Prerequisites",
        help="Courses that must be passed before.")
    validity_months = fields.Integer(
        "Valid for (months)", tracking=True, help="How long what the course gives stays valid. 0: without end.")
    skill_ids = fields.One2many("hr.training.course.skill", "course_id", "Gives", copy=True)
    category_ids = fields.Many2many(
        "repair.appliance.category", string="Families", help="Families of appliances whose faults the course treats.")
    cause_ids = fields.Many2many(
        "repair.fault.code", string="Causes", domain="[('kind', '=', 'cause')]",
        help="Causes that the course treats: who meets them again and again is sent to it. Empty: every cause of the families.")
    material_url = fields.Char("Material (link)")
    material_ids = fields.Many2many("ir.attachment", bypass_search_access=True)
    # How it is assessed (handbook 9.2.2)
    survey_id = fields.Many2one(
        "survey.survey", "Written test", tracking=True, domain="[('scoring_type', '!=', 'no_scoring')]",
        help="Answered by the participants on their own page; its result counts by itself.")
    is_written = fields.Boolean(
        "Written test on paper", tracking=True, help="The score is entered in the list of results or imported from a sheet.")
    pass_score = fields.Float("Pass mark (%)", default=80.0, tracking=True)
    has_written = fields.Boolean(compute="_compute_has_written", compute_sudo=True)
    is_practical = fields.Boolean("Practical test", tracking=True)
    check_ids = fields.One2many("hr.training.check", "course_id", "Checklist", copy=True)
    is_observed = fields.Boolean("Observation at work", tracking=True)
    # Who may teach it
    trainer_skill_ids = fields.Many2many(
        "hr.skill", "hr_training_course_trainer_skill_rel", "course_id", "skill_id", "Trainer must hold",
        help="Skills and valid certificates without which nobody teaches this course.")
    trainer_level = fields.Integer(
        "Trainer's level (%)", help="Progress the trainer needs in those skills, as set on the levels of the skill.")
    session_ids = fields.One2many("hr.training.session", "course_id", "Sessions")
    session_count = fields.Integer(compute="_compute_session_count")

    _hours_positive = models.Constraint("CHECK (hours > 0 AND hours <= 1000)", "A course lasts between 0 and 1000 hours.")
    _seats_positive = models.Constraint("CHECK (seats BETWEEN 1 AND 1000)", "A course has between 1 and 1000 seats.")
    _validity_positive = models.Constraint(
        "CHECK (validity_months BETWEEN 0 AND 600)", "The validity is a number of months from 0 to 600.")
    _pass_score_range = models.Constraint("CHECK (pass_score BETWEEN 0 AND 100)", "The pass mark lies between 0 and 100 %.")
    _trainer_level_range = models.Constraint(
        "CHECK (trainer_level BETWEEN 0 AND 100)", "The trainer's level lies between 0 and 100 %.")
    _cost_positive = models.Constraint("CHECK (cost >= 0)", "A cost is not negative.")
    _code_uniq = models.UniqueIndex("(code, company_id) WHERE code IS NOT NULL", "There is another course with this code.")

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for course in self:
            course.currency_id = (course.company_id or self.env.company).currency_id

    @api.depends("survey_id", "is_written")
    def _compute_has_written(self):
        for course in self:
            course.has_written = bool(course.survey_id or course.is_written)

    @api.depends("session_ids")
    def _compute_session_count(self):
        counts = dict(self.env["hr.training.session"]._read_group([("course_id", "in", self.ids)], ["course_id"], ["__count"]))
        for course in self:
            course.session_count = counts.get(course, 0)

    @api.constrains("prerequisite_ids")
    def _check_prerequisites(self):
        if self._has_cycle("prerequisite_ids"):
            raise ValidationError(self.env._("A course cannot require itself, not even through other courses."))

    @api.constrains("survey_id", "is_written")
    def _check_survey(self):
        for course in self.filtered("survey_id"):
            if course.survey_id.sudo().scoring_type == "no_scoring":  # HR chooses the test, who wrote it keeps its questions
                raise ValidationError(self.env._(
                    "The survey '%(survey)s' has no scoring: switch it on, or choose a test that has.",
                    survey=course.survey_id.sudo().title))  # as above

    @api.constrains("is_practical", "check_ids")
    def _check_checklist(self):
        for course in self:
            if course.is_practical and not course.check_ids:
                raise ValidationError(self.env._(
                    "Write the checklist of the practical test of %(course)s: what the participant has to show.", course=course.name))

    @api.model_create_multi
    def create(self, vals_list):
        """Create courses; their material can be read by whoever reads the course."""
        courses = super().create(vals_list)
        courses._attach_material()
        return courses

    def write(self, vals):
        """Write; new material can be read by whoever reads the course."""
        res = super().write(vals)
        if "material_ids" in vals:
            self._attach_material()
        return res

    def _attach_material(self):
        for course in self:
            course.material_ids.filtered(lambda file: not file.res_id).write({"res_model": self._name, "res_id": course.id})

    def action_view_sessions(self):
        """Open the sessions of the course."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_training.hr_training_session_action")
        return {**action, "domain": [("course_id", "=", self.id)], "context": {"default_course_id": self.id}}

    def _get_pass_score(self):
        """The written test's pass mark in percent: the survey's own where there is one."""
        self.ensure_one()
        return self.survey_id.sudo().scoring_success_min if self.survey_id else self.pass_score  # participants do not read surveys

    def _get_trainer_problem(self, trainer, date):
        """Why an employee may not teach the course on a day, in the user's language; '' when he may (handbook 9.2.1)."""
        self.ensure_one()
        held = trainer._get_skill_levels(date)
        missing = self.trainer_skill_ids.sudo().filtered(  # skills are HR's, their names are the planner's to know
            lambda skill: skill.id not in held or held[skill.id] < self.trainer_level)
        if not missing:
            return ""
        return self.env._(
            "%(trainer)s may not teach %(course)s on %(date)s: he needs %(skills)s.", trainer=trainer.name, course=self.name,
            date=date, skills=", ".join(missing.mapped("name")))

    def _get_missing_prerequisites(self, employees):
        """The prerequisites that each of the employees has not passed.

        :return: {employee id: courses}
        """
        self.ensure_one()
        passed_sudo = self.env["hr.training.enrolment"].sudo()._read_group(  # who enrols need not read every result
            [("employee_id", "in", employees.ids), ("course_id", "in", self.prerequisite_ids.ids), ("result", "=", "passed"),
             ("voided_on", "=", False)],
            ["employee_id"], ["course_id:recordset"])
        passed = {employee.id: courses.ids for employee, courses in passed_sudo}
        return {employee.id: self.prerequisite_ids - self.browse(passed.get(employee.id, ())) for employee in employees}
