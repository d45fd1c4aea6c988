from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged, users
from odoo.tools import mute_logger

from .common_supplier import SupplierCommon


@tagged("post_install", "-at_install")
class TestSupplierScore(SupplierCommon):
    """The figures of the nightly run on real orders, receipts, returns and repairs, worked out by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.repair_supplier_minimum_lines = 2

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda cron, *args, **kwargs: float("inf")))

    def _renew(self, *vendors):
        self.env.flush_all()
        self.env["res.partner"].union(*vendors)._renew_supplier_scores()
        self.env.invalidate_all()
        return [vendor.supplier_score_id for vendor in vendors]

    def _fit(self, order, days, appliance=None, **values):
        """Fit the one lot of the purchase order ``order`` on a finished repair ``days`` from today; return the repair."""
        lot = order.picking_ids.move_line_ids.lot_id
        repair = self._to_stage(self._create_order(appliance_id=(appliance or self.appliance).id), "diagnosed")
        self._add_part(repair, self.spare)
        self._to_stage(repair, "repairing")
        repair.move_ids.move_line_ids.lot_id = lot
        self._to_stage(repair, "inspected")
        moment = fields.Datetime.now() + timedelta(days=days)
        repair.move_ids.date = repair.move_ids.move_line_ids.date = moment
        if values:
            repair._flow_write(values)
        return repair

    # Quality

    def test_quality_counts_what_was_received_and_sent_back(self):
        first = self._order(self.cheap, 10)
        self._order(self.cheap, 30)
        self._send_back(first, 2)
        [score] = self._renew(self.cheap)
        self.assertEqual((score.units_received, score.units_rejected, score.lines_received), (40.0, 2.0, 2))
        self.assertEqual((score.quality, score.rejected_percent), (95.0, 5.0))

    def test_units_are_counted_in_the_part_s_own_unit(self):
        order = self._create_rfq(self.cheap, 2, product_uom_id=self.env.ref("uom.product_uom_dozen").id)
        order.button_confirm()
        order.picking_ids.button_validate()
        self._date(order.picking_ids, fields.Datetime.now() - timedelta(days=3))
        [score] = self._renew(self.cheap)
        self.assertEqual(score.units_received, 24.0)

    def test_other_products_other_vendors_and_other_days_do_not_count(self):
        clips = self.env["product.product"].create({"name": "Paper clips", "is_storable": True})
        self._order(self.cheap, 3)
        self._order(self.cheap, 500, product=clips, price=1.0)
        self._order(self.middle, 70)
        self._order(self.cheap, 900, promised=-366, ordered=-380)
        today = self._order(self.cheap, 800)
        self._date(today.picking_ids, fields.Datetime.now())
        score, other = self._renew(self.cheap, self.middle)
        self.assertEqual((score.units_received, other.units_received), (3.0, 70.0))

    def test_a_contact_s_deliveries_count_for_its_company(self):
        contact = self.env["res.partner"].create({"name": "Salesman", "parent_id": self.cheap.id})
        self._order(contact, 4)
        [score] = self._renew(self.cheap)
        self.assertEqual(score.units_received, 4.0)

    def test_a_part_replaced_on_the_same_appliance_within_the_days_failed_early(self):
        bad, good = self._order(self.cheap, 5), self._order(self.middle, 5)
        self._fit(bad, -15)
        self._fit(good, -5)
        score, other = self._renew(self.cheap, self.middle)
        self.assertEqual((score.units_failed, other.units_failed), (1.0, 0.0))

    def test_another_appliance_another_part_or_a_later_day_is_no_early_failure(self):
        self.company.repair_supplier_failure_days = 9
        order = self._order(self.cheap, 5)
        self._fit(order, -15)
        self._fit(order, -5)
        self._fit(order, -5, appliance=self._create_appliance())
        [score] = self._renew(self.cheap)
        self.assertEqual(score.units_failed, 0.0)
        self.company.repair_supplier_failure_days = 10
        self.assertEqual(self._renew(self.cheap)[0].units_failed, 1.0)

    def test_a_replacement_under_the_parts_warranty_is_a_failure_however_late(self):
        self.company.repair_supplier_failure_days = 1
        order = self._order(self.cheap, 5)
        first = self._fit(order, -15)
        first._flow_write({"repair_warranty_end": fields.Date.today() - timedelta(days=4)})
        again = self._fit(order, -5, origin_repair_id=first.id)
        self.assertEqual(self._renew(self.cheap)[0].units_failed, 1.0)
        first._flow_write({"repair_warranty_end": fields.Date.today() - timedelta(days=6)})
        self.assertEqual(self._renew(self.cheap)[0].units_failed, 0.0)
        again._flow_write({"coverage": "repair_warranty"})
        self.assertEqual(self._renew(self.cheap)[0].units_failed, 0.0)

    def _refit(self, order, part, days):
        """Fit ``part`` on the same appliance after what came with ``order`` was fitted."""
        self._receive((part, 5, 1.0))
        self._fit(order, -15)
        repair = self._to_stage(self._create_order(appliance_id=self.appliance.id), "diagnosed")
        self._add_part(repair, part)
        self._to_stage(repair, "inspected")
        repair.move_ids.date = repair.move_ids.move_line_ids.date = fields.Datetime.now() + timedelta(days=days)

    def test_a_substitute_fitted_in_its_place_is_an_early_failure_too(self):
        other = self._create_spare("Fan motor, other make", "FM-2")
        self._refit(self._order(self.cheap, 5), other, -5)
        self.assertEqual(self._renew(self.cheap)[0].units_failed, 0.0)
        pair = self.env["repair.part.substitution"].create(
            {"product_tmpl_id": self.spare.product_tmpl_id.id, "substitute_id": other.product_tmpl_id.id})
        self.assertEqual(self._renew(self.cheap)[0].units_failed, 1.0)
        pair.active = False
        self.assertEqual(self._renew(self.cheap)[0].units_failed, 0.0)

    def test_the_successor_of_a_successor_is_the_same_part(self):
        step, last = self._create_spare("Fan motor", "FM-1b"), self._create_spare("Fan motor", "FM-1c")
        self._refit(self._order(self.cheap, 5), last, -5)
        self.spare.product_tmpl_id.superseded_by_id = step.product_tmpl_id
        self.assertEqual(self._renew(self.cheap)[0].units_failed, 0.0)
        step.product_tmpl_id.superseded_by_id = last.product_tmpl_id
        self.assertEqual(self._renew(self.cheap)[0].units_failed, 1.0)

    # Delivery

    def test_delivery_counts_lines_complete_by_the_promised_day(self):
        self._order(self.cheap, 5, came=-20)
        self._order(self.cheap, 5, came=-21)
        self._order(self.cheap, 5, came=-19)
        self._order(self.cheap, 5, came=False)
        [score] = self._renew(self.cheap)
        self.assertEqual((score.lines_due, score.lines_on_time, score.delivery), (4, 2, 50.0))

    def test_a_line_that_came_in_part_is_not_in_time(self):
        order = self._create_rfq(self.cheap, 5, date_planned=fields.Datetime.now() - timedelta(days=5))
        order.button_confirm()
        order.picking_ids.move_ids.quantity = 4
        order.picking_ids.with_context(skip_backorder=True, picking_ids_not_to_backorder=[]).button_validate()
        self._date(order.picking_ids.filtered(lambda picking: picking.state == "done"), fields.Datetime.now() - timedelta(days=6))
        self._order(self.cheap, 5)
        [score] = self._renew(self.cheap)
        self.assertEqual((score.lines_due, score.lines_on_time), (2, 1))

    def test_the_promise_is_that_of_the_order_whatever_was_moved_later(self):
        order = self._order(self.cheap, 5, came=-10)
        order.order_line.date_planned = fields.Datetime.now() - timedelta(days=9)
        self._order(self.cheap, 5)
        self.assertEqual(self._renew(self.cheap)[0].lines_on_time, 1)

    def test_a_reopened_order_gets_a_new_promise(self):
        order = self._create_rfq(self.cheap, date_planned="2026-05-01 04:00:00")
        self.assertFalse(order.order_line.promised_date)
        order.button_confirm()
        order.button_cancel()
        self.assertFalse(order.order_line.promised_date)
        order.button_draft()
        order.order_line.date_planned = "2026-06-01 04:00:00"
        order.button_confirm()
        self.assertEqual(order.order_line.promised_date, fields.Datetime.to_datetime("2026-06-01 04:00:00"))

    def test_days_are_the_company_s_days(self):
        order = self._order(self.cheap, 1)
        now = fields.Datetime.now().replace(minute=0, second=0, microsecond=0)
        self.env.flush_all()
        # Promised at 9 in Shanghai, received at 23:30 there on the same day: 15:30 UTC.
        promised = (now - timedelta(days=20)).replace(hour=1)
        self.env.cr.execute("UPDATE purchase_order_line SET promised_date = %s WHERE id = %s", [promised, order.order_line.id])
        self.env.invalidate_all()
        for hour, minute, on_time in ((15, 30, 1), (16, 30, 0)):
            self._date(order.picking_ids, promised.replace(hour=hour, minute=minute))
            self.assertEqual(self._renew(self.cheap)[0].lines_on_time, on_time)

    # Price

    def test_price_compares_what_was_paid_with_the_best_current_price(self):
        self._order(self.middle, 10)
        self._order(self.middle, 5, price=16.0)
        [score] = self._renew(self.middle)
        # Paid 120 + 80, at the best price of 10 it would be 100 + 50.
        self.assertEqual((score.lines_compared, score.amount_paid, score.amount_best, score.price), (2, 200.0, 150.0, 75.0))

    def test_a_part_that_nobody_else_offers_is_not_compared(self):
        alone = self._create_spare("Alone", "AL-1")
        self._add_price(self.cheap, 5.0, alone)
        self._order(self.cheap, 5, product=alone)
        self._order(self.cheap, 5, product=alone)
        [score] = self._renew(self.cheap)
        self.assertEqual((score.lines_compared, score.has_price), (0, False))
        self.assertIn("Not enough data", score.price_text)

    def test_quantity_breaks_dates_and_blocked_vendors_are_heeded(self):
        self._add_price(self.dear, 2.0, min_qty=100)
        self._add_price(self.dear, 3.0, date_end=fields.Date.today() - timedelta(days=1))
        shady = self._create_vendor("Shady")
        self._add_price(shady, 1.0)
        self._qualify(shady, "blocked")
        self._order(self.middle, 10)
        self._order(self.middle, 10)
        self.assertEqual(self._renew(self.middle)[0].amount_best, 200.0)

    # Score

    def test_the_score_is_the_weighted_mean_and_has_its_grade(self):
        first = self._order(self.middle, 10)
        self._order(self.middle, 10, came=-19)
        self._send_back(first, 1)
        [score] = self._renew(self.middle)
        # Quality 95, delivery 50, price 10 / 12: 47.5 + 15 + 16.67
        self.assertEqual((score.quality, score.delivery, score.price), (95.0, 50.0, 83.3))
        self.assertEqual((score.score, score.grade), (79.2, "B"))
        self.assertEqual((self.middle.supplier_score, self.middle.supplier_grade), (79.2, "B"))

    def test_weights_and_thresholds_are_data(self):
        self._order(self.middle, 10)
        self._order(self.middle, 10, came=-19)
        self.company.write({"repair_supplier_weight_quality": 0, "repair_supplier_weight_delivery": 100,
                            "repair_supplier_weight_price": 0, "repair_supplier_grade_c": 51.0})
        [score] = self._renew(self.middle)
        self.assertEqual((score.score, score.grade), (50.0, "D"))

    def test_too_few_data_give_no_score_and_take_the_old_one_away(self):
        self._set_score(self.cheap, 90.0, "A")
        self._order(self.cheap, 10)
        [score] = self._renew(self.cheap)
        self.assertEqual((score.grade, score.has_quality, score.has_delivery), (False, False, False))
        self.assertEqual((self.cheap.supplier_score, self.cheap.supplier_grade), (0.0, False))
        self.assertIn("Not enough data, at least 2 lines", self.cheap.supplier_quality_text)
        self.assertIn("10 units received in 1 lines", self.cheap.supplier_quality_text)

    def test_each_month_keeps_its_own_row(self):
        self._order(self.cheap, 10)
        self._order(self.cheap, 10)
        [score] = self._renew(self.cheap)
        score.sudo().month = fields.Date.subtract(score.month, months=1)
        self._renew(self.cheap)
        self._renew(self.cheap)
        self.assertEqual(len(self.cheap.supplier_score_ids), 2)
        self.assertEqual(self.cheap.supplier_score_id.month, fields.Date.context_today(self.cheap).replace(day=1))

    def test_the_night_scores_all_who_supplied_once(self):
        for vendor in (self.cheap, self.middle):
            self._order(vendor, 5)
        self._set_score(self.dear, 80.0, "B")
        partners = self.env["res.partner"]
        partners._cron_renew_supplier_scores()
        scores = self.env["repair.supplier.score"].search([("partner_id", "in", (self.cheap | self.middle | self.dear).ids)])
        self.assertEqual(scores.partner_id, self.cheap | self.middle | self.dear)
        self.assertFalse(self.dear.supplier_grade)
        self.assertFalse(partners._get_suppliers_to_score() & (self.cheap | self.middle))

    def test_another_company_s_deliveries_are_not_this_one_s(self):
        self._order(self.cheap, 10)
        self._order(self.cheap, 10)
        self._renew(self.cheap)
        other = self.env["res.company"].create({"name": "Second shop"})
        there = self.cheap.with_company(other)
        self.assertEqual((there.supplier_grade, there.supplier_score_id), (False, self.env["repair.supplier.score"]))
        there._renew_supplier_scores()
        self.assertEqual(there.supplier_score_id.units_received, 0.0)
        self.assertEqual(self.cheap.supplier_grade, "A")

    # The records behind

    def _open(self, button):
        action = getattr(self.cheap.with_user(self.env.user), button)()
        return self.env[action["res_model"]].search(action["domain"])

    @users("test_buyer", "test_keeper", "test_manager", "test_purchase_manager")
    def test_each_figure_opens_exactly_its_records(self):
        root = self.cheap.env(user=self.env.ref("base.user_root"))
        if not self.env["purchase.order"].sudo().search([("partner_id", "=", self.cheap.id)]):
            orders = [self._order(self.cheap, 5), self._order(self.cheap, 5, came=-19), self._order(self.cheap, 7, came=False)]
            self._order(self.middle, 5)
            self._send_back(orders[0], 1)
            self._fit(orders[1], -15)
            self._fit(orders[1], -5)
            self._renew(self.cheap)
        score = self.env(user=root.uid)["res.partner"].browse(self.cheap.id).supplier_score_id
        receipts, rejected = self._open("action_view_supplier_receipts"), self._open("action_view_supplier_rejected")
        self.assertEqual(sum((receipts - rejected).mapped("quantity_product_uom")), score.units_received)
        self.assertEqual(sum(rejected.mapped("quantity_product_uom")), score.units_rejected)
        self.assertEqual(sum(self._open("action_view_supplier_failures").mapped("quantity_product_uom")), score.units_failed)
        due, late = self._open("action_view_supplier_due"), self._open("action_view_supplier_late")
        self.assertEqual((len(due), len(due - late)), (score.lines_due, score.lines_on_time))
        self.assertEqual(sum(self._open("action_view_supplier_prices").mapped("price_total_cc")), score.amount_paid)
        self.assertEqual(
            (score.units_received, score.units_rejected, score.units_failed, score.lines_due, score.lines_on_time), (10.0, 1.0, 1.0, 3, 1))
        self.assertTrue(self._open("action_view_supplier_history"))
        for records in (receipts, due, self._open("action_view_supplier_failures")):
            names = {"stock.move.line": ["fitted_repair_id", "fitted_appliance_id", "lot_id", "reference"],
                     "purchase.order.line": ["order_id", "last_received_on", "promised_date", "supplier_paid_price"]}[records._name]
            self.assertEqual(len(records.read(names)), len(records))

    @users("test_buyer", "test_manager", "test_keeper")
    def test_worked_out_by_hand_the_figures_are_those_of_the_night(self):
        if not self.cheap.with_user(self.env.ref("base.user_root")).purchase_line_ids:
            for _round in range(2):
                self._order(self.cheap, 10)
        self.cheap.with_user(self.env.user).action_renew_supplier_score()
        score = self.cheap.with_user(self.env.user).supplier_score_id
        self.assertEqual((score.units_received, score.lines_due, score.lines_on_time, score.grade), (20.0, 2, 2, "A"))

    def test_without_a_score_the_buttons_say_so(self):
        with self.assertRaisesRegex(UserError, "no score yet"):
            self.cheap.action_view_supplier_due()

    @users("test_desk", "test_technician", "test_accountant")
    @mute_logger("odoo.addons.base.models.ir_model")
    def test_others_open_nothing(self):
        for button in ("receipts", "rejected", "failures", "due", "late", "prices", "history"):
            with self.assertRaises(UserError, msg=button):
                getattr(self.cheap.with_user(self.env.user), f"action_view_supplier_{button}")()
        with self.assertRaises(UserError):
            self.cheap.with_user(self.env.user).action_renew_supplier_score()

    # Cost

    def _count_queries(self, vendors):
        """The queries of a night on which every score has changed."""
        vendors._renew_supplier_scores()
        for vendor in vendors:
            self._set_score(vendor, 1.0, "D")
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        vendors._renew_supplier_scores()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def test_fifty_suppliers_cost_as_many_queries_as_five(self):
        vendors = self.env["res.partner"]
        for index in range(50):
            vendor = self._create_vendor(f"Vendor {index}")
            self._add_price(vendor, 10.0 + index)
            for _round in range(2):
                self._order(vendor, 2)
            vendors |= vendor
        few, many = self._count_queries(vendors[:5]), self._count_queries(vendors)
        self.assertLessEqual(many, few + 3, "a query for each supplier")
        self.assertLess(many, 60)
        self.assertEqual(set(vendors.mapped("supplier_grade")), {"A", "B"})
