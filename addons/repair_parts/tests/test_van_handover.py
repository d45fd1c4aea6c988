from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common_van import RepairVanCommon


@tagged("post_install", "-at_install")
class TestVanHandover(RepairVanCommon):
    """A technician leaves: van, tools and old parts are handed over before, everything with its cost and its cause."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.repair_stock_owner_id = cls.other_keeper
        cls.stock_cause = cls.env.ref("repair_parts.stock_cause_not_booked")

    def _begin(self, employee=None, leaves=True):
        employee = employee or self.employee_technician
        if leaves:
            employee.departure_date = fields.Date.today()
        action = self.env["repair.technician"].with_user(self.user_keeper).browse(employee.id).action_hand_over_van()
        handover = self.env["repair.van.handover"].browse(action["res_id"])
        handover.with_user(self.user_keeper).action_start()
        return handover

    def _count(self, handover, quantity):
        """Both keepers count ``quantity``; where it differs the service manager approves it."""
        self.env["repair.stock.count.line"].flush_model()
        for _round in range(2):
            for line in handover.count_id.line_ids.filtered(lambda line: line.state == "to_count"):
                mine = line.with_user(line.user_id)
                mine.my_quantity = quantity
                mine.action_hand_in()
        for line in handover.count_id.line_ids.filtered(lambda line: line.state == "to_approve"):
            line.with_user(self.user_manager).write({"cause_id": self.stock_cause.id, "decision_note": "missing"})
            line.with_user(self.user_manager).action_approve()
        self.env.invalidate_all()

    def test_nobody_is_archived_with_parts_in_his_van(self):
        self._put_in_van(2)
        with self.assertRaisesRegex(UserError, "1 items in the van"):
            self.employee_technician.action_archive()
        with self.assertRaisesRegex(UserError, "Hand the van over"):
            self.employee_technician.van_location_id = False
        self.assertTrue(self.employee_technician.active)

    def test_the_departure_dialogue_is_stopped_too(self):
        self._put_in_van(2)
        wizard = self.env["hr.departure.wizard"].with_context(employee_termination=True).create({
            "employee_ids": [Command.set(self.employee_technician.ids)], "departure_date": fields.Date.today()})
        with self.assertRaisesRegex(UserError, "items in the van"):
            wizard.action_register_departure()

    def test_a_departure_on_record_makes_the_hand_over_for_the_keeper(self):
        self._put_in_van(2)
        self.employee_technician.departure_date = fields.Date.add(fields.Date.today(), days=20)
        handover = self.env["repair.van.handover"].search([("employee_id", "=", self.employee_technician.id)])
        self.assertEqual((handover.state, handover.date, handover.reason), ("draft", self.employee_technician.departure_date, "leaves"))
        self.assertEqual(handover.activity_ids.user_id, self.other_keeper)
        self.employee_technician.departure_date = fields.Date.add(fields.Date.today(), days=10)
        self.assertEqual((len(handover.search([("employee_id", "=", self.employee_technician.id)])), handover.date),
                         (1, self.employee_technician.departure_date))

    def test_a_contract_that_ends_soon_makes_the_hand_over(self):
        self._put_in_van(2)
        handovers = self.env["repair.van.handover"]
        today = fields.Date.today()
        version = self.employee_technician.current_version_id
        version.write({"contract_date_start": fields.Date.subtract(today, years=1), "contract_date_end": fields.Date.add(today, days=15)})
        handovers._prepare_for_contracts(self.company)
        self.assertFalse(handovers.search([("employee_id", "=", self.employee_technician.id)]))
        version.contract_date_end = fields.Date.add(today, days=14)
        handovers._prepare_for_contracts(self.company)
        handover = handovers.search([("employee_id", "=", self.employee_technician.id)])
        self.assertEqual((handover.date, handover.reason), (version.contract_date_end, "leaves"))
        handover.with_user(self.user_keeper).action_cancel()
        handovers._prepare_for_contracts(self.company)
        self.assertEqual(handovers.search([("employee_id", "=", self.employee_technician.id)]), handover, "he stays: asked once")

    def test_an_employee_with_parts_is_not_deleted(self):
        self._put_in_van(2)
        with self.assertRaises(UserError):
            self.employee_technician.unlink()

    def test_who_has_nothing_leaves_and_his_rules_rest(self):
        rule = self._add_rule()
        self.employee_technician.action_archive()
        self.assertEqual((self.employee_technician.active, rule.active), (False, False))

    def test_the_van_is_counted_and_goes_to_the_depot_at_its_very_cost(self):
        self._receive((self.spare, 2, 20.0))
        self._put_in_van(6)
        rule = self._add_rule(low=1, high=9)
        self._prepare()
        handover = self._begin()
        self.assertEqual((handover.state, rule.active, self._find("load").ids), ("counting", False, []))
        self.assertEqual(handover.count_id.user_ids, self.user_keeper | self.other_keeper)
        with self.assertRaisesRegex(UserError, "to finish"):
            handover.with_user(self.user_keeper).action_finish()
        self._count_even(handover)
        handover.with_user(self.user_keeper).action_finish()
        self.assertEqual((handover.state, handover.short_value), ("done", 0.0))
        self.assertEqual((self._get_in(self.van), self._get_in(self.stock), self.van.active), (0.0, 7.0, False))
        self.assertFalse(self.employee_technician.van_location_id)
        self.assertEqual(self._use((self.spare, 7)).value, 5 * 10.0 + 2 * 20.0)
        self.employee_technician.action_archive()

    def _count_even(self, handover):
        """Count every line as the books say."""
        for line in handover.count_id.line_ids:
            books = sum(self.env["stock.quant"].search([
                ("location_id", "=", line.location_id.id), ("product_id", "=", line.product_id.id), ("lot_id", "=", line.lot_id.id),
            ]).mapped("quantity"))
            mine = line.with_user(line.user_id)
            mine.my_quantity = books
            mine.action_hand_in()
        self.env.invalidate_all()

    def test_what_is_missing_has_its_cause_its_value_and_somebody_who_answers(self):
        self._put_in_van(3)
        handover = self._begin()
        self._count(handover, 2)
        keeper = handover.with_user(self.user_keeper)
        with self.assertRaisesRegex(UserError, "Say who answers"):
            keeper.action_finish()
        keeper.write({"liable": "employee", "liable_note": "taken off his last wages, agreed"})
        keeper.action_finish()
        self.assertEqual((handover.state, handover.short_value, handover.liable), ("done", 10.0, "employee"))
        self.assertEqual((self._get_in(self.stock), self._get_in(self.van)), (4.0, 0.0))
        with self.assertRaises(UserError):
            keeper.liable = "company"

    def test_orders_get_their_parts_from_the_depot_once_it_has_begun(self):
        self._put_in_van(2)
        order = self._make_order()
        self.assertEqual(order.move_ids.location_id, self.van)
        handover = self._begin()
        self.assertEqual((order.move_ids.location_id, order.move_ids.state), (self.stock, "assigned"))
        self._count_even(handover)
        handover.with_user(self.user_keeper).action_finish()
        self.assertEqual(handover.state, "done")

    def test_old_parts_are_handed_in_before(self):
        board = self._create_spare("Board", "BD-1", is_main_part=True)
        self._receive((board, 1, 50.0))
        order = self._create_order(appliance_id=self._create_appliance().id)
        self._to_stage(order, "diagnosed")
        self._add_part(order, board)
        self._to_stage(order, "inspected")
        core = self.env["repair.core.return"].search([("repair_id", "=", order.id)])
        with self.assertRaisesRegex(UserError, "1 old parts"):
            self.employee_technician.action_archive()
        handover = self._begin()
        self.assertEqual((handover.core_ids, handover.remaining), (core, "1 old parts to take in"))
        with self.assertRaises(UserError):
            handover.with_user(self.user_keeper).action_finish()
        core.with_user(self.user_keeper).action_receive()
        self.env.invalidate_all()
        handover.with_user(self.user_keeper).action_finish()
        self.assertEqual(handover.state, "done")

    def test_tools_are_on_the_same_page_and_returned_before(self):
        self._put_in_van(1)
        kind = self.env["repair.tool.type"].create({"name": "Test ladder", "kind": "auxiliary", "check_days": 90})
        tool = self.env["maintenance.equipment"].create({"name": "Ladder", "serial_no": "L-1", "tool_type_id": kind.id})
        tool.with_user(self.user_keeper)._hand_out(self.employee_technician)
        handover = self._begin()
        self._count_even(handover)
        self.assertEqual((handover.tool_ids, handover.remaining), (tool, "1 tools to take back"))
        with self.assertRaises(UserError):
            handover.with_user(self.user_keeper).action_finish()
        tool.with_user(self.other_keeper)._take_back(True, True)
        self.env.invalidate_all()
        handover.with_user(self.user_keeper).action_finish()
        self.assertEqual(handover.state, "done")

    def test_who_only_gives_up_his_van_keeps_his_tools(self):
        self._put_in_van(1)
        kind = self.env["repair.tool.type"].create({"name": "Test ladder", "kind": "auxiliary", "check_days": 90})
        tool = self.env["maintenance.equipment"].create({"name": "Ladder", "serial_no": "L-1", "tool_type_id": kind.id})
        tool.with_user(self.user_keeper)._hand_out(self.employee_technician)
        handover = self._begin(leaves=False)
        self._count_even(handover)
        self.assertEqual((handover.reason, handover.tool_ids, handover.remaining), ("van", tool, ""))
        handover.with_user(self.user_keeper).action_finish()
        self.assertEqual((handover.state, self.employee_technician._get_held_tools()), ("done", tool))

    def test_a_successor_receives_the_parts_himself(self):
        self._put_in_van(2)
        handover = self._begin()
        self._count_even(handover)
        handover.with_user(self.user_keeper).successor_id = self.colleague.id
        handover.with_user(self.user_keeper).action_finish()
        self.assertEqual((handover.state, handover.transfer_id.state, self._get_in(self.van)), ("moving", "given", 2.0))
        handover.transfer_id.with_user(self.user_colleague).action_take()
        self.assertEqual((handover.state, self._get_in(self.other_van), self.van.active), ("done", 2.0, False))

    def test_what_the_successor_does_not_find_is_counted_again(self):
        self._put_in_van(2)
        handover = self._begin()
        self._count_even(handover)
        handover.with_user(self.user_keeper).successor_id = self.colleague.id
        handover.with_user(self.user_keeper).action_finish()
        mine = handover.transfer_id.with_user(self.user_colleague)
        mine.line_ids.write({"taken_qty": 1, "cause_id": self.cause_missing.id})
        mine.action_take()
        self.assertEqual((handover.state, self._get_in(self.van), handover.count_id.state), ("counting", 1.0, "counting"))
        self._count(handover, 0)
        handover.with_user(self.user_keeper).write({"liable": "company", "liable_note": "lost on the way"})
        handover.with_user(self.user_keeper).action_finish()
        self.assertEqual((handover.state, handover.short_value, self._get_in(self.van)), ("done", 10.0, 0.0))

    def test_a_list_to_the_successor_given_up_opens_the_hand_over_again(self):
        self._put_in_van(2)
        handover = self._begin()
        self._count_even(handover)
        handover.with_user(self.user_keeper).successor_id = self.colleague.id
        handover.with_user(self.user_keeper).action_finish()
        handover.transfer_id.with_user(self.other_keeper).action_cancel()
        self.assertEqual(handover.state, "counting")
        handover.with_user(self.user_keeper).successor_id = False
        handover.with_user(self.user_keeper).action_finish()
        self.assertEqual((handover.state, self._get_in(self.stock)), ("done", 5.0))

    def test_he_stays_and_his_van_goes_on(self):
        self._put_in_van(2)
        rule = self._add_rule()
        order = self._make_order()
        handover = self._begin()
        handover.with_user(self.user_keeper).action_cancel()
        self.assertEqual((handover.state, rule.active, handover.count_id.state), ("cancelled", True, "cancelled"))
        order.with_user(self.user_technician).action_assign()
        self.assertEqual(self.employee_technician.van_location_id, self.van)

    def test_a_count_given_up_does_not_pass_for_one(self):
        self._put_in_van(2)
        handover = self._begin()
        handover.count_id.with_user(self.user_keeper).action_cancel()
        with self.assertRaisesRegex(UserError, "the van to count"):
            handover.with_user(self.user_keeper).action_finish()
        handover.with_user(self.user_keeper).action_count_again()
        self.assertEqual(handover.count_id.state, "counting")

    def test_nobody_takes_over_his_own_van_and_only_keepers_do(self):
        self._put_in_van(2)
        self.env["repair.van.handover"]._prepare(self.employee_technician, fields.Date.today())
        handover = self.env["repair.van.handover"].search([("employee_id", "=", self.employee_technician.id)])
        for user in (self.user_technician, self.user_desk, self.user_accountant, self.user_inspector):
            with self.subTest(user.login), self.assertRaises(AccessError):
                handover.with_user(user).action_start()
        self.employee_technician.user_id = self.user_keeper
        with self.assertRaises(AccessError):
            handover.with_user(self.user_keeper).action_start()
        with self.assertRaises(AccessError):
            self.env["hr.employee"].browse(self.employee_technician.id).with_user(self.user_desk).action_hand_over_van()

    def test_a_hand_over_is_not_written_by_hand(self):
        self._put_in_van(2)
        handover = self._begin().with_user(self.user_keeper)
        for values in ({"state": "done"}, {"short_value": 0}, {"count_id": False}, {"employee_id": self.colleague.id}):
            with self.subTest(values), self.assertRaises(UserError), self.cr.savepoint():
                handover.write(values)

    def test_the_protocol_is_printed(self):
        self._put_in_van(2)
        handover = self._begin()
        html = self.env["ir.actions.report"]._render_qweb_html("repair_parts.report_van_handover", handover.ids)[0]
        self.assertIn(b"Zhang Wei", html)
