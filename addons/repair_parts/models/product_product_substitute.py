from typing import NamedTuple

from odoo import models


class SubstituteOption(NamedTuple):
    """What may be fitted instead: the product, its units for one, the condition to confirm, and why it is offered."""

    product: object
    ratio: float
    condition: str
    reason: str
    use_first: bool


class ProductProduct(models.Model):
    """What may be fitted in place of a part: old stock, the successor, and the agreed substitutes."""

    _inherit = "product.product"

    def _get_substitute_options(self, appliance=None):
        """Return [:class:`SubstituteOption`] for this part on ``appliance``, what should be used up before it first."""
        self.ensure_one()
        template = self.product_tmpl_id
        options = {}
        for old in template._get_interchangeable_predecessors():
            reason = self.env._("Old number of %(part)s: use it up first.", part=template.default_code or template.name)
            options[old.product_variant_id] = SubstituteOption(old.product_variant_id, 1.0, "", reason, True)
        current = template._get_current_part()
        if current != template:
            reason = self.env._("Supersedes %(part)s.", part=template.default_code or template.name)
            options[current.product_variant_id] = SubstituteOption(current.product_variant_id, 1.0, "", reason, False)
        for line in template._get_substitution_lines(appliance):
            substitute, ratio = line._get_substitute_for(template)
            product = substitute.product_variant_id
            if product and product not in options:
                options[product] = SubstituteOption(product, ratio, line.condition or "", "", False)
        return list(options.values())

    def _get_substitutes_in_stock(self, location, appliance=None):
        """Return [(substitute product, free units)] in ``location``, what is to be used up first and then most first."""
        return [(option.product, quantity) for option, quantity in self._get_options_in_stock(location, appliance)]

    def _get_options_in_stock(self, location, appliance=None):
        """Return [(:class:`SubstituteOption`, free units)] of what lies in ``location``, as :meth:`_get_substitutes_in_stock`."""
        self.ensure_one()
        options = self._get_substitute_options(appliance)
        if not options:
            return []
        free = self.union(*(option.product for option in options))._get_free_quantities(location)
        in_stock = [
            (option, free[option.product]) for option in options
            if option.product.uom_id.compare(free.get(option.product, 0.0), 0) > 0]
        return sorted(in_stock, key=lambda entry: (not entry[0].use_first, -entry[1], entry[0].product.id))

    def _describe_substitutes(self, location, appliance=None):
        """Return what is in stock instead, in brackets after a space, to end a message with; empty when nothing is."""
        self.ensure_one()
        options = self._get_substitutes_in_stock(location, appliance)
        if not options:
            return ""
        hidden = self.union(*(product for product, _quantity in options))._filter_counted_blind()
        return " " + self.env._(
            "(in stock instead: %(options)s)",
            options=", ".join(
                product.display_name if product in hidden else f"{product.display_name} ({quantity:g})" for product, quantity in options))

    def _get_old_stock(self, location):
        """Return ``{product: old product}``: what is left of an earlier part lies free and is used up before the product."""
        predecessors = {product: product.product_tmpl_id._get_interchangeable_predecessors().product_variant_id for product in self}
        old = self.union(*predecessors.values()) if predecessors else self
        free = old._get_free_quantities(location) if old else {}
        return {
            product: next((each for each in parts if each.uom_id.compare(free.get(each, 0.0), 0) > 0), self.browse())
            for product, parts in predecessors.items()}


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def _get_interchangeable_predecessors(self):
        """Return the parts that this one supersedes, directly or by others, and that may still be fitted; the oldest last."""
        self.ensure_one()
        found = step = self.supersedes_ids.filtered("is_interchangeable")
        while step := step.supersedes_ids.filtered("is_interchangeable") - found - self:
            found |= step
        return found
