from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

MAX_DURATION = timedelta(days=31)


class RepairOnCall(models.Model):
    """A duty on call: urgent orders may be booked in these hours too, day and night."""

    _name = "repair.on.call"
    _description = "Duty on Call"
    _inherit = ["hr.mixin", "repair.input"]
    _order = "start desc, id desc"
    _check_company_auto = True

    technician_id = fields.Many2one(
        "hr.employee", required=True, index=True, check_company=True, domain="[('is_technician', '=', True)]")
    technician_phone = fields.Char(compute="_compute_technician_phone")
    company_id = fields.Many2one(related="technician_id.company_id", store=True, index=True, precompute=True)
    start = fields.Datetime("From", required=True, index=True)
    stop = fields.Datetime("Until", required=True)
    territory_id = fields.Many2one(
        "repair.territory", index="btree_not_null", check_company=True, ondelete="restrict",
        domain="[('company_id', '=', company_id)]", help="Empty: on call for all territories.")
    note = fields.Char()

    _hours_ordered = models.Constraint("CHECK (stop > start)", "A duty must end after it begins.")
    _hours_limited = models.Constraint(
        f"CHECK (stop - start <= interval '{MAX_DURATION.days} days')", f"A duty lasts {MAX_DURATION.days} days at most: split it.")
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (technician_id WITH =, tsrange(start, stop) WITH &&)",
        "This technician is on call in that time already: change that duty.",
    )

    @api.depends("technician_id.mobile_phone", "technician_id.work_phone")
    def _compute_technician_phone(self):
        """The number on which the technician is reached on duty; never the private one."""
        for duty in self:
            duty.technician_phone = duty.technician_id.mobile_phone or duty.technician_id.work_phone

    @api.depends("technician_id.name", "territory_id.name", "start", "stop")
    @api.depends_context("show_days", "lang", "tz")
    def _compute_display_name(self):
        """Who is on call; beside his name, with ``show_days`` in the context, when he is."""
        for duty in self:
            hours = self.env.context.get("show_days") and duty.start and duty.stop and self.env["repair.appointment"]._format_window(
                duty.start, duty.stop, self.env.context.get("tz") or self.env.user.tz)
            duty.display_name = " · ".join(filter(None, (hours or duty.technician_id.name, duty.territory_id.name)))

    @api.constrains("technician_id")
    def _check_technician(self):
        for duty in self:
            if not (duty.technician_id.is_technician and duty.technician_id.active):
                raise ValidationError(self.env._(
                    "%(technician)s is no active service technician: only service technicians are on call.",
                    technician=duty.technician_id.name))
