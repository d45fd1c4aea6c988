import base64

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common_claim import ClaimOfTwoRepairsCommon


@tagged("post_install", "-at_install")
class TestClaimAnswer(ClaimOfTwoRepairsCommon):
    """A claim over two repairs, 360.00 untaxed, 406.80 with tax, of which the brand refuses half."""

    def test_invoice_has_one_line_a_claimed_line_with_tax_and_books_no_cost_again(self):
        claim = self._invoice(self.claim)
        invoice = claim.invoice_id
        self.assertRecordValues(invoice, [{
            "partner_id": self.maker.id, "state": "posted", "amount_untaxed": 360.0, "amount_total": 406.8, "move_type": "out_invoice"}])
        self.assertEqual(invoice.invoice_line_ids.sorted("sequence").mapped("price_subtotal"), claim.line_ids.sorted("sequence").mapped(
            "amount_claimed"))
        self.assertEqual(set(invoice.invoice_line_ids.tax_ids), set(self.tax))
        self.assertFalse(invoice.line_ids.filtered(lambda line: line.display_type == "cogs"))
        self.assertEqual(claim.amount_residual, 406.8)
        with self.assertRaisesRegex(UserError, "invoiced already"):
            claim.action_create_invoice()

    def test_prices_with_their_tax_inside_are_claimed_untaxed(self):
        self.tax.price_include_override = "tax_included"
        claim = self._invoice(self.claim)
        self.assertAlmostEqual(claim.invoice_id.amount_untaxed, claim.amount_claimed)

    def test_a_claim_half_refused_ends_with_each_line_where_it_belongs(self):
        claim = self._invoice(self.claim)
        self._answer(self.labour, "paid")
        self._answer(self.fan, "short", 50.0, "rate")
        self._answer(self.other_labour, "refused", reason="expired")
        self._answer(self.other_fan, "refused", reason="proof")
        self.assertRecordValues(claim, [{
            "amount_paid": 150.0, "amount_refused": 210.0, "open_count": 0, "unresolved_count": 3, "uncredited_count": 0, "state": "sent"}])
        self.assertAlmostEqual(claim.refused_share, 58.3, 1)
        self.assertEqual(claim.action_resolve_next()["context"]["default_line_id"], self.fan.id)
        margin, claimable = self.second.amount_margin, self.second.amount_claimable
        self._resolve(self.fan, "company", "not worth a dispute")
        self._resolve(self.other_labour, "company", "warranty had expired indeed")
        self._resolve(self.other_fan, "claim_again", "invoice found")
        self.assertEqual((claim.unresolved_count, claim.uncredited_count), (0, 3))
        with self.assertRaisesRegex(UserError, "waits for a decision"):
            claim.action_resolve_next()
        self.assertEqual(self.second.service_line_ids.payer, "company")
        self.assertEqual(self.second.move_ids.payer, "brand")
        self.assertRecordValues(self.second, [{"amount_claimable": claimable - 100.0, "amount_margin": margin - 100.0}])
        self.assertEqual(self.order.amount_claimable, 150.0)  # 180.00 less what the brand left unpaid of the part
        claim.action_credit()
        # 360.00 less 30.00, 100.00 and 80.00 is 150.00 untaxed, 169.50 with tax.
        self.assertRecordValues(claim.credit_move_ids, [{"amount_untaxed": 210.0, "state": "posted", "move_type": "out_refund"}])
        self.assertAlmostEqual(claim.invoice_id.amount_residual, 169.5)
        self.assertEqual(claim.credit_move_ids.payment_state, "paid")
        self.assertEqual(claim.state, "settled")
        again = self._gather()
        self.assertRecordValues(again.line_ids, [{
            "move_id": self.second.move_ids.id, "amount_claimed": 80.0, "previous_id": self.other_fan.id}])

    def test_a_claim_that_is_wholly_paid_is_settled_and_stays(self):
        claim = self._invoice(self.claim)
        claim.action_answer_all_paid()
        self.assertEqual((claim.state, claim.amount_paid), ("settled", 360.0))
        with self.assertRaises(UserError):
            self._answer(self.fan, "short", 50.0, "rate")

    def test_what_is_left_of_a_part_payment_can_be_claimed_again(self):
        claim = self._invoice(self.claim)
        self._answer(self.fan, "short", 50.0, "rate")
        self._resolve(self.fan, "claim_again", "rate list of May attached")
        claim.action_credit()
        again = self._gather()
        self.assertEqual(again.line_ids.amount_claimed, 30.0)
        self.assertEqual(again.line_ids.previous_id, self.fan)

    def test_the_customer_pays_only_when_he_signs_a_quotation_of_his_own(self):
        claim = self._invoice(self.claim)
        self._answer(self.labour, "refused", reason="expired")
        self._resolve(self.labour, "customer", "he was told at the visit")
        sale = self.labour.sudo().customer_sale_id
        self.assertRecordValues(sale, [{
            "partner_id": self.partner.id, "amount_untaxed": 100.0, "state": "sent", "require_signature": True}])
        self.assertEqual((self.labour.customer_answer, self.labour.resolved_on, claim.unresolved_count), ("waiting", False, 1))
        seller = self.user_manager
        seller.group_ids = [Command.link(self.env.ref("sales_team.group_sale_salesman_all_leads").id)]
        for attempt in (lambda: sale.with_user(seller).action_confirm(),
                        lambda: sale.with_user(seller).write({"signed_on": "2026-01-01 00:00:00", "signature": self.signature}),
                        lambda: sale.order_line.with_user(seller).write({"price_unit": 1.0}),
                        lambda: sale.order_line.with_user(seller).unlink()):
            with self.assertRaises(UserError):
                attempt()
        with self.assertRaises(UserError):
            claim.action_credit()  # nothing is decided yet
        sale.write({"signed_by": "Wang Fang", "signed_on": "2026-01-01 00:00:00", "signature": self.signature})
        sale.action_confirm()
        self.assertEqual((self.labour.customer_answer, claim.unresolved_count, claim.uncredited_count), ("agreed", 0, 1))
        self.env.flush_all()
        charge = self.env["repair.charge"].with_user(self.user_accountant).search([
            ("repair_id", "=", self.order.id), ("kind", "=", "service")])
        self.assertRecordValues(charge, [{"payer": "customer", "payer_id": self.partner.id, "amount": 100.0}])

    def test_a_customer_who_refuses_leaves_the_line_to_another_decision(self):
        self._invoice(self.claim)
        self._answer(self.labour, "refused", reason="expired")
        self._resolve(self.labour, "customer", "told at the visit")
        self.labour.sudo().customer_sale_id._action_cancel()
        self.assertEqual((self.labour.customer_answer, self.labour.resolution), ("refused", False))
        self._resolve(self.labour, "supplier", "part of the supplier's recall")
        self.assertEqual(self.order.service_line_ids.payer, "supplier")

    def test_answers_need_a_posted_invoice_a_reason_and_an_amount_that_fits(self):
        self.claim.action_send()
        with self.assertRaisesRegex(UserError, "post that"):
            self._answer(self.labour, "paid")
        self._invoice(self.claim)
        for answer, amount, reason in (("refused", 0.0, None), ("short", 0.0, "rate"), ("short", 100.0, "rate"), ("short", 120.0, "rate"),
                                       ("short", -5.0, "rate"), (False, 0.0, None)):
            with self.subTest(answer=answer, amount=amount), self.assertRaises(UserError):
                self._answer(self.labour, answer, amount, reason)
        self.assertEqual(self.labour.answer, "open")

    def test_a_decision_needs_a_refusal_and_a_reason_and_stands(self):
        self._invoice(self.claim)
        with self.assertRaisesRegex(UserError, "nothing was refused"):
            self._resolve(self.labour, "company")
        self._answer(self.labour, "refused", reason="expired")
        for resolution, reason in (("company", " "), ("company", "x" * 501), ("nobody", "x"), (False, "x"), (["company"], "x")):
            with self.subTest(resolution), self.assertRaises(UserError):
                self.labour._resolve(resolution, reason)
        self._resolve(self.labour, "company")
        for attempt in (lambda: self._resolve(self.labour, "supplier"), lambda: self._answer(self.labour, "paid")):
            with self.assertRaises(UserError):
                attempt()

    def test_a_line_that_cannot_be_claimed_is_borne_by_the_company_from_the_draft(self):
        self._resolve(self.labour, "company", "no proof to be had")
        self.assertEqual((self.labour.answer, self.claim.amount_claimed), ("withdrawn", 260.0))
        self.assertEqual(self.order.service_line_ids.payer, "company")
        with self.assertRaises(UserError):
            self._resolve(self.fan, "claim_again", "x")
        claim = self._invoice(self.claim)
        self.assertEqual(claim.invoice_id.amount_untaxed, 260.0)
        claim.action_answer_all_paid()
        self.assertEqual(claim.state, "settled")
        self.assertFalse(self._gather().line_ids)

    def test_a_draft_of_which_nothing_is_left_to_claim_is_settled(self):
        for line in self.claim.line_ids:
            self.assertEqual(self.claim.state, "draft")
            self._resolve(line, "company", "no proof to be had")
        self.assertEqual((self.claim.state, self.claim.amount_claimed), ("settled", 0.0))
        self.assertFalse(self._gather().line_ids)

    def test_an_invoice_asks_for_what_was_claimed_and_stays_once_answered(self):
        self.claim.action_send()
        claim = self.claim.with_user(self.user_accountant)
        claim.action_create_invoice()
        claim.invoice_id.invoice_line_ids[:1].price_unit = 90.0
        with self.assertRaisesRegex(UserError, "was claimed at"):
            claim.action_post_invoice()
        claim.invoice_id.unlink()
        self.assertEqual(claim.invoice_state, "none")
        self._invoice(claim)
        claim.invoice_id.button_draft()
        claim.invoice_id.action_post()
        self._answer(self.labour, "paid")
        for forbidden in (claim.invoice_id.button_draft, claim.invoice_id.button_cancel, claim.action_cancel):
            with self.subTest(forbidden.__name__), self.assertRaises(UserError):
                forbidden()

    def _read(self, text, user=None):
        dialogue = self.env["repair.claim.import"].with_user(user or self.user_accountant).create({
            "claim_id": self.claim.id, "file_name": "answers.csv", "content": base64.b64encode(text.encode())})
        dialogue.action_read()
        return dialogue

    def test_answers_from_a_sheet_with_errors_row_by_row(self):
        claim = self._invoice(self.claim)
        ref = [line.reference for line in (self.labour, self.fan, self.other_labour, self.other_fan)]
        dialogue = self._read(
            "Claim line,Answer,Amount paid,Reason of the refusal,Remark\n"
            f"{ref[0]},Paid,,,thanks\n{ref[1]},,50.00,rate,\n{ref[2]},Refused,,Warranty had expired,\n"
            f"{ref[2]},Paid,,,\nBC/1999/1-001,Paid,,,\n{ref[3]},Refused,,,\n")
        self.assertEqual((dialogue.good_count, dialogue.bad_count), (3, 3))
        self.assertEqual(dialogue.row_ids.sorted("number").mapped("error"), [
            False, False, False, "Twice on the sheet", "No line of this claim", "The reason is missing"])
        dialogue.action_apply()
        self.assertEqual(
            [line.answer for line in (self.labour, self.fan, self.other_labour, self.other_fan)], ["paid", "short", "refused", "open"])
        self.assertEqual((self.fan.amount_paid, self.fan.reason_id, self.labour.answer_note), (50.0, self.reasons["rate"], "thanks"))
        self.assertEqual(len(dialogue.row_ids), 3)
        self.assertEqual(claim.open_count, 1)
        with self.assertRaisesRegex(UserError, "No row"):
            dialogue.action_apply()

    def test_the_sheet_that_was_sent_can_be_filled_in_and_read_back(self):
        self._invoice(self.claim)
        lines = self.claim._make_csv().decode("utf-8-sig").splitlines()
        filled = [lines[0]] + [line.rsplit(",,,,", 1)[0] + ",Refused,0,expired,no" for line in lines[1:]]
        dialogue = self._read("\n".join(filled))
        self.assertEqual((dialogue.good_count, dialogue.bad_count), (4, 0))
        dialogue.action_apply()
        self.assertEqual(set(self.claim.line_ids.mapped("answer")), {"refused"})

    def test_nonsense_in_a_sheet_is_told_and_changes_nothing(self):
        self._invoice(self.claim)
        ref = self.labour.reference
        for row, error in ((f"{ref},Perhaps,,,", "Unknown answer"), (f"{ref},Paid,much,,", "no amount"), (f"{ref},Paid,10,,", "contradict"),
                           (f"{ref},,1000,,", "between nothing"), (f"{ref},Paid in part,,rate,", "type the amount"),
                           (f"{ref},Refused,,because,", "Unknown reason")):
            with self.subTest(row):
                dialogue = self._read(f"Claim line,Answer,Amount paid,Reason of the refusal,Remark\n{row}\n")
                self.assertRegex(dialogue.row_ids.error, error)
        for text in ("", "Answer\nPaid\n", "\x00"):
            with self.subTest(text), self.assertRaises(UserError):
                self._read(text)
        self.assertEqual(self.labour.answer, "open")

    def test_only_accounting_notes_answers_and_only_claimers_decide(self):
        claim = self._invoice(self.claim)
        for name in ("manager", "auditor", "technician", "desk", "inspector"):
            user = getattr(self, f"user_{name}")
            with self.subTest(name):
                with self.assertRaises(AccessError):
                    self._answer(self.labour, "paid", user=user)
                with self.assertRaises(AccessError):
                    claim.with_user(user).action_answer_all_paid()
                with self.assertRaises(AccessError):
                    self._read("x", user)
                with self.assertRaises(AccessError):
                    claim.with_user(user).action_credit()
        self._answer(self.labour, "refused", reason="expired")
        for name in ("auditor", "technician", "desk", "inspector"):
            with self.subTest(name), self.assertRaises(AccessError):
                self._resolve(self.labour, "company", user=getattr(self, f"user_{name}"))

    def test_rows_of_a_dialogue_are_not_made_up(self):
        self._invoice(self.claim)
        dialogue = self._read(f"Claim line,Answer\n{self.labour.reference},Refused\n")
        for values in ({"row_ids": [Command.create({"line_id": self.labour.id, "answer": "paid"})]},
                       {"row_ids": [Command.update(dialogue.row_ids.id, {"error": False})]}):
            with self.subTest(values), self.assertRaises(UserError):
                dialogue.write(values)
        with self.assertRaises(AccessError):
            dialogue.row_ids.write({"error": False})
