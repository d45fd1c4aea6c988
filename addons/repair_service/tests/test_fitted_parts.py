from datetime import datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import RepairServiceCommon


@tagged("post_install", "-at_install")
class TestFittedParts(RepairServiceCommon):
    """The 90 days cover the parts fitted, whatever their next fault (handbook 2.3): accepted on 1 March 2027, free until 30 May."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        clock = freeze_time(datetime(2027, 3, 1, 4, 0))
        clock.start()
        cls.addClassCleanup(clock.stop)
        cls._add_stock(cls.part, 10)
        cls.first = cls._create_order()
        cls._add_part(cls.first)
        cls._to_stage(cls.first, "accepted")

    def _report(self, day, **values):
        with freeze_time(f"{day} 04:00:00"):
            order = self._create_order(**{"symptom_id": self.other_symptom.id, **values})
            return order, self._add_part(order)

    def test_a_part_fitted_lately_is_renewed_free_though_the_fault_is_another(self):
        order, move = self._report("2027-05-30")
        self.assertEqual((order.coverage, move.payer, move.fitted_before_id), ("customer", "company", self.first))
        with freeze_time("2027-05-30 05:00:00"):
            self._book(order)
            order.write({"cause_id": self.other_cause.id, "diagnosis": "Hose cracked, motor wet"})
            order.action_diagnose()
        self.assertEqual(order.service_line_ids.mapped("payer"), ["customer"])
        self.assertEqual(order.amount_customer_total, 100.0)

    def test_on_day_91_the_customer_pays_the_part(self):
        _order, move = self._report("2027-05-31")
        self.assertEqual((move.payer, move.fitted_before_id.id), ("customer", False))

    def test_another_part_or_another_appliance_is_not_covered(self):
        other = self.env["product.product"].create({"name": "Hose", "is_storable": True, "taxes_id": False})
        order, _move = self._report("2027-04-01")
        with freeze_time("2027-04-01 04:00:00"):
            self.assertEqual(self._add_part(order, other).payer, "customer")
        _order, move = self._report("2027-04-01", appliance_id=self._create_appliance().id)
        self.assertEqual(move.payer, "customer")

    def test_misuse_takes_the_part_out_too_and_a_manager_may_decide_otherwise(self):
        order, move = self._report("2027-04-01")
        order.write({"exclusion": "misuse", "exclusion_note": "Water in the motor"})
        self.assertEqual((move.payer, move.fitted_before_id.id), ("customer", False))
        order.write({"exclusion": False, "exclusion_note": False})
        self.assertEqual(move.payer, "company")
        order.with_user(self.user_manager).write({"override_payer": "customer", "override_reason": "Broken by the children"})
        self.assertEqual(move.payer, "customer")

    def test_technician_takes_the_proposal_but_cannot_forge_it(self):
        with freeze_time("2027-04-01 04:00:00"):
            order = self._create_order(symptom_id=self.other_symptom.id)
            self._book(order)
            values = {"repair_id": order.id, "repair_line_type": "add", "product_uom_qty": 1}
            moves = self.env["stock.move"].with_user(self.user_technician)
            self.assertEqual(moves.create({**values, "product_id": self.part.id, "payer": "company"}).payer, "company")
            hose = self.env["product.product"].create({"name": "Hose", "is_storable": True, "taxes_id": False})
            forged = moves.create({**values, "product_id": hose.id, "fitted_before_id": self.first.id})
            self.assertEqual((forged.payer, forged.fitted_before_id.id), ("customer", False))
            with self.assertRaises(UserError):
                forged.write({"fitted_before_id": self.first.id})
            with self.assertRaises(AccessError):
                moves.create({**values, "product_id": hose.id, "payer": "company"})

    def test_many_parts_are_looked_up_in_one_go(self):
        orders = self.env["repair.order"].union(*(
            self._report("2027-04-01", appliance_id=self._create_appliance().id)[0] for _number in range(8)))
        self.env.flush_all()
        counts = []
        for batch in (orders[:2], orders):
            self.env.invalidate_all()
            batch.mapped("appliance_id.company_id.repair_tz")
            batch.mapped("requested_on")
            before = self.cr.sql_log_count
            batch._get_fitted_parts()
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(*counts)
