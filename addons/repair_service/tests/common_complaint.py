from odoo.tests import new_test_user

from .common import RepairServiceCommon


class ComplaintCommon(RepairServiceCommon):
    """A customer with an accepted repair, a team with a head and two members."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})
        cls.company.partner_id.tz = "Asia/Shanghai"
        cls.user_member = new_test_user(cls.env, "test_member", "base.group_user")
        cls.user_member2 = new_test_user(cls.env, "test_member2", "base.group_user")
        cls.user_head = new_test_user(cls.env, "test_head", "base.group_user")
        cls.user_plain = new_test_user(cls.env, "test_plain", "base.group_user")
        (cls.user_member | cls.user_member2 | cls.user_head | cls.user_plain).lang = "en_US"
        cls.user_head.partner_id.phone = "13900009999"
        cls.team = cls.env["repair.complaint.team"].create({
            "name": "Test team", "head_id": cls.user_head.id, "member_ids": [(6, 0, (cls.user_member | cls.user_member2).ids)]})
        cls.class_service = cls.env.ref("repair_service.complaint_category_service")
        cls.class_product = cls.env.ref("repair_service.complaint_category_product")
        cls.cause_late = cls.env.ref("repair_service.complaint_cause_late")
        cls.cause_part = cls.env.ref("repair_service.complaint_cause_part_quality")
        cls.env["repair.complaint.route"].search([]).active = False
        cls.route = cls.env["repair.complaint.route"].create({"team_id": cls.team.id})
        cls.order = cls._to_stage(cls._create_order(), "accepted")

    @classmethod
    def _complain(cls, **values):
        return cls.env["repair.complaint"].create({
            "partner_id": cls.partner.id, "repair_id": cls.order.id, "category_id": cls.class_service.id,
            "subject": "Technician came late", "description": "He came two hours late and said nothing.", **values})

    @classmethod
    def _to_proposed(cls, complaint, **values):
        if complaint.stage == "new":
            complaint.action_acknowledge()
        if complaint.stage == "acknowledged":
            complaint.action_investigate()
        complaint.write({
            "finding": "Traffic, no call", "root_cause_id": cls.cause_late.id, "remedy": "explanation",
            "proposal": "We are sorry, the fee is waived next time.", **values})
        complaint.action_propose()
        return complaint

    @classmethod
    def _to_resolved(cls, complaint, **values):
        cls._to_proposed(complaint, **values)
        complaint.action_agree()
        complaint.measures = "Talked to the technician"
        complaint.action_resolve()
        return complaint

    @classmethod
    def _to_closed(cls, complaint, **values):
        cls._to_resolved(complaint, **values)
        complaint.write({"liable": "technician", "liable_employee_id": cls.employee_technician.id, "lesson": "Call when late",
                         "prevention": "Alarm in the plan"})
        complaint._record_verdict("yes", "5", "Fine")
        complaint.action_close()
        return complaint
