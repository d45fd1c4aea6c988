from datetime import timedelta

from odoo import fields, models

# Two repairs that did not hold are a case of their own: by law the seller may have to exchange the appliance.
FAILED_REPAIRS = 2


class RepairOrder(models.Model):
    _inherit = "repair.order"

    nonconformity_ids = fields.One2many("qms.nonconformity", "repair_id", string="Nonconformities")
    nonconformity_count = fields.Integer(compute="_compute_nonconformity_count", string="Number of nonconformities")

    def _compute_nonconformity_count(self):
        counts = dict(self.env["qms.nonconformity"]._read_group([("repair_id", "in", self.ids)], ["repair_id"], ["__count"]))
        for order in self:
            order.nonconformity_count = counts.get(order._origin, 0)

    def write(self, vals):
        """A fault that comes back after two repairs opens a nonconformity once its diagnosis confirms it."""
        result = super().write(vals)
        if vals.get("service_stage") == "diagnosed":
            self._report_repeated_faults()
        return result

    def action_view_nonconformities(self):
        """Open the nonconformities of the order."""
        self.ensure_one()
        return self.env["ir.actions.act_window"]._for_xml_id("repair_quality.qms_nonconformity_action") | {
            "domain": [("repair_id", "=", self.id)],
            "context": {"default_repair_id": self.id},
        }

    def _report_repeated_faults(self):
        today = fields.Date.context_today(self)
        for order in self.filtered(lambda order: order.coverage == "repair_warranty"):
            # Technicians see their own orders only; the count needs every earlier repair of the appliance.
            failed = self.sudo().search_count([
                ("appliance_id", "=", order.appliance_id.id), ("symptom_id", "=", order.symptom_id.id),
                ("service_stage", "in", ("accepted", "closed")), ("accepted_on", "<=", order.requested_on),
            ])
            if failed >= FAILED_REPAIRS:
                self.env["qms.nonconformity"]._report({
                    "name": self.env._(
                        "%(symptom)s came back after %(count)s repairs", symptom=order.symptom_id.name, count=failed),
                    "source": "repeat",
                    "severity": "major",
                    "repair_id": order.id,
                    "company_id": order.company_id.id,
                    "detected_on": today,
                    "due_date": today + timedelta(days=30),
                })
