from odoo import models

from .repair_flow import FLOW


class RepairFollowup(models.Model):
    _inherit = "repair.followup"

    def _anonymise_records(self):
        """Take the customer's words out of follow-ups; scores and dates stay for the figures."""
        self.with_context(repair_flow=FLOW).write({"comment": False})
        self.env["mail.message"].search([("model", "=", self._name), ("res_id", "in", self.ids)]).unlink()


class RepairComplaint(models.Model):
    _inherit = "repair.complaint"

    def _anonymise_records(self):
        """Take the person and his words out of complaints; class, cause, remedy and what was learnt stay (handbook 7.3.2)."""
        self.env["ir.attachment"].search([("res_model", "=", self._name), ("res_id", "in", self.ids)]).unlink()
        self.env["mail.message"].search([("model", "=", self._name), ("res_id", "in", self.ids)]).unlink()
        self.with_context(repair_flow=FLOW).write({
            "contact_name": False, "phone": False, "email": False, "description": self.env._("(removed)"), "remedy_asked_note": False,
            "feedback_text": False, "access_token": False})
