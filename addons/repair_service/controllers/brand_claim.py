from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import content_disposition, request

TYPES = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv; charset=utf-8"}
ID_MAX = 2**31 - 1


class BrandClaim(http.Controller):

    @http.route("/repair/brand_claim/<int:claim_id>/<string:kind>", type="http", auth="user", readonly=True)
    def brand_claim_sheet(self, claim_id, kind, **kw):
        """The sheet of a claim, for those who read it."""
        try:
            claim = request.env["repair.brand.claim"].browse(min(claim_id, ID_MAX)).exists()
            claim.check_access("read")
        except (AccessError, MissingError):
            return request.not_found()
        if not claim or kind not in TYPES:
            return request.not_found()
        content = claim._make_xlsx() if kind == "xlsx" else claim._make_csv()
        return request.make_response(content, [
            ("Content-Type", TYPES[kind]), ("Content-Disposition", content_disposition(f"{claim._get_file_name()}.{kind}"))])
