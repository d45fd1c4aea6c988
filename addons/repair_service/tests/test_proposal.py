from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged, users
from odoo.tools import mute_logger

from ..models.repair_flow import FLOW
from .common import GROUP, RepairServiceCommon


class ProposalCommon(RepairServiceCommon):
    """A company with a history: accepted orders written as they stand at their end."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sealing, cls.gas = cls.env["product.product"].create([
            {"name": name, "type": "service", "repair_service_kind": "material", "list_price": price, "taxes_id": False}
            for name, price in (("Test sealing", 15), ("Test gas", 25))])
        cls.other_brand = cls.env["repair.brand"].create({"name": "Other brand"})

    @classmethod
    def _make_past(cls, count, services=(), parts=(), cause=True, days=30, stage="closed", **values):
        """Make ``count`` accepted orders; ``services`` and ``parts`` are (product, quantity)."""
        appliance = values.pop("appliance", cls.appliance)
        accepted = values.pop("accepted_on", fields.Datetime.now() - timedelta(days=days))
        orders = cls.env["repair.order"].with_context(repair_flow=FLOW).create([{
            "appliance_id": appliance.id, "symptom_id": cls.symptom.id, "cause_id": cls.cause.id if cause is True else cause,
            "requested_on": fields.Datetime.now() - timedelta(days=days + 3), "service_stage": stage, "accepted_on": accepted,
            "service_line_ids": [Command.create({"product_id": product.id, "quantity": quantity}) for product, quantity in services],
            **values,
        } for _number in range(count)])
        moves = cls.env["stock.move"].with_context(repair_flow=FLOW).create([
            {"repair_id": order.id, "repair_line_type": "add", "product_id": product.id, "product_uom_qty": quantity}
            for order in orders for product, quantity in parts])
        moves.write({"state": "done"})
        cls.env.flush_all()
        return orders

    @classmethod
    def _make_mixed_history(cls):
        """Twelve orders: all with labour, seven with the part, five with the sealing (twice in three, once in two)."""
        cls._make_past(3, [(cls.labour_product, 1), (cls.sealing, 2)], [(cls.part, 1)])
        cls._make_past(2, [(cls.labour_product, 1), (cls.sealing, 1)], [(cls.part, 1)], stage="accepted")
        cls._make_past(2, [(cls.labour_product, 1)], [(cls.part, 2)])
        cls._make_past(5, [(cls.labour_product, 1)])

    def _open(self, order, user=None):
        action = order.with_user(user or self.user_desk).action_open_proposals()
        return self.env["repair.proposal"].with_user(user or self.user_desk).browse(action["res_id"])

    def _get_figures(self, dialogue):
        return [(line.product_id, line.use_count, line.order_count, line.quantity) for line in dialogue.line_ids]

    def _tick(self, dialogue, products):
        lines = dialogue.line_ids.filtered(lambda line: line.product_id in products)
        dialogue.write({"line_ids": [Command.update(line.id, {"chosen": True}) for line in lines]})
        return dialogue


@tagged("post_install", "-at_install")
class TestProposal(ProposalCommon):

    def test_lines_tell_how_many_of_how_many_orders_used_a_product(self):
        self._make_mixed_history()
        order = self._create_order(cause_id=self.cause.id)
        dialogue = self._open(order)
        self.assertEqual(self._get_figures(dialogue), [
            (self.labour_product, 12, 12, 1), (self.part, 7, 12, 1), (self.sealing, 5, 12, 2)])
        part = dialogue.line_ids[1]
        self.assertEqual(part.usage, "7 of 12 orders with this symptom and cause")
        self.assertEqual((part.price_unit, part.fits, part.on_order), (80, True, False))
        self.assertIn("12 accepted repairs of the last 24 months", dialogue.basis)

    def test_what_two_orders_did_not_use_is_not_proposed(self):
        self._make_past(3, [(self.labour_product, 1)])
        self._make_past(1, [(self.gas, 1)])
        self.assertEqual(self._open(self._create_order(cause_id=self.cause.id)).line_ids.product_id, self.labour_product)

    def test_other_orders_do_not_count(self):
        """Not accepted, refused lines, cancelled parts, too old, another symptom, another company, an unrelated family."""
        self._make_past(2, [(self.labour_product, 1)])
        company = self.env["res.company"].create({"name": "Other company"})
        family = self.env["repair.appliance.category"].create({"name": "Test lamp"})
        self._make_past(4, [(self.gas, 1)], stage="inspected", accepted_on=False)
        self._make_past(4, [(self.gas, 1)], stage="closed", accepted_on=False)  # a refused quotation, closed
        self._make_past(4, [(self.gas, 1)], days=800)
        self._make_past(4, [(self.gas, 1)], symptom_id=self.other_symptom.id)
        self._make_past(4, [(self.gas, 1)], appliance=self._create_appliance(category_id=family.id))
        foreign = self._create_appliance(company_id=company.id) if "company_id" in self.appliance._fields else None
        if foreign:
            self._make_past(4, [(self.gas, 1)], appliance=foreign.with_company(company), company_id=company.id,
                            picking_type_id=self.env["stock.picking.type"].search(
                                [("company_id", "=", company.id), ("code", "=", "repair_operation")], limit=1).id)
        refused = self._make_past(2, [(self.sealing, 1)])
        refused.service_line_ids.with_context(repair_flow=FLOW).write({"refused": True})
        cancelled = self._make_past(2, [], [(self.part, 1)])
        cancelled.move_ids.with_context(repair_flow=FLOW).write({"state": "cancel"})
        self.env.flush_all()
        dialogue = self._open(self._create_order(cause_id=self.cause.id))
        self.assertEqual(self._get_figures(dialogue), [(self.labour_product, 2, 6, 1)])

    def test_months_to_look_back_are_the_companys_setting(self):
        self._make_past(2, [(self.gas, 1)], days=100)
        order = self._create_order(cause_id=self.cause.id)
        self.assertEqual(self._open(order).line_ids.product_id, self.gas)
        self.company.repair_proposal_months = 3
        self.assertFalse(self._open(order).line_ids)
        self.assertIn("at least two", self._open(order).basis)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.company.repair_proposal_months = 0
            self.env.flush_all()

    def test_own_brand_stands_alone_from_three_orders_on(self):
        other = self._create_appliance(brand_id=self.other_brand.id)
        self._make_past(4, [(self.gas, 1)], appliance=other)
        self._make_past(2, [(self.sealing, 1)])
        order = self._create_order(cause_id=self.cause.id)
        self.assertEqual(self._get_figures(self._open(order)), [(self.gas, 4, 6, 1), (self.sealing, 2, 6, 1)])
        self._make_past(1)
        dialogue = self._open(order)
        self.assertEqual(self._get_figures(dialogue), [(self.sealing, 2, 3, 1)])
        self.assertIn("Only Test brand", dialogue.basis)

    def test_families_below_the_same_parent_help_out(self):
        parent = self.env["repair.appliance.category"].create({"name": "Test cooling"})
        sister = self.env["repair.appliance.category"].create({"name": "Test freezer", "parent_id": parent.id})
        self.category.parent_id = parent
        self._make_past(2, [(self.gas, 1)], appliance=self._create_appliance(category_id=sister.id))
        dialogue = self._open(self._create_order(cause_id=self.cause.id))
        self.assertEqual(self._get_figures(dialogue), [(self.gas, 2, 2, 1)])
        self.assertIn("Test cooling", dialogue.basis)
        self._make_past(2, [(self.sealing, 1)])
        self.assertEqual(self._get_figures(self._open(self._create_order(cause_id=self.cause.id))), [(self.sealing, 2, 2, 1)])

    def test_too_few_with_the_cause_fall_back_to_the_symptom_and_say_so(self):
        self._make_past(4, [(self.gas, 1)], cause=self.other_cause.id)
        self._make_past(1, [(self.sealing, 1)])
        dialogue = self._open(self._create_order(cause_id=self.cause.id))
        self.assertEqual(self._get_figures(dialogue), [(self.gas, 4, 5, 1)])
        self.assertIn("Too few had the cause Fan motor worn", dialogue.basis)
        self.assertEqual(dialogue.line_ids.usage, "4 of 5 orders with this symptom")

    def test_products_no_longer_sold_are_left_out(self):
        self._make_past(3, [(self.gas, 1), (self.sealing, 1)])
        self.gas.active = False
        self.sealing.repair_service_kind = False
        self.assertFalse(self._open(self._create_order(cause_id=self.cause.id)).line_ids)

    def test_causes_found_before_are_told_and_set_with_one_click(self):
        self._make_past(7, [(self.labour_product, 1)], remedy_id=self.remedy.id)
        self._make_past(5, [(self.gas, 1)], cause=self.other_cause.id)
        order = self._create_order().with_user(self.user_desk)
        self.assertEqual(order.fault_hint, "Fan motor worn 58%, Hose cracked 42% (causes of 12 repairs)")
        dialogue = self._open(order)
        self.assertEqual([(line.code_id, line.share_text) for line in dialogue.cause_ids], [
            (self.cause, "58% (7/12)"), (self.other_cause, "42% (5/12)")])
        self.assertEqual(self._get_figures(dialogue), [(self.labour_product, 7, 12, 1), (self.gas, 5, 12, 1)])
        action = dialogue.cause_ids[0].action_set()
        closer = self.env[action["res_model"]].with_user(self.user_desk).browse(action["res_id"])
        self.assertEqual(order.cause_id, self.cause)
        self.assertEqual(self._get_figures(closer), [(self.labour_product, 7, 7, 1)])
        self.assertEqual(order.fault_hint, "Replaced 100% (remedies of 7 repairs)")
        closer.remedy_ids.action_set()
        self.assertEqual(order.remedy_id, self.remedy)
        self.assertFalse(order.fault_hint)

    def test_ticked_lines_come_onto_the_order_at_todays_price(self):
        self._make_mixed_history()
        order = self._to_stage(self._create_order(), "diagnosed")
        self.part.list_price = 95
        dialogue = self._open(order)
        self.assertTrue(dialogue.line_ids[0].on_order, "labour came with the diagnosis")
        self._tick(dialogue, self.part | self.sealing)
        dialogue.line_ids[1].quantity = 3
        action = dialogue.action_add()
        self.assertIn("Test fan motor", action["params"]["message"])
        self.assertEqual([(move.product_id, move.product_uom_qty, move.repair_price_unit) for move in order.move_ids], [(self.part, 3, 95)])
        self.assertEqual([(line.product_id, line.quantity, line.price_unit) for line in order.service_line_ids],
                         [(self.labour_product, 1, 100), (self.sealing, 2, 15)])
        self.assertEqual(order.amount_customer_total, 100 + 3 * 95 + 2 * 15)

    def test_services_before_the_diagnosis_do_not_push_the_labour_out(self):
        self._make_mixed_history()
        order = self._create_order(cause_id=self.cause.id)
        self._tick(self._open(order), self.sealing | self.labour_product).action_add()
        self.assertEqual(order.service_line_ids.mapped("product_id"), self.labour_product | self.sealing)
        self._to_stage(order, "diagnosed")
        self.assertEqual(len(order.service_line_ids), 2)

    def test_adding_twice_adds_once(self):
        self._make_mixed_history()
        order = self._to_stage(self._create_order(), "diagnosed")
        first, second = self._open(order), self._open(order)
        self._tick(first, self.part).action_add()
        for dialogue in (first, self._tick(second, self.part)):
            with self.assertRaisesRegex(UserError, "nothing was added"):
                dialogue.action_add()
        message = self._tick(second, self.part | self.sealing).action_add()["params"]["message"]
        self.assertIn("On the order already: Test fan motor", message)
        self.assertEqual((len(order.move_ids), len(order.service_line_ids)), (1, 2))

    def test_nothing_ticked_is_told(self):
        self._make_mixed_history()
        order = self._to_stage(self._create_order(), "diagnosed")
        with self.assertRaisesRegex(UserError, "Tick"):
            self._open(order).action_add()

    def test_a_sent_quotation_is_withdrawn_by_what_is_added(self):
        self._make_mixed_history()
        order = self._to_stage(self._create_order(), "quoted")
        self._tick(self._open(order), self.sealing).action_add()
        self.assertEqual(order.quotation_state, "draft")

    def test_what_is_added_after_the_approval_asks_for_another_one(self):
        self._make_mixed_history()
        order = self._to_stage(self._create_order(), "approved")
        self._tick(self._open(order), self.sealing).action_add()
        self.assertTrue(order.has_unapproved_lines)

    def test_symptom_is_needed(self):
        order = self._create_order(symptom_id=False)
        with self.assertRaisesRegex(UserError, "symptom"):
            self._open(order)

    def test_settled_orders_take_no_proposals(self):
        self._make_mixed_history()
        order = self._to_stage(self._create_order(), "quoted")
        dialogue = self._tick(self._open(order), self.sealing)
        order.action_refuse_quotation(reason="too dear")
        with self.assertRaisesRegex(UserError, "settled"):
            dialogue.action_add()
        with self.assertRaises(UserError):
            self._open(order)
        repairing = self._to_stage(self._create_order(appliance_id=self._create_appliance().id), "repairing")
        late = self._tick(self._open(repairing), self.sealing)
        self._answer_inspection(repairing)
        with self.assertRaisesRegex(UserError, "Adding proposals"):
            late.action_add()


@tagged("post_install", "-at_install")
class TestProposalAccess(ProposalCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_mixed_history()
        cls.order = cls._to_stage(cls._create_order(), "diagnosed")
        cls.user_other = new_test_user(cls.env, "test_other_technician", f"base.group_user,{GROUP}technician")

    def _get_dialogue(self, order=None):
        return self._open(order or self.order, self.env.user).with_env(self.env)

    @users("test_desk", "test_dispatcher", "test_technician", "test_manager")
    def test_who_works_on_the_order_adds_proposals(self):
        order = self._to_stage(self._create_order(), "diagnosed")
        dialogue = self._get_dialogue(order)
        self.assertEqual(dialogue.line_ids.mapped("use_count"), [12, 7, 5])
        self._tick(dialogue, self.part | self.sealing).action_add()
        self.assertEqual((order.move_ids.product_id, len(order.service_line_ids)), (self.part, 2))

    @users("test_inspector", "test_accountant", "test_portal", "test_other_technician")
    def test_who_does_not_work_on_it_opens_none(self):
        with self.assertRaises(AccessError):
            self.order.with_user(self.env.user).action_open_proposals()

    @users("test_technician")
    def test_technician_gets_figures_of_orders_he_may_not_read(self):
        self.assertFalse(self.env["repair.order"].search([("service_stage", "=", "closed")]))
        self.assertEqual(self._get_dialogue().line_ids[1].usage, "7 of 12 orders with this symptom and cause")

    @users("test_technician", "test_desk", "test_manager")
    def test_figures_and_products_cannot_be_forged(self):
        dialogue = self._get_dialogue()
        line, secret = dialogue.line_ids[0], self.env["product.product"].sudo().create({"name": "Gold bar", "type": "consu"})
        for values in ({"product_id": secret.id}, {"use_count": 99}, {"price_unit": 1}, {"usage": "always"}, {"fits": True},
                       {"on_order": False}, {"proposal_id": dialogue.id}):
            with self.assertRaises(UserError):
                line.write(values)
        for values in ({"basis": "x"}, {"repair_id": self.order.id}, {"line_ids": [Command.create({"product_id": secret.id})]},
                       {"cause_ids": [Command.create({"kind": "cause", "code_id": self.cause.id})]}):
            with self.assertRaises(UserError):
                dialogue.write(values)
        for model, values in (
            ("repair.proposal", {"repair_id": self.order.id}),
            ("repair.proposal.line", {"proposal_id": dialogue.id, "product_id": secret.id, "use_count": 99}),
            ("repair.proposal.code", {"proposal_id": dialogue.id, "kind": "cause", "code_id": self.cause.id, "percent": 99}),
        ):
            with self.assertRaises(AccessError):
                self.env[model].create(values)
        self.assertNotIn(secret, dialogue.line_ids.product_id)

    @users("test_technician")
    def test_dialogues_of_others_are_closed(self):
        foreign = self._open(self.order, self.user_desk)
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            foreign.with_env(self.env).action_add()
        with self.assertRaises(AccessError):
            foreign.with_env(self.env).line_ids[0].write({"chosen": True})

    def test_who_lost_the_order_adds_nothing_any_more(self):
        dialogue = self._tick(self._open(self.order, self.user_technician), self.part)
        self.order.appointment_ids.with_context(repair_flow=FLOW).write({"state": "cancelled"})
        self.order.with_context(repair_flow=FLOW).write({"technician_id": False})
        self.env.flush_all()
        self.env.invalidate_all()
        for attempt in (dialogue.action_add, lambda: dialogue.line_ids[0].write({"chosen": True}), dialogue.cause_ids[:1].action_set):
            with self.assertRaises(AccessError):
                attempt()
        self.assertFalse(self.order.move_ids)

    def test_impossible_quantities_are_refused(self):
        line = self._open(self.order).line_ids[1]
        for quantity, error in ((0, IntegrityError), (-1, IntegrityError), (1e6, IntegrityError), (float("nan"), UserError)):
            with self.assertRaises(error), mute_logger("odoo.sql_db"):
                line.write({"quantity": quantity})
                self.env.flush_all()


@tagged("post_install", "-at_install")
class TestProposalPerformance(ProposalCommon):

    def _count(self, order):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self._open(order, self.user_technician)
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def test_two_hundred_past_orders_cost_as_many_queries_as_ten(self):
        lines, parts = [(self.labour_product, 1), (self.sealing, 2)], [(self.part, 1)]
        self._make_past(10, lines, parts)
        order = self._to_stage(self._create_order(), "diagnosed")
        self._count(order)  # rules, groups and translations are read once a process
        ten = self._count(order)
        self._make_past(190, lines, parts)
        self._count(order)
        self.assertEqual(self._count(order), ten)
        self.assertEqual(self._open(order).line_ids[0].order_count, 200)
        self.assertLessEqual(ten, 60)

    def test_hints_of_many_orders_cost_as_many_queries_as_of_one(self):
        self._make_past(10, [(self.labour_product, 1)])
        orders = self.env["repair.order"].browse([self._create_order().id for _number in range(20)]).with_user(self.user_desk)

        def count(some):
            self.env.flush_all()
            self.env.invalidate_all()
            some.fetch(["symptom_id"])
            before = self.cr.sql_log_count
            self.assertEqual(set(some.mapped("fault_hint")), {"Fan motor worn 100% (causes of 10 repairs)"})
            return self.cr.sql_log_count - before

        count(orders[:1])
        self.assertLessEqual(count(orders), count(orders[:2]) + 1)
