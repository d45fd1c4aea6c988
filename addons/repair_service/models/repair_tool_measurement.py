from datetime import datetime, time

from pytz import utc

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .repair_flow import FLOW

MEASURE_FIELDS = {"value", "measured", "instrument_id"}
TRACE_FIELDS = {"measured_on", "measured_by_id"}
REVIEW_ACTIVITY = "repair_service.mail_activity_type_measurement_review"


class RepairInspectionPoint(models.Model):
    _inherit = "repair.inspection.point"

    tool_type_id = fields.Many2one(
        "repair.tool.type", "Measured with", ondelete="restrict", domain="[('kind', '=', 'instrument')]",
        help="As soon as the company has such an instrument, only a fit one records this value.")


class RepairInspectionTemplate(models.Model):
    _inherit = "repair.inspection.template"

    def _prepare_inspection_lines(self):
        lines = super()._prepare_inspection_lines()
        types = {point.id: point.tool_type_id.id for point in self.point_ids}
        return [{**line, "tool_type_id": types.get(line.get("point_id"), False)} for line in lines]


class RepairInspectionLine(models.Model):
    """With which instrument a value was measured; one that is expired, damaged or not the measurer's records nothing."""

    _inherit = "repair.inspection.line"

    tool_type_id = fields.Many2one("repair.tool.type", "Measured with", readonly=True, ondelete="restrict")
    instrument_id = fields.Many2one(
        "maintenance.equipment", index="btree_not_null", ondelete="restrict",
        domain="[('tool_kind', '=', 'instrument'), ('employee_id.user_id', '=', uid)]",
        help="Chosen by itself where who measures has one of the kind.")
    measured_on = fields.Datetime("Measured at", readonly=True, copy=False, index="btree_not_null")
    measured_by_id = fields.Many2one("res.users", "Measured by", readonly=True, copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        """Add points; a value that comes with one is measured with a fit instrument.

        :raises UserError: the instrument cannot measure, or none that can is in the measurer's custody
        """
        for vals in vals_list:
            if not self.env.su:
                for name in TRACE_FIELDS:
                    vals.pop(name, None)
        lines = super(RepairInspectionLine, self._without_trace_defaults()).create(vals_list)
        lines._check_measurements()
        return lines

    def write(self, vals):
        """Answer points; a value is measured with a fit instrument.

        :raises UserError: as :meth:`create`
        """
        if self.env.context.get("repair_flow") is FLOW and vals.keys() <= TRACE_FIELDS | {"instrument_id"}:
            return super().write(vals)  # noted by itself
        if TRACE_FIELDS & vals.keys() and not self.env.su:
            raise UserError(self.env._("When and by whom a value was measured is noted by itself."))
        if "tool_type_id" in vals and not self.env.su:
            raise UserError(self.env._("With what a point is measured comes from the checklist."))
        result = super().write(vals)
        if MEASURE_FIELDS & vals.keys():
            self._check_measurements(chosen="instrument_id" in vals)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_reviewed(self):
        reviews_sudo = self.env["repair.measurement.review"].sudo()  # yes or no only
        if reviews_sudo.search_count([("line_id", "in", self.ids)], limit=1):
            raise UserError(self.env._(
                "This value was measured with an instrument that failed: it is kept until it is clear that it can stand."))

    @api.model
    def _without_trace_defaults(self):
        forged = {f"default_{name}" for name in TRACE_FIELDS | {"tool_type_id"}} & self.env.context.keys()
        if not forged or self.env.su:
            return self
        return self.with_env(self.env(context={key: value for key, value in self.env.context.items() if key not in forged}))

    def _check_measurements(self, chosen=True):
        """Raise when a value of these points was not measured with a fit instrument; note who measured it when.

        :param bool chosen: who measures named the instrument; else another measurer's gives way to his own
        """
        measured = self.filtered(lambda line: line.is_measured and line.measured)
        needed = {
            company: lines.tool_type_id._get_registered(company)
            for company, lines in measured.grouped(lambda line: line.inspection_id.company_id).items()}
        for line in measured:
            others = not chosen and line.instrument_id.sudo().employee_id.user_id != self.env.user  # who has it
            if (not line.instrument_id or others) and line.tool_type_id in needed[line.inspection_id.company_id] and not self.env.su:
                line._choose_instrument()
            if line.instrument_id:
                line._check_instrument()
        traced = measured.filtered("instrument_id").sudo().with_context(repair_flow=FLOW)  # the trace is noted by itself
        if traced:
            traced.write({"measured_on": fields.Datetime.now(), "measured_by_id": self.env.uid})

    def _choose_instrument(self):
        """Take the measurer's fit instrument of the kind that the point asks for.

        :raises UserError: he has none; it says why those that he has cannot measure
        """
        self.ensure_one()
        employee = self.env.user.sudo().employee_ids  # his own records
        tools_sudo = self.env["maintenance.equipment"].sudo()  # what he has in custody, to choose from
        held = tools_sudo.search([("tool_type_id", "=", self.tool_type_id.id), ("employee_id", "in", employee.ids)], order="id")
        refusals = {tool: tool._get_measure_refusal(employee) for tool in held}
        fit = next((tool for tool, refusal in refusals.items() if not refusal), None)
        if not fit:
            raise UserError(" ".join(refusals.values()) or self.env._(
                "%(point)s is measured with %(kind)s: you have none in your custody. Ask the keeper for one.",
                point=self.name, kind=self.tool_type_id.name))
        self.with_context(repair_flow=FLOW).write({"instrument_id": fit.id})

    def _check_instrument(self):
        self.ensure_one()
        tool_sudo = self.instrument_id.sudo()  # a fact about the instrument
        if self.tool_type_id and tool_sudo.tool_type_id != self.tool_type_id:
            raise UserError(self.env._(
                "%(point)s is measured with %(kind)s, not with %(tool)s.", point=self.name, kind=self.tool_type_id.name,
                tool=tool_sudo.display_name))
        if refusal := self.instrument_id._get_measure_refusal(self.env.user.sudo().employee_ids):  # as above
            raise UserError(refusal)


class RepairToolType(models.Model):
    _inherit = "repair.tool.type"

    def _get_registered(self, company):
        """Return the types of which a company has, or ever had, an instrument: before, nobody can be asked to measure with one."""
        if not self:
            return self
        tools_sudo = self.env["maintenance.equipment"].sudo().with_context(active_test=False)  # yes or no only
        rows = tools_sudo._read_group(
            [("tool_type_id", "in", self.ids), ("company_id", "in", (company.id, False))], ["tool_type_id"])
        return self.browse(kind.id for (kind,) in rows)


class RepairMeasurementReview(models.Model):
    """A value that an instrument measured since its last good check, before it was found faulty: can it stand?"""

    _name = "repair.measurement.review"
    _description = "Measurement to review"
    _inherit = ["repair.flow.record", "repair.input"]
    _note_fields = frozenset({"state", "note"})
    _order = "state desc, measured_on desc, id desc"
    _rec_name = "line_id"

    equipment_id = fields.Many2one("maintenance.equipment", "Instrument", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="equipment_id.company_id", store=True, index=True, precompute=True)
    line_id = fields.Many2one("repair.inspection.line", "Point", required=True, readonly=True, index=True, ondelete="restrict")
    inspection_id = fields.Many2one(related="line_id.inspection_id")
    repair_id = fields.Many2one(related="line_id.inspection_id.repair_id", store=True, string="Service order")
    value = fields.Float(related="line_id.value")
    unit = fields.Char(related="line_id.unit")
    limits = fields.Char(related="line_id.limits")
    measured_on = fields.Datetime(related="line_id.measured_on", store=True)
    measured_by_id = fields.Many2one(related="line_id.measured_by_id")
    failed_on = fields.Datetime("Found faulty on", readonly=True)
    state = fields.Selection(
        [("open", "To review"), ("harmless", "Can stand"), ("repeated", "Measured again"), ("recalled", "Customer visited again")],
        default="open", required=True, index=True)
    note = fields.Char("Grounds")
    reviewed_by_id = fields.Many2one("res.users", readonly=True)
    reviewed_on = fields.Datetime(readonly=True)

    _once = models.UniqueIndex("(line_id, failed_on)", "This value is listed for that failure already.")

    @api.model
    def _get_flow_error(self):
        return self.env._("What was measured is listed by itself and kept: note your decision and its grounds only.")

    def write(self, vals):
        """Decide whether values can stand; who decided and when is noted by itself.

        :raises UserError: other fields, or a decision without its grounds
        :raises AccessError: on a value that one measured oneself
        """
        if self._is_flow():
            return super().write(vals)
        if vals.get("state") == "open" and any(review.state != "open" for review in self):
            raise UserError(self.env._("A decision stands: note another one with its grounds."))
        if not self.env.su and any(review.sudo().measured_by_id == self.env.user for review in self):
            raise AccessError(self.env._("Nobody decides on his own measurements."))
        result = super().write(vals)
        decided = self.filtered(lambda review: review.state != "open")
        if any(not (review.note or "").strip() for review in decided):
            raise UserError(self.env._("Note on which grounds the value can stand, or what was done."))
        decided.with_context(repair_flow=FLOW).write({"reviewed_by_id": self.env.uid, "reviewed_on": fields.Datetime.now()})
        self.equipment_id.sudo()._end_review_reminder()  # the reminder follows the last decision
        return result


class MaintenanceEquipment(models.Model):
    _inherit = "maintenance.equipment"

    review_count = fields.Integer("To review", compute="_compute_review_count", compute_sudo=True)

    def _compute_review_count(self):
        counts = dict(self.env["repair.measurement.review"]._read_group(
            [("equipment_id", "in", self.ids), ("state", "=", "open")], ["equipment_id"], ["__count"]))
        for tool in self:
            tool.review_count = counts.get(tool._origin, 0)

    def _get_last_good_moment(self, calibrated=False):
        """Return when the instrument was last known to be good, ``None`` for never.

        :param bool calibrated: ask its calibrations only; a day counts from its beginning, so that what was measured on it is looked at
        """
        self.ensure_one()
        zone = self.env["repair.order"]._get_company_timezone(self.company_id or self.env.company)
        passed = self.calibration_ids.filtered(lambda calibration: calibration.result == "pass")
        moments = [zone.localize(datetime.combine(day, time.min)).astimezone(utc).replace(tzinfo=None) for day in passed.mapped("done_on")]
        if not calibrated:
            moments += self.check_ids.filtered(lambda check: check.result == "pass").mapped("done_on")
        return max(moments, default=None)

    def _list_measurements(self, in_calibration=False):
        """List what an instrument that failed has measured since it was last known to be good, and have somebody look at it."""
        self.ensure_one()
        if self.tool_kind != "instrument":
            return
        good = self._get_last_good_moment(in_calibration)
        reviews_sudo = self.env["repair.measurement.review"].sudo().with_context(repair_flow=FLOW)  # listed by itself
        listed = reviews_sudo.search([("equipment_id", "=", self.id), ("failed_on", "=", self.failed_on)]).line_id
        lines_sudo = self.env["repair.inspection.line"].sudo().search([  # of every order, whoever reports the failure
            ("instrument_id", "=", self.id), ("measured", "=", True), ("measured_on", ">=", good or "1900-01-01"),
            ("id", "not in", listed.ids)])
        if not lines_sudo:
            return
        reviews_sudo.create([{"equipment_id": self.id, "line_id": line.id, "failed_on": self.failed_on} for line in lines_sudo])
        if not self.activity_search([REVIEW_ACTIVITY]):
            keeper = self.env["repair.brand.claim"]._get_default_keeper(self.company_id or self.env.company)
            self.activity_schedule(
                REVIEW_ACTIVITY, user_id=keeper.id,
                summary=self.env._("%(count)s values to look at", count=len(lines_sudo)))

    def _end_review_reminder(self):
        open_reviews = self.env["repair.measurement.review"].search([("equipment_id", "in", self.ids), ("state", "=", "open")])
        (self - open_reviews.equipment_id).activity_unlink([REVIEW_ACTIVITY])

    def action_view_reviews(self):
        """Open what the instrument measured and what is to be looked at."""
        self.ensure_one()
        return self.env["ir.actions.act_window"]._for_xml_id("repair_service.repair_measurement_review_action") | {
            "domain": [("equipment_id", "=", self.id)], "context": {}}
