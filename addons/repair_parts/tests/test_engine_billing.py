from odoo.tests import BaseCase, tagged

from odoo.addons.repair_parts.engine.billing import Paper, allocate, settle, spread_returns


@tagged("post_install", "-at_install")
class TestEngineBilling(BaseCase):
    def _paper(self, key, units, price, origin=None, currency="CNY", rate=1.0):
        return Paper(key, units, units * price * rate, price, currency, origin)

    def test_bills_pay_for_receipts_in_their_order(self):
        self.assertEqual(allocate([(5, 55.0), (5, 65.0)], [3, 4, 2]), [(3, 33.0), (4, 48.0), (2, 26.0)])  # 2 at 11 and 2 at 13

    def test_what_is_not_billed_yet_gets_nothing(self):
        self.assertEqual(allocate([(4, 44.0)], [3, 4]), [(3, 33.0), (1, 11.0)])
        self.assertEqual(allocate([], [3]), [(0.0, 0.0)])

    def test_what_was_sent_back_and_credited_leaves_the_price_of_the_rest(self):
        bill = self._paper("b", 10, 11.0)
        self.assertEqual(settle([bill], [self._paper("c", 2, 11.0)], 2), [(8, 88.0)])
        self.assertEqual(settle([bill], [self._paper("c", 2, 9.0)], 2), [(8, 88.0)])  # the vendor keeps a fee: no price of the goods

    def test_a_credit_note_at_the_billed_price_takes_the_bill_back(self):
        bill = self._paper("b", 10, 11.0)
        self.assertEqual(settle([bill], [self._paper("c", 10, 11.0)], 0), [(0.0, 0.0)])
        self.assertEqual(settle([bill, self._paper("d", 10, 12.0)], [self._paper("c", 10, 11.0, origin="b")], 0), [(0.0, 0.0), (10, 120.0)])

    def test_a_credit_note_below_the_billed_price_is_a_rebate(self):
        bill = self._paper("b", 10, 11.0)
        self.assertEqual(settle([bill], [self._paper("c", 10, 0.5)], 0), [(10, 105.0)])
        self.assertEqual(settle([bill], [self._paper("c", 4, 1.0)], 0), [(10, 106.0)])

    def test_a_bill_taken_back_at_another_rate_of_exchange_is_no_rebate(self):
        bill = self._paper("b", 10, 11.0, currency="USD", rate=8.0)
        self.assertEqual(settle([bill], [self._paper("c", 4, 11.0, currency="USD", rate=7.0)], 0), [(6, 528.0)])

    def test_a_credit_note_without_a_name_is_about_the_newest_bill(self):
        bills = [self._paper("b", 5, 11.0), self._paper("d", 5, 13.0)]
        self.assertEqual(settle(bills, [self._paper("c", 6, 13.0)], 6), [(4, 44.0), (0.0, 0.0)])

    def test_returns_are_taken_off_their_receipt_and_else_off_the_newest(self):
        self.assertEqual(spread_returns({"a": 5, "b": 3}, [("a", 2), (None, 4)]), {"a": 2, "b": 0})
