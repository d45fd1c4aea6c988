from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common_complaint import ComplaintCommon


@tagged("post_install", "-at_install")
class TestComplaintMoney(ComplaintCommon):
    """Labour 100.00, inspection fee 40.00 (free here), 13 % tax: the customer was invoiced."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not cls.company.chart_template:
            cls.env["account.chart.template"].try_loading("cn", cls.company, install_demo=False)
        tax = cls.env["account.tax"].create({"name": "13 % complaint", "amount": 13, "type_tax_use": "sale", "company_id": cls.company.id})
        cls.labour_product.taxes_id = [Command.set(tax.ids)]
        cls.category.labour_product_ids = cls._as_labour(cls.labour_product)
        cls.order = cls._to_stage(cls._create_order(appliance_id=cls._create_appliance().id), "accepted")
        cls.order.with_user(cls.user_accountant).action_create_invoice()
        cls.order.with_user(cls.user_accountant).action_post_invoice()
        cls.invoice = cls.order.invoice_ids
        cls.user_accountant2 = new_test_user(cls.env, "test_accountant2", "base.group_user,account.group_account_invoice")
        cls.company.repair_complaint_limit = 200.0

    def _case(self, **values):
        complaint = self._complain()
        complaint.action_acknowledge()
        complaint.action_investigate()
        complaint.write({
            "finding": "x", "root_cause_id": self.cause_part.id, "proposal": "Money back", "measures": "x", "remedy": "refund", **values})
        return complaint

    def test_the_order_was_invoiced_with_113(self):
        self.assertEqual(self.invoice.amount_total, 113.0)

    def test_a_whole_refund_reverses_the_invoice(self):
        complaint = self._case(refund_amount=113.0)
        complaint.with_user(self.user_desk).action_request_money()
        self.assertEqual(complaint.money_state, "approved")  # up to the limit
        complaint.with_user(self.user_accountant).action_book_money()
        move = complaint.refund_move_ids
        self.assertRecordValues(move, [{
            "move_type": "out_refund", "state": "posted", "amount_total": 113.0, "reversed_entry_id": self.invoice.id,
            "partner_id": self.partner.id}])
        self.assertEqual(complaint.money_state, "booked")
        self.assertEqual(complaint._get_refundable_amount(), 0.0)

    def test_a_part_is_refunded_to_the_cent_with_its_tax(self):
        # 50.00 with 13 % tax is 44.25 and 5.75; 33.34 is 29.50 and 3.84
        for amount, untaxed in ((50.0, 44.25), (33.34, 29.5)):
            complaint = self._case(refund_amount=amount)
            complaint.action_request_money()
            complaint.with_user(self.user_accountant).action_book_money()
            self.assertRecordValues(complaint.refund_move_ids, [{
                "amount_total": amount, "amount_untaxed": untaxed, "reversed_entry_id": self.invoice.id, "state": "posted"}])
        self.assertAlmostEqual(complaint._get_refundable_amount(), 113.0 - 83.34)

    def test_what_rounding_leaves_goes_to_the_tax(self):
        # 100.00 / 1.13 = 88.50, 13 % of it 11.51: one cent too many
        complaint = self._case(refund_amount=100.0)
        complaint.action_request_money()
        complaint.with_user(self.user_accountant).action_book_money()
        self.assertEqual(complaint.refund_move_ids.amount_total, 100.0)

    def test_nobody_gets_back_more_than_was_invoiced(self):
        complaint = self._case(refund_amount=113.01)
        with self.assertRaises(UserError):
            complaint.action_request_money()
        complaint.refund_amount = 100.0
        complaint.action_request_money()
        complaint.with_user(self.user_accountant).action_book_money()
        second = self._case(refund_amount=13.01)
        with self.assertRaises(UserError):
            second.action_request_money()

    def test_compensation_is_a_credit_note_of_its_own_without_tax(self):
        complaint = self._case(remedy="compensation", compensation_amount=150.0)
        complaint.action_request_money()
        complaint.with_user(self.user_accountant).action_book_money()
        self.assertRecordValues(complaint.refund_move_ids, [{
            "move_type": "out_refund", "amount_total": 150.0, "amount_tax": 0.0, "reversed_entry_id": False, "state": "posted"}])
        self.assertIn(complaint.number, complaint.refund_move_ids.ref)

    def test_over_the_limit_accounting_approves_and_not_who_asked(self):
        complaint = self._case(remedy="compensation", compensation_amount=200.01)
        self.user_desk.group_ids += self.env.ref("account.group_account_invoice")
        complaint.with_user(self.user_desk).action_request_money()
        self.assertEqual((complaint.money_state, complaint.money_requested_by_id), ("asked", self.user_desk))
        with self.assertRaises(UserError):
            complaint.with_user(self.user_desk).action_approve_money()
        with self.assertRaises(UserError):
            complaint.with_user(self.user_accountant).action_book_money()
        complaint.with_user(self.user_accountant).action_approve_money()
        self.assertEqual(complaint.money_approved_by_id, self.user_accountant)
        complaint.with_user(self.user_accountant2).action_book_money()
        self.assertEqual(complaint.refund_move_ids.amount_total, 200.01)

    def test_at_the_limit_nothing_is_asked(self):
        complaint = self._case(remedy="compensation", compensation_amount=200.0)
        complaint.action_request_money()
        self.assertEqual(complaint.money_state, "approved")

    def test_refused_money_may_be_asked_for_differently(self):
        complaint = self._case(remedy="compensation", compensation_amount=500.0)
        complaint.action_request_money()
        with self.assertRaises(UserError):
            complaint.compensation_amount = 1.0
        complaint.with_user(self.user_accountant).action_refuse_money()
        complaint.compensation_amount = 100.0
        complaint.action_request_money()
        self.assertEqual(complaint.money_state, "approved")

    def test_the_desk_neither_approves_nor_books(self):
        complaint = self._case(remedy="compensation", compensation_amount=500.0)
        complaint.action_request_money()
        for user in (self.user_desk, self.user_manager, self.user_head):
            for step in ("action_approve_money", "action_refuse_money", "action_book_money", "action_view_refunds"):
                with self.subTest(f"{user.login} {step}"), self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
                    getattr(complaint.with_user(user), step)()

    def test_money_is_booked_once(self):
        complaint = self._case(refund_amount=10.0)
        complaint.action_request_money()
        complaint.with_user(self.user_accountant).action_book_money()
        with self.assertRaises(UserError):
            complaint.with_user(self.user_accountant).action_book_money()
        self.assertEqual(len(complaint.refund_move_ids), 1)

    def test_a_case_is_not_settled_before_its_money_is_in_the_books(self):
        complaint = self._case(refund_amount=10.0)
        complaint.action_propose()
        complaint.action_agree()
        with self.assertRaises(UserError):
            complaint.action_resolve()
        complaint.action_request_money()
        complaint.with_user(self.user_accountant).action_book_money()
        complaint.action_resolve()
        self.assertEqual(complaint.stage, "resolved")

    def test_a_refund_needs_its_amount_and_amounts_are_not_negative(self):
        complaint = self._case()
        with self.assertRaises(UserError):
            complaint.action_propose()
        with self.assertRaises(UserError):
            complaint.action_request_money()
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            complaint.refund_amount = -1.0
            self.env.flush_all()
