from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command


class HrCareerStanding(models.TransientModel):
    """Where an employee stands against a level, and what is missing (handbook 9.3). Shown, never stored for long."""

    _name = "hr.career.standing"
    _description = "Career Standing"
    _inherit = ["repair.input"]
    _rec_name = "employee_id"
    _flow_fields = frozenset({"met_count", "total_count"})

    employee_id = fields.Many2one("hr.employee", required=True, readonly=True)
    level_id = fields.Many2one("hr.career.level", compute="_compute_level")
    since = fields.Date(compute="_compute_level")
    target_id = fields.Many2one("hr.career.level", "Compared with")
    line_ids = fields.One2many("hr.career.standing.line", "standing_id", readonly=True)
    met_count = fields.Integer("Met", readonly=True)
    total_count = fields.Integer("Asked for", readonly=True)
    is_mine = fields.Boolean(compute="_compute_level")

    @api.depends("employee_id")
    @api.depends_context("uid")
    def _compute_level(self):
        for standing in self:
            employee_sudo = standing.employee_id.sudo()  # checked when the page was opened
            standing.level_id = employee_sudo.career_level_id.id
            standing.since = employee_sudo.career_level_since
            standing.is_mine = employee_sudo.user_id == self.env.user

    def _fill(self):
        """Write down how the records compare with the level."""
        for standing in self:
            verdicts, _met = standing.employee_id._check_level_reached(standing.target_id) if standing.target_id else ([], False)
            super(HrCareerStanding, standing).write({  # pylint: disable=super-method-mismatch  # past the guard of write()
                "total_count": len(verdicts), "met_count": sum(verdict.met is True for verdict in verdicts),
                "line_ids": [Command.clear(), *(Command.create({
                    "requirement_id": verdict.id, "have": verdict.have or 0.0,
                    "outcome": {True: "met", None: "unmeasured"}.get(verdict.met, "missing"),
                }) for verdict in verdicts)]})

    def _check_reader(self):
        mixin = self.env["hr.training.mixin"]
        for employee in self.employee_id:
            if not (mixin._is_hr() or mixin._is_me(employee) or mixin._is_my_report(employee)):
                raise AccessError(self.env._("A career is shown to the employee himself, his manager and HR."))

    @api.model_create_multi
    def create(self, vals_list):
        """Show a standing to those who may see it."""
        standings = super().create(vals_list)
        standings._check_reader()
        standings._fill()
        return standings

    def write(self, vals):
        """Compare with another level; the employee stays."""
        if "employee_id" in vals:
            raise UserError(self.env._("Open the page of the other employee instead."))
        res = super().write({name: value for name, value in vals.items() if name == "target_id"})
        self._check_reader()
        self._fill()
        return res

    def action_compare(self):
        """Compare with the level chosen."""
        self.ensure_one()
        self._check_reader()
        self._fill()
        return True

    @api.model
    def action_open_mine(self):
        """Open the user's own page.

        :raises UserError: when he is no employee
        """
        if not self.env.user.employee_id:
            raise UserError(self.env._("Your login belongs to no employee: ask HR to link it."))
        return self._open_for(self.env.user.employee_id)

    @api.model
    def _open_for(self, employee):
        level = employee.sudo().career_level_id  # create() checks who may see it
        company = employee.sudo().company_id  # as above
        first = self.env["hr.career.level"].search([("track_id.company_id", "in", (False, company.id))], limit=1)
        standing = self.create({"employee_id": employee.id, "target_id": (level._get_next() if level else first).id})
        return {
            "type": "ir.actions.act_window", "res_model": self._name, "res_id": standing.id, "view_mode": "form", "target": "current",
            "name": self.env._("Career"),
        }

    def action_print_file(self):
        """Open the employee's training file as a PDF."""
        self.ensure_one()
        return self.employee_id.action_print_training_file()

    def action_apply(self):
        """Open a request for the level shown."""
        self.ensure_one()
        self._check_reader()
        if not self.target_id:
            raise UserError(self.env._("Choose the level to apply for."))
        promotion = self.env["hr.career.promotion"].create({"employee_id": self.employee_id.id, "to_level_id": self.target_id.id})
        return {"type": "ir.actions.act_window", "res_model": promotion._name, "res_id": promotion.id, "view_mode": "form"}

    def action_add_to_plan(self):
        """Put the missing skills, certificates and courses into the personal plan, where the manager decides on them."""
        self.ensure_one()
        self._check_reader()
        missing = self.line_ids.filtered(lambda line: line.outcome == "missing").requirement_id.sudo()  # everybody may know them
        courses = self.env["hr.training.course"]._find_for_skills(missing.skill_id)
        wanted = [
            (row, row.course_id or courses[row.skill_id.id]) for row in missing if row.kind in ("skill", "certificate", "exam")]
        needs_sudo = self.env["hr.training.need"].sudo()  # an employee proposes; state and origin are the record's
        known = set(needs_sudo.search([
            ("employee_id", "=", self.employee_id.id), ("state", "in", ("proposed", "open", "planned"))]).mapped("key"))
        needs_sudo._flow_create([{
            "employee_id": self.employee_id.id, "source": "career", "key": f"career:{row.id}", "course_id": course.id,
            "skill_id": row.skill_id.id, "evidence": self.target_id.display_name,
        } for row, course in wanted if f"career:{row.id}" not in known])
        return {
            "type": "ir.actions.client", "tag": "display_notification",
            "params": {"type": "success", "message": self.env._(
                "Missing courses and skills stand in the plan now: %(count)s", count=len(wanted))},
        }


class HrCareerStandingLine(models.TransientModel):
    _name = "hr.career.standing.line"
    _description = "Career Standing Line"
    _inherit = ["repair.input"]

    standing_id = fields.Many2one("hr.career.standing", ondelete="cascade")
    requirement_id = fields.Many2one("hr.career.requirement", "Asked for", readonly=True)
    have = fields.Float("On record", readonly=True, digits=(16, 1))
    outcome = fields.Selection([("met", "Met"), ("missing", "Missing"), ("unmeasured", "Not measured")], readonly=True)
