from odoo import api, fields, models
from odoo.fields import Domain

UPCOMING_STATES = ("proposed", "confirmed")


class RepairAppointment(models.Model):
    _inherit = "repair.appointment"

    certificate_problem = fields.Text(
        string="Certificate problem", compute="_compute_certificate_problem",
        help="Why the technician may not make this coming visit any more: certificates end after visits are booked.",
    )
    is_certificate_missing = fields.Boolean(
        string="Without a valid certificate", compute="_compute_certificate_problem", search="_search_is_certificate_missing",
    )

    @api.depends("technician_id", "category_id", "start", "state")
    @api.depends_context("lang")
    def _compute_certificate_problem(self):
        now = fields.Datetime.now()
        coming = self.filtered(lambda visit: visit.state in UPCOMING_STATES and visit.start and visit.start >= now)
        (self - coming).update({"certificate_problem": False, "is_certificate_missing": False})
        for visit in coming:
            visit.certificate_problem = visit._get_certificate_problem()
            visit.is_certificate_missing = bool(visit.certificate_problem)

    def _search_is_certificate_missing(self, operator, value):
        if operator != "in":
            return NotImplemented
        coming = self.search([("state", "in", UPCOMING_STATES), ("start", ">=", fields.Datetime.now())])
        return Domain("id", "in" if True in value else "not in", coming.filtered(lambda visit: visit._get_certificate_problem()).ids)

    def _get_certificate_problem(self):
        """Why the technician may not make the visit, by the certificates as they stand now; '' when he may."""
        self.ensure_one()
        return self.technician_id._get_disqualification(self.category_id, self._get_local_day())

    @api.model
    def _warn_missing_certificates(self):
        """Give the dispatcher one open activity per order whose coming visit nobody may make as planned."""
        visits = self.search([("is_certificate_missing", "=", True)])
        activity_type = self.env.ref("repair_training.mail_activity_type_replace_technician")
        warned = self.env["mail.activity"].search([
            ("res_model", "=", "repair.order"), ("res_id", "in", visits.repair_id.ids), ("activity_type_id", "=", activity_type.id),
        ]).mapped("res_id")
        for order, order_visits in visits.grouped("repair_id").items():
            if order.id not in warned:
                dispatcher = order_visits[0]._get_dispatcher()
                visit = order_visits[0].with_context(lang=dispatcher.lang)
                order.activity_schedule(
                    activity_type_id=activity_type.id, date_deadline=fields.Date.context_today(self),
                    summary=self.env._("Visit of %(day)s without a valid certificate", day=visit._get_local_day()),
                    note=visit._get_certificate_problem(), user_id=dispatcher.id,
                )

    def _get_dispatcher(self):
        """Return who replans the visit: whoever keeps the order, or else a dispatcher of the company."""
        self.ensure_one()
        dispatchers = self.env.ref("repair_service.repair_service_group_dispatcher")
        return self.repair_id.user_id or self.env["res.users"].search([
            ("all_group_ids", "in", dispatchers.ids), ("company_ids", "in", self.company_id.ids), ("share", "=", False),
        ], limit=1) or self.env.user
