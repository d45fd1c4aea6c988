from datetime import timedelta

from odoo import SUPERUSER_ID, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import RepairPartsCommon


@tagged("post_install", "-at_install")
class TestPartClassification(RepairPartsCommon):
    """Parts with a demand of their own, in a company that looks back on 12 periods of 30 days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})
        cls.env["product.template"].search([("is_spare_part", "=", True)]).is_spare_part = False
        cls.spare = cls._create_spare("Fan", "CL-FAN")
        cls.board = cls._create_spare("Board", "CL-BOARD")
        cls.user_stock_manager = new_test_user(cls.env, "test_stock_manager", "stock.group_stock_manager")
        cls.now = fields.Datetime.now()

    @classmethod
    def _receive_old(cls, product, quantity, price, days=350, lead=5):
        receipt = cls._receive((product, quantity, price))
        received = cls.now - timedelta(days=days)
        cls._date(receipt, received)
        receipt.move_ids.purchase_line_id.order_id.date_approve = received - timedelta(days=lead)
        cls.env["stock.quant"].search([("product_id", "=", product.id), ("location_id.usage", "=", "internal")]).in_date = received
        return receipt

    @classmethod
    def _date(cls, picking, moment):
        picking.move_ids.date = picking.move_ids.move_line_ids.date = moment

    @classmethod
    def _use_on(cls, product, quantity, days):
        moves = cls._use((product, quantity))
        moves.date = moves.move_line_ids.date = cls.now - timedelta(days=days)
        return moves

    @classmethod
    def _run(cls, user=None):
        run = cls.env["repair.part.classification"].with_user(user or cls.env.user).create({"company_id": cls.company.id})
        run.action_simulate()
        return run

    def _get_line(self, run, product):
        return run.line_ids.filtered(lambda line: line.product_id == product)

    def test_demand_is_what_repairs_and_sales_took_less_what_came_back(self):
        self._receive_old(self.spare, 50, 10.0)
        self._use_on(self.spare, 3, 5)
        self._use_on(self.spare, 2, 35)
        sale = self.env["stock.picking"].create({
            "picking_type_id": self.warehouse.out_type_id.id, "location_id": self.stock.id,
            "location_dest_id": self.env.ref("stock.stock_location_customers").id, "partner_id": self.partner.id,
            "move_ids": [fields.Command.create({
                "product_id": self.spare.id, "product_uom_qty": 4, "location_id": self.stock.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id})]})
        sale.action_confirm()
        sale.action_assign()
        sale.button_validate()
        back = self.env["stock.return.picking"].with_context(
            active_id=sale.id, active_ids=sale.ids, active_model="stock.picking").create({"picking_id": sale.id})
        back.product_return_moves.quantity = 1
        returned = self.env["stock.picking"].browse(back.action_create_returns()["res_id"])
        returned.button_validate()
        self._date(sale, self.now - timedelta(days=65))  # what came back today is taken off the sale 65 days ago
        self.env["stock.scrap"].create({
            "product_id": self.spare.id, "scrap_qty": 5, "lot_id": self.spare.stock_quant_ids.lot_id[:1].id,
            "location_id": self.stock.id}).action_validate()
        line = self._get_line(self._run(), self.spare)
        self.assertEqual(line.series.split()[-3:], ["3", "2", "3"])
        self.assertEqual(sum(map(float, line.series.split())), 8)

    def test_a_substituted_part_counts_for_its_successor(self):
        new = self._create_spare("Fan new", "CL-FAN2")
        self._receive_old(self.spare, 20, 10.0)
        self._use_on(self.spare, 4, 10)
        self.spare.product_tmpl_id.superseded_by_id = new.product_tmpl_id
        run = self._run()
        self.assertEqual(self._get_line(run, new).series.split()[-1], "4")
        old = self._get_line(run, self.spare)
        self.assertFalse(old.yearly_quantity)
        self.assertFalse(old.is_kept)
        self.assertIn("Superseded by", old.reason)
        self.assertIn("CL-FAN", self._get_line(run, new).reason)

    def test_reorder_point_known_by_calculation(self):
        """10 units in each of 12 periods, lead times 30 days (one period): no deviation, reorder point 10, minimum 11."""
        self._receive_old(self.spare, 200, 8.0, days=360, lead=30)
        for period in range(12):
            self._use_on(self.spare, 10, period * 30 + 15)
        line = self._get_line(self._run(), self.spare)
        self.assertEqual(line.series, " ".join(["10"] * 12))
        self.assertEqual((line.abc_class, line.xyz_class, line.demand_kind), ("A", "X", "smooth"))
        self.assertAlmostEqual(line.lead_days, 30.0, 1)
        self.assertEqual(line.reorder_point, 10)
        # yearly 10 x 365 / 30 = 121.67; sqrt(2 x 121.67 x 20 / (0.25 x 8)) = 49.3
        self.assertEqual(line.order_quantity, 50)
        self.assertIn("Reorder point 10", line.reason)

    def test_intermittent_demand_takes_its_own_method(self):
        self._receive_old(self.spare, 20, 10.0, days=360, lead=30)
        for days in (10, 100, 190, 280):
            self._use_on(self.spare, 1, days)
        line = self._get_line(self._run(), self.spare)
        self.assertEqual((line.demand_kind, line.method, line.xyz_class), ("intermittent", "sba", "Z"))
        # the only part used is an A (95 %); one in 3 periods: 0.95 / 3 a period over one period is Poisson(0.317):
        # 0 reaches .729, 1 reaches .959
        self.assertEqual(line.reorder_point, 1)

    def test_vital_part_that_nobody_asked_for_is_kept_once(self):
        self.board.criticality = "vital"
        self._run_and_apply()
        rule = self._get_rule(self.board)
        self.assertEqual((rule.product_min_qty, rule.product_max_qty), (1.0, 1.0))
        self.assertFalse(self._get_rule(self.spare))

    def _run_and_apply(self):
        run = self._run()
        run.action_apply()
        return run

    def _get_rule(self, product):
        return self.env["stock.warehouse.orderpoint"].search([("product_id", "=", product.id), ("location_id", "=", self.stock.id)])

    def test_run_is_compared_with_the_last_applied_one(self):
        self._receive_old(self.spare, 60, 10.0)
        self._receive_old(self.board, 60, 10.0)
        self._use_on(self.spare, 10, 20)
        first = self._run_and_apply()
        self.assertEqual(self._get_line(first, self.board).abc_class, "C")
        self.assertEqual(self.board.abc_class, "C")
        self._use_on(self.board, 50, 10)
        second = self._run()
        self.assertEqual(second.previous_id, first)
        line = self._get_line(second, self.board)
        self.assertEqual((line.previous_abc_class, line.abc_class, line.is_moved), ("C", "A", True))
        self.assertEqual(self.board.abc_class, "C", "nothing changes before the run is applied")
        self.assertEqual(second.previous_planned_value, first.planned_value)
        self.assertGreater(second.planned_value, first.planned_value)
        second.action_apply()
        self.env.invalidate_all()
        self.assertEqual(self.board.abc_class, "A")
        self.assertIn(self.board, self.env["product.product"].search([("abc_class", "=", "A")]))
        self.assertNotIn(self.board, self.env["product.product"].search([("abc_class", "=", False), ("is_spare_part", "=", True)]))

    def test_run_that_another_one_overtook_is_not_applied(self):
        early, late = self._run(), self._run()
        late.action_apply()
        with self.assertRaises(UserError):
            early.action_apply()

    def test_planners_own_minimum_wins_and_the_computed_one_is_shown(self):
        self._receive_old(self.spare, 60, 10.0)
        self._use_on(self.spare, 10, 20)
        self._run_and_apply()
        rule = self._get_rule(self.spare).with_user(self.user_stock_manager)
        computed = rule.product_min_qty
        self.assertFalse(rule.is_planner_own)
        rule.write({"product_min_qty": 33, "product_max_qty": 44})
        self.assertTrue(rule.is_planner_own)
        self._run_and_apply()
        self.assertEqual((rule.product_min_qty, rule.product_max_qty, rule.computed_min_qty), (33, 44, computed))
        rule.action_use_computed()
        self.assertEqual((rule.product_min_qty, rule.is_planner_own), (computed, False))
        with self.assertRaises(UserError):
            rule.write({"computed_min_qty": 1})

    def test_rules_of_a_run_survive_the_replenishment_page(self):
        """Core removes manual rules that the system made as soon as nothing is to be ordered."""
        self._receive_old(self.spare, 60, 10.0)
        self._use_on(self.spare, 10, 20)
        run = self._run()
        run.with_user(SUPERUSER_ID).action_apply()
        rule = self._get_rule(self.spare)
        self.assertEqual((rule.create_uid.id, rule.trigger, rule.qty_to_order), (SUPERUSER_ID, "manual", 0))
        leftover = self.env["stock.warehouse.orderpoint"].with_user(SUPERUSER_ID).create({
            "product_id": self.board.id, "location_id": self.stock.id, "trigger": "manual"})
        self.env["stock.warehouse.orderpoint"].with_user(self.user_stock_manager).action_open_orderpoints()
        self.assertTrue(rule.exists())
        self.assertFalse(leftover.exists(), "core goes on cleaning up after itself")

    def test_computed_values_do_not_come_in_as_somebodys_own_default(self):
        rules = self.env["stock.warehouse.orderpoint"].with_user(self.user_stock_manager)
        for name, value in (("computed_min_qty", 77), ("computed_reason", "because"), ("is_planner_own", False)):
            self.env["ir.default"].with_user(self.user_stock_manager).set("stock.warehouse.orderpoint", name, value, user_id=True)
        rule = rules.with_context(default_computed_max_qty=88).create({
            "product_id": self.board.id, "location_id": self.stock.id, "product_min_qty": 3, "product_max_qty": 5})
        self.assertEqual(
            (rule.computed_min_qty, rule.computed_max_qty, rule.computed_reason, rule.is_planner_own), (0, 0, False, True))

    def test_planners_own_class_goes_before_with_its_reason(self):
        self._run_and_apply()
        part = self.env["repair.part.class"].search([("product_id", "=", self.board.id)]).with_user(self.user_keeper)
        part.write({"own_abc_class": "A", "own_reason": "customers wait for it"})
        self.assertEqual((part.abc_class, part.computed_abc_class), ("A", "C"))
        run = self._run()
        self.assertEqual(self._get_line(run, self.board).service_level, 95.0)
        self.assertIn("planner's own class A", self._get_line(run, self.board).reason)
        run.action_apply()
        self.assertEqual(part.abc_class, "A")
        with self.assertRaises(UserError):
            part.write({"computed_abc_class": "A"})

    def test_class_sets_how_often_a_part_is_counted(self):
        self._receive_old(self.spare, 5, 10.0)
        quant = self.env["stock.quant"].search([("product_id", "=", self.spare.id), ("location_id", "=", self.stock.id)])
        quant.inventory_date = fields.Date.today() + timedelta(days=900)
        self._use_on(self.spare, 1, 10)
        self._run_and_apply()
        self.assertLessEqual(quant.inventory_date, fields.Date.today() + timedelta(days=91))  # class A: four times a year
        quant.with_context(inventory_mode=True).inventory_quantity = 4
        quant.action_apply_inventory()
        self.assertEqual(quant.inventory_date, fields.Date.today() + timedelta(days=91))

    def test_policy_of_vital_or_even_parts_goes_before_that_of_the_class(self):
        policies = self.env["repair.count.policy"].with_user(self.user_manager)
        vital = policies.create({
            "abc_class": "C", "criticality": "vital", "counts_a_year": 12, "tolerance_percent": 0, "service_level": 99})
        even = policies.create({"abc_class": "C", "xyz_class": "X", "counts_a_year": 6, "tolerance_percent": 2, "service_level": 90})
        own = policies.create({
            "abc_class": "C", "company_id": self.company.id, "counts_a_year": 3, "tolerance_percent": 4, "service_level": 80})
        general = self.env.ref("repair_parts.count_policy_c")
        self.assertEqual((vital | even | general)._choose("C", "X", "vital"), vital)
        self.assertEqual((vital | even | general)._choose("C", "X", "desirable"), even)
        self.assertEqual((vital | even | general)._choose("C", "Z", False), general)
        self.assertEqual((vital | even | general | own)._choose("C", "X", "vital"), own)
        own.unlink()
        self.board.criticality = "vital"
        self._receive_old(self.board, 5, 10.0)
        quant = self.env["stock.quant"].search([("product_id", "=", self.board.id), ("location_id", "=", self.stock.id)])
        quant.inventory_date = fields.Date.today() + timedelta(days=900)
        run = self._run_and_apply()
        self.assertEqual(self._get_line(run, self.board).service_level, 99.0)
        self.assertLessEqual(quant.inventory_date, fields.Date.today() + timedelta(days=30))  # twelve times a year
        with self.assertRaises(UserError):
            vital.write({"criticality": "essential"})
        with self.assertRaises(UserError):
            general.with_user(self.user_manager).unlink()
        vital.unlink()

    def test_dead_stock_is_proposed_with_value_and_age(self):
        self._receive_old(self.spare, 7, 10.0, days=400)
        self._receive_old(self.board, 3, 10.0, days=20)
        run = self._run()
        line = self._get_line(run, self.spare)
        self.assertEqual((line.health, line.proposal, line.stock_value, line.age_days), ("dead", "sell", 70.0, 400))
        self.assertEqual((self._get_line(run, self.board).health, self._get_line(run, self.board).proposal), ("moving", False))
        self.assertEqual(run.idle_value, 70.0)

    def test_who_may_simulate_and_apply(self):
        run = self._run(self.user_keeper)
        with self.assertRaises(AccessError):
            run.action_apply()
        with self.assertRaises(UserError):
            run.write({"state": "applied"})
        with self.assertRaises(UserError):
            run.with_context(repair_flow=True).write({"fill_percent": 99})
        with self.assertRaises(UserError):
            run.line_ids.write({"abc_class": "A"})
        run.with_user(self.user_manager).action_apply()
        self.assertEqual(run.state, "applied")
        with self.assertRaises(UserError):
            run.with_user(self.user_stock_manager).unlink()
        for user in (self.user_desk, self.user_technician, self.user_inspector):
            with self.assertRaises(AccessError):
                self.env["repair.part.classification"].with_user(user).create({"company_id": self.company.id})
            with self.assertRaises(AccessError):
                run.with_user(user).read(["planned_value"])
        self.assertTrue(run.with_user(self.user_accountant).read(["planned_value"]))

    def test_part_without_a_cost_is_valued_at_its_vendors_price_in_our_money(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", dollar.id)]).unlink()
        self.env["res.currency.rate"].create({"currency_id": dollar.id, "rate": 0.125, "company_id": self.company.id, "name": "2020-01-01"})
        other = self.env["res.company"].create({"name": "Other"})
        self.env["product.supplierinfo"].create([
            {"partner_id": self.supplier.id, "product_id": self.board.id, "product_tmpl_id": self.board.product_tmpl_id.id, "price": price,
             "currency_id": currency.id, "company_id": company.id, "sequence": sequence}
            for sequence, (price, currency, company) in enumerate(((99.0, other.currency_id, other), (5.0, dollar, self.company)))])
        self.assertEqual(self._get_line(self._run(), self.board).unit_cost, 40.0)

    def test_queries_do_not_grow_with_the_parts(self):
        def count(number):
            self.env["product.product"].create([
                {"name": f"Part {number} {index}", "default_code": f"CLQ-{number}-{index}", "is_spare_part": True}
                for index in range(number)])
            run = self.env["repair.part.classification"].create({"company_id": self.company.id})
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            run.action_simulate()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        few = count(10)
        self.assertLess(count(60), few + 12)


@tagged("post_install", "-at_install")
class TestPartClassificationWarehouses(TestPartClassification):
    """Two warehouses: each keeps for the demand that it has."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.branch = cls.env["stock.warehouse"].create({"name": "Branch", "code": "BRN", "incoming_inspection": False})

    def _use_at(self, warehouse, product, quantity, days):
        lot = self.env["stock.lot"].search([("product_id", "=", product.id)], limit=1)
        self.env["stock.quant"]._update_available_quantity(product, warehouse.lot_stock_id, quantity, lot_id=lot)
        customers = self.env.ref("stock.stock_location_customers")
        move = self.env["stock.move"].create({
            "product_id": product.id, "product_uom_qty": quantity, "location_id": warehouse.lot_stock_id.id,
            "location_dest_id": customers.id, "picked": True, "move_line_ids": [fields.Command.create({
                "product_id": product.id, "quantity": quantity, "lot_id": lot.id, "location_id": warehouse.lot_stock_id.id,
                "location_dest_id": customers.id})]})
        move._action_done()
        move.date = move.move_line_ids.date = self.now - timedelta(days=days)

    def _get_rules(self, product):
        rules = self.env["stock.warehouse.orderpoint"].search([("product_id", "=", product.id)])
        return {rule.warehouse_id: (rule.product_min_qty, rule.product_max_qty) for rule in rules}

    def _demand_of_both(self):
        """10 in each of 12 periods here, 4 in each at the branch; lead time one period: reorder points 10 and 4."""
        self._receive_old(self.spare, 200, 8.0, days=360, lead=30)
        for period in range(12):
            self._use_at(self.warehouse, self.spare, 10, period * 30 + 15)
            self._use_at(self.branch, self.spare, 4, period * 30 + 15)

    def test_each_warehouse_keeps_for_its_own_demand(self):
        self._demand_of_both()
        run = self._run_and_apply()
        line = self._get_line(run, self.spare)
        self.assertEqual(line.series, " ".join(["14"] * 12), "the class is the whole company's")
        self.assertEqual((line.reorder_point, line.place_ids.warehouse_id, line.place_ids.reorder_point), (10, self.branch, 4))
        # branch: yearly 4 x 365 / 30 = 48.67; sqrt(2 x 48.67 x 20 / 2) = 31.2, at most six months' demand = 24.3
        self.assertEqual(self._get_rules(self.spare), {self.warehouse: (11, 60), self.branch: (5, 4 + 25)})
        self.assertIn("Reorder point 4", line.place_ids.reason)

    def test_warehouse_that_supplies_another_keeps_for_both(self):
        self.branch.resupply_wh_ids = self.warehouse
        self._demand_of_both()
        line = self._get_line(self._run(), self.spare)
        self.assertEqual(line.reorder_point, 14)
        # supplied within a day: 4 / 30 of a unit, rounded up
        self.assertEqual((line.place_ids.lead_days, line.place_ids.reorder_point), (1.0, 1))
        self.assertIn("from the warehouse that supplies it", line.place_ids.reason)

    def test_planners_own_values_of_a_branch_stay(self):
        self._demand_of_both()
        self._run_and_apply()
        rule = self.env["stock.warehouse.orderpoint"].search([
            ("product_id", "=", self.spare.id), ("warehouse_id", "=", self.branch.id)]).with_user(self.user_stock_manager)
        rule.write({"product_min_qty": 33, "product_max_qty": 44})
        run = self._run_and_apply()
        self.assertTrue(self._get_line(run, self.spare).place_ids.is_planner_own)
        self.assertEqual((rule.product_min_qty, rule.computed_min_qty), (33, 5))

    def test_branch_that_is_asked_for_nothing_any_more_keeps_nothing(self):
        self._demand_of_both()
        self._run_and_apply()
        moves = self.env["stock.move"].search([
            ("product_id", "=", self.spare.id), ("location_id", "=", self.branch.lot_stock_id.id), ("state", "=", "done")])
        moves.move_line_ids.date = self.now - timedelta(days=900)
        self.env.flush_all()
        self._run_and_apply()
        self.assertEqual(self._get_rules(self.spare)[self.branch], (0, 0))

    def test_van_counts_for_the_warehouse_that_fills_it(self):
        self.employee_technician.action_set_up_van()
        van = self.employee_technician.van_location_id
        self.assertEqual(van.warehouse_id, self.warehouse)
        self._receive_old(self.spare, 20, 8.0)
        lot = self.env["stock.lot"].search([("product_id", "=", self.spare.id)], limit=1)
        self.env["stock.quant"]._update_available_quantity(self.spare, van, 3, lot_id=lot)
        customers = self.env.ref("stock.stock_location_customers")
        move = self.env["stock.move"].create({
            "product_id": self.spare.id, "product_uom_qty": 3, "location_id": van.id, "location_dest_id": customers.id, "picked": True,
            "move_line_ids": [fields.Command.create({
                "product_id": self.spare.id, "quantity": 3, "lot_id": lot.id, "location_id": van.id, "location_dest_id": customers.id})]})
        move._action_done()
        line = self._get_line(self._run(), self.spare)
        self.assertEqual((line.series.split()[-1], len(line.place_ids)), ("3", 0))
