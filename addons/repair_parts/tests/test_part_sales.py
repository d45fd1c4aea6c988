from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.repair_service.models.repair_flow import FLOW

from ..engine import supplier_score
from .common_part_sale import PartSaleCommon


@tagged("post_install", "-at_install")
class TestCounterSale(PartSaleCommon):
    def _fill(self, user, code="FM-1", **values):
        form = self._open_form("repair.part.counter.sale", user)
        form.code = code
        for name, value in values.items():
            setattr(form, name, value)
        return form

    def test_scan_sell_paid_and_handed_over_in_one_step(self):
        form = self._fill(self.user_keeper)
        form.code = "FM-1"
        self.assertEqual((form.line_ids._records[0]["quantity"], form.amount_total), (2.0, 160.0))
        action = form.save().action_sell()
        order = self.env["sale.order"].browse(action["res_id"])
        self.assertEqual((order.state, order.part_sale_kind, order.user_id), ("sale", "counter", self.user_keeper))
        self.assertEqual(order.picking_ids.mapped("state"), ["done"])
        self.assertEqual(order.order_line.move_ids.value, 20.0, "the two oldest at 10")
        invoice = order.invoice_ids
        self.assertEqual((invoice.state, invoice.amount_total, invoice.amount_residual), ("posted", 160.0, 0.0))
        self.assertEqual(order.partner_id, self.company.repair_walk_in_id)

    def test_the_desk_sells_and_the_keeper_hands_over(self):
        form = self._fill(self.user_desk, partner_id=self.partner)
        self.assertFalse(form.is_handed_over)
        sale = form.save()
        order = self.env["sale.order"].browse(sale.action_sell()["res_id"])
        self.assertEqual((order.picking_ids.state, order.invoice_ids.payment_state in ("paid", "in_payment")), ("assigned", True))
        self.assertEqual(order.order_line.qty_invoiced, 1.0)
        order.picking_ids.with_user(self.user_keeper).button_validate()
        self.assertEqual((order.order_line.qty_delivered, order.order_line.qty_to_invoice), (1.0, 0.0))
        forged = self._fill(self.user_desk).save()
        forged.is_handed_over = True
        with self.assertRaisesRegex(UserError, "keeper hands"):
            forged.action_sell()

    def test_the_desk_hands_nothing_over_but_may_cancel_its_sale(self):
        order = self.env["sale.order"].with_user(self.user_desk).create({
            "partner_id": self.partner.id, "order_line": [Command.create({"product_id": self.spare.id, "product_uom_qty": 1})]})
        order.action_confirm()
        with self.assertRaises(AccessError):
            order.picking_ids.with_user(self.user_desk).button_validate()
        order.action_cancel()
        self.assertEqual((order.state, order.picking_ids.sudo().move_ids.mapped("state")), ("cancel", ["cancel"]))
        self.assertEqual(self._get_free(self.spare), 5.0)

    def test_a_second_click_sells_nothing(self):
        sale = self._fill(self.user_keeper).save()
        sale.action_sell()
        with self.assertRaisesRegex(UserError, "made already"):
            sale.action_sell()

    def test_more_than_there_is_is_not_handed_over_and_the_substitute_offered(self):
        other = self._create_spare("Old motor", "FM-0", list_price=70.0)
        self._receive((other, 3, 5.0))
        self.env["repair.part.substitution"].create({
            "product_tmpl_id": self.spare.product_tmpl_id.id, "substitute_id": other.product_tmpl_id.id})
        form = self._fill(self.user_keeper)
        with form.line_ids.edit(0) as line:
            line.quantity = 9
        self.assertIn("FM-0", form.line_ids._records[0]["hint"])
        with self.assertRaisesRegex(UserError, "only 5 in stock.*FM-0"):
            form.save().action_sell()

    def test_the_catalogue_warns_of_a_part_that_is_not_listed_for_the_appliance(self):
        self.spare.model_names = "XQG-100"
        form = self._fill(self.user_keeper, partner_id=self.partner, appliance_id=self.appliance)
        self.assertTrue(form.line_ids._records[0]["is_unfit"])
        order = self.env["sale.order"].browse(form.save().action_sell()["res_id"])
        self.assertIn("FM-1", order.unfit_part_names)
        self.assertTrue(order.message_ids.filtered(lambda message: "not listed" in (message.body or "")))

    def test_an_unknown_number_sells_nothing(self):
        form = self._fill(self.user_keeper, code="NOBODY")
        self.assertFalse(len(form.line_ids))
        with self.assertRaisesRegex(UserError, "Scan or choose"):
            form.save().action_sell()

    def test_below_the_margin_floor_is_not_sold_over_the_counter(self):
        self.env["repair.part.margin.floor"].create({"percent": 20.0})
        form = self._fill(self.user_keeper)
        with form.line_ids.edit(0) as line:
            line.price_unit = 11.0
        with self.assertRaisesRegex(UserError, "margin floor"):
            form.save().action_sell()

    def test_selling_does_not_show_the_customers_data_to_the_keeper(self):
        self.assertEqual(self.partner.with_user(self.user_desk).read(["phone"])[0]["phone"], "13800001234")
        self.assertNotEqual(self.partner.with_user(self.user_keeper).read(["phone"])[0]["phone"], "13800001234")
        order = self.env["sale.order"].browse(self._fill(self.user_keeper, partner_id=self.partner).save().action_sell()["res_id"])
        self.assertEqual((order.partner_id, order.invoice_ids.partner_id), (self.partner, self.partner))
        self.assertEqual(order.invoice_ids.invoice_partner_display_name, "Wang Fang")
        self.user_keeper.group_ids += self.env.ref("repair_parts.repair_parts_group_seller")
        self.assertEqual(self.partner.with_user(self.user_keeper).read(["phone"])[0]["phone"], "13800001234")

    def test_technicians_inspectors_and_accountants_do_not_sell(self):
        for user in (self.user_technician, self.user_inspector, self.user_accountant):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env["repair.part.counter.sale"].with_user(user).create({})


@tagged("post_install", "-at_install")
class TestPartDelivery(PartSaleCommon):
    def _remote(self, quantity=1, **values):
        order = self.env["sale.order"].with_user(self.user_desk).create({
            "partner_id": self.partner.id, "part_sale_kind": "remote",
            "order_line": [Command.create({"product_id": self.spare.id, "product_uom_qty": quantity})], **values})
        order.action_confirm()
        return order

    def _shift(self, order, days):
        order.sudo().with_context(repair_flow=FLOW).part_promised_on = order._get_part_today() + timedelta(days=days)

    def test_stock_is_promised_in_the_days_of_the_company_the_rest_by_lead_time(self):
        self.company.repair_part_ship_days = 3
        today = self.env["sale.order"]._get_part_today()
        self.assertEqual(self._remote().part_promised_on, today + timedelta(days=3))
        self.env["product.supplierinfo"].create({
            "partner_id": self.supplier.id, "product_tmpl_id": self.spare.product_tmpl_id.id, "delay": 6})
        self.assertEqual(self._remote(50).part_promised_on, today + timedelta(days=9))
        agreed = self._remote(commitment_date=fields.Datetime.now() + timedelta(days=20))
        self.assertEqual(agreed.part_promised_on, today + timedelta(days=20))

    def test_a_promise_is_kept_and_a_new_day_told_with_its_reason(self):
        order = self._remote()
        with self.assertRaises(UserError):
            order.part_promised_on = order._get_part_today()
        self._shift(order, -2)
        self.assertTrue(order.is_part_late)
        self.assertIn(order, self.env["sale.order"].search([("is_part_late", "=", True)]))
        for day, reason in ((-1, "flood"), (3, " ")):
            with self.assertRaises(UserError):
                order._tell_part_delay(order._get_part_today() + timedelta(days=day), reason)
        wizard = self.env["repair.part.delay"].with_user(self.user_desk).create({
            "order_id": order.id, "new_day": order._get_part_today() + timedelta(days=3), "reason": "flood"})
        wizard.action_tell()
        self.assertFalse(order.is_part_late)
        self.assertEqual(order.part_delay_reason, "flood")
        self.assertIn(self.partner, order.message_ids.partner_ids)

    def test_late_ones_are_chased_once_and_let_go_when_delivered(self):
        order = self._remote()
        self._shift(order, -1)
        for _again in range(2):
            self.env["sale.order"]._cron_chase_late_parts()
        activity = order.activity_ids
        self.assertEqual((len(activity), activity.user_id), (1, self.user_desk))
        order.picking_ids.with_user(self.user_keeper).button_validate()
        self.assertEqual(order.part_delivered_on, order._get_part_today())
        self.env["sale.order"]._cron_chase_late_parts()
        self.assertFalse(order.activity_ids.exists())

    def test_on_time_is_counted_by_the_first_promise(self):
        today = self.env["sale.order"]._get_part_today()
        timely, late, waiting, future = self._remote(), self._remote(), self._remote(), self._remote()
        for order, days in ((timely, 0), (late, -2), (waiting, -1), (future, 5)):
            self._shift(order, days)
        (timely | late).picking_ids.with_user(self.user_keeper).button_validate()
        rows = dict(self.env["sale.order"]._get_part_delivery_rows(self.company, today - timedelta(days=10), today + timedelta(days=10)))
        self.assertEqual([rows.get(order.id) for order in (timely, late, waiting, future)], [1, 0, 0, None])
        measured = self.env["repair.figure"]._read_figure("part_delivery_on_time", self.company, today - timedelta(days=10), today)
        self.assertEqual((measured[timely.id], measured[late.id], measured[waiting.id]), (1, 0, 0))


@tagged("post_install", "-at_install")
class TestPartResults(PartSaleCommon):
    def _rows(self, order):
        self.env.flush_all()
        return self.env["repair.part.sale.report"].search([("order_id", "=", order.id)])

    def test_results_are_reckoned_with_the_receipts_that_paid(self):
        order = self._sell(3, price=50.0)
        row = self._rows(order)
        self.assertEqual((row.quantity, row.amount, row.cost, row.margin, row.price_unit), (3.0, 150.0, 40.0, 110.0, 50.0))
        self.assertEqual((row.user_id, row.partner_id, row.sale_kind), (self.user_desk, self.partner, "counter"))

    def test_a_refund_takes_price_and_cost_back(self):
        order = self._sell(2, price=50.0)
        back = self._register(self._get_sold_move(order))
        self._inspect(back)
        self._settle(back, "refund")
        row = self._rows(order)
        self.assertEqual((row.quantity, row.amount, row.cost), (1.0, 50.0, 10.0))

    def test_an_exchange_costs_the_second_part_too(self):
        order = self._sell(1, price=50.0)
        back = self._register(self._get_sold_move(order))
        self._inspect(back)
        self._settle(back, "exchange", disposal="stock")
        self._ship(back.exchange_picking_id)
        row = self._rows(order)
        self.assertEqual((row.quantity, row.amount, row.cost), (1.0, 50.0, 10.0), "10 out, 10 back, then the next oldest at 10")

    def test_targets_show_what_was_sold(self):
        target, other = self.env["repair.part.target"].with_user(self.user_manager).create([
            {"amount": 400.0, "user_id": user.id} for user in (self.user_desk, self.user_keeper)])
        self._sell(2, price=50.0)
        self.env.invalidate_all()
        self.assertEqual((target.sold, target.percent, other.sold), (100.0, 25.0, 0.0))
        with self.assertRaises(AccessError):
            target.with_user(self.user_desk).amount = 1.0

    def test_cost_is_not_for_the_desk(self):
        self._sell(1)
        with self.assertRaises(AccessError):
            self.env["repair.part.sale.report"].with_user(self.user_desk).search([])


@tagged("post_install", "-at_install")
class TestPartOpinions(PartSaleCommon):
    def test_a_faulty_part_brought_back_is_a_very_poor_opinion_of_its_supplier(self):
        back = self._register(self._get_sold_move(self._sell(1)))
        self._inspect(back, passed=False)
        opinion = self.env["repair.part.opinion"].search([("return_id", "=", back.id)])
        self.assertEqual((opinion.score, opinion.supplier_id, opinion.partner_id), (1, self.supplier, self.partner))
        sound = self._register(self._get_sold_move(self._sell(1)))
        self._inspect(sound)
        self.assertFalse(self.env["repair.part.opinion"].search([("return_id", "=", sound.id)]), "no fault was found")

    def test_what_the_customer_says_at_the_return_is_kept(self):
        back = self._register(self._get_sold_move(self._sell(1)), reason=self.reason_mind, opinion="4", note="fits well")
        self._inspect(back)
        opinion = self.env["repair.part.opinion"].search([("return_id", "=", back.id)])
        self.assertEqual((opinion.score, opinion.comment), (4, "Not needed any more: fits well"))
        with self.assertRaises(UserError):
            opinion.with_user(self.user_desk).opinion = "5"

    def test_opinions_count_in_the_score_by_their_weight(self):
        """(90 * 50 + 80 * 30 + 100 * 20 + 25 * 10) / 110 = 83.18; opinions 1, 2 and 3 mean 2: a quarter of the way."""
        self.assertEqual(supplier_score.get_opinion([1, 2, 3], 3), 25.0)
        self.assertIsNone(supplier_score.get_opinion([5], 3))
        self.assertAlmostEqual(supplier_score.get_score(90, 80, 100, (50, 30, 20, 10), 25.0), 83.18, 2)
        self.assertAlmostEqual(supplier_score.get_score(90, 80, 100, (50, 30, 20, 10), None), 89.0, 2)

    def test_the_nightly_score_reads_them(self):
        self.company.write({"repair_supplier_minimum_lines": 1})
        _start, stop = self.env["res.partner"]._get_score_period()
        (self.old_receipt | self.new_receipt).move_ids.write({"date": stop - timedelta(days=10)})
        (self.old_receipt | self.new_receipt).move_ids.move_line_ids.write({"date": stop - timedelta(days=10)})
        opinion = self.env["repair.part.opinion"].with_user(self.user_desk).create({"product_id": self.spare.id, "opinion": "3"})
        opinion.sudo().with_context(repair_flow=FLOW).said_on = stop - timedelta(days=1)
        self.assertEqual(opinion.supplier_id, self.supplier)
        self.supplier._renew_supplier_scores()
        score = self.env["repair.supplier.score"].search([("partner_id", "=", self.supplier.id)], limit=1)
        self.assertEqual((score.has_opinion, score.opinion, score.opinion_count), (True, 50.0, 1))
