from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from .common_audit import AuditCommon


@tagged("post_install", "-at_install")
class TestAuditReplacement(AuditCommon):
    """An auditor falls ill: another takes over with a reason, and the record says so."""

    def _replace(self, audit, replaced, successor, reason="Taken ill", user=None):
        users = self.env["res.users"]
        audit.with_user(user or self.user_officer)._replace_auditor(replaced or users, successor or users, reason)

    def test_another_lead_takes_over_and_reports(self):
        audit = self._start()
        lines = audit.line_ids
        lines[0].write({"answer": "conforming", "note": "Seen"})
        self._certify_auditor(self.stranger)
        action = audit.with_user(self.user_officer).action_ask_replacement()
        form = Form(self.env["qms.audit.replace"].with_user(self.user_officer).with_context(**action["context"]))
        self.assertEqual(form.candidate_ids[:], self.user_lead | self.user_member | self.user_stranger)
        form.replaced_id, form.successor_id, form.reason = self.user_lead, self.user_stranger, "Taken ill on the first day"
        form.save().action_confirm()
        self.assertEqual((audit.lead_id, audit.team_ids), (self.user_stranger, self.user_member))
        row = audit.sudo().replacement_ids
        self.assertEqual(
            (row.replaced_id, row.successor_id, row.is_lead, row.answered_count, row.decided_by_id, row.reason),
            (self.user_lead, self.user_stranger, True, 1, self.user_officer, "Taken ill on the first day"))
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            lines[1].with_user(self.user_lead).write({"answer": "conforming", "note": "x"})
        theirs = audit.with_user(self.user_stranger)
        self._report(theirs)
        self.assertEqual((audit.sudo().state, lines[0].sudo().answered_by_id), ("reported", self.user_stranger))
        html, _type = self.env["ir.actions.report"].sudo()._render_qweb_html("repair_quality.action_report_audit", audit.ids)
        self.assertIn("Taken ill on the first day", str(html))

    def test_a_member_becomes_lead_and_the_team_goes_on_without_one(self):
        audit = self._start()
        self._replace(audit, self.user_lead, self.user_member)
        self.assertEqual((audit.sudo().lead_id, audit.sudo().team_ids.ids), (self.user_member, []))
        self._certify_auditor(self.stranger)
        self._replace(audit, None, self.user_stranger, "Two halls at once")
        self.assertEqual(audit.sudo().team_ids, self.user_stranger)
        self._replace(audit, self.user_stranger, None, "Called away")
        self.assertFalse(audit.sudo().team_ids)
        for pair in ((self.user_member, None), (None, None), (self.user_head, self.user_lead), (None, self.user_member),
                     (self.user_member, self.user_member)):
            with self.subTest(pair=pair), self.assertRaises(UserError):
                self._replace(audit, *pair)
        for reason in ("", "  ", False):
            with self.assertRaisesRegex(UserError, "Write why"):
                self._replace(audit, self.user_member, self.user_lead, reason)

    def test_successor_is_certified_and_independent_on_the_day(self):
        audit = self._start(length=3)
        with self.assertRaisesRegex(UserError, "holds no certificate"):
            self._replace(audit, self.user_lead, self.user_stranger)
        row = self._certify_auditor(self.stranger, begin=0, end=1)
        with self.assertRaisesRegex(UserError, "no valid certificate"):
            self._replace(audit, self.user_lead, self.user_stranger)
        with self.assertRaisesRegex(UserError, "own department"):
            self._replace(audit, self.user_lead, self.user_head)
        row.with_user(self.user_hr).valid_to = self.today + timedelta(days=90)
        row.with_user(self.user_hr).action_approve()
        self.stranger.department_id = self.workshop
        with self.assertRaisesRegex(UserError, "own department"):
            self._replace(audit, self.user_lead, self.user_stranger)
        self.stranger.department_id = self.office
        self._replace(audit, self.user_lead, self.user_stranger)

    def test_a_certificate_that_lapsed_in_the_team_does_not_block_the_others(self):
        audit = self._start(length=2)
        self._certify_auditor(self.stranger)
        self.member.employee_skill_ids.with_user(self.user_hr).valid_to = self.today - timedelta(days=1)
        self.lead.employee_skill_ids.with_user(self.user_hr).valid_to = self.today - timedelta(days=1)
        self._replace(audit, self.user_lead, self.user_stranger)
        self._replace(audit, self.user_member, None)
        self._report(audit.with_user(self.user_stranger))
        self.assertEqual(audit.sudo().state, "reported")

    def test_announced_auditors_change_by_replacement_only(self):
        audit = self._plan_audit(begin=5)
        audit.lead_id = self.user_member
        audit.lead_id = self.user_lead
        audit.action_announce()
        self._certify_auditor(self.stranger, begin=-1, end=4)
        for values in ({"lead_id": self.user_member.id}, {"team_ids": [Command.clear()]}):
            with self.assertRaisesRegex(UserError, "replace one with a reason"):
                audit.write(values)
        with self.assertRaisesRegex(UserError, "no valid certificate"):
            self._replace(audit, self.user_lead, self.user_stranger)
        self._replace(audit, self.user_lead, self.user_member)
        with freeze_time(fields.Datetime.to_datetime(self.today + timedelta(days=5))):
            audit.with_user(self.user_member).action_start()
        self.assertEqual(audit.sudo().state, "running")

    def test_only_officers_replace_and_the_list_is_kept(self):
        audit = self._start()
        self._certify_auditor(self.stranger)
        for user in (self.user_lead, self.user_member, self.user_head, self.user_stranger):
            with self.assertRaises(AccessError):
                audit.with_user(user).action_ask_replacement()
            with self.assertRaises(AccessError):
                self._replace(audit, self.user_lead, self.user_member, user=user)
            with self.assertRaises(AccessError):
                self.env["qms.audit.replace"].with_user(user).create({"audit_id": audit.id, "reason": "x"})
        self._replace(audit, self.user_lead, self.user_stranger)
        row = audit.sudo().replacement_ids
        for call in (lambda: row.write({"reason": "x"}), row.unlink, lambda: row.create({"audit_id": audit.id, "reason": "x"}),
                     lambda: audit.with_user(self.user_officer).write({"replacement_ids": [Command.clear()]})):
            with self.assertRaises(UserError):
                call()
        self._report(audit.with_user(self.user_stranger))
        with self.assertRaises(UserError):
            self._replace(audit, self.user_stranger, self.user_lead)

    def test_planner_is_offered_only_who_may_audit(self):
        self._certify_auditor(self.stranger, begin=-400, end=-2)
        audit = self._plan_audit()
        self.assertEqual(audit.candidate_ids, self.user_lead | self.user_member)
        self.lead.department_id = self.workshop
        self.env.invalidate_all()
        self.assertEqual(audit.candidate_ids, self.user_member)


@tagged("post_install", "-at_install")
class TestAuditReminders(AuditCommon):

    def _get_reminder(self, audit):
        activity = audit.sudo().activity_ids
        return activity.user_id, activity.summary

    def test_planner_and_lead_are_reminded_once(self):
        near, far = self._plan_audit(begin=14), self._plan_audit(begin=15)
        missed, running = self._plan_audit(departments=self.desk), self._start()
        missed.action_announce()
        with freeze_time(fields.Datetime.to_datetime(self.today + timedelta(days=1))):
            for _turn in range(2):
                self.env["qms.audit"]._run_daily()
            self.assertEqual(self._get_reminder(near)[0], self.user_officer)
            self.assertIn("announce", self._get_reminder(near)[1])
            self.assertIn("find other days", self._get_reminder(missed)[1])
            self.assertEqual(self._get_reminder(running)[0], self.user_lead)
            self.assertEqual(len(far.sudo().activity_ids), 1)
            near.action_announce()
            self._report(running)
        self.assertFalse(near.sudo().activity_ids | running.sudo().activity_ids)

    def test_not_due_yet_is_not_reminded(self):
        far, running = self._plan_audit(begin=15), self._start()
        self.env["qms.audit"]._run_daily()
        self.assertFalse((far | running).sudo().activity_ids)

    def test_report_that_could_not_be_made_follows_by_itself(self):
        audit = self._start()
        self.patch(type(self.env["ir.actions.report"]), "get_wkhtmltopdf_state", lambda report: "install")
        self._report(audit, "minor")
        self.assertEqual((audit.state, audit.report_file, audit.report_checksum), ("reported", False, False))
        self.assertEqual(audit.sudo().acknowledgement_ids.user_id, self.user_head)
        with self.assertRaisesRegex(UserError, "not made yet"):
            audit._get_report_pdf()
        self.env["qms.audit"]._make_missing_reports()
        self.assertFalse(audit.report_checksum)
        self.patch(type(self.env["ir.actions.report"]), "get_wkhtmltopdf_state", lambda report: "ok")
        before = self.env["mail.message"].search_count([("model", "=", "qms.audit"), ("res_id", "=", audit.id)])
        self.env["qms.audit"]._make_missing_reports()
        self.assertTrue(audit.report_checksum)
        self.assertEqual(self.env["mail.message"].search_count([("model", "=", "qms.audit"), ("res_id", "=", audit.id)]), before + 1)
        self.assertTrue(audit._get_report_pdf())

    def test_receiver_is_reminded_of_his_copy(self):
        audit = self._report(self._start(), "minor")
        messages = self.env["mail.message"].sudo()

        def remind(days):
            before = messages.search_count([("subject", "ilike", "Not acknowledged yet")])
            with freeze_time(fields.Datetime.to_datetime(self.today + timedelta(days=days))):
                self.env["qms.audit"]._run_daily()
            return messages.search_count([("subject", "ilike", "Not acknowledged yet")]) - before

        self.assertEqual([remind(days) for days in (6, 7, 8, 14)], [0, 1, 0, 1])
        audit.with_user(self.user_head).action_acknowledge()
        self.assertEqual(remind(7), 0)
