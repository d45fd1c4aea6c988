from datetime import timedelta

from odoo import api, fields, models

from ..models.repair_flow import FLOW


class RepairServiceDemo(models.AbstractModel):
    """What customers sent in and agreed to by themselves."""

    _inherit = "repair.service.demo"

    @api.model
    def _load_requests(self):
        """Mark the demo request as sent in by the web page, with its consents and those of a few customers."""
        enquiry = self.env.ref("repair_service.demo_request_web")
        enquiry.with_context(repair_flow=FLOW).write({"is_request": True, "request_token": enquiry._new_token(), "lang": "zh_CN"})
        company = self.env.ref("repair_service.demo_company")
        purposes = {code: self.env.ref(f"repair_service.consent_purpose_{code}") for code in ("service", "brand", "marketing")}
        consents = [{"enquiry_id": enquiry.id, "purpose_id": purposes["service"].id, "channel": "web"}]
        orders = self.env["repair.order"].search(
            [("company_id", "=", company.id), ("appliance_id", "!=", False)], order="requested_on desc, id", limit=6)
        for partner in orders.partner_id:
            consents += [{"partner_id": partner.id, "purpose_id": purposes[code].id, "channel": "phone"} for code in ("service", "brand")]
        created = self.env["repair.consent"].create([{**values, "company_id": company.id} for values in consents])
        created.filtered(lambda consent: consent.purpose_id == purposes["brand"])[:1].action_withdraw()

    @api.model
    def _load_price_change(self):
        """Announce the demo price for a day that leaves the notice its time."""
        change = self.env.ref("repair_service.demo_price_change_callout")
        change.effective_on = max(
            change.effective_on, fields.Date.today() + timedelta(days=change.company_id.repair_price_notice_days + 1))
        change.action_announce()
