from odoo import fields, models
from odoo.tools import SQL

from ..models.repair_followup import KINDS


class RepairSatisfactionReport(models.Model):
    """Answers of customers in figures; every row is an answered follow-up, and its id is the follow-up's.

    CSAT = answers 4 and 5 / answers. NPS = share of 9 and 10 less share of 0 to 6.
    """

    _name = "repair.satisfaction.report"
    _description = "Satisfaction in Figures"
    _auto = False
    _order = "done_on desc, id desc"
    _rec_name = "repair_id"

    repair_id = fields.Many2one("repair.order", "Service order", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    kind = fields.Selection(KINDS, readonly=True)
    rule_id = fields.Many2one("repair.followup.rule", readonly=True)
    done_on = fields.Datetime("Answered on", readonly=True)
    technician_id = fields.Many2one("hr.employee", readonly=True)
    appliance_category_id = fields.Many2one("repair.appliance.category", "Family", readonly=True)
    answer_count = fields.Integer("Answers", readonly=True)
    score = fields.Float("Mean score (1-5)", readonly=True, aggregator="avg")
    conduct = fields.Float("Conduct of the technician (1-5)", readonly=True, aggregator="avg")
    csat = fields.Float("CSAT (%)", readonly=True, aggregator="avg", help="Answers 4 and 5 / answers.")
    nps = fields.Float("NPS", readonly=True, aggregator="avg", help="Share of 9 and 10 less share of 0 to 6, in points.")
    solved = fields.Float("Solved (%)", readonly=True, aggregator="avg", help="Answers 'solved' / answers to that question.")

    @property
    def _table_query(self):
        figures = self.env["repair.figure"]
        return SQL("""
            SELECT f.id, f.repair_id, f.company_id, f.kind, f.rule_id, f.done_on, o.technician_id, o.appliance_category_id,
                   1 AS answer_count, f.score::float AS score, f.conduct::float AS conduct,
                   100.0 * %(csat)s AS csat, 1.0 * %(nps)s AS nps,
                   CASE WHEN f.is_solved = 'yes' THEN 100.0 WHEN f.is_solved = 'no' THEN 0.0 END AS solved
              FROM repair_followup f JOIN repair_order o ON o.id = f.repair_id
             WHERE f.state = 'done'""", csat=figures._sql_csat("f"), nps=figures._sql_nps("f"))

    def action_open_followups(self):
        """Open the follow-ups behind the rows."""
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_service.repair_followup_action")
        return {**action, "domain": [("id", "in", self.ids)], "context": {}}
