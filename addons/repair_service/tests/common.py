import base64
import io
from datetime import timedelta

from PIL import Image

from odoo import fields
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

GROUP = "repair_service.repair_service_group_"
ORDERED_STAGES = ("requested", "booked", "diagnosed", "quoted", "approved", "repairing", "inspected", "accepted")


def make_signature():
    """Return a small picture, base64, as a browser sends a signature."""
    stream = io.BytesIO()
    Image.new("RGB", (60, 20), "white").save(stream, "PNG")
    return base64.b64encode(stream.getvalue())


class RepairServiceCommon(TransactionCase):
    """A small company: one user a role, one technician, one customer with a fridge, and services to charge."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True, "no_reset_password": True, "tz": "Asia/Shanghai"})
        cls.company = cls.env.company
        cls.company.write({"repair_travel_minutes": 0, "repair_travel_unknown_minutes": 0})  # unless a test is about ways
        cls.signature = make_signature()
        for role in ("desk", "dispatcher", "technician", "inspector", "manager"):
            setattr(cls, f"user_{role}", new_test_user(cls.env, f"test_{role}", f"base.group_user,{GROUP}{role}", tz="Asia/Shanghai"))
        cls.user_accountant = new_test_user(cls.env, "test_accountant", "base.group_user,account.group_account_invoice")
        cls.user_portal = new_test_user(cls.env, "test_portal", "base.group_portal")
        calendar = cls.env["resource.calendar"].create({
            "name": "Around the clock", "tz": "Asia/Shanghai",
            "attendance_ids": [
                Command.create({"name": str(day), "dayofweek": str(day), "hour_from": 0, "hour_to": 24, "day_period": "morning"})
                for day in range(7)
            ],
        })
        cls.employee_technician = cls.env["hr.employee"].create({
            "name": "Zhang Wei", "user_id": cls.user_technician.id, "is_technician": True, "work_phone": "021 5555 0101",
            "resource_calendar_id": calendar.id, "tz": "Asia/Shanghai",
        })
        cls.partner = cls.env["res.partner"].create(
            {"name": "Wang Fang", "phone": "13800001234", "email": "wang@example.com", "zip": "200001"})
        cls.category = cls.env["repair.appliance.category"].create({"name": "Test fridge"})
        cls.brand = cls.env["repair.brand"].create({"name": "Test brand"})
        codes = cls.env["repair.fault.code"].create([
            {"kind": "symptom", "code": "T-S1", "name": "Does not cool"},
            {"kind": "symptom", "code": "T-S2", "name": "Leaks"},
            {"kind": "cause", "code": "T-C1", "name": "Fan motor worn"},
            {"kind": "cause", "code": "T-C2", "name": "Hose cracked"},
            {"kind": "remedy", "code": "T-R1", "name": "Replaced"},
        ])
        cls.symptom, cls.other_symptom, cls.cause, cls.other_cause, cls.remedy = codes
        cls.labour_product, cls.fee_product = cls.env["product.product"].create([
            {"name": name, "type": "service", "repair_service_kind": kind, "list_price": price, "invoice_policy": "order",
             "taxes_id": False}
            for name, kind, price in (("Test labour", "labour", 100), ("Test fee", "inspection_fee", 40))
        ])
        cls.category.labour_product_ids = cls._as_labour(cls.labour_product | cls.fee_product)
        cls.template = cls.env["repair.inspection.template"].create({
            "name": "Test checklist", "kind": "final",
            "point_ids": [
                Command.create({"name": "Works", "aspect": "function"}),
                Command.create({"name": "Insulation", "aspect": "safety", "is_measured": True, "unit": "Mohm", "min_value": 2.0}),
            ],
        })
        cls.category.inspection_template_id = cls.template
        cls.warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.company.id)], limit=1)
        cls.part = cls.env["product.product"].create({"name": "Test fan motor", "is_storable": True, "list_price": 80, "taxes_id": False})
        cls.appliance = cls._create_appliance()

    @classmethod
    def _as_labour(cls, products):
        field = cls.env["repair.appliance.category"]._fields["labour_product_ids"]
        return products.product_tmpl_id if field.comodel_name == "product.template" else products

    @classmethod
    def _create_appliance(cls, **values):
        return cls.env["repair.appliance"].create({
            "partner_id": cls.partner.id, "category_id": cls.category.id, "brand_id": cls.brand.id,
            "model_name": "BCD-216", "serial_number": cls.env["ir.sequence"].sudo().next_by_code("stock.lot.serial"), **values,
        })

    @classmethod
    def _create_order(cls, **values):
        return cls.env["repair.order"].create({
            "appliance_id": cls.appliance.id, "symptom_id": cls.symptom.id, "fault_description": "Runs but does not cool", **values,
        })

    @classmethod
    def _add_stock(cls, product, quantity):
        cls.env["stock.quant"]._update_available_quantity(product, cls.warehouse.lot_stock_id, quantity)

    @classmethod
    def _add_part(cls, order, product=None, quantity=1.0, **values):
        return cls.env["stock.move"].create({
            "repair_id": order.id, "repair_line_type": "add", "product_id": (product or cls.part).id, "product_uom_qty": quantity, **values,
        })

    @classmethod
    def _book(cls, order, start=None, technician=None):
        start = start or fields.Datetime.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=2 + 3 * cls._next_slot())
        visit = cls.env["repair.appointment"].create({
            "repair_id": order.id, "technician_id": (technician or cls.employee_technician).id,
            "start": start, "stop": start + timedelta(hours=2),
        })
        visit.action_confirm()
        return visit

    @classmethod
    def _next_slot(cls):
        cls._slot = getattr(cls, "_slot", -1) + 1
        return cls._slot

    @classmethod
    def _answer_inspection(cls, order, passed=True):
        inspection = order.final_inspection_id
        for line in inspection.line_ids:
            line.write({"value": 5.0, "answer": "pass" if passed else "fail", "note": "" if passed else "still warm"})
        inspection.action_validate()
        return inspection

    @classmethod
    def _to_stage(cls, order, stage):
        """Walk ``order`` through the real steps of the flow up to ``stage``."""
        steps = {
            "booked": lambda: cls._book(order),
            "diagnosed": lambda: (order.write({"cause_id": cls.cause.id, "diagnosis": "Fan motor stands still"}), order.action_diagnose()),
            "quoted": order.action_send_quotation,
            "approved": lambda: order.action_approve_quotation(channel="phone"),
            "repairing": order.action_repair_start,
            "inspected": lambda: cls._answer_inspection(order),
            "accepted": lambda: order.action_accept(signature=cls.signature),
        }
        for step in ORDERED_STAGES[ORDERED_STAGES.index(order.service_stage) + 1:ORDERED_STAGES.index(stage) + 1]:
            steps[step]()
        return order
