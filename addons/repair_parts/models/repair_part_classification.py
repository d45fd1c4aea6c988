from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.repair_service.models.repair_flow import FLOW

STATES = [("draft", "New"), ("simulated", "Simulated"), ("applied", "Applied"), ("cancelled", "Cancelled")]
SIMULATE_GROUPS = ("repair_parts.repair_parts_group_keeper", "repair_service.repair_service_group_manager", "stock.group_stock_manager")
APPLY_GROUPS = ("repair_service.repair_service_group_manager", "stock.group_stock_manager")
RESULTS = frozenset({
    "state", "simulated_on", "applied_on", "applied_by_id", "previous_id", "parameters", "planned_value", "previous_planned_value",
    "fill_percent", "previous_fill_percent", "line_count", "moved_count", "idle_value", "stock_value"})


class RepairPartClassification(models.Model):
    """A run that classifies spare parts and works out what to keep of each: simulated, compared with the last one, applied."""

    _name = "repair.part.classification"
    _description = "Classification Run"
    _inherit = ["mail.thread", "mail.activity.mixin", "repair.input"]
    _order = "id desc"
    _check_company_auto = True
    _flow_fields = RESULTS

    name = fields.Char(required=True, readonly=True, copy=False, default=lambda self: self.env._("New"))
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    warehouse_id = fields.Many2one(
        "stock.warehouse", required=True, check_company=True, compute="_compute_warehouse_id", store=True, readonly=False,
        precompute=True, help="Keeps for its own demand and that of the warehouses it supplies. Others keep for themselves.")
    state = fields.Selection(STATES, required=True, readonly=True, default="draft", copy=False, tracking=True, index=True)
    simulated_on = fields.Datetime(readonly=True, copy=False)
    applied_on = fields.Datetime(readonly=True, copy=False)
    applied_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    previous_id = fields.Many2one("repair.part.classification", "Compared with", readonly=True, copy=False, ondelete="set null")
    parameters = fields.Text(readonly=True, copy=False)
    line_ids = fields.One2many("repair.part.classification.line", "run_id", "Parts", readonly=True, copy=False)
    line_count = fields.Integer("Number of parts", readonly=True, copy=False)
    moved_count = fields.Integer("Parts that change class", readonly=True, copy=False)
    planned_value = fields.Monetary("Money bound", readonly=True, copy=False, help="Average stock to expect, at cost.")
    previous_planned_value = fields.Monetary("Money bound before", readonly=True, copy=False)
    fill_percent = fields.Float(
        "Expected fill (%)", digits=(5, 1), readonly=True, copy=False, help="Share of the units asked for that is served from stock.")
    previous_fill_percent = fields.Float("Fill before (%)", digits=(5, 1), readonly=True, copy=False)
    stock_value = fields.Monetary("Value on hand", readonly=True, copy=False)
    idle_value = fields.Monetary("Slow and dead stock", readonly=True, copy=False)

    @api.depends("company_id")
    def _compute_warehouse_id(self):
        for run in self:
            if run.warehouse_id.company_id != run.company_id:
                run.warehouse_id = self.env["stock.warehouse"].search([("company_id", "=", run.company_id.id)], limit=1)

    @api.model_create_multi
    def create(self, vals_list):
        """Create runs, still without result.

        :raises UserError: for a result that somebody brings along
        """
        self._check_results(*vals_list)
        return super().create(vals_list)

    def write(self, vals):
        """Change what a run is about until it is simulated.

        :raises UserError: for results, and for another company or warehouse of a run that has lines
        """
        self._check_results(vals)
        if self.env.context.get("repair_flow") is not FLOW and {"company_id", "warehouse_id", "name"} & vals.keys() and any(
                run.state != "draft" for run in self):
            raise UserError(self.env._("What a simulated run is about stays: make a new run."))
        return super().write(vals)

    @api.model
    def _check_results(self, *vals_list):
        if self.env.context.get("repair_flow") is not FLOW and any((RESULTS | {"line_ids"}) & vals.keys() for vals in vals_list):
            raise UserError(self.env._("The results of a run are worked out: use its buttons."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_applied(self):
        if any(run.state == "applied" for run in self):
            raise UserError(self.env._("An applied run is the reason of the classes in force and stays."))
        self.with_context(repair_flow=FLOW).line_ids.unlink()

    def _check_group(self, groups, message):
        self.check_access("write")
        if not (self.env.su or any(self.env.user.has_group(group) for group in groups)):
            raise AccessError(message)

    def action_simulate(self):
        """Work out classes, reorder points and proposals, and compare them with the last applied run; nothing changes yet.

        :raises AccessError: for users who neither keep parts nor manage service or stock
        :raises UserError: a run that is applied or cancelled
        """
        self._check_group(SIMULATE_GROUPS, self.env._("Runs are simulated by the parts keeper, the stock manager or the service manager."))
        self.lock_for_update()
        for run in self:
            if run.state not in ("draft", "simulated"):
                raise UserError(self.env._("%(run)s is applied or cancelled: make a new run.", run=run.name))
            run.sudo().with_company(run.company_id)._simulate()  # costs, purchases and rules are read for everybody who keeps parts
        return True

    def action_apply(self):
        """Put the simulated run in force: classes, count dates and reordering rules; a planner's own values stay.

        :raises AccessError: for everybody but stock and service managers
        :raises UserError: not simulated, or another run was applied since
        """
        self._check_group(APPLY_GROUPS, self.env._("A classification run is applied by the stock manager or the service manager."))
        self.lock_for_update()
        for run in self:
            if run.state != "simulated":
                raise UserError(self.env._("Simulate %(run)s first, and look at what it changes.", run=run.name))
            if run.previous_id != run._get_previous():
                raise UserError(self.env._(
                    "Another run was applied since %(run)s was simulated: simulate it again to see what it changes now.", run=run.name))
            run.sudo().with_company(run.company_id)._apply()  # reordering rules and count dates follow from the approved run
            run.with_context(repair_flow=FLOW).write({
                "state": "applied", "applied_on": fields.Datetime.now(), "applied_by_id": self.env.uid})
        return True

    def action_cancel(self):
        """Put a run aside that will not be applied.

        :raises UserError: an applied run
        """
        self._check_group(SIMULATE_GROUPS, self.env._("Runs are cancelled by the parts keeper, the stock manager or the service manager."))
        if any(run.state == "applied" for run in self):
            raise UserError(self.env._("An applied run is in force: apply a newer one instead."))
        self.with_context(repair_flow=FLOW).write({"state": "cancelled"})
        return True

    def action_view_lines(self):
        """Open all parts of the run."""
        return self._get_lines_action({})

    def action_view_moved(self):
        """Open the parts that change class."""
        return self._get_lines_action({"search_default_moved": 1})

    def action_view_idle(self):
        """Open the proposals for slow and dead stock."""
        return self._get_lines_action({"search_default_idle": 1})

    def _get_lines_action(self, context):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_parts.repair_part_classification_line_action")
        return {**action, "domain": [("run_id", "=", self.id)], "context": context, "path": False}

    def _get_previous(self):
        """Return the run that is in force in the company."""
        self.ensure_one()
        return self.search([("company_id", "=", self.company_id.id), ("state", "=", "applied")], order="applied_on desc, id desc", limit=1)

    @api.constrains("company_id", "warehouse_id")
    def _check_warehouse(self):
        for run in self:
            if not run.warehouse_id:
                raise ValidationError(self.env._("%(company)s has no warehouse: make one first.", company=run.company_id.name))

    @api.model
    def _cron_simulate(self):
        """Prepare a run for every company that keeps spare parts; the stock manager looks at it and applies it."""
        used = self.env["repair.part.class"]._read_group([], ["company_id"])
        for (company,) in used:
            run = self.with_company(company).create({"company_id": company.id})
            run.action_simulate()
            owner = company.repair_stock_owner_id
            if owner:
                run.activity_schedule(
                    "mail.mail_activity_data_todo", user_id=owner.id, summary=self.env._("Look at the classification run"))
