from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.repair_service.models.repair_flow import FLOW

OLD_PART_READERS = (
    "repair_parts.repair_parts_group_keeper,repair_service.repair_service_group_technician,stock.group_stock_manager,"
    "account.group_account_invoice,account.group_account_readonly")
CHOICES = [("leaves", "Leaves them to us"), ("keeps", "Keeps them")]


class RepairOrder(models.Model):
    """The replaced parts of an order: the customer says whether he keeps his own (handbook 3.2)."""

    _inherit = "repair.order"

    old_part_choice = fields.Selection(
        CHOICES, "Old parts", default="leaves", tracking=True, copy=False,
        help="Parts that the customer pays are his: he keeps the old ones, or leaves them to us to dispose of. "
        "Parts that a brand pays are the brand's.")
    old_part_ids = fields.One2many("repair.core.return", "repair_id", "Replaced parts", readonly=True, groups=OLD_PART_READERS)
    has_old_part_choice = fields.Boolean(compute="_compute_has_old_part_choice", compute_sudo=True)

    @api.depends("old_part_ids.kind", "old_part_ids.state")
    def _compute_has_old_part_choice(self):
        for order in self:
            order.has_old_part_choice = any(core.kind != "brand" and core.move_id.payer == "customer" for core in order.old_part_ids)

    def write(self, vals):
        """Write; what became of the old parts stays once the customer has accepted.

        :raises UserError: another choice after the acceptance
        """
        if "old_part_choice" in vals and self.env.context.get("repair_flow") is not FLOW:
            for order in self:
                if order.accepted_on and vals["old_part_choice"] != order.old_part_choice:
                    raise UserError(self.env._(
                        "The customer has accepted %(order)s: what he said of the old parts stays.", order=order.name))
        return super().write(vals)

    def _get_old_part_texts(self):
        """Return what becomes of each replaced part, in words for the customer's papers."""
        self.ensure_one()
        texts = []
        for core_sudo in self.sudo().old_part_ids:  # the customer is told about his own order, whoever prints
            name = core_sudo.product_id.with_env(self.env).sudo().display_name  # as above
            if core_sudo.kind == "brand":
                texts.append(self.env._("%(part)s: goes back to %(brand)s, who paid the new one", part=name, brand=core_sudo.brand_id.name))
            elif core_sudo.kind == "customer":
                texts.append(self.env._("%(part)s: kept by the customer", part=name))
            else:
                texts.append(self.env._("%(part)s: left to us, disposed of as the rules ask", part=name))
        return texts

    def action_accept(self, accepted_by=None, signature=None):
        """Record the acceptance; old parts that the customer keeps stay with him."""
        result = super().action_accept(accepted_by=accepted_by, signature=signature)
        if self.old_part_choice == "keeps":
            cores_sudo = self.sudo().old_part_ids  # the choice is the order's, whoever records the acceptance
            cores_sudo.filtered(
                lambda core: core.kind != "brand" and core.move_id.payer == "customer" and core.state in ("technician", "depot"))._keep()
        return result


class StockMove(models.Model):
    _inherit = "stock.move"

    # At most one; a list so that those of many moves are read at once.
    core_return_ids = fields.One2many("repair.core.return", "move_id", "Old part", readonly=True, groups=OLD_PART_READERS)

    def _action_done(self, cancel_backorder=False):
        moves = super()._action_done(cancel_backorder=cancel_backorder)
        replaced = moves.filtered(lambda move: move.state == "done" and move._is_service_part())
        if replaced:
            self.env["repair.core.return"].sudo()._create_for(replaced.sudo())  # whoever ends the repair, the old parts follow
        return moves

    def _get_old_part_facts(self):
        """Return (kind, rule, days until it has to be gone) of the part that this one replaced; ``None`` when nobody asks for it.

        Spare parts that a brand pays and wants back, main parts, and parts that are a kind of waste are followed.
        """
        self.ensure_one()
        product, order, company = self.product_id, self.repair_id, self.company_id
        rules = self.env["repair.core.rule"]
        if self.payer == "brand":
            brand = order.appliance_id.brand_id
            rule = rules._find(brand, company, product, order.appliance_category_id)
            if rule:
                return "brand", rule, rule.days
            if brand.sudo().claim_needs_old_part and product.is_spare_part:  # what brands agreed is not the technician's to read
                return "brand", rules, company.repair_waste_days
        if not (product.is_main_part or product.waste_kind_id):
            return None
        return "disposal", rules, product.waste_kind_id.keep_days or company.repair_waste_days

    def _get_old_part_gap(self):
        """Return what the brand still wants of the replaced part before its line is claimed, in words (handbook 6.2)."""
        self.ensure_one()
        core_sudo = self.sudo().core_return_ids  # whoever claims
        order = self.repair_id
        if not core_sudo:
            wanted = self.env["repair.core.rule"]._find(
                order.appliance_id.brand_id, self.company_id, self.product_id, order.appliance_category_id)
            return self.env._("old part (nothing on record)") if wanted else super()._get_old_part_gap()
        if core_sudo.kind != "brand":
            return self.env._("old part (not kept for the brand)")
        needs = core_sudo.rule_id.claim_needs or "sent"
        enough = {"depot": ("depot", "sent", "accepted"), "sent": ("sent", "accepted"), "accepted": ("accepted",)}[needs]
        if core_sudo.state in enough:
            return super()._get_old_part_gap()
        state = dict(core_sudo._fields["state"]._description_selection(self.env))[core_sudo.state]
        return self.env._("old part %(label)s (%(state)s)", label=core_sudo.name, state=state.lower())

    def _get_old_part_note(self):
        """Return what the brand finds the replaced part by: label, serial number, tracking number."""
        core_sudo = self.sudo().core_return_ids  # whoever claims
        return " · ".join(filter(None, (core_sudo.name, core_sudo.serial_number, core_sudo.batch_id.tracking_ref)))


class RepairAcceptance(models.TransientModel):
    _inherit = "repair.acceptance"

    old_part_choice = fields.Selection(
        CHOICES, "Old parts", compute="_compute_old_part_choice", store=True, readonly=False,
        help="Ask the customer: parts that he pays are his.")
    has_old_part_choice = fields.Boolean(related="repair_id.has_old_part_choice")

    @api.depends("repair_id")
    def _compute_old_part_choice(self):
        for acceptance in self:
            acceptance.old_part_choice = acceptance.repair_id.old_part_choice or "leaves"

    def action_confirm(self):
        """Record the acceptance, and what the customer says of the old parts."""
        self.ensure_one()
        if self.has_old_part_choice and self.old_part_choice:
            self.repair_id.old_part_choice = self.old_part_choice
        return super().action_confirm()
