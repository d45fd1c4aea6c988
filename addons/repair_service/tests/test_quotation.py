from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged, users
from odoo.tools import mute_logger

from .common import RepairServiceCommon


@tagged("post_install", "-at_install")
class TestQuotation(RepairServiceCommon):

    def _quote(self, **part):
        order = self._to_stage(self._create_order(), "diagnosed")
        if part:
            self._add_part(order, **part)
        order.action_send_quotation()
        return order

    def test_customer_pays_labour_and_part_outside_warranty(self):
        self._add_stock(self.part, 5)
        order = self._quote(quantity=2)
        # labour 100 + 2 fan motors at 80
        self.assertEqual(order.amount_customer_total, 260)
        self.assertEqual(order.amount_other_payers, 0)

    def test_lines_of_other_payers_cost_the_customer_nothing(self):
        self._add_stock(self.part, 5)
        order = self._quote(quantity=1, payer="brand")
        self.assertEqual((order.amount_customer_total, order.amount_other_payers), (100, 80))
        order.action_approve_quotation()
        prices = {line.product_id: line.price_unit for line in order.sale_order_id.order_line}
        self.assertEqual(prices, {self.labour_product: 100, self.part: 0})

    def test_words_changed_after_the_approval_reach_the_sale_order(self):
        order = self._quote()
        order.action_approve_quotation()
        order.sale_order_id.locked = True
        order.service_line_ids.with_user(self.user_technician).name = "Fan motor exchanged on the spot"
        self.assertEqual(order.sale_order_id.order_line.name, "Fan motor exchanged on the spot")
        self.assertFalse(order.has_unapproved_lines)

    def test_price_lowered_after_the_approval_needs_none_and_reaches_the_invoice(self):
        self._add_stock(self.part, 5)
        order = self._quote(quantity=2)
        order.action_approve_quotation()
        order.action_repair_start()
        order.service_line_ids.price_unit = 90
        order.move_ids.repair_price_unit = 70
        self.assertFalse(order.has_unapproved_lines)
        self._answer_inspection(order)
        self.assertEqual(order.sale_order_id.amount_untaxed, 230)  # 90 + 2 x 70

    def test_payer_found_after_the_approval_reaches_the_invoice(self):
        self._add_stock(self.part, 5)
        order = self._quote(quantity=2)
        order.action_approve_quotation()
        order.action_repair_start()
        order.with_user(self.user_manager).move_ids.payer = "supplier"
        self._answer_inspection(order)
        self.assertEqual((order.sale_order_id.amount_untaxed, order.amount_customer_total), (100, 100))

    def test_part_that_is_cancelled_is_not_paid(self):
        self._add_stock(self.part, 5)
        order = self._quote(quantity=2)
        order.move_ids.with_user(self.env.ref("base.user_admin"))._action_cancel()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((order.amount_customer_total, order.amount_other_payers), (100, 0))

    def test_quotation_needs_lines(self):
        order = self._to_stage(self._create_order(), "diagnosed")
        order.service_line_ids.unlink()
        with self.assertRaises(UserError):
            order.action_send_quotation()

    def test_approved_once(self):
        order = self._quote()
        order.action_approve_quotation("Wang Fang", "phone")
        sale_order = order.sale_order_id
        with self.assertRaisesRegex(UserError, "already approved"):
            order.action_approve_quotation("Somebody", "phone")
        with self.assertRaises(UserError):
            order.action_refuse_quotation("Somebody", "changed my mind")
        self.assertEqual((order.approved_by, order.sale_order_id), ("Wang Fang", sale_order))
        self.assertEqual(len(sale_order.order_line), 1)

    def test_link_and_spot_need_a_signature(self):
        order = self._quote()
        for channel in ("link", "onsite"):
            with self.assertRaises(UserError):
                order.action_approve_quotation(channel=channel)
        with self.assertRaises(UserError):
            order.action_approve_quotation(channel="carrier pigeon")
        self.assertEqual(order.quotation_state, "sent")

    def test_expired_quotation_cannot_be_approved(self):
        order = self._quote()
        order._flow_write({"quotation_valid_until": fields.Date.subtract(fields.Date.today(), days=2)})
        with self.assertRaisesRegex(UserError, "expired"):
            order.action_approve_quotation()
        order.action_send_quotation()
        order.action_approve_quotation()
        self.assertEqual((order.quotation_version, order.quotation_state), (2, "approved"))

    def test_changed_quotation_is_sent_again(self):
        self._add_stock(self.part, 5)
        changes = {
            "dearer": lambda order: order.service_line_ids.write({"price_unit": 500}),
            "longer": lambda order: self._add_part(order),
            "shorter": lambda order: order.service_line_ids.unlink(),
            "other part": lambda order: order.move_ids.write({"product_uom_qty": 3}),
            "part gone": lambda order: order.move_ids.unlink(),
        }
        for name, change in changes.items():
            with self.subTest(name):
                order = self._quote(quantity=1)
                change(order)
                self.assertEqual((order.quotation_state, order.next_step), ("draft", "quote"))
                with self.assertRaises(UserError):
                    order.action_approve_quotation()

    def test_withdrawn_supplement_keeps_what_was_approved(self):
        order = self._to_stage(self._quote(), "repairing")
        line = self.env["repair.service.line"].create({"repair_id": order.id, "product_id": self.labour_product.id})
        order.action_send_quotation()
        line.unlink()
        self.assertEqual((order.quotation_state, order.has_unapproved_lines), ("approved", False))
        self._answer_inspection(order)
        self.assertEqual(order.service_stage, "inspected")

    def test_added_line_needs_approval_again(self):
        self._add_stock(self.part, 5)
        order = self._to_stage(self._quote(), "repairing")
        self._add_part(order)
        self.assertTrue(order.has_unapproved_lines)
        with self.assertRaises(UserError):
            self._answer_inspection(order)
        self.assertFalse(order.sale_order_id.order_line.filtered(lambda line: line.product_id == self.part))
        order.action_send_quotation()
        order.action_approve_quotation()
        self._answer_inspection(order)
        self.assertEqual((order.service_stage, order.sale_order_id.amount_untaxed), ("inspected", 180))

    def test_dearer_line_needs_approval_again(self):
        order = self._to_stage(self._quote(), "approved")
        order.service_line_ids.price_unit = 100.01
        with self.assertRaises(UserError):
            order.action_repair_start()
        order.service_line_ids.price_unit = 90
        order.action_repair_start()
        self.assertEqual(order.service_stage, "repairing")

    def test_refused_supplement_goes_on_with_what_was_approved(self):
        self._add_stock(self.part, 5)
        order = self._to_stage(self._quote(), "repairing")
        part = self._add_part(order)
        order.action_send_quotation()
        order.action_refuse_quotation(reason="too expensive")
        self.assertEqual((order.quotation_state, part.state, order.amount_customer_total), ("approved", "cancel", 100))
        self._answer_inspection(order)
        self.assertEqual(order.service_stage, "inspected")

    def test_refusal_leaves_the_inspection_fee(self):
        self._add_stock(self.part, 5)
        order = self._quote(quantity=1)
        order.action_refuse_quotation("Wang Fang", "buys a new one")
        self.assertEqual((order.quotation_state, order.amount_customer_total), ("refused", 40))
        self.assertEqual(order.sale_order_id.order_line.mapped("price_unit"), [40])
        self.assertEqual(order.next_step, "invoice")
        with self.assertRaises(UserError):
            order.action_repair_start()
        with self.assertRaises(UserError):
            self._add_part(order)

    def test_repair_cannot_end_without_the_part(self):
        self._add_stock(self.part, 1)
        order = self._to_stage(self._quote(quantity=2), "repairing")
        with self.assertRaises(UserError):
            self._answer_inspection(order)
        self.assertEqual((order.state, order.service_stage), ("under_repair", "repairing"))
        self._add_stock(self.part, 1)
        self._answer_inspection(order)
        self.assertEqual(self.part.qty_available, 0)

    def test_parts_leave_stock_once(self):
        self._add_stock(self.part, 5)
        order = self._to_stage(self._quote(quantity=2), "inspected")
        self.assertEqual(self.part.qty_available, 3)
        with self.assertRaises(UserError):
            order.action_repair_end()
        self.assertEqual(self.part.qty_available, 3)

    def test_settled_lines_stay_as_they_are(self):
        order = self._to_stage(self._quote(), "inspected")
        with self.assertRaises(UserError):
            order.service_line_ids.price_unit = 1
        with self.assertRaises(UserError):
            self.env["repair.service.line"].create({"repair_id": order.id, "product_id": self.labour_product.id})

    def test_approval_of_a_line_cannot_be_forged(self):
        order = self._quote()
        with self.assertRaises(UserError):
            order.service_line_ids.approved_subtotal = 10000
        line = self.env["repair.service.line"].create(
            {"repair_id": order.id, "product_id": self.labour_product.id, "approved_subtotal": 10000})
        self.assertEqual(line.approved_subtotal, 0)

    def test_nonsense_on_lines_is_refused(self):
        order = self._to_stage(self._create_order(), "diagnosed")
        for values in ({"quantity": 0}, {"quantity": -1}, {"price_unit": -5}):
            with self.subTest(**values), self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
                self.env["repair.service.line"].create({"repair_id": order.id, "product_id": self.labour_product.id, **values})
        with self.assertRaises(ValidationError):
            self.env["repair.service.line"].create({"repair_id": order.id, "product_id": self.part.id})
        with self.assertRaises(ValidationError):
            self._add_part(order, quantity=-2)
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            self._add_part(order, repair_price_unit=-1)

    def test_answer_dialogue_records_a_refusal_with_reason(self):
        order = self._quote()
        form = Form(self.env["repair.quotation.answer"].with_context(active_id=order.id))
        self.assertEqual(form.answered_by, "Wang Fang")
        form.decision = "refuse"
        form.reason = "too expensive"
        form.save().action_confirm()
        self.assertEqual((order.quotation_state, order.refusal_reason), ("refused", "too expensive"))

    @users("test_technician", "test_desk", "test_inspector")
    def test_only_accounting_invoices(self):
        order = self._to_stage(self._create_order(), "accepted")
        with self.assertRaises(AccessError):
            order.with_env(self.env).action_create_invoice()

    def test_orders_are_found_by_how_far_they_are_invoiced(self):
        accepted, drafted, posted, cancelled = (
            self._to_stage(self._create_order(appliance_id=self._create_appliance().id), "accepted") for _number in range(4))
        (drafted | posted | cancelled).mapped(lambda order: order.action_create_invoice() and order)
        posted.action_post_invoice()
        cancelled.invoice_ids.button_cancel()
        mine = accepted | drafted | posted | cancelled
        expected = {"none": accepted | cancelled, "draft": drafted, "posted": posted}
        for state, orders in expected.items():
            with self.subTest(state=state):
                self.assertEqual(set(mine.mapped("invoice_state")), set(expected))
                self.assertEqual(mine.filtered_domain([("invoice_state", "=", state)]), orders)
                for user in (self.env.user, self.user_desk):
                    found = mine.with_user(user).search([("id", "in", mine.ids), ("invoice_state", "=", state)])
                    self.assertEqual(found, orders)
        found = mine.search([("id", "in", mine.ids), ("invoice_state", "!=", "posted")])
        self.assertEqual(found, mine - posted)
