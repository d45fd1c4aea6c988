import pytz

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.repair_service.models.repair_figure import Figure


class RepairFigure(models.AbstractModel):
    _inherit = "repair.figure"

    @api.model
    def _get_figures(self):
        """Add how right the books of stock are, what stock serves, and how often it turns (handbook 8.2.2, 8.2.3)."""
        return super()._get_figures() | {
            "stock_accuracy": Figure(self.env._("Stock accuracy"), "percent", True, "repair.stock.count.line"),
            "fill_rate": Figure(self.env._("Fill rate of parts"), "percent", True, "stock.move"),
            "stock_turns": Figure(self.env._("Turns of stock a year"), "times", True, "product.product"),
            "part_delivery_on_time": Figure(self.env._("Parts delivered on time"), "percent", True, "sale.order")}

    @api.model
    def _get_definitions(self):
        """Add the words on stock."""
        return super()._get_definitions() | {
            "stock_accuracy": self.env._(
                "Counted positions whose quantity agreed with the books within the tolerance of their class, divided by all counted in the"
                " period. Overs and shorts never make up for each other."),
            "fill_rate": self.env._(
                "Part lines of the repairs approved in the period that stock could serve at once, divided by all their part lines. A line"
                " that was once found missing stays one, even if the part came later."),
            "stock_turns": self.env._(
                "Cost of the spare parts that went to repairs and customers in the period, reckoned up to a year, divided by the mean of"
                " the stock's value at its first and its last moment. Each part counts with its share: the sum is the figure."),
            "part_delivery_on_time": self.env._(
                "Orders of parts that were whole with the customer by the day first promised, divided by all promised for the period. A day"
                " told later makes no late order timely.")}

    def _rows_stock_accuracy(self, company, start, stop):
        return self.env["repair.stock.count.line"]._get_accuracy_rows(company, start, stop)

    def _rows_fill_rate(self, company, start, stop):
        return self.env.execute_query(SQL(
            """SELECT move.id, (move.repair_missing_on IS NULL)::int
                 FROM stock_move move
                 JOIN repair_order job ON job.id = move.repair_id
                 JOIN product_product product ON product.id = move.product_id
                 JOIN product_template template ON template.id = product.product_tmpl_id
                WHERE job.appliance_id IS NOT NULL AND job.company_id = %(company)s
                  AND job.approved_on >= %(start)s AND job.approved_on < %(stop)s
                  AND move.repair_line_type = 'add' AND move.state != 'cancel' AND template.is_storable""",
            company=company.id, start=start, stop=stop))

    def _rows_stock_turns(self, company, start, stop):
        """The figure is a mean: each of n parts counts n times its yearly cost, divided by the value of all stock."""
        rows = self.env.execute_query(SQL(
            """SELECT move.product_id,
                      SUM(CASE WHEN move.date < %(start)s THEN %(signed)s ELSE 0 END),
                      SUM(%(signed)s),
                      SUM(CASE WHEN move.date < %(start)s THEN 0 WHEN move.is_out AND target.usage IN ('customer', 'production')
                               THEN move.value WHEN move.is_in AND source.usage = 'customer' THEN - move.value ELSE 0 END)
                 FROM stock_move move
                 JOIN stock_location source ON source.id = move.location_id
                 JOIN stock_location target ON target.id = move.location_dest_id
                 JOIN product_product product ON product.id = move.product_id
                 JOIN product_template template ON template.id = product.product_tmpl_id
                WHERE move.company_id = %(company)s AND move.state = 'done' AND move.date < %(stop)s
                  AND (move.is_in OR move.is_out) AND template.is_spare_part
             GROUP BY move.product_id""",
            signed=SQL("CASE WHEN move.is_in THEN move.value ELSE - move.value END"), company=company.id, start=start, stop=stop))
        held = [(product_id, float(used or 0)) for product_id, first, last, used in rows if first or last or used]
        value = sum(float((first or 0) + (last or 0)) for _product_id, first, last, _used in rows) / 2
        if value <= 0:
            return []
        factor = len(held) * 365 * 86400 / (stop - start).total_seconds() / value
        return [(product_id, used * factor) for product_id, used in held]
    def _rows_part_delivery_on_time(self, company, start, stop):
        orders = self.env["sale.order"].sudo()  # which orders count is a fact about the company
        zone = pytz.timezone(company.sudo().repair_tz)  # as above
        days = [pytz.utc.localize(moment).astimezone(zone).date() for moment in (start, stop)]
        return orders._get_part_delivery_rows(company, *days)

    @api.model
    def _get_supplier_rows(self, company):
        """Return the suppliers with the score of their newest month, worst first."""
        scores_sudo = self.env["repair.supplier.score"].sudo().search(  # grades are put before a review, prices are not
            [("company_id", "=", company.id), ("month", ">=", fields.Date.subtract(self._get_today(company), months=3))],
            order="month desc, id desc")
        newest = {}
        for score in scores_sudo:
            newest.setdefault(score.partner_id, score)
        ranked = sorted(newest.values(), key=lambda score: (score.grade or "", score.partner_id.name or ""), reverse=True)
        return super()._get_supplier_rows(company) + [
            (score.partner_id.name, score.grade, self.env._(
                "%(month)s: quality %(quality)s, delivery %(delivery)s, score %(score)s",
                month=f"{score.month:%Y-%m}", quality=score.quality_text, delivery=score.delivery_text, score=f"{score.score:.1f}"))
            for score in ranked]
