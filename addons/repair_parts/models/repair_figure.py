import pytz

from odoo import api, fields, models

from odoo.addons.repair_service.models.repair_figure import Figure


class RepairFigure(models.AbstractModel):
    _inherit = "repair.figure"

    @api.model
    def _get_figures(self):
        """Add how right the books of stock are (handbook 8.2.3)."""
        return super()._get_figures() | {
            "stock_accuracy": Figure(self.env._("Stock accuracy"), "percent", True, "repair.stock.count.line"),
            "part_delivery_on_time": Figure(self.env._("Parts delivered on time"), "percent", True, "sale.order")}

    @api.model
    def _get_definitions(self):
        """Add the words on stock accuracy."""
        return super()._get_definitions() | {
            "stock_accuracy": self.env._(
                "Counted positions whose quantity agreed with the books within the tolerance of their class, divided by all counted in the"
                " period. Overs and shorts never make up for each other."),
            "part_delivery_on_time": self.env._(
                "Orders of parts that were whole with the customer by the day first promised, divided by all promised for the period. A day"
                " told later makes no late order timely.")}

    def _rows_stock_accuracy(self, company, start, stop):
        return self.env["repair.stock.count.line"]._get_accuracy_rows(company, start, stop)

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
