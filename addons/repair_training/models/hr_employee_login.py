from odoo import api, fields, models
from odoo.exceptions import AccessError


class HrEmployee(models.Model):
    """Who somebody is does not end with his login: nobody decides about himself with another one (handbook 9.3)."""

    _inherit = "hr.employee"

    former_user_ids = fields.Many2many(
        "res.users", "hr_employee_former_user_rel", "employee_id", "user_id", "Former logins", copy=False, readonly=True,
        context={"active_test": False}, groups="hr.group_hr_user,base.group_system",
        help="Logins that were this employee's. Whoever has one of them decides nothing about him; a system administrator removes"
             " one that was linked by mistake.")

    @api.model_create_multi
    def create(self, vals_list):
        """Create employees; former logins come by themselves."""
        for vals in vals_list:
            self._check_former_logins(vals)
        return super().create(vals_list)

    def write(self, vals):
        """Write; a login that goes with the resource stays on record."""
        self._check_former_logins(vals)
        if "resource_id" in vals:
            self._keep_former_logins()
        return super().write(vals)

    @api.model
    def _check_former_logins(self, vals):
        if "former_user_ids" in vals and not (self.env.su or self.env.user.has_group("base.group_system")):
            raise AccessError(self.env._("Former logins are kept by themselves. Ask a system administrator to correct them."))

    def _keep_former_logins(self, user_id=False):
        """Remember the logins that are about to go; ``user_id`` is the one that comes."""
        for employee in self.sudo():  # whoever changes a login need not see them
            user = employee.resource_id.user_id  # the employee's own field shows the new one already
            if user and user.id != user_id:
                employee.former_user_ids |= user

    def _get_logins(self):
        """Return the login that the employee has and those that he had."""
        employees_sudo = self.sudo()  # only compared
        return employees_sudo.user_id | employees_sudo.former_user_ids


class ResourceResource(models.Model):
    _inherit = "resource.resource"

    def write(self, vals):
        """Write; the login of an employee that goes stays on record."""
        if "user_id" in vals:
            self.env["hr.employee"].sudo().with_context(active_test=False).search([  # as above
                ("resource_id", "in", self.ids)])._keep_former_logins(vals["user_id"])
        return super().write(vals)
