from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.repair_service.models.repair_flow import FLOW

from ..engine import result
from .hr_training_session import SEATED


class HrTrainingEnrolment(models.Model):
    """What came of it: entered in one list, judged when the session is closed, and fixed from then on (handbook 9.2.2)."""

    _inherit = "hr.training.enrolment"

    score_source = fields.Selection(
        [("survey", "Test on the own page"), ("hand", "Entered"), ("sheet", "From a sheet")], readonly=True, copy=False)
    check_ids = fields.One2many("hr.training.check.answer", "enrolment_id", "Checklist")
    result = fields.Selection(
        [("passed", "Passed"), ("failed", "Failed"), ("absent", "Absent")], readonly=True, copy=False, index=True)
    result_reason = fields.Char("Reason", readonly=True, copy=False)
    course_name = fields.Char("Course as taught", readonly=True, copy=False)
    credited_hours = fields.Float("Hours", readonly=True, copy=False)
    closed_on = fields.Datetime("Closed on", readonly=True, copy=False)
    voided_on = fields.Datetime("Voided on", readonly=True, copy=False)
    voided_by_id = fields.Many2one("res.users", "Voided by", readonly=True, copy=False)
    void_reason = fields.Char("Why void", readonly=True, copy=False)

    @api.model
    def _get_token(self):
        return FLOW

    def _check_results(self, vals):
        """Check who enters results and when; return what is stored beside them.

        :raises AccessError: for the participant himself, and for anybody but the trainer and HR
        :raises UserError: before the session, after it was closed, or over the result of a test on screen
        """
        extra = {}
        self._check_flow_fields(vals)
        self._check_frozen(vals)
        self.check_access("write")
        for enrolment in self:
            session = enrolment.session_id
            if self._is_about_me(enrolment.employee_id):
                raise AccessError(self.env._("Nobody enters his own result: the trainer or another HR officer does."))
            if not (self._is_hr() or (session.is_trainer and session.state == "open")):
                raise AccessError(self.env._("Results are entered by the trainer while the session is open, or by HR."))
            if enrolment.state not in SEATED or session.state not in ("open", "review") or not session.has_begun:
                raise UserError(self.env._(
                    "%(employee)s: results are entered for invited participants, once the session has begun.",
                    employee=enrolment.employee_id.name))
            if "score" in vals and enrolment.score_source == "survey" and vals["score"] != enrolment.score:
                raise UserError(self.env._(
                    "The score of %(employee)s comes from the test on his own page and cannot be overwritten.",
                    employee=enrolment.employee_id.name))
            if "practical" in vals and enrolment.check_ids and vals["practical"] != enrolment._get_practical_by_checklist():
                raise UserError(self.env._(
                    "The practical test of %(employee)s follows from his checklist: answer its points.",
                    employee=enrolment.employee_id.name))
        if "score" in vals and not all(enrolment.score_source == "survey" for enrolment in self):
            extra["score_source"] = "hand"
        return {**extra, "entered_by_id": self.env.uid}

    def _get_demand(self):
        """What the course of the session asks, for the engine."""
        self.ensure_one()
        course = self.course_id
        return result.Demand(
            pass_score=course._get_pass_score() if course.has_written else None,
            practical=course.is_practical, observed=course.is_observed)

    def _get_entry(self):
        self.ensure_one()
        return result.Entry(
            present={"present": True, "absent": False}.get(self.attendance),
            score=self.score if self.has_score else None,
            practical=self.practical or None, observed=self.observation or None)

    def _describe_reasons(self, codes):
        names = {
            "attendance": self.env._("attendance"), "score": self.env._("written test"),
            "practical": self.env._("practical test"), "observed": self.env._("observation"),
        }
        return ", ".join(names[code] for code in codes)

    def action_zero_points(self):
        """Record that the written test brought no point; an empty score means that none is known yet."""
        self.write({"score": 0.0})

    def _get_practical_by_checklist(self):
        """Return the result that the answered points give; ``False`` while one that must be passed is open."""
        self.ensure_one()
        required = self.check_ids.filtered("required")
        if any(line.answer == "fail" for line in required):
            return "fail"
        return "pass" if self.check_ids and all(line.answer == "pass" for line in required) else False

    def action_checklist(self):
        """Open the participant with the points of his practical test; the first time they are copied from the course.

        :raises AccessError: for the participant himself, and for anybody but the trainer and HR
        """
        self.ensure_one()
        if self.result:
            self.check_access("read")
        else:
            self._check_results({"practical": self.practical if not self.check_ids else self._get_practical_by_checklist()})
            if not self.check_ids:
                self.env["hr.training.check.answer"].sudo()._flow_create([  # the trainer answers points, the course lays them out
                    {"enrolment_id": self.id, "sequence": point.sequence, "name": point.name, "required": point.required}
                    for point in self.course_id.check_ids])
        return {
            "type": "ir.actions.act_window", "res_model": self._name, "res_id": self.id, "view_mode": "form", "target": "new",
            "views": [(self.env.ref("repair_training.hr_training_enrolment_view_form_checklist").id, "form")],
            "name": self.env._("Practical test"),
        }

    def _judge(self):
        """Fix the results of a session that is being closed.

        :raises UserError: names everybody for whom something is missing
        """
        verdicts = {enrolment: result.judge(enrolment._get_demand(), enrolment._get_entry()) for enrolment in self}
        missing = [
            f"{enrolment.employee_id.name}: {self._describe_reasons(codes)}"
            for enrolment, (verdict, codes) in verdicts.items() if not verdict]
        if missing:
            raise UserError(self.env._("Enter what is missing before closing:\n%(missing)s", missing="\n".join(missing)))
        for enrolment, (verdict, codes) in verdicts.items():
            enrolment._flow_write({
                "result": verdict,
                "result_reason": self.env._("Not passed: %(tests)s", tests=self._describe_reasons(codes)) if codes else False,
                "course_name": enrolment.course_id.name,
                "credited_hours": 0.0 if verdict == "absent" else enrolment.session_id.hours,
                "closed_on": fields.Datetime.now(),
            })
        passed = self.filtered(lambda enrolment: enrolment.result == "passed")
        passed._issue_certificates()
        passed._grant_skills()

    def action_void(self, reason=False):
        """Declare a closed result void: it stays on record with the reason, and what it gave ends today.

        :param str reason: why
        :raises AccessError: for others than HR managers, and for one's own result
        :raises UserError: without a reason, or when there is nothing to void
        """
        self.ensure_one()
        if not self.env.user.has_group("hr.group_hr_manager") or self._is_about_me(self.employee_id):
            raise AccessError(self.env._("Only an HR manager declares a result void, and never his own."))
        if not self.result or self.voided_on:
            raise UserError(self.env._("There is no closed result to declare void."))
        if reason is False:
            return self.env["hr.training.reason"]._ask(self, self.env._("Declare void"))
        if not isinstance(reason, str) or not reason.strip():
            raise UserError(self.env._("Write why the result is void."))
        self._flow_write({
            "voided_on": fields.Datetime.now(), "voided_by_id": self.env.uid, "void_reason": reason.strip()[:500], "credited_hours": 0.0})
        self._withdraw_skills()
        self.session_id.message_post(body=self.env._(
            "Result of %(employee)s declared void: %(reason)s", employee=self.employee_id.name, reason=reason.strip()[:500]))
        return True
