from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.repair_service.models.repair_flow import FLOW as REPAIR_FLOW

from .qms_policy import FLOW

OPEN_STATES = ("planned", "started")
# What an inspector sets about a patrol that is still to be made; everything else comes from its steps.
PLAN_FIELDS = frozenset({"appointment_id", "inspector_id", "message_follower_ids", "activity_ids"})
VISIT_STATES = ("confirmed", "travelling", "arrived")


class QmsPatrol(models.Model):
    """An unannounced look at a technician's work, beside one of his visits (handbook 5.2.2)."""

    _name = "qms.patrol"
    _description = "Patrol"
    _inherit = ["mail.thread", "mail.activity.mixin", "repair.input"]
    _order = "due_date desc, id desc"
    _rec_name = "technician_id"
    _flow_fields = frozenset({"state", "inspection_id", "started_on", "done_on", "settled_on", "skip_reason"})
    _mail_post_access = "read"

    rule_id = fields.Many2one("qms.patrol.rule", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="rule_id.company_id", store=True, index=True)
    technician_id = fields.Many2one("hr.employee", required=True, readonly=True, index=True, ondelete="restrict")
    due_date = fields.Date("Due", required=True, readonly=True, index=True)
    inspector_id = fields.Many2one(
        "res.users", "Who patrols", index="btree_not_null", domain="[('share', '=', False)]", tracking=True)
    appointment_id = fields.Many2one(
        "repair.appointment", "Beside the visit", index="btree_not_null", ondelete="restrict",
        domain="[('technician_id', '=', technician_id), ('state', 'in', ('confirmed', 'travelling', 'arrived'))]",
        help="The visit at which the technician is looked up. He is not told.")
    visit_start = fields.Datetime(related="appointment_id.start", string="Visit at")
    visit_partner_id = fields.Many2one(related="appointment_id.partner_id", string="Customer", help="Where the patrol goes.")
    visit_address = fields.Char(related="appointment_id.partner_address", string="Address of the visit")
    visit_map_url = fields.Char(related="appointment_id.map_url", string="Way there")
    state = fields.Selection(
        [("planned", "Planned"), ("started", "Begun"), ("done", "Done"), ("skipped", "Not made")],
        required=True, readonly=True, copy=False, default="planned", index=True, tracking=True)
    inspection_id = fields.Many2one(
        "repair.inspection", "Checklist", readonly=True, copy=False, index="btree_not_null", ondelete="restrict")
    result = fields.Selection(related="inspection_id.result", store=True)
    started_on = fields.Datetime("Begun on", readonly=True, copy=False)
    done_on = fields.Datetime(readonly=True, copy=False, tracking=True)
    settled_on = fields.Date(readonly=True, copy=False, help="Day from which the next patrol of the technician is reckoned.")
    points = fields.Integer("Points looked at", readonly=True, copy=False)
    failed_points = fields.Integer(readonly=True, copy=False)
    skip_reason = fields.Text("Why not made", readonly=True, copy=False)
    is_overdue = fields.Boolean("Overdue", compute="_compute_is_overdue", search="_search_is_overdue")

    _one_open = models.UniqueIndex(
        "(rule_id, technician_id) WHERE state IN ('planned', 'started')", "A patrol of this technician is planned already.")

    @api.depends("technician_id.name", "due_date")
    def _compute_display_name(self):
        for patrol in self:
            patrol.display_name = f"{patrol.technician_id.name} {patrol.due_date or ''}".strip()

    @api.depends("due_date", "state")
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for patrol in self:
            patrol.is_overdue = bool(patrol.state in OPEN_STATES and patrol.due_date and patrol.due_date < today)

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        overdue = Domain("due_date", "<", fields.Date.context_today(self)) & Domain("state", "in", OPEN_STATES)
        return overdue if True in value else ~overdue

    @api.constrains("inspector_id", "technician_id")
    def _check_inspector(self):
        for patrol in self.sudo():  # employees' users are not for inspectors
            if patrol.inspector_id and patrol.inspector_id == patrol.technician_id.user_id:
                raise UserError(self.env._(
                    "Nobody patrols himself: choose somebody else for %(technician)s.", technician=patrol.technician_id.name))

    @api.constrains("appointment_id")
    def _check_appointment(self):
        for patrol in self:
            if patrol.appointment_id and patrol.appointment_id.technician_id != patrol.technician_id:
                raise UserError(self.env._("This visit is not one of %(technician)s.", technician=patrol.technician_id.name))

    def write(self, vals):
        """Who patrols and beside which visit is planned; the rest follows from the steps."""
        if self.env.context.get("qms_flow") is not FLOW and not self.env.su:
            if vals.keys() - PLAN_FIELDS:
                raise UserError(self.env._("A patrol is begun, finished and skipped with its buttons: plan visit and inspector only."))
            if any(patrol.state != "planned" for patrol in self):
                raise UserError(self.env._("This patrol was begun or is settled: it stays as it is."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A patrol is not deleted: make it, or say why it is not made."))

    def action_start(self):
        """Begin the patrol at the technician's visit of today and open its checklist.

        :raises AccessError: for anybody but quality inspectors
        :raises UserError: himself, without a visit of today, or a patrol that is settled
        """
        self.ensure_one()
        self._check_patroller()
        patrol_sudo = self.sudo()  # checklists of patrols are laid out by the system alone
        patrol_sudo.lock_for_update()
        patrol_sudo.invalidate_recordset(["state", "inspection_id"])
        if self.state == "planned":
            self._check_visit()
            order_sudo = patrol_sudo.appointment_id.repair_id
            template = patrol_sudo.rule_id.template_id or patrol_sudo.env["repair.inspection.template"]._find_for_category(
                order_sudo.appliance_category_id, "patrol")
            inspection = patrol_sudo.env["repair.inspection"].with_context(repair_flow=REPAIR_FLOW, mail_create_nolog=True).create({
                "kind": "patrol", "repair_id": order_sudo.id, "template_id": template.id, "patrol_id": self.id,
                "assigned_id": self.env.uid})
            patrol_sudo._flow_write({
                "state": "started", "started_on": fields.Datetime.now(), "inspection_id": inspection.id, "inspector_id": self.env.uid})
        if not self.inspection_id:
            raise UserError(self.env._("This patrol was not made."))
        return {
            "type": "ir.actions.act_window", "name": self.env._("Patrol"), "res_model": "repair.inspection",
            "res_id": self.inspection_id.id, "views": [(False, "form")]}

    def action_skip(self):
        """Ask why the patrol is not made; see :meth:`_skip`."""
        self.ensure_one()
        self._check_skip()
        return self.env["qms.check.reason"]._ask(self, "skip", self.env._("Not made"))

    def action_view_visits(self):
        """Open the technician's agreed visits of the coming week, to choose one."""
        self.ensure_one()
        self._check_patroller()
        return {
            "type": "ir.actions.act_window", "name": self.technician_id.name, "res_model": "repair.appointment",
            "views": [(False, "list"), (False, "form")], "context": {"create": False},
            "domain": [
                ("technician_id", "=", self.technician_id.id), ("state", "in", VISIT_STATES),
                ("start", ">=", fields.Datetime.now() - timedelta(hours=12)), ("start", "<", fields.Datetime.now() + timedelta(days=7))]}

    @api.model
    def _is_planner(self):
        groups = ("repair_quality.repair_quality_group_officer", "repair_service.repair_service_group_manager")
        return self.env.su or any(self.env.user.has_group(group) for group in groups)

    def _check_patroller(self):
        if not self.env.su and not self.env.user.has_group("repair_service.repair_service_group_inspector"):
            raise AccessError(self.env._("Patrols are made by quality inspectors."))
        self.check_access("read")
        if self.sudo().technician_id.user_id == self.env.user:  # employees' users are not for inspectors
            raise UserError(self.env._(
                "Nobody patrols himself: choose somebody else for %(technician)s.", technician=self.technician_id.name))

    def _check_visit(self):
        """Raise unless a visit of the technician is chosen that is made today: a patrol is neither dated back nor made from the desk."""
        if not self.appointment_id:
            raise UserError(self.env._("Choose the visit at which you are, then begin."))
        local = self.env["repair.order"]._local_date(self.appointment_id.start, self.company_id)
        if self.appointment_id.state not in VISIT_STATES or local != self.env["repair.figure"]._get_today(self.company_id):
            raise UserError(self.env._("The visit is not one that is made today: choose the visit at which you are."))

    def _check_skip(self):
        if not self._is_planner():
            raise AccessError(self.env._("Only quality officers and service managers decide that a patrol is not made."))
        for patrol in self:
            if patrol.state != "planned":
                raise UserError(self.env._("Only a planned patrol can be left out."))
            if patrol.sudo().technician_id.user_id == self.env.user:  # employees' users are not for inspectors
                raise AccessError(self.env._("Nobody leaves out his own patrol."))

    def _skip(self, reason):
        """Leave a patrol out with a reason that is kept; the next one is due an interval after this one was.

        :raises AccessError: for anybody but quality officers and service managers, and for the technician himself
        """
        self._check_skip()
        for patrol in self:
            patrol_sudo = patrol.sudo()  # patrols are settled by their steps alone
            patrol_sudo._flow_write({"state": "skipped", "skip_reason": reason, "settled_on": patrol.due_date})
            patrol.message_post(body=reason)
        self.sudo().activity_unlink(["repair_quality.mail_activity_type_patrol"])  # as above

    def _finish(self):
        """Take over what the checklist has found; called by the checklist once it is finished."""
        for patrol in self.sudo():  # as above
            inspection = patrol.inspection_id
            if patrol.state != "started" or not inspection.result:
                continue
            answered = inspection.line_ids.filtered(lambda line: line.answer in ("pass", "fail"))
            patrol._flow_write({
                "state": "done", "done_on": inspection.done_on, "points": len(answered),
                "failed_points": len(answered.filtered(lambda line: line.answer == "fail")),
                "settled_on": self.env["repair.figure"]._get_today(patrol.company_id), "inspector_id": inspection.inspector_id.id})
            patrol.activity_feedback(["repair_quality.mail_activity_type_patrol"])

    def _assign(self, inspectors):
        """Give patrols in turn to those who patrol, never to the technician himself, with an activity for the day it is due."""
        turn = list(inspectors)
        for patrol in self:
            user = next((user for user in turn if user != patrol.technician_id.user_id), None)
            if user:
                turn.remove(user)
                turn.append(user)
                patrol._flow_write({"inspector_id": user.id})
                patrol.activity_schedule("repair_quality.mail_activity_type_patrol", patrol.due_date, user_id=user.id)

    def _flow_write(self, vals):
        return self.with_context(qms_flow=FLOW).write(vals)


class RepairInspection(models.Model):
    _inherit = "repair.inspection"

    patrol_id = fields.Many2one("qms.patrol", readonly=True, copy=False, index="btree_not_null", ondelete="restrict")

    def action_validate(self):
        """Finish; a patrol takes over what its checklist has found."""
        result = super().action_validate()
        self.patrol_id._finish()
        return result

    def _get_barred_users(self):
        users = super()._get_barred_users()
        return users | self.patrol_id.sudo().technician_id.user_id  # inspectors may not read the employee's user
