from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

SEVERITY = {"p1": "critical", "p2": "major", "p3": "minor"}


class RepairComplaint(models.Model):
    _inherit = "repair.complaint"

    nonconformity_ids = fields.One2many("qms.nonconformity", "complaint_id", "Nonconformities")

    def action_nonconformity(self):
        """Open the nonconformity of a complaint, which carries its corrective action; make it the first time (handbook 7.3.2, 10.3.1).

        :raises AccessError: for who does not work on the case
        :raises UserError: for opinions and withdrawn cases
        """
        self.ensure_one()
        self._check_worker()
        record = self.sudo().nonconformity_ids  # whether there is one is a fact; reading it follows its own rules
        if not record:
            if self.kind != "complaint" or self.stage == "withdrawn":
                raise UserError(self.env._("Only a complaint that stands leads to a corrective action."))
            record = self.env["qms.nonconformity"]._report(self._prepare_nonconformity())
        return {
            "type": "ir.actions.act_window", "res_model": "qms.nonconformity", "res_id": record.id, "views": [(False, "form")]}

    def _prepare_nonconformity(self):
        today = fields.Date.context_today(self)
        return {
            "name": self.env._("%(number)s: %(subject)s", number=self.number, subject=self.subject),
            "description": "\n".join(filter(None, (self.description, self.finding))),
            "source": "complaint",
            "severity": SEVERITY.get(self.severity, "minor"),
            "complaint_id": self.id,
            "repair_id": self.repair_id.id,
            "appliance_category_id": self.appliance_category_id.id,
            "product_id": self.product_id.id,
            "cause_id": self.root_cause_id.id,
            "containment": self.measures,
            "company_id": self.company_id.id,
            "detected_on": today,
            "due_date": today + timedelta(days=30),
        }
