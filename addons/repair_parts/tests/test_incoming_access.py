from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged, users

from .common_incoming import RepairIncomingCommon


@tagged("post_install", "-at_install")
class TestIncomingAccess(RepairIncomingCommon):
    """Keeper and inspector inspect and decide, the buyer reads, accountants read the credit notes, the technician sees none of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.receipt, cls.inspection = cls._receive_waiting(5)

    @users("test_keeper", "test_inspector", "test_manager")
    def test_who_inspects_needs_no_right_to_move_stock(self):
        inspection = self._receive_waiting(7)[1]
        _waiting, rejected, _stock = self._get_places()
        self._judge(inspection, 1, user=self.env.user)
        self.assertEqual((inspection.result, inspection.inspector_id), ("fail", self.env.user))
        self.assertEqual(self._get_places(), (5.0, rejected + 7, 0.0))
        self._decide(inspection, "return", self.env.user)
        self.assertEqual((inspection.decided_by_id, inspection.return_picking_id.state), (self.env.user, "assigned"))

    @users("test_stock")
    def test_whoever_receives_parts_lays_out_inspections_but_does_not_answer_them(self):
        receipt = self._order_parts((self.spare, 3, 10.0)).picking_ids
        receipt.with_user(self.env.user).button_validate()
        inspection = self._get_inspection(receipt).with_user(self.env.user)
        self.assertEqual(inspection.read(["lot_quantity"])[0]["lot_quantity"], 3.0)
        with self.assertRaises(AccessError):
            inspection.action_validate()
        with self.assertRaises(AccessError):
            inspection.defect_quantity = 1
        with self.assertRaises(AccessError):
            inspection.line_ids.write({"answer": "pass"})

    @users("test_buyer")
    def test_the_buyer_reads_inspections_and_credit_notes_only(self):
        inspection = self.inspection.with_env(self.env)
        values = inspection.web_read({"product_id": {"fields": {"display_name": {}}}})[0]
        self.assertEqual(values["product_id"]["display_name"], "[FM-1] Fan motor")
        for attempt in (inspection.action_validate, inspection.action_decide, lambda: inspection.write({"defect_quantity": 1})):
            with self.assertRaises(AccessError):
                attempt()
        self.env["repair.supplier.credit"].search([]).read(["amount"])

    @users("test_buyer")
    def test_the_buyer_orders_parts_that_will_be_inspected(self):
        order = self.env["purchase.order"].create({"partner_id": self.supplier.id, "order_line": [Command.create({
            "product_id": self.spare.id, "product_qty": 2, "price_unit": 3.0, "tax_ids": False})]})
        order.button_confirm()
        self.assertEqual(order.sudo().picking_ids.move_ids.location_dest_id, self.waiting_zone)

    @users("test_technician")
    def test_the_technician_sees_none_of_it(self):
        self.assertFalse(self.env["repair.inspection"].search([("kind", "=", "incoming")]))
        with self.assertRaises(AccessError):
            self.inspection.with_env(self.env).read(["result"])
        with self.assertRaises(AccessError):
            self.inspection.with_env(self.env).action_validate()
        for model in ("repair.supplier.credit", "repair.sampling.state", "repair.incoming.rule", "repair.incoming.decision"):
            with self.assertRaises(AccessError):
                self.env[model].search([]).read(["display_name"])
                self.env[model].check_access("read")

    @users("test_desk")
    def test_the_desk_reads_but_does_not_inspect(self):
        self.inspection.with_env(self.env).read(["result", "product_id", "lot_quantity"])
        with self.assertRaises(AccessError):
            self.inspection.with_env(self.env).action_validate()
        with self.assertRaises(AccessError):
            self.env["repair.supplier.credit"].check_access("read")

    @users("test_keeper")
    def test_the_keeper_does_not_touch_the_inspections_of_repairs(self):
        order = self._to_stage(self._create_order(), "repairing")
        final = order.sudo().final_inspection_id.with_user(self.env.user)
        with self.assertRaises(AccessError):
            final.action_validate()
        with self.assertRaises(AccessError):
            final.line_ids.write({"answer": "pass"})
        with self.assertRaises(AccessError):
            final.read(["result"])

    @users("test_accountant")
    def test_accountants_read_what_vendors_owe_and_draft_the_credit_note(self):
        bill = self._bill(self.receipt.sudo().purchase_id)
        self._judge(self.inspection, 1, user=self.user_keeper)
        self._decide(self.inspection, "return", self.user_keeper)
        self.inspection.return_picking_id.with_user(self.user_keeper).button_validate()
        credit = self.env["repair.supplier.credit"].search([("supplier_id", "=", self.supplier.id)])
        values = credit.read(["state", "amount", "bill_ids", "days_open", "purchase_id"])[0]
        self.assertEqual((values["state"], values["amount"], values["bill_ids"]), ("due", 50.0, bill.ids))
        with self.assertRaises(AccessError):
            credit.write({"state": "done"})
        note = self.env["account.move"].browse(credit.action_create_credit_note()["res_id"])
        note.invoice_date = note.date
        note.action_post()
        self.assertEqual(credit.state, "done")
        with self.assertRaises(AccessError):
            self.inspection.with_env(self.env).action_validate()

    @users("test_manager")
    def test_a_manager_without_accounting_rights_reads_but_drafts_no_credit_note(self):
        self._bill(self.receipt.sudo().purchase_id)
        self._judge(self.inspection, 1, user=self.env.user)
        self._decide(self.inspection, "return", self.env.user)
        self.inspection.return_picking_id.with_user(self.user_keeper).button_validate()
        credit = self.env["repair.supplier.credit"].search([("supplier_id", "=", self.supplier.id)])
        self.assertEqual(credit.state, "due")
        with self.assertRaises(AccessError):
            credit.action_create_credit_note()

    @users("test_portal")
    def test_customers_see_nothing(self):
        for model in ("repair.inspection", "repair.supplier.credit", "repair.sampling.state", "repair.incoming.rule"):
            with self.assertRaises(AccessError):
                self.env[model].check_access("read")

    @users("test_keeper", "test_inspector", "test_buyer", "test_stock")
    def test_smart_buttons_count_for_whoever_may_see(self):
        for record in (self.receipt, self.spare.product_tmpl_id, self.supplier):
            mine = record.with_env(self.env)
            self.assertEqual((mine.incoming_inspection_count, mine.incoming_waiting_count), (1, 1), record)
            self.assertTrue(self.env["repair.inspection"].search(mine.action_open_incoming_inspections()["domain"]))

    @users("test_portal")
    def test_smart_buttons_count_nothing_for_others(self):
        self.assertEqual(self.user_portal.partner_id.with_env(self.env).incoming_inspection_count, 0)

    def test_another_company_sees_nothing(self):
        other = self.env["res.company"].create({"name": "Other shop"})
        self.user_keeper.write({"company_ids": [(4, other.id)]})
        elsewhere = self.env["repair.inspection"].with_user(self.user_keeper).with_context(allowed_company_ids=other.ids)
        self.assertFalse(elsewhere.search([("kind", "=", "incoming")]))
        self.assertFalse(elsewhere.env["repair.sampling.state"].search([]))

    def test_a_new_company_inspects_from_the_start(self):
        other = self.env["res.company"].create({"name": "Other shop"})
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", other.id)])
        self.assertTrue(warehouse.incoming_inspection and warehouse.wh_qc_stock_loc_id.active)
        places = warehouse.wh_qc_stock_loc_id, warehouse.wh_rejected_loc_id, warehouse.lot_stock_id
        self.assertEqual([place.inspection_zone for place in places], ["waiting", "rejected", False])

    def test_counts_that_cannot_be_are_answered_in_words(self):
        inspection, foreign = self.inspection.with_user(self.user_keeper), self._get_foreign_lot()
        for values in ({"defect_quantity": 2**40}, {"inspected_quantity": -5}, {"defect_lot_ids": [Command.set(foreign.ids)]}):
            with self.subTest(values=values), self.assertRaises(UserError), self.cr.savepoint():
                inspection.write(values)

    def _get_foreign_lot(self):
        return self.env["stock.lot"].create({"name": "FOREIGN", "product_id": self.spare.id})
