from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged, users

from odoo.addons.repair_service.models.repair_flow import FLOW

from .common import RepairPartsCommon


@tagged("post_install", "-at_install")
class TestProposals(RepairPartsCommon):
    """Proposals from past repairs know which parts fit the appliance and how many are at hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.open_spare = cls.spare
        cls.for_model = cls._create_spare("Motor for BCD-216", "FM-2", model_names="BCD-216, BCD-300")
        cls.for_other_model = cls._create_spare("Motor for BCD-999", "FM-3", model_names="BCD-999")
        cls.for_other_brand = cls._create_spare(
            "Motor of another brand", "FM-4", brand_ids=[Command.set(cls.env["repair.brand"].create({"name": "Other brand"}).ids)])
        cls.parts = cls.open_spare | cls.for_model | cls.for_other_model | cls.for_other_brand
        past = cls.env["repair.order"].with_context(repair_flow=FLOW).create([{
            "appliance_id": cls.appliance.id, "symptom_id": cls.symptom.id, "cause_id": cls.cause.id, "service_stage": "closed",
            "requested_on": fields.Datetime.now(), "accepted_on": fields.Datetime.now(),
            "service_line_ids": [Command.create({"product_id": cls.labour_product.id})],
        } for _number in range(2)])
        moves = cls.env["stock.move"].with_context(repair_flow=FLOW).create([
            {"repair_id": order.id, "repair_line_type": "add", "product_id": part.id, "product_uom_qty": 1}
            for order in past for part in cls.parts])
        moves.write({"state": "done"})
        cls._receive((cls.open_spare, 5, 40.0), (cls.for_model, 2, 40.0))
        cls.order = cls._to_stage(cls._create_order(), "diagnosed")

    def _open(self, user):
        return self.env["repair.proposal"].with_user(user).browse(self.order.with_user(user).action_open_proposals()["res_id"])

    @users("test_technician", "test_desk", "test_manager")
    def test_parts_that_do_not_fit_are_marked(self):
        lines = self._open(self.env.user).line_ids
        self.assertEqual(lines.filtered("fits").product_id, self.open_spare | self.for_model | self.labour_product)
        self.assertEqual(
            set(lines.filtered(lambda line: not line.fits).mapped("note")), {"Does not fit the appliance"})

    @users("test_technician", "test_desk", "test_manager")
    def test_stock_at_hand_is_shown_for_what_is_kept(self):
        lines = self._open(self.env.user).line_ids
        stock = {line.product_id: line.available for line in lines if line.is_stocked}
        self.assertEqual(stock, {self.open_spare: 5, self.for_model: 2, self.for_other_model: 0, self.for_other_brand: 0})

    def test_what_another_order_reserved_is_not_at_hand(self):
        other = self._to_stage(self._create_order(appliance_id=self._create_appliance().id), "diagnosed")
        self._add_part(other, product=self.open_spare, quantity=4)
        self._to_stage(other, "approved")
        line = self._open(self.user_technician).line_ids.filtered(lambda line: line.product_id == self.open_spare)
        self.assertEqual(line.available, 1)

    def test_a_part_added_is_charged_to_who_pays_it(self):
        dialogue = self._open(self.user_technician)
        dialogue.line_ids.filtered(lambda line: line.product_id == self.for_model).chosen = True
        dialogue.action_add()
        self.assertEqual((self.order.move_ids.product_id, self.order.move_ids.payer), (self.for_model, "customer"))
