from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged, users

from .common import RepairServiceCommon


@tagged("post_install", "-at_install")
class TestAttacks(RepairServiceCommon):
    """What somebody with a login and an RPC client may try, and must not reach."""

    def _as(self, record, user):
        return record.with_env(self.env(user=user, context={}))

    def _quote_with_part(self, stage="approved", **values):
        self._add_stock(self.part, 5)
        order = self._to_stage(self._create_order(), "diagnosed")
        self._add_part(order, **values)
        return self._to_stage(order, stage)

    # the flow

    def test_context_defaults_do_not_open_the_flow(self):
        forged = {
            "default_service_stage": "accepted", "default_state": "done", "default_quotation_state": "approved",
            "default_approved_on": "2026-01-01 00:00:00", "default_access_token": "mine", "default_under_warranty": True,
        }
        order = self.env["repair.order"].with_user(self.user_desk).with_context(**forged).create(
            {"appliance_id": self.appliance.id, "symptom_id": self.symptom.id})
        self.assertEqual((order.service_stage, order.state, order.quotation_state), ("requested", "draft", "draft"))
        self.assertFalse(order.approved_on or order.sudo().access_token or order.under_warranty)

    def test_defaults_that_a_user_keeps_for_himself_do_not_open_the_flow(self):
        """Every employee may set defaults for his own records, by RPC those of any field."""
        defaults = self.env["ir.default"].with_user(self.user_desk)
        for model, name, value in (
            ("repair.order", "service_stage", "accepted"), ("repair.order", "quotation_state", "approved"),
            ("repair.order", "product_id", self.part.id), ("repair.appointment", "state", "done"),
            ("repair.appointment", "arrived_at", "2026-01-01 00:00:00"), ("repair.enquiry", "outcome", "lost"),
        ):
            defaults.set(model, name, value, user_id=True)
        defaults.set("repair.order", "channel", "wechat", user_id=True)
        order = self.env["repair.order"].with_user(self.user_desk).create(
            {"appliance_id": self.appliance.id, "symptom_id": self.symptom.id})
        self.assertEqual((order.service_stage, order.quotation_state, order.product_id.id), ("requested", "draft", False))
        self.assertEqual(order.channel, "wechat", "what is not the flow's stays his")
        start = fields.Datetime.now() + timedelta(days=2)
        visit = self.env["repair.appointment"].with_user(self.user_desk).create({
            "repair_id": order.id, "technician_id": self.employee_technician.id, "start": start, "stop": start + timedelta(hours=2)})
        self.assertEqual((visit.state, visit.arrived_at), ("proposed", False))
        enquiry = self.env["repair.enquiry"].with_user(self.user_desk).create({"contact_name": "Li", "question": "How much?"})
        self.assertEqual(enquiry.outcome, "open")

    def test_the_flow_is_not_passed_by_taking_the_appliance_off(self):
        """Without an appliance an order is core's, and open: a service order may neither become one for a moment nor begin as one."""
        orders = self.env["repair.order"].with_user(self.user_desk)
        order = orders.browse(self._create_order().id)
        with self.assertRaisesRegex(UserError, "keeps an appliance: choose another one"):
            order.write({"appliance_id": False})
        order.write({"appliance_id": self._create_appliance().id})
        for name, value in (("service_stage", "accepted"), ("quotation_state", "approved"), ("approved_by", "Wang Fang")):
            plain = orders.create({"partner_id": self.partner.id, name: value})
            with self.subTest(name), self.assertRaisesRegex(UserError, "make a new request"):
                plain.write({"appliance_id": self.appliance.id, "symptom_id": self.symptom.id})
            with self.subTest(name), self.assertRaisesRegex(UserError, "make a new request"):  # among service orders either
                (order | plain).write({"appliance_id": self.appliance.id, "symptom_id": self.symptom.id})
        plain = orders.create({"partner_id": self.partner.id})
        plain.write({"appliance_id": self.appliance.id, "symptom_id": self.symptom.id})
        self.assertEqual(plain.service_stage, "requested")

    def test_context_defaults_do_not_approve_a_line_or_a_part(self):
        order = self._to_stage(self._create_order(), "approved").with_user(self.user_desk)
        forged = {"default_approved_subtotal": 10**6, "default_refused": True, "default_repair_price_subtotal": 0.01}
        line = self.env["repair.service.line"].with_user(self.user_desk).with_context(**forged).create(
            {"repair_id": order.id, "product_id": self.labour_product.id})
        part = self.env["stock.move"].with_user(self.user_desk).with_context(**forged).create({
            "repair_id": order.id, "repair_line_type": "add", "product_id": self.part.id, "product_uom_qty": 1})
        self.assertEqual((line.approved_subtotal, line.refused, part.approved_subtotal, part.repair_price_subtotal), (0, False, 0, 80))
        self.assertTrue(order.has_unapproved_lines)

    def test_batch_with_a_plain_order_keeps_the_checks_of_both(self):
        plain = self.env["repair.order"].create({"partner_id": self.partner.id})
        order = self._to_stage(self._create_order(), "repairing")
        self._answer_lines(order)
        for step in ("action_repair_end", "action_repair_done", "action_repair_start"):
            with self.subTest(step), self.assertRaises(UserError), self.cr.savepoint():
                getattr(plain | order, step)()
        self.assertEqual((plain.state, order.service_stage), ("draft", "repairing"))

    def _answer_lines(self, order):
        order.final_inspection_id.line_ids.write({"answer": "pass", "value": 5})

    def test_only_the_customer_answers_by_link(self):
        order = self._to_stage(self._create_order(), "quoted")
        for user in (self.user_desk, self.user_manager):
            with self.assertRaises(UserError):
                self._as(order, user).action_approve_quotation("Wang Fang", "link", self.signature)
        self.assertEqual(order.quotation_state, "sent")

    def test_answer_takes_text_only(self):
        order = self._to_stage(self._create_order(), "quoted").with_user(self.user_desk)
        for name, channel, signature in (
            (7, "phone", None), ({"a": 1}, "phone", None), ("x" * 201, "phone", None), ("x", [], None), ("x", {}, None),
            ("x", "onsite", "no picture"), ("x", "onsite", 7), ("x", "phone", "no picture"),
        ):
            with self.subTest(name=str(name)[:9], channel=channel), self.assertRaises(UserError):
                order.action_approve_quotation(name, channel, signature)
        for reason in (7, ["x"], "x" * 5001):
            with self.subTest(reason=str(reason)[:9]), self.assertRaises(UserError):
                order.action_refuse_quotation("x", reason)
        self.assertEqual((order.service_stage, order.quotation_state), ("quoted", "sent"))

    def test_inspector_and_accountant_take_no_step(self):
        order = self._to_stage(self._create_order(), "quoted")
        for user in (self.user_inspector, self.user_accountant):
            own = self._as(order, user)
            for step in (
                lambda own=own: own.write({"diagnosis": "mine"}), own.action_approve_quotation, own.action_refuse_quotation,
                own.action_send_quotation, own.action_repair_cancel,
            ):
                with self.assertRaises(AccessError), self.cr.savepoint():
                    step()
        self.assertEqual((order.service_stage, order.quotation_state), ("quoted", "sent"))

    def test_reader_cannot_end_the_repair(self):
        order = self._to_stage(self._create_order(), "repairing")
        self._answer_lines(order)
        order.final_inspection_id._write({"result": "pass"})
        order.invalidate_recordset()
        with self.assertRaises(AccessError):
            self._as(order, self.user_accountant).action_repair_end()

    def test_invoiced_order_is_not_cancelled(self):
        order = self._to_stage(self._create_order(), "quoted")
        order.action_refuse_quotation(reason="buys a new one")
        order.action_create_invoice()
        order.invoice_ids.action_post()
        with self.assertRaisesRegex(UserError, "invoiced"):
            order.action_repair_cancel()

    # money

    def test_stored_amounts_cannot_be_written(self):
        order = self._quote_with_part()
        for record, values in (
            (order, {"amount_customer_total": 0.01}), (order, {"amount_other_payers": 1}),
            (order.service_line_ids, {"price_subtotal": 0.01}), (order.move_ids, {"repair_price_subtotal": 0.01}),
            (order.appointment_ids, {"punctuality": "on_time"}), (order.appliance_id, {"warranty_end": "2099-01-01"}),
            (order, {"appliance_category_id": False}), (order.service_line_ids, {"company_id": False}),
        ):
            with self.subTest(values), self.assertRaises(UserError):
                self._as(record, self.user_manager).write(values)

    def test_share_of_others_falls_to_the_customer_with_his_approval_only(self):
        order = self._quote_with_part(payer="brand")
        order.move_ids.payer = "customer"
        self.assertTrue(order.has_unapproved_lines)
        with self.assertRaises(UserError):
            order.action_repair_start()

    def test_nobody_but_a_manager_frees_the_customer(self):
        order = self._quote_with_part("diagnosed")
        for record in (order.service_line_ids, order.move_ids):
            for user in (self.user_desk, self.user_technician):
                for payer in ("company", "brand", "supplier"):
                    with self.assertRaises(AccessError):
                        self._as(record, user).write({"payer": payer})
            self._as(record, self.user_manager).write({"payer": "company"})
        with self.assertRaises(AccessError):
            self.env["repair.service.line"].with_user(self.user_desk).create(
                {"repair_id": order.id, "product_id": self.labour_product.id, "payer": "company"})
        with self.assertRaises(AccessError):
            self.env["stock.move"].with_user(self.user_desk).create({
                "repair_id": order.id, "repair_line_type": "add", "product_id": self.part.id, "product_uom_qty": 1, "payer": "company"})

    def test_core_warranty_flag_gives_nothing_away(self):
        order = self._quote_with_part()
        with self.assertRaises(UserError):
            self._as(order, self.user_desk).under_warranty = True
        self.assertEqual(sorted(order.sale_order_id.order_line.mapped("price_unit")), [80, 100])

    def test_verdict_is_not_changed_once_the_customer_agreed(self):
        order = self._to_stage(self._create_order(), "approved")
        for values in ({"goodwill_note": "friend"}, {"exclusion": "misuse", "exclusion_note": "broken seal"}):
            with self.assertRaises(UserError):
                self._as(order, self.user_manager).write(values)

    def test_approved_line_keeps_product_and_taxes(self):
        order = self._quote_with_part()
        tax = self.env["account.tax"].create({"name": "Sweep 13%", "amount": 13})
        for record, values in (
            (order.service_line_ids, {"product_id": self.fee_product.id}),
            (order.service_line_ids, {"tax_ids": [Command.set(tax.ids)]}),
            (order.move_ids, {"product_id": self.part.copy().id}), (order.move_ids, {"repair_line_type": "recycle"}),
        ):
            with self.subTest(values), self.assertRaises(UserError):
                self._as(record, self.user_manager).write(values)

    def test_price_lowered_after_the_approval_reaches_the_sale_order(self):
        order = self._quote_with_part("repairing")
        order.service_line_ids.with_user(self.user_desk).price_unit = 60
        order.move_ids.with_user(self.user_desk).repair_price_unit = 0
        self._answer_inspection(order)
        self.assertEqual(sorted(order.sale_order_id.order_line.mapped("price_unit")), [0, 60])
        self.assertEqual(order.sale_order_id.amount_untaxed, order.amount_customer_untaxed)

    def test_sales_change_nothing_that_the_customer_approved(self):
        seller = new_test_user(self.env, "test_seller", "base.group_user,sales_team.group_sale_manager")
        sale = self._quote_with_part().sale_order_id.with_user(seller)
        for name, attack in {
            "price": lambda: sale.order_line[0].write({"price_unit": 1}),
            "quantity": lambda: sale.order_line[0].write({"product_uom_qty": 9}),
            "discount": lambda: sale.write({"order_line": [Command.update(sale.order_line[0].id, {"discount": 99})]}),
            "new line": lambda: sale.write({"order_line": [Command.create({"product_id": self.part.id, "price_unit": 500})]}),
            "cancelled": lambda: sale.action_cancel(),
            "moved": lambda: sale.order_line[0].write({"order_id": sale.copy().id}),
        }.items():
            with self.subTest(name), self.assertRaises(UserError), self.cr.savepoint():
                attack()
        self.assertEqual((sale.amount_untaxed, sale.state), (180, "sale"))

    def test_purchase_tax_is_refused(self):
        tax = self.env["account.tax"].create({"name": "Sweep purchase", "amount": 13, "type_tax_use": "purchase"})
        order = self._to_stage(self._create_order(), "diagnosed")
        with self.assertRaises(ValidationError):
            order.service_line_ids.tax_ids = tax

    def test_plain_order_takes_no_service_line(self):
        plain = self.env["repair.order"].create({"partner_id": self.partner.id})
        with self.assertRaises(ValidationError):
            self.env["repair.service.line"].create({"repair_id": plain.id, "product_id": self.labour_product.id})

    # parts

    def test_desk_and_technician_leave_stock_to_the_flow(self):
        order = self._quote_with_part("repairing")
        for user in (self.user_desk, self.user_technician):
            move = self._as(order.move_ids, user)
            for values in (
                {"state": "done"}, {"state": "cancel"}, {"quantity": 9}, {"picked": True}, {"sale_line_id": False},
                {"move_line_ids": [Command.clear()]}, {"location_id": self.env.ref("stock.stock_location_suppliers").id},
                {"price_unit": 0.01},
            ):
                with self.subTest(values, user=user.login), self.assertRaises(AccessError):
                    move.write(values)
            with self.assertRaises(AccessError):
                self.env["stock.move"].with_user(user).create({
                    "repair_id": order.id, "repair_line_type": "add", "product_id": self.part.id, "product_uom_qty": 1, "quantity": 1})

    def test_nothing_nested_rides_on_a_part(self):
        order = self._to_stage(self._create_order(), "approved")
        base = {"repair_id": order.id, "repair_line_type": "add", "product_id": self.part.id, "product_uom_qty": 1}
        reference = self.env["stock.reference"].create({"name": "foreign"})
        for user in (self.user_desk, self.user_technician):
            moves = self.env["stock.move"].with_user(user)
            for values in (
                {"reference_ids": [Command.update(reference.id, {"name": "mine"})]}, {"value_manual": 5.0},
                {"move_orig_ids": [Command.create({"product_id": self.part.id, "product_uom_qty": 9})]},
            ):
                with self.subTest(values, user=user.login), self.assertRaises(UserError):
                    moves.create({**base, **values})
            part = moves.with_context(default_value_manual=9, default_reference_ids=[Command.link(reference.id)]).create(base)
            self.assertNotIn(reference, part.sudo().reference_ids)
        self.assertEqual(reference.name, "foreign")

    def test_part_comes_from_stock(self):
        order = self._to_stage(self._create_order(), "diagnosed")
        supplier = self.env.ref("stock.stock_location_suppliers")
        with self.assertRaises(ValidationError):
            self._add_part(order, location_id=supplier.id)
        with self.assertRaises(ValidationError):
            order.location_id = supplier

    def test_part_does_not_change_its_order(self):
        order, other = self._quote_with_part("diagnosed"), self._to_stage(self._create_order(), "inspected")
        moves = order.move_ids
        desk, manager = self.user_desk, self.user_manager
        for name, attack in {
            "part to another order": lambda: moves.with_user(desk).write({"repair_id": other.id}),
            "part to no order": lambda: moves.with_user(desk).write({"repair_id": False}),
            "part linked": lambda: other.with_user(desk).write({"move_ids": [Command.link(moves.id)]}),
            "line linked": lambda: other.with_user(desk).write({"service_line_ids": [Command.link(order.service_line_ids.id)]}),
            "visit linked": lambda: other.with_user(desk).write({"appointment_ids": [Command.link(order.appointment_ids.id)]}),
            "inspection unlinked": lambda: other.with_user(manager).write({"inspection_ids": [Command.clear()]}),
            "lines cleared": lambda: other.with_user(manager).write({"service_line_ids": [Command.clear()]}),
        }.items():
            with self.subTest(name), self.assertRaises(UserError), self.cr.savepoint():
                attack()
        self.assertEqual((moves.repair_id, order.service_line_ids.repair_id), (order, order))

    @users("test_technician", "test_desk")
    def test_parts_are_added_and_taken_off_without_stock_rights(self):
        self._add_stock(self.part, 5)
        order = self._to_stage(self._create_order(), "repairing").with_env(self.env)
        part = self.env["stock.move"].create({
            "repair_id": order.id, "repair_line_type": "add", "product_id": self.part.id, "product_uom_qty": 1})
        part.write({"product_uom_qty": 2, "repair_price_unit": 70})
        self.assertEqual((part.repair_price_subtotal, part.quantity), (140, 1))
        order.action_unreserve()
        self.assertEqual(part.quantity, 0)
        order.action_assign()
        self.assertEqual((part.quantity, part.state), (2, "assigned"))
        part.unlink()
        self.assertFalse(order.move_ids)

    # inspections

    def test_made_up_inspection_is_refused(self):
        order = self._to_stage(self._create_order(), "repairing")
        for user in (self.user_technician, self.user_inspector):
            with self.assertRaises(UserError):
                self.env["repair.inspection"].with_user(user).create({
                    "repair_id": order.id, "kind": "final", "line_ids": [Command.create({"name": "Nothing", "required": False})]})

    def test_checklist_cannot_be_weakened(self):
        inspection = self._to_stage(self._create_order(), "repairing").final_inspection_id
        for user in (self.user_technician, self.user_inspector, self.user_manager):
            lines = self._as(inspection.line_ids, user)
            for values in (
                {"required": False}, {"is_measured": False}, {"min_value": -9}, {"point_id": False}, {"name": "Nothing"},
            ):
                with self.subTest(values, user=user.login), self.assertRaises(UserError):
                    lines.write(values)
            with self.assertRaises(UserError):
                lines.unlink()
            for values in ({"kind": "sampling"}, {"template_id": False}, {"repair_id": False}):
                with self.subTest(values, user=user.login), self.assertRaises(UserError):
                    self._as(inspection, user).write(values)
            with self.assertRaises(UserError):
                self._as(inspection, user).action_validate()

    def test_empty_checklist_passes_nothing(self):
        self.template.point_ids.unlink()
        inspection = self._to_stage(self._create_order(), "repairing").final_inspection_id
        with self.assertRaises(UserError):
            inspection.action_validate()

    # records

    def test_accepted_order_stays_as_it_is(self):
        order = self._to_stage(self._create_order(), "accepted")
        for values in (
            {"diagnosis": "something else"}, {"cause_id": self.other_cause.id}, {"fault_description": "nothing"},
            {"partner_id": self.user_desk.partner_id.id}, {"name": "WH/RO/1"},
        ):
            with self.subTest(values), self.assertRaises(UserError):
                self._as(order, self.user_manager).write(values)
        self._as(order, self.user_manager).write({"diagnosis": "Fan motor stands still", "priority": "1"})

    def test_answered_followup_is_kept(self):
        followup = self._to_stage(self._create_order(), "accepted").followup_ids
        followup.score = "5"
        followup.action_done()
        for attack in (
            lambda: followup.write({"due": fields.Date.today()}), followup.unlink, followup.action_done, followup.action_cancel,
            lambda: followup.write({"repair_id": self._create_order().id}),
        ):
            with self.assertRaises(UserError):
                attack()

    def test_appliance_with_repairs_stays_in_its_company(self):
        self._create_order()
        company = self.env["res.company"].create({"name": "Another workshop"})
        with self.assertRaises(UserError):
            self.appliance.company_id = company

    def test_visit_without_end_is_refused(self):
        order = self._create_order().with_user(self.user_desk)
        start = fields.Datetime.now() + timedelta(days=1)
        booking = self.env["repair.booking"].with_user(self.user_desk).create({"repair_id": order.id})
        for hours in (float("nan"), float("inf"), 1e300):
            with self.subTest(hours), self.assertRaises(ValidationError):
                booking.write({"technician_id": self.employee_technician.id, "start": start, "hours": hours})
        for start in ("0001-01-01 00:00:00", "9999-12-31 23:59:59"):
            with self.subTest(start), self.assertRaises(ValidationError):
                self.env["repair.appointment"].with_user(self.user_desk).create({
                    "repair_id": order.id, "technician_id": self.employee_technician.id, "start": start, "stop": start})
