from contextlib import contextmanager
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import new_test_user

from .common import GROUP, RepairServiceCommon


def at(day, hour, minute=0):
    """Naive UTC moment of an hour in Shanghai; ``day`` counts from Monday 1 March 2027 (0)."""
    return datetime(2027, 3, 1, hour, minute) + timedelta(days=day) - timedelta(hours=8)


class BookingCase(RepairServiceCommon):
    """Monday 1 March 2027, 08:00 in Shanghai; technicians work Monday to Friday 08-12 and 13-17."""

    @classmethod
    def setUpClass(cls):
        cls.startClassPatcher(freeze_time(at(0, 8)))
        super().setUpClass()
        for code in ("en_US", "zh_CN"):
            cls.env["res.lang"]._activate_lang(code)
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})
        cls.env["hr.employee"].search([("is_technician", "=", True)]).write({"is_technician": False})
        cls.employee_technician.user_id = False
        cls.company.repair_visit_hours = 2.0
        cls.calendar = cls._create_calendar()
        cls.territory = cls.env["repair.territory"].create({"name": "Pudong", "code": "T-PD", "zip_prefixes": "98761, 98762"})
        cls.partner.write({"zip": "987610", "tz": "Asia/Shanghai", "street": "1 Century Avenue", "city": "Shanghai", "lang": "en_US"})
        cls.user_other_technician = new_test_user(cls.env, "test_technician2", GROUP + "technician", tz="Asia/Shanghai")
        for role in ("desk", "dispatcher", "technician", "inspector", "manager"):
            getattr(cls, f"user_{role}").lang = "en_US"

    @classmethod
    def _create_calendar(cls, name="Technicians", hours=((8, 12), (13, 17)), days="01234"):
        return cls.env["resource.calendar"].create({
            "name": name, "tz": "Asia/Shanghai",
            "attendance_ids": [Command.clear()] + [
                Command.create({
                    "name": f"{day} {start}", "dayofweek": day, "hour_from": start, "hour_to": stop,
                    "day_period": "morning" if start < 12 else "afternoon"})
                for day in days for start, stop in hours],
        })

    @classmethod
    def _create_technician(cls, name="Wang Wei", **values):
        return cls.env["hr.employee"].create({
            "name": name, "is_technician": True, "resource_calendar_id": cls.calendar.id, "tz": "Asia/Shanghai",
            "mobile_phone": "13900001111", **values})

    @contextmanager
    def _refused(self, error, message):
        """Expect ``error``, and undo what was done before it as the end of a request does."""
        self.env.flush_all()
        with self.assertRaisesRegex(error, message):
            try:
                with self.cr.savepoint():
                    yield
                    self.env.flush_all()
            finally:
                self.env.invalidate_all(flush=False)

    @classmethod
    def _propose(cls, order, technician, start, hours=2, **values):
        return cls.env["repair.appointment"].create({
            "repair_id": order.id, "technician_id": technician.id, "start": start, "stop": start + timedelta(hours=hours), **values})

    @classmethod
    def _agree(cls, order, technician, start, hours=2, **options):
        return cls.env["repair.appointment"]._book(order, technician, start, start + timedelta(hours=hours), **options)
