from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common_incoming import RepairIncomingCommon


@tagged("post_install", "-at_install")
class TestIncomingSampling(RepairIncomingCommon):
    """Whole or by sampling, by the supplier's history: rules are data, switching follows ISO 2859-1 and says why."""

    def _get_state(self):
        return self.env["repair.sampling.state"].search([("supplier_id", "=", self.supplier.id), ("plan_id", "=", self.plan.id)])

    def _buy_from(self, supplier):
        self.addCleanup(setattr, type(self), "supplier", self.supplier)
        type(self).supplier = supplier

    def _bring(self, verdicts):
        """Receive and judge a lot of 10 for every letter: A accepted, R rejected; return the last inspection."""
        for verdict in verdicts:
            inspection = self._receive_waiting(10)[1]
            self._judge(inspection, 0 if verdict == "A" else inspection.reject_number)
            self.assertEqual(inspection.result, "pass" if verdict == "A" else "fail")
        return inspection

    def _get_next(self):
        """(severity, n, Ac) of a lot of 100 received now; it stays open."""
        inspection = self._receive_waiting(100)[1]
        return inspection.severity, inspection.sample_size, inspection.accept_number

    def test_a_new_supplier_is_inspected_whole_until_enough_lots_were_accepted(self):
        self.rule.proven_lots = 3
        self.assertEqual(self._get_next(), ("all", 100, 0))
        self._bring("AA")
        self.assertEqual(self._get_next(), ("all", 100, 0))
        self._bring("A")
        self.assertEqual(self._get_next(), ("normal", 20, 1))
        self.assertIn("last 3 lots were accepted", self._get_state().reason)

    def test_one_rejected_lot_begins_the_proof_anew(self):
        self.rule.proven_lots = 3
        self._bring("AARAA")
        self.assertEqual(self._get_next()[0], "all")
        self._bring("A")
        self.assertEqual(self._get_next()[0], "normal")

    def test_two_of_five_rejected_lots_tighten_and_five_accepted_relax(self):
        self._bring("RA")
        self.assertEqual(self._get_next(), ("normal", 20, 1))
        self._bring("R")
        self.assertEqual(self._get_next(), ("tightened", 32, 1))  # letter F under tightened: two arrows down to G
        self._bring("AAAA")
        self.assertEqual(self._get_next()[0], "tightened")
        self._bring("A")
        self.assertEqual(self._get_next(), ("normal", 20, 1))
        state = self._get_state()
        self.assertEqual((state.lot_count, state.rejected_lot_count, state.run), (8, 2, ""))
        history = " ".join(state.message_ids.mapped("body"))
        self.assertIn("2 of 5 lots in a row were rejected", history)
        self.assertIn("5 lots in a row were accepted", history)

    def test_five_rejected_under_tightened_inspection_stop_sampling_until_a_manager_resumes_it(self):
        self._bring("RR" + "RARRARR")
        state = self._get_state()
        self.assertEqual(state.severity, "stopped")
        self.assertEqual(self._get_next(), ("stopped", 100, 0))
        self._bring("AAAAAA")
        self.assertEqual(self._get_state().severity, "stopped")
        for user in (self.user_keeper, self.user_inspector, self.user_buyer):
            with self.assertRaises(AccessError):
                state.with_user(user).action_resume()
        state.with_user(self.user_manager).action_resume()
        self.assertEqual(self._get_next(), ("tightened", 32, 1))
        self.assertIn("put things right", state.reason)
        with self.assertRaises(UserError):
            state.with_user(self.user_manager).action_resume()

    def test_a_concession_does_not_change_what_the_lot_was_found_to_be(self):
        inspection = self._bring("R")
        self._decide(inspection, "concession", self.user_manager, note="urgent")
        self._bring("R")
        self.assertEqual(self._get_state().severity, "tightened")

    def test_each_supplier_has_a_history_of_his_own(self):
        self._bring("RR")
        self._buy_from(self.env["res.partner"].create({"name": "Second supplier"}))
        self.assertEqual(self._get_next()[0], "normal")

    def test_a_branch_of_the_supplier_shares_his_history(self):
        company = self.supplier
        company.is_company = True
        self._bring("RR")
        self._buy_from(self.env["res.partner"].create({"name": "Branch", "parent_id": company.id}))
        inspection = self._receive_waiting(100)[1]
        self.assertEqual((inspection.supplier_id, inspection.severity), (company, "tightened"))

    def test_the_first_rule_that_fits_decides(self):
        vital = self._create_spare("Compressor", "CP-1", criticality="vital")
        strict = self.env["repair.sampling.plan"].create({"level": "II", "aql": "0.65"})
        rules = self.env["repair.incoming.rule"]
        rules.create({"name": "Vital", "sequence": 5, "criticality": "vital", "plan_id": strict.id, "proven_lots": 0})
        rules.create({"name": "Fans whole", "sequence": 6, "product_tmpl_id": self.spare.product_tmpl_id.id, "method": "all"})
        receipt = self._receive((vital, 100, 1.0), (self.spare, 100, 1.0))
        first, second = (self._get_inspection(receipt, product) for product in (vital, self.spare))
        self.assertEqual((first.sampling_plan_id, first.sample_size, first.accept_number), (strict, 20, 0))
        self.assertEqual((second.sampling_plan_id, second.sample_size, second.severity), (strict.browse(), 100, "all"))
        self.assertIn("Fans whole", second.plan_reason)

    def test_rules_are_for_categories_and_suppliers_too(self):
        root = self.env.ref("repair_parts.product_category_spare_parts")
        boards = self.env["product.category"].create({"name": "Boards", "parent_id": root.id})
        board = self._create_spare("Board", "BD-1", categ_id=boards.id)
        rules = self.env["repair.incoming.rule"]
        by_category = rules.create({"name": "Boards", "sequence": 5, "category_id": boards.id, "method": "all"})
        by_supplier = rules.create({"name": "Supplier", "sequence": 6, "supplier_id": self.supplier.id, "method": "all"})
        receipt = self._receive((board, 3, 1.0), (self.spare, 3, 1.0))
        self.assertEqual(self._get_inspection(receipt, board).incoming_rule_id, by_category)
        self.assertEqual(self._get_inspection(receipt, self.spare).incoming_rule_id, by_supplier)

    def test_without_a_rule_every_unit_is_inspected(self):
        self.rule.active = False
        inspection = self._receive_waiting(40)[1]
        self.assertEqual((inspection.sample_size, inspection.accept_number, inspection.template_id.kind), (40, 0, "incoming"))

    def test_a_rule_is_complete(self):
        with self.assertRaises(ValidationError):
            self.env["repair.incoming.rule"].create({"name": "No plan"})
        for values in ({"proven_lots": -1}, {"proven_lots": 21}, {"template_id": self.template.id}):
            with self.subTest(values=values), self.assertRaises(ValidationError), self.cr.savepoint():
                self.rule.write(values)

    def test_a_changed_rule_leaves_laid_out_inspections_alone(self):
        inspection = self._receive_waiting(100)[1]
        self.rule.method = "all"
        self.plan.aql = "15"
        self.assertEqual((inspection.sample_size, inspection.accept_number), (20, 1))

    def test_nobody_writes_the_history_by_hand(self):
        self._bring("R")
        state = self._get_state()
        for user in (self.user_keeper, self.user_inspector, self.user_manager, self.user_buyer):
            with self.subTest(user=user.login), self.assertRaises(UserError):
                state.with_user(user).write({"severity": "normal"})
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env["repair.sampling.state"].with_user(user).create({"supplier_id": self.partner.id, "plan_id": self.plan.id})

    def test_the_default_rules_cover_every_part(self):
        self.env["repair.incoming.rule"].with_context(active_test=False).search([]).active = True
        self.rule.active = False
        for criticality, aql, proven in (("vital", "1.0", 5), ("essential", "2.5", 3), (False, "2.5", 3), ("desirable", "4.0", 3)):
            self.spare.criticality = criticality
            rule = self.env["repair.incoming.rule"].search([])._find_for(self.spare, self.supplier)
            self.assertEqual((rule.plan_id.aql, rule.proven_lots), (aql, proven))
