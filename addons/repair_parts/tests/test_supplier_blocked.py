from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged, users

from .common_supplier import SupplierCommon


@tagged("post_install", "-at_install")
class TestSupplierBlocked(SupplierCommon):
    """No road leads to an order of spare parts from a blocked supplier; what was received can be billed."""

    def _block(self, vendor=None):
        self._qualify(vendor or self.cheap, "blocked", "counterfeit parts")

    def _assert_blocked(self, road, *args, **kwargs):
        with self.assertRaisesRegex(UserError, "is blocked since .*counterfeit parts"), self.cr.savepoint():
            road(*args, **kwargs)
            self.env.flush_all()

    @users("test_buyer", "test_keeper", "test_purchase_manager", "__system__")
    def test_a_request_for_quotation_by_hand(self):
        self._block()
        self._assert_blocked(self._create_rfq, self.cheap, user=self.env.user)

    def test_the_form(self):
        self._block()
        form = Form(self.env["purchase.order"])
        form.partner_id = self.cheap
        with form.order_line.new() as line:
            line.product_id = self.spare
        self._assert_blocked(form.save)

    def test_a_child_contact_or_branch_of_the_blocked_company(self):
        self._block()
        contact = self.env["res.partner"].create({"name": "Salesman", "parent_id": self.cheap.id})
        branch = self._create_vendor("Branch", parent_id=self.cheap.id)
        self.assertEqual(branch.commercial_partner_id, branch)
        for partner in (contact, branch):
            self._assert_blocked(self._create_rfq, partner)

    def test_a_contact_taken_out_of_the_blocked_company(self):
        contact = self.env["res.partner"].create({"name": "Salesman", "parent_id": self.cheap.id})
        self._block()
        contact.parent_id = False
        self.assertEqual(contact.supplier_qualification, "blocked")
        with self.assertRaisesRegex(UserError, "is blocked"):
            self._create_rfq(contact)

    @users("test_buyer", "test_purchase_manager")
    def test_confirming_sending_and_reopening_a_request_written_before(self):
        self.env["res.partner"].browse(self.cheap.id)._get_supplier_standing()
        order = self._create_rfq(self.cheap, user=self.env.user)
        cancelled = self._create_rfq(self.cheap, user=self.env.user)
        cancelled.button_cancel()
        if not self.cheap.supplier_qualification:
            self._block(self.cheap.sudo())
        self._assert_blocked(order.button_confirm)
        self._assert_blocked(order.button_approve)
        self._assert_blocked(order.print_quotation)
        self._assert_blocked(cancelled.button_draft)
        for state in ("sent", "to approve", "purchase"):
            self._assert_blocked(order.write, {"state": state})
        self._assert_blocked(cancelled.write, {"state": "draft"})
        order.button_cancel()
        self.cheap.sudo().with_context(repair_flow=self.env["res.partner"]._get_supplier_flow()).write({"supplier_qualification": False})

    def test_created_as_ordered_by_rpc_or_import(self):
        self._block()
        values = {"partner_id": self.cheap.id, "order_line": [Command.create({"product_id": self.spare.id, "product_qty": 1})]}
        self._assert_blocked(self.env["purchase.order"].create, {**values, "state": "purchase"})
        result = self.env["purchase.order"].load(
            ["partner_id/.id", "order_line/product_id/.id", "order_line/product_qty"], [[str(self.cheap.id), str(self.spare.id), "1"]])
        self.assertFalse(result["ids"])
        self.assertIn("is blocked", str(result["messages"]))

    def test_a_line_added_changed_moved_or_grown(self):
        clips = self.env["product.product"].create({"name": "Paper clips"})
        order = self._create_rfq(self.cheap, 2)
        line = order.order_line
        paper = self._create_rfq(self.cheap, product=clips)
        other = self._create_rfq(self.middle)
        self._block()
        add = {"order_id": paper.id, "product_id": self.spare.id, "product_qty": 1}
        self._assert_blocked(self.env["purchase.order.line"].create, add)
        self._assert_blocked(paper.write, {"order_line": [Command.create({"product_id": self.spare.id, "product_qty": 1})]})
        self._assert_blocked(paper.order_line.write, {"product_id": self.spare.id})
        self._assert_blocked(other.order_line.write, {"order_id": paper.id})
        self._assert_blocked(line.write, {"product_qty": 3})
        dozen = self.env.ref("uom.product_uom_dozen")
        self._assert_blocked(line.write, {"product_uom_id": dozen.id})
        line.product_qty = 1
        self.assertEqual(line.product_qty, 1)

    def test_another_vendor_put_on_a_request(self):
        order = self._create_rfq(self.middle)
        self._block()
        self._assert_blocked(order.write, {"partner_id": self.cheap.id})

    def test_an_order_under_way_stays_but_does_not_grow(self):
        order = self._create_rfq(self.cheap, 5)
        order.button_confirm()
        self._block()
        self._assert_blocked(order.order_line.write, {"product_qty": 6})
        self._assert_blocked(order.write, {"order_line": [Command.create({"product_id": self.spare.id, "product_qty": 1})]})
        order.order_line.product_qty = 4
        order.picking_ids.button_validate()
        self.assertEqual(order.order_line.qty_received, 4)

    def test_what_was_received_can_be_billed(self):
        order = self._create_rfq(self.cheap, 5)
        order.button_confirm()
        order.picking_ids.button_validate()
        self._block()
        order.action_create_invoice()
        order.invoice_ids.invoice_date = fields.Date.today()
        order.invoice_ids.action_post()
        self.assertEqual(order.invoice_ids.amount_untaxed, 50.0)

    def test_a_copy_of_an_old_order(self):
        order = self._create_rfq(self.cheap)
        order.button_confirm()
        self._block()
        self._assert_blocked(order.copy)

    def test_requests_merged(self):
        first, second = self._create_rfq(self.cheap, 1), self._create_rfq(self.cheap, 2)
        self._block()
        self._assert_blocked((first | second).action_merge)

    def test_an_alternative_request(self):
        order = self._create_rfq(self.middle)
        self._block()
        wizard = self.env["purchase.requisition.create.alternative"].create({
            "origin_po_id": order.id, "partner_ids": [Command.set(self.cheap.ids)], "copy_products": True})
        self._assert_blocked(wizard.action_create_alternative)

    def test_an_agreement_new_confirmed_or_reopened(self):
        def create(vendor):
            return self.env["purchase.requisition"].create({
                "vendor_id": vendor.id, "requisition_type": "blanket_order",
                "line_ids": [Command.create({"product_id": self.spare.id, "product_qty": 10, "price_unit": 8.0})]})

        draft, other = create(self.cheap), create(self.middle)
        running = create(self.cheap)
        running.action_confirm()
        self._block()
        self._assert_blocked(create, self.cheap)
        self._assert_blocked(draft.action_confirm)
        self._assert_blocked(draft.write, {"state": "confirmed"})
        self._assert_blocked(other.write, {"vendor_id": self.cheap.id})
        self._assert_blocked(running.line_ids.write, {"product_qty": 20})
        self._assert_blocked(self._create_rfq_for, running)
        running.action_cancel()
        self._assert_blocked(running.action_draft)

    def _create_rfq_for(self, agreement):
        form = Form(self.env["purchase.order"])
        form.requisition_id = agreement
        return form.save()

    def _create_orderpoint(self, **values):
        return self.env["stock.warehouse.orderpoint"].create({
            "product_id": self.spare.id, "location_id": self.stock.id, "product_min_qty": 5, "product_max_qty": 5, "trigger": "manual",
            **values})

    def _get_ordered_from(self):
        lines = self.env["purchase.order.line"].search([("product_id", "=", self.spare.id), ("state", "=", "draft")])
        return lines.order_id.partner_id

    def test_replenishment_falls_to_the_next_best(self):
        self._block()
        self._create_orderpoint()._procure_orderpoint_confirm()
        self.assertEqual(self._get_ordered_from(), self.middle)

    def test_a_rule_bound_to_the_blocked_vendor_falls_to_the_next_best(self):
        price = self.spare.seller_ids.filtered(lambda seller: seller.partner_id == self.cheap)
        orderpoint = self._create_orderpoint(supplier_id=price.id)
        self._block()
        orderpoint._procure_orderpoint_confirm()
        self.assertEqual(self._get_ordered_from(), self.middle)

    def test_with_nobody_left_the_need_stays_with_its_reason(self):
        for vendor in (self.cheap, self.middle, self.dear):
            self._block(vendor)
        orderpoint = self._create_orderpoint()
        for _run in range(2):
            orderpoint._procure_orderpoint_confirm(raise_user_error=False)
        self.assertFalse(self._get_ordered_from())
        self.assertEqual(orderpoint.qty_to_order, 5)
        activities = self.spare.product_tmpl_id.activity_ids
        self.assertEqual(len(activities), 1)
        for text in ("FM-1", "Cheap is blocked since", "Middle is blocked since", "Costly is blocked since", "counterfeit parts"):
            self.assertIn(text, activities.note)

    def test_a_need_that_no_rule_watches_leaves_an_activity_too(self):
        for vendor in (self.cheap, self.middle, self.dear):
            self._block(vendor)
        values = {"warehouse_id": self.warehouse, "date_planned": fields.Datetime.now(), "company_id": self.company,
                  "route_ids": self.warehouse.buy_pull_id.route_id}
        procurement = self.env["stock.rule"].Procurement(
            self.spare, 3, self.spare.uom_id, self.stock, "need", "SO1", self.company, values)
        self.env["stock.rule"].run([procurement])
        self.assertFalse(self._get_ordered_from())
        self.assertIn("Cheap is blocked since", self.spare.product_tmpl_id.activity_ids.note)

    def test_the_next_request_of_the_scheduler_does_not_join_the_blocked_vendors_open_one(self):
        self._create_orderpoint()._procure_orderpoint_confirm()
        self.assertEqual(self._get_ordered_from(), self.cheap)
        self._block()
        self.env["stock.warehouse.orderpoint"].search([("product_id", "=", self.spare.id)]).product_max_qty = 9
        self.env["stock.warehouse.orderpoint"].search([("product_id", "=", self.spare.id)]).product_min_qty = 9
        self.env["stock.warehouse.orderpoint"].search([("product_id", "=", self.spare.id)])._procure_orderpoint_confirm()
        self.assertEqual(self._get_ordered_from(), self.cheap | self.middle)

    def test_a_vendor_of_other_things_is_not_bothered(self):
        clips = self.env["product.product"].create({"name": "Paper clips"})
        self._block()
        order = self._create_rfq(self.cheap, 3, clips)
        order.button_confirm()
        self.assertEqual(order.state, "purchase")

    def test_only_qualified_suppliers_where_the_company_wants_it(self):
        self.company.repair_supplier_qualified_only = True
        with self.assertRaisesRegex(UserError, "not qualified"):
            self._create_rfq(self.cheap)
        self._qualify(self.cheap, "trial")
        self.assertTrue(self._create_rfq(self.cheap))

    def test_a_trial_limits_amount_and_quantity_of_an_order(self):
        self._qualify(self.cheap, "trial", amount=100.0, quantity=8)
        for quantity, price, refused in ((8, 10.0, False), (9, 10.0, True), (5, 20.0, False), (5, 20.5, True)):
            order = self._create_rfq(self.cheap, quantity, price_unit=price)
            self.assertEqual(bool(order.supplier_warning), refused, (quantity, price))
            if refused:
                with self.assertRaisesRegex(UserError, "on trial"), self.cr.savepoint():
                    order.button_confirm()
                with self.assertRaisesRegex(UserError, "on trial"), self.cr.savepoint():
                    order.write({"state": "to approve"})
            else:
                order.button_confirm()
                self.assertEqual(order.state, "purchase")
                with self.assertRaisesRegex(UserError, "on trial"), self.cr.savepoint():
                    order.order_line.product_qty = 30
                with self.assertRaisesRegex(UserError, "on trial"), self.cr.savepoint():
                    order.order_line.price_unit = 500

    def test_an_ended_trial_allows_no_order(self):
        self._qualify(self.cheap, "trial", until=fields.Date.today() + timedelta(days=5))
        order = self._create_rfq(self.cheap)
        flow = self.env["res.partner"]._get_supplier_flow()
        self.cheap.with_context(repair_flow=flow).supplier_trial_until = fields.Date.today() - timedelta(days=2)
        with self.assertRaisesRegex(UserError, "trial of Cheap ended"):
            order.button_confirm()

    def test_limits_are_not_negative(self):
        with self.assertRaises(ValidationError):
            self._qualify(self.cheap, "trial", amount=-1.0)

    def test_a_blocked_company_entered_once_more_is_recognised(self):
        """By its tax number however it is written, or by its name; a namesake of a person is somebody else."""
        self.cheap.vat = "91310000MA1FL0AB1C"
        self._block()
        again = self._create_vendor("Cheap and new", vat="91310000 MA1FL0AB1c")
        renamed = self._create_vendor("  cheap ")
        for vendor in (again, renamed):
            with self.assertRaisesRegex(UserError, "under another entry, blocked since .*counterfeit"), self.cr.savepoint():
                self._create_rfq(vendor)
        self.assertTrue(self._create_rfq(self.env["res.partner"].create({"name": "Cheap", "vat": "/"})))
        self._qualify(again, "trial", "another company indeed")
        self.assertTrue(self._create_rfq(again))
