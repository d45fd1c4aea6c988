from odoo import api, models

from odoo.addons.repair_service.models.repair_flow import FLOW


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_values(self, src_partners, dst_partner):
        """Merge; of several qualifications the most cautious stays, so that a blocked supplier is not merged away."""
        blocked = (src_partners | dst_partner).filtered(lambda partner: partner._get_supplier_standing()[0] == "blocked")[:1]
        result = super()._update_values(src_partners, dst_partner.with_context(repair_flow=FLOW))
        if blocked and dst_partner._get_supplier_standing()[0] != "blocked":
            dst_partner._qualify_supplier("blocked", self.env._("Merged with %(supplier)s, which is blocked.", supplier=blocked.name))
        return result
