import base64

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common_claim import RepairClaimCommon


@tagged("post_install", "-at_install")
class TestClaimDoors(RepairClaimCommon):
    """What a caller brings along decides nothing, and a question that was put to the customer has one answer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._accept()

    def test_lines_are_gathered_open_whatever_the_caller_brings_along(self):
        forged = {
            "answer": "refused", "amount_paid": 1.0, "resolution": "company", "resolved_on": "2026-01-01 00:00:00", "is_live": False,
            "amount_refused": 50.0, "answered_on": "2026-01-01 00:00:00", "customer_answer": "agreed"}
        for name, value in forged.items():
            self.env["ir.default"].set("repair.brand.claim.line", name, value, user_id=self.user_accountant.id)
        claims = self.env["repair.brand.claim"].with_user(self.user_accountant).with_context(
            **{f"default_{name}": value for name, value in forged.items()})
        claim = claims.create({
            "brand_id": self.brand.id, "date_from": fields.Date.subtract(self.today, days=5), "date_to": self.today})
        claim.action_gather()
        self.assertRecordValues(claim.line_ids, [{
            "answer": "open", "amount_paid": 0.0, "resolution": False, "resolved_on": False, "is_live": True, "amount_refused": 0.0,
            "answered_on": False, "customer_answer": False}] * 2)

    def test_evidence_is_what_its_finder_may_read(self):
        claim = self._gather(self.user_manager)
        secret = self.env["ir.attachment"].create({
            "name": "payslip.png", "datas": self.signature, "res_model": "hr.employee", "res_id": self.employee_technician.id})
        for command in (Command.link(secret.id), Command.set(secret.ids)):
            with self.subTest(command), self.assertRaises(AccessError):
                claim.line_ids[:1].write({"evidence_ids": [command]})
        self.assertFalse(claim.line_ids.evidence_ids)

    def test_evidence_and_proof_stand_in_the_dossier(self):
        claim = self._gather()
        image = self.env["ir.attachment"].with_user(self.user_accountant).create({
            "name": "plate.png", "datas": self.signature, "res_model": "repair.brand.claim.line", "res_id": claim.line_ids[:1].id})
        claim.line_ids[:1].evidence_ids = image
        ((_order, lines, _shared, photos),) = claim._get_dossier_orders()
        self.assertEqual((len(lines), len(photos)), (2, 0))
        html = self.env["ir.actions.report"].with_context(force_report_rendering=False)._render_qweb_html(
            "repair_service.report_brand_claim", claim.ids)[0]
        self.assertIn(b'alt="plate.png"', html)

    # -- the question to the customer

    def _ask(self):
        claim = self._invoice(self._gather())
        line = self._get_line(claim, self.order)
        self._answer(line, "refused", reason="expired")
        self._resolve(line, "customer", "told at the visit")
        return claim, line, line.sudo().customer_sale_id

    def _sign(self, sale):
        sale.write({"signed_by": "Wang Fang", "signed_on": "2026-01-01 00:00:00", "signature": self.signature})
        sale.action_confirm()

    def test_a_quotation_that_was_refused_is_not_revived_once_another_pays(self):
        _claim, line, sale = self._ask()
        sale._action_cancel()
        self._resolve(line, "company", "goodwill")
        with self.assertRaisesRegex(UserError, "decided"):
            sale.action_draft()
        with self.assertRaisesRegex(UserError, "decided"), self.cr.savepoint():
            sale.write({"state": "sent"})
            self._sign(sale)
        self.assertEqual(self.order.service_line_ids.payer, "company")

    def test_an_old_question_is_not_answered_after_a_new_one(self):
        _claim, line, first = self._ask()
        first._action_cancel()
        self._resolve(line, "customer", "he called back")
        second = line.sudo().customer_sale_id
        self.assertNotEqual(first, second)
        with self.assertRaisesRegex(UserError, "decided"), self.cr.savepoint():
            first.write({"state": "sent"})
            self._sign(first)
        self._sign(second)
        self.assertEqual(line.customer_answer, "agreed")

    def test_an_agreed_quotation_that_is_cancelled_leaves_the_line_to_another_decision(self):
        claim, line, sale = self._ask()
        self._answer(self._get_line(claim, self.order, part=True), "paid")
        self._sign(sale)
        claim.action_credit()
        self.assertEqual(claim.state, "settled")
        sale._action_cancel()
        self.assertEqual((claim.state, line.customer_answer, line.resolution, line.resolved_on), ("sent", "refused", False, False))
        self._resolve(line, "company", "customer went bankrupt")
        self.assertEqual((claim.state, self.order.service_line_ids.payer), ("settled", "company"))
        self.assertEqual(len(claim.credit_move_ids), 1)

    def test_an_agreed_quotation_that_was_invoiced_is_not_cancelled(self):
        _claim, _line, sale = self._ask()
        self._sign(sale)
        sale._create_invoices().action_post()
        with self.assertRaisesRegex(UserError, "invoiced"):
            sale._action_cancel()

    def test_a_draft_claim_whose_line_the_customer_was_asked_for_is_kept(self):
        claim = self._gather(self.user_manager)
        line = self._get_line(claim, self.order)
        self._resolve(line, "customer", "no proof to be had")
        for attempt in (claim.unlink, line.unlink):
            with self.subTest(attempt.__self__._name), self.assertRaisesRegex(UserError, "decided"):
                attempt()
        self.assertTrue(line.exists())

    def test_the_quotation_is_the_customers_and_holds_what_was_refused_only(self):
        _claim, _line, sale = self._ask()
        seller = self.user_manager
        seller.group_ids = [Command.link(self.env.ref("sales_team.group_sale_salesman_all_leads").id)]
        other = self.env["res.partner"].create({"name": "Somebody else"})
        product = self.env.ref("repair_service.product_refused_by_brand").product_variant_id
        for values in ({"partner_id": other.id}, {"order_line": [Command.create({"product_id": product.id, "price_unit": 500.0})]},
                       {"order_line": [Command.create({"product_id": product.id, "price_unit": -100.0})]}, {"require_signature": False}):
            with self.subTest(values), self.assertRaises(UserError):
                sale.with_user(seller).write(values)
        self.assertEqual((sale.partner_id, sale.amount_untaxed), (self.partner, 100.0))

    def test_a_question_is_withdrawn_by_who_decides(self):
        _claim, line, sale = self._ask()
        for user in (self.user_technician, self.user_desk, self.user_auditor):
            with self.subTest(user.login), self.assertRaises(AccessError):
                line.with_user(user).action_withdraw_question()
        line.with_user(self.user_manager).action_withdraw_question()
        self.assertEqual((sale.state, line.customer_answer, line.resolution), ("cancel", "refused", False))
        with self.assertRaisesRegex(UserError, "waits for no customer"):
            line.with_user(self.user_manager).action_withdraw_question()

    # -- sheets of a hostile or careless sender

    def _read(self, claim, content):
        dialogue = self.env["repair.claim.import"].with_user(self.user_accountant).create({
            "claim_id": claim.id, "file_name": "answers", "content": base64.b64encode(content)})
        dialogue.action_read()
        return dialogue

    def test_row_numbers_are_those_of_the_sheet(self):
        claim = self._invoice(self._gather())
        first, second = claim.line_ids.mapped("reference")
        dialogue = self._read(claim, f"Claim line,Answer\n\n{first},Paid\n\n\n{second},Perhaps\n".encode())
        self.assertEqual(dialogue.row_ids.sorted("number").mapped("number"), [3, 6])
        dialogue = self._read(claim, f"Claim line,Brand's answer\n{first},\n{second},Paid\n".encode())
        self.assertEqual((dialogue.good_count, dialogue.empty_count), (1, 1))

    def test_amounts_are_read_as_people_write_them(self):
        claim = self._invoice(self._gather())
        reference = self._get_line(claim, self.order).reference
        for text in ("50", "50.00", "￥50", "¥ 50.00", "50元", "５０", "50.00 元", "RMB 50", "CNY50.00"):
            with self.subTest(text):
                dialogue = self._read(claim, f"Claim line\tAmount paid\tReason of the refusal\n{reference}\t{text}\trate\n".encode())
                self.assertRecordValues(dialogue.row_ids, [{"answer": "short", "amount_paid": 50.0, "error": False}])
