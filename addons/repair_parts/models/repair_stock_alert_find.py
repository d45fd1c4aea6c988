from collections import defaultdict
from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL
from odoo.tools.misc import format_date

from odoo.addons.repair_service.models.repair_flow import FLOW


class Found(NamedTuple):
    """What an alert says: units there, units that should be, units it is worth, and why."""

    quantity: float
    limit: float
    units: float
    reason: str


class RepairStockAlert(models.Model):
    """How alerts are found: each kind by a fixed number of queries, whatever lies in stock."""

    _inherit = "repair.stock.alert"

    @api.model
    def _cron_refresh(self):
        """Open and close the alerts of every company."""
        companies = self.env["res.company"].search([])  # pylint: disable=no-search-all  # they are few
        for index, company in enumerate(companies):
            try:
                self.with_company(company).with_context(lang=company.partner_id.lang or self.env.lang)._refresh(company)
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                self.env.cr.rollback()  # somebody looks at this stock right now
            if not self.env["ir.cron"]._commit_progress(1, remaining=len(companies) - index - 1):
                return

    @api.model
    def _refresh(self, company):
        """Open what is new, bring up to date what is still so, close what is gone; see that everything has an owner who acts.

        Two people who look at once write the same hour here, and Odoo repeats the later one on what the first has found.
        """
        company.repair_stock_looked_on = fields.Datetime.now()
        self.env.flush_all()
        found = self._find_by_rule(company)
        for kind in ("negative", "not_moved", "reserved_long", "not_counted", "van_value"):
            found |= {(kind, *key): what for key, what in getattr(self, f"_find_{kind}")(company).items()}
        alerts = self.with_context(repair_flow=FLOW, mail_create_nolog=True, tracking_disable=True)
        held = {
            (alert.kind, alert.product_id.id, alert.location_id.id): alert
            for alert in alerts.search([("company_id", "=", company.id), ("state", "=", "open")])}
        gone = alerts.union(*(alert for key, alert in held.items() if key not in found))
        gone.write({"state": "closed", "closed_on": fields.Datetime.now()})
        gone._drop_tasks()
        products = self.env["product.product"].with_company(company).browse({key[1] for key in found if key[1]})
        cost = {product.id: product.standard_price for product in products}
        for key, alert in held.items():
            if key in found:
                values = self._prepare_values(found[key], cost.get(key[1], 0.0))
                if any(alert[name] != value for name, value in values.items()):
                    alert.write(values)
        new = [key for key in found if key not in held]
        owners = self._get_owners(company, self.env["stock.location"].browse({key[2] for key in new if key[2]}))
        owners = {location and location.id: user for location, user in owners.items()}
        alerts.create([{
            "kind": kind, "company_id": company.id, "product_id": product_id, "location_id": location_id,
            "user_id": owners[location_id or None].id,
            **self._prepare_values(found[kind, product_id, location_id], cost.get(product_id, 0.0)),
        } for kind, product_id, location_id in new])._give_to_owners()
        alerts._pass_on(company)
        alerts._escalate(company)

    @api.model
    def _prepare_values(self, what, cost):
        return {"quantity": what.quantity, "limit_quantity": what.limit, "value": what.units * cost, "reason": what.reason}

    @api.model
    def _find_by_rule(self, company):
        """Return {(kind, product id, place id): Found} of what lies below the minimum or above the maximum of its rule."""
        rules = self.env["stock.warehouse.orderpoint"].search_fetch(
            [("company_id", "=", company.id), ("product_id.is_spare_part", "=", True)],
            ["product_id", "location_id", "product_min_qty", "product_max_qty"])
        vans = set(self.env["hr.employee"].search([("van_location_id", "!=", False), ("company_id", "=", company.id)]).van_location_id.ids)
        on_hand = defaultdict(float)
        for product, location, units in self.env["stock.quant"]._read_group(
                [("product_id", "in", rules.product_id.ids), ("company_id", "=", company.id)],
                ["product_id", "location_id"], ["quantity:sum"]):
            for place in (location.parent_path or "").split("/"):
                if place:
                    on_hand[product.id, int(place)] += units
        ordered, found = self._describe_orders(rules.product_id, company), {}
        for rule in rules:
            product, location = rule.product_id, rule.location_id
            units, low, high = on_hand[product.id, location.id], rule.product_min_qty, rule.product_max_qty
            if product.uom_id.compare(units, low) < 0:
                in_van = bool({int(place) for place in location.parent_path.split("/") if place} & vans)
                found["van_missing" if in_van else "under", product.id, location.id] = Found(
                    units, low, low - units, " ".join(filter(None, (
                        self.env._("%(units)s on hand, the minimum is %(low)s.", units=f"{units:g}", low=f"{low:g}"),
                        "" if in_van else ordered.get(product) or self.env._("Nothing is on order.")))))
            elif high > 0 and product.uom_id.compare(units, high) > 0:
                found["over", product.id, location.id] = Found(
                    units, high, units - high,
                    self.env._("%(units)s on hand, the maximum is %(high)s.", units=f"{units:g}", high=f"{high:g}"))
        return found

    @api.model
    def _describe_orders(self, products, company):
        """Return {product: what suppliers still have to deliver and when}, in one query."""
        groups = self.env["stock.move"]._read_group(
            [("product_id", "in", products.ids), ("company_id", "=", company.id), ("location_id.usage", "=", "supplier"),
             ("state", "in", ("waiting", "confirmed", "partially_available", "assigned"))], ["product_id"], ["product_qty:sum", "date:min"])
        return {product: self.env._(
            "%(units)s on order, the first expected on %(date)s.", units=f"{units:g}", date=format_date(self.env, first))
            for product, units, first in groups}

    @api.model
    def _find_negative(self, company):
        groups = self.env["stock.quant"]._read_group(
            [("quantity", "<", 0), ("company_id", "=", company.id), ("location_id.usage", "in", ("internal", "transit")),
             ("product_id.is_spare_part", "=", True)], ["product_id", "location_id"], ["quantity:sum"])
        reason = self.env._("More was taken than the books knew of.")
        return {(product.id, location.id): Found(units, 0.0, -units, reason) for product, location, units in groups}

    @api.model
    def _find_not_moved(self, company):
        """Parts whose oldest piece has been there for long, and that nobody has used since; a part at a time."""
        days = company.repair_slow_days
        rows = self.env.execute_query(SQL(
            """
            SELECT quant.product_id, SUM(quant.quantity), EXTRACT(DAY FROM %(now)s::timestamp - MIN(quant.in_date))::int
              FROM stock_quant quant
              JOIN stock_location location ON location.id = quant.location_id AND location.usage = 'internal'
              JOIN product_product product ON product.id = quant.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id AND template.is_spare_part
             WHERE quant.company_id = %(company)s AND quant.quantity > 0
               AND NOT EXISTS (
                SELECT FROM stock_move_line line
                  JOIN stock_location target ON target.id = line.location_dest_id AND target.usage IN ('customer', 'production')
                 WHERE line.product_id = quant.product_id AND line.state = 'done' AND line.company_id = %(company)s
                   AND line.date >= %(limit)s)
             GROUP BY quant.product_id HAVING MIN(quant.in_date) < %(limit)s
            """, company=company.id, now=fields.Datetime.now(), limit=fields.Datetime.now() - timedelta(days=days)))
        return {(product_id, False): Found(units, 0.0, units, self.env._(
            "Nobody used it for %(days)s days; the oldest piece came %(age)s days ago.", days=days, age=age // 30 * 30))
            for product_id, units, age in rows}

    @api.model
    def _find_reserved_long(self, company):
        days = company.repair_reserved_days
        groups = self.env["stock.move.line"]._read_group(
            [("state", "in", ("assigned", "partially_available")), ("quantity", ">", 0), ("company_id", "=", company.id),
             ("product_id.is_spare_part", "=", True), ("location_id.usage", "=", "internal"),
             ("create_date", "<", fields.Datetime.now() - timedelta(days=days))],
            ["product_id", "location_id"], ["quantity_product_uom:sum"])
        reason = self.env._("Reserved for more than %(days)s days.", days=days)
        return {(product.id, location.id): Found(units, 0.0, units, reason) for product, location, units in groups}

    @api.model
    def _find_not_counted(self, company):
        """Places where counts are overdue; one alert a place, however much lies there."""
        groups = self.env["stock.quant"]._read_group(
            [("inventory_date", "<", self.env["repair.figure"]._get_today(company) - timedelta(days=company.repair_uncounted_days)),
             ("quantity", "!=", 0), ("company_id", "=", company.id), ("location_id.usage", "=", "internal"),
             ("product_id.is_spare_part", "=", True)], ["location_id"], ["__count", "inventory_date:min"])
        return {(False, location.id): Found(number, 0.0, 0.0, self.env._(
            "%(number)s items were due to be counted, the first on %(date)s.", number=number, date=fields.Date.to_string(oldest)))
            for location, number, oldest in groups}

    @api.model
    def _find_van_value(self, company):
        """Vans that carry more than the company wants to have on the road; worth what is above the limit."""
        limit = company.repair_van_value_limit
        if not limit:
            return {}
        rows = self.env["repair.van.stock"].sudo().search([("company_id", "=", company.id), ("quantity", ">", 0)])  # all vans alike
        values = defaultdict(float)
        for row in rows.with_company(company):
            values[row.location_id.id] += row.value
        currency = company.currency_id
        return {(False, van): Found(value, limit, 0.0, self.env._(
            "The van carries %(value)s, %(limit)s are allowed.", value=currency.format(value), limit=currency.format(limit)))
            for van, value in values.items() if currency.compare_amounts(value, limit) > 0}
