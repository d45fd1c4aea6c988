from odoo import models


class RepairComplaint(models.Model):
    _inherit = "repair.complaint"

    def _get_answerable_employee(self):
        """Return who answers for the complaint (handbook 5.3.3): who is named, else the technician unless somebody else is liable."""
        self.ensure_one()
        if self.liable_employee_id or self.liable not in (False, "technician"):
            return self.liable_employee_id
        return self.technician_id
