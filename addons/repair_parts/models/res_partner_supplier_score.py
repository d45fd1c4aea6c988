from collections import Counter
from datetime import datetime, time, timedelta
from typing import NamedTuple

import pytz

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import split_every

from ..engine import supplier_score as engine
from .repair_supplier_score import GRADES
from .res_partner_supplier import SUPPLIER_GROUPS

SCORE_FIELDS = frozenset({"supplier_score", "supplier_grade"})
BATCH = 200
BY_LINE = "move_id.purchase_line_id.partner_id.commercial_partner_id"


class Received(NamedTuple):
    """What came from a supplier: units, units rejected or sent back, receipt lines."""

    units: float = 0.0
    rejected: float = 0.0
    lines: int = 0


class ResPartner(models.Model):
    """The nightly score of suppliers of spare parts, and the records behind each of its figures (handbook 8.1.2)."""

    _inherit = "res.partner"

    supplier_score = fields.Float(
        "Supplier score", digits=(5, 1), company_dependent=True, copy=False, groups=SUPPLIER_GROUPS, readonly=True,
        help="0 to 100, from quality, delivery and price over the last year, renewed every night.")
    supplier_grade = fields.Selection(
        GRADES, "Supplier grade", company_dependent=True, copy=False, groups=SUPPLIER_GROUPS, readonly=True,
        help="Empty: not enough data for a score.")
    supplier_score_id = fields.Many2one(
        "repair.supplier.score", "Latest score", compute="_compute_supplier_figures", groups=SUPPLIER_GROUPS)
    supplier_quality = fields.Float("Quality", compute="_compute_supplier_figures", digits=(5, 1), groups=SUPPLIER_GROUPS)
    supplier_delivery = fields.Float("Delivery", compute="_compute_supplier_figures", digits=(5, 1), groups=SUPPLIER_GROUPS)
    supplier_price = fields.Float("Price", compute="_compute_supplier_figures", digits=(5, 1), groups=SUPPLIER_GROUPS)
    supplier_has_quality = fields.Boolean(compute="_compute_supplier_figures", groups=SUPPLIER_GROUPS)
    supplier_has_delivery = fields.Boolean(compute="_compute_supplier_figures", groups=SUPPLIER_GROUPS)
    supplier_has_price = fields.Boolean(compute="_compute_supplier_figures", groups=SUPPLIER_GROUPS)
    supplier_quality_text = fields.Char(compute="_compute_supplier_figures", groups=SUPPLIER_GROUPS)
    supplier_delivery_text = fields.Char(compute="_compute_supplier_figures", groups=SUPPLIER_GROUPS)
    supplier_price_text = fields.Char(compute="_compute_supplier_figures", groups=SUPPLIER_GROUPS)
    supplier_rejected_percent = fields.Float(
        "Rejected (%)", compute="_compute_supplier_figures", digits=(5, 1), groups=SUPPLIER_GROUPS)
    supplier_scored_on = fields.Datetime("Score of", compute="_compute_supplier_figures", groups=SUPPLIER_GROUPS)

    @api.depends("supplier_score_ids.month")
    @api.depends_context("company", "lang")
    def _compute_supplier_figures(self):
        """Show the latest score of the current company, in one query for all."""
        scores = self.env["repair.supplier.score"].sudo().search([  # the fields say who may see them
            ("partner_id", "in", self.commercial_partner_id.ids), ("company_id", "=", self.env.company.id)], order="month desc")
        latest = {}
        for score in scores:
            latest.setdefault(score.partner_id.id, score)
        for partner in self:
            score = latest.get(partner.commercial_partner_id.id, scores.browse())
            partner.supplier_score_id = score
            partner.supplier_scored_on = score.computed_on
            partner.supplier_rejected_percent = score.rejected_percent
            for name in ("quality", "delivery", "price"):
                partner[f"supplier_{name}"] = score[name]
                partner[f"supplier_has_{name}"] = score[f"has_{name}"]
                partner[f"supplier_{name}_text"] = score[f"{name}_text"]

    @api.model
    def _get_supplier_closed_fields(self):
        return super()._get_supplier_closed_fields() | SCORE_FIELDS

    @api.model
    def _cron_renew_supplier_scores(self):
        """Renew the scores of all suppliers of spare parts, company by company, in batches with a fixed number of queries."""
        for company in self.env["res.company"].search([]):  # pylint: disable=no-search-all  # they are few
            partners = self.with_company(company)
            waiting = partners._get_suppliers_to_score()
            left = len(waiting)
            for ids in split_every(BATCH, waiting.ids):
                batch = partners.browse(ids)
                batch._renew_supplier_scores()
                left -= len(batch)
                if not self.env["ir.cron"]._commit_progress(len(batch), remaining=left):
                    return

    @api.model
    def _get_suppliers_to_score(self):
        """Return the suppliers with orders of spare parts in the period, and those who had a score, that were not scored today."""
        company = self.env.company
        start, stop = self._get_score_period()
        lines = self.env["purchase.order.line"]._read_group(
            self._get_ordered_domain() & Domain("order_id.date_approve", ">=", start), ["partner_id.commercial_partner_id"])
        returns = self.env["stock.move.line"]._read_group(self._get_received_domain("all", start, stop), [BY_LINE])
        scored = self.search([("supplier_grade", "!=", False)])
        done = self.env["repair.supplier.score"]._read_group(
            [("company_id", "=", company.id), ("period_stop", "=", stop), ("computed_on", ">=", stop)], ["partner_id"])
        wanted = self.browse({partner.id for (partner,) in [*lines, *returns] if partner}) | scored
        return wanted - self.browse(partner.id for (partner,) in done)

    @api.model
    def _get_score_period(self, today=None):
        """Return the start and end, in UTC, of the days that count on ``today``: whole days of the company, today excluded."""
        zone = pytz.timezone(self._get_score_zone())
        stop = zone.localize(datetime.combine(today or self._get_score_today(), time.min)).astimezone(pytz.utc).replace(tzinfo=None)
        return stop - timedelta(days=self.env.company.repair_supplier_days), stop

    @api.model
    def _get_score_zone(self):
        return self.env.company.sudo().partner_id.tz or self.env.user.tz or "UTC"  # also for who reads no contacts

    @api.model
    def _get_score_today(self):
        return fields.Datetime.context_timestamp(self.with_context(tz=self._get_score_zone()), fields.Datetime.now()).date()

    def _renew_supplier_scores(self, today=None):
        """Work out and store the figures of these suppliers in the current company; the month's row is replaced.

        :param today: the day to look back from, when it is not the present one
        """
        company = self.env.company
        today = today or self._get_score_today()
        start, stop = self._get_score_period(today)
        minimum = company.repair_supplier_minimum_lines
        received = self._get_supplier_quality(start, stop)
        failed = self._get_early_failures(start, stop)
        due, on_time = self._get_due_lines(start, stop)
        compared = self._get_compared_lines(start, stop)
        opinions = self.env["repair.part.opinion"]._get_supplier_scores(self, start, stop)
        values = {}
        for partner in self:
            stock = received.get(partner, Received())
            units_failed = sum(units for _line, units in failed.get(partner, ()))
            lines_due, lines_on_time = len(due.get(partner, ())), len(on_time.get(partner, ()))
            prices = compared.get(partner, ())
            paid, best = sum(price[1] for price in prices), sum(price[2] for price in prices)
            figures = {
                "quality": engine.get_quality(stock.units, stock.rejected, units_failed, stock.lines, minimum),
                "delivery": engine.get_delivery(lines_on_time, lines_due, minimum),
                "price": engine.get_price(best, paid, len(prices), minimum),
                "opinion": engine.get_opinion(opinions.get(partner, ()), minimum),
            }
            values[partner] = partner._prepare_supplier_score(figures) | {
                "company_id": company.id, "computed_on": fields.Datetime.now(), "period_start": start, "period_stop": stop,
                "failure_days": company.repair_supplier_failure_days, "minimum_lines": minimum, "units_received": stock.units,
                "units_rejected": stock.rejected, "units_failed": units_failed, "lines_received": stock.lines, "lines_due": lines_due,
                "lines_on_time": lines_on_time, "lines_compared": len(prices), "amount_paid": paid, "amount_best": best,
                "opinion_count": len(opinions.get(partner, ())),
            }
        self._store_supplier_scores(values, today.replace(day=1))

    def _prepare_supplier_score(self, figures):
        """Return the values of the score that follow from the figures: {name: 0 to 100 or None}."""
        company = self.env.company
        score = engine.get_score(figures["quality"], figures["delivery"], figures["price"], (
            company.repair_supplier_weight_quality, company.repair_supplier_weight_delivery, company.repair_supplier_weight_price,
            company.repair_supplier_weight_opinion), figures.get("opinion"))
        score = score if score is None else round(score, 1)
        return {
            "partner_id": self.id, "score": score or 0.0,
            "grade": engine.get_grade(score, (
                company.repair_supplier_grade_a, company.repair_supplier_grade_b, company.repair_supplier_grade_c)) or False,
            **{name: figure or 0.0 for name, figure in figures.items()},
            **{f"has_{name}": figure is not None for name, figure in figures.items()},
        }

    def _store_supplier_scores(self, values, month):
        scores_sudo = self.env["repair.supplier.score"].sudo()  # nobody else may write them
        rows = scores_sudo.search([
            ("partner_id", "in", self.ids), ("company_id", "=", self.env.company.id), ("month", "=", month)]).grouped("partner_id")
        scores_sudo.create([{**vals, "month": month} for partner, vals in values.items() if partner not in rows])
        for partner, vals in values.items():
            if partner in rows:
                rows[partner].write(vals)
        self.sudo()._write_scores({partner.id: (vals["score"], vals["grade"]) for partner, vals in values.items()})  # as above

    def _write_scores(self, scores):
        """Write {partner id: (score, grade)} in the current company.

        Past the overrides of contacts, which search users and children for each: neither follows from a score.
        """
        for partner in self:
            score, grade = scores[partner.id]
            if (partner.supplier_score, partner.supplier_grade) != (score, grade):
                models.BaseModel.write(partner, {"supplier_score": score, "supplier_grade": grade})

    @api.model
    def _get_received_domain(self, kind, start, stop):
        """Return the domain of the stock moves' lines with spare parts of purchase orders: "received", "returned" or "all".

        Returned is what nobody refused at the incoming inspection.
        """
        received = Domain("location_id.usage", "=", "supplier")
        returned = Domain("location_dest_id.usage", "=", "supplier") & Domain("location_id.inspection_zone", "!=", "rejected")
        return (
            Domain("state", "=", "done") & Domain("company_id", "=", self.env.company.id)
            & Domain("date", ">=", start) & Domain("date", "<", stop)
            & Domain("product_id.is_spare_part", "=", True) & Domain("move_id.purchase_line_id", "!=", False)
            & {"received": received, "returned": returned, "all": received | returned}[kind])

    def _get_supplier_quality(self, start, stop):
        """Return {supplier: Received}, what was received and what was refused between two moments, in the current company.

        The one place that says what counts as refused: units rejected at the incoming inspection, and units sent back otherwise; what
        goes back from the rejected zone was counted when it was rejected.
        """
        own = Domain("move_id.purchase_line_id.partner_id.commercial_partner_id", "in", self.ids)
        lines = self.env["stock.move.line"]
        received = lines._read_group(
            self._get_received_domain("received", start, stop) & own, [BY_LINE], ["quantity_product_uom:sum", "move_id:count_distinct"])
        rejected = Counter(dict(lines._read_group(
            self._get_received_domain("returned", start, stop) & own, [BY_LINE], ["quantity_product_uom:sum"])))
        for partner, (_units, units, _lots, _lots_rejected) in self._get_inspected(start, stop).items():
            rejected[partner] += units
        result = {partner: Received(units, rejected.pop(partner, 0.0), count) for partner, units, count in received}
        return result | {partner: Received(rejected=units) for partner, units in rejected.items()}

    def _get_inspected(self, start, stop):
        """What incoming inspection found between two moments in the current company, as ``_get_incoming_results`` tells it."""
        return self.env["repair.inspection"]._get_incoming_results(self, start, stop, self.env.company)

    @api.model
    def _get_ordered_domain(self):
        return (
            Domain("company_id", "=", self.env.company.id) & Domain("order_id.state", "=", "purchase")
            & Domain("product_id.is_spare_part", "=", True) & Domain("product_uom_qty", ">", 0))

    def _get_due_lines(self, start, stop):
        """Return ({supplier: lines due}, {supplier: lines of them that came complete by the promised day})."""
        lines = self.env["purchase.order.line"].search_fetch(
            self._get_ordered_domain() & Domain("partner_id.commercial_partner_id", "in", self.ids)
            & Domain("promised_date", ">=", start) & Domain("promised_date", "<", stop), ["partner_id", "promised_date", "product_uom_qty"])
        zone = self._get_score_zone()
        groups = self.env["stock.move.line"].with_context(tz=zone)._read_group(
            [("move_id.purchase_line_id", "in", lines.ids), ("state", "=", "done"), ("location_id.usage", "=", "supplier")],
            ["move_id.purchase_line_id", "date:day"], ["quantity_product_uom:sum"])
        receipts = {}
        for line, day, units in groups:
            receipts.setdefault(line.id, []).append((day.date(), units))
        due, on_time = {}, {}
        zoned = lines.with_context(tz=zone)
        for line in zoned:
            supplier = line.partner_id.commercial_partner_id.with_env(self.env)
            due.setdefault(supplier, []).append(line.id)
            promised = fields.Datetime.context_timestamp(line, line.promised_date).date()
            if engine.is_on_time(promised, line.product_uom_qty, receipts.get(line.id, ())):
                on_time.setdefault(supplier, []).append(line.id)
        return due, on_time

    def _get_compared_lines(self, start, stop):
        """Return {supplier: [(order line id, paid, at the best current price)]}, in the company's currency.

        Only lines of parts for which at least one other vendor has a price that holds now for the quantity.
        """
        lines = self.env["purchase.order.line"].search_fetch(
            self._get_ordered_domain() & Domain("partner_id.commercial_partner_id", "in", self.ids)
            & Domain("order_id.date_approve", ">=", start) & Domain("order_id.date_approve", "<", stop)
            & Domain("price_total_cc", ">", 0), ["partner_id", "product_id", "product_uom_qty", "price_total_cc"])
        offers = lines.product_id._get_supplier_offers(self.env.company)
        result = {}
        for line in lines:
            supplier = line.partner_id.commercial_partner_id.with_env(self.env)
            prices = engine.get_best_prices(offers.get(line.product_id.id, ()), line.product_uom_qty)
            if prices.keys() - {supplier.id}:
                best = min(line.price_total_cc, min(prices.values()) * line.product_uom_qty)
                result.setdefault(supplier, []).append((line.id, line.price_total_cc, best))
        return result
