"""The training of a company with ten years of imported records, at 200 and at 2,000 employees: lists, own pages, the nightly job.

Each employee has ten certificates, five trainings a year, ten needs, two levels, a mentorship, a year of accepted orders and two
coming visits. Pages are opened as the menus open them, with the fields of their own views. Promised: every page under half a second and
in as many queries at 2,000 employees as at 200, the nightly job under two minutes. Core's side is its list of employees and its
nightly job over the same people. The records are made in SQL and rolled back.
"""

import importlib.util
from datetime import timedelta
from pathlib import Path

from lxml import etree

from odoo import fields
from odoo.tests import new_test_user
from odoo.tools import SQL
from odoo.tools.safe_eval import safe_eval

_spec = importlib.util.spec_from_file_location("search", Path(__file__).with_name("search.py"))
_search = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_search)

SIZES = (200, 2000)
PER_RECORD = False
PAGE_MS, NIGHT_MS, QUERIES_MORE = 500, 120_000, 3
NIGHT = "nightly job"
# A page is measured once it was opened before, as by everybody but the first of the day.
PAGES = {
    "hr": ("hr_training_session_action", "hr_training_enrolment_action", "hr_training_need_action", "hr_training_plan_action",
           "hr_employee_skill_action_certificate", "hr_employee_public_action_qualification", "hr_career_promotion_action",
           "hr_career_rotation_action", "hr_career_track_action", "hr_mentorship_action", "hr_training_effect_action",
           "hr_training_course_action"),
    "manager": ("hr_training_need_action_team", "hr_training_enrolment_action_team", "hr_career_promotion_action",
                "repair_appointment_action_certificate", "repair_appliance_category_action_certificate"),
    "employee": ("hr_training_enrolment_action_mine", "hr_training_need_action_mine", "hr_employee_skill_action_my_certificates",
                 "hr_mentorship_action_mine", "hr_training_session_action", "hr_career_promotion_action"),
}


def _people(env, size):
    """Employees in teams of twenty under managers under one head; the first three bear the logins of the bench.

    :return: the employees, the head first, then the managers
    """
    users = {name: new_test_user(env, f"bench_{name}", groups, tz="Asia/Shanghai") for name, groups in (
        ("employee", "base.group_user"), ("manager", "base.group_user"), ("hr", "base.group_user,hr.group_hr_manager"))}
    sample = env["hr.employee"].create({"name": "Sample"})
    env.flush_all()
    numbers = SQL("generate_series(1, %s) n", size)
    first = sample.resource_id.id
    _search._clone(env, sample.resource_id, {"name": SQL("'Employee ' || n")}, numbers)
    _search._clone(env, sample, {
        "resource_id": SQL("made.id"), "name": SQL("made.name"), "current_version_id": SQL("NULL"), "barcode": SQL("NULL"),
        **({"is_technician": SQL("made.id %% 5 <> 0")} if "is_technician" in sample._fields else {}),
    }, SQL("(SELECT id, name FROM resource_resource WHERE id > %s ORDER BY id) made", first))
    _search._clone(env, sample.current_version_id, {
        "employee_id": SQL("made.id"), "date_version": SQL("made.day"),
    }, SQL("(SELECT e.id, day::date FROM hr_employee e, unnest(ARRAY[%s, %s]::date[]) day WHERE e.id > %s) made",
           fields.Date.today() - timedelta(days=3650), fields.Date.today() - timedelta(days=1200), sample.id))
    env.cr.execute(SQL(
        "UPDATE hr_employee e SET current_version_id = (SELECT max(id) FROM hr_version v WHERE v.employee_id = e.id) WHERE id > %s",
        sample.id))
    env.cr.execute(SQL("UPDATE hr_employee SET parent_id = %s + 1 + (id - %s - 1) / 21 WHERE id > %s + 1", sample.id, sample.id, sample.id))
    env.invalidate_all()
    employees = env["hr.employee"].search([("id", ">", sample.id)], order="id")
    for employee, name in zip((employees[-1], employees[1], employees[2]), ("employee", "manager", "hr"), strict=True):
        employee.user_id = users[name]
    sample.active = False
    return employees, users


def _skills(env, employees):
    """Ten certificates each over ten years, the last of each kind still valid; and a skill.

    :return: a certificate of the first employee
    """
    skill_type = env["hr.skill.type"].create({
        "name": "Bench certificates", "is_certification": True, "skill_level_ids": [(0, 0, {"name": "Held", "level_progress": 100})],
        "skill_ids": [(0, 0, {"name": f"Bench {number}"}) for number in range(5)]})
    skills, today = skill_type.skill_ids, fields.Date.today()
    row = env["hr.employee.skill"].create({
        "employee_id": employees[0].id, "skill_type_id": skill_type.id, "skill_id": skills[0].id,
        "skill_level_id": skill_type.skill_level_ids.id, "valid_from": today, "valid_to": today})
    approved = {"approval_state": SQL("'approved'"), "certificate_number_full": SQL("'B' || made.id || '-' || n")}
    _search._clone(env, row, {
        "employee_id": SQL("made.id"), "skill_id": SQL("(%s::int[])[1 + n %% 5]", skills.ids),
        "valid_from": SQL("CASE WHEN n < 5 THEN %s ELSE %s END::date", today - timedelta(days=3650), today - timedelta(days=1200)),
        # One in five hundred of the valid ones ends within the warning periods.
        "valid_to": SQL("CASE WHEN n < 5 THEN %s WHEN (made.id + n) %% 500 = 0 THEN %s ELSE %s END::date", today - timedelta(days=1201),
                        today + timedelta(days=20), today + timedelta(days=900)),
        **(approved if "approval_state" in row._fields else {}),
    }, SQL("(SELECT unnest(%s::int[]) id) made, generate_series(0, 9) n", employees.ids))
    return row


def _school(env, employees):
    """Closed sessions of twelve for ten years, with results; needs, promotions and mentorships."""
    token = env["hr.training.enrolment"]._get_token()
    env = env(context={**env.context, "repair_flow": token})
    technical = env.ref("repair_training.career_track_technical").level_ids
    courses = env["hr.training.course"].create([{"name": f"Bench course {number}", "is_written": True} for number in range(40)])
    now, size = fields.Datetime.now(), len(employees)
    session = env["hr.training.session"].create({
        "course_id": courses[0].id, "trainer_id": employees[0].id, "date_start": now - timedelta(days=3600),
        "date_end": now - timedelta(days=3599), "state": "closed", "closed_on": now - timedelta(days=3599)})
    row = env["hr.training.enrolment"].with_context(repair_flow=token).create(
        {"session_id": env["hr.training.session"].create({
            "course_id": courses[0].id, "date_start": now, "date_end": now + timedelta(days=1)}).id, "employee_id": employees[0].id})
    row._flow_write({"state": "confirmed", "attendance": "present", "score": 90.0, "score_source": "hand", "result": "passed",
                     "credited_hours": 4.0, "closed_on": now, "course_name": "Bench course"})
    count = size * 50 // 12
    start = SQL("%s::timestamp + (n * 3600.0 / %s) * interval '1 day'", now - timedelta(days=3600), count)
    _search._clone(env, session, {
        "course_id": SQL("(%s::int[])[1 + n %% 40]", courses.ids), "name": SQL("'BENCH-' || n"),
        "date_start": start, "date_end": SQL("%s + interval '8 hours'", start), "closed_on": SQL("%s + interval '3 days'", start),
        "trainer_id": SQL("(%s::int[])[1 + n %% %s]", employees.ids, size),
    }, SQL("generate_series(1, %s) n", count))
    _search._clone(env, row, {
        "session_id": SQL("made.id"), "course_id": SQL("made.course_id"), "date_start": SQL("made.date_start"),
        "closed_on": SQL("made.closed_on"), "employee_id": SQL("(%s::int[])[1 + (made.id * 12 + n) %% %s]", employees.ids, size),
        "result": SQL("CASE WHEN n = 3 THEN 'failed' ELSE 'passed' END"), "certificate_token": SQL("'bench-token-' || made.id || '-' || n"),
        "certificate_number": SQL("'BC' || made.id || '-' || n"), "valid_from": SQL("made.date_start::date"),
    }, SQL("(SELECT * FROM hr_training_session WHERE id > %s AND name LIKE 'BENCH-%%') made, generate_series(0, 11) n", session.id))
    need = env["hr.training.need"].create({"employee_id": employees[0].id, "course_id": courses[0].id, "state": "met", "source": "manager"})
    everybody = SQL("(SELECT unnest(%s::int[]) id) made", employees.ids)
    _search._clone(env, need, {
        "employee_id": SQL("made.id"), "state": SQL("CASE WHEN n < 2 THEN 'open' ELSE 'met' END"), "key": SQL("'bench:' || n"),
        "course_id": SQL("(%s::int[])[1 + (made.id + n) %% 40]", courses.ids),
    }, SQL("%s, generate_series(0, 9) n", everybody))
    promotion = env["hr.career.promotion"].create({"employee_id": employees[0].id, "to_level_id": technical[0].id, "motivation": "x"})
    promotion._flow_write({"state": "approved"})
    _search._clone(env, promotion, {
        "employee_id": SQL("made.id"), "to_level_id": SQL("(%s::int[])[n]", technical[:2].ids),
    }, SQL("%s, generate_series(1, 2) n", everybody))
    pair = env["hr.mentorship"].create({
        "mentor_id": employees[0].id, "mentee_id": employees[1].id, "goals": "x", "date_start": now, "date_end": now + timedelta(days=90)})
    _search._clone(env, pair, {"mentee_id": SQL("made.id"), "state": SQL("'done'")}, SQL(
        "(SELECT unnest(%s::int[]) id) made", employees[2:].ids))
    env.cr.execute(SQL("UPDATE hr_version SET career_level_id = %s, career_level_date = date_version WHERE employee_id IN %s",
                       technical[1].id, tuple(employees.ids)))
    job = env["hr.job"].create({"name": "Bench job", "user_id": False})
    skill = env["hr.skill"].search([("name", "=", "Bench 0")], limit=1)
    missing = env["hr.skill"].create({"name": "Bench missing", "skill_type_id": skill.skill_type_id.id})
    env["hr.job.skill"].create([{
        "job_id": job.id, "skill_id": one.id, "skill_type_id": one.skill_type_id.id,
        "skill_level_id": one.skill_type_id.skill_level_ids[0].id} for one in (skill | missing)])
    env.cr.execute(SQL("UPDATE hr_version SET job_id = %s WHERE employee_id IN %s", job.id, tuple(employees.ids)))
    env.invalidate_all()


def _work(env, employees):
    """Accepted orders of a year, one in ten a repeat, and coming visits."""
    skills = env["hr.skill"].search([("name", "in", ("Bench 0", "Bench 1"))])
    category = env["repair.appliance.category"].create({"name": "Bench family"})
    appliance = env["repair.appliance"].create({
        "partner_id": env["res.partner"].create({"name": "Bench customer", "phone": "13800000000"}).id, "category_id": category.id})
    order = env["repair.order"].create({"appliance_id": appliance.id, "fault_description": "Does not cool"})
    technicians = employees.filtered("is_technician")
    now = fields.Datetime.now()
    _search._clone(env, order, {
        "name": SQL("'BENCH/' || made.id || '/' || n"), "technician_id": SQL("made.id"), "access_token": SQL("NULL"),
        "service_stage": SQL("CASE WHEN n < 40 THEN 'accepted' ELSE 'booked' END"),
        "accepted_on": SQL("CASE WHEN n < 40 THEN %s::timestamp - n * 9 * interval '1 day' END", now),
        "first_time_fix": SQL("CASE WHEN n %% 10 = 0 THEN 'no' ELSE 'yes' END"), "first_time_fix_from": SQL("%s::timestamp", now),
    }, SQL("(SELECT unnest(%s::int[]) id) made, generate_series(0, 41) n", technicians.ids))
    visit = env["repair.appointment"].create({
        "repair_id": order.id, "technician_id": env["hr.employee"].create({"name": "Bench visitor", "is_technician": True}).id,
        "start": now + timedelta(days=300), "stop": now + timedelta(days=300, hours=1)})
    _search._clone(env, visit, {
        "repair_id": SQL("made.id"), "technician_id": SQL("made.technician_id"), "state": SQL("'confirmed'"),
        "start": SQL("%s::timestamp + made.n * interval '1 day'", now),
        "stop": SQL("%s::timestamp + made.n * interval '1 day' + interval '1 hour'", now),
        "busy_until": SQL("%s::timestamp + made.n * interval '1 day' + interval '1 hour'", now),
    }, SQL("(SELECT id, technician_id, row_number() OVER (PARTITION BY technician_id ORDER BY id) n FROM repair_order"
           " WHERE service_stage = 'booked' AND name LIKE 'BENCH/%%') made"))
    env.invalidate_all()
    category.required_skill_ids = skills


def _get_specification(model, arch):
    """What the web client asks for to show a list or cards: their fields, and the names of the records that they point to."""
    spec = {}
    for node in etree.fromstring(arch).iter("field"):
        field = model._fields.get(node.get("name"))
        if field is None or any(parent.tag == "field" for parent in node.iterancestors()):
            continue
        relational = field.type in ("many2one", "many2many", "one2many")
        spec[field.name] = {"fields": {"display_name": {}}} if relational else {}
    return spec


def _open(env, xmlid):
    """Open an action's first view on its first page, as the web client does."""
    action = env["ir.actions.act_window"]._for_xml_id(f"repair_training.{xmlid}")
    context = {**env.context, **(_evaluate(env, action["context"]) or {})}
    model = env[action["res_model"]].with_context(context)
    kind = action["views"][0][1]
    view = model.get_views([(action["views"][0][0], kind)])["views"][kind]
    domain = _evaluate(env, action["domain"]) or []
    return model.web_search_read(domain, _get_specification(model, view["arch"]), limit=80, count_limit=10_001)


def _evaluate(env, text):
    """An action's domain or context, which are text in the database."""
    names = {"uid": env.uid, "context_today": lambda: fields.Date.context_today(env["res.users"])}
    return safe_eval(text, names) if isinstance(text, str) else text


def _as(env, user):
    return env(user=user, context={"lang": "en_US", "tz": "Asia/Shanghai", "allowed_company_ids": env.company.ids})


def core(env, size):
    """Core's list of employees, and its nightly job."""
    employees, users = _people(env, size)
    _skills(env, employees)
    _search._analyze(env, "hr_employee", "hr_version", "hr_employee_skill")
    own = _as(env, users["hr"])
    list_view = {"name": {}, "job_id": {"fields": {"display_name": {}}}, "parent_id": {"fields": {"display_name": {}}}}
    own["hr.employee"].web_search_read([], list_view, limit=80, count_limit=10_001)
    yield "hr: employees"
    own["hr.employee"].web_search_read([], list_view, limit=80, count_limit=10_001)
    yield NIGHT
    env["hr.employee"]._add_certification_activity_to_employees()


def ours(env, size):
    """Every page of training, and the nightly job with all that it does."""
    employees, users = _people(env, size)
    _skills(env, employees)
    _school(env, employees)
    _work(env, employees)
    env["hr.employee"].search([])._skip_onboarding()
    users["manager"].group_ids += env.ref("repair_service.repair_service_group_manager")
    _search._analyze(
        env, "hr_employee", "hr_version", "hr_employee_skill", "hr_training_session", "hr_training_enrolment", "hr_training_need",
        "hr_career_promotion", "hr_mentorship", "repair_order", "repair_appointment")
    own = _as(env, users["hr"])
    list_view = {"name": {}, "job_id": {"fields": {"display_name": {}}}, "parent_id": {"fields": {"display_name": {}}}}
    own["hr.employee"].web_search_read([], list_view, limit=80, count_limit=10_001)
    yield "hr: employees"
    own["hr.employee"].web_search_read([], list_view, limit=80, count_limit=10_001)
    for name, actions in PAGES.items():
        own = _as(env, users[name])
        for xmlid in actions:
            _open(own, xmlid)
            yield f"{name}: {xmlid.replace('_action', '').replace('hr_', '')}"
            _open(own, xmlid)
    employee = employees.filtered(lambda one: one.user_id == users["employee"])
    own = _as(env, users["employee"])
    yield "employee: my career"
    own["hr.career.standing"].action_open_mine()
    yield "employee: training file"
    own["ir.actions.report"].sudo()._render_qweb_html("repair_training.report_training_file", employee.ids)
    yield "anybody: verification"
    env["hr.training.enrolment"].search([("certificate_token", "=", "bench-token-1-1")])
    steps = {
        "onboarding": lambda: env["hr.employee"].search([("onboarding_started_on", "=", False)])._start_due_onboarding(),
        "certificates": env["hr.employee.skill"]._warn_expiring, "visits": env["repair.appointment"]._warn_missing_certificates,
        "needs": env["hr.training.need"]._collect_needs, "rotations": env["hr.career.rotation"]._run_due,
        "effects": env["hr.training.effect"]._measure_due}
    for name, call in steps.items():
        yield f"night: {name}"
        call()
    yield NIGHT
    env["hr.employee"]._add_certification_activity_to_employees()


def missed(core, ours):
    """Pages over half a second or with queries that grow with people, and a night over two minutes."""
    lines = []
    small, large = (ours[str(size)] for size in SIZES)
    for name, (spent, queries, *_more) in large.items():
        if name == NIGHT or name.startswith("night:"):
            if spent > NIGHT_MS:
                lines.append(f"{name}: {spent / 1000:.0f} s, promised are {NIGHT_MS // 1000}")
        elif spent > PAGE_MS:
            lines.append(f"{name}: {spent:.0f} ms, promised are {PAGE_MS}")
        if not name.startswith("night") and queries > small[name][1] + QUERIES_MORE:
            lines.append(f"{name}: {queries} queries at {SIZES[1]} employees, {small[name][1]} at {SIZES[0]}")
    return lines
