from datetime import timedelta

from odoo import fields, models

SOURCES = {"final": "inspection", "sampling": "inspection", "patrol": "inspection", "incoming": "incoming"}


class RepairInspection(models.Model):
    _inherit = "repair.inspection"

    def _on_failed(self):
        """What an inspection rejects is followed as a nonconformity (handbook 5.2.2, 5.2.3, 8.1.3, 10.3.1)."""
        result = super()._on_failed()
        for inspection in self.filtered(lambda inspection: inspection.kind in SOURCES):
            self.env["qms.nonconformity"]._report(inspection._prepare_nonconformity())
        return result

    def _prepare_nonconformity(self):
        """Return the values of the nonconformity; a failed safety point makes it critical."""
        self.ensure_one()
        failed = self.line_ids.filtered(lambda line: line.answer == "fail")
        today = fields.Date.context_today(self)
        subject = self._get_subject()
        points = ", ".join(failed.mapped("name"))
        values = {
            "name": self.env._("Final inspection failed: %(points)s", points=points),
            "description": "\n".join(" - ".join(filter(None, (line.name, line.note))) for line in failed),
            "source": SOURCES[self.kind],
            "severity": "critical" if "safety" in failed.mapped("aspect") else "major",
            "repair_id": self.repair_id.id,
            "inspection_id": self.id,
            "company_id": self.company_id.id,
            "detected_on": today,
            "due_date": today + timedelta(days=30),
        }
        if self.kind == "incoming":
            values |= {
                "name": self.env._("Goods rejected: %(name)s", name=subject.get("name") or self.name),
                "description": "\n".join(filter(None, (subject.get("text"), values["description"]))),
                "product_id": subject.get("product_id"),
            }
        return values
