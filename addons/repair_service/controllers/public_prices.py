from odoo import http
from odoo.http import request

from .public_request import PublicRequest


class PublicPrices(PublicRequest):

    @http.route("/repair/prices", type="http", auth="public", methods=["GET"], website=True, sitemap=True)
    def repair_prices(self, **kw):
        company = self._get_company()
        if not company:
            return request.not_found()
        return self._render(
            "repair_service.price_page", company, groups=self._get_env(company)["repair.price.change"]._get_price_list(company),
            currency=company.currency_id)
