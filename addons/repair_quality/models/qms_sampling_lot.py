from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.repair_service.models.repair_flow import FLOW as REPAIR_FLOW

from ..engine import draw
from .qms_sampling_rule import SEVERITIES

STATES = [
    ("planned", "To draw"), ("drawn", "Inspecting"), ("accepted", "Accepted"), ("rejected", "Rejected"), ("empty", "Nothing repaired")]
# What the lot's verdict rests on; what is drawn for coverage or stays from an earlier draw is inspected beside it.
COUNTED = (draw.PLAN, draw.REPLACEMENT)


class QmsSamplingLot(models.Model):
    """The finished repairs of a period: drawn from once, inspected, accepted or rejected (handbook 5.2.3).

    Nobody writes a lot: it is laid out, drawn and judged by its methods, with the system's rights.
    """

    _name = "qms.sampling.lot"
    _description = "Lot of Finished Repairs"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "period_start desc, id desc"
    _mail_post_access = "read"

    name = fields.Char(compute="_compute_name")
    rule_id = fields.Many2one("qms.sampling.rule", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="rule_id.company_id", store=True, index=True)
    period_start = fields.Date("From", required=True, readonly=True)
    period_end = fields.Date("Until", required=True, readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True, default="planned", index=True, tracking=True)
    draw_ids = fields.One2many("qms.sampling.draw", "lot_id", "Draws", readonly=True)
    draw_id = fields.Many2one("qms.sampling.draw", "Draw that counts", readonly=True)
    lot_size = fields.Integer(related="draw_id.lot_size")
    sample_size = fields.Integer(related="draw_id.sample_size")
    accept_number = fields.Integer(related="draw_id.accept_number")
    reject_number = fields.Integer(related="draw_id.reject_number")
    severity = fields.Selection(SEVERITIES, "Inspection", compute="_compute_severity")
    due_date = fields.Date("Due", readonly=True)
    inspection_ids = fields.One2many("repair.inspection", "sampling_lot_id", "Inspections", readonly=True)
    drawn_count = fields.Integer("Drawn", compute="_compute_counts")
    done_count = fields.Integer("Inspected", compute="_compute_counts")
    counted_open = fields.Integer("Sample to inspect", compute="_compute_counts", help="Of the sample that the verdict rests on.")
    counted_failed = fields.Integer("Defective in the sample", compute="_compute_counts")
    failed_count = fields.Integer("Defective in all", compute="_compute_counts")
    decided_on = fields.Datetime(readonly=True)
    is_overdue = fields.Boolean("Overdue", compute="_compute_is_overdue", search="_search_is_overdue")

    _period_unique = models.UniqueIndex("(rule_id, period_start)", "This period is laid out already.")

    @api.depends("rule_id.name", "period_start", "period_end")
    @api.depends_context("lang")
    def _compute_name(self):
        for lot in self:
            lot.name = f"{lot.rule_id.name} {lot.period_start:%Y-%m-%d}/{lot.period_end:%m-%d}" if lot.period_start else lot.rule_id.name

    @api.depends("draw_id.severity", "rule_id.severity")
    def _compute_severity(self):
        for lot in self:
            lot.severity = lot.draw_id.severity or lot.rule_id.severity

    @api.depends("inspection_ids.result", "inspection_ids.sampling_ground", "inspection_ids.dropped_reason")
    def _compute_counts(self):
        groups = self.env["repair.inspection"].sudo()._read_group(  # the counts are the lot's, whoever looks at them
            [("sampling_lot_id", "in", self.ids), ("dropped_reason", "=", False)],
            ["sampling_lot_id", "sampling_ground", "result"], ["__count"])
        for lot in self:
            rows = [(ground, result, count) for owner, ground, result, count in groups if owner == lot]
            lot.drawn_count = sum(count for _ground, _result, count in rows)
            lot.done_count = sum(count for _ground, result, count in rows if result)
            lot.counted_open = sum(count for ground, result, count in rows if ground in COUNTED and not result)
            lot.counted_failed = sum(count for ground, result, count in rows if ground in COUNTED and result == "fail")
            lot.failed_count = sum(count for _ground, result, count in rows if result == "fail")

    @api.depends("due_date", "state")
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for lot in self:
            lot.is_overdue = bool(lot.state == "drawn" and lot.due_date and lot.due_date < today)

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        overdue = Domain("due_date", "<", fields.Date.context_today(self)) & Domain("state", "=", "drawn")
        return overdue if True in value else ~overdue

    @api.ondelete(at_uninstall=False)
    def _unlink_only_undrawn(self):
        if any(lot.draw_ids for lot in self):
            raise UserError(self.env._("A lot that was drawn is kept as a record."))

    def action_draw(self):
        """Draw the lots: once, at random, reproducibly (handbook 5.2.3).

        :raises AccessError: for anybody but quality officers
        :raises UserError: when the period has not ended, a lot is drawn already, or a checklist is missing
        """
        self._check_officer()
        self.check_access("read")
        for lot in self:
            if problem := lot._get_draw_problem():
                raise UserError(problem)
            lot._draw()

    def action_draw_again(self):
        """Ask for the reason of a second draw; see :meth:`_draw_again`."""
        self.ensure_one()
        self._check_manager()
        return self.env["qms.check.reason"]._ask(self, "draw_again", self.env._("Draw again"))

    def action_view_inspections(self):
        """Open what was drawn."""
        self.ensure_one()
        self.check_access("read")
        return self.env["ir.actions.act_window"]._for_xml_id("repair_quality.qms_sampling_inspection_action") | {
            "domain": [("sampling_lot_id", "=", self.id)], "context": {}, "display_name": self.name}

    def _get_draw_problem(self):
        """Say why the lot cannot be drawn now; '' when it can."""
        self.ensure_one()
        if self.state != "planned":
            return self.env._("%(lot)s is drawn already. A second draw needs a reason: use Draw again.", lot=self.name)
        if self.period_end >= self.env["repair.figure"]._get_today(self.company_id):
            return self.env._("%(lot)s has not ended yet: it is drawn when all its repairs are finished.", lot=self.name)
        return ""

    def _draw(self, reason=False):
        """Draw from all repairs of the lot and lay out the inspections; only methods that have checked call this."""
        self.ensure_one()
        lot_sudo = self.sudo().with_company(self.company_id)  # lots and inspections are laid out by the system alone
        lot_sudo.lock_for_update()
        lot_sudo.invalidate_recordset(["state", "draw_ids"])
        if lot_sudo.state != ("drawn" if reason else "planned"):
            raise UserError(lot_sudo._get_draw_problem() or self.env._("%(lot)s was changed meanwhile. Open it again.", lot=self.name))
        orders = lot_sudo._find_repairs()
        if not orders:
            lot_sudo.write({"state": "empty", "decided_on": fields.Datetime.now()})
            return
        quotas = lot_sudo._get_quotas(orders)
        made = self.env["qms.sampling.draw"].with_env(lot_sudo.env)._make(
            lot_sudo, orders, lot_sudo.rule_id._get_sample(len(orders)), quotas, reason)
        lot_sudo._lay_out_inspections(made)
        lot_sudo.write({
            "state": "drawn", "draw_id": made.id,
            "due_date": self.env["repair.figure"]._get_today(self.company_id) + timedelta(days=lot_sudo.rule_id.days_to_inspect)})
        lot_sudo.message_post(body=self.env._(
            "Draw %(number)s: %(drawn)s of %(lot)s repairs, accept with at most %(accept)s defective. %(reason)s",
            number=made.number, drawn=len(made._get_sample()), lot=made.lot_size, accept=made.accept_number, reason=reason or ""))
        lot_sudo._schedule()

    def _draw_again(self, reason):
        """Draw a second time; the first draw and all it drew stay, so that no repair gets out of its inspection.

        :raises AccessError: for anybody but quality managers
        :raises UserError: once an inspection of the lot was begun: its result is known
        """
        self._check_manager()
        for lot in self:
            if lot.state != "drawn":
                raise UserError(self.env._("%(lot)s is not being inspected: there is nothing to draw again.", lot=lot.name))
            lines_sudo = lot.sudo().inspection_ids.line_ids  # a manager of quality reads inspections; their lines may be a technician's
            if lot.inspection_ids.filtered("result") or lines_sudo.filtered("answer") or lot.inspection_ids.filtered("dropped_reason"):
                raise UserError(self.env._(
                    "The inspection of %(lot)s has begun: nobody draws again once results are known.", lot=lot.name))
            lot._draw(reason)

    def _find_repairs(self):
        """Return the finished repairs of the lot, sorted by id."""
        self.ensure_one()
        domain = self.rule_id._get_repairs_domain(self.period_start, self.period_end)
        return self.env["repair.order"].search(domain, order="id")

    def _get_units(self, orders):
        """Return the units of a draw; teams are those of the technicians today."""
        orders.fetch(["appliance_category_id", "technician_id"])
        stratum = {
            "none": lambda order: 0,
            "category": lambda order: order.appliance_category_id.id or 0,
            "technician": lambda order: order.technician_id.id or 0,
            "department": lambda order: order.technician_id.department_id.id or 0,
        }[self.rule_id.stratum]
        return [draw.Unit(order.id, stratum(order), order.technician_id.id or 0) for order in orders]

    def _get_quotas(self, orders):
        """Return {technician id: repairs of his to draw}: newcomers by lot, everybody else by what the past days lack."""
        rule, technicians = self.rule_id, orders.technician_id
        since = self.period_end - timedelta(days=rule.technician_days)
        drawn = dict(self.env["repair.inspection"]._read_group([
            ("kind", "=", "sampling"), ("sampling_lot_id", "!=", self.id), ("dropped_reason", "=", False),
            ("repair_id.technician_id", "in", technicians.ids), ("company_id", "=", self.company_id.id),
            ("sampling_lot_id.period_end", ">", since), ("sampling_lot_id.period_end", "<=", self.period_end),
        ], ["technician_id"], ["__count"])) if technicians else {}
        quotas = {technician.id: max(rule.technician_minimum - drawn.get(technician, 0), 0) for technician in technicians}
        for technician, begin in technicians._get_begins().items():
            if begin and begin >= self.period_end - timedelta(days=rule.newcomer_days):
                quotas[technician.id] = max(rule.newcomer_minimum, quotas[technician.id])
        return {technician: quota for technician, quota in quotas.items() if quota}

    def _lay_out_inspections(self, made):
        """Make one inspection for each repair drawn; what an earlier draw has laid out stays and is inspected too."""
        self.ensure_one()
        flow = self.env["repair.inspection"].with_context(repair_flow=REPAIR_FLOW, mail_create_nolog=True, tracking_disable=True)
        drawn = dict(made._get_sample())
        kept = self.inspection_ids.with_env(flow.env)
        for inspection in kept:
            inspection.write({"sampling_ground": drawn.pop(inspection.repair_id.id, "earlier")})
        orders = self.env["repair.order"].browse(drawn)
        flow.create([self._prepare_inspection(order, drawn[order.id], made) for order in orders])
        (self.inspection_ids.filtered(lambda inspection: not inspection.result)).with_env(flow.env)._assign(self.rule_id.inspector_ids)

    def _prepare_inspection(self, order, ground, made):
        templates = self.env["repair.inspection.template"]
        template = self.rule_id.template_id or templates._find_for_category(order.appliance_category_id, "sampling")
        return {
            "kind": "sampling", "repair_id": order.id, "template_id": template.id, "sampling_lot_id": self.id,
            "sampling_draw_id": made.id, "sampling_ground": ground}

    def _schedule(self):
        """Give each inspector one activity for what he has to inspect of the lot."""
        self.activity_unlink(["repair_quality.mail_activity_type_sampling"])
        for user, inspections in self.inspection_ids.filtered(lambda inspection: not inspection.result).grouped("assigned_id").items():
            if user:
                self.activity_schedule(
                    "repair_quality.mail_activity_type_sampling", self.due_date, user_id=user.id,
                    summary=self.env._("%(count)s repairs to inspect", count=len(inspections)))

    def _settle(self):
        """Judge lots whose sample is inspected: accepted with Ac defective repairs or fewer, else rejected, which is a nonconformity."""
        for lot in self.sudo():  # the last inspector settles the lot, whoever he is
            lot.lock_for_update()
            lot.invalidate_recordset()
            if lot.state != "drawn" or lot.counted_open:
                continue
            accepted = lot.counted_failed <= lot.accept_number
            lot.write({"state": "accepted" if accepted else "rejected", "decided_on": fields.Datetime.now()})
            lot.message_post(body=self.env._(
                "%(failed)s of %(sample)s defective, %(accept)s allowed.",
                failed=lot.counted_failed, sample=lot.sample_size, accept=lot.accept_number))
            if not lot.inspection_ids.filtered(lambda inspection: not inspection.result and not inspection.dropped_reason):
                lot.activity_feedback(["repair_quality.mail_activity_type_sampling"])
            if not accepted:
                self.env["qms.nonconformity"]._report(lot._prepare_nonconformity())
            lot.rule_id._note_verdict(accepted, lot.draw_id.severity)

    def _prepare_nonconformity(self):
        self.ensure_one()
        today = fields.Date.context_today(self)
        failed = self.inspection_ids.filtered(lambda inspection: inspection.result == "fail" and inspection.sampling_ground in COUNTED)
        return {
            "name": self.env._("Sampling rejected: %(lot)s", lot=self.name),
            "description": self.env._(
                "%(failed)s of %(sample)s sampled repairs were defective, %(accept)s are allowed: %(orders)s.",
                failed=self.counted_failed, sample=self.sample_size, accept=self.accept_number,
                orders=", ".join(failed.repair_id.mapped("name"))),
            "source": "inspection", "severity": "major", "company_id": self.company_id.id,
            "detected_on": today, "due_date": today + timedelta(days=30)}

    @api.model
    def _check_officer(self):
        if not self.env.su and not self.env.user.has_group("repair_quality.repair_quality_group_officer"):
            raise AccessError(self.env._("Only quality officers lay out and draw samples."))

    @api.model
    def _check_manager(self):
        if not self.env.su and not self.env.user.has_group("repair_quality.repair_quality_group_manager"):
            raise AccessError(self.env._("Only a quality manager draws again."))
