from odoo import api, models


class ReportBrandClaim(models.AbstractModel):
    _name = "report.repair_service.report_brand_claim"
    _description = "Claim on a brand with its dossier"

    @api.model
    def _get_report_values(self, docids, data=None):
        """Values of the QWeb report: the claims, which draw their dossiers themselves.

        :raises AccessError: when the user may not read the claims
        """
        claims = self.env["repair.brand.claim"].browse(docids)
        claims.check_access("read")
        return {"doc_ids": docids, "doc_model": "repair.brand.claim", "docs": claims.sudo()}  # it names stock and photos
