from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

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
        doubtful = self.search([("id", "in", self._find_doubtful_visits())])
        missing = doubtful.filtered(lambda visit: visit._get_certificate_problem())
        return Domain("id", "in" if True in value else "not in", missing.ids)

    @api.model
    def _find_doubtful_visits(self):
        """Ids of the coming visits with a required certificate that does not hold on every day that may be theirs somewhere on earth.

        Nearly all visits are left out here in one query; the rest is told apart by the day where the customer lives.
        """
        families = self.env["repair.appliance.category"].sudo().search([("active", "in", (True, False))])  # whoever may see them
        needed = [(family.id, skill.id) for family in families for skill in family.effective_skill_ids]
        self.env["repair.order"].flush_model(["appliance_category_id"])
        self.env["hr.employee.skill"].flush_model(["employee_id", "skill_id", "approval_state", "valid_from", "valid_to"])
        self.flush_model(["repair_id", "technician_id", "state", "start"])
        self.env.cr.execute(SQL(
            """SELECT DISTINCT visit.id FROM repair_appointment visit
                 JOIN repair_order repair ON repair.id = visit.repair_id
                 JOIN unnest(%s::int[], %s::int[]) needed (family, skill) ON needed.family = repair.appliance_category_id
                WHERE visit.state IN %s AND visit.start >= %s AND NOT EXISTS (
                      SELECT FROM hr_employee_skill held
                       WHERE held.employee_id = visit.technician_id AND held.skill_id = needed.skill AND held.approval_state = 'approved'
                         AND held.valid_from <= (visit.start - interval '14 hours')::date
                         AND (held.valid_to IS NULL OR held.valid_to >= (visit.start + interval '14 hours')::date))""",
            [family for family, _skill in needed], [skill for _family, skill in needed], UPCOMING_STATES, fields.Datetime.now()))
        return [row[0] for row in self.env.cr.fetchall()]

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
