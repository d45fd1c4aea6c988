from odoo import fields, models
from odoo.tools import SQL

from .repair_complaint import STAGES
from .repair_sla_policy import SEVERITIES


class RepairComplaintNotice(models.Model):
    """What a technician sees of complaints about his own work: that there is one, its cause and its lesson.

    Nothing of what the customer wrote, of money, or of what colleagues noted.
    """

    _name = "repair.complaint.notice"
    _description = "Complaint about my Work"
    _auto = False
    _order = "received_on desc, id desc"
    _rec_name = "number"

    number = fields.Char(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    received_on = fields.Datetime(readonly=True)
    stage = fields.Selection(STAGES, readonly=True)
    severity = fields.Selection(SEVERITIES, readonly=True)
    category_id = fields.Many2one("repair.complaint.category", "Class", readonly=True)
    root_cause_id = fields.Many2one("repair.complaint.cause", "Root cause", readonly=True)
    technician_id = fields.Many2one("hr.employee", readonly=True)
    order_name = fields.Char("Service order", readonly=True)
    appliance_category_id = fields.Many2one("repair.appliance.category", "Family", readonly=True)
    lesson = fields.Text(readonly=True)
    prevention = fields.Text(readonly=True)

    @property
    def _table_query(self):
        return SQL("""
            SELECT c.id, c.number, c.company_id, c.received_on, c.stage, c.severity, c.category_id, c.root_cause_id, c.technician_id,
                   o.name AS order_name, c.appliance_category_id,
                   CASE WHEN c.stage = 'closed' THEN c.lesson END AS lesson,
                   CASE WHEN c.stage = 'closed' THEN c.prevention END AS prevention
              FROM repair_complaint c LEFT JOIN repair_order o ON o.id = c.repair_id
             WHERE c.kind = 'complaint' AND c.stage != 'withdrawn' AND c.technician_id IS NOT NULL""")
