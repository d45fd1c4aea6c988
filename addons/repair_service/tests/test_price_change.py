from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, tagged, users

from .common import RepairServiceCommon


@tagged("post_install", "-at_install")
class TestPriceChange(RepairServiceCommon, HttpCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"repair_price_notice_days": 7, "repair_web_request": True})
        cls.env["res.company"].search([("id", "!=", cls.company.id)]).repair_web_request = False
        cls.today = fields.Date.today()
        cls.service = cls.labour_product.product_tmpl_id

    @classmethod
    def _change(cls, days=10, **values):
        return cls.env["repair.price.change"].create({
            "product_tmpl_id": cls.service.id, "new_price": 120, "effective_on": cls.today + timedelta(days=days), **values})

    def test_a_price_is_announced_some_days_before(self):
        with freeze_time("2026-03-02 04:00:00"):
            near = self._change(effective_on="2026-03-08")
            with self.assertRaisesRegex(UserError, "2026-03-09"):
                near.action_announce()
            near.effective_on = "2026-03-09"
            near.action_announce()
        self.assertEqual((near.state, str(near.announced_on)), ("announced", "2026-03-02"))

    def test_on_its_day_and_not_before_it_comes_into_force(self):
        with freeze_time("2026-03-02 04:00:00"):
            change = self._change(effective_on="2026-03-10")
            change.action_announce()
        # 16:00 UTC on the 9th is midnight of the 10th in Shanghai.
        self.company.partner_id.tz = "Asia/Shanghai"
        for moment, price, state in (
            ("2026-03-08 16:00:00", 100, "announced"), ("2026-03-10 16:30:00", 120, "applied"), ("2026-03-11 16:30:00", 120, "applied"),
        ):
            with freeze_time(moment):
                self.env["repair.price.change"]._cron_apply_prices()
                self.assertEqual((self.service.list_price, change.state), (price, state), moment)
        self.assertEqual(change.old_price, 100)

    def test_of_two_the_later_one_stands_in_the_end(self):
        with freeze_time("2026-03-02 04:00:00"):
            for day, price in (("2026-03-20", 140), ("2026-03-10", 120)):
                self._change(effective_on=day, new_price=price).action_announce()
        with freeze_time("2026-04-01 04:00:00"):
            self.env["repair.price.change"]._cron_apply_prices()
        self.assertEqual(self.service.list_price, 140)

    def test_what_was_announced_stays(self):
        change = self._change()
        change.action_announce()
        for values in ({"new_price": 200}, {"effective_on": self.today}, {"state": "draft"}, {"announced_on": False}):
            with self.subTest(values), self.assertRaises(UserError):
                change.write(values)
        with self.assertRaises(UserError):
            change.unlink()
        change.action_cancel()
        self.assertEqual(change.state, "cancelled")

    def test_nonsense_is_refused(self):
        with self.assertRaises(ValidationError):
            self._change(product_tmpl_id=self.part.product_tmpl_id.id)
        change = self._change(state="applied", announced_on=self.today)
        self.assertEqual((change.state, change.announced_on), ("draft", False))

    @users("test_desk", "test_technician", "test_inspector", "test_accountant")
    def test_only_a_manager_announces(self):
        change = self._change()
        self.assertEqual(change.with_user(self.env.user).new_price, 120)
        with self.assertRaises(AccessError):
            change.with_user(self.env.user).action_announce()
        with self.assertRaises(AccessError):
            self.env["repair.price.change"].create({"product_tmpl_id": self.service.id, "new_price": 1, "effective_on": self.today})

    def test_a_manager_announces(self):
        change = self._change()
        change.with_user(self.user_manager).action_announce()
        self.assertEqual(change.state, "announced")

    def test_the_public_page_shows_price_now_and_announced_price_with_tax(self):
        tax = self.env["account.tax"].create(
            {"name": "13 %", "amount": 13, "company_id": self.company.id, "country_id": self.company.account_fiscal_country_id.id}
        )
        self.service.taxes_id = tax
        self._change(reason="Wages").action_announce()
        self._change(days=20, new_price=999)  # a draft is nobody's business yet
        text = self.url_open("/repair/prices").text
        for wanted in ("Test labour", "113.00", "135.60", "Wages"):
            self.assertIn(wanted, text)
        self.assertNotIn("1,128.87", text)
        self.assertNotIn(self.part.name, text)
