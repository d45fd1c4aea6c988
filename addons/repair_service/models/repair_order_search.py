from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, consteq

from ..engine import plate_code
from .repair_appliance_search import any_of, get_like


class RepairOrder(models.Model):
    _inherit = "repair.order"

    @api.model
    def _search_display_name(self, operator, value):
        """Search as the desk asks: number of the order, and whatever finds the customer or his appliance."""
        if operator not in ("ilike", "like") or not isinstance(value, str) or not value.strip():
            return super()._search_display_name(operator, value)
        code = plate_code.parse(value, fields.Date.context_today(self))
        if code.order_id is not None:
            return Domain("id", "in", self._find_tracked(code).ids)
        appliances = self.env["repair.appliance"]._search(
            Domain("display_name", operator, value), active_test=False, bypass_access=True)
        queries = [self._select([("appliance_id", "in", appliances)])]
        if code.text:
            queries += self._get_text_queries(code.text)
        return any_of(queries)

    @api.model
    def _get_text_queries(self, text):
        """Return the subselects for a text that somebody typed, apart from what finds the appliance."""
        partners = self.env["res.partner"].with_context(active_test=False)
        like = get_like(text)
        yield self._select([("name", like, text)])
        yield self._select([("partner_id", "in", partners._search([("complete_name", like, text)]))])
        phone_domain = partners._get_phone_domain(text)
        if not phone_domain.is_false():
            yield self._select([("partner_id", "in", partners._search(phone_domain))])

    @api.model
    def _select(self, domain):
        # Whoever uses the subselect searches for orders under his own rules.
        query = self._search(domain, bypass_access=True)
        return query.subselect(SQL.identifier(query.table, "id"))

    @api.model
    def _find_tracked(self, code):
        """Return the order of a tracking link that we gave out, as far as the user may read it.

        :param code: :class:`plate_code.PlateCode` with an order
        """
        token = self._get_token_from_short_code(code.order_code)
        order_sudo = self.browse(code.order_id).sudo().exists()  # the token is closed to readers of the order
        if not token or not consteq(order_sudo.access_token or "", token) or not self.has_access("read"):
            return self.browse()
        return self.search([("id", "=", code.order_id)])
