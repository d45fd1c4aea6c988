from datetime import datetime, timedelta

from odoo.tests import new_test_user

from odoo.addons.repair_service.models.repair_flow import FLOW

from .common import RepairQualityCommon


class ChecksCommon(RepairQualityCommon):
    """Finished repairs of March 2019, a sampling rule of that month, and inspectors."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["qms.sampling.rule"].search([]).active = False
        cls.env["qms.patrol.rule"].search([]).active = False
        cls.user_second = new_test_user(cls.env, "test_second_inspector", "base.group_user,repair_service.repair_service_group_inspector")
        cls.plan = cls.env["repair.sampling.plan"].create({"level": "II", "aql": "4.0"})
        cls.checklist = cls.env.ref("repair_quality.inspection_template_sampling")

    @classmethod
    def _make_rule(cls, **values):
        return cls.env["qms.sampling.rule"].create({
            "name": "Month", "plan_id": cls.plan.id, "period": "month", "start_on": "2019-03-01", "stratum": "none",
            "technician_minimum": 0, "newcomer_minimum": 0, "category_ids": cls.category.ids, "inspector_ids": cls.user_inspector.ids,
            **values})

    @classmethod
    def _make_finished(cls, count, technician=None, day=10, **values):
        """Make repairs that were inspected and accepted in March 2019."""
        moment = datetime(2019, 3, day, 3)
        orders = cls.env["repair.order"].create([{
            "appliance_id": cls.appliance.id, "symptom_id": cls.symptom.id, "fault_description": "x",
            "requested_on": moment - timedelta(days=2), **values} for _index in range(count)])
        orders._flow_write({
            "service_stage": "accepted", "accepted_on": moment, "technician_id": (technician or cls.employee_technician).id})
        cls.env["repair.inspection"].with_context(repair_flow=FLOW, tracking_disable=True).create([
            {"repair_id": order.id, "kind": "final", "result": "pass", "done_on": moment} for order in orders])
        return orders

    @classmethod
    def _make_lot(cls, rule):
        """Return the lot of March 2019."""
        rule._lay_out()
        return rule.lot_ids.filtered(lambda lot: str(lot.period_start) == "2019-03-01")

    @classmethod
    def _inspect(cls, inspections, user=None, failed=0):
        """Finish samplings by telephone; the first ``failed`` fail on one point."""
        for index, inspection in enumerate(inspections.with_user(user or cls.user_inspector)):
            inspection.sampling_mode = "phone"
            inspection.action_pass_open()
            if index < failed:
                inspection.line_ids[0].write({"answer": "fail", "note": "came back"})
            inspection.action_validate()
