from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..engine import tool_kit
from .repair_flow import FLOW


class RepairToolCalibration(models.Model):
    """The calibration of an instrument with its certificate; until when it holds is worked out, never typed."""

    _name = "repair.tool.calibration"
    _description = "Calibration of an instrument"
    _inherit = ["repair.input"]
    _flow_fields = frozenset({"recorded_by_id", "recorded_on"})
    _order = "done_on desc, id desc"
    _rec_name = "certificate_number"

    equipment_id = fields.Many2one(
        "maintenance.equipment", "Instrument", required=True, index=True, ondelete="restrict",
        domain="[('tool_kind', '=', 'instrument'), ('tool_type_id.calibration_months', '>', 0)]")
    company_id = fields.Many2one(related="equipment_id.company_id", store=True, index=True, precompute=True)
    done_on = fields.Date("Calibrated on", required=True, default=fields.Date.context_today)
    result = fields.Selection([("pass", "Passed"), ("fail", "Failed")], required=True, default="pass")
    laboratory_id = fields.Many2one("res.partner", ondelete="restrict")
    certificate_number = fields.Char(required=True)
    certificate = fields.Binary(attachment=True, required=True)
    certificate_name = fields.Char("File name")
    valid_until = fields.Date(compute="_compute_valid_until", store=True, precompute=True)
    note = fields.Char()
    recorded_by_id = fields.Many2one("res.users", readonly=True, default=lambda self: self.env.user)
    recorded_on = fields.Datetime(readonly=True, default=fields.Datetime.now)

    _certificate_uniq = models.UniqueIndex(
        "(equipment_id, lower(btrim(certificate_number)))", "This certificate is recorded for this instrument already.")

    @api.depends("done_on", "result", "equipment_id")
    def _compute_valid_until(self):
        for calibration in self:
            months = calibration.equipment_id.tool_type_id.calibration_months
            good = calibration.result == "pass" and calibration.done_on and months
            calibration.valid_until = good and fields.Date.subtract(tool_kit.add_months(calibration.done_on, months), days=1)

    @api.model_create_multi
    def create(self, vals_list):
        """Record calibrations; a failed one takes the instrument out of use, and what it measured is to be looked at.

        :raises AccessError: for others than a keeper
        :raises UserError: one's own instrument, a day in the future, or one before what is on record
        """
        self.env["maintenance.equipment"]._check_keeper()
        for vals in vals_list:
            for name in self._flow_fields:
                vals.pop(name, None)
        calibrations = super().create(vals_list)
        for calibration in calibrations:
            calibration.equipment_id._lock_tool()
            calibration._check_recorded()
            calibration._take_effect()
        return calibrations

    def write(self, vals):
        """A calibration is a record: what was wrong is answered by another one.

        :raises UserError: always, but inside the flow
        """
        if self.env.context.get("repair_flow") is not FLOW:
            raise UserError(self.env._("A calibration stays as it was recorded: record another one."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A calibration stays as it was recorded: record another one."))

    def _check_recorded(self):
        """Raise when a calibration does not fit its instrument, or is dated so that it would cover up what happened since."""
        self.ensure_one()
        tool_sudo = self.equipment_id.sudo()  # the facts of the instrument, whoever records
        if tool_sudo.tool_kind != "instrument" or not tool_sudo.tool_type_id.calibration_months:
            raise ValidationError(self.env._("%(tool)s is no instrument that is calibrated.", tool=tool_sudo.display_name))
        if not self.certificate or not (self.certificate_number or "").strip():
            raise ValidationError(self.env._("A calibration needs the number of its certificate and the certificate itself."))
        if tool_sudo.employee_id.user_id == self.env.user and not self.env.su:
            raise UserError(self.env._("Nobody records the calibration of the instrument that he uses: another keeper does."))
        if self.done_on > tool_sudo._get_local_date():
            raise UserError(self.env._("A calibration cannot be dated in the future."))
        earlier = tool_sudo.calibration_ids.filtered(lambda calibration: calibration.id != self.id)
        last = max(earlier.mapped("done_on"), default=None)
        failed = tool_sudo.failed_on and tool_sudo._get_local_date(tool_sudo.failed_on)
        if (last and self.done_on < last) or (failed and self.done_on < failed):
            raise UserError(self.env._(
                "%(tool)s was calibrated, failed or damaged on %(date)s: a calibration before that day cannot be recorded any more.",
                tool=tool_sudo.display_name, date=max(filter(None, (last, failed)))))

    def _take_effect(self):
        self.ensure_one()
        tool_sudo = self.equipment_id.sudo()  # the instrument follows its calibration
        if self.result == "fail":
            tool_sudo._fail(self.env._("Failed its calibration %(number)s", number=self.certificate_number), in_calibration=True)
        else:
            tool_sudo._clear_failure()
            tool_sudo.activity_unlink(["repair_service.mail_activity_type_tool_calibration"])


class MaintenanceEquipment(models.Model):
    _inherit = "maintenance.equipment"

    def _fail(self, reason, in_calibration=False):
        """Take tools out of use; what an instrument measured since it was last known to be good is listed to be looked at.

        :param bool in_calibration: the laboratory found it; then no check of its user since the calibration before is a proof
        """
        for tool in self:
            if not tool.failed_on:
                tool._flow_write({"failed_on": fields.Datetime.now(), "failed_reason": reason})
            elif not in_calibration:
                continue
            tool._list_measurements(in_calibration)

    def _clear_failure(self):
        """Put tools back into use, unless a damage report of theirs is still open."""
        for tool in self.filtered("failed_on"):
            if not tool._get_open_damages():
                tool._flow_write({"failed_on": False, "failed_reason": False})

    def action_calibrate(self):
        """Open the form that records a calibration of the instrument."""
        self.ensure_one()
        self._check_keeper()
        return {
            "type": "ir.actions.act_window", "name": self.env._("Calibration"), "res_model": "repair.tool.calibration", "view_mode": "form",
            "target": "new", "context": {"default_equipment_id": self.id}}
