from odoo import api, models
from odoo.tools import SQL

from .qms_figure import FIGURE_SELECTION, FIGURES, Figure

FIGURES |= {
    "sampling_passed": Figure("percent", True, 0, "repair.inspection"),
    "patrol_passed": Figure("percent", True, 0, "repair.inspection"),
}
FIGURE_SELECTION += [("sampling_passed", "Sampled repairs passed"), ("patrol_passed", "Patrols passed")]


class QmsFigure(models.AbstractModel):
    """Samplings of finished repairs and patrols as figures (handbook 5.2.2, 5.2.3)."""

    _inherit = "qms.figure"

    @api.model
    def _get_definitions(self):
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
