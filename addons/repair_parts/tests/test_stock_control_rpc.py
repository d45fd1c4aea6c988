from odoo.tests import tagged

from odoo.addons.repair_service.tests.common_rpc import RecordSweep

from .common_count import StockCountCommon


@tagged("post_install", "-at_install")
class TestStockControlRpc(RecordSweep, StockCountCommon):
    """Counts, alerts, classes and disposals against whoever has a login and sends nonsense."""

    sweep_module = "repair_parts"
    sweep_users = ("user_keeper", "user_stock_manager", "user_technician", "counter", "user_desk", "user_accountant")
    sweep_writer = "user_stock_manager"
    sweep_facts = {
        "repair.stock.count": ["state", "name", "location_id", "kind", "started_on"],
        "repair.stock.count.line": ["state", "round", "user_id", "expected_qty", "counted_qty", "accuracy", "cause_id"],
        "repair.stock.alert": ["state", "kind", "quantity", "user_id", "cause_id", "escalated_on"],
        "repair.part.class": ["abc_class", "own_abc_class", "reorder_point"],
        "repair.part.classification": ["state", "planned_value"],
        "repair.part.classification.line": ["abc_class", "reorder_point"],
        "repair.stock.disposal": ["state", "kind", "quantity", "decided_by_id"],
        "repair.count.policy": ["counts_a_year", "tolerance_percent", "service_level"],
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._put(cls.fan, cls.shelf_2, 20)
        cls._put(cls.board, cls.shelf_10, -2)
        cls.env["repair.stock.alert"]._refresh(cls.company)
        run = cls.env["repair.part.classification"].create({"company_id": cls.company.id})
        run.action_simulate()
        run.action_apply()
        disposal = cls.env["repair.stock.disposal"].create({
            "product_id": cls.fan.id, "kind": "scrap", "quantity": 1, "reason": "nobody asks for it"})
        disposal.action_hand_in()
        count = cls._start_count(cls.counter | cls.second)
        cls.records = [
            count.sudo(), count.sudo().line_ids[:1], cls.env["repair.stock.alert"].search([("state", "=", "open")], limit=1), run,
            run.line_ids[:1], cls.env["repair.part.class"].search([], limit=1), disposal, cls.env.ref("repair_parts.count_policy_a")]

    def test_whom_it_does_not_concern_changes_nothing(self):
        self._check_changes_nothing(self.user_desk)
        self._check_changes_nothing(self.user_accountant)
