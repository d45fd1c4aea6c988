from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged, users
from odoo.tools import mute_logger

from .common import RepairPartsCommon


@tagged("post_install", "-at_install")
class TestVans(RepairPartsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.employee_technician.action_set_up_van()
        cls.van = cls.employee_technician.van_location_id
        cls.colleague = cls.env["hr.employee"].create({
            "name": "Li Na", "is_technician": True, "resource_calendar_id": cls.employee_technician.resource_calendar_id.id})

    @classmethod
    def _load_van(cls, product, quantity, van=None):
        """Move ``quantity`` units from the depot into the van."""
        move = cls.env["stock.move"].create({
            "product_id": product.id, "product_uom_qty": quantity, "product_uom": product.uom_id.id,
            "location_id": cls.stock.id, "location_dest_id": (van or cls.van).id})
        move._action_confirm()
        move._action_assign()
        move.picked = True
        move._action_done()

    def _make_order(self, quantity=1.0, stage="approved"):
        order = self._create_order(appliance_id=self._create_appliance().id)
        self._to_stage(order, "diagnosed")
        self._add_part(order, self.spare, quantity)
        self._to_stage(order, stage)
        return order

    def test_a_van_lies_beside_the_depot(self):
        self.assertEqual((self.van.usage, self.van.company_id, self.van.name), ("internal", self.company, "Van Zhang Wei"))
        self.assertTrue(self.van._child_of(self.warehouse.view_location_id))
        self.assertFalse(self.van._child_of(self.stock))
        self.employee_technician.action_set_up_van()
        self.assertEqual(self.employee_technician.van_location_id, self.van, "who has a van keeps it")

    def test_parts_in_a_van_are_not_taken_for_others(self):
        self._receive((self.spare, 1, 10.0))
        self._load_van(self.spare, 1)
        self.assertEqual(self._get_free(self.spare), 0.0)
        self.assertEqual(self._create_plain_repair((self.spare, 1)).move_ids.state, "confirmed")

    def test_the_van_comes_first(self):
        self._receive((self.spare, 3, 10.0))
        self._load_van(self.spare, 1)
        order = self._make_order()
        self.assertEqual((order.move_ids.location_id, order.move_ids.state), (self.van, "assigned"))
        self.assertEqual(order.move_ids.part_source, "Van: Van Zhang Wei")
        self.assertEqual(order.move_ids.move_line_ids.location_id, self.van)

    def _get_reserved(self, move):
        return {line.location_id: line.quantity for line in move.move_line_ids}

    def test_the_van_gives_what_it_has_and_the_depot_the_rest(self):
        self._receive((self.spare, 4, 10.0))
        self._load_van(self.spare, 1)
        order = self._make_order(quantity=3)
        move = order.move_ids
        self.assertEqual((len(move), move.location_id, move.state), (1, self.stock, "assigned"))
        self.assertEqual(self._get_reserved(move), {self.van: 1, self.stock: 2})
        self.assertEqual(move.part_source, f"1 from the van Van Zhang Wei, the rest from {self.stock.display_name}")
        self.assertEqual((move.qty_on_hand_here, self._get_free(self.spare)), (4.0, 1.0))

    def test_what_van_and_depot_have_together_is_still_missing_something(self):
        self._receive((self.spare, 2, 10.0))
        self._load_van(self.spare, 1)
        move = self._make_order(quantity=3).move_ids
        self.assertEqual((move.state, self._get_reserved(move)), ("partially_available", {self.van: 1, self.stock: 1}))
        self.assertEqual((move.qty_on_hand_here, move._get_missing_quantity()), (2.0, 1.0))

    def test_parts_from_van_and_depot_leave_both_when_the_repair_ends(self):
        self._receive((self.spare, 4, 12.0))
        self._load_van(self.spare, 1)
        order = self._make_order(quantity=2, stage="repairing")
        self.assertEqual(self._get_reserved(order.move_ids), {self.van: 1, self.stock: 1})
        for _unit in range(2):
            order.with_user(self.user_technician).action_scan_part("FM-1")
        self._answer_inspection(order.with_user(self.user_technician))
        self.assertEqual((order.move_ids.state, order.move_ids.value), ("done", 24.0))
        self.assertEqual((self.spare._get_free_quantities(self.van).get(self.spare, 0.0), self._get_free(self.spare)), (0.0, 2.0))

    def test_another_technician_leaves_the_first_one_s_van_alone(self):
        self._receive((self.spare, 4, 10.0))
        self._load_van(self.spare, 1)
        order = self._make_order(quantity=2)
        order._flow_write({"technician_id": self.colleague.id})
        self.assertEqual((order.move_ids.state, self._get_reserved(order.move_ids)), ("assigned", {self.stock: 2}))
        self.assertEqual(self.spare._get_free_quantities(self.van)[self.spare], 1.0)

    def test_the_second_order_finds_the_van_empty(self):
        self._receive((self.spare, 2, 10.0))
        self._load_van(self.spare, 1)
        first, second = self._make_order(), self._make_order()
        self.assertEqual((first.move_ids.location_id, second.move_ids.location_id), (self.van, self.stock))
        self.assertEqual((first.move_ids.state, second.move_ids.state), ("assigned", "assigned"))

    def test_two_lines_of_one_part_share_what_lies_there(self):
        self._receive((self.spare, 2, 10.0))
        self._load_van(self.spare, 1)
        order = self._to_stage(self._create_order(), "diagnosed")
        moves = self._add_part(order, self.spare) | self._add_part(order, self.spare)
        self._to_stage(order, "approved")
        self.assertEqual(set(moves.mapped("location_id")), {self.van, self.stock})
        self.assertEqual(set(moves.mapped("state")), {"assigned"})

    def test_the_oldest_lot_of_the_van_leaves_first_whatever_lies_in_the_depot(self):
        first = self._receive((self.spare, 1, 10.0))
        second = self._receive((self.spare, 1, 20.0))
        third = self._receive((self.spare, 1, 30.0))
        self._backdate((first, 30), (second, 20), (third, 10))
        lots = [receipt.move_line_ids.lot_id for receipt in (first, second, third)]
        for lot in lots[1:]:
            move = self.env["stock.move"].create({
                "product_id": self.spare.id, "product_uom_qty": 1, "product_uom": self.spare.uom_id.id, "location_id": self.stock.id,
                "location_dest_id": self.van.id})
            move._action_confirm()
            move._update_reserved_quantity(1, self.stock, lot_id=lot)
            move.picked = True
            move._action_done()
        order = self._make_order()
        self.assertEqual(order.move_ids.move_line_ids.lot_id, lots[1])

    def _backdate(self, *receipts):
        for receipt, days in receipts:
            lots = receipt.move_line_ids.lot_id
            quants = self.env["stock.quant"].search([("lot_id", "in", lots.ids), ("location_id.usage", "=", "internal")])
            for quant in quants:
                quant.in_date = quant.in_date.replace(year=quant.in_date.year - 1, month=12, day=31 - days)

    def test_stock_that_comes_to_the_van_meanwhile_is_taken(self):
        order = self._make_order()
        self.assertEqual((order.move_ids.location_id, order.move_ids.state), (self.stock, "confirmed"))
        self._receive((self.spare, 2, 10.0))  # one is reserved for the order as it comes in
        self._load_van(self.spare, 1)
        order.with_user(self.user_technician).action_assign()
        self.assertEqual((order.move_ids.location_id, order.move_ids.state), (self.van, "assigned"))

    def test_another_technician_takes_from_his_own_van_or_the_depot(self):
        self._receive((self.spare, 2, 10.0))
        self._load_van(self.spare, 1)
        order = self._make_order()
        self.assertEqual(order.move_ids.location_id, self.van)
        order._flow_write({"technician_id": self.colleague.id})
        self.assertEqual((order.move_ids.location_id, order.move_ids.state), (self.stock, "assigned"))
        order._flow_write({"technician_id": self.employee_technician.id})
        self.assertEqual(order.move_ids.location_id, self.van)

    def test_the_part_leaves_the_van_when_the_repair_ends(self):
        self._receive((self.spare, 2, 12.0))
        self._load_van(self.spare, 1)
        order = self._make_order(stage="repairing")
        order.with_user(self.user_technician).action_scan_part("FM-1")
        self._answer_inspection(order.with_user(self.user_technician))
        self.assertEqual((order.move_ids.state, order.move_ids.value), ("done", 12.0))
        self.assertEqual(self.spare._get_free_quantities(self.van).get(self.spare, 0.0), 0.0)
        self.assertEqual(self._get_free(self.spare), 1.0)

    def test_availability_counts_van_and_depot(self):
        self._receive((self.spare, 3, 10.0))
        self._load_van(self.spare, 1)
        order = self._make_order(stage="diagnosed")
        self.assertEqual(order._get_available_quantities(self.spare), {self.spare: 3.0})
        self.assertEqual(list(order._get_stock_of(self.spare)), [{self.spare: 1.0}, {self.spare: 2.0}])

    def test_each_technician_has_his_own_van(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self.colleague.van_location_id = self.van
            self.env.flush_all()

    def test_what_is_no_van_is_refused(self):
        shelf = self.env["stock.location"].create({"name": "Shelf", "location_id": self.stock.id, "usage": "internal"})
        other = self.env["res.company"].create({"name": "Other shop"})
        foreign = self.env["stock.location"].create({"name": "Elsewhere", "usage": "internal", "company_id": other.id})
        customers = self.env.ref("stock.stock_location_customers")
        for location in (shelf, self.stock, foreign, customers, self.warehouse.view_location_id):
            with self.subTest(location.name), self.assertRaises(ValidationError), self.cr.savepoint():
                self.colleague.van_location_id = location
        office = self.env["hr.employee"].create({"name": "Clerk"})
        with self.assertRaises(UserError):
            office.action_set_up_van()
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.employee_technician.is_technician = False

    @users("test_keeper")
    def test_the_keeper_sets_up_vans_without_rights_on_employees(self):
        technician = self.env["repair.technician"].search([("name", "=", "Li Na")])
        technician.action_set_up_van()
        self.assertEqual(technician.van_location_id.name, "Van Li Na")
        self.assertEqual(technician.action_view_van()["res_model"], "stock.quant")

    @users("test_desk", "test_technician", "test_inspector", "test_manager", "test_accountant")
    def test_nobody_else_sets_up_vans(self):
        with self.assertRaises(AccessError):
            self.env["hr.employee"].browse(self.colleague.id).action_set_up_van()
        with self.assertRaises(AccessError):
            self.env["hr.employee"].browse(self.colleague.id).write({"van_location_id": self.van.id})

    def test_vans_of_another_company_are_not_for_the_keeper(self):
        other = self.env["res.company"].create({"name": "Other shop"})
        stranger = self.env["hr.employee"].create({"name": "Far away", "is_technician": True, "company_id": other.id})
        with self.assertRaises(AccessError):
            stranger.with_user(self.user_keeper).with_context(allowed_company_ids=self.company.ids).action_set_up_van()

    @users("test_technician", "test_desk")
    def test_where_a_part_comes_from_is_shown_and_not_set_by_hand(self):
        order = self._make_order(stage="diagnosed")
        move = order.move_ids.with_user(self.env.user)
        self.assertTrue(move.part_source)
        with self.assertRaises(AccessError):
            move.write({"location_id": self.van.id})

    def test_where_parts_come_from_is_asked_once_a_place(self):
        order = self._make_order(stage="diagnosed")
        for number in range(6):
            self._add_part(order, self._create_spare(f"Bolt {number}", f"B-{number}"))
        self.env.flush_all()
        order.move_ids._get_sources()
        self.env["stock.quant"].invalidate_model()
        with self.assertQueryCount(2):
            order.move_ids._get_sources()
