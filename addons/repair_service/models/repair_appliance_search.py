from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine import plate_code


def any_of(queries):
    """Return the domain of the records that one of ``queries`` finds.

    A union lets each branch run on its own index; as an OR of conditions the whole table would be read.

    :param queries: :class:`SQL` of subselects of ids, in brackets
    """
    union = SQL(" UNION ").join(queries)
    return Domain.custom(to_sql=lambda model, alias, query: SQL("%s IN (%s)", SQL.identifier(alias, "id"), union))


def get_like(text):
    """Return the operator that finds ``text``: signs without capitals, as Chinese ones, need no slow comparison without case.

    A name of two signs is too short for the index, so that it is compared with every row.
    """
    return "like" if text.lower() == text.upper() else "ilike"


class RepairAppliance(models.Model):
    _inherit = "repair.appliance"

    @api.model
    def _search_display_name(self, operator, value):
        """Search as the desk asks: serial number, model, customer's name or telephone in any spelling, brand, or a scanned code."""
        if operator not in ("ilike", "like") or not isinstance(value, str) or not value.strip():
            return super()._search_display_name(operator, value)
        code = plate_code.parse(value, fields.Date.context_today(self))
        if code.order_id is not None:
            return Domain("id", "in", self.env["repair.order"]._find_tracked(code).appliance_id.ids)
        return any_of(list(self._get_code_queries(code)) + (list(self._get_text_queries(code.text)) if code.text else []))

    @api.model
    def _get_code_queries(self, code):
        """Return the subselects for what a scanned code says; a serial number in a code is the whole number."""
        serial = self._normalise_serial(code.serial)
        if serial:
            return self._get_serial_queries("=", serial)
        if code.gtin:
            # A bar code of 13 digits is the GTIN without its leading zero.
            barcodes = {code.gtin[zeros:] for zeros in range(len(code.gtin) - len(code.gtin.lstrip("0")) + 1)}
            return [self._select([("product_id.barcode", "in", list(barcodes))])]
        return [self._select(Domain.FALSE)]

    @api.model
    def _get_text_queries(self, text):
        """Return the subselects for a text that somebody typed."""
        like = get_like(text)
        partners = self.env["res.partner"].with_context(active_test=False)
        phone_domain = partners._get_phone_domain(text)
        if not phone_domain.is_false():
            # The caller may be the one at the address, or one of the people of a company or household.
            found = partners._search(phone_domain)
            yield self._select([("partner_id", "in", found)])
            yield self._select([("address_id", "!=", False), ("address_id", "in", found)])
            parents = partners._search(Domain("child_ids", "any", phone_domain))
            yield self._select([("partner_id", "in", parents)])
        named = partners._search([("complete_name", like, text)])
        yield self._select([("partner_id", "in", named)])
        yield self._select([("address_id", "!=", False), ("address_id", "in", named)])
        brands = self.env["repair.brand"].with_context(active_test=False)._search([("name", "ilike", text)])
        yield self._select([("brand_id", "in", brands)])
        yield self._select([("model_name", like, text)])
        serial = self._normalise_serial(text)
        if serial and (serial.isascii() or len(serial) > 2):  # two Chinese signs are a name, and the index knows three and more
            yield from self._get_serial_queries("like", serial)  # kept in capitals, and so is what is looked for

    @api.model
    def _get_serial_queries(self, operator, serial):
        """Return the subselects for a serial number; that of a merged appliance finds the one it was merged into."""
        yield self._select([("serial_number", operator, serial)])
        yield self._select([("merged_into_id", "!=", False), ("serial_number", operator, serial)], "merged_into_id")

    @api.model
    def _select(self, domain, column="id"):
        # Whoever uses the subselect searches for appliances, archived ones or not, under his own rules.
        query = self._search(domain, active_test=False, bypass_access=True)
        return query.subselect(SQL.identifier(query.table, column))
