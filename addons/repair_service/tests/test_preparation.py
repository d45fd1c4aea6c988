from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged, users

from .common import GROUP, RepairServiceCommon


@tagged("post_install", "-at_install")
class TestPreparation(RepairServiceCommon):
    """What goes into the car before a visit (handbook 4.3.1, 5.2.1)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.checklist = cls.env["repair.inspection.template"].create({
            "name": "Fridge visit", "kind": "preparation", "category_ids": [Command.set(cls.category.ids)],
            "point_ids": [
                Command.create({"name": "Shoe covers", "aspect": "clothing"}), Command.create({"name": "Gauges", "aspect": "tools"})],
        })
        new_test_user(cls.env, "test_stranger", GROUP + "technician")
        cls.order = cls._create_order()
        cls.visit = cls._book(cls.order)
        cls.preparation = cls.order._get_preparation()

    def _open(self, user=None, visit=None):
        action = (visit or self.visit).with_user(user or self.user_technician).action_prepare()
        return self.env[action["res_model"]].with_user(user or self.user_technician).browse(action["res_id"])

    def test_an_agreed_visit_lays_out_the_checklist_of_the_family_once(self):
        self.assertEqual((self.preparation.template_id, self.preparation.kind), (self.checklist, "preparation"))
        self.assertEqual(self.preparation.line_ids.mapped("name"), ["Shoe covers", "Gauges"])
        moved = self.env["repair.appointment"].with_user(self.user_desk)._book(
            self.order, self.employee_technician, self.visit.start, self.visit.stop, moved=self.visit, reason="busy")
        self.assertEqual(moved.state, "confirmed")
        self.assertEqual(self.order.inspection_ids, self.preparation)

    def test_the_desk_that_books_lays_it_out_without_rights_on_inspections(self):
        order = self._create_order(appliance_id=self._create_appliance().id)
        visit = self.env["repair.appointment"].with_user(self.user_desk)._book(
            order, self.employee_technician, self.visit.stop, self.visit.stop + timedelta(hours=1))
        self.assertEqual(visit.preparation_state, "todo")
        with self.assertRaises(AccessError):
            order._get_preparation().with_user(self.user_desk).action_validate()

    def test_a_family_without_checklist_needs_no_preparation(self):
        self.env["repair.inspection.template"].search([("kind", "=", "preparation")]).active = False
        order = self._create_order(appliance_id=self._create_appliance().id)
        visit = self._book(order)
        self.assertEqual((visit.state, order.preparation_state, order.inspection_ids.ids), ("confirmed", False, []))
        with self.assertRaises(UserError):
            visit.action_prepare()

    def test_every_family_of_the_catalogue_has_its_checklist(self):
        data = self.env["ir.model.data"].search([("module", "=", "repair_service"), ("model", "=", "repair.appliance.category")])
        for category in self.env["repair.appliance.category"].browse(data.mapped("res_id")).exists():
            template = self.env["repair.inspection.template"]._search_for_category(category, "preparation")
            self.assertLessEqual({"tools", "clothing", "documents"}, set(template.point_ids.mapped("aspect")), category.name)

    def test_the_technician_prepares_from_his_visit(self):
        preparation = self._open()
        self.assertEqual(preparation, self.preparation)
        preparation.line_ids.write({"answer": "pass"})
        preparation.action_validate()
        self.assertEqual((self.visit.preparation_state, self.order.preparation_state), ("done", "done"))
        self.assertEqual(self.preparation.inspector_id, self.user_technician)
        self.assertEqual((self.order.service_stage, self.order.failed_inspection_count), ("booked", 0))
        self.assertEqual(self._open(), self.preparation)

    def test_what_is_missing_is_noted_and_prepared_again(self):
        preparation = self._open()
        preparation.line_ids[0].write({"answer": "fail", "note": "none left"})
        preparation.line_ids[1].answer = "pass"
        preparation.action_validate()
        self.assertEqual((self.order.preparation_state, self.order.failed_inspection_count), ("incomplete", 0))
        self.assertIn("Missing for the visit: Shoe covers", self.order.message_ids[0].body)
        again = self._open()
        self.assertNotEqual(again, preparation)
        self.assertEqual(self.order.preparation_state, "todo")

    def test_an_unfinished_preparation_is_found_and_stops_nobody(self):
        unprepared = [("state", "in", ("proposed", "confirmed", "travelling")), ("preparation_state", "in", ("todo", "incomplete"))]
        self.assertIn(self.visit, self.env["repair.appointment"].with_user(self.user_desk).search(unprepared))
        self.visit.with_user(self.user_technician).action_depart()
        self.visit.with_user(self.user_technician).action_arrive()
        self._to_stage(self.order, "accepted")
        self.assertEqual((self.order.service_stage, self.order.preparation_state), ("accepted", "todo"))

    def test_the_final_inspection_is_none_of_it(self):
        self._to_stage(self.order, "repairing")
        self.assertEqual(self.order.final_inspection_id.kind, "final")
        self.preparation.line_ids.write({"answer": "pass"})
        self.preparation.action_validate()
        self.assertEqual((self.order.service_stage, self.order.next_step), ("repairing", "inspect"))

    def test_parts_to_take_say_where_they_are_reserved(self):
        self._add_stock(self.part, 5)
        shelf = self.env["stock.location"].create({"name": "Shelf 7", "location_id": self.warehouse.lot_stock_id.id})
        other = self.env["product.product"].create({"name": "Hose", "is_storable": True, "taxes_id": False})
        self.env["stock.quant"]._update_available_quantity(other, shelf, 1)
        self._to_stage(self.order, "diagnosed")
        reserved, missing = self._add_part(self.order, other), self._add_part(self.order, self.part, quantity=9)
        self._to_stage(self.order, "approved")
        visit = self.visit.with_user(self.user_technician)
        self.assertEqual(visit.part_ids.ids, [reserved.id, missing.id])
        self.assertEqual(self._open().part_ids, visit.part_ids)
        self.assertIn("Shelf 7 · 1", visit.part_ids[0].reserved_at)
        self.assertIn("· 5", visit.part_ids[1].reserved_at)
        missing._do_unreserve()
        self.assertEqual(missing.with_user(self.user_technician).reserved_at, "not reserved")

    @users("test_inspector", "test_accountant", "test_portal", "test_stranger")
    def test_nobody_else_prepares(self):
        with self.assertRaises(AccessError):
            self.visit.with_user(self.env.user).action_prepare()

    def test_preparation_state_cannot_be_written(self):
        with self.assertRaises(UserError):
            self.order.with_user(self.user_manager).preparation_state = "done"
