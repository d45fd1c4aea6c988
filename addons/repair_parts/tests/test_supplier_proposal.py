from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged, users

from .common_supplier import SupplierCommon


@tagged("post_install", "-at_install")
class TestSupplierProposal(SupplierCommon):
    def _propose(self, quantity=1, **options):
        return self.spare._propose_suppliers(quantity, **options)

    def _get_order(self, quantity=1, **options):
        return [proposal.partner for proposal in self._propose(quantity, **options)]

    def test_equals_are_ranked_by_price(self):
        proposals = self._propose()
        self.assertEqual([one.partner for one in proposals], [self.cheap, self.middle, self.dear])
        # Nobody has a score: 0.8 x 60 + 0.2 x (100, 83.33, 66.67)
        self.assertEqual([round(one.points, 2) for one in proposals], [68.0, 64.67, 61.33])

    def test_the_better_supplier_comes_before_the_cheaper_one(self):
        self._set_score(self.cheap, 55.0, "C")
        self._set_score(self.dear, 95.0, "A")
        proposals = self._propose()
        # 0.8 x 95 + 13.33; 48 + 16.67; 44 + 20
        self.assertEqual([(one.partner, round(one.points, 2)) for one in proposals], [
            (self.dear, 89.33), (self.middle, 64.67), (self.cheap, 64.0)])

    def test_approved_suppliers_come_first(self):
        self._qualify(self.dear, "approved")
        self._qualify(self.middle, "trial")
        self.assertEqual(self._get_order(), [self.dear, self.middle, self.cheap])

    def test_the_date_of_need_puts_the_late_behind(self):
        self.spare.seller_ids.filtered(lambda seller: seller.partner_id == self.cheap).delay = 10
        needed = fields.Date.today() + timedelta(days=5)
        self.assertEqual(self._get_order(date_needed=needed), [self.middle, self.dear, self.cheap])
        self.assertIn("5 days late", self.spare._describe_proposal(self._propose(date_needed=needed)[-1]))

    def test_quantity_breaks_decide_the_price(self):
        self._add_price(self.dear, 7.0, min_qty=50)
        self.assertEqual(self._propose(49)[0].partner, self.cheap)
        best = self._propose(50)[0]
        self.assertEqual((best.partner, best.price), (self.dear, 7.0))
        self.assertIn("from 50", self.spare._describe_proposal(best))

    def test_foreign_prices_are_compared_in_the_company_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create({"currency_id": euro.id, "name": "2020-01-01", "rate": 0.125, "company_id": self.company.id})
        foreign = self._create_vendor("Foreign")
        self._add_price(foreign, 1.0, currency_id=euro.id)
        best = self._propose()[0]
        self.assertEqual((best.partner, best.price), (foreign, 8.0))
        self.assertIn("EUR", self.spare._describe_proposal(best))

    def test_a_blocked_supplier_is_listed_last_with_his_reason_and_never_selected(self):
        self._qualify(self.cheap, "blocked", "counterfeit")
        last = self._propose()[-1]
        self.assertEqual(last.partner, self.cheap)
        self.assertIn("counterfeit", last.refusal)
        self.assertEqual(self.spare._select_seller(quantity=1).partner_id, self.middle)

    def test_core_s_selection_takes_the_best(self):
        self._qualify(self.dear, "approved")
        self.assertEqual(self.spare._select_seller(quantity=1).partner_id, self.dear)
        self.assertEqual(self.spare._select_seller(quantity=None).partner_id, self.dear)
        self.assertEqual(self.spare._select_seller(partner_id=self.cheap, quantity=1).price, 10.0)

    def test_other_products_are_selected_as_ever(self):
        self.part.seller_ids = [Command.create({"partner_id": vendor.id, "price": price, "sequence": index}) for index, (vendor, price) in
                                enumerate(((self.dear, 15.0), (self.cheap, 10.0)))]
        self.assertEqual(self.part._select_seller(quantity=1).partner_id, self.dear)

    def test_replenishment_orders_from_the_best_and_says_why(self):
        self._qualify(self.dear, "approved")
        orderpoint = self.env["stock.warehouse.orderpoint"].create({
            "product_id": self.spare.id, "location_id": self.stock.id, "product_min_qty": 5, "product_max_qty": 5, "trigger": "manual"})
        self.assertIn("Costly", orderpoint.supplier_note)
        orderpoint._procure_orderpoint_confirm()
        line = self.env["purchase.order.line"].search([("product_id", "=", self.spare.id)])
        self.assertEqual((line.order_id.partner_id, line.supplier_best_id), (self.dear, self.dear))
        self.assertIn("approved", line.supplier_reason)

    def test_a_trial_too_small_for_the_need_goes_to_the_next(self):
        self._qualify(self.cheap, "trial", quantity=3)
        self.assertEqual(self.spare._select_seller(quantity=3).partner_id, self.cheap)
        self.assertEqual(self.spare._select_seller(quantity=4).partner_id, self.middle)

    def test_an_agreement_says_what_is_left_and_its_price_counts(self):
        agreement = self.env["purchase.requisition"].create({
            "vendor_id": self.dear.id, "requisition_type": "blanket_order",
            "line_ids": [Command.create({"product_id": self.spare.id, "product_qty": 100, "price_unit": 8.0})]})
        agreement.action_confirm()
        best = self._propose()[0]
        self.assertEqual((best.partner, best.price), (self.dear, 8.0))
        self.assertIn(f"agreement {agreement.name}, 100 of 100 left", self.spare._describe_proposal(best))
        order = self._create_rfq(self.cheap)
        self._take(order.order_line, self.dear)
        self.assertEqual((order.partner_id, order.requisition_id, order.order_line.price_unit), (self.dear, agreement, 8.0))

    def _take(self, line, vendor, reason=False):
        action = line.action_propose_suppliers()
        proposal = line.env[action["res_model"]].browse(action["res_id"])
        proposal.reason = reason
        return proposal.option_ids.filtered(lambda option: option.partner_id == vendor).action_take()

    @users("test_buyer", "test_keeper")
    def test_the_line_keeps_choice_and_reason(self):
        line = self._create_rfq(self.cheap, user=self.env.user).order_line
        self.assertEqual(line.supplier_best_id, self.cheap)
        self.assertIn("68 points", line.supplier_reason)
        self.assertIn("Middle", line.supplier_reason)

    @users("test_buyer")
    def test_another_one_than_the_approved_best_needs_a_reason(self):
        self._qualify(self.dear.sudo(), "approved")
        order = self._create_rfq(self.cheap, user=self.env.user)
        with self.assertRaisesRegex(UserError, "Costly was proposed"), self.cr.savepoint():
            order.button_confirm()
        with self.assertRaisesRegex(UserError, "Costly was proposed"), self.cr.savepoint():
            order.write({"state": "purchase"})
        with self.assertRaisesRegex(UserError, "note the reason"), self.cr.savepoint():
            self._take(order.order_line, self.middle)
        self._take(order.order_line, self.middle, "Costly is out of stock until May")
        self.assertEqual((order.partner_id, order.order_line.price_unit), (self.middle, 12.0))
        order.button_confirm()
        self.assertEqual(order.state, "purchase")
        self.assertEqual(order.order_line.supplier_choice_reason, "Costly is out of stock until May")

    def test_no_reason_is_asked_where_nobody_is_approved_or_the_company_wants_none(self):
        self._create_rfq(self.dear).button_confirm()
        self._qualify(self.middle, "approved")
        self.company.repair_supplier_reason_required = False
        self._create_rfq(self.dear).button_confirm()

    def test_one_line_of_several_moves_to_a_request_of_its_supplier(self):
        other = self._create_spare("Board", "BD-1")
        order = self._create_rfq(self.dear)
        order.order_line = [Command.create({"product_id": other.id, "product_qty": 1, "price_unit": 30.0})]
        line = order.order_line[0]
        self._take(line, self.cheap)
        self.assertEqual((line.order_id.partner_id, line.price_unit), (self.cheap, 10.0))
        self.assertNotEqual(line.order_id, order)
        self.assertEqual(order.order_line.product_id, other)

    @users("test_buyer")
    def test_a_refused_one_cannot_be_taken_and_an_ordered_line_stays(self):
        order = self._create_rfq(self.middle, user=self.env.user)
        line = order.order_line
        proposal = self.env["repair.supplier.proposal"].create({"purchase_line_id": line.id})
        self._qualify(self.cheap.sudo(), "blocked", "counterfeit")
        with self.assertRaisesRegex(UserError, "counterfeit"):
            proposal.option_ids.filtered(lambda option: option.partner_id == self.cheap).action_take()
        order.button_confirm()
        with self.assertRaisesRegex(UserError, "ordered or cancelled already"):
            line.action_propose_suppliers()

    @users("test_buyer", "test_purchase_manager")
    def test_nobody_writes_the_stored_proposal(self):
        line = self._create_rfq(self.cheap, user=self.env.user).order_line
        for name, value in (("supplier_reason", "x"), ("supplier_best_id", self.dear.id), ("promised_date", "2026-01-01 00:00:00")):
            with self.assertRaisesRegex(UserError, "cannot be set"):
                line.write({name: value})
            with self.assertRaisesRegex(UserError, "cannot be set"):
                self._create_rfq(self.cheap, user=self.env.user, **{name: value})
            forged = line.with_context(**{f"default_{name}": value}).create(
                {"order_id": line.order_id.id, "product_id": self.spare.id, "product_qty": 1})
            self.assertNotIn(str(forged[name]), (str(value), str(self.dear)))

    @users("test_desk", "test_technician", "test_manager")
    def test_who_does_not_buy_opens_no_proposals(self):
        line = self._create_rfq(self.cheap).order_line
        with self.assertRaises(AccessError):
            line.with_user(self.env.user).action_propose_suppliers()

    def test_the_form_shows_the_list_best_first(self):
        line = self._create_rfq(self.middle).order_line
        form = Form(self.env["repair.supplier.proposal"].browse(line.action_propose_suppliers()["res_id"]))
        self.assertEqual(form.vendor_id, self.middle)
        self.assertEqual([option.partner_id for option in form.record.option_ids], [self.cheap, self.middle, self.dear])
