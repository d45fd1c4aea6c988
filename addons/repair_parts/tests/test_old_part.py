import base64
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.repair_service.models.repair_flow import FLOW

from .common import RepairPartsCommon


@tagged("post_install", "-at_install")
class TestOldPart(RepairPartsCommon):
    """What becomes of replaced parts: owed to a brand, left by the customer, kept by him, sent, refused, disposed of, lost, chased."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})
        cls.today = fields.Date.context_today(cls.env["repair.order"])
        cls.maker = cls.env["res.partner"].create({"name": "Test maker", "is_company": True})
        cls.brand.write({"partner_id": cls.maker.id, "authorised_until": fields.Date.add(cls.today, years=1)})
        cls.board = cls._create_spare("Main board", "MB-1", is_main_part=True, list_price=200.0)
        cls.board_waste = cls.env.ref("repair_parts.waste_kind_board")
        cls.board.waste_kind_id = cls.board_waste
        cls._receive((cls.board, 20, 60.0), (cls.spare, 20, 10.0))
        cls.rule = cls.env["repair.core.rule"].create({
            "brand_id": cls.brand.id, "is_main_only": True, "days": 20, "core_value": 25.0, "claim_needs": "sent"})
        cls.other_keeper = new_test_user(cls.env, "test_other_keeper", "repair_parts.repair_parts_group_keeper")
        cls.company.write({
            "repair_stock_owner_id": cls.other_keeper.id, "repair_old_part_manager_id": cls.user_manager.id, "repair_old_part_days": 3,
            "repair_old_part_chase_days": 3})

    def _replace(self, product=None, payer="customer", stage="inspected", **values):
        """Repair an order with one part for ``payer``; return the order and its old part."""
        order = self._create_order(appliance_id=self._create_appliance().id, **values)
        if payer != "customer":
            order.write({"override_payer": payer, "override_reason": "agreed"})
        self._to_stage(order, "diagnosed")
        self._add_part(order, product or self.board)
        self._to_stage(order, stage)
        return order, self.env["repair.core.return"].search([("repair_id", "=", order.id)])

    def _send(self, cores, **values):
        cores.filtered(lambda core: core.state == "technician").with_user(self.user_keeper).action_receive()
        cores.with_user(self.user_keeper).action_make_batch()
        batch = cores.batch_id.with_user(self.user_keeper)
        batch.write({"carrier": "SF Express", "tracking_ref": "SF1234", **values})
        batch.action_send()
        return batch

    def test_a_part_that_a_brand_pays_and_wants_is_owed_to_it(self):
        order, core = self._replace(payer="brand")
        self.assertEqual((core.kind, core.state, core.brand_id, core.rule_id), ("brand", "technician", self.brand, self.rule))
        self.assertEqual((core.technician_id, core.move_id, core.core_value), (self.employee_technician, order.move_ids, 25.0))
        self.assertEqual((core.hand_in_by, core.due_on), (self.today + timedelta(days=3), self.today + timedelta(days=20)))
        self.assertFalse(core.waste_kind_id)

    def test_old_parts_are_no_stock_and_have_no_value(self):
        before = self.env["stock.quant"].search([("product_id", "=", self.board.id), ("location_id.usage", "=", "internal")])
        held, value = sum(before.mapped("quantity")), self.board.total_value
        self._replace(payer="brand")
        quants = self.env["stock.quant"].search([("product_id", "=", self.board.id), ("location_id.usage", "=", "internal")])
        self.assertEqual((sum(quants.mapped("quantity")), self.board.total_value), (held - 1, value - 60.0))

    def test_a_part_that_no_rule_asks_for_is_not_followed(self):
        self.assertFalse(self._replace(product=self.spare, payer="brand")[1])
        self.assertFalse(self._replace(product=self.spare)[1])

    def test_what_the_customer_pays_is_waste_unless_he_keeps_it(self):
        _order, core = self._replace()
        self.assertEqual((core.kind, core.waste_kind_id, core.due_on), ("disposal", self.board_waste, self.today + timedelta(days=90)))
        order, kept = self._replace()
        self.assertTrue(order.has_old_part_choice)
        self.env["repair.acceptance"].with_user(self.user_technician).create({
            "repair_id": order.id, "accepted_by": "Wang", "signature": self.signature, "old_part_choice": "keeps"}).action_confirm()
        self.assertEqual((kept.kind, kept.state), ("customer", "kept"))
        self.assertEqual(order._get_old_part_texts(), [f"{self.board.display_name}: kept by the customer"])
        with self.assertRaises(UserError):
            order.old_part_choice = "leaves"

    def test_the_customer_cannot_keep_the_brand_s_part(self):
        order, core = self._replace(payer="brand")
        order.old_part_choice = "keeps"
        order.action_accept(signature=self.signature)
        self.assertEqual(core.state, "technician")
        with self.assertRaises(UserError):
            core.with_user(self.user_technician).action_customer_keeps()

    def test_the_rule_of_the_part_goes_before_the_family_s_and_the_general_one(self):
        rules = self.env["repair.core.rule"]
        child = self.env["repair.appliance.category"].create({"name": "Small fridge", "parent_id": self.category.id})
        family = rules.create({"brand_id": self.brand.id, "category_id": self.category.id, "days": 10})
        part = rules.create({"brand_id": self.brand.id, "product_id": self.board.id, "days": 5})
        find = rules._find
        self.assertEqual(find(self.brand, self.company, self.board, child), part)
        part.active = False
        self.assertEqual(find(self.brand, self.company, self.board, child), family)
        other = self.env["repair.appliance.category"].create({"name": "Other"})
        self.assertEqual(find(self.brand, self.company, self.board, other), self.rule)
        self.assertFalse(find(self.brand, self.company, self.spare, other), "no main part")

    def test_only_another_person_takes_a_part_in(self):
        _order, core = self._replace(payer="brand")
        for user in (self.user_technician, self.user_desk, self.user_inspector, self.user_accountant):
            with self.subTest(user.login), self.assertRaises(AccessError):
                core.with_user(user).action_receive()
        self.employee_technician.user_id = self.user_keeper
        with self.assertRaises(UserError):
            core.with_user(self.user_keeper).action_receive()
        core.with_user(self.other_keeper).action_receive()
        self.assertEqual((core.state, core.received_by_id), ("depot", self.other_keeper))

    def test_parts_of_one_brand_go_together_and_what_is_waste_apart(self):
        cores = self.env["repair.core.return"]
        for payer in ("brand", "brand", "customer"):
            cores |= self._replace(payer=payer)[1]
        cores.with_user(self.user_keeper).action_receive()
        cores.with_user(self.user_keeper).action_make_batch()
        batches = cores.batch_id
        self.assertEqual(sorted(batches.mapped(lambda batch: (batch.kind, batch.core_count))), [("brand", 2), ("disposal", 1)])
        self.assertEqual(batches.filtered(lambda batch: batch.kind == "brand").partner_id, self.maker)
        with self.assertRaises(UserError):
            cores[0].with_user(self.user_keeper).action_make_batch()
        batches.with_user(self.user_keeper).action_cancel()
        self.assertFalse(cores.batch_id)

    def test_a_shipment_to_a_brand_needs_carrier_and_number(self):
        _order, core = self._replace(payer="brand")
        core.with_user(self.user_keeper).action_receive()
        core.with_user(self.user_keeper).action_make_batch()
        batch = core.batch_id.with_user(self.user_keeper)
        with self.assertRaises(UserError):
            batch.action_send()
        batch.write({"carrier": "SF", "tracking_ref": "1"})
        batch.action_send()
        self.assertEqual((batch.state, core.state), ("sent", "sent"))
        with self.assertRaises(UserError):
            batch.carrier = "YTO"

    def test_the_brand_accepts_one_and_refuses_another(self):
        cores = self._replace(payer="brand")[1] | self._replace(payer="brand")[1]
        batch = self._send(cores)
        answers = self.env["repair.core.answer"].with_user(self.user_keeper)
        with self.assertRaises(UserError):
            answers.create({"core_id": cores[0].id, "answer": "refused"}).action_confirm()
        answers.create({"core_id": cores[0].id, "answer": "refused", "reason": "water in it"}).action_confirm()
        self.assertEqual((cores[0].state, cores[0].accepted_value, batch.state), ("refused", 0.0, "sent"))
        batch.action_accept_rest()
        self.assertEqual((cores[1].state, batch.credited_value, batch.total_value, batch.state), ("accepted", 25.0, 50.0, "done"))
        cores[0].with_user(self.user_keeper).action_dispose_instead()
        self.assertEqual((cores[0].kind, cores[0].state, cores[0].waste_kind_id), ("disposal", "depot", self.board_waste))

    def test_hazardous_waste_goes_to_a_licensed_recycler_with_its_manifest(self):
        _order, core = self._replace()
        core.with_user(self.user_keeper).action_receive()
        core.with_user(self.user_keeper).action_make_batch()
        batch = core.batch_id.with_user(self.user_keeper)
        recycler = self.env["res.partner"].create({"name": "Recycler", "is_company": True})
        batch.partner_id = recycler
        for error, change in (
                ("no licence", {"recycler_licence": "L-1", "recycler_licence_until": fields.Date.subtract(self.today, days=1)}),
                ("ended on", {"recycler_licence_until": fields.Date.add(self.today, days=1)}),
                ("not licensed for", {"recycler_kind_ids": [Command.link(self.board_waste.id)]})):
            with self.assertRaisesRegex(UserError, error), self.cr.savepoint():
                batch.action_send()
            recycler.write(change)
        with self.assertRaises(ValidationError):
            batch.action_send()
        batch.weight = 1.5
        with self.assertRaisesRegex(UserError, "manifest"):
            batch.action_send()
        batch.write({"manifest_number": "M-7", "manifest": base64.b64encode(b"%PDF"), "manifest_name": "m.pdf"})
        batch.action_send()
        self.assertEqual((core.state, batch.state), ("disposed", "done"))
        with self.assertRaises(UserError):
            batch.weight = 2

    def test_a_loss_has_its_cost_and_who_answers(self):
        _order, core = self._replace(payer="brand")
        lost = self.env["repair.core.lost"].with_user(self.user_keeper).create({
            "core_id": core.id, "liable": "employee", "cost": 25.0, "note": "left at the customer's"})
        lost.action_confirm()
        self.assertEqual((core.state, core.lost_liable, core.lost_cost), ("lost", "employee", 25.0))
        with self.assertRaises(UserError):
            lost.action_confirm()

    def test_the_claim_waits_for_the_old_part(self):
        self.brand.claim_needs_old_part = True
        order, core = self._replace(payer="brand")
        move = order.move_ids
        self.assertEqual(move._get_old_part_gap(), f"old part {core.name} (with the technician)")
        self._send(core)
        self.assertEqual(move._get_old_part_gap(), "")
        self.rule.claim_needs = "accepted"
        self.assertEqual(move._get_old_part_gap(), f"old part {core.name} (sent to the brand)")
        core.with_user(self.user_keeper)._answer("accepted", 25.0)
        self.assertEqual(move._get_old_part_gap(), "")

    def test_a_lost_part_is_not_claimed(self):
        self.brand.claim_needs_old_part = True
        order, core = self._replace(payer="brand")
        core.with_user(self.user_keeper)._lose("company", 25.0, "fire")
        self.assertEqual(order.move_ids._get_old_part_gap(), f"old part {core.name} (lost)")

    def test_the_gap_stops_the_claim_and_the_label_stands_in_its_dossier(self):
        self.brand.write({"claim_needs_old_part": True, "claim_needs_proof": False, "claim_needs_codes": False})
        order, core = self._replace(payer="brand", stage="accepted")
        claim = self.env["repair.brand.claim"].with_user(self.user_accountant).create({
            "brand_id": self.brand.id, "date_from": self.today - timedelta(days=9), "date_to": self.today + timedelta(days=1)})
        claim.action_gather()
        line = claim.line_ids.filtered("move_id")
        self.assertEqual((line.repair_id, line.is_complete), (order, False))
        with self.assertRaisesRegex(UserError, core.name):
            claim.action_send()
        self._send(core)
        self.env.invalidate_all()
        self.assertEqual(line._get_dossier()["old_part"], f"{core.name} · SF1234")
        titles = list(claim._get_sheet_titles())
        self.assertLess(titles.index("old_part"), titles.index("answer"))
        claim.action_send()
        self.assertEqual(claim.state, "sent")

    def _chase(self, core, days):
        core.with_context(repair_flow=FLOW).write({"hand_in_by": self.today - timedelta(days=days)})
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda cron, *args, **kwargs: 1.0):
            self.env["repair.core.return"]._cron_chase()
        return core.activity_ids.sorted("id")[-1:].user_id

    def test_late_parts_are_chased_from_the_technician_to_the_manager(self):
        _order, core = self._replace(payer="brand")
        self.assertFalse(self._chase(core, 0))
        self.assertEqual((self._chase(core, 1), core.chase_level), (self.user_technician, 1))
        self._chase(core, 2)
        self.assertEqual(len(core.activity_ids), 1, "reminded once a level")
        self.assertEqual((self._chase(core, 4), core.chase_level), (self.other_keeper, 2))
        self.assertEqual((self._chase(core, 7), core.chase_level), (self.user_manager, 3))
        core.with_user(self.user_keeper).action_receive()
        self.assertEqual((core.chase_level, core.activity_ids.ids, core.is_overdue), (0, [], False))
        self.assertIn(core, self.env["repair.core.return"].search([("is_overdue", "=", False)]))

    def test_a_technician_sees_his_own_old_parts_only(self):
        _order, core = self._replace(payer="brand")
        stranger = new_test_user(self.env, "test_stranger", "base.group_user,repair_service.repair_service_group_technician")
        self.assertEqual(self.env["repair.core.return"].with_user(self.user_technician).search([]), core)
        self.assertFalse(self.env["repair.core.return"].with_user(stranger).search([("id", "=", core.id)]))
        self.assertTrue(self.env["repair.core.return"].with_user(self.user_accountant).search([("id", "=", core.id)]))
        for user in (self.user_desk, self.user_inspector):
            self.assertFalse(self.env["repair.core.return"].with_user(user).has_access("read"))
        self.assertFalse(core.with_user(self.user_accountant).has_access("write"))

    def test_old_parts_are_not_written_by_hand(self):
        _order, core = self._replace(payer="brand")
        core.with_user(self.user_technician).write({"serial_number": "A1", "note": "burnt"})
        for values in ({"state": "accepted"}, {"kind": "disposal"}, {"due_on": self.today}, {"lost_cost": 0}, {"core_value": 0}):
            for user in (self.user_technician, self.user_keeper, self.user_manager):
                with self.subTest(values=values, user=user.login), self.assertRaises(UserError), self.cr.savepoint():
                    core.with_user(user).write(values)
        with self.assertRaises(UserError):
            self.env["repair.core.return"].with_user(self.user_manager).create({"name": "x", "kind": "brand"})
        core.with_user(self.user_keeper)._lose("company", 1.0, "x")
        with self.assertRaises(UserError):
            core.with_user(self.user_technician).note = "later"

    def test_papers_are_printed(self):
        order, core = self._replace(payer="brand", stage="accepted")
        html = self.env["ir.actions.report"]._render_qweb_html("repair_parts.report_old_part_label", core.ids)[0]
        self.assertIn(core.name.encode(), html)
        batch = self._send(core)
        html = self.env["ir.actions.report"]._render_qweb_html("repair_parts.report_old_part_packing", batch.ids)[0]
        self.assertIn(b"SF1234", html)
        html = self.env["ir.actions.report"]._render_qweb_html("repair_service.report_service_record", order.ids)[0]
        self.assertIn(b"goes back to", html)
