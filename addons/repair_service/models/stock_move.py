from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools.sql import column_exists, create_column

from .repair_flow import FLOW
from .repair_service_line import OPEN_STAGES, PAYERS

# What the customer has approved; another part for him is another line.
SEALED_FIELDS = {"product_id", "product_uom", "repair_line_type", "repair_id"}
# The warehouse's own doings: those who only work on the order leave them to its steps.
WAREHOUSE_FIELDS = {
    "state", "quantity", "picked", "move_line_ids", "lot_ids", "sale_line_id", "price_unit", "value", "value_manual", "picking_id",
    "move_orig_ids", "move_dest_ids", "origin_returned_move_id", "location_id", "location_dest_id", "company_id"}
WORKED_OUT_FIELDS = {"approved_subtotal", "approved_quantity", "approved_price_unit", "repair_price_subtotal", "fitted_before_id"}
OWN_DEFAULTS = {"state", "location_id", "location_dest_id", "company_id"}
CHARGE_FIELDS = {"product_id", "product_uom_qty", "product_uom", "repair_line_type", "repair_id", "repair_price_unit", "payer"}


class StockMove(models.Model):
    _inherit = "stock.move"

    # Where sale_stock is installed it puts the sale line's words first, and who only works on orders may not read those.
    description_picking = fields.Text(compute_sudo=True)
    payer = fields.Selection(
        PAYERS, compute="_compute_payer", store=True, readonly=False,
        help="Who pays this part: proposed from the warranty verdict for the part's component (handbook 6.2).")
    fitted_before_id = fields.Many2one(
        "repair.order", "Fitted before by", compute="_compute_fitted_before_id", store=True, index="btree_not_null",
        help="The earlier repair that fitted this part and still stands for it: it is renewed free of charge (handbook 2.3).")
    repair_price_unit = fields.Float(
        "Sale price", compute="_compute_repair_price_unit", store=True, readonly=False, digits="Product Price",
        help="Unit price on the service order, from the price list. The cost of the part is the move's value.")
    repair_price_subtotal = fields.Monetary(
        "Untaxed", compute="_compute_repair_price_subtotal", store=True, currency_field="company_currency_id")
    approved_subtotal = fields.Monetary(
        readonly=True, copy=False, currency_field="company_currency_id", help="Untaxed amount that the customer has approved.")

    approved_quantity = fields.Float(readonly=True, copy=False, digits="Product Unit")
    approved_price_unit = fields.Float(readonly=True, copy=False, digits="Product Price")

    _repair_price_not_negative = models.Constraint(
        "CHECK (repair_price_unit IS NULL OR (repair_price_unit >= 0 AND repair_price_unit <= 100000000))",
        "The sale price of a part cannot be negative, nor above 100,000,000.")

    def _auto_init(self):
        # A warehouse has millions of moves and only the parts of service orders bear these fields: nothing to compute.
        for name, column_type in (
            ("payer", "varchar"), ("fitted_before_id", "int4"), ("repair_price_unit", "numeric"),
            ("repair_price_subtotal", "numeric"), ("approved_subtotal", "numeric"),
            ("approved_quantity", "numeric"), ("approved_price_unit", "numeric"),
        ):
            if not column_exists(self.env.cr, self._table, name):
                create_column(self.env.cr, self._table, name, column_type)
        return super()._auto_init()

    @api.depends("repair_id.coverage_facts", "repair_id.exclusion", "product_id", "repair_line_type")
    def _compute_fitted_before_id(self):
        parts = self.filtered(lambda move: move._is_service_part())
        (self - parts).fitted_before_id = False
        fitted = parts.repair_id._get_fitted_parts() if parts else {}
        for move in parts:
            move.fitted_before_id = fitted[move.repair_id].get(move.product_id._origin.id, False)

    @api.depends("repair_id.coverage", "repair_id.coverage_facts", "fitted_before_id", "product_id", "repair_line_type")
    def _compute_payer(self):
        for move in self:
            if not move._is_service_part():
                move.payer = False
            elif not (move.repair_id.coverage_frozen_on and move.payer):
                move.payer = move._get_due_payer()

    def _get_due_payer(self):
        """Return who pays for the part by the warranty: the verdict, and the company for a part that it fitted lately."""
        self.ensure_one()
        payer = self.repair_id._get_payer(self._get_warranty_component()) or "customer"
        decided = self.repair_id.override_payer
        return "company" if payer == "customer" and self.fitted_before_id and not decided else payer

    @api.depends("product_id", "repair_id.appliance_id", "repair_line_type")
    def _compute_repair_price_unit(self):
        parts = self.filtered(lambda move: move._is_service_part())
        (self - parts).repair_price_unit = 0.0
        for (order, quantity, uom), moves in parts.grouped(
                lambda move: (move.repair_id, move.product_uom_qty, move.product_uom)).items():
            prices = order._get_list_prices(moves.product_id, quantity, uom)
            for move in moves:
                move.repair_price_unit = prices.get(move.product_id.id, 0.0)

    @api.depends("repair_price_unit", "product_uom_qty", "repair_line_type", "repair_id.appliance_id")
    def _compute_repair_price_subtotal(self):
        for move in self:
            move.repair_price_subtotal = move._is_service_part() and move.repair_id._get_untaxed_amount(
                move.product_id, move.repair_id._get_charge_taxes(move.product_id), move.product_uom_qty, move.repair_price_unit)

    @api.constrains("product_uom_qty", "repair_id", "repair_line_type")
    def _check_service_part_quantity(self):
        for move in self.filtered("repair_line_type"):
            if move.repair_id.appliance_id and move.state != "cancel" and move.product_uom.compare(move.product_uom_qty, 0) <= 0:
                raise ValidationError(self.env._("The quantity of %(part)s must be more than zero.", part=move.product_id.display_name))

    @api.constrains("location_id", "repair_id", "repair_line_type")
    def _check_part_source(self):
        """A part that does not come from stock would be available always."""
        for move in self:
            if move._is_service_part() and move.location_id.usage not in ("internal", "transit"):
                raise ValidationError(self.env._(
                    "%(part)s has to come from a stock location.", part=move.product_id.display_name))

    @api.model_create_multi
    def create(self, vals_list):
        """Add parts to service orders that are still open only."""
        inner = self._is_inner_call()
        if not inner:
            for vals in vals_list:
                for name in WORKED_OUT_FIELDS:
                    vals.pop(name, None)
        creator = self._without_forged_defaults(vals_list).with_context(repair_inner=FLOW)
        if not inner and self._is_for_service_orders(vals_list) and not self._is_warehouse_user():
            creator = creator._elevate_creation(vals_list)
        moves = super(StockMove, creator).create(vals_list).with_env(self.env)
        if not inner:
            moves.check_access("create")
            moves._check_new_parts(vals_list)
            moves._check_service_order_open()
            moves._withdraw_sent_quotation()
        return moves

    def write(self, vals):
        """Parts of a settled service order stay as they are; the approval belongs to the flow."""
        if not self._is_inner_call():
            if WORKED_OUT_FIELDS & vals.keys():
                raise UserError(self.env._("Approval and order of a line are set by the service flow only."))
            self._check_part_changes(vals)
            if CHARGE_FIELDS & vals.keys():
                self._check_service_order_open()
                self._withdraw_sent_quotation()
            if self and not self._is_warehouse_user() and self._is_all_service():
                self.check_access("write")
                self._check_part_values(vals)
                elevated = self.sudo().with_context(repair_inner=FLOW)  # as on creation: what is reserved follows the quantity
                return super(StockMove, elevated).write(vals)  # never a state
        result = super(StockMove, self.with_context(repair_inner=FLOW)).write(vals)
        if vals.get("state") == "cancel":
            self.filtered("repair_line_type").repair_id.sudo()._refresh_amounts()  # whoever cancels, the amounts follow
        return result

    def unlink(self):
        """Take parts off their orders; what was reserved for them is free again."""
        if self._is_warehouse_user() or not self._is_all_service():
            return super().unlink()
        self.check_access("unlink")
        self._check_service_order_open()
        return super(StockMove, self.sudo()).unlink()  # as on creation

    @api.model
    def _is_for_service_orders(self, vals_list):
        ids = [vals.get("repair_id") for vals in vals_list]
        return bool(ids) and all(ids) and all(order.appliance_id for order in self.env["repair.order"].browse(ids))

    @api.model
    def _elevate_creation(self, vals_list):
        """Check the values and return ``self`` with the rights to reserve what is added to an order under way."""
        self.check_access("create")
        for vals in vals_list:
            self._check_part_values(vals)
        context = {
            key: value for key, value in self.env.context.items()
            if not key.startswith("default_") or key == "default_repair_line_type"}
        return self.with_env(self.env(context=context)).sudo()  # desk and technician have no stock rights; what is added is theirs

    def _is_all_service(self):
        return all(move.repair_line_type and move.repair_id.appliance_id for move in self)

    @api.model
    def _is_inner_call(self):
        """Whether core calls from inside a change that was checked already, or the flow does."""
        return FLOW in (self.env.context.get("repair_flow"), self.env.context.get("repair_inner"))

    @api.model
    def _without_forged_defaults(self, vals_list):
        """Return ``self`` without the context's defaults of what only flow and warehouse set on parts of orders."""
        forged = {f"default_{name}" for name in WAREHOUSE_FIELDS | WORKED_OUT_FIELDS}
        on_orders = "default_repair_id" in self.env.context or any(vals.get("repair_id") for vals in vals_list)
        if self._is_inner_call() or not on_orders or not forged & self.env.context.keys():
            return self
        return self.with_env(self.env(context={key: value for key, value in self.env.context.items() if key not in forged}))

    def _check_new_parts(self, vals_list):
        # Core may merge what was added, so moves and values do not pair up.
        parts = self.filtered(lambda move: move.repair_line_type and move.repair_id.appliance_id)
        if not parts:
            return
        for vals in vals_list:
            self.env["repair.input"]._check_values(self, vals)
        if any(vals.get("payer") for vals in vals_list):
            for move in parts:
                move.repair_id._check_payer(move, move.payer)
        if self._is_warehouse_user():
            return
        taken = any(vals.get(name) for vals in vals_list for name in WAREHOUSE_FIELDS - OWN_DEFAULTS)
        misplaced = any(
            (move.location_id, move.location_dest_id) != move._get_repair_locations(move.repair_line_type) for move in parts)
        if taken or misplaced or any(vals.get("state") not in (None, False, "draft") for vals in vals_list):
            self._refuse_warehouse_fields()

    @api.model
    def _refuse_warehouse_fields(self):
        raise AccessError(self.env._(
            "Where a part comes from and what is taken is the warehouse's: add the part, its quantity and price only."))

    def _check_part_changes(self, vals):
        parts = self.filtered(lambda move: move.repair_line_type and move.repair_id.appliance_id)
        target = self.env["repair.order"].browse(vals.get("repair_id") or [])
        if "repair_id" in vals and self and target != self.repair_id and (parts or target.appliance_id):
            raise UserError(self.env._("Approval and order of a line are set by the service flow only."))
        if not parts:
            return
        self.env["repair.input"]._check_values(self, vals)
        if WAREHOUSE_FIELDS & vals.keys() and not self._is_warehouse_user():
            self._refuse_warehouse_fields()
        if SEALED_FIELDS & vals.keys() and any(move.sale_line_id for move in parts):
            raise UserError(self.env._("The customer approved this part: take it off the order and add another one instead."))
        if "payer" in vals:
            for move in parts:
                move.repair_id._check_payer(move, vals["payer"])

    @api.model
    def _check_part_values(self, vals):
        """Check what goes on with the system's rights: plain values of fields that the user may write, nothing nested."""
        for name in vals.keys() & self._fields.keys():
            self._check_field_access(self._fields[name], "write")
            if vals[name] and (self._fields[name].type in ("one2many", "many2many") or name in WAREHOUSE_FIELDS - OWN_DEFAULTS):
                self._refuse_warehouse_fields()

    @api.model
    def _is_warehouse_user(self):
        return self.env.su or self.env.user.has_group("stock.group_stock_user")

    @api.ondelete(at_uninstall=False)
    def _unlink_only_of_open_orders(self):
        self._check_service_order_open()
        self._withdraw_sent_quotation()

    def _check_service_order_open(self):
        if self.env.context.get("repair_flow") is FLOW:
            return
        for order in self.filtered("repair_line_type").repair_id.filtered("appliance_id"):
            if order.service_stage not in OPEN_STAGES or order.quotation_state == "refused":
                raise UserError(self.env._("%(order)s is settled: its parts cannot be changed any more.", order=order.name))

    def _withdraw_sent_quotation(self):
        if self.env.context.get("repair_flow") is not FLOW:
            self.filtered("repair_line_type").repair_id.filtered("appliance_id")._withdraw_sent_quotation()

    def _action_assign(self, force_qty=False):
        result = super()._action_assign(force_qty=force_qty)
        self._track_parts_wait()
        return result

    def _do_unreserve(self):
        result = super()._do_unreserve()
        self._track_parts_wait()
        return result

    def _action_cancel(self):
        result = super()._action_cancel()
        self._track_parts_wait()
        return result

    def _track_parts_wait(self):
        """Let the clocks of the service orders know that a part came, or went missing again."""
        parts = self.filtered(lambda move: move.repair_id.appliance_id)
        if parts:
            parts.repair_id.sudo()._track_parts_wait()  # whoever moves the goods, the clock follows

    def _is_missing_part(self):
        """Whether the move is a part that its repair may fit, as approved, but that is not reserved."""
        self.ensure_one()
        return (
            self.repair_line_type == "add" and self.state in ("waiting", "confirmed", "partially_available")
            and (self.payer != "customer" or bool(self.sale_line_id)))

    def _is_service_part(self):
        """Whether the move is a part fitted on a service order: bound to an order with an appliance, of type add."""
        self.ensure_one()
        return bool(self.repair_id.appliance_id) and self.repair_line_type == "add"

    def _get_warranty_component(self):
        """Return the component whose warranty term decides who pays this part: ``whole`` or ``main``."""
        return "whole"

    def _flow_line(self):
        return self.with_context(repair_flow=FLOW)

    def _get_charge_subtotal(self):
        """Untaxed price of the part, whoever pays it."""
        self.ensure_one()
        return self.repair_price_subtotal

    def _get_charge_quantity(self):
        self.ensure_one()
        return self.product_uom_qty

    def _get_charge_price(self):
        self.ensure_one()
        return self.repair_price_unit

    def _drop_unapproved(self):
        """Take the part back to what the customer approved, or off the order when that was nothing."""
        self.ensure_one()
        if not self.approved_quantity:
            self.sudo()._action_cancel()  # the technician has no stock rights; the move is this order's own part
            return
        self.sudo()._flow_line().write({  # as above
            "product_uom_qty": self.approved_quantity, "repair_price_unit": self.approved_price_unit})

    def _get_cost(self):
        """Return what the part costs the company: its value when it left stock, nothing before."""
        self.ensure_one()
        return self.sudo().value if self.state == "done" else 0.0  # costs are closed to technicians

    def _prepare_charge_base_line(self):
        """Return the part as Odoo's tax computation wants it."""
        self.ensure_one()
        order = self.repair_id
        return self.env["account.tax"]._prepare_base_line_for_taxes_computation(
            self, tax_ids=order._get_charge_taxes(self.product_id), price_unit=self.repair_price_unit,
            quantity=self.product_uom_qty, partner_id=order.partner_id, currency_id=order.currency_id, product_id=self.product_id)

    def _push_to_sale_line(self):
        """Give the part's sale order line the approved quantity and the customer's price; zero when somebody else pays."""
        self.ensure_one()
        self.sale_line_id._write_changed(self._prepare_sale_values())

    def _prepare_sale_line(self):
        return {**self._prepare_sale_values(), "move_ids": [fields.Command.link(self.id)]}

    def _prepare_sale_values(self):
        self.ensure_one()
        return {
            "product_uom_id": self.product_uom.id,
            "product_uom_qty": self.product_uom_qty,
            "price_unit": self.repair_price_unit if self.payer == "customer" else 0.0,
            "discount": 0.0,
            "tax_ids": [fields.Command.set(self.repair_id._get_charge_taxes(self.product_id).ids)],
        }

    def _is_sold_as_approved(self):
        """Whether the part stands on the sale order since the approval, at the quantity and price of then."""
        self.ensure_one()
        return (
            bool(self.sale_line_id) and self.payer == "customer"
            and (self.approved_quantity, self.approved_price_unit) == (self.product_uom_qty, self.repair_price_unit))

    def _create_repair_sale_order_line(self):
        """Core sells a part the moment it is added; a part of a service order is sold once the customer has approved it."""
        in_flow = self.env.su and self.env.context.get("repair_flow") is FLOW  # who works on the order does not sell
        to_sell = self.filtered(lambda move: not move.repair_id.appliance_id or (in_flow and move.state != "cancel"))
        return super(StockMove, to_sell)._create_repair_sale_order_line()

    def _update_repair_sale_order_line(self):
        if self.env.context.get("repair_flow") is FLOW:
            return super()._update_repair_sale_order_line()
        return super(StockMove, self.filtered(lambda move: not move.repair_id.appliance_id))._update_repair_sale_order_line()

    def _clean_repair_sale_order_line(self):
        return super(StockMove, self.sudo())._clean_repair_sale_order_line()  # the technician takes his own part off the sale
