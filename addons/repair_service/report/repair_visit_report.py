from odoo import fields, models
from odoo.tools import SQL

from ..models.repair_appointment_outcome import MISS_REASONS


class RepairVisitReport(models.Model):
    """Visits in figures: on time, missed, moved, and whether the first one was enough.

    On-time = arrivals inside the promised window / visits; a visit that the technician did not make counts against it.
    First-time fix stands on the visit that came first, so that each order counts once.
    """

    _name = "repair.visit.report"
    _description = "Visits in Figures"
    _auto = False
    _order = "start desc, id desc"
    _rec_name = "repair_id"

    repair_id = fields.Many2one("repair.order", "Service order", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    technician_id = fields.Many2one("hr.employee", readonly=True)
    category_id = fields.Many2one("repair.appliance.category", "Family", readonly=True)
    start = fields.Datetime("Promised from", readonly=True)
    state = fields.Selection(
        [("proposed", "Proposed"), ("confirmed", "Confirmed"), ("travelling", "On the way"), ("arrived", "Arrived"),
         ("done", "Done"), ("missed", "Missed"), ("cancelled", "Cancelled")], readonly=True)
    punctuality = fields.Selection([("early", "Early"), ("on_time", "On time"), ("late", "Late")], readonly=True)
    miss_reason = fields.Selection(MISS_REASONS, "Why nobody met", readonly=True)
    changed_by = fields.Selection([("customer", "Customer"), ("company", "Company")], readonly=True)
    made = fields.Integer("Visits made", readonly=True)
    missed = fields.Integer("Missed visits", readonly=True)
    moved = fields.Integer("Changed visits", readonly=True)
    on_time = fields.Float("On time (%)", readonly=True, aggregator="avg")
    first_time_fix = fields.Float("First-time fix (%)", readonly=True, aggregator="avg")
    first_time_fix_from = fields.Datetime("Counted from", readonly=True)

    @property
    def _table_query(self):
        return SQL("""
            SELECT v.id, v.repair_id, v.company_id, v.technician_id, o.appliance_category_id AS category_id, v.start, v.state,
                   v.punctuality, v.miss_reason, v.changed_by,
                   (v.arrived_at IS NOT NULL)::int AS made,
                   (v.state = 'missed')::int AS missed,
                   (v.changed_by IS NOT NULL)::int AS moved,
                   100.0 * %(on_time)s AS on_time,
                   CASE WHEN first.id IS NULL OR o.first_time_fix IS NULL THEN NULL
                        WHEN o.first_time_fix = 'yes' THEN 100.0 ELSE 0.0 END AS first_time_fix,
                   CASE WHEN first.id IS NOT NULL THEN o.first_time_fix_from END AS first_time_fix_from
              FROM repair_appointment v
              JOIN repair_order o ON o.id = v.repair_id
              LEFT JOIN (SELECT DISTINCT ON (repair_id) repair_id, id FROM repair_appointment
                          WHERE arrived_at IS NOT NULL ORDER BY repair_id, arrived_at, id) first ON first.id = v.id
             WHERE v.state != 'proposed'""", on_time=self.env["repair.figure"]._sql_on_time("v"))
