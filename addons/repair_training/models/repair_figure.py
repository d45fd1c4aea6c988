from odoo import api, models
from odoo.tools import SQL

from odoo.addons.repair_service.models.repair_figure import Figure


class RepairFigure(models.AbstractModel):
    _inherit = "repair.figure"

    @api.model
    def _get_figures(self):
        """Add the training done."""
        return super()._get_figures() | {
            "training_done": Figure(self.env._("Planned training done"), "percent", True, "hr.training.plan.line")}

    @api.model
    def _get_definitions(self):
        """Add the words on the training done."""
        return super()._get_definitions() | {
            "training_done": self.env._(
                "Lines of the approved annual plan whose month ended in the period and whose sessions were all held, divided by all lines"
                " of these months.")}

    def _rows_training_done(self, company, start, stop):
        """A line counts when its month is over: one whose sessions were not all held by then stays a miss until they are."""
        return self.env.execute_query(SQL(
            """SELECT id, (held >= sessions_wanted)::int
                 FROM (SELECT line.id, line.sessions_wanted,
                              (SELECT count(*) FROM hr_training_session s WHERE s.plan_line_id = line.id AND s.state = 'closed') AS held,
                              ((make_date(plan.year, line.month_number, 1) + interval '1 month')
                                  AT TIME ZONE %(zone)s) AT TIME ZONE 'UTC' AS month_end
                         FROM hr_training_plan_line line JOIN hr_training_plan plan ON plan.id = line.plan_id
                        WHERE plan.company_id = %(company)s AND plan.version > 0 AND line.month_number BETWEEN 1 AND 12) due
                WHERE month_end > %(start)s AND month_end <= %(stop)s""",
            zone=company.sudo().repair_tz, company=company.id, start=start, stop=stop))  # a fact about the place
