from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.repair_service.tests.common_rpc import RecordSweep

from .common_part_sale import PartSaleCommon


@tagged("post_install", "-at_install")
class TestPartSaleRpc(RecordSweep, PartSaleCommon):
    sweep_module = "repair_parts"
    sweep_facts = {
        "repair.part.return": ["state", "origin_move_id", "quantity", "refund_id", "inspection_id"],
        "repair.part.price.change": ["state", "effective_on", "approved_by_id"],
        "repair.part.price": ["new_price", "changed_by_id"],
        "repair.part.term": ["days", "right"],
        "repair.part.target": ["amount"],
        "repair.part.margin.floor": ["percent"],
    }
    sweep_users = ("user_desk", "user_keeper", "user_manager", "user_technician", "user_accountant", "user_portal")
    sweep_writer = "user_keeper"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        move = cls._get_sold_move(cls._sell(2))
        waiting, received = cls._register(move), cls._register(move)
        received.with_user(cls.user_desk).action_receive()
        change = cls.env["repair.part.price.change"].with_user(cls.user_keeper).create({
            "name": "Autumn", "reason": "Copper", "effective_on": fields.Date.today() + timedelta(days=9),
            "line_ids": [Command.create({"product_tmpl_id": cls.spare.product_tmpl_id.id, "new_price": 90.0})]})
        cls.spare.list_price = 81.0
        history = cls.env["repair.part.price"].search([("product_tmpl_id", "=", cls.spare.product_tmpl_id.id)], limit=1)
        market = cls.env["repair.part.market.price"].create({
            "product_tmpl_id": cls.spare.product_tmpl_id.id, "price": 70.0, "source": "Shop"})
        opinion = cls.env["repair.part.opinion"].create({"product_id": cls.spare.id, "opinion": "3"})
        counter = cls.env["repair.part.counter.sale"].with_user(cls.user_keeper).create({
            "line_ids": [Command.create({"product_id": cls.spare.id})]})
        cls.records = [
            waiting, received, change, change.line_ids, history, market, opinion, counter, counter.line_ids,
            cls.env.ref("repair_parts.part_term_refund"), cls.reason_dead,
            cls.env["repair.part.target"].create({"amount": 100.0}), cls.env["repair.part.margin.floor"].create({"percent": -50.0})]

    def test_the_technician_and_the_customer_change_nothing(self):
        for user in (self.user_technician, self.user_portal):
            self._check_changes_nothing(user)

    def test_the_accountant_changes_nothing(self):
        self._check_changes_nothing(self.user_accountant)

    def test_the_desk_sets_no_prices_terms_targets_or_floors(self):
        for values, model in (
                ({"name": "X", "reason": "x", "effective_on": "2100-01-01"}, "repair.part.price.change"),
                ({"percent": 1.0}, "repair.part.margin.floor"),
                ({"name": "X", "right": "refund", "days": 999}, "repair.part.term"), ({"amount": 1.0}, "repair.part.target"),
                ({"product_tmpl_id": self.spare.product_tmpl_id.id, "changed_by_id": 1}, "repair.part.price")):
            with self.subTest(model=model), self.assertRaises(UserError):
                self.env[model].with_user(self.user_desk).create(values)
        with self.assertRaises(AccessError):
            self.spare.product_tmpl_id.with_user(self.user_desk).list_price = 1.0

    def test_other_companies_stay_out(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.user_keeper.copy({"login": "stranger", "company_id": other.id, "company_ids": [Command.set(other.ids)]})
        for record in self.records[:3]:
            with self.subTest(model=record._name), self.assertRaises(AccessError):
                record.with_user(stranger).read(["state"])
        with self.assertRaises(UserError):
            self._register(self.records[0].origin_move_id, 0.1, user=stranger)
