from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged, users

from .common_supplier import SupplierCommon

STATES = ("approved", "trial", "blocked")


@tagged("post_install", "-at_install")
class TestSupplierQualification(SupplierCommon):
    def _qualify_by_dialogue(self, vendor, button, **answers):
        action = getattr(vendor.with_user(self.env.user), button)()
        dialogue = Form(self.env[action["res_model"]].with_context(**action["context"]))
        for name, value in answers.items():
            setattr(dialogue, name, value)
        return dialogue.save().action_confirm()

    @users("test_manager", "test_purchase_manager")
    def test_managers_qualify_by_buttons_with_date_reason_and_name(self):
        self._add_certificate(self.cheap)
        self._qualify_by_dialogue(self.cheap, "action_supplier_approve", reason="Audit of 12 March passed")
        vendor = self.cheap
        self.assertEqual(vendor.supplier_qualification, "approved")
        self.assertEqual(vendor.supplier_qualified_on, fields.Date.context_today(vendor))
        self.assertEqual((vendor.supplier_qualified_by_id, vendor.supplier_qualification_reason), (
            self.env.user, "Audit of 12 March passed"))
        self.assertIn("Audit of 12 March passed", vendor.message_ids[0].body)

    @users("test_manager")
    def test_a_trial_keeps_its_limits_and_an_approval_clears_them(self):
        until = fields.Date.today() + timedelta(days=60)
        self._qualify_by_dialogue(
            self.cheap, "action_supplier_trial", reason="first deliveries", trial_amount=500.0, trial_quantity=20.0, trial_until=until)
        vendor = self.cheap
        self.assertEqual(
            (vendor.supplier_qualification, vendor.supplier_trial_amount, vendor.supplier_trial_quantity, vendor.supplier_trial_until),
            ("trial", 500.0, 20.0, until))
        self._add_certificate(self.cheap)
        self._qualify_by_dialogue(self.cheap, "action_supplier_approve", reason="good")
        self.assertEqual((vendor.supplier_trial_amount, vendor.supplier_trial_quantity, vendor.supplier_trial_until), (0.0, 0.0, False))

    @users("test_manager")
    def test_a_qualification_needs_its_reason(self):
        dialogue = self.env["repair.supplier.qualification"].create({"partner_id": self.cheap.id, "state": "trial", "reason": "  "})
        with self.assertRaisesRegex(UserError, "reason"):
            dialogue.action_confirm()

    @users("test_manager")
    def test_a_trial_does_not_end_before_it_begins(self):
        dialogue = self.env["repair.supplier.qualification"].create({
            "partner_id": self.cheap.id, "state": "trial", "reason": "x", "trial_until": fields.Date.today() - timedelta(days=2)})
        with self.assertRaisesRegex(UserError, "before today"):
            dialogue.action_confirm()

    @users("test_buyer", "test_keeper", "test_desk", "test_technician", "test_inspector", "test_accountant")
    def test_nobody_else_qualifies(self):
        vendor = self.cheap.with_user(self.env.user)
        for button in ("action_supplier_approve", "action_supplier_trial", "action_supplier_block"):
            with self.assertRaises(AccessError):
                getattr(vendor, button)()
        with self.assertRaises(AccessError):
            self.env["repair.supplier.qualification"].create({"partner_id": vendor.id, "state": "approved", "reason": "x"})

    @users("test_buyer", "test_keeper", "test_manager", "test_purchase_manager", "__system__")
    def test_nobody_writes_qualification_or_score_by_hand(self):
        self.env.user.group_ids += self.env.ref("base.group_partner_manager")
        vendor = self.cheap.with_user(self.env.user)
        closed = {
            "supplier_qualification": "approved", "supplier_score": 99.0, "supplier_grade": "A", "supplier_qualified_on": "2026-01-01",
            "supplier_trial_amount": 1.0, "supplier_trial_quantity": 1.0, "supplier_trial_until": "2030-01-01",
            "supplier_qualification_reason": "x", "supplier_qualified_by_id": self.env.uid}
        for name, value in closed.items():
            with self.assertRaises(UserError, msg=name):
                vendor.write({name: value})
            with self.assertRaises(UserError, msg=name):
                vendor.create({"name": "New", name: value})
            forged = vendor.with_context(**{f"default_{name}": value}, repair_flow="FLOW").create({"name": "New"})
            self.assertFalse(forged.sudo()[name], name)

    @users("test_buyer", "test_manager", "test_keeper")
    def test_nobody_writes_the_stored_scores(self):
        score = self.env["repair.supplier.score"]
        month = f"20{self.env.uid % 90 + 10}-01-01"
        values = {"partner_id": self.cheap.id, "company_id": self.company.id, "month": month, "computed_on": "2026-01-01",
                  "period_start": "2026-01-01", "period_stop": "2026-01-02"}
        row = score.sudo().create(values)
        with self.assertRaises(AccessError):
            score.create({**values, "month": "2009-02-01"})
        with self.assertRaises(AccessError):
            row.with_user(self.env.user).write({"score": 100.0})
        with self.assertRaises(AccessError):
            row.with_user(self.env.user).unlink()
        self.assertEqual(row.with_user(self.env.user).read(["score"])[0]["score"], 0.0)

    @users("test_desk", "test_dispatcher", "test_technician", "test_inspector", "test_accountant", "test_portal")
    def test_others_see_no_score_and_no_qualification(self):
        vendor = self.cheap.with_user(self.env.user)
        for name in ("supplier_score", "supplier_grade", "supplier_quality", "supplier_price_text"):
            with self.assertRaises(AccessError, msg=name):
                vendor.read([name])
        for name in ("supplier_score", "supplier_grade", "supplier_qualification", "certificate_ids"):
            with self.assertRaises(AccessError, msg=name):
                vendor.search([(name, "!=", False)])
        for model in ("repair.supplier.score", "repair.supplier.certificate", "repair.supplier.proposal"):
            with self.assertRaises(AccessError, msg=model):
                self.env[model].search([])

    @users("test_desk", "test_technician", "test_inspector")
    def test_service_people_read_no_vendor_prices_of_spare_parts(self):
        self.assertFalse(self.env["product.supplierinfo"].search([("product_tmpl_id", "=", self.spare.product_tmpl_id.id)]))
        with self.assertRaises(AccessError):
            self.spare.seller_ids[0].with_user(self.env.user).read(["price"])

    @users("test_buyer", "test_keeper", "test_manager", "test_accountant")
    def test_who_buys_keeps_or_accounts_reads_vendor_prices(self):
        prices = self.env["product.supplierinfo"].search([("product_tmpl_id", "=", self.spare.product_tmpl_id.id)])
        self.assertEqual(sorted(prices.mapped("price")), [10.0, 12.0, 15.0])

    def test_only_suppliers_of_spare_parts_are_listed(self):
        clips = self.env["product.product"].create({"name": "Paper clips"})
        stationer = self._create_vendor("Stationer")
        self._add_price(stationer, 1.0, clips)
        listed = self.env["res.partner"].search([("is_part_supplier", "=", True)])
        self.assertLessEqual(self.cheap | self.middle | self.dear, listed)
        self.assertNotIn(stationer, listed)
        self.assertEqual((self.cheap | stationer).mapped("is_part_supplier"), [True, False])

    def test_blocking_names_the_open_requests(self):
        order = self._create_rfq(self.cheap)
        self._qualify(self.cheap, "blocked", "counterfeit parts")
        self.assertIn(order.name, self.cheap.message_ids[0].body)

    def test_a_trial_that_ends_asks_for_a_decision_once(self):
        self.cheap.buyer_id = self.user_buyer
        self._qualify(self.cheap, "trial", until=fields.Date.today() + timedelta(days=5))
        for _night in range(2):
            self.env["repair.supplier.certificate"]._cron_watch_certificates()
        alarms = self.cheap.activity_ids
        self.assertEqual(len(alarms), 1)
        self.assertEqual(alarms.user_id, self.user_buyer)
        self._qualify(self.cheap, "approved")
        self.assertFalse(self.cheap.activity_ids)

    def test_merging_a_blocked_vendor_away_leaves_it_blocked(self):
        self._qualify(self.cheap, "blocked")
        self.env["base.partner.merge.automatic.wizard"]._merge((self.cheap | self.dear).ids, self.dear)
        self.assertFalse(self.cheap.exists())
        self.assertEqual(self.dear.supplier_qualification, "blocked")
