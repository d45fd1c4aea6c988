from odoo import fields, models
from odoo.tools import SQL

from ..models.repair_complaint import CHANNELS, STAGES
from ..models.repair_sla_policy import SEVERITIES


class RepairComplaintReport(models.Model):
    """Complaints in figures; every row is a complaint, and its id is the complaint's.

    Response = first answer of a person - arrival. Resolution = settlement - arrival, by the clock; what the customer was awaited
    stands apart. SLA % = targets met / targets due: a target is due once it was met or its time is over.
    """

    _name = "repair.complaint.report"
    _description = "Complaints in Figures"
    _auto = False
    _order = "received_on desc, id desc"
    _rec_name = "number"

    number = fields.Char(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    received_on = fields.Datetime(readonly=True)
    stage = fields.Selection(STAGES, readonly=True)
    channel = fields.Selection(CHANNELS, "Came in by", readonly=True)
    category_id = fields.Many2one("repair.complaint.category", "Class", readonly=True)
    severity = fields.Selection(SEVERITIES, readonly=True)
    team_id = fields.Many2one("repair.complaint.team", readonly=True)
    user_id = fields.Many2one("res.users", "Responsible", readonly=True)
    technician_id = fields.Many2one("hr.employee", "Technician concerned", readonly=True)
    appliance_category_id = fields.Many2one("repair.appliance.category", "Family", readonly=True)
    root_cause_id = fields.Many2one("repair.complaint.cause", "Root cause", readonly=True)
    complaint_count = fields.Integer("Complaints", readonly=True)
    respond_hours = fields.Float("Response (hours)", readonly=True, aggregator="avg", help="First answer of a person less arrival.")
    resolve_hours = fields.Float("Resolution (hours)", readonly=True, aggregator="avg", help="Settlement less arrival, by the clock.")
    waited_hours = fields.Float(
        "Customer awaited (hours)", readonly=True, aggregator="avg", help="Part of the resolution in which the customer was awaited.")
    respond_met = fields.Float("Response in time (%)", readonly=True, aggregator="avg", help="Targets met / targets due.")
    plan_met = fields.Float("Proposal in time (%)", readonly=True, aggregator="avg", help="Targets met / targets due.")
    resolve_met = fields.Float("Settled in time (%)", readonly=True, aggregator="avg", help="Targets met / targets due.")
    reopened = fields.Float("Reopened (%)", readonly=True, aggregator="avg", help="Cases opened again / cases settled at least once.")
    content = fields.Float("Content with the settlement (%)", readonly=True, aggregator="avg", help="Verdicts 'content' / verdicts.")

    @property
    def _table_query(self):
        figures = self.env["repair.figure"]
        return SQL("""
            SELECT c.id, c.number, c.company_id, c.received_on, c.stage, c.channel, c.category_id, c.severity, c.team_id, c.user_id,
                   c.technician_id, c.appliance_category_id, c.root_cause_id, 1 AS complaint_count,
                   %(respond_hours)s AS respond_hours, %(resolve_hours)s AS resolve_hours,
                   (SELECT sum(EXTRACT(EPOCH FROM COALESCE(p.stop, %(now)s) - p.start))::float / 3600
                      FROM repair_complaint_pause p WHERE p.complaint_id = c.id) AS waited_hours,
                   100.0 * %(respond_met)s AS respond_met, 100.0 * %(plan_met)s AS plan_met, 100.0 * %(resolve_met)s AS resolve_met,
                   100.0 * %(reopened)s AS reopened, 100.0 * %(content)s AS content
              FROM repair_complaint c
             WHERE c.kind = 'complaint' AND c.stage != 'withdrawn'""",
            now=fields.Datetime.now(),
            respond_hours=figures._sql_hours("c", "acknowledged_on"), resolve_hours=figures._sql_hours("c", "resolved_on"),
            respond_met=figures._sql_met("c", "respond_by", "acknowledged_on"),
            plan_met=figures._sql_met("c", "plan_by", "proposed_on"),
            resolve_met=figures._sql_met("c", "resolve_by", "resolved_on"),
            reopened=figures._sql_reopened("c"), content=figures._sql_content("c"))

    def action_open_complaints(self):
        """Open the complaints behind the rows."""
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_service.repair_complaint_action")
        return {**action, "domain": [("id", "in", self.ids)], "context": {}}
