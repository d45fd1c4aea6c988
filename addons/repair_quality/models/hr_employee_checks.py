from odoo import models


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    def _get_begins(self):
        """Return {technician: day on which he began to work for the customers}; two queries.

        The first day of employment, or that of his first visit where the record was made later: a company that moves to this system
        has no hall full of newcomers.
        """
        visits_sudo = self.env["repair.appointment"].sudo()  # days only, whoever plans
        first_visits = dict(visits_sudo._read_group([("technician_id", "in", self.ids)], ["technician_id"], ["start:min"]))
        begins = {}
        for technician in self:
            moment = first_visits.get(technician)
            days = (technician._get_first_day(), moment and self.env["repair.order"]._local_date(moment, technician.company_id))
            begins[technician] = min(filter(None, days), default=False)
        return begins
