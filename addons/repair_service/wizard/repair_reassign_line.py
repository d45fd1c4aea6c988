from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.slots import subtract
from ..models.repair_appointment import MAX_DURATION, OPEN_STATES, PAST_TOLERANCE
from ..models.repair_flow import FLOW

MOVABLE_STATES = ("confirmed", "travelling")
RESULT_FIELDS = frozenset({"result", "result_note"})
TRAVEL_MAX = timedelta(hours=4)


class RepairReassignLine(models.TransientModel):
    """One visit that is to go to another technician at the same time, and what stands against it."""

    _name = "repair.reassign.line"
    _description = "Visit to Reassign"
    _inherit = ["repair.input"]
    _order = "start, id"
    _flow_fields = RESULT_FIELDS

    reassign_id = fields.Many2one("repair.reassign", required=True, ondelete="cascade", index=True)
    appointment_id = fields.Many2one("repair.appointment", "Visit", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="appointment_id.company_id")
    repair_id = fields.Many2one(related="appointment_id.repair_id")
    partner_id = fields.Many2one(related="appointment_id.partner_id")
    start = fields.Datetime(related="appointment_id.start", store=True, precompute=True)
    window = fields.Char(related="appointment_id.window")
    from_technician_id = fields.Many2one(related="appointment_id.technician_id", string="Technician so far")
    technician_id = fields.Many2one(
        "hr.employee", "Give to", compute="_compute_technician_id", store=True, readonly=False, precompute=True,
        domain="[('is_technician', '=', True), ('company_id', '=', company_id)]")
    is_chosen = fields.Boolean(
        "Move", compute="_compute_is_chosen", store=True, readonly=False,
        help="What speaks against a visit only softly, as leave that its technician agreed to give up, is moved when it is ticked.")
    verdict = fields.Selection(
        [("ok", "Free"), ("warning", "With reserve"), ("blocked", "Not possible")], "Feasibility", compute="_compute_verdict")
    explanation = fields.Text("What stands against it", compute="_compute_verdict")
    result = fields.Selection([("moved", "Moved"), ("failed", "Taken meanwhile"), ("left", "Not moved")], readonly=True)
    result_note = fields.Text("Result in words", readonly=True)

    @api.depends("reassign_id.technician_id")
    def _compute_technician_id(self):
        for line in self:
            line.technician_id = line.reassign_id.technician_id or line.technician_id

    @api.depends("technician_id", "appointment_id")
    def _compute_is_chosen(self):
        """Ticked by itself is what nothing stands against, and what only lies outside the territory."""
        problems = self._get_problems()
        for line in self:
            line.is_chosen = not any(level in ("blocked", "ask") for level, _text in problems[line])

    @api.depends("technician_id", "appointment_id", "reassign_id.line_ids.technician_id")
    @api.depends_context("lang")
    def _compute_verdict(self):
        problems = self._get_problems()
        for line in self:
            levels = {level for level, _text in problems[line]}
            line.verdict = "blocked" if "blocked" in levels else "warning" if levels else "ok"
            line.explanation = " ".join(text for _level, text in problems[line]) or False

    @api.model_create_multi
    def create(self, vals_list):
        """Create lines.

        :raises AccessError: for who does not plan visits, or on a visit that he may not change
        """
        for vals in vals_list:
            self._check_results(vals)
        lines = super().create(vals_list)
        lines._check_planned()
        return lines

    def write(self, vals):
        """Write the answers given in the dialogue.

        :raises AccessError: for who does not plan visits, or on a visit that he may not change
        """
        self._check_results(vals)
        result = super().write(vals)
        self._check_planned()
        return result

    @api.model
    def _check_results(self, vals):
        if self.env.context.get("repair_flow") is not FLOW and any(vals.get(name) for name in RESULT_FIELDS):
            raise UserError(self.env._("What was moved is recorded by itself and cannot be set."))

    def _check_planned(self):
        self.env["repair.appointment"]._check_planner()
        self.appointment_id.check_access("write")

    def _get_problems(self):
        """What stands against each line: {line: [(level, text)]}.

        Levels: ``blocked`` (no way), ``ask`` (outside of working time: only if the technician agrees), ``warning``.
        """
        problems = {}
        for reassign in self.reassign_id:
            lines = (reassign.line_ids | self.filtered(lambda line, reassign=reassign: line.reassign_id == reassign)).filtered(
                "appointment_id").sorted(lambda line: (line.appointment_id.start, line.appointment_id.id))
            facts = lines._get_facts(lines.technician_id)
            taken = defaultdict(list)
            for line in lines:
                found = line._find_problems(line.technician_id, facts, taken)
                problems[line] = found
                if line.technician_id and not any(level == "blocked" for level, _text in found):
                    line._take(line.technician_id._origin, facts, taken)
        return {line: problems.get(line, []) for line in self}

    def _get_facts(self, technicians):
        """What is known of ``technicians`` in the time of these visits: working hours, visits, qualification; read together."""
        visits, technicians = self.appointment_id, technicians._origin
        facts = {"hours": {}, "visits": defaultdict(list), "qualified": {}, "limits": {}, "counts": {}}
        if not (visits and technicians):
            return facts
        first, last = min(visits.mapped("start")), max(visits.mapped("stop"))
        facts["hours"] = technicians._get_visit_hours(first, last)
        facts["limits"], facts["counts"] = technicians._get_day_limits(), technicians._count_visits_by_day(first, last)
        found = self.env["repair.appointment"].search([
            ("technician_id", "in", technicians.ids), ("state", "in", OPEN_STATES), ("start", ">", first - MAX_DURATION - TRAVEL_MAX),
            ("start", "<", last + TRAVEL_MAX), ("busy_until", ">", first)], order="start, id")
        for visit in found:
            facts["visits"][visit.technician_id.id].append(visit)
        for visit in visits:
            key = (visit.category_id, visit._get_local_day())
            if key not in facts["qualified"]:
                facts["qualified"][key] = technicians._filter_qualified(*key)
        return facts

    def _find_problems(self, technician, facts, taken):
        """What stands against giving the visit to ``technician``, as :meth:`_get_problems`.

        :param dict facts: from :meth:`_get_facts`
        :param dict taken: {technician id: visits that he gets in the same dialogue}
        """
        visit, technician = self.appointment_id, technician._origin
        if blocked := self._find_state_problem(visit, technician):
            return [("blocked", blocked)]
        if refusal := self._find_refusal(visit, technician, facts):
            return [("blocked", refusal)]
        way = timedelta(minutes=visit.company_id.repair_travel_minutes)  # a moved visit is planned with today's
        for rival in facts["visits"][technician.id]:
            if rival != visit and rival.start < visit.stop + way and rival.busy_until > visit.start:
                return [("blocked", self._describe_overlap(rival))]
        for rival in taken[technician.id]:
            if rival.start < visit.stop + way and rival.stop + way > visit.start:
                return [("blocked", self._describe_overlap(rival))]
        limit, day = facts["limits"].get(technician.id), visit._get_capacity_day(technician)
        if limit and facts["counts"][technician.id].get(day, 0) >= limit:
            return [("blocked", self.env._(
                "%(technician)s has as many visits that day as allowed (%(limit)s).", technician=technician.name, limit=limit))]
        problems = []
        if subtract([(visit.start, visit.stop)], facts["hours"].get(technician.id, [])):
            problems.append(("ask", self.env._("Outside the working time, or in leave or a holiday: ask the technician first.")))
        territory = visit.repair_id.visit_territory_id
        if territory and territory not in technician.territory_ids:
            problems.append(("warning", self.env._("From outside the territory %(territory)s.", territory=territory.name)))
        return problems

    def _take(self, technician, facts, taken):
        """Keep in mind that ``technician`` gets the visit in the same dialogue."""
        taken[technician.id].append(self.appointment_id)
        counts, day = facts["counts"].setdefault(technician.id, {}), self.appointment_id._get_capacity_day(technician)
        counts[day] = counts.get(day, 0) + 1

    def _describe_overlap(self, rival):
        if rival.start < self.appointment_id.stop and rival.stop > self.appointment_id.start:
            return self.env._("Overlaps with %(visit)s, %(window)s.", visit=rival.name, window=rival.window)
        return self.env._("Too little time for the way: %(visit)s, %(window)s.", visit=rival.name, window=rival.window)

    def _find_state_problem(self, visit, technician):
        if visit.state not in MOVABLE_STATES:
            states = dict(visit._fields["state"]._description_selection(self.env))
            return self.env._("The visit is at %(state)s: only confirmed visits and those on the way are moved.", state=states[visit.state])
        if visit.start < fields.Datetime.now() - PAST_TOLERANCE:
            return self.env._("The window has begun already: agree on another one with the customer.")
        if not technician:
            return self.env._("Choose a technician.")
        if technician == visit.technician_id:
            return self.env._("It is this technician's visit already.")
        if technician.company_id != visit.company_id:
            return self.env._("%(technician)s belongs to another company.", technician=technician.name)
        return ""

    def _find_refusal(self, visit, technician, facts):
        key = (visit.category_id, visit._get_local_day())
        if technician.is_technician and technician.active and technician in facts["qualified"].get(key, ()):
            return ""
        return technician._get_visit_refusal(*key) or ""

    def _propose_technicians(self):
        """Choose a technician for each ticked line and each that is not possible as it stands; who has none keeps what he had."""
        company = self.reassign_id.company_id
        everybody = self.env["hr.employee"].search([("is_technician", "=", True), ("company_id", "=", company.id)])
        facts, taken = self._get_facts(everybody), defaultdict(list)
        for line in self.sorted(lambda line: (line.start, line.id)):
            suited = []
            for number, technician in enumerate(everybody):
                levels = {level for level, _text in line._find_problems(technician, facts, taken)}
                if not levels & {"blocked", "ask"}:
                    day = line.appointment_id._get_local_day()
                    visits = facts["visits"][technician.id] + taken[technician.id]
                    suited.append(("warning" in levels, sum(visit._get_local_day() == day for visit in visits), number))
            if suited:
                best = everybody[min(suited)[2]]
                line.technician_id = best
                line._take(best, facts, taken)

    def _lock(self):
        """Hold orders and technicians in one order, so that two dispatchers who move visits wait for each other."""
        self.repair_id.sorted("id")._lock_order()
        for technician in (self.technician_id | self.from_technician_id).sorted("id"):
            self.env["repair.appointment"]._lock_technician(technician)

    def _move(self, reason):
        visit = self.appointment_id
        try:
            with self.env.cr.savepoint():
                self.env["repair.appointment"]._book(
                    visit.repair_id, self.technician_id, visit.start, visit.stop, moved=visit, reason=reason)
        except UserError as error:
            self._flow_write({"result": "failed", "result_note": str(error)[:500]})
        else:
            self._flow_write({"result": "moved"})

    def _flow_write(self, vals):
        return self.with_context(repair_flow=FLOW).write(vals)

    def _describe(self):
        return "\n".join(
            f"- {line.appointment_id.name}, {line.window}: {line.result_note or line.explanation or ''}" for line in self)
