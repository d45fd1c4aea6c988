

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged, users

from .common_booking import BookingCase, at


@tagged("post_install", "-at_install")
class TestAppointmentAccess(BookingCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.technician = cls._create_technician(user_id=cls.user_technician.id)
        cls.other = cls._create_technician("Liu Yang", user_id=cls.user_other_technician.id)
        cls.order, cls.order2 = cls._create_order(), cls._create_order()
        cls.visit = cls._agree(cls.order, cls.technician, at(1, 10))
        cls.foreign_visit = cls._agree(cls.order2, cls.other, at(1, 10))

    def _rpc(self, method, *args, **kwargs):
        return call_kw(self.env["repair.appointment"], method, args, kwargs)

    @users("test_manager", "test_dispatcher", "test_desk", "test_technician")
    def test_state_cannot_be_written_by_rpc(self):
        forged = {"repair_flow": True}
        for values in (
            {"state": "done"}, {"arrived_at": "2027-03-01 00:00:00"}, {"reschedule_reason": "x"}, {"cancel_reason": "x"},
            {"company_id": False}, {"partner_id": 1}, {"punctuality": "on_time"},
        ):
            with self.subTest(values), self.assertRaisesRegex(UserError, "steps of the visit|worked out by itself"):
                self._rpc("write", self.visit.ids, values, context=forged)
        self.assertEqual(self.visit.state, "confirmed")

    @users("test_manager")
    def test_no_visit_is_created_in_another_state_by_rpc(self):
        for state in ("confirmed", "done", "cancelled", "nonsense"):
            with self.subTest(state), self.assertRaises(UserError):
                self._rpc("create", [{
                    "repair_id": self._create_order().id, "technician_id": self.technician.id, "state": state,
                    "start": "2027-03-03 02:00:00", "stop": "2027-03-03 04:00:00"}], context={"repair_flow": 1})

    @users("test_manager")
    def test_no_state_is_smuggled_in_by_a_default(self):
        values = {
            "repair_id": self._create_order().id, "technician_id": self.technician.id,
            "start": "2027-03-03 02:00:00", "stop": "2027-03-03 04:00:00"}
        forged = {"default_state": "confirmed", "default_arrived_at": at(1, 10)}
        [visit_id] = self._rpc("create", [values], context=forged)
        visit = self.env["repair.appointment"].browse(visit_id)
        self.assertEqual((visit.state, visit.arrived_at), ("proposed", False))

    @users("test_manager", "test_desk")
    def test_the_plan_of_an_agreed_visit_changes_by_rescheduling_only(self):
        for values in ({"start": at(1, 9)}, {"stop": at(1, 13)}, {"technician_id": self.other.id}, {"repair_id": self.order2.id}):
            with self.subTest(values), self.assertRaisesRegex(UserError, "Reschedule"):
                self._rpc("write", self.visit.ids, values)

    @users("test_desk", "test_dispatcher", "test_manager")
    def test_the_desk_plans(self):
        order = self.env["repair.order"].browse(self._create_order().id)
        visit = self.env["repair.appointment"].create({
            "repair_id": order.id, "technician_id": self.technician.id, "start": at(2, 10), "stop": at(2, 12)})
        visit.action_confirm()
        self.assertEqual((order.service_stage, order.technician_id.id), ("booked", self.technician.id))
        visit.action_cancel()
        self.assertEqual(order.service_stage, "requested")

    @users("test_technician")
    def test_technician_works_on_his_own_visits_only(self):
        self.assertEqual(self.env["repair.appointment"].search([]), self.visit)
        visit = self.visit.with_env(self.env)
        with freeze_time(at(1, 9)):
            visit.action_depart()
        visit.note = "Second floor"
        visit.action_arrive()
        visit.action_done()
        self.assertEqual(visit.state, "done")
        for name in ("action_depart", "action_arrive"):
            with self.subTest(name), self.assertRaises(AccessError):
                getattr(self.foreign_visit.with_env(self.env), name)()

    def test_an_order_is_not_deleted_with_the_history_of_its_visits(self):
        order = self._create_order()
        visit = self._agree(order, self.technician, at(3, 10))
        visit.action_cancel("Customer asked")
        self.assertEqual(order.service_stage, "requested")
        for user in (self.user_desk, self.user_manager):
            with self.assertRaisesRegex(UserError, "Cancel the order instead of deleting it"):
                order.with_user(user).unlink()
        self.assertTrue(visit.exists())
        fresh = self._create_order()
        proposal = self._propose(fresh, self.technician, at(3, 13))
        fresh.with_user(self.user_desk).unlink()
        self.assertFalse(proposal.exists())

    @users("test_technician")
    def test_technician_does_not_plan(self):
        visit = self.visit.with_env(self.env)
        for name in ("action_cancel", "action_reschedule"):
            with self.subTest(name), self.assertRaises(AccessError):
                getattr(visit, name)()
        with self.assertRaises(AccessError):
            visit.write({"start": at(1, 9)})
        with self.assertRaises(AccessError):
            self.env["repair.appointment"].create({
                "repair_id": self.order.id, "technician_id": self.technician.id, "start": at(2, 10), "stop": at(2, 12)})
        with self.assertRaises(AccessError):
            self.env["repair.booking"].create({"repair_id": self.order.id})

    @users("test_technician")
    def test_technician_loses_sight_of_a_finished_order(self):
        self.order.action_repair_cancel()
        self.assertFalse(self.env["repair.appointment"].search([]))

    @users("test_inspector")
    def test_inspector_reads(self):
        visit = self.visit.with_env(self.env)
        self.assertEqual(visit.technician_id.name, "Wang Wei")
        with self.assertRaises(AccessError):
            visit.action_depart()

    def test_stock_user_opens_orders_and_plain_repairs_as_before(self):
        """Core gives stock users every repair: the visits on the form must not shut them out."""
        keeper = new_test_user(self.env, "test_keeper", "stock.group_stock_user")
        plain = self.env["repair.order"].create({"partner_id": self.partner.id})
        for order in (plain | self.order).with_user(keeper):
            order.read(["appointment_count", "next_appointment_id", "next_appointment_window", "technician_id"])
        with self.assertRaises(AccessError):
            self.visit.with_user(keeper).action_depart()

    @users("test_portal")
    def test_customer_account_sees_no_visit_record(self):
        with self.assertRaises(AccessError):
            self.visit.with_env(self.env).read(["start"])

    @users("test_manager")
    def test_agreed_visits_are_kept(self):
        visit = self.visit.with_env(self.env)
        with self.assertRaisesRegex(UserError, "history"):
            visit.unlink()
        self._propose(self.order, self.technician, at(4, 10)).with_env(self.env).unlink()

    @users("test_desk")
    def test_desk_deletes_nothing(self):
        with self.assertRaises(AccessError):
            self.visit.with_env(self.env).unlink()

    @users("test_dispatcher", "test_manager")
    def test_dispatch_keeps_territories_without_rights_on_employees(self):
        territory = self.env["repair.territory"].create({
            "name": "Minhang", "code": self.env.user.login, "zip_prefixes": f"98799{self.env.uid}",
            "technician_ids": [(6, 0, self.technician.ids)]})
        territory.technician_ids += self.other.with_env(self.env)
        self.assertEqual(territory.technician_ids.sorted("name").mapped("name"), ["Liu Yang", "Wang Wei"])

    @users("test_desk")
    def test_desk_reads_what_booking_needs_of_a_technician(self):
        technician = self.env["hr.employee"].search([("is_technician", "=", True), ("name", "=", "Wang Wei")])
        self.assertEqual((technician.is_technician, technician.mobile_phone), (True, "13900001111"))
        with self.assertRaises(AccessError):
            technician.read(["private_phone"])
        with self.assertRaises(AccessError):
            technician.write({"is_technician": False})
