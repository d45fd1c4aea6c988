import base64
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user

from .common import RepairServiceCommon


class RepairToolCommon(RepairServiceCommon):
    """A keeper, an inspector with an employee of his own, and one insulation tester, calibrated yesterday, in the store."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_keeper = new_test_user(cls.env, "test_tool_keeper", "base.group_user,stock.group_stock_user")
        cls.user_colleague = new_test_user(cls.env, "test_colleague", "base.group_user,repair_service.repair_service_group_technician")
        cls.colleague, cls.employee_inspector = cls.env["hr.employee"].create([
            {"name": "Li Na", "user_id": cls.user_colleague.id, "is_technician": True},
            {"name": "Inspector", "user_id": cls.user_inspector.id}])
        cls.today = fields.Date.today()
        cls.type_tester, cls.type_ladder = cls.env["repair.tool.type"].create([
            {"name": "Test insulation tester", "kind": "instrument", "check_days": 30,
             "calibration_months": 12, "check_points": "Leads\nBattery"},
            {"name": "Test ladder", "kind": "auxiliary", "check_days": 90}])
        cls.tester, cls.ladder = cls.env["maintenance.equipment"].create([
            {"name": "Tester", "serial_no": "T-001", "tool_type_id": cls.type_tester.id},
            {"name": "Ladder", "serial_no": "L-001", "tool_type_id": cls.type_ladder.id}])
        cls._calibrate(cls.tester, days_ago=1, number="C-1")

    @classmethod
    def _calibrate(cls, tool, days_ago=0, number="C-2", user=None, **values):
        return cls.env["repair.tool.calibration"].with_user(user or cls.user_keeper).create({
            "equipment_id": tool.id, "done_on": fields.Date.subtract(cls.today, days=days_ago), "certificate_number": number,
            "certificate": base64.b64encode(b"certificate"), **values})

    @classmethod
    def _step(cls, tool, kind, user, **values):
        dialogue = cls.env["repair.tool.dialogue"].with_user(user).create({"equipment_id": tool.id, "kind": kind, **values})
        return dialogue.action_confirm()

    @classmethod
    def _give(cls, tool, employee=None, signed=True):
        employee = employee or cls.employee_technician
        cls._step(tool, "hand_out", cls.user_keeper, employee_id=employee.id)
        if signed:
            cls._step(tool, "sign", employee.user_id, signature=cls.signature)

    @classmethod
    def _age_calibration(cls, tool, days):
        """Let the instrument's calibration run out ``days`` ago, as time does."""
        cls.env.cr.execute(
            "UPDATE repair_tool_calibration SET valid_until = %s, done_on = %s WHERE equipment_id = %s",
            (cls.today - timedelta(days=days), cls.today - timedelta(days=days + 365), tool.id))
        tool.calibration_ids.invalidate_recordset()
        cls.env.add_to_compute(tool._fields["calibration_due"], tool)
        tool.flush_recordset()

    @classmethod
    def _measure_order(cls):
        """Return the open measuring point of a repair that the technician works on."""
        cls.template.point_ids.filtered("is_measured").tool_type_id = cls.type_tester
        order = cls._create_order(appliance_id=cls._create_appliance().id)
        order.service_line_ids = [Command.create({"product_id": cls.labour_product.id})]
        cls._to_stage(order, "repairing")
        return order.final_inspection_id.line_ids.filtered("is_measured")
