import base64
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, new_test_user, tagged, users
from odoo.tools import mute_logger

from .common_document import DocumentCommon


@tagged("post_install", "-at_install")
class TestDocument(DocumentCommon):

    def test_life_of_a_version_and_the_one_that_replaces_it(self):
        document = self._write_document()
        self.assertRegex(document.number, r"^WI-\d{3}$")
        first = self._put_in_force(document)
        self.assertEqual((first.number, first.state, first.effective_from), (1, "effective", self.today))
        self.assertEqual((document.effective_version_id, document.state), (first, "effective"))
        second = self._put_in_force(document, reason="New instrument", content="<p>Use the new detector.</p>")
        self.assertEqual((second.number, first.state, first.withdrawn_on), (2, "withdrawn", self.today))
        self.assertIn("2", first.withdrawn_reason)
        self.assertEqual(document.effective_version_id, second)

    def test_one_version_is_effective_whoever_writes(self):
        document = self._write_document()
        self._put_in_force(document)
        second = self._approve(self._start_version(document))
        with self.assertRaises(Exception) as caught, mute_logger("odoo.sql_db"), self.cr.savepoint():
            second._flow_write({"state": "effective"})
            second.flush_recordset()
        self.assertIn("one_effective", str(caught.exception))

    def test_author_neither_reviews_nor_approves_himself(self):
        document = self._write_document(owner_id=self.user_quality_manager.id)
        document.with_user(self.user_quality_manager).action_new_version("Mine")
        version = document.next_version_id.with_user(self.user_quality_manager)
        version.content = "<p>x</p>"
        version.action_submit()
        for call in (version.action_review, version.action_approve):
            with self.assertRaises(AccessError):
                call()
        # Another one submits what he made: he stays its maker.
        version.with_user(self.user_second).action_send_back("Say who does it")
        version.with_user(self.user_second).action_submit()
        with self.assertRaises(AccessError):
            version.action_review()
        with self.assertRaises(AccessError):
            version.with_user(self.user_second).action_review()
        version.with_user(self.user_officer).action_review()

    def test_whoever_changed_the_draft_does_not_approve_it(self):
        version = self._start_version(self._write_document())
        version.with_user(self.user_quality_manager).content = "<p>In my words.</p>"
        version.action_submit()
        with self.assertRaises(AccessError):
            version.with_user(self.user_quality_manager).action_review()
        version.with_user(self.user_second).action_review()
        with self.assertRaises(AccessError):
            version.with_user(self.user_quality_manager).action_approve()
        version.with_user(self.user_second).action_approve()

    def test_approval_needs_the_review_and_a_manager(self):
        version = self._start_version(self._write_document())
        version.action_submit()
        with self.assertRaises(UserError):
            version.with_user(self.user_quality_manager).action_approve()
        version.with_user(self.user_second).action_review()
        with self.assertRaises(AccessError):
            version.action_approve()
        version.with_user(self.user_quality_manager).action_approve()
        self.assertEqual(version.approver_id, self.user_quality_manager)

    def test_text_and_reason_are_asked_for(self):
        document = self._write_document()
        version = self._start_version(document, content=False)
        with self.assertRaises(UserError):
            version.action_submit()
        self._put_in_force(self._write_document())
        other = self._write_document()
        self._put_in_force(other)
        for reason in ("", "   ", 7, None):
            with self.assertRaises(UserError):
                other.action_new_version(reason)
        self.assertEqual(other.action_new_version()["res_model"], "qms.reason")

    def test_two_versions_are_never_under_way(self):
        document = self._write_document()
        self._start_version(document)
        with self.assertRaises(UserError):
            document.action_new_version("Another")
        with self.assertRaises(UserError):
            self.env["qms.document.version"].with_user(self.user_officer).create({"document_id": document.id, "reason": "x"})

    def test_what_was_submitted_is_fixed_and_its_file_too(self):
        version = self._start_version(
            self._write_document(), file=base64.b64encode(b"drawing"), filename="drawing.txt")
        self._approve(version)
        self.assertEqual(len(version.checksum), 64)
        for values in ({"content": "<p>y</p>"}, {"file": base64.b64encode(b"z")}, {"filename": "z"}, {"reason": "z"},
                       {"author_id": self.user_second.id}, {"state": "effective"}, {"checksum": False}, {"effective_from": self.today}):
            with self.assertRaises(UserError):
                version.with_user(self.user_quality_manager).write(values)
        attachment = self.env["ir.attachment"].sudo().search([
            ("res_model", "=", version._name), ("res_id", "=", version.id), ("res_field", "=", "file")])
        self.assertEqual(len(attachment), 1)
        loose = self.env["ir.attachment"].with_user(self.user_quality_manager).create({"name": "loose", "raw": b"forged"})
        behind = {"res_model": version._name, "res_id": version.id, "res_field": "file"}
        for call in (lambda: attachment.write({"raw": b"forged"}), attachment.unlink, lambda: loose.write(behind),
                     lambda: loose.create({"name": "second", "raw": b"forged", **behind})):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                call()
        self.assertTrue(version.is_intact)

    def test_pictures_of_the_text_are_fixed_with_it_and_each_version_has_its_own(self):
        document = self._write_document()
        version = self._start_version(document)
        picture = self.env["ir.attachment"].with_user(self.user_officer).create({
            "name": "joint.png", "raw": b"first picture", "res_model": version._name, "res_id": version.id})
        chat = picture.create({"name": "notes.txt", "raw": b"x", "res_model": version._name, "res_id": version.id})
        token = picture.sudo().generate_access_token()[0]
        version.content = f'<p>Like this: <img src="/web/image/{picture.id}-redirect/joint.png?access_token={token}"></p>'
        picture.raw = b"still a draft"
        self._approve(version)
        self.assertTrue(version.is_intact)
        for call in (lambda: picture.write({"raw": b"another"}), picture.unlink, lambda: picture.write({"res_id": False})):
            with self.assertRaises(UserError):
                call()
        chat.unlink()
        whole = picture.checksum
        self.env.cr.execute("UPDATE ir_attachment SET checksum = 'forged' WHERE id = %s", [picture.id])
        self.env.invalidate_all()
        self.assertFalse(version.is_intact)
        with self.assertRaisesRegex(UserError, "not what was approved"):
            version.action_put_in_force()
        self.env.cr.execute("UPDATE ir_attachment SET checksum = %s WHERE id = %s", [whole, picture.id])
        self.env.invalidate_all()
        version.action_put_in_force()
        document.action_new_version("Clearer picture")
        following = document.next_version_id
        own = following._get_pictures()
        self.assertEqual((own.res_id, own.raw, len(own)), (following.id, b"still a draft", 1))
        self.assertNotIn(f"/{picture.id}-", following.content)
        self.assertIn(own.access_token, following.content)
        own.with_user(self.user_officer).raw = b"clearer"
        self.assertEqual(picture.raw, b"still a draft")

    def test_reviewer_sees_what_changed_in_the_text(self):
        document = self._write_document()
        first = self._put_in_force(document, content="<p>Switch off.</p><p>Wait thirty minutes.</p>")
        self.assertFalse(first.changes)
        second = self._start_version(document, content="<p>Switch off.</p><p>Wait forty minutes.</p>")
        self.assertRegex(second.changes, r"<ins[^>]*>Wait forty minutes\.</ins>")
        self.assertRegex(second.changes, r"<del[^>]*>Wait thirty minutes\.</del>")
        self.assertEqual(second.changes.count("Switch off."), 1)
        self._approve(second).action_put_in_force()
        self.env.invalidate_all()
        self.assertIn("thirty", second.with_user(self.user_reader).changes, "readers see what is new, though the old one is withdrawn")

    def test_reviews_of_an_owner_who_left_go_to_quality(self):
        document = self._write_document()
        self._put_in_force(document)
        document.review_months = 1
        leaver = self.user_employee
        document.owner_id = leaver
        leaver.active = False
        self.env["qms.document"]._run_daily()
        self.assertTrue(document.activity_ids.user_id.active)

    def test_customers_own_and_witness_nothing(self):
        portal = new_test_user(self.env, "test_portal_owner", "base.group_portal")
        document = self._write_document()
        kind = self.env["qms.record.kind"].with_user(self.user_officer).create({"name": "Kind"})
        protocols = self.env["qms.record.destruction"].with_user(self.user_officer)
        for call in (lambda: document.write({"owner_id": portal.id}), lambda: self._write_document(owner_id=portal.id),
                     lambda: kind.write({"keeper_id": portal.id}), lambda: protocols.create(
                         {"kind_id": kind.id, "date_to": "2010-01-01", "quantity": "1", "witness_id": portal.id})):
            with self.assertRaisesRegex(ValidationError, "choose a colleague"):
                call()

    def test_distribution_leaves_its_trace(self):
        document = self._write_document().with_context(tracking_disable=False)
        self.env.flush_all()
        self.env.cr.flush()
        document.department_ids = [Command.clear()]
        self.env.flush_all()
        self.env.cr.flush()
        self.assertIn("Departments", document.message_ids.sudo().tracking_value_ids.field_id.mapped("field_description"))

    def test_one_newcomer_does_not_read_through_the_whole_company(self):
        self._put_in_force(self._write_document())
        documents = self.env["qms.document"].sudo().search([("effective_version_id", "!=", False)])
        self.assertEqual(set().union(*(found.ids for found in documents._get_concerned(self.reader).values())), {self.reader.id})

    def test_what_differs_from_the_approval_does_not_take_effect(self):
        version = self._approve(self._start_version(self._write_document()))
        self.env.flush_all()
        self.env.cr.execute("UPDATE qms_document_version SET content = '<p>forged</p>' WHERE id = %s", [version.id])
        version.invalidate_recordset()
        self.assertFalse(version.is_intact)
        with self.assertRaises(UserError):
            version.action_put_in_force()

    def test_first_day_is_kept_and_never_lies_behind(self):
        version = self._start_version(self._write_document(), effective_from=self.today - timedelta(days=1))
        with self.assertRaises(UserError):
            version.action_submit()
        version.effective_from = self.today + timedelta(days=3)
        self._approve(version)
        with self.assertRaises(UserError):
            version.action_put_in_force()
        with freeze_time(fields.Datetime.to_datetime(self.today + timedelta(days=3, hours=4))):
            self.env["qms.document"]._run_daily()
        self.assertEqual((version.state, version.effective_from), ("effective", self.today + timedelta(days=3)))

    def test_records_are_not_deleted_nor_renamed(self):
        document = self._write_document()
        version = self._put_in_force(document)
        for call in (version.unlink, document.unlink, lambda: document.write({"name": "Another"}),
                     lambda: document.write({"number": "X"}), lambda: document.write({"active": False})):
            with self.assertRaises(UserError):
                call()
        draft = self._write_document()
        self._start_version(draft)
        draft.unlink()
        self.assertFalse(draft.exists())

    def test_withdrawn_without_another_in_its_place(self):
        document = self._write_document()
        version = self._put_in_force(document)
        with self.assertRaises(AccessError):
            version.action_withdraw("Not done any more")
        version.with_user(self.user_quality_manager).action_withdraw("Not done any more")
        self.assertEqual((document.state, version.withdrawn_reason), ("withdrawn", "Not done any more"))
        self.assertFalse(document.effective_version_id)
        self.assertFalse(document.reading_ids.filtered("is_current"))

    def test_review_is_reminded_and_confirmed(self):
        document = self._write_document(review_months=1)
        self._put_in_force(document)
        self.assertEqual(document.review_date, fields.Date.add(self.today, months=1))
        with freeze_time(fields.Datetime.to_datetime(self.today + timedelta(days=10, hours=4))):
            self.env["qms.document"]._run_daily()
            self.env["qms.document"]._run_daily()
            self.assertEqual(document.activity_ids.user_id, self.user_officer)
            self.assertEqual(len(document.activity_ids), 1)
            self.assertIn(document, self.env["qms.document"].search([("is_review_due", "=", True)]))
            document.action_confirm_review("Compared with the maker's manual")
            self.assertEqual(document.review_date, fields.Date.add(self.today + timedelta(days=10), months=1))
        self.assertFalse(document.activity_ids)

    def test_a_manual_governs_no_single_step(self):
        document = self._write_document(kind="manual")
        with self.assertRaises(ValidationError):
            document.step_ids = [Command.create({"step": "repair"})]


@tagged("post_install", "-at_install")
class TestDocumentReading(DocumentCommon):

    def _rows(self, document):
        return document.sudo().reading_ids.filtered("is_current")

    def test_distribution_asks_those_it_names_and_their_sub_departments(self):
        document = self._write_document()
        self._put_in_force(document)
        self.assertEqual(self._rows(document).employee_id, self.reader)
        document.job_ids = self.job
        self.other.job_id = self.job
        self.assertEqual(self._rows(document).employee_id, self.reader | self.other)
        document.write({"department_ids": [Command.clear()]})
        self.assertEqual(self._rows(document).employee_id, self.other)

    def test_everybody_confirms_for_himself_and_again_at_a_new_version(self):
        document = self._write_document()
        self._put_in_force(document)
        mine = document.with_user(self.user_reader)
        self.assertTrue(mine.must_read)
        row = self._rows(document)
        for user in (self.user_other, self.user_officer, self.user_quality_manager):
            with self.assertRaises(AccessError):
                row.with_user(user).action_confirm()
        mine.action_confirm_read()
        self.assertTrue(row.read_on)
        self.assertEqual((document.unread_count, document.reader_count), (0, 1))
        with self.assertRaises(UserError):
            mine.action_confirm_read()
        self._put_in_force(document, reason="Changed")
        self.env.invalidate_all()
        self.assertEqual((document.unread_count, document.reader_count), (1, 1))
        self.assertTrue(mine.must_read)
        with self.assertRaises(UserError):
            row.with_user(self.user_reader).action_confirm()
        self.assertEqual(len(document.sudo().reading_ids), 2, "what was read stays on record")

    def test_newcomers_and_those_who_move_are_asked(self):
        document = self._write_document()
        self._put_in_force(document)
        newcomer = self.env["hr.employee"].create({"name": "New", "department_id": self.workshop.id})
        self.assertIn(newcomer, self._rows(document).employee_id)
        self.other.department_id = self.bench
        self.assertIn(self.other, self._rows(document).employee_id)
        self.reader.department_id = self.hall
        self.assertNotIn(self.reader, self._rows(document).employee_id)
        self.other.active = False
        self.assertNotIn(self.other, self._rows(document).employee_id)

    def test_readers_are_told(self):
        document = self._write_document()
        version = self._approve(self._start_version(document))
        last = self.env["mail.message"].search([], order="id desc", limit=1).id
        version.action_put_in_force()
        self.assertIn(self.user_reader.partner_id, self.env["mail.message"].search([("id", ">", last)]).partner_ids)

    @users("test_quality_manager")
    def test_rows_are_written_by_nobody(self):
        document = self._write_document()
        self._put_in_force(document)
        row = self._rows(document).with_env(self.env)
        for call in (lambda: row.write({"read_on": fields.Datetime.now()}), row.unlink,
                     lambda: row.create({"version_id": row.version_id.id, "employee_id": self.other.id})):
            with self.assertRaises(UserError):
                call()

    def test_employees_read_what_concerns_them_and_only_what_is_in_force(self):
        document, foreign, everybody = self._write_document(), self._write_document(
            department_ids=[Command.set(self.hall.ids)]), self._write_document(for_everyone=True)
        for each in (document, foreign, everybody):
            self._put_in_force(each)
        draft = self._start_version(document, reason="Next")
        documents = self.env["qms.document"].with_user(self.user_reader)
        seen = documents.search([("id", "in", (document | foreign | everybody).ids)])
        self.assertEqual(seen, (document | everybody).with_user(self.user_reader))
        self.assertTrue(seen.mapped("content"))
        with self.assertRaises(AccessError):
            foreign.with_user(self.user_reader).read(["content"])
        with self.assertRaises(AccessError):
            draft.with_user(self.user_reader).read(["content"])
        for call in (lambda: documents.create({"name": "x"}), lambda: seen[0].write({"for_everyone": True}), seen[0].unlink,
                     lambda: seen[0].effective_version_id.write({"content": "x"}),
                     lambda: self.env["qms.document.version"].with_user(self.user_reader).create(
                         {"document_id": document.id, "reason": "x"})):
            with self.assertRaises(UserError):
                call()

    def test_owner_who_is_no_officer_writes_versions_but_not_the_document(self):
        document = self._write_document(owner_id=self.user_other.id)
        mine = document.with_user(self.user_other)
        mine.action_new_version("First words")
        version = mine.next_version_id
        version.content = "<p>Mine</p>"
        version.action_submit()
        with self.assertRaises(AccessError):
            mine.write({"owner_id": self.user_reader.id})
        with self.assertRaises(AccessError):
            version.action_approve()
        self.assertEqual(version.author_id, self.user_other)

    def test_document_of_another_company_is_not_seen(self):
        other = self.env["res.company"].create({"name": "Other branch"})
        document = self.env["qms.document"].create({"name": "There", "company_id": other.id, "for_everyone": True})
        self.assertFalse(self.env["qms.document"].with_user(self.user_quality_manager).search([("id", "=", document.id)]))
