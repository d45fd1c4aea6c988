from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged, users

from .common_checks import ChecksCommon

ROLES = ("test_employee", "test_desk", "test_technician", "test_inspector", "test_manager", "test_officer", "test_quality_manager",
         "test_accountant")


@tagged("post_install", "-at_install")
class TestCheckSecurity(ChecksCommon):
    """What anybody with a login may try through RPC against samplings, draws and patrols."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time("2019-04-10 04:00:00"):
            cls.orders = cls._make_finished(30)
            cls.rule = cls._make_rule()
            cls.lot = cls._make_lot(cls.rule)
            cls.lot._draw()
        cls.inspection = cls.lot.inspection_ids[0]

    @users(*ROLES)
    def test_nobody_makes_changes_or_deletes_lots_and_draws(self):
        lot, draw = self.lot.with_env(self.env), self.lot.draw_id.with_env(self.env)
        for call in (
            lambda: self.env["qms.sampling.lot"].create({
                "rule_id": self.rule.id, "period_start": "2019-01-01", "period_end": "2019-01-31"}),
            lambda: lot.write({"state": "accepted"}), lambda: lot.write({"period_start": "2018-01-01"}), lot.unlink,
            lambda: self.env["qms.sampling.draw"].create({"lot_id": self.lot.id, "number": 9}),
            lambda: draw.write({"seed": "0"}), draw.unlink,
        ):
            with self.assertRaises(UserError):
                call()

    @users(*ROLES)
    def test_nobody_makes_up_moves_or_deletes_a_sampling(self):
        inspection = self.inspection.with_env(self.env)
        with self.assertRaises(UserError):
            self.env["repair.inspection"].with_context(default_sampling_lot_id=self.lot.id, default_kind="sampling").create({
                "repair_id": self.orders[0].id, "sampling_ground": "plan", "template_id": self.checklist.id})
        for vals in (
            {"sampling_ground": "coverage"}, {"sampling_lot_id": False}, {"sampling_draw_id": False}, {"dropped_reason": "x"},
            {"assigned_id": False}, {"kind": "final"}, {"result": "pass"}, {"done_on": "2019-04-01"}, {"repair_id": self.orders[1].id},
            {"patrol_id": 1},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                inspection.write(vals)
        with self.assertRaises(UserError):
            inspection.unlink()

    @users("test_employee", "test_desk", "test_technician", "test_accountant")
    def test_whoever_is_no_inspector_answers_no_sampling(self):
        inspection = self.inspection.with_env(self.env)
        for call in (
            inspection.action_pass_open, inspection.action_validate, lambda: inspection.write({"note": "x"}),
            lambda: inspection.write({"line_ids": [Command.update(self.inspection.line_ids[0].id, {"answer": "pass"})]}),
            lambda: self.inspection.line_ids[0].with_env(self.env).write({"answer": "pass"}),
            lambda: self.env["repair.inspection.line"].create({"inspection_id": self.inspection.id, "name": "x", "answer": "pass"}),
        ):
            with self.assertRaises(UserError):
                call()

    @users("test_employee", "test_desk", "test_technician", "test_accountant", "test_inspector", "test_manager")
    def test_drawing_is_for_quality_officers(self):
        lot = self.lot.with_env(self.env)
        for call in (lot.action_draw, lot.action_draw_again, lambda: self.rule.with_env(self.env).action_lay_out()):
            with self.assertRaises(UserError):
                call()
        wizard = self.env["qms.check.reason"].create({"step": "draw_again", "record_id": self.lot.id, "reason": "because I like"})
        with self.assertRaises(UserError):
            wizard.action_confirm()

    @users(*ROLES)
    def test_reasons_lead_to_known_steps_only(self):
        for step, record in (
            ("unlink", self.lot.id), ("draw_again", 0), ("draw_again", -7), ("drop", 2**31 - 1), ("skip", self.lot.id + 10**6),
        ):
            with self.subTest(step=step), self.assertRaises(UserError):
                self.env["qms.check.reason"].create({"step": step, "record_id": record, "reason": "because I like"}).action_confirm()

    @users("test_technician")
    def test_technician_is_not_told_what_is_drawn(self):
        self.assertFalse(self.env["repair.inspection"].search([("kind", "=", "sampling")]))
        self.assertFalse(self.env["repair.inspection.line"].search([("inspection_id.kind", "=", "sampling")]))
        self.assertNotIn("sampling", self.inspection.repair_id.with_env(self.env).inspection_ids.mapped("kind"))

    def test_technician_reads_the_result_of_his_repair(self):
        self._inspect(self.inspection)
        self.assertEqual(self.env["repair.inspection"].with_user(self.user_technician).search([("kind", "=", "sampling")]), self.inspection)

    @users("test_quality_manager")
    def test_state_of_a_rule_follows_from_the_verdicts_only(self):
        rule = self.rule.with_env(self.env)
        for vals in (
            {"severity": "normal"}, {"run": "AAAAA"}, {"since": "2019-01-01"}, {"period": "week"}, {"company_id": 1},
            {"category_ids": False},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                rule.with_context(qms_flow=True).write(vals)
        with self.assertRaises(UserError):
            rule.unlink()
        forged = self.env["qms.sampling.rule"].with_context(default_severity="stopped", default_run="RRRR").create({
            "name": "x", "plan_id": self.plan.id, "severity": "stopped", "run": "RRRR"})
        self.assertEqual((forged.severity, forged.run), ("normal", False))

    def test_records_of_another_company_are_not_seen(self):
        other = self.env["res.company"].create({"name": "Other branch"})
        self.rule.sudo().env.cr.execute("UPDATE qms_sampling_rule SET company_id = %s WHERE id = %s", [other.id, self.rule.id])
        self.env.cr.execute("UPDATE qms_sampling_lot SET company_id = %s WHERE id = %s", [other.id, self.lot.id])
        self.env.invalidate_all()
        self.assertFalse(self.lot.with_user(self.user_officer).search([("id", "=", self.lot.id)]))
        self.assertFalse(self.rule.with_user(self.user_quality_manager).search([("id", "=", self.rule.id)]))
