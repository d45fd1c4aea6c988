from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.repair_service.tests.common import RepairServiceCommon


class RepairTrainingCommon(RepairServiceCommon):
    """Two certificates, a family that requires both, its sub-family, and an HR officer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.context_today(cls.env["res.company"].with_context(tz="Asia/Shanghai"))
        cls.user_hr = new_test_user(cls.env, "test_hr", "base.group_user,hr.group_hr_user", tz="Asia/Shanghai")
        cls.user_hr_second = new_test_user(cls.env, "test_hr_second", "base.group_user,hr.group_hr_user", tz="Asia/Shanghai")
        cls.employee_hr = cls.env["hr.employee"].create({"name": "Li Na", "user_id": cls.user_hr.id})
        cls.skill_type = cls.env["hr.skill.type"].create({
            "name": "Test certificates", "is_certification": True,
            "skill_ids": [Command.create({"name": "Test refrigeration"}), Command.create({"name": "Test electricity"})],
            "skill_level_ids": [Command.create({"name": "Certified", "level_progress": 100, "default_level": True})],
        })
        cls.level = cls.skill_type.skill_level_ids
        cls.refrigeration = cls.skill_type.skill_ids.filtered(lambda skill: skill.name == "Test refrigeration")
        cls.electricity = cls.skill_type.skill_ids - cls.refrigeration
        cls.family = cls.env["repair.appliance.category"].create({
            "name": "Test air conditioner", "required_skill_ids": [Command.set((cls.refrigeration | cls.electricity).ids)],
        })
        cls.sub_family = cls.env["repair.appliance.category"].create({"name": "Test split unit", "parent_id": cls.family.id})

    @classmethod
    def _certificate_vals(cls, skill, employee=None, begin=-100, end=100, **values):
        return {
            "employee_id": (employee or cls.employee_technician).id, "skill_type_id": cls.skill_type.id, "skill_id": skill.id,
            "skill_level_id": cls.level.id, "valid_from": cls.today + timedelta(days=begin),
            "valid_to": end is not None and cls.today + timedelta(days=end),
            "certificate_number": cls.env["ir.sequence"].sudo().next_by_code("stock.lot.serial"), **values,
        }

    @classmethod
    def _certify(cls, skill, approve=True, **values):
        """Record a certificate; the days in ``begin`` and ``end`` count from today."""
        row = cls.env["hr.employee.skill"].create(cls._certificate_vals(skill, **values))
        if approve:
            row.with_user(cls.user_hr_second).action_approve()
        return row

    @classmethod
    def _certify_fully(cls, **values):
        return cls._certify(cls.refrigeration, **values) | cls._certify(cls.electricity, **values)
