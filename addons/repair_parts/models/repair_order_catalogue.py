from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

FITS_FIRST = "repair_catalogue_order_id"


class RepairOrder(models.Model):
    """Choosing parts for an order: what fits comes first, with stock in van and depot, price and payer (handbook 8.3)."""

    _inherit = "repair.order"

    def _get_stock_of(self, products):
        """Return ({product: free units in the van}, {product: free units in the depot}); the van's is empty without a van.

        What the user counts blind at the moment is left out.
        """
        self.ensure_one()
        products_sudo = (products - products._filter_counted_blind()).sudo()  # figures for whoever works on the order
        van = self._get_van()
        in_van = products_sudo._get_free_quantities(van) if van else {}
        in_depot = products_sudo._get_free_quantities(self.sudo().location_id)  # as above
        return ({product.with_env(self.env): quantity for product, quantity in found.items()} for found in (in_van, in_depot))

    def _get_part_facts(self, products):
        """Return ``{product: dict}`` of what is told about parts that may be chosen: ``fits``, ``van``, ``depot``, ``price``, ``payer``.

        ``van`` is None when the order's technician has no van; ``payer`` is empty where the order has no appliance. A fixed number
        of queries.
        """
        self.ensure_one()
        stored = products.filtered("is_storable") - products._filter_counted_blind()
        van, depot = self._get_stock_of(stored)
        has_van = bool(self._get_van())
        prices = self._get_list_prices(products, 1.0, None) if products else {}
        fitting = self._get_fitting_products(products)
        payers = self._get_payers_of(products)
        return {
            product: {
                "fits": product in fitting, "van": van.get(product, 0.0) if has_van and product in stored else None,
                "depot": depot.get(product, 0.0) if product in stored else None, "price": prices.get(product.id, 0.0),
                "payer": payers.get(product, ""),
            } for product in products}

    def _get_payers_of(self, products):
        """Return ``{product: label of who would pay for it}``."""
        if not self.appliance_id:
            return {}
        moves = self.env["stock.move"]
        labels = dict(moves._fields["payer"]._description_selection(self.env))
        fitted = self._get_fitted_parts()[self]
        due = {is_main: self._get_payer("main" if is_main else "whole") or "customer" for is_main in set(products.mapped("is_main_part"))}
        payers = {}
        for product in products:
            payer = due[product.is_main_part]
            if payer == "customer" and fitted.get(product.id) and not self.override_payer:
                payer = "company"
            payers[product] = labels.get(payer, "")
        return payers

    def action_choose_parts(self):
        """Open the parts to choose from, from a button of the order itself."""
        self.ensure_one()
        self.check_access("write")
        return self.with_context(order_id=self.id).action_add_from_catalog()

    def action_add_from_catalog(self):
        """Open the parts to choose from; for an appliance what fits comes first."""
        action = super().action_add_from_catalog()
        if self.appliance_id:
            action["name"] = self.env._("Choose parts for %(appliance)s", appliance=self.appliance_id.display_name)
        return action

    def _get_action_add_from_catalog_extra_context(self):
        return {
            **super()._get_action_add_from_catalog_extra_context(), FITS_FIRST: self.id if self.appliance_id else False,
            "product_catalog_currency_id": self.currency_id.id, "product_catalog_digits": [16, 2],
        }

    def _get_product_catalog_domain(self):
        domain = super()._get_product_catalog_domain()
        if self.appliance_id and self.parts_fit_only:
            domain &= Domain("fits_appliance_id", "in", self.appliance_id.ids)
        return domain

    def _get_product_catalog_order_line_info(self, product_ids, child_field=False, **kwargs):
        """Return what the catalogue shows of each product, with what is told about parts; see core."""
        info = super()._get_product_catalog_order_line_info(product_ids, child_field=child_field, **kwargs)
        facts = self._get_part_facts(self.env["product.product"].browse(product_ids))
        for product, known in facts.items():
            info[product.id] |= {"price": known["price"], "partFacts": self._describe_facts(known, bool(self.appliance_id))}
        return info

    def _get_product_catalog_record_lines(self, product_ids, **kwargs):
        lines = super()._get_product_catalog_record_lines(product_ids, **kwargs)
        if not self.appliance_id:
            return lines
        taken = self._get_parts_to_take()  # parts taken off the order are not on it
        return {product: lines[product] & taken for product in lines if lines[product] & taken}

    def _describe_facts(self, known, with_fit):
        """Return the facts as [(text, colour)] for a card."""
        facts = []
        if with_fit:
            facts.append(
                (self.env._("Fits the appliance"), "success") if known["fits"]
                else (self.env._("Not listed for this appliance"), "warning"))
        for key, text in (("van", self.env._("Van: %(count)s")), ("depot", self.env._("Depot: %(count)s"))):
            if known[key] is not None:
                facts.append((text % {"count": f"{known[key]:g}"}, "success" if known[key] > 0 else "secondary"))
        facts.append((self.currency_id.format(known["price"]), "light"))
        if known["payer"]:
            facts.append((self.env._("Pays: %(payer)s", payer=known["payer"]), "light"))
        return facts

    def _update_order_line_info(self, product_id, quantity, **kwargs):
        """Put a product on the order in the catalogue's quantity. What the customer approved stays; more is a line of its own.

        :param int product_id: ``product.product`` id
        :param float quantity: units that the order shall have
        :return: unit price for the order's customer
        :raises UserError: less than the customer approved, or an order that takes no parts
        """
        product = self.env["product.product"].browse(product_id)
        if not self.appliance_id:
            return super()._update_order_line_info(product_id, quantity, **kwargs)
        self.check_access("write")
        lines = self._get_parts_to_take().filtered(lambda move: move.product_id == product)
        fixed = lines.filtered("sale_line_id")
        free = lines - fixed
        wanted = quantity - sum(fixed.mapped("product_uom_qty"))
        if wanted < 0:
            raise UserError(self.env._(
                "The customer approved %(quantity)s of %(part)s: take it off on the order itself.",
                quantity=f"{sum(fixed.mapped('product_uom_qty')):g}", part=product.display_name))
        if not wanted:
            free.unlink()
        elif free:
            free[1:].unlink()
            free[0].product_uom_qty = wanted
        else:
            self.env["stock.move"].create({
                "repair_id": self.id, "repair_line_type": "add", "product_id": product_id, "product_uom_qty": wanted})
        return self._get_list_price(product, 1.0)


class ProductProduct(models.Model):
    _inherit = "product.product"

    @api.model
    def search_fetch(self, domain, field_names=None, offset=0, limit=None, order=None):
        """Search; in an order's catalogue the parts that fit its appliance come first."""
        order_id = self.env.context.get(FITS_FIRST)
        repair = self.env["repair.order"].browse(order_id if isinstance(order_id, int) else []).exists()
        if not repair.appliance_id or not repair.has_access("read"):
            return super().search_fetch(domain, field_names, offset, limit, order)
        plain = self.with_context(**{FITS_FIRST: False})
        fits = repair.appliance_id._get_fitting_parts_domain()
        first = Domain(domain) & fits
        found = plain.search_fetch(first, field_names, offset, limit, order)
        if limit and len(found) >= limit:
            return found.with_env(self.env)
        skipped = 0 if found else plain.search_count(first)
        rest = plain.search_fetch(
            Domain(domain) & ~fits, field_names, max(offset - skipped, 0) if not found else 0, limit and limit - len(found), order)
        return (found | rest).with_env(self.env)

    @api.depends_context("repair_line_order_id")
    def _compute_display_name(self):
        """In the box of an order's line, what is told about parts stands beside the number."""
        super()._compute_display_name()
        order_id = self.env.context.get("repair_line_order_id")
        if not self.env.context.get("formatted_display_name") or not isinstance(order_id, int):
            return
        order = self.env["repair.order"].browse(order_id).exists()
        if not order or not order.has_access("read"):
            return
        for product, known in order._get_part_facts(self._origin).items():
            facts = " · ".join(text for text, _colour in order._describe_facts(known, False))
            if not known["fits"] and order.appliance_id:
                facts = self.env._("Not listed for this appliance") + " · " + facts
            label = product.display_name or ""
            product.display_name = f"{label[:-2]} · {facts}--" if label.endswith("--") else f"{label}\t--{facts}--"


class StockMove(models.Model):
    _inherit = "stock.move"

    is_unfit = fields.Boolean(
        "Not listed for the appliance", compute="_compute_is_unfit", compute_sudo=True,
        help="By the catalogue the part does not fit the appliance. It may be fitted all the same, and the order keeps a note.")

    @api.depends("product_id", "repair_id.appliance_id", "repair_line_type")
    def _compute_is_unfit(self):
        self.is_unfit = False
        parts = self.filtered(lambda move: move._is_service_part() and move.product_id.is_spare_part)
        for order, moves in parts.grouped("repair_id").items():
            fitting = order._origin._get_fitting_products(moves.product_id._origin)
            for move in moves:
                move.is_unfit = move.product_id._origin not in fitting

    @api.onchange("product_id")
    def _onchange_product_id_fit(self):
        if self.is_unfit:
            return {"warning": {"title": self.env._("Not listed for this appliance"), "type": "notification", "message": self.env._(
                "By the catalogue %(part)s does not fit this appliance. You may add it; the order keeps a note.",
                part=self.product_id.display_name)}}
        return None

    @api.model_create_multi
    def create(self, vals_list):
        """Add parts; one that does not fit by the catalogue is noted on the order, with who added it."""
        moves = super().create(vals_list)
        unfit = moves.filtered(lambda move: move.repair_line_type == "add" and move.is_unfit)
        for order, own in unfit.grouped("repair_id").items():
            order.message_post(body=self.env._(
                "%(who)s added %(parts)s, which by the catalogue does not fit the appliance.",
                who=self.env.user.name, parts=", ".join(own.product_id.mapped("display_name"))))
        return moves
