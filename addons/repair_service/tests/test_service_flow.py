from datetime import date

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged, users

from .common import RepairServiceCommon


@tagged("post_install", "-at_install")
class TestServiceFlow(RepairServiceCommon):

    def test_order_takes_customer_from_appliance(self):
        self.assertEqual(self._create_order().partner_id, self.partner)

    def test_request_needs_a_fault(self):
        with self.assertRaises(ValidationError):
            self._create_order(symptom_id=False, fault_description="  ")

    def test_stages_follow_each_other(self):
        order = self._create_order()
        seen = [order.service_stage]
        for stage in ("booked", "diagnosed", "quoted", "approved", "repairing", "inspected", "accepted"):
            self._to_stage(order, stage)
            seen.append(order.service_stage)
        self.assertEqual(seen, ["requested", "booked", "diagnosed", "quoted", "approved", "repairing", "inspected", "accepted"])
        self.assertEqual(order.state, "done")

    def test_no_stage_can_be_jumped(self):
        order = self._create_order()
        jumps = (
            order.action_diagnose, order.action_send_quotation, order.action_approve_quotation, order.action_validate,
            order.action_repair_start, order.action_repair_end, order.action_repair_done, order.action_new_inspection,
            lambda: order.action_accept(signature=self.signature), order.action_close, order.action_create_sale_order,
        )
        for jump in jumps:
            with self.subTest(jump=getattr(jump, "__name__", "accept")), self.assertRaises(UserError):
                jump()
            self.assertEqual((order.service_stage, order.state), ("requested", "draft"))

    def test_flow_fields_cannot_be_written(self):
        order = self._create_order()
        nonsense = {
            "service_stage": "closed", "state": "done", "quotation_state": "approved", "approved_on": fields.Datetime.now(),
            "accepted_on": fields.Datetime.now(), "repair_warranty_end": date(2099, 1, 1), "coverage": "warranty",
            "closed_on": fields.Datetime.now(), "technician_id": self.employee_technician.id,
        }
        for name, value in nonsense.items():
            with self.subTest(field=name), self.assertRaises(UserError):
                order.write({name: value})
            with self.subTest(create=name), self.assertRaises(UserError):
                self._create_order(**{name: value})

    def test_forged_context_does_not_open_flow_fields(self):
        order = self._create_order()
        for forged in (True, 1, "FLOW", {}, object()):
            with self.assertRaises(UserError):
                order.with_context(repair_flow=forged).write({"service_stage": "closed"})

    def test_settled_request_stays_as_it_is(self):
        order = self._to_stage(self._create_order(), "quoted")
        with self.assertRaises(UserError):
            order.symptom_id = self.other_symptom
        order.write({"symptom_id": self.symptom.id, "diagnosis": "Fan motor blocked by ice"})

    def test_remote_order_is_diagnosed_without_a_visit(self):
        order = self._create_order(service_type="remote")
        self._to_stage(self._create_order(), "booked")
        order.write({"cause_id": self.cause.id, "diagnosis": "Wrong setting"})
        order.action_diagnose()
        self.assertEqual(order.service_stage, "diagnosed")

    def test_diagnosis_needs_cause_and_findings(self):
        order = self._to_stage(self._create_order(), "booked")
        with self.assertRaisesRegex(UserError, "Findings"):
            order.action_diagnose()

    def test_diagnosis_puts_labour_of_the_family_on_the_quotation(self):
        order = self._to_stage(self._create_order(), "diagnosed")
        self.assertEqual(order.service_line_ids.product_id, self.labour_product)
        self.assertEqual(order.amount_customer_total, 100)

    def test_code_of_another_kind_is_refused(self):
        with self.assertRaises(ValidationError):
            self._create_order(symptom_id=self.cause.id)

    def test_fault_cannot_be_reported_in_the_future(self):
        with self.assertRaises(ValidationError):
            self._create_order(requested_on=fields.Datetime.add(fields.Datetime.now(), days=3))

    def test_acceptance_needs_a_signature_and_starts_the_warranty(self):
        order = self._to_stage(self._create_order(), "inspected")
        with self.assertRaises(UserError):
            order.action_accept()
        order.action_accept(signature=self.signature)
        accepted = order._local_date(order.accepted_on)
        self.assertEqual((order.repair_warranty_end - accepted).days, 90)
        followup = order.followup_ids
        self.assertEqual((followup.kind, (followup.due - accepted).days, followup.state), ("satisfaction", 3, "todo"))

    def test_acceptance_happens_once(self):
        order = self._to_stage(self._create_order(), "accepted")
        with self.assertRaises(UserError):
            order.action_accept(signature=self.signature)
        self.assertEqual(len(order.followup_ids), 1)

    def test_cancelled_order_stays_cancelled(self):
        order = self._to_stage(self._create_order(), "approved")
        order.action_repair_cancel()
        self.assertEqual((order.service_stage, order.state, order.sale_order_id.state), ("cancelled", "cancel", "cancel"))
        with self.assertRaises(UserError):
            order.action_repair_cancel_draft()

    def test_repaired_order_cannot_be_cancelled(self):
        order = self._to_stage(self._create_order(), "inspected")
        with self.assertRaises(UserError):
            order.action_repair_cancel()

    def test_order_with_history_cannot_be_deleted(self):
        order = self._to_stage(self._create_order(), "booked")
        with self.assertRaises(UserError):
            order.unlink()
        self._create_order().unlink()

    def test_plain_repair_order_behaves_as_in_core(self):
        order = self.env["repair.order"].create({"partner_id": self.partner.id})
        order.action_validate()
        order.action_repair_start()
        order.action_repair_end()
        self.assertEqual((order.state, order.service_stage), ("done", "requested"))
        self.assertFalse(order.next_step)

    def test_next_step_leads_through_the_flow(self):
        order = self._create_order()
        steps = [order.next_step]
        for stage in ("booked", "diagnosed", "quoted", "approved", "repairing", "inspected", "accepted"):
            steps.append(self._to_stage(order, stage).next_step)
        self.assertEqual(steps, ["book", "diagnose", "quote", "answer", "start", "inspect", "accept", "invoice"])

    @users("test_technician")
    def test_technician_walks_his_own_order(self):
        order = self._to_stage(self._create_order(), "booked")
        own = order.with_env(self.env)
        own.write({"cause_id": self.cause.id, "diagnosis": "Fan motor stands still"})
        own.action_diagnose()
        own.action_send_quotation()
        own.action_approve_quotation(channel="onsite", signature=self.signature)
        own.action_repair_start()
        own.final_inspection_id.line_ids.write({"answer": "pass", "value": 3})
        own.final_inspection_id.action_validate()
        own.action_accept(signature=self.signature)
        self.assertEqual(order.service_stage, "accepted")

    @users("test_technician")
    def test_technician_does_not_see_orders_of_others(self):
        order = self._create_order()
        with self.assertRaises(AccessError):
            order.with_env(self.env).read(["name"])

    @users("test_accountant", "test_inspector", "test_technician")
    def test_only_the_desk_takes_requests(self):
        with self.assertRaises(AccessError):
            self.env["repair.order"].create({"appliance_id": self.appliance.id, "symptom_id": self.symptom.id})

    @users("test_portal")
    def test_portal_user_has_no_access_by_rpc(self):
        order = self._create_order()
        with self.assertRaises(AccessError):
            order.with_env(self.env).read(["name"])
