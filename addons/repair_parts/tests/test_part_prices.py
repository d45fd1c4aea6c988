from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..engine import part_price
from .common_part_sale import PartSaleCommon


@tagged("post_install", "-at_install")
class TestPartPriceEngine(PartSaleCommon):
    def test_new_prices_are_rounded_half_up_to_the_step(self):
        for price, percent, step, expected in (
                (80.0, 5.0, 0.1, 84.0), (79.9, 5.0, 1.0, 84.0), (10.0, 2.5, 0.5, 10.5), (10.0, 2.4, 0.5, 10.0), (0.35, 10.0, 0.0, 0.39),
                (10.0, -99.9, 1.0, 0.0), (33.33, 0.0, 5.0, 35.0)):
            self.assertEqual(part_price.raise_price(price, percent, step), expected, (price, percent, step))

    def test_margin_is_a_share_of_the_price(self):
        self.assertFalse(part_price.is_below(100.0, 80.0, 20.0))
        self.assertTrue(part_price.is_below(99.99, 80.0, 20.0))
        self.assertTrue(part_price.is_below(0.0, 80.0, 20.0))
        self.assertFalse(part_price.is_below(0.0, 0.0, 20.0))

    def test_the_nearest_category_decides_then_the_class(self):
        floors = [(None, None, 10.0), (None, "A", 12.0), (1, None, 15.0), (2, None, 20.0), (2, "C", 5.0)]
        self.assertEqual(part_price.choose_floor(floors, [2, 1], "A"), 20.0)
        self.assertEqual(part_price.choose_floor(floors, [2, 1], "C"), 5.0)
        self.assertEqual(part_price.choose_floor(floors, [1], "A"), 15.0)
        self.assertEqual(part_price.choose_floor(floors, [3], "A"), 12.0)
        self.assertEqual(part_price.choose_floor(floors, [3], None), 10.0)
        self.assertIsNone(part_price.choose_floor([(1, None, 15.0)], [3], None))


@tagged("post_install", "-at_install")
class TestPartPriceChange(PartSaleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.env["repair.part.price.change"].new({"company_id": cls.company.id})._get_today()

    def _draft(self, days=10, price=90.0, user=None):
        return self.env["repair.part.price.change"].with_user(user or self.user_keeper).create({
            "name": "Autumn", "reason": "Copper is dearer", "effective_on": self.today + timedelta(days=days),
            "line_ids": [Command.create({"product_tmpl_id": self.spare.product_tmpl_id.id, "new_price": price})]})

    def _announced(self, **values):
        change = self._draft(**values)
        change.with_user(self.user_manager).action_approve()
        change.action_announce()
        return change

    def _quote(self, **values):
        return self.env["sale.order"].create({
            "partner_id": self.partner.id, "order_line": [Command.create({"product_id": self.spare.id, "product_uom_qty": 1})], **values})

    def test_the_announced_price_comes_into_force_on_its_day_and_not_before(self):
        change = self._announced()
        self.env["repair.part.price.change"]._cron_apply()
        self.assertEqual((change.state, self.spare.list_price), ("announced", 80.0))
        self.env.flush_all()
        self.env.cr.execute("UPDATE repair_part_price_change SET effective_on = %s WHERE id = %s", (self.today, change.id))
        change.invalidate_recordset()
        self.env["repair.part.price.change"]._cron_apply()
        self.assertEqual((change.state, self.spare.list_price, change.line_ids.price_before), ("effective", 90.0, 80.0))
        history = self.env["repair.part.price"].search([("product_tmpl_id", "=", self.spare.product_tmpl_id.id)], limit=1)
        self.assertEqual((history.old_price, history.new_price, history.change_id, history.is_announced), (80.0, 90.0, change, True))
        with self.assertRaises(UserError):
            change.action_withdraw(reason="too late")

    def test_a_price_changed_past_it_is_kept_with_who_did_it(self):
        self.spare.product_tmpl_id.with_user(self.user_keeper).list_price = 85.0
        history = self.env["repair.part.price"].search([("product_tmpl_id", "=", self.spare.product_tmpl_id.id)], limit=1)
        self.assertEqual((history.changed_by_id, history.old_price, history.new_price, history.is_announced),
                         (self.user_keeper, 80.0, 85.0, False))
        for values in ({"new_price": 1.0}, {"changed_by_id": self.user_desk.id}):
            with self.assertRaises(UserError):
                history.write(values)
        with self.assertRaises(UserError):
            history.unlink()

    def test_no_rpc_context_makes_a_change_look_announced(self):
        change = self._draft()
        self.spare.product_tmpl_id.with_context(part_price_change=change.id).list_price = 70.0
        history = self.env["repair.part.price"].search([("product_tmpl_id", "=", self.spare.product_tmpl_id.id)], limit=1)
        self.assertEqual((history.new_price, history.is_announced), (70.0, False))

    def test_another_person_a_manager_approves(self):
        change = self._draft(user=self.user_manager)
        with self.assertRaisesRegex(UserError, "another person"):
            change.with_user(self.user_manager).action_approve()
        with self.assertRaises(AccessError):
            change.with_user(self.user_keeper).action_approve()
        change.with_user(new_test_user(self.env, "test_manager_two", "repair_service.repair_service_group_manager")).action_approve()
        self.assertEqual(change.state, "approved")

    def test_nothing_is_back_dated(self):
        for days in (-1, 0):
            with self.assertRaisesRegex(UserError, "later day"):
                self._draft(days=days).with_user(self.user_manager).action_approve()

    def test_what_was_approved_stays_as_it_is(self):
        change = self._draft()
        change.with_user(self.user_manager).action_approve()
        for write in (
                lambda: change.write({"effective_on": self.today + timedelta(days=20)}), lambda: change.line_ids.write({"new_price": 1.0}),
                lambda: change.line_ids.unlink(), change.unlink, lambda: change.write({"state": "effective"}),
                lambda: change.write({"line_ids": [Command.clear()]})):
            with self.assertRaises(UserError):
                write()
        self.assertEqual(self._draft().copy().state, "draft")

    def test_withdrawn_with_a_reason(self):
        change = self._announced()
        with self.assertRaisesRegex(UserError, "why"):
            change.action_withdraw(reason=" ")
        action = change.action_withdraw()
        wizard = self.env[action["res_model"]].with_context(**action["context"]).create({"reason": "copper fell again"})
        wizard.action_apply()
        self.assertEqual((change.state, change.withdrawn_reason), ("withdrawn", "copper fell again"))
        self.env["repair.part.price.change"]._cron_apply()
        self.assertEqual(self.spare.list_price, 80.0)

    def test_customers_of_open_quotations_and_dealers_are_told(self):
        dealer, stranger = self.env["res.partner"].create([
            {"name": "Dealer", "email": "d@example.com", "part_price_news": True}, {"name": "Stranger", "email": "s@example.com"}])
        self._quote()
        change = self._announced()
        self.assertEqual(change.told_ids, self.partner | dealer)
        mails = change.message_ids.filtered(lambda message: message.partner_ids)
        self.assertEqual(mails.partner_ids, self.partner | dealer)
        self.assertIn("90.00", mails[0].body)
        self.assertNotIn(stranger, mails.notified_partner_ids)

    def test_a_sent_quotation_keeps_its_price_until_it_expires(self):
        quote = self._quote(validity_date=self.today + timedelta(days=5))
        quote.action_quotation_sent()
        self.spare.list_price = 95.0
        quote.order_line.product_uom_qty = 2
        self.assertEqual(quote.order_line.price_unit, 80.0)
        quote.action_confirm()
        self.assertEqual(quote.order_line.price_unit, 80.0)

    def test_an_expired_quotation_is_priced_anew(self):
        quote = self._quote(validity_date=self.today + timedelta(days=5))
        quote.action_quotation_sent()
        self.env.flush_all()
        quote.date_order = fields.Datetime.now() - timedelta(days=10)
        quote.validity_date = self.today - timedelta(days=1)
        self.spare.list_price = 95.0
        with self.assertRaisesRegex(UserError, "expired"):
            quote.action_confirm()
        quote.action_update_prices()
        quote.action_confirm()
        self.assertEqual(quote.order_line.price_unit, 95.0)

    def test_all_lines_are_filled_in_by_percentage(self):
        change = self._draft(price=1.0)
        change.write({"percent": 4.0, "rounding": 0.5})
        change.action_fill()
        self.assertEqual((change.line_ids.new_price, round(change.line_ids.change_percent, 1)), (83.0, 3.8))

    def test_the_market_price_stands_beside(self):
        self.env["repair.part.market.price"].with_user(self.user_desk).create([
            {"product_tmpl_id": self.spare.product_tmpl_id.id, "price": price, "source": "Shop",
             "seen_on": self.today - timedelta(days=days)} for price, days in ((64.0, 0), (99.0, 30))])
        seen = self.env["repair.part.market.price"].search([("product_tmpl_id", "=", self.spare.product_tmpl_id.id)], limit=1)
        self.assertEqual((seen.difference, seen.noted_by_id), (25.0, self.user_desk))
        self.assertEqual(self._draft().line_ids.market_price, 64.0)


@tagged("post_install", "-at_install")
class TestPartMargin(PartSaleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.floor = cls.env["repair.part.margin.floor"].create({"percent": 20.0})

    def _order(self, quantity, price):
        return self.env["sale.order"].with_user(self.user_desk).create({
            "partner_id": self.partner.id,
            "order_line": [Command.create({"product_id": self.spare.id, "product_uom_qty": quantity, "price_unit": price})]})

    def test_the_cost_is_that_of_the_receipts_that_are_next(self):
        """The first two cost 10, the next 20: 2 units need 12.50 each, 4 units (10+10+20+20)/4 = 15 / 0.8 = 18.75 each."""
        self._order(2, 12.5).action_confirm()
        self.assertTrue(self._order(3, 12.49)._get_low_parts())
        order = self._order(3, 24.99)  # two are reserved for the first order, but the next receipt in the books is still the old one
        self.assertFalse(order._get_low_parts(), "(10 + 10 + 20) / 3 = 13.33 / 0.8 = 16.67")
        self.assertEqual(self._order(4, 18.74)._get_low_parts(), {self.spare.id: (4.0, 18.74)})
        self.assertFalse(self._order(4, 18.75)._get_low_parts())

    def test_below_the_floor_needs_the_approval_of_another_person(self):
        order = self._order(2, 12.0)
        with self.assertRaisesRegex(UserError, "below the margin floor") as refusal:
            order.action_confirm()
        with self.assertRaisesRegex(UserError, "below the margin floor"):
            order.action_quotation_send()
        self.assertNotIn("10", str(refusal.exception).replace(order.name, ""), "the cost is not told")
        with self.assertRaises(UserError):
            order.action_ask_part_margin(reason="")
        order.action_ask_part_margin(reason="last of its kind")
        with self.assertRaises(AccessError):
            order.with_user(self.user_keeper).action_approve_part_margin()
        order.with_user(self.user_manager).action_approve_part_margin()
        order.action_confirm()
        self.assertEqual((order.state, order.part_margin_approved_by_id), ("sale", self.user_manager))

    def test_nobody_approves_his_own_sale(self):
        order = self._order(2, 12.0).with_user(self.user_manager)
        order.action_ask_part_margin(reason="friend")
        with self.assertRaisesRegex(UserError, "another person"):
            order.action_approve_part_margin()

    def test_an_approval_covers_this_price_and_quantity_only(self):
        order = self._order(2, 12.0)
        order.action_ask_part_margin(reason="last of its kind")
        order.with_user(self.user_manager).action_approve_part_margin()
        order.order_line.price_unit = 11.0
        with self.assertRaisesRegex(UserError, "below the margin floor"):
            order.action_confirm()
        order.order_line.price_unit = 12.1
        order.action_confirm()
        with self.assertRaisesRegex(UserError, "below the margin floor"):
            order.order_line.discount = 20.0

    def test_approvals_are_not_forged(self):
        order = self._order(2, 12.0)
        for values in ({"part_margin_approved_by_id": self.user_manager.id}, {"part_margin_approved": {str(self.spare.id): [9, 0]}}):
            with self.assertRaises(UserError):
                order.write(values)
        forged = self.env["sale.order"].with_user(self.user_desk).with_context(
            default_part_margin_approved_by_id=self.user_manager.id).create({
                "partner_id": self.partner.id, "part_margin_approved_by_id": self.user_manager.id,
                "order_line": [Command.create({"product_id": self.spare.id, "price_unit": 1.0})]})
        with self.assertRaisesRegex(UserError, "below the margin floor"):
            forged.action_confirm()

    def test_parts_of_a_service_quotation_that_the_customer_pays_are_watched(self):
        order = self._create_order()
        move = self._add_part(order, self.spare, 1, repair_price_unit=12.0)
        self._to_stage(order, "diagnosed")
        self.assertEqual(move.payer, "customer")
        with self.assertRaisesRegex(UserError, "below the margin floor"):
            order.with_user(self.user_desk).action_send_quotation()
        order.with_user(self.user_desk).action_ask_part_margin(reason="regular customer")
        order.with_user(self.user_manager).action_approve_part_margin()
        order.with_user(self.user_desk).action_send_quotation()
        self.assertEqual(order.service_stage, "quoted")

    def test_what_others_pay_is_not_watched(self):
        order = self._create_order()
        move = self._add_part(order, self.spare, 1, repair_price_unit=1.0)
        self._to_stage(order, "diagnosed")
        move.payer = "company"
        self._to_stage(order, "quoted")
        self.assertEqual(order.service_stage, "quoted")

    def test_watching_costs_the_same_however_many_lines(self):
        parts = [self._create_spare(f"Part {index}", f"MF-{index}", list_price=50.0, taxes_id=False) for index in range(30)]
        self._receive(*((part, 2, 10.0) for part in parts))
        order = self.env["sale.order"].create({
            "partner_id": self.partner.id,
            "order_line": [Command.create({"product_id": part.id, "product_uom_qty": 1}) for part in parts]})
        self.env.flush_all()
        order._get_low_parts()
        self.env.invalidate_all()
        with self.assertQueryCount(25):
            self.assertFalse(order._get_low_parts())
