from odoo import models

from .repair_appointment import FLOW_FIELDS


class RepairAppointment(models.Model):
    _name = "repair.appointment"
    _inherit = ["repair.appointment", "repair.input"]
    _flow_fields = FLOW_FIELDS
