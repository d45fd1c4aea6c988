from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.repair_service.models.repair_flow import FLOW


class RepairCountBlind(models.AbstractModel):
    """What tells the books of a part: hidden from whoever counts it blind, until he has handed in (handbook 8.2.3).

    Record rules ask for ``is_blind_for_me`` = no, so every door is the same one: lists, RPC, export, groups, products' quantities.
    Stock itself goes on working for him: what moves goods runs with the token that no caller can bring along.
    """

    _name = "repair.count.blind"
    _description = "Hidden while it is counted"

    is_blind_for_me = fields.Boolean(
        "Hidden while I count it", compute="_compute_is_blind_for_me", search="_search_is_blind_for_me", compute_sudo=True)

    @api.depends_context("uid", "repair_count_inner")
    def _compute_is_blind_for_me(self):
        hidden = self.sudo().search([("id", "in", self.ids), ("is_blind_for_me", "=", True)])  # the question itself is no secret
        for record in self:
            record.is_blind_for_me = record in hidden

    @api.model
    def _search_is_blind_for_me(self, operator, value):
        if operator != "in":
            return NotImplemented
        if self.env.context.get("repair_count_inner") is FLOW:
            hidden = Domain.FALSE
        else:
            is_open = self.env["repair.stock.count.line"]._get_blind_condition()
            hidden = Domain(self._get_blind_field(), "in", SQL("(%s)", self._get_blind_query(is_open)))
        wanted = set(value)
        if wanted == {True}:
            return hidden
        return ~hidden if wanted == {False} else Domain.TRUE

    @api.model
    def _get_blind_field(self):
        return "id"

    @api.model
    def _get_blind_query(self, is_open):
        """Return the query of the ids that are hidden; ``is_open`` tells the lines of the counts that the user takes part in."""
        raise NotImplementedError


class RepairStockCountLine(models.Model):
    _inherit = "repair.stock.count.line"

    @api.model
    def _get_blind_condition(self):
        """Return which lines (``line``) hide the books from the user: the open ones of every blind count that he takes part in.

        Whoever may yet be the second person has to be as blind as the first; and the first may not tell what he reads afterwards.
        """
        self.flush_model(["user_id", "count_id", "state", "product_id", "location_id", "is_blind"])
        self.env["repair.stock.count"].flush_model(["user_ids"])
        is_open = SQL("is_blind AND state IN ('to_count', 'counted')")
        return SQL(
            """line.id IN (
                SELECT id FROM repair_stock_count_line WHERE user_id = %(user)s AND %(open)s
                 UNION
                SELECT shared.id FROM repair_stock_count_line shared
                  JOIN repair_stock_count_user_rel rel ON rel.count_id = shared.count_id AND rel.user_id = %(user)s
                 WHERE %(open)s)""", user=self.env.uid, open=is_open)


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _filter_counted_blind(self):
        """Return those whose books are hidden from the user; whatever tells him figures that were read with more rights leaves them out."""
        if not self.ids:
            return self.browse()
        is_open = self.env["repair.stock.count.line"]._get_blind_condition()
        rows = self.env.execute_query(SQL(
            "SELECT DISTINCT line.product_id FROM repair_stock_count_line line WHERE line.product_id IN %s AND %s",
            tuple(self.ids), is_open))
        hidden = {product_id for product_id, in rows}
        return self.filtered(lambda product: product._origin.id in hidden)


class RepairCountBlindProduct(models.AbstractModel):
    """What tells the books of a part as a whole."""

    _name = "repair.count.blind.product"
    _inherit = ["repair.count.blind"]
    _description = "Hidden with its part while it is counted"

    @api.model
    def _get_blind_field(self):
        return "product_id"

    @api.model
    def _get_blind_query(self, is_open):
        return SQL("SELECT line.product_id FROM repair_stock_count_line line WHERE %s", is_open)


class StockQuant(models.Model):
    """The place itself, and those beyond the company whose balance mirrors it."""

    _name = "stock.quant"
    _inherit = ["stock.quant", "repair.count.blind"]

    @api.model
    def _get_blind_query(self, is_open):
        self.flush_model(["product_id", "location_id"])
        return SQL(
            """SELECT quant.id FROM repair_stock_count_line line
                 JOIN stock_quant quant ON quant.product_id = line.product_id
                 JOIN stock_location location ON location.id = quant.location_id
                WHERE %s AND (quant.location_id = line.location_id OR location.usage NOT IN ('internal', 'transit'))""", is_open)


class StockMove(models.Model):
    """Past moves of what is counted would add up to the books; what moves since the walk began is seen as ever."""

    _name = "stock.move"
    _inherit = ["stock.move", "repair.count.blind"]

    @api.model
    def _get_blind_query(self, is_open):
        self.flush_model(["product_id", "state", "date"])
        return SQL(
            """SELECT move.id FROM repair_stock_count_line line
                 JOIN stock_move move ON move.product_id = line.product_id AND move.state = 'done' AND move.date < line.create_date
                WHERE %s""", is_open)

    @api.depends_context("uid")
    def _compute_forecast_information(self):
        """Core reads stock with more rights; whoever counts blind is told whether there is enough, not how much."""
        super()._compute_forecast_information()
        for move in self._filter_counted_blind():
            move.forecast_availability = move._get_blind_figure(move.forecast_availability)

    @api.depends_context("uid")
    def _compute_qty_on_hand_here(self):
        super()._compute_qty_on_hand_here()
        for move in self._filter_counted_blind():
            move.qty_on_hand_here = move._get_blind_figure(move.qty_on_hand_here)

    def _filter_counted_blind(self):
        hidden = self.product_id._filter_counted_blind()
        return self.filtered(lambda move: move.product_id in hidden)

    def _get_blind_figure(self, figure):
        """Return what the move asks for when there is as much, else 0, or -1 for less than nothing."""
        asked = self.product_qty
        if self.product_uom.compare(figure, asked) >= 0:
            return asked
        return 0.0 if self.product_uom.compare(figure, 0.0) >= 0 else -1.0

    def _action_done(self, cancel_backorder=False):
        moves = self.with_context(repair_count_inner=FLOW)
        return super(StockMove, moves)._action_done(cancel_backorder=cancel_backorder).with_env(self.env)

    def _action_assign(self, force_qty=False):
        return super(StockMove, self.with_context(repair_count_inner=FLOW))._action_assign(force_qty=force_qty)

    def _action_confirm(self, merge=True, merge_into=False, create_proc=True):
        moves = self.with_context(repair_count_inner=FLOW)
        confirmed = super(StockMove, moves)._action_confirm(merge=merge, merge_into=merge_into, create_proc=create_proc)
        return confirmed.with_env(self.env)

    def _do_unreserve(self):
        return super(StockMove, self.with_context(repair_count_inner=FLOW))._do_unreserve()

    def _set_value(self, correction_quantity=None):
        return super(StockMove, self.with_context(repair_count_inner=FLOW))._set_value(correction_quantity=correction_quantity)


class StockMoveLine(models.Model):
    _name = "stock.move.line"
    _inherit = ["stock.move.line", "repair.count.blind"]

    @api.model
    def _get_blind_query(self, is_open):
        self.flush_model(["product_id", "state", "date", "location_id", "location_dest_id"])
        return SQL(
            """SELECT moved.id FROM repair_stock_count_line line
                 JOIN stock_move_line moved ON moved.product_id = line.product_id AND moved.state = 'done' AND moved.date < line.create_date
                  AND line.location_id IN (moved.location_id, moved.location_dest_id)
                WHERE %s""", is_open)


class ReportStockQuantity(models.Model):
    _name = "report.stock.quantity"
    _inherit = ["report.stock.quantity", "repair.count.blind.product"]


class RepairPartReceipt(models.Model):
    _name = "repair.part.receipt"
    _inherit = ["repair.part.receipt", "repair.count.blind.product"]


class RepairPartClassificationLine(models.Model):
    _name = "repair.part.classification.line"
    _inherit = ["repair.part.classification.line", "repair.count.blind.product"]


class StockWarehouseOrderpoint(models.Model):
    """What a rule wants to order tells what is there."""

    _name = "stock.warehouse.orderpoint"
    _inherit = ["stock.warehouse.orderpoint", "repair.count.blind.product"]
