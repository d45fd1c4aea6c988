from odoo import models
from odoo.exceptions import UserError

from .repair_order import FINISHED_STAGES

EARLIER_REPAIRS = 3


class RepairOrder(models.Model):
    """The paper that the technician takes along (handbook 4.3.1, 5.2.1)."""

    _inherit = "repair.order"

    def _check_job_sheet(self):
        """Raise for orders that no technician works on.

        :raises UserError: no service order, or finished
        """
        for order in self:
            if not order.appliance_id or order.service_stage in FINISHED_STAGES:
                raise UserError(self.env._("%(order)s is not under way: it has no job sheet.", order=order.name))

    def _get_job_sheet_lang(self):
        """Language of the technician who takes the sheet along, else of who prints it."""
        self.ensure_one()
        return self.technician_id.user_id.lang or self.env.user.lang

    def _get_job_sheet_name(self):
        """File name of the job sheet."""
        self.ensure_one()
        return f"{self.env._('Job sheet')} {self.name}"

    def _get_job_sheet_visit(self):
        """Return the visit that the sheet is for: the agreed one, else the one proposed next."""
        self.ensure_one()
        return self.next_appointment_id or self.appointment_ids.filtered("is_open").sorted("start")[:1]

    def _get_job_sheet_history(self):
        """Return the last repairs of the appliance that were not cancelled."""
        self.ensure_one()
        return self.earlier_repair_ids.filtered(lambda order: order.service_stage != "cancelled")[:EARLIER_REPAIRS]

    def _get_staff_url(self):
        """Absolute link to the order for those who work on it; it asks for a login."""
        self.ensure_one()
        return f"{self.get_base_url()}/odoo/service-orders/{self.id}"


class RepairAppointment(models.Model):
    _inherit = "repair.appointment"

    def action_print_job_sheet(self):
        """Print the job sheets of the visits' orders, in the order of the visits.

        :raises UserError: when an order is finished
        """
        self.check_access("read")
        orders = self.sorted("start").repair_id
        orders.check_access("read")
        orders.sudo()._check_job_sheet()  # as the paper itself reads them
        return self.env.ref("repair_service.action_report_job_sheet").report_action(orders)
