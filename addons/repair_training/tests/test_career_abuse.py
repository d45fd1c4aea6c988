from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .test_career import CareerCommon


@tagged("post_install", "-at_install")
class TestOtherLogin(CareerCommon):
    """A second login is the same person: four eyes are those of two people."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = cls.env["hr.employee"].create({
            "name": "Wu Fang", "user_id": cls.user_hr_manager.id, "parent_id": cls.boss.id})
        cls.officer._set_version(cls.today - timedelta(days=900), {"career_level_id": cls.one.id})
        cls.second_login = cls.user_hr_manager_second

    def _unlink_login(self):
        self.officer.with_user(self.user_hr_manager).write({"user_id": False})

    def test_officer_who_drops_his_own_login_still_approves_no_certificate_of_his(self):
        row = self._certify(self.refrigeration, approve=False, employee=self.officer)
        self._unlink_login()
        with self.assertRaisesRegex(AccessError, "Nobody approves his own"):
            row.with_user(self.user_hr_manager).action_approve()
        row.with_user(self.user_hr).action_approve()
        row.with_user(self.user_hr_manager).write({"valid_to": self.today + timedelta(days=2000)})
        self.assertEqual(row.approval_state, "to_approve", "what he extends himself waits")

    def test_login_that_goes_with_the_resource_counts_too(self):
        row = self._certify(self.refrigeration, approve=False, employee=self.officer)
        self.officer.resource_id.user_id = self.second_login
        self.assertEqual(self.officer.former_user_ids, self.user_hr_manager)
        for user in (self.user_hr_manager, self.second_login):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                row.with_user(user).action_approve()

    def test_another_resource_takes_no_login_away(self):
        row = self._certify(self.refrigeration, approve=False, employee=self.officer)
        self.officer.resource_id = self.env["resource.resource"].create({"name": "Wu Fang"})
        with self.assertRaises(AccessError):
            row.with_user(self.user_hr_manager).action_approve()

    def test_archived_and_made_anew_he_does_not_decide_what_he_checked(self):
        self._hold()
        promotion = self._apply()
        promotion.action_request()
        self._recommend(promotion)
        promotion.with_user(self.user_hr_manager).action_check()
        self.officer.user_id = self.second_login
        self.user_hr_manager.active = False
        with self.assertRaisesRegex(AccessError, "recommended or checked"):
            promotion.with_user(self.second_login).action_approve()
        third = self.second_login.copy({"login": "test_hr_manager_third", "name": "Third"})
        promotion.with_user(third).action_approve()

    def test_former_logins_are_nobodys_to_write(self):
        self._unlink_login()
        for values in ({"former_user_ids": [Command.clear()]}, {"former_user_ids": [Command.unlink(self.user_hr_manager.id)]}):
            with self.assertRaisesRegex(AccessError, "system administrator"):
                self.officer.with_user(self.user_hr_manager).write(values)
        self.assertEqual(self.officer.former_user_ids, self.user_hr_manager)

    def test_old_login_acts_for_nobody(self):
        session = self._create_session(employees=self.officer)
        session.action_open()
        self.officer.user_id = self.second_login
        with self.assertRaises(AccessError):
            session.enrolment_ids.with_user(self.user_hr_manager).action_sign_in("000000")


@tagged("post_install", "-at_install")
class TestLevelHistory(CareerCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pupil._set_version(cls.today - timedelta(days=200), {"career_level_id": cls.two.id})
        cls.versions = cls.pupil.version_ids.sorted("date_version")

    def test_version_that_brought_a_level_is_neither_moved_nor_taken_away(self):
        self.assertEqual(self.versions.mapped("career_level_id.name"), ["One", "Two"])
        version = self.versions[-1].with_user(self.user_hr_manager)
        for call in (lambda: version.write({"date_version": self.today - timedelta(days=390)}), version.unlink,
                     lambda: version.write({"active": False}), lambda: version.write({"employee_id": self.other.id}),
                     lambda: version.write({"career_level_date": self.today - timedelta(days=390)})):
            with self.assertRaisesRegex(UserError, "approved promotion"), self.env.cr.savepoint():
                call()
        self.assertEqual(self.pupil.career_level_since, self.today - timedelta(days=200))

    def test_who_went_down_does_not_get_his_old_level_back_with_a_new_version(self):
        self.pupil._set_version(self.today, {"career_level_id": self.one.id})
        versions = self.env["hr.version"].with_user(self.user_hr_manager)
        values = {"employee_id": self.pupil.id, "date_version": self.today + timedelta(days=1)}
        for level in (self.two, self.three):
            with self.assertRaisesRegex(UserError, "approved promotion"):
                versions.create({**values, "career_level_id": level.id})
        with self.assertRaisesRegex(UserError, "approved promotion"):
            self.versions[-1].with_user(self.user_hr_manager).copy({"date_version": self.today + timedelta(days=1)})
        for extra in ({}, {"default_career_level_id": self.three.id}):
            version = versions.with_context(**extra).create({**values, "date_version": self.today + timedelta(days=2 + len(extra))})
            self.assertEqual((version.career_level_id, version.career_level_date), (self.one, self.today))

    def test_own_defaults_give_no_level(self):
        hr = self.user_hr_manager
        self.env["ir.default"].with_user(hr).set("hr.version", "career_level_id", self.three.id, user_id=hr.id)
        self.env["ir.default"].with_user(hr).set("hr.employee", "career_level_id", self.three.id, user_id=hr.id)
        try:
            self.assertFalse(self.env["hr.employee"].with_user(hr).create({"name": "New"}).career_level_id)
        except UserError as error:
            self.assertIn("approved promotion", str(error))

    def test_contract_date_moves_the_version_and_not_the_months_at_the_level(self):
        new = self.env["hr.employee"].create({"name": "New"})
        new._set_version(self.today, {"career_level_id": self.one.id})
        new.version_id.with_user(self.user_hr_manager).write({"contract_date_start": self.today - timedelta(days=300)})
        self.assertEqual((new.version_id.date_version, new.career_level_since), (self.today - timedelta(days=300), self.today))


@tagged("post_install", "-at_install")
class TestPromotionAbuse(CareerCommon):

    def _apply_for(self, requirement):
        """A request checked against one requirement only."""
        self.two.requirement_ids.unlink()
        self.two.requirement_ids = [Command.create(requirement)]
        promotion = self._apply()
        promotion.action_request()
        return promotion

    def test_each_single_requirement_stops_alone(self):
        skill_type = self.env["hr.skill.type"].create({
            "name": "Craft", "skill_ids": [Command.create({"name": "Soldering"})],
            "skill_level_ids": [Command.create({"name": "Good", "level_progress": 80})]})
        requirements = (
            {"kind": "skill", "skill_id": skill_type.skill_ids.id, "amount": 80},
            {"kind": "certificate", "skill_id": self.refrigeration.id}, {"kind": "months", "amount": 14}, {"kind": "jobs", "amount": 1},
            {"kind": "first_time_fix", "amount": 1, "least_cases": 1}, {"kind": "training_hours", "amount": 1},
            {"kind": "exam", "course_id": self.course.id}, {"kind": "recommendation"})
        for requirement in requirements:
            with self.subTest(kind=requirement["kind"]):
                promotion = self._apply_for(requirement)
                with self.assertRaisesRegex(UserError, "does not meet"):
                    promotion.with_user(self.user_hr).action_check()
                with self.assertRaises(UserError):
                    promotion.with_user(self.user_hr_manager).action_approve()
                promotion.action_withdraw()
        complaint = {"kind": "complaints", "amount": 0}
        self.env["repair.complaint"].create({
            "subject": "Scratched floor", "channel": "phone", "partner_id": self.env["res.partner"].create({"name": "Sun"}).id,
            "kind": "complaint", "description": "Scratched"}).sudo().with_context(
                repair_flow=self.env["hr.training.enrolment"]._get_token()).write({"liable_employee_id": self.pupil.id})
        with self.assertRaisesRegex(UserError, "At most 0 complaints"):
            self._apply_for(complaint).with_user(self.user_hr).action_check()

    def test_recommendation_is_for_the_level_it_was_given_for(self):
        promotion = self._apply()
        self._recommend(promotion)
        for user, values in ((self.user_pupil, {"to_level_id": self.other_track.level_ids.id}), (self.user_pupil, {"motivation": "More"}),
                             (self.user_boss, {"recommendation": "On second thoughts"})):
            with self.subTest(values=values), self.assertRaisesRegex(UserError, "recommended as it stands"):
                promotion.with_user(user).write(values)

    def test_nobody_puts_words_into_the_managers_mouth(self):
        promotion = self._apply()
        with self.assertRaisesRegex(AccessError, "employee's manager"):
            promotion.with_user(self.user_hr).write({"recommendation": "Excellent"})
        promotion.action_withdraw()
        with self.assertRaisesRegex(AccessError, "employee's manager"):
            self.env["hr.career.promotion"].with_user(self.user_hr).create({
                "employee_id": self.pupil.id, "to_level_id": self.two.id, "recommendation": "Excellent"})

    def test_no_level_is_skipped_by_way_of_another_ladder(self):
        self.other_track.level_ids = [Command.create({"name": "Top", "sequence": 20})]
        base, top = self.other_track.level_ids
        with self.assertRaisesRegex(ValidationError, "entered at Base"), self.env.cr.savepoint():
            self._apply(top)
        self.pupil._set_version(self.today - timedelta(days=20), {"career_level_id": base.id})
        with self.assertRaisesRegex(ValidationError, "entered at Two"), self.env.cr.savepoint():
            self._apply(self.three)
        self.assertEqual(self._apply(self.two).kind, "crossing", "who was at One goes on at Two")

    def test_first_level_with_something_missing_needs_the_deciders_reasons(self):
        promotion = self._apply(employee=self.other, user=self.user_other)
        promotion.action_request()
        promotion.with_user(self.user_hr).action_check()
        self.assertEqual((promotion.kind, promotion.is_met), ("placement", False))
        self.assertEqual(promotion.evidence_ids.mapped("outcome"), ["missing"] * 3)
        with self.assertRaisesRegex(UserError, "all the same"):
            promotion.with_user(self.user_hr_manager).action_approve()
        promotion.with_user(self.user_hr_manager).decision_note = "Eleven years at the maker"
        promotion.with_user(self.user_hr_manager).action_approve()
        self.assertEqual(self.other.career_level_id, self.two)

    def test_level_that_asks_for_nothing_needs_reasons(self):
        self.two.requirement_ids.unlink()
        promotion = self._apply()
        promotion.motivation = False
        promotion.action_request()
        with self.assertRaisesRegex(UserError, "reasons"):
            promotion.with_user(self.user_hr).action_check()

    def test_nobody_lowers_the_bar_while_he_asks_for_the_level(self):
        officer = self.env["hr.employee"].create({"name": "Wu Fang", "user_id": self.user_hr_manager.id})
        officer._set_version(self.today - timedelta(days=900), {"career_level_id": self.one.id})
        self._apply(employee=officer, user=self.user_hr_manager)
        rows = self.two.requirement_ids.with_user(self.user_hr_manager)
        for call in (lambda: rows[0].write({"amount": 1}), rows.unlink, lambda: rows.copy({"level_id": self.two.id}),
                     lambda: self.two.with_user(self.user_hr_manager).write({"requirement_ids": [Command.clear()]})):
            with self.assertRaisesRegex(AccessError, "ask for this level yourself"), self.env.cr.savepoint():
                call()
        self.two.requirement_ids[0].with_user(self.user_hr).amount = 8
        body = self.track.message_ids[0].body
        self.assertIn("6 hours of training in 12 months", body)
        self.assertIn("8 hours of training in 12 months", body)


@tagged("post_install", "-at_install")
class TestRotationOverlap(CareerCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.home, cls.away, cls.far = cls.env["hr.department"].create([{"name": "Home"}, {"name": "Away"}, {"name": "Far"}])
        cls.home_job = cls.env["hr.job"].create({"name": "Fitter"})
        cls.pupil.version_ids.write({"department_id": cls.home.id, "job_id": cls.home_job.id})

    def _approve(self, begin, end, department=None, **values):
        rotation = self.env["hr.career.rotation"].with_user(self.user_pupil).create({
            "employee_id": self.pupil.id, "department_id": (department or self.away).id, "plan": "Learns",
            "date_start": self.today + timedelta(days=begin), "date_end": end and self.today + timedelta(days=end), **values})
        rotation.action_submit()
        rotation.with_user(self.user_hr_manager).action_approve()
        return rotation

    def _run(self, days):
        with freeze_time(fields.Datetime.now() + timedelta(days=days)):
            self.env["hr.career.rotation"]._run_due()
            self.env["hr.employee"]._cron_update_current_version_id()
        self.pupil.invalidate_recordset()

    def test_nobody_is_in_two_places(self):
        self._approve(5, 35)
        for begin, end, values in ((10, 40, {}), (1, 5, {}), (35, 50, {}), (20, False, {"kind": "transfer"})):
            with self.subTest(begin=begin), self.assertRaisesRegex(UserError, "away from"):
                self._approve(begin, end, self.far, **values)
        self._approve(36, 50, self.far)

    def test_return_leaves_what_a_promotion_gave_meanwhile(self):
        self._approve(0, 30, job_id=self.home_job.id)
        self.pupil._set_version(self.today + timedelta(days=10), {"career_level_id": self.two.id, "job_id": self.job.id})
        self._run(31)
        version = self.pupil._get_version(self.today + timedelta(days=31))
        self.assertEqual((version.department_id, version.job_id, version.career_level_id), (self.home, self.job, self.two))
