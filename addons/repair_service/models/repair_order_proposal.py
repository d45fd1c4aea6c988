from dataclasses import dataclass

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..engine import proposal
from .repair_service_line import OPEN_STAGES

MAX_PRODUCTS = 15


@dataclass(frozen=True)
class History:
    """What past orders tell about one order: the scope compared with (``None``: too few), and the shares of codes."""

    scope: object = None
    causes: tuple = ()
    remedies: tuple = ()


class RepairOrder(models.Model):
    _inherit = "repair.order"

    fault_hint = fields.Char(
        "From past repairs", compute="_compute_fault_hint",
        help="The causes, or the remedies, found most often for this symptom in accepted repairs of the same family.")

    @api.depends("symptom_id", "cause_id", "remedy_id", "appliance_id", "service_stage")
    @api.depends_context("lang")
    def _compute_fault_hint(self):
        open_orders = self.filtered(lambda order: order._is_open_for_proposals() and not (order.cause_id and order.remedy_id))
        histories = open_orders._get_histories()
        (self - open_orders).fault_hint = False
        for order in open_orders:
            order.fault_hint = order._describe_history(histories[order])

    def _is_open_for_proposals(self):
        """Whether parts and services can still be added and past orders can be asked: a symptom is known, nothing settled."""
        self.ensure_one()
        return bool(
            self.appliance_id and self.symptom_id and self.service_stage in OPEN_STAGES and self.quotation_state != "refused")

    def _check_open_for_proposals(self):
        for order in self:
            order._check_stage(OPEN_STAGES, self.env._("Adding proposals"))
            if order.quotation_state == "refused":
                raise UserError(self.env._("%(order)s is settled: its lines cannot be changed any more.", order=order.name))
            if not order.symptom_id:
                raise UserError(self.env._("Choose the symptom of %(order)s first: past repairs are found by it.", order=order.name))

    def action_open_proposals(self):
        """Open the dialogue with what past repairs of this fault used (handbook 3.2.2, 3.2.3).

        :return: action that opens the dialogue
        :raises AccessError: for users who only read the order
        :raises UserError: without a symptom, or when the order takes no more lines
        """
        self.ensure_one()
        self.check_access("write")
        self._check_open_for_proposals()
        return self.env["repair.proposal"]._open_for(self)

    def _describe_history(self, history):
        """Put the shares of causes, or of remedies once the cause is known, into one line; ``False`` when there are none."""
        self.ensure_one()
        shares = history.remedies if self.cause_id else history.causes
        if not shares:
            return False
        names = {code.id: code.name for code in self.env["repair.fault.code"].browse(share.code for share in shares)}
        listed = ", ".join(
            self.env._("%(code)s %(percent)s%%", code=names[share.code], percent=share.percent) for share in shares)
        if self.cause_id:
            return self.env._("%(codes)s (remedies of %(count)s repairs)", codes=listed, count=shares[0].total)
        return self.env._("%(codes)s (causes of %(count)s repairs)", codes=listed, count=shares[0].total)

    def _get_histories(self):
        """Return ``{order: History}`` in a fixed number of queries, however many orders ask and were ever made.

        Looks at orders with the same symptom, of the family or of one below the same parent, that customers accepted
        in the last months (a setting of the company).
        """
        groups_by_symptom = self._get_past_groups()
        families = self._get_own_families()
        histories = {}
        for order in self:
            own, around = families[order]
            groups = [
                group for company, symptom, group in groups_by_symptom
                if (company, symptom) == (order.company_id.id, order.symptom_id.id) and group.family in around]
            brand, cause = order.brand_id.id or None, order.cause_id.id or None
            by_symptom = order._pick(groups, proposal.choose_scope(groups, brand, None, own), own)
            alike = [group for group in groups if group.cause == cause]
            by_cause = order._pick(alike, proposal.choose_scope(alike, brand, cause, own), own)
            histories[order] = History(
                scope=proposal.choose_scope(groups, brand, cause, own),
                causes=tuple(proposal.share((group.cause, group.count) for group in by_symptom)),
                remedies=tuple(proposal.share((group.remedy, group.count) for group in by_cause)) if cause else (),
            )
        return histories

    def _pick(self, groups, scope, own_families):
        """Return those of ``groups`` that ``scope`` holds."""
        self.ensure_one()
        if scope is None:
            return []
        return [
            group for group in groups
            if (not scope.same_cause or group.cause == self.cause_id.id)
            and (not scope.same_family or group.family in own_families)
            and (not scope.same_brand or group.brand == self.brand_id.id)]

    def _get_past_groups(self):
        """Return [(company id, symptom id, ``proposal.Group``)] of accepted orders that share a symptom with these."""
        past_sudo = self.env["repair.order"].sudo()  # technicians do not read others' orders: figures only, nobody's data
        groups = past_sudo._read_group(
            self._get_past_domain() & Domain("symptom_id", "in", self.symptom_id.ids),
            ["company_id", "symptom_id", "appliance_category_id", "brand_id", "cause_id", "remedy_id"], ["__count"],
            order="company_id, symptom_id, cause_id, remedy_id, appliance_category_id, brand_id")
        return [
            (company.id, symptom.id, proposal.Group(family.id, brand.id or None, cause.id or None, remedy.id or None, count))
            for company, symptom, family, brand, cause, remedy, count in groups]

    def _get_past_domain(self):
        """Return the domain of the accepted orders of these orders' companies that are young enough to compare with."""
        now = fields.Datetime.now()
        past = Domain("service_stage", "in", ("accepted", "closed")) & Domain("id", "not in", self._origin.ids)
        return past & Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("accepted_on", ">=", fields.Datetime.subtract(now, months=company.repair_proposal_months))
            for company in self.company_id)

    def _get_own_families(self):
        """Return ``{order: (own, around)}``: ids of the appliance's family and those below it, and of those below its parent."""
        families = self.appliance_category_id
        nearby = self.env["repair.appliance.category"].with_context(active_test=False).search_fetch(
            [("id", "child_of", (families | families.parent_id).ids)], ["parent_path", "parent_id"])
        below = {
            family: {category.id for category in nearby if category.parent_path.startswith(family.parent_path)}
            for family in families | families.parent_id}
        return {
            order: (below.get(order.appliance_category_id, set()),
                    below.get(order.appliance_category_id.parent_id or order.appliance_category_id, set()))
            for order in self}

    def _get_proposed_products(self, scope):
        """Return [(product, ``proposal.Proposal``)] of what the orders of ``scope`` used, those first that most of them used.

        Products that cannot be added any more are left out. A fixed number of queries, however many past orders.
        """
        self.ensure_one()
        if scope is None:
            return []
        past_sudo = self.env["repair.order"].sudo()._search(self._get_scope_domain(scope))  # as above: figures only
        uses = self._get_service_uses(past_sudo) + self._get_part_uses(past_sudo)
        ranked = proposal.rank(sorted(uses), scope.count)
        addable = self._get_addable_products(self.env["product.product"].browse(entry.product for entry in ranked))
        return [
            (product, entry) for entry in ranked
            if (product := self.env["product.product"].browse(entry.product)) in addable][:MAX_PRODUCTS]

    def _get_scope_domain(self, scope):
        own, around = self._get_own_families()[self]
        domain = self._get_past_domain() & Domain("symptom_id", "=", self.symptom_id.id)
        domain &= Domain("appliance_category_id", "in", sorted(own if scope.same_family else around))
        if scope.same_cause:
            domain &= Domain("cause_id", "=", self.cause_id.id)
        if scope.same_brand:
            domain &= Domain("brand_id", "=", self.brand_id.id)
        return domain

    def _get_service_uses(self, past_orders):
        lines_sudo = self.env["repair.service.line"].sudo()  # as above: product, order and quantity, to be counted
        groups = lines_sudo._read_group(
            [("repair_id", "in", past_orders), ("refused", "=", False)], ["product_id", "repair_id"], ["quantity:sum"])
        return [(product.id, order.id, quantity) for product, order, quantity in groups]

    def _get_part_uses(self, past_orders):
        moves_sudo = self.env["stock.move"].sudo()  # as above
        groups = moves_sudo._read_group(
            [("repair_id", "in", past_orders), ("repair_line_type", "=", "add"), ("state", "=", "done")],
            ["product_id", "repair_id"], ["product_qty:sum"])
        return [(product.id, order.id, quantity) for product, order, quantity in groups]

    def _get_addable_products(self, products):
        """Return those of ``products`` that may be put on the order by hand: still sold, of the order's company."""
        addable = products.search([
            ("id", "in", products.ids), ("company_id", "in", [False, self.company_id.id]),
            "|", ("type", "=", "consu"), "&", ("type", "=", "service"), ("repair_service_kind", "!=", False)])
        addable.fetch(["type", "display_name"])
        return addable

    def _get_used_products(self):
        """Return the products that stand on the order now, refused and cancelled lines left aside."""
        self.ensure_one()
        return self.env["product.product"].union(*(line.product_id for line in self._get_charged_lines()))

    def _get_fitting_products(self, products):
        """Return those of ``products`` that fit the order's appliance; who knows what fits which appliance answers here."""
        self.ensure_one()
        return products

    def _get_available_quantities(self, products):
        """Return {product: units at hand for this order}; products that are not in it are not kept in stock.

        Who keeps the parts answers here.
        """
        self.ensure_one()
        return {}

    def _describe_use(self, count, scope):
        """Say how many of how many past orders used a product."""
        if scope.same_cause:
            return self.env._("%(count)s of %(total)s orders with this symptom and cause", count=count, total=scope.count)
        return self.env._("%(count)s of %(total)s orders with this symptom", count=count, total=scope.count)

    def _describe_scope(self, scope):
        """Say in full which past orders stand behind the proposals, and what had to be left aside."""
        self.ensure_one()
        months = self.company_id.repair_proposal_months
        if scope is None:
            return self.env._("No comparable repair in the last %(months)s months: at least two are needed.", months=months)
        family = self.appliance_category_id
        if not scope.same_family:
            family = family.parent_id
        sentences = [self.env._(
            "Drawn from %(count)s accepted repairs of the last %(months)s months: %(family)s, %(symptom)s.",
            count=scope.count, months=months, family=family.name, symptom=self.symptom_id.name)]
        if scope.same_brand:
            sentences.append(self.env._("Only %(brand)s, since there are enough of them.", brand=self.brand_id.name))
        if not self.cause_id:
            sentences.append(self.env._("The cause is not noted yet: choose it for closer proposals."))
        elif not scope.same_cause:
            sentences.append(self.env._(
                "Too few had the cause %(cause)s: these are orders with the same symptom, whatever the cause.", cause=self.cause_id.name))
        return " ".join(sentences)
