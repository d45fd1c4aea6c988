from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .repair_flow import FLOW
from .repair_inspection_template import KINDS

RESULT_FIELDS = {"result", "done_on", "inspector_id", "previous_id"}
PLAN_FIELDS = {"kind", "template_id", "repair_id"}


class RepairInspection(models.Model):
    _name = "repair.inspection"
    _description = "Inspection"
    _inherit = ["mail.thread", "repair.input"]
    _order = "id desc"
    _flow_fields = frozenset(RESULT_FIELDS)
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    kind = fields.Selection(KINDS, required=True, default="final", readonly=True, index=True)
    template_id = fields.Many2one("repair.inspection.template", "Checklist", ondelete="restrict", readonly=True)
    repair_id = fields.Many2one("repair.order", "Service order", index="btree_not_null", readonly=True, ondelete="cascade")
    company_id = fields.Many2one(
        "res.company", compute="_compute_company_id", store=True, index=True, precompute=True)
    appliance_id = fields.Many2one(related="repair_id.appliance_id")
    technician_id = fields.Many2one(related="repair_id.technician_id")
    inspector_id = fields.Many2one("res.users", readonly=True, tracking=True)
    result = fields.Selection([("pass", "Passed"), ("fail", "Failed")], readonly=True, copy=False, tracking=True, index=True)
    done_on = fields.Datetime(readonly=True, copy=False)
    line_ids = fields.One2many("repair.inspection.line", "inspection_id", "Points")
    note = fields.Text()
    previous_id = fields.Many2one(
        "repair.inspection", "Failed before", readonly=True, copy=False, ondelete="set null", index="btree_not_null",
        help="The failed inspection that this one repeats.")
    open_count = fields.Integer("Points to answer", compute="_compute_open_count")

    @api.depends("kind", "repair_id.name")
    def _compute_name(self):
        labels = dict(self._fields["kind"].selection)
        for inspection in self:
            inspection.name = f"{inspection.repair_id.name or labels[inspection.kind]}/{inspection.id or '-'}"

    @api.depends("repair_id.company_id")
    def _compute_company_id(self):
        for inspection in self:
            inspection.company_id = inspection.repair_id.company_id or inspection.company_id or self.env.company

    @api.depends("line_ids.answer", "line_ids.required")
    def _compute_open_count(self):
        for inspection in self:
            inspection.open_count = len(inspection._get_open_lines())

    @api.model_create_multi
    def create(self, vals_list):
        """Create inspections with the points of their checklist; results come from :meth:`action_validate` only."""
        if self.env.context.get("repair_flow") is not FLOW:
            for vals in vals_list:
                for name in RESULT_FIELDS:
                    vals.pop(name, None)
        inspections = super().create(vals_list)
        inspections._check_layout()
        for inspection in inspections.filtered(lambda inspection: not inspection.line_ids):
            inspection.line_ids = [Command.create(values) for values in inspection._prepare_lines()]
        inspections._refresh_points()
        return inspections

    def write(self, vals):
        """A finished inspection is a record and stays as it is."""
        if self.env.context.get("repair_flow") is not FLOW:
            if RESULT_FIELDS & vals.keys():
                raise UserError(self.env._("The result comes from the answers: use Validate."))
            if PLAN_FIELDS & vals.keys() and not self.env.su:
                raise UserError(self.env._("Order and checklist of an inspection stay as they are: lay out a new one."))
            self._check_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_open(self):
        self._check_open()

    def _check_open(self):
        if self.env.context.get("repair_flow") is FLOW:
            return
        for inspection in self:
            if inspection.result:
                raise UserError(self.env._("Inspection %(name)s is finished and cannot be changed.", name=inspection.name))

    def _check_layout(self):
        """Raise when somebody made up the inspection that ends a repair: its points come from the family's checklist."""
        if self.env.su or self.env.context.get("repair_flow") is FLOW:
            return
        if any(inspection.kind == "final" and inspection.repair_id for inspection in self):
            raise UserError(self.env._("Use the button Final inspection of the order: the checklist is that of the appliance's family."))

    def _prepare_lines(self):
        """Return the values of the inspection's lines, copied so that a later change of the checklist leaves records alone."""
        return self.template_id._prepare_inspection_lines()

    def _get_open_lines(self):
        return self.line_ids.filtered(lambda line: line.required and not line.answer)

    def action_pass_open(self):
        """Answer every open point that needs no measuring with "passed"."""
        for inspection in self:
            inspection._check_open()
            inspection.line_ids.filtered(lambda line: not line.answer and not line.is_measured).write({"answer": "pass"})
        return True

    def action_validate(self):
        """Finish inspections: passed when no point failed. A passed final inspection ends its repair (handbook 5.1).

        :raises AccessError: for users who only read inspections
        :raises UserError: when points are open, the inspection is finished, or the repair cannot be ended
        """
        self.check_access("write")
        for inspection in self:
            inspection._check_open()
            inspection._check_inspector()
            inspection._refresh_points(validating=True)
            if not inspection.line_ids:
                raise UserError(self.env._("%(name)s has no points: a service manager completes the checklist.", name=inspection.name))
            open_lines = inspection._get_open_lines()
            if open_lines:
                raise UserError(self.env._(
                    "Answer these points first: %(points)s.", points=", ".join(open_lines.mapped("name"))))
            result = inspection._get_verdict()
            inspection.with_context(repair_flow=FLOW).write({
                "result": result,
                "done_on": fields.Datetime.now(),
                "inspector_id": self.env.user.id,
            })
            if result == "fail":
                inspection._on_failed()
        passed = self.filtered(lambda inspection: inspection.kind == "final" and inspection.result == "pass")
        if passed.repair_id:
            passed.repair_id.action_repair_end()
        return True

    def _get_verdict(self):
        """Return ``pass`` or ``fail`` for the inspection as it is answered: one failed point fails it; other kinds may judge otherwise."""
        self.ensure_one()
        return "fail" if any(line.answer == "fail" for line in self.line_ids) else "pass"

    def _get_subject(self):
        """Hook: what was inspected when it is not an order: ``name``, ``product_id`` and ``text``, each where it is known."""
        self.ensure_one()
        return {}

    def _on_failed(self):
        """Called once when the inspection has failed. The order stays under repair; other addons open their follow-up here."""
        for inspection in self.filtered("repair_id"):
            points = ", ".join(inspection.line_ids.filtered(lambda line: line.answer == "fail").mapped("name"))
            inspection.repair_id.message_post(
                body=self.env._("Missing for the visit: %(points)s", points=points) if inspection.kind == "preparation"
                else self.env._("Inspection failed: %(points)s", points=points))
