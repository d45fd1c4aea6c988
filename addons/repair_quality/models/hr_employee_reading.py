from odoo import api, models

DISTRIBUTION = {"department_id", "job_id", "company_id", "user_id", "active"}


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    @api.model_create_multi
    def create(self, vals_list):
        """Newcomers are asked to read what concerns them."""
        employees = super().create(vals_list)
        employees._ask_to_read()
        return employees

    def write(self, vals):
        """Whoever changes department or job is asked to read what is new to him."""
        res = super().write(vals)
        if DISTRIBUTION & vals.keys():
            self._ask_to_read()
        return res

    def _ask_to_read(self):
        documents_sudo = self.env["qms.document"].sudo().search([  # HR moves people without reading every document
            ("effective_version_id", "!=", False), ("company_id", "in", self.sudo().company_id.ids)])  # as above
        rows_sudo = self.env["qms.document.reading"].sudo()  # as above
        gone_sudo = rows_sudo.search([("employee_id", "in", self.ids), ("is_current", "=", True)]).document_id
        rows_sudo._sync(documents_sudo | gone_sudo, self.sudo())  # as above


class HrVersion(models.Model):
    _inherit = "hr.version"

    def write(self, vals):
        """Department and job stand in the versions; HR writes them there too."""
        res = super().write(vals)
        if {"department_id", "job_id"} & vals.keys():
            self.employee_id._ask_to_read()
        return res
