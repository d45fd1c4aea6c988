"""The search for a visit: 200 technicians with 2,000 agreed visits ahead of them, fourteen days looked at.

Core has no such search; beside ours stands what any of its own would begin with: the working hours of the 200 for the same days.
"""

import random
from datetime import timedelta

from pytz import utc

from odoo import fields
from odoo.fields import Command

SIZES = (1,)
TECHNICIANS, VISITS_EACH, TERRITORIES = 200, 10, 10


def _calendar(env):
    """Monday to Saturday, 08-12 and 13-18."""
    return env["resource.calendar"].create(
        {
            "name": "Technicians",
            "tz": "Asia/Shanghai",
            "attendance_ids": [
                Command.create(
                    {"name": f"{day} {start}", "dayofweek": str(day), "hour_from": start, "hour_to": stop, "day_period": part}
                )
                for day in range(6)
                for start, stop, part in ((8, 12, "morning"), (13, 18, "afternoon"))
            ],
        }
    )


def core(env, size):
    """The working hours of as many employees."""
    calendar = _calendar(env)
    employees = env["hr.employee"].create(
        [{"name": f"Employee {number}", "resource_calendar_id": calendar.id} for number in range(TECHNICIANS)]
    )
    start = utc.localize(fields.Datetime.now())
    employees.resource_id._get_valid_work_intervals(start, start + timedelta(days=14))
    for name in ("find", "find, urgent", "find, with a wish"):
        yield name
        employees.resource_id._get_valid_work_intervals(start, start + timedelta(days=14))


def ours(env, size):
    """The eight best windows for one request."""
    chance = random.Random(1)
    calendar, category = _calendar(env), env["repair.appliance.category"].create({"name": "Fridge"})
    territories = env["repair.territory"].create(
        [{"name": f"Area {number}", "code": f"B{number}", "zip_prefixes": f"88{number:02d}"} for number in range(TERRITORIES)]
    )
    technicians = env["hr.employee"].create(
        [
            {
                "name": f"Technician {number}",
                "is_technician": True,
                "resource_calendar_id": calendar.id,
                "tz": "Asia/Shanghai",
                "territory_ids": [Command.link(territories[number % TERRITORIES].id)],
            }
            for number in range(TECHNICIANS)
        ]
    )
    customers = env["res.partner"].create(
        [
            {
                "name": f"Customer {number}",
                "zip": f"88{number % TERRITORIES:02d}01",
                "tz": "Asia/Shanghai",
                "partner_latitude": 31.2 + chance.uniform(-0.2, 0.2),
                "partner_longitude": 121.4 + chance.uniform(-0.2, 0.2),
            }
            for number in range(TECHNICIANS * VISITS_EACH + 1)
        ]
    )
    appliances = env["repair.appliance"].create(
        [
            {"partner_id": customer.id, "category_id": category.id, "serial_number": f"SLOT-{number}"}
            for number, customer in enumerate(customers)
        ]
    )
    *taken, order = env["repair.order"].create(
        [{"appliance_id": appliance.id, "fault_description": "Does not cool"} for appliance in appliances]
    )
    morning = (fields.Datetime.now() + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    starts = [
        (technician, morning + timedelta(days=day, hours=chance.choice((0, 2, 5, 7))))
        for technician in technicians
        for day in range(VISITS_EACH)
    ]
    env["repair.appointment"]._with_flow().create(
        [
            {
                "repair_id": job.id,
                "technician_id": technician.id,
                "start": start,
                "stop": start + timedelta(hours=2),
                "state": "confirmed",
            }
            for job, (technician, start) in zip(taken, starts, strict=True)
        ]
    )
    env.flush_all()
    order._find_slots()
    yield "find"
    assert len(order._find_slots()[0]) == 8
    order.priority = "1"
    yield "find, urgent"
    assert len(order._find_slots()[0]) == 8
    order.write({"priority": "0", "wished_days": "weekend", "wished_hours": "afternoon"})
    yield "find, with a wish"
    assert len(order._find_slots()[0]) == 8
