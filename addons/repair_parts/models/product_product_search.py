from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.repair_service.engine import plate_code

from .repair_part_number import POSITIVE

GTIN_LENGTH = 14
CODE_MAX = 400


class ProductProduct(models.Model):
    """Parts are found by any of their numbers: bar code of part or packaging, GS1 label, earlier number, vendor's number."""

    _inherit = "product.product"

    @api.model
    def name_search(self, name="", domain=None, operator="ilike", limit=100):
        """Search by name or any number; with ``fits_first_appliance_id`` in the context, parts that fit that appliance come first.

        Among parts that fit alike, one found by another number than its own comes before what merely contains the text, and says so:
        ``NEW-1 (replaces OLD-1)``.
        """
        appliance = self.env["repair.appliance"].browse(self.env.context.get("fits_first_appliance_id") or []).exists()
        domain = Domain(domain or Domain.TRUE)
        numbers = self._find_by_any_number(operator, name)
        products = self.with_context(repair_found_by=tuple(sorted(numbers.items()))) if numbers else self
        if appliance and appliance.has_access("read") and operator in POSITIVE:
            found = products._search_fitting_first(appliance, name, domain, operator, numbers, limit)
            return [(product.id, product.display_name) for product in found.sudo()]  # as core: names of products that were found
        if not numbers:
            return super().name_search(name, domain, operator, limit)
        by_number = Domain("product_tmpl_id", "in", list(numbers))
        found = super(ProductProduct, products).name_search("", domain & by_number, "ilike", limit)
        rest = limit and limit - len(found)
        if limit and not rest:
            return found
        return found + super(ProductProduct, products).name_search(name, domain & ~by_number, operator, rest)

    @api.model
    def _search_fitting_first(self, appliance, name, domain, operator, numbers, limit):
        """Return the products found, those that fit ``appliance`` best first; a part's own whole number is all there is.

        The rank is reckoned for what was found only, in one query; without a text, rank by rank until there is enough.
        """
        tiers = appliance._get_part_tiers()
        if not name:
            found = self.browse()
            for tier in (*tiers, Domain.TRUE):
                if not limit or len(found) < limit:
                    found |= self.search(domain & tier & Domain("id", "not in", found.ids), limit=limit and limit - len(found))
            return found
        exact = self.search(domain & Domain("default_code", "=", name), limit=limit)
        if exact:
            return exact
        domain &= Domain("display_name", operator, name)
        query = self._search(domain, limit=limit, order=self._order)
        ranks = [
            SQL("WHEN %s THEN %s", tier.optimize_full(self)._to_sql(self, query.table, query), rank)
            for rank, tier in enumerate(tiers)]
        by_number = SQL("%s IN %s", self._field_to_sql(query.table, "product_tmpl_id", query), tuple(numbers or (0,)))
        query.order = SQL(
            "CASE %s ELSE %s END, CASE WHEN %s THEN 0 ELSE 1 END, %s", SQL(" ").join(ranks), len(ranks), by_number, query.order)
        return self.browse(query)

    @api.model
    def web_name_search(self, name, specification, domain=None, operator="ilike", limit=100):
        """Search for the web client's boxes; what stands beside the names there is read for all of them at once."""
        if list(specification) != ["display_name"]:
            return super().web_name_search(name, specification, domain, operator, limit)
        found = self.name_search(name, domain, operator, limit)
        numbers = self._find_by_any_number(operator, name)
        products = self.with_context(formatted_display_name=True, repair_found_by=tuple(sorted(numbers.items())))
        formatted = {product.id: product.display_name for product in products.browse([res_id for res_id, _name in found])}
        return [
            {"id": res_id, "display_name": label, "__formatted_display_name": formatted[res_id]} for res_id, label in found]

    @api.depends_context("repair_found_by")
    def _compute_display_name(self):
        super()._compute_display_name()
        notes = dict(self.env.context.get("repair_found_by") or ())
        for product in self if notes else ():
            note = notes.get(product.product_tmpl_id.id)
            if note and product.display_name:
                product.display_name = self._add_note(product.display_name, note)

    @api.model
    def _add_note(self, label, note):
        if self.env.context.get("formatted_display_name") and label.endswith("--"):
            return f"{label[:-2]} {note}--"
        return f"{label} {note}"

    @api.model
    def _search_display_name(self, operator, value):
        domain = Domain(super()._search_display_name(operator, value))
        numbers = self._find_by_any_number(operator, value)
        if not numbers:
            return domain
        # As core does with names and numbers: each by its own index, then together.
        products = self.with_context(active_test=False)
        queries = [products._search(part) for part in (domain, Domain("product_tmpl_id", "in", list(numbers)))]
        return Domain("id", "in", SQL("(%s)", SQL(" UNION ALL ").join(SQL("(%s)", query.select()) for query in queries)))

    @api.model
    def _find_by_any_number(self, operator, value):
        """Return ``{template id: note}`` of parts that have another number or a bar code that matches; the note may be empty."""
        if operator not in POSITIVE or not value:
            return {}
        values = [each for each in (value if operator == "in" else [value]) if isinstance(each, str) and 1 < len(each) <= CODE_MAX]
        found = {}
        for text in values:
            found |= {product.product_tmpl_id.id: "" for product in self._find_by_label(text)}
        if not values or found:
            return found
        return self.env["product.template"]._find_by_other_number(operator, values if operator == "in" else values[0])

    @api.model
    def _find_by_label(self, text):
        """Return the products that a scanned text names: by bar code of part or packaging, alone or within a GS1 label."""
        read = plate_code.parse(text, fields.Date.context_today(self))
        gtin = read.gtin or (text.strip() if text.strip().isdigit() and len(text.strip()) <= GTIN_LENGTH else "")
        products = self._find_by_barcodes(self._get_equal_barcodes(gtin) if gtin else [text.strip()])
        if not products and read.additional:
            products = self.search([("default_code", "=ilike", read.additional)], limit=20)
        return products

    @api.model
    def _get_equal_barcodes(self, gtin):
        """Return the ways to write one GTIN: a bar code of 13 digits is that of 14 without its leading zero."""
        core = gtin.lstrip("0")
        return [core.rjust(length, "0") for length in range(len(core), max(GTIN_LENGTH, len(gtin)) + 1)] if core else []

    @api.model
    def _find_by_barcodes(self, barcodes):
        """Return the products whose own bar code, or that of one of their packagings, is among ``barcodes``."""
        if not barcodes:
            return self.browse()
        products = self.search([("barcode", "in", barcodes)], limit=20)
        packed_sudo = self.env["product.uom"].sudo()  # what a code on a box stands for, whoever scans it; only the product is taken
        return products or self.search(
            [("id", "in", packed_sudo.search([("barcode", "in", barcodes)], limit=20).product_id.ids)])

    @api.constrains("barcode")
    def _check_equal_barcodes(self):
        """A scanner reads 6901234567892 and 06901234567892 alike: they cannot be two parts."""
        for product in self.filtered(lambda product: product.barcode and product.barcode.isdigit() and product.is_spare_part):
            self._check_barcode_free(product.barcode, product)

    @api.model
    def _check_barcode_free(self, barcode, product):
        others = self._get_equal_barcodes(barcode)
        taken = self.with_context(active_test=False).search([("barcode", "in", others), ("id", "!=", product.id)], limit=1)
        if not taken:
            packed_sudo = self.env["product.uom"].sudo()  # as above
            taken = packed_sudo.search([("barcode", "in", others), ("product_id", "!=", product.id)], limit=1).product_id
        if taken:
            raise ValidationError(self.env._(
                "The bar code %(code)s is that of %(part)s already: a scanner cannot tell them apart.",
                code=barcode, part=taken.sudo(False).display_name))


class ProductUom(models.Model):
    _inherit = "product.uom"

    @api.constrains("barcode")
    def _check_equal_barcodes(self):
        for packaging in self.filtered(lambda packaging: packaging.barcode.isdigit() and packaging.product_id.is_spare_part):
            self.env["product.product"]._check_barcode_free(packaging.barcode, packaging.product_id)


class ProductSupplierinfo(models.Model):
    _inherit = "product.supplierinfo"

    product_code = fields.Char(index="trigram")


class ProductTemplate(models.Model):
    _inherit = "product.template"

    any_number = fields.Char("Any number", compute="_compute_any_number", search="_search_any_number")

    def _compute_any_number(self):
        self.any_number = False

    @api.model
    def _search_any_number(self, operator, value):
        """Find parts by name or any number; a GS1 label by what it holds, or by the lot on it."""
        if operator not in ("ilike", "=", "in"):
            return NotImplemented
        products = self.env["product.product"].with_context(active_test=False)
        found = products._search(Domain(products._search_display_name(operator, value)))
        return Domain("id", "in", found.subselect("product_tmpl_id"))

    @api.depends_context("repair_found_by")
    def _compute_display_name(self):
        super()._compute_display_name()
        notes = dict(self.env.context.get("repair_found_by") or ())
        for template in self if notes else ():
            if (note := notes.get(template.id)) and template.display_name:
                template.display_name = self.env["product.product"]._add_note(template.display_name, note)

    @api.model
    def name_search(self, name="", domain=None, operator="ilike", limit=100):
        """Search as for products; a part found by another number than its own says so."""
        numbers = self.env["product.product"]._find_by_any_number(operator, name)
        templates = self.with_context(repair_found_by=tuple(sorted(numbers.items()))) if numbers else self
        return super(ProductTemplate, templates).name_search(name, domain, operator, limit)
