from odoo import api, models
from odoo.tools import SQL

from odoo.addons.repair_service.models.repair_figure import Figure


class RepairFigure(models.AbstractModel):
    """Samplings of finished repairs and patrols as figures (handbook 5.2.2, 5.2.3)."""

    _inherit = "repair.figure"

    @api.model
    def _get_figures(self):
        """Add the samplings and the patrols that passed."""
        return super()._get_figures() | {
            "sampling_passed": Figure(self.env._("Sampled repairs passed"), "percent", True, "repair.inspection"),
            "patrol_passed": Figure(self.env._("Patrols passed"), "percent", True, "repair.inspection"),
        }

    @api.model
    def _get_definitions(self):
        """Add the words on samplings and patrols."""
        return super()._get_definitions() | {
            "sampling_passed": self.env._(
                "Drawn repairs whose sampling passed, divided by all that were inspected in the period. Repairs drawn on top for their"
                " technician are not counted: they would weigh newcomers more."),
            "patrol_passed": self.env._("Patrols without a failed point, divided by all patrols made in the period."),
        }

    def _rows_sampling_passed(self, company, start, stop):
        return self._rows_checks(company, start, stop, SQL("kind = 'sampling' AND sampling_ground IN ('plan', 'replacement')"))

    def _rows_patrol_passed(self, company, start, stop):
        return self._rows_checks(company, start, stop, SQL("kind = 'patrol'"))

    def _rows_checks(self, company, start, stop, condition):
        return self.env.execute_query(SQL(
            """SELECT id, (result = 'pass')::int FROM repair_inspection
                WHERE %(condition)s AND result IS NOT NULL AND company_id = %(company)s
                  AND done_on >= %(start)s AND done_on < %(stop)s""",
            condition=condition, company=company.id, start=start, stop=stop,
        ))
