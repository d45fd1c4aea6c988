from odoo import fields
from odoo.tests import new_test_user, tagged

from odoo.addons.repair_service.tests.common_rpc import RecordSweep

from .common_van import RepairVanCommon

FACTS = {
    "repair.van.transfer": ["state", "kind", "given_by_id", "taken_by_id", "taken_on", "from_employee_id", "to_employee_id", "picking_id"],
    "repair.van.transfer.line": ["product_id", "move_id", "part_move_id", "transfer_id"],
    "repair.van.handover": ["state", "employee_id", "count_id", "short_value", "done_on", "van_location_id"],
    "repair.core.return": ["state", "kind", "product_id", "technician_id", "due_on", "lost_liable", "accepted_value", "batch_id"],
    "repair.core.batch": ["state", "kind", "sent_on", "brand_id"],
    "hr.employee": ["van_location_id", "active"],
    "repair.van.kit": ["company_id"],
    "repair.core.rule": ["days", "brand_id"],
}


@tagged("post_install", "-at_install")
class TestVanRpc(RecordSweep, RepairVanCommon):
    """Vans, hand-overs and old parts: every public method and field, called and written with nonsense by whoever has a login."""

    sweep_module, sweep_facts, sweep_users = "repair_parts", FACTS, ("user_technician", "user_keeper", "user_manager")
    sweep_writer = "user_keeper"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_plain = new_test_user(cls.env, "test_plain", "base.group_user")
        cls.company.repair_stock_owner_id = cls.other_keeper
        board = cls._create_spare("Board", "BD-1", is_main_part=True, waste_kind_id=cls.env.ref("repair_parts.waste_kind_board").id)
        cls._receive((board, 5, 50.0))
        cls._add_rule()
        load = cls._prepare()
        cls._add_rule(board, van=cls.other_van)
        cls.env["repair.van.transfer"]._prepare_loads(cls.company)
        given = cls._find("load", cls.other_van)
        given.with_user(cls.user_keeper).action_give()
        cores = cls.env["repair.core.return"]
        for _number in range(2):
            order = cls._create_order(appliance_id=cls._create_appliance().id)
            cls._to_stage(order, "diagnosed")
            cls._add_part(order, board)
            cls._to_stage(order, "inspected")
            cores |= cores.search([("repair_id", "=", order.id)])
        cores[1].with_user(cls.user_keeper).action_receive()
        cores[1].with_user(cls.user_keeper).action_make_batch()
        handover = cls.env["repair.van.handover"]._prepare(cls.employee_technician, fields.Date.today())
        kit = cls.env["repair.van.kit"].create({
            "name": "x", "line_ids": [fields.Command.create({"product_id": cls.spare.id, "min_qty": 1, "max_qty": 2})]})
        rule = cls.env["repair.core.rule"].create({"brand_id": cls.brand.id})
        cls.records = [record.sudo(False) for record in (
            load, load.line_ids, given, given.line_ids, handover, cores[0], cores[1], cores[1].batch_id, kit, kit.line_ids, rule,
            cls.env.ref("repair_parts.waste_kind_board"), cls.employee_technician,
            cls.env["repair.technician"].browse(cls.employee_technician.id),
            cls.env["repair.van.stock"].sudo().search([], limit=1))]
        cls.env.flush_all()

    def test_who_has_nothing_to_do_with_it_changes_nothing(self):
        stranger = new_test_user(self.env, "test_stranger", "base.group_user,repair_service.repair_service_group_technician")
        for user in (self.user_plain, stranger, self.user_desk, self.user_inspector, self.user_accountant):
            self._check_changes_nothing(user)
