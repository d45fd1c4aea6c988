from datetime import date, datetime, timedelta

from odoo import fields
from odoo.tests import new_test_user

from odoo.addons.repair_service.models.repair_order import FLOW
from odoo.addons.repair_service.tests.common import RepairServiceCommon

MARCH = (date(2019, 3, 1), date(2019, 3, 31))


class RepairQualityCommon(RepairServiceCommon):
    """Quality users, and jobs of March 2019, long before any other data of the database."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_officer = new_test_user(cls.env, "test_officer", "base.group_user,repair_quality.repair_quality_group_officer")
        cls.user_quality_manager = new_test_user(
            cls.env, "test_quality_manager", "base.group_user,repair_quality.repair_quality_group_manager")
        cls.user_employee = new_test_user(cls.env, "test_employee", "base.group_user")
        cls.company.partner_id.tz = "Asia/Shanghai"
        cls.today = fields.Date.context_today(cls.env["qms.action"])

    @classmethod
    def _make_job(cls, requested, accepted=None, appliance=None, stage="accepted", **values):
        """Make a service order that was accepted at a UTC moment, as the flow leaves it."""
        order = cls._create_order(appliance_id=(appliance or cls._create_appliance()).id, requested_on=requested, **values)
        order._flow_write({"service_stage": stage if accepted or stage == "cancelled" else "requested", "accepted_on": accepted})
        return order

    @classmethod
    def _come_back(cls, job, requested):
        """Report the fault of a job again, under its repair warranty."""
        again = cls._make_job(requested, None, appliance=job.appliance_id)
        again._flow_write({"origin_repair_id": job.id})
        return again

    @classmethod
    def _make_visit(cls, order, start, arrived_after=None, state="done"):
        """Make a past visit with a two-hour window; the arrival counts in minutes from its start."""
        return cls.env["repair.appointment"].with_context(repair_flow=FLOW).create({
            "repair_id": order.id, "technician_id": cls.employee_technician.id, "start": start, "stop": start + timedelta(hours=2),
            "state": state, "miss_reason": state == "missed" and "technician",
            "arrived_at": arrived_after is not None and start + timedelta(minutes=arrived_after),
        })

    @classmethod
    def _make_inspection(cls, order, result, done_on):
        return cls.env["repair.inspection"].with_context(repair_flow=FLOW).create({
            "repair_id": order.id, "kind": "final", "result": result, "done_on": done_on,
        })

    @classmethod
    def _make_march(cls):
        """Six jobs accepted in March 2019 (Shanghai), two just outside, and reports that follow them.

        ======  =============  ==========  ==================================================
        job     days           visits      afterwards
        ======  =============  ==========  ==================================================
        a       2              on time     same fault reported, but cancelled
        b       6              late, on    nothing
        c       1              early       same fault on day 30
        d       1              missed, on  same fault on day 31
        e       4              none        another fault on day 5
        h       1              none        accepted at 00:30 on 1 March in Shanghai
        ======  =============  ==========  ==================================================
        """
        jobs = {
            "a": cls._make_job(datetime(2019, 3, 1, 2), datetime(2019, 3, 3, 2)),
            "b": cls._make_job(datetime(2019, 3, 4, 2), datetime(2019, 3, 10, 2)),
            "c": cls._make_job(datetime(2019, 3, 5, 2), datetime(2019, 3, 6, 2)),
            "d": cls._make_job(datetime(2019, 3, 5, 2), datetime(2019, 3, 6, 2)),
            "e": cls._make_job(datetime(2019, 3, 16, 2), datetime(2019, 3, 20, 2), stage="closed"),
            "h": cls._make_job(datetime(2019, 2, 27, 16, 30), datetime(2019, 2, 28, 16, 30)),
        }
        cls._make_job(datetime(2019, 3, 30, 17), datetime(2019, 3, 31, 17))  # 1 April, 01:00 in Shanghai
        cls._make_job(datetime(2019, 2, 20, 2), datetime(2019, 2, 28, 15))  # 28 February, 23:00 in Shanghai
        cls._make_job(datetime(2019, 3, 5, 2), None, appliance=jobs["a"].appliance_id, stage="cancelled")
        cls._come_back(jobs["c"], datetime(2019, 4, 5, 2))  # the last minute of its 30 days
        cls._come_back(jobs["d"], datetime(2019, 4, 5, 2, 1))  # a minute later
        cls._make_job(datetime(2019, 3, 25, 2), None, appliance=jobs["e"].appliance_id, symptom_id=cls.other_symptom.id)
        cls._make_visit(jobs["a"], datetime(2019, 3, 2, 2), 120)
        cls._make_visit(jobs["b"], datetime(2019, 3, 5, 2), 121)
        cls._make_visit(jobs["b"], datetime(2019, 3, 8, 2), 0)
        cls._make_visit(jobs["c"], datetime(2019, 3, 6, 0), -1)
        cls._make_visit(jobs["d"], datetime(2019, 3, 5, 10), None, "missed")
        cls._make_visit(jobs["d"], datetime(2019, 3, 6, 2, 30), 30)
        cls._make_visit(jobs["e"], datetime(2019, 3, 17, 2), None, "cancelled")
        return jobs

    @classmethod
    def _make_nonconformity(cls, **values):
        return cls.env["qms.nonconformity"].create({
            "name": "Hose not tightened", "owner_id": cls.user_officer.id, "detected_on": cls.today, **values})

    @classmethod
    def _plan_action(cls, nonconformity, **values):
        """Plan an action of the employee that a check may verify on the day it is done."""
        return cls.env["qms.action"].create({
            "nonconformity_id": nonconformity.id, "name": "Torque wrench in every kit", "owner_id": cls.user_employee.id,
            "deadline": cls.today + timedelta(days=7), "figure_days": 0, **values})

    @classmethod
    def _evidence(cls, user=None):
        return cls.env["ir.attachment"].with_user(user or cls.user_employee).create({"name": "photo.txt", "raw": b"wrench"})

    @classmethod
    def _analyse(cls, record):
        """Bring a nonconformity to 'analysed' with what that asks for."""
        record.write({
            "containment": "Hoses of the week checked", "root_cause": "No torque given in the instruction",
            "fish_method": "No torque given", "cause_id": cls.env["repair.complaint.cause"].search([], limit=1).id})
        record.action_analyse()

    @classmethod
    def _carry_out(cls, action):
        """Have the owner report an action as done, with result and evidence."""
        own = action.with_user(action.owner_id)
        own.write({"result": "Bought 12 wrenches", "evidence_ids": [(4, cls._evidence(action.owner_id).id)]})
        own.action_done()
        return action

    @classmethod
    def _finish(cls, action, verdict="effective", user=None):
        """Carry an action out and have the officer judge it."""
        cls._carry_out(action)
        judged = action.with_user(user or cls.user_officer)
        judged.effectiveness_note = "No leak in 40 repairs"
        getattr(judged, f"action_{verdict}")()
        return action
