from odoo import api
from odoo.fields import Command
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.repair_flow import FLOW
from .test_concurrency import ConcurrencyCase


@tagged("post_install", "-at_install")
class TestConcurrentProposals(ConcurrencyCase):
    """The desk and the technician may add the same proposal in the same second, in two dialogues or in one."""

    @classmethod
    def _make_data(cls, env):
        super()._make_data(env)
        present, product = env["product.product"].create([
            {"name": "Concurrency", "type": "service", "repair_service_kind": "material", "list_price": 0, "taxes_id": False}
            for _number in range(2)])  # nothing costs anything: no amount of the order changes
        symptom = env["repair.fault.code"].create({"kind": "symptom", "code": "CONCURRENT-PROPOSAL", "name": "Concurrency"})
        env["repair.order"].browse(cls.order_ids).write({
            "symptom_id": symptom.id, "service_line_ids": [Command.create({"product_id": present.id})]})
        dialogues = env["repair.proposal"].with_context(repair_flow=FLOW).create([
            {"repair_id": order_id, "line_ids": [Command.create({"product_id": product.id, "chosen": True})]}
            for order_id in (cls.order_ids[0], cls.order_ids[0], cls.order_ids[1])])
        cls.product_ids, cls.product_id, cls.code_id, cls.dialogue_ids = (present | product).ids, product.id, symptom.id, dialogues.ids

    @classmethod
    def _remove_records(cls, env):
        super()._remove_records(env)
        env["repair.fault.code"].browse(cls.code_id).unlink()
        env["product.product"].browse(cls.product_ids).unlink()

    def _race_to_add(self, dialogue_ids):
        def add(dialogue_id):
            return lambda env: retrying(env["repair.proposal"].browse(dialogue_id).action_add, env)

        outcomes = self._race([add(dialogue_id) for dialogue_id in dialogue_ids])
        self.assertEqual(outcomes.count("won"), 1, outcomes)
        self.assertIn("nothing was added", next(text for text in outcomes if text != "won"))

    def _count_lines(self, order_id):
        with self.registry.cursor() as cr:
            return api.Environment(cr, api.SUPERUSER_ID, {})["repair.service.line"].search_count(
                [("repair_id", "=", order_id), ("product_id", "=", self.product_id)])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_dialogues_at_once_add_once(self):
        self._race_to_add(self.dialogue_ids[:2])
        self.assertEqual(self._count_lines(self.order_ids[0]), 1)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_clicks_at_once_add_once(self):
        self._race_to_add([self.dialogue_ids[2]] * 2)
        self.assertEqual(self._count_lines(self.order_ids[1]), 1)
