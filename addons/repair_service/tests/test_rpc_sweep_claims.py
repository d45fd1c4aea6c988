import base64

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from . import test_rpc_sweep as sweep
from .common_claim import RepairClaimCommon
from .common_tool import RepairToolCommon

CLAIM_MODELS = (
    "repair.brand.claim", "repair.brand.claim.line", "repair.brand.rate", "repair.claim.reason", "repair.claim.dialogue",
    "repair.claim.import", "repair.tool.type", "repair.tool.kit", "repair.tool.kit.line", "repair.tool.custody", "repair.tool.check",
    "repair.tool.calibration", "repair.tool.dialogue", "repair.measurement.review", "maintenance.equipment", "maintenance.request",
    "repair.inspection.line", "repair.inspection.point", "repair.brand",
)
# Nothing of this is brought about by writing fields, whatever the value.
FACTS = {
    "repair.brand.claim": ["state", "number", "amount_claimed", "amount_paid", "sent_on", "settled_on", "partner_id"],
    "repair.brand.claim.line": ["amount_claimed", "amount_paid", "answer", "resolution", "resolved_on", "is_live", "repair_id", "deadline"],
    "repair.tool.custody": ["employee_id", "signed_on", "returned_on", "state", "equipment_id", "handed_by_id"],
    "repair.tool.check": ["done_on", "result", "user_id", "equipment_id"],
    "repair.tool.calibration": ["done_on", "result", "valid_until", "equipment_id", "recorded_by_id"],
    "maintenance.equipment": ["employee_id", "tool_state", "failed_on", "calibration_due", "check_due", "tool_type_id"],
    "repair.inspection.line": ["measured_on", "measured_by_id", "tool_type_id"],
}


@tagged("post_install", "-at_install")
class TestRpcSweepClaims(RepairClaimCommon, RepairToolCommon):
    """Claims and tools by hand through RPC, with nonsense in every field and to every method, in every role."""

    _try = sweep.TestRpcSweep._try
    _sweep_fields = sweep.TestRpcSweep._sweep_fields
    _make_call = staticmethod(sweep.TestRpcSweep._make_call)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_plain = new_test_user(cls.env, "test_plain", "base.group_user")
        cls.user_all = new_test_user(
            cls.env, "test_claim_all", "base.group_user,account.group_account_invoice,repair_service.repair_service_group_manager")
        cls._give(cls.tester)
        point = cls._measure_order()
        point.with_user(cls.user_technician).write({"value": 5.0})
        cls._step(cls.tester, "check", cls.user_technician, result="fail", note="x")
        cls._accept()
        claim = cls._invoice(cls._gather())
        line = claim.line_ids[:1]
        cls._answer(line, "refused", reason="expired")
        kit = cls.env["repair.tool.kit"].create({"name": "x", "line_ids": [Command.create({"tool_type_id": cls.type_ladder.id})]})
        cls.records = {
            "repair.brand.claim": claim, "repair.brand.claim.line": line,
            "repair.brand.rate": cls.env["repair.brand.rate"].create({"brand_id": cls.brand.id, "amount": 5}),
            "repair.claim.reason": cls.reasons["rate"],
            "repair.claim.dialogue": cls.env["repair.claim.dialogue"].with_user(cls.user_all).create(
                {"kind": "resolve", "line_id": line.id, "resolution": "company", "reason": "x"}),
            "repair.claim.import": cls.env["repair.claim.import"].with_user(cls.user_all).create(
                {"claim_id": claim.id, "content": base64.b64encode(b"Claim line,Answer\nx,Paid\n")}),
            "repair.tool.type": cls.type_ladder, "repair.tool.kit": kit, "repair.tool.kit.line": kit.line_ids,
            "repair.tool.custody": cls.tester.custody_ids, "repair.tool.check": cls.tester.check_ids,
            "repair.tool.calibration": cls.tester.calibration_ids, "maintenance.equipment": cls.tester,
            "maintenance.request": cls.tester.maintenance_ids,
            "repair.tool.dialogue": cls.env["repair.tool.dialogue"].with_user(cls.user_all).create(
                {"kind": "take_back", "equipment_id": cls.tester.id}),
            "repair.measurement.review": cls.env["repair.measurement.review"].search([("equipment_id", "=", cls.tester.id)]),
            "repair.inspection.line": point, "repair.inspection.point": cls.template.point_ids[:1], "repair.brand": cls.brand,
        }
        cls.env.flush_all()

    def _get_facts(self):
        self.env.invalidate_all()
        return {name: self.records[name].sudo().read(fields) for name, fields in FACTS.items()}

    def _get_methods(self):
        for model_name in CLAIM_MODELS:
            for method in sweep.get_our_public_methods(self.env[model_name]):
                yield model_name, method

    def test_nonsense_written_to_every_field_is_answered_in_words(self):
        faults = []
        for model_name in CLAIM_MODELS:
            if model_name == "maintenance.request":
                continue  # core's own, and what is ours of it is written in test_tool_custody
            target = self.records[model_name].with_user(self.user_all)
            faults += self._sweep_fields(model_name, lambda name, value, target=target: lambda: target.write({name: value}))
        self.assertFalse(faults, "\n".join(faults))

    def test_facts_are_not_written_by_any_role(self):
        before = self._get_facts()
        users = ("all", "manager", "accountant", "technician", "inspector", "keeper", "desk", "plain", "portal")
        for model_name, names in FACTS.items():
            if model_name == "repair.inspection.line":
                continue  # its trace follows the value that is measured, see test_tool_calibration
            for user in users:
                target = self.records[model_name].with_user(getattr(self, f"user_{user}"))
                for name in names:
                    for value in (False, True, "x", "2026-01-01", 1, 0.5, "paid", "store", "company"):
                        self._keep(target, name, value, before)

    def _keep(self, target, name, value, before):
        with self.subTest(model=target._name, user=target.env.user.login, field=name, value=value):
            def attempt():
                target.write({name: value})
                self.env.flush_all()
                self.assertEqual(self._get_facts(), before)
            self.assertFalse(self._try(attempt, (*sweep.CLEAN,)))

    def test_every_public_method_is_documented(self):
        silent = [
            f"{model_name}.{method}" for model_name, method in self._get_methods()
            if not getattr(self.env.registry[model_name], method).__doc__]
        self.assertFalse(silent)

    def test_methods_refuse_those_without_rights(self):
        faults, before = [], self._get_facts()
        for user in (self.user_portal, self.user_plain, self.user_desk, self.user_colleague):
            for model_name, method in self._get_methods():
                call = self._make_call(self.records[model_name].with_user(user), method, ())
                if (error := self._try(call, (*sweep.CLEAN, TypeError))) is not None:
                    faults.append(f"{user.login}: {model_name}.{method}: {error!r:.200}")
        self.assertFalse(faults, "\n".join(faults))
        self.assertEqual(self._get_facts(), before)

    def test_methods_answer_wrong_records_and_arguments_in_words(self):
        faults = []
        for model_name, method in self._get_methods():
            record = self.records[model_name].with_user(self.user_all)
            for target in (record.browse(), record, record.browse([record.id, 2**30]), record.browse(2**30)):
                for arguments in sweep.ARGUMENTS:
                    error = self._try(self._make_call(target, method, arguments))
                    if error is not None:
                        faults.append(f"{model_name}.{method}({len(target)} records, {str(arguments)[:40]}): {error!r:.200}")
        self.assertFalse(faults, "\n".join(faults))
