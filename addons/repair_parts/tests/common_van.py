from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user

from .common import RepairPartsCommon


class RepairVanCommon(RepairPartsCommon):
    """Two technicians with vans, a keeper and another one, and a part of which the depot received five at 10.00."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})
        cls.other_keeper = new_test_user(cls.env, "test_other_keeper", "repair_parts.repair_parts_group_keeper")
        cls.user_colleague = new_test_user(
            cls.env, "test_colleague", "base.group_user,repair_service.repair_service_group_technician", tz="Asia/Shanghai")
        cls.colleague = cls.env["hr.employee"].create({
            "name": "Li Na", "user_id": cls.user_colleague.id, "is_technician": True, "tz": "Asia/Shanghai",
            "resource_calendar_id": cls.employee_technician.resource_calendar_id.id})
        (cls.employee_technician | cls.colleague).action_set_up_van()
        cls.van, cls.other_van = cls.employee_technician.van_location_id, cls.colleague.van_location_id
        cls._receive((cls.spare, 5, 10.0))
        cls.cause_missing = cls.env.ref("repair_parts.stock_cause_not_handed_over")

    @classmethod
    def _add_rule(cls, product=None, low=2, high=3, van=None):
        van = van or cls.van
        return cls.env["stock.warehouse.orderpoint"].create({
            "product_id": (product or cls.spare).id, "location_id": van.id, "warehouse_id": cls.warehouse.id,
            "company_id": cls.company.id, "product_min_qty": low, "product_max_qty": high})

    @classmethod
    def _prepare(cls, day=None):
        cls.env["repair.van.transfer"]._prepare_loads(cls.company, day)
        return cls._find("load")

    @classmethod
    def _find(cls, kind, van=None):
        return cls.env["repair.van.transfer"].search([
            ("kind", "=", kind), ("state", "in", ("draft", "given")),
            ("location_dest_id" if kind == "load" else "location_id", "=", (van or cls.van).id)])

    def _load(self, taken=None, cause=None):
        """Hand the open load list over and receive it; ``taken`` units of its first part."""
        transfer = self._find("load")
        transfer.with_user(self.user_keeper).action_give()
        mine = transfer.with_user(self.user_technician)
        if taken is not None:
            mine.line_ids[0].write({"taken_qty": taken, "cause_id": (cause or self.cause_missing).id})
        mine.action_take()
        return transfer

    def _get_in(self, place, product=None):
        quants = self.env["stock.quant"].search([("location_id", "=", place.id), ("product_id", "=", (product or self.spare).id)])
        return sum(quants.mapped("quantity"))

    def _put_in_van(self, quantity, product=None, van=None):
        """Move units from the depot into the van by the flow."""
        transfer = self.env["repair.van.transfer"]._open(self.stock, van or self.van)
        transfer._add(product or self.spare, quantity)
        transfer.action_give()
        transfer.action_take()
        return transfer

    def _make_order(self, quantity=1.0, stage="approved", **values):
        order = self._create_order(appliance_id=self._create_appliance().id, **values)
        self._to_stage(order, "diagnosed")
        self._add_part(order, self.spare, quantity)
        self._to_stage(order, stage)
        return order

    @classmethod
    def _tomorrow(cls):
        return fields.Datetime.now().replace(hour=3, minute=0, second=0, microsecond=0) + timedelta(days=1)
