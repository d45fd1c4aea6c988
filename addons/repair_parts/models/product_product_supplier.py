from collections import defaultdict
from datetime import timedelta
from typing import Any, NamedTuple

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_date

from ..engine import supplier_score as engine
from .res_partner_supplier import STANDINGS


class Proposal(NamedTuple):
    """A supplier for a part and quantity, with the vendor price that he would deliver it at.

    ``price`` is for a unit of the product in the company's currency, ``points`` are out of 100, ``refusal`` says in words why he
    cannot be ordered from, ``late`` are the days after the date of need.
    """

    seller: Any
    partner: Any
    price: float
    points: float
    refusal: str
    arrival: Any
    late: int


class ProductProduct(models.Model):
    """Which supplier a spare part is ordered from, and why (handbook 8.1.1): quality first, then price, then the date."""

    _inherit = "product.product"

    def _select_seller(self, partner_id=False, quantity=0.0, date=None, uom_id=False, ordered_by="price_discounted", params=False):
        """Without a given vendor, take the best supplier of a spare part; one who may not be ordered from is never taken."""
        if partner_id or not self or not self.is_spare_part:
            return super()._select_seller(partner_id, quantity, date, uom_id, ordered_by, params)
        best = self._propose_suppliers(quantity, uom_id, date=date, params=params)[:1]
        if not best or best[0].refusal:
            return self.env["product.supplierinfo"]
        return super()._select_seller(best[0].partner, quantity, date, uom_id, ordered_by, params)

    def _propose_suppliers(self, quantity, uom=None, date=None, date_needed=None, params=False):
        """Return the Proposals of the current company for ``quantity`` of the part, best first.

        :param quantity: in ``uom``, else in the part's own unit; None: whatever the quantity
        :param date: day on which the vendor price must hold, today when left out
        :param date_needed: day by which the part is needed
        :param params: as core's selection of a vendor takes them
        """
        self.ensure_one()
        company, today = self.env.company, fields.Date.context_today(self)
        product_sudo = self.sudo()  # what is proposed does not depend on what the user may see of it
        units = uom._compute_quantity(quantity, product_sudo.uom_id) if uom and quantity else quantity
        sellers = product_sudo._get_filtered_sellers(quantity=quantity, date=date, uom_id=uom, params=params)
        rates, cheapest = {}, {}
        for seller in sellers:
            price = seller.price_discounted * self._get_supplier_rate(seller.currency_id, company, rates)
            known = cheapest.get(seller.partner_id)
            if known is None or price < known[1]:
                cheapest[seller.partner_id] = (seller, price)
        refusals = {
            partner: partner._get_supplier_refusal(company)
            or partner._get_trial_excess(price * (units or 0.0), units or 0.0, company)
            for partner, (_seller, price) in cheapest.items()}
        candidates = []
        for index, (partner, (seller, price)) in enumerate(cheapest.items()):
            state, _holder = partner._get_supplier_standing()
            entity = partner.commercial_partner_id
            late = max(0, (today + timedelta(days=seller.delay) - date_needed).days) if date_needed else 0
            candidates.append(engine.Candidate(
                key=partner, standing=STANDINGS[state], refused=bool(refusals[partner]), late=late,
                score=entity.supplier_score if entity.supplier_grade else None, price=price,
                agreement=bool(seller.purchase_requisition_id), order=index))
        weights = (
            company.repair_supplier_weight_quality, company.repair_supplier_weight_delivery, company.repair_supplier_weight_price)
        ranked = engine.rank(candidates, weights[2] / sum(weights), company.repair_supplier_unknown_score)
        return [
            Proposal(
                seller=cheapest[candidate.key][0].with_env(self.env), partner=candidate.key.with_env(self.env), price=candidate.price,
                points=points, refusal=refusals[candidate.key], late=candidate.late,
                arrival=today + timedelta(days=cheapest[candidate.key][0].delay))
            for candidate, points in ranked]

    def _get_supplier_rate(self, currency, company, rates):
        """Return what one unit of ``currency`` is worth in the company's; ``rates`` keeps it, so that each is read once."""
        if currency not in rates:
            rates[currency] = currency._get_conversion_rate(currency, company.currency_id, company, fields.Date.context_today(self))
        return rates[currency]

    def _get_supplier_offers(self, company):
        """Return {product id: [engine.Offer]}: the vendor prices that hold today in ``company``, without those of blocked suppliers.

        Suppliers are ids of commercial entities, quantities and prices are for the products' own units.
        """
        today = fields.Date.context_today(self)
        infos_sudo = self.env["product.supplierinfo"].sudo().search_fetch(  # prices are compared for everybody alike
            Domain("product_tmpl_id", "in", self.product_tmpl_id.ids) & Domain("company_id", "in", [False, company.id])
            & (Domain("date_start", "=", False) | Domain("date_start", "<=", today))
            & (Domain("date_end", "=", False) | Domain("date_end", ">=", today)) & Domain("partner_id.active", "=", True))
        rates, offers, by_template = {}, defaultdict(list), self.grouped("product_tmpl_id")
        blocked = {
            partner for partner in infos_sudo.partner_id if partner._get_supplier_standing()[0] == "blocked"}
        for info in infos_sudo:
            if info.partner_id in blocked:
                continue
            price = info.price_discounted * self._get_supplier_rate(info.currency_id, company, rates)
            for product in by_template[info.product_tmpl_id.with_env(self.env)]:
                if info.product_id and info.product_id.id != product.id:
                    continue
                least = info.product_uom_id._compute_quantity(info.min_qty, info.product_tmpl_id.uom_id, round=False)
                offers[product.id].append(engine.Offer(info.partner_id.commercial_partner_id.id, least, price))
        return offers

    def _describe_proposal(self, proposal):
        """Return in words what speaks for and against a Proposal: grade and figures, standing, price, date and agreement."""
        company = self.env.company
        partner_sudo = proposal.partner.sudo().commercial_partner_id  # the reason is kept where only buyers read it
        seller_sudo = proposal.seller.sudo()  # as above
        parts = [self._describe_supplier_score(partner_sudo, company)]
        state = proposal.partner._get_supplier_standing()[0]
        label = dict(partner_sudo._fields["supplier_qualification"]._description_selection(self.env)).get(state)
        parts.append(label.lower() if label else self.env._("not qualified"))
        price = company.currency_id.format(proposal.price)
        if seller_sudo.min_qty > 1:
            parts.append(self.env._(
                "%(price)s a unit from %(quantity)s %(unit)s on", price=price, quantity=f"{seller_sudo.min_qty:g}",
                unit=seller_sudo.product_uom_id.name))
        else:
            parts.append(self.env._("%(price)s a unit", price=price))
        if seller_sudo.currency_id != company.currency_id:
            parts.append(self.env._(
                "priced in %(currency)s: %(price)s", currency=seller_sudo.currency_id.name,
                price=seller_sudo.currency_id.format(seller_sudo.price)))
        parts.append(self._describe_arrival(proposal))
        if agreement := seller_sudo.purchase_requisition_id:
            line = seller_sudo.purchase_requisition_line_id
            parts.append(self.env._(
                "agreement %(agreement)s, %(left)s of %(quantity)s left", agreement=agreement.name,
                left=f"{max(0.0, line.product_qty - line.qty_ordered):g}", quantity=f"{line.product_qty:g}"))
        if proposal.refusal:
            parts.append(proposal.refusal)
        return "; ".join(parts)

    def _describe_supplier_score(self, partner_sudo, company):
        if not partner_sudo.supplier_grade:
            return self.env._(
                "no score yet, not enough data (counts as %(score)s)", score=f"{company.repair_supplier_unknown_score:g}")
        score = partner_sudo.with_company(company).supplier_score_id
        return self.env._(
            "grade %(grade)s, score %(score)s (%(figures)s)", grade=partner_sudo.supplier_grade,
            score=f"{partner_sudo.supplier_score:.0f}", figures=score.with_env(self.env(su=True))._describe() if score else "-")

    def _describe_arrival(self, proposal):
        arrival = format_date(self.env, proposal.arrival)
        if proposal.late:
            return self.env._("could be here on %(date)s, %(days)s days late", date=arrival, days=proposal.late)
        return self.env._("could be here on %(date)s", date=arrival)
