
from odoo.fields import Command
from odoo.tests import new_test_user

from .common import RepairQualityCommon


class DocumentCommon(RepairQualityCommon):
    """An author, two managers, a workshop with a reader, a desk with another."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_second = new_test_user(cls.env, "test_quality_second", "base.group_user,repair_quality.repair_quality_group_manager")
        cls.user_reader, cls.user_other = (
            new_test_user(cls.env, f"test_{name}", "base.group_user") for name in ("reader", "other_reader"))
        cls.workshop, cls.hall = cls.env["hr.department"].create([{"name": "Test workshop"}, {"name": "Test hall"}])
        cls.bench = cls.env["hr.department"].create({"name": "Test bench", "parent_id": cls.workshop.id})
        cls.job = cls.env["hr.job"].create({"name": "Test parts keeper"})
        cls.reader, cls.other = cls.env["hr.employee"].create([
            {"name": "Reader", "user_id": cls.user_reader.id, "department_id": cls.bench.id},
            {"name": "Other", "user_id": cls.user_other.id, "department_id": cls.hall.id}])

    @classmethod
    def _write_document(cls, **values):
        return cls.env["qms.document"].with_user(cls.user_officer).create({
            "name": "Leak search", "kind": "instruction", "department_ids": [Command.set(cls.workshop.ids)], **values})

    @classmethod
    def _start_version(cls, document, content="<p>Find the leak.</p>", reason="Better words", **values):
        document.action_new_version(reason)
        version = document.next_version_id
        version.write({"content": content, **values})
        return version

    @classmethod
    def _approve(cls, version):
        version.action_submit()
        version.with_user(cls.user_quality_manager).action_review()
        version.with_user(cls.user_quality_manager).action_approve()
        return version

    @classmethod
    def _put_in_force(cls, document, **values):
        version = cls._approve(cls._start_version(document, **values))
        version.action_put_in_force()
        return version
