from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

VAN_GROUPS = "hr.group_hr_user,stock.group_stock_user,repair_parts.repair_parts_group_keeper"
SET_UP_GROUPS = ("repair_parts.repair_parts_group_keeper", "stock.group_stock_manager")


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    van_location_id = fields.Many2one(
        "stock.location", "Van", groups=VAN_GROUPS, copy=False, ondelete="restrict", tracking=True,
        domain="[('usage', '=', 'internal'), ('company_id', '=', company_id)]",
        help="Stock location of the technician's van. Parts for his orders are taken from it first, then from the depot.")

    _van_uniq = models.UniqueIndex(
        "(van_location_id) WHERE van_location_id IS NOT NULL", "This van is another technician's already: each has his own.")

    @api.constrains("van_location_id", "company_id", "is_technician")
    def _check_van(self):
        for employee_sudo in self.sudo():  # whoever changes an employee may not read stock
            van = employee_sudo.van_location_id
            if not van:
                continue
            if not employee_sudo.is_technician:
                raise ValidationError(self.env._(
                    "%(employee)s is no service technician: only technicians have a van.", employee=employee_sudo.name))
            if van.usage != "internal" or van.company_id != employee_sudo.company_id:
                raise ValidationError(self.env._(
                    "%(location)s cannot be a van: choose an internal location of %(company)s.",
                    location=van.display_name, company=employee_sudo.company_id.name))
            depots = self.env["stock.warehouse"].sudo().search([("company_id", "=", van.company_id.id)]).lot_stock_id  # as above
            for depot in depots:
                if van._child_of(depot) or depot._child_of(van):
                    raise ValidationError(self.env._(
                        "%(location)s lies in or above the depot %(depot)s: its parts would be taken for everybody. "
                        "A van lies beside the depot; “Set up the van” makes one.", location=van.display_name, depot=depot.display_name))

    def action_set_up_van(self):
        """Make a stock location for each technician's van, beside the depot of his company's warehouse.

        A technician who has a van keeps it.

        :raises AccessError: for users who keep neither parts nor stock
        :raises UserError: an employee who is no technician, or a company without a warehouse
        """
        if not (self.env.su or any(self.env.user.has_group(group) for group in SET_UP_GROUPS)):
            raise AccessError(self.env._("Vans are set up by the parts keeper or the stock manager."))
        employees_sudo = self.sudo()  # the keeper reads no employees; the group is checked above
        if not set(employees_sudo.company_id.ids) <= set(self.env.companies.ids):
            raise AccessError(self.env._("Vans are set up within one's own companies."))
        employees_sudo.lock_for_update()
        for employee_sudo in employees_sudo.filtered(lambda employee: not employee.van_location_id):
            if not employee_sudo.is_technician:
                raise UserError(self.env._(
                    "%(employee)s is no service technician: only technicians have a van.", employee=employee_sudo.name))
            employee_sudo.van_location_id = employee_sudo._create_van()
        return True

    def _create_van(self):
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", self.company_id.id)], limit=1)
        if not warehouse:
            raise UserError(self.env._("%(company)s has no warehouse: make one first.", company=self.company_id.name))
        return self.env["stock.location"].create({
            "name": self.env._("Van %(technician)s", technician=self.name), "usage": "internal",
            "location_id": warehouse.view_location_id.id, "company_id": self.company_id.id})


class RepairTechnician(models.Model):
    _inherit = "repair.technician"

    van_location_id = fields.Many2one("stock.location", "Van", compute="_compute_van_location_id", compute_sudo=True)

    @api.depends("employee_id.van_location_id")
    def _compute_van_location_id(self):
        for technician in self:
            technician.van_location_id = technician.employee_id.van_location_id

    def action_set_up_van(self):
        """Make a stock location for the technician's van, as :meth:`hr.employee.action_set_up_van`."""
        self.check_access("read")
        return self.env["hr.employee"].browse(self.ids).action_set_up_van()

    def action_view_van(self):
        """Open what lies in the technician's van."""
        self.ensure_one()
        if not self.van_location_id:
            raise UserError(self.env._("%(technician)s has no van yet: set it up first.", technician=self.name))
        return {
            "type": "ir.actions.act_window", "name": self.van_location_id.name, "res_model": "stock.quant", "view_mode": "list",
            "views": [(self.env.ref("stock.view_stock_quant_tree").id, "list")],
            "domain": [("location_id", "child_of", self.van_location_id.id)], "context": {"create": False, "edit": False}}
