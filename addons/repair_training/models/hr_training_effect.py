from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.repair_service.engine import effect

# The first-time-fix rate of a job counts once its repeat window is closed.
REPEAT_DAYS = 30
GROUPS = ("before", "after", "others_before", "others_after")
TRAINED = [("result", "in", ("passed", "failed")), ("voided_on", "=", False), ("employee_id.is_technician", "=", True)]
# Sessions that ended so many days before they could be measured are measured by themselves, at most so many a night.
MEASURED_DAYS, A_NIGHT = 365, 30


class HrTrainingEffect(models.Model):
    """Figures before and after a training, the trained against the others (handbook 9.2.2): counted once, and kept."""

    _name = "hr.training.effect"
    _description = "Effect of Training"
    _inherit = ["hr.training.mixin"]
    _order = "id desc"
    _rec_name = "session_id"
    _flow_fields = frozenset({
        "session_id", "figure", "days", "verdict", "explanation", "measured_on",
        *(f"{group}_{part}" for group in GROUPS for part in ("good", "total")),
        "change", "others_change", "effect", "effect_low", "effect_high"})

    session_id = fields.Many2one("hr.training.session", required=True, ondelete="cascade", index=True, readonly=True)
    course_id = fields.Many2one(related="session_id.course_id", store=True)
    company_id = fields.Many2one(related="session_id.company_id", store=True, index=True)
    figure = fields.Selection(
        [("first_time_fix", "First-time-fix rate"), ("inspection", "Final inspections passed")], required=True, readonly=True)
    days = fields.Integer("Days before and after", readonly=True)
    measured_on = fields.Date(readonly=True)
    before_good = fields.Integer("Trained, before: good", readonly=True)
    before_total = fields.Integer("Trained, before: all", readonly=True)
    after_good = fields.Integer("Trained, after: good", readonly=True)
    after_total = fields.Integer("Trained, after: all", readonly=True)
    others_before_good = fields.Integer("Others, before: good", readonly=True)
    others_before_total = fields.Integer("Others, before: all", readonly=True)
    others_after_good = fields.Integer("Others, after: good", readonly=True)
    others_after_total = fields.Integer("Others, after: all", readonly=True)
    change = fields.Float("Change of the trained (points)", readonly=True, digits=(6, 1))
    others_change = fields.Float("Change of the others (points)", readonly=True, digits=(6, 1))
    effect = fields.Float("Effect (points)", readonly=True, digits=(6, 1), aggregator=None)
    effect_low = fields.Float("At least", readonly=True, digits=(6, 1), aggregator=None)
    effect_high = fields.Float("At most", readonly=True, digits=(6, 1), aggregator=None)
    verdict = fields.Selection(
        [("better", "It helped"), ("worse", "It got worse"), ("unclear", "Not proven"), ("too_few", "Too few jobs")], readonly=True)
    explanation = fields.Text(readonly=True)

    _once = models.Constraint("UNIQUE (session_id, figure)", "This effect is measured already.")

    @api.model_create_multi
    def create(self, vals_list):
        """Only the measurement writes effects."""
        if not self._in_flow():
            raise UserError(self.env._("Effects are measured from the records."))
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What was measured is kept."))

    @api.model
    def _measure_due(self):
        """Measure closed sessions whose weeks after it are over and counted, the latest first; called every day.

        What was imported from long ago has no jobs beside it: HR measures such a session by its button.
        """
        for company in self.env["res.company"].search([]):  # pylint: disable=no-search-all  # they are few, and all of them are needed
            days = company.training_effect_days
            latest = fields.Datetime.now() - timedelta(days=days + REPEAT_DAYS)
            sessions = self.env["hr.training.session"].sudo().search([  # the job reads every company
                ("company_id", "=", company.id), ("state", "=", "closed"), ("date_end", "<=", latest),
                ("date_end", ">=", latest - timedelta(days=MEASURED_DAYS)), ("effect_ids", "=", False),
                ("enrolment_ids", "any", TRAINED)], order="date_end desc", limit=A_NIGHT)
            sessions.with_context(lang=company.partner_id.lang or self.env.lang)._measure_effect()  # as the company reads it

    def _describe(self, count_by_group, result):
        """Say honestly what the figures show."""
        def tell(count):
            low_high = effect.wilson(count)
            return self.env._("%(good)s of %(total)s (%(rate)s %%, between %(low)s and %(high)s %%)", good=count.good, total=count.total,
                              rate=f"{100 * count.rate:.0f}", low=f"{100 * low_high.low:.0f}", high=f"{100 * low_high.high:.0f}")
        verdicts = {
            "better": self.env._("The trained improved more than the others; with 95 % certainty it is no chance."),
            "worse": self.env._("The trained did worse than the others; with 95 % certainty it is no chance."),
            "unclear": self.env._("The difference may be chance: nothing is proven, neither for nor against the training."),
            "too_few": self.env._("Too few jobs to say anything: at least %(least)s are needed in each group.", least=effect.LEAST_JOBS),
        }
        return "\n".join([
            self.env._("Trained before: %(text)s", text=tell(count_by_group["before"])),
            self.env._("Trained after: %(text)s", text=tell(count_by_group["after"])),
            self.env._("Others before: %(text)s", text=tell(count_by_group["others_before"])),
            self.env._("Others after: %(text)s", text=tell(count_by_group["others_after"])),
            verdicts[result.verdict],
        ])


class HrTrainingSession(models.Model):
    _inherit = "hr.training.session"

    effect_ids = fields.One2many("hr.training.effect", "session_id", readonly=True)

    def action_measure_effect(self):
        """Measure what a closed session did to the figures of its participants.

        :raises AccessError: for others than HR
        :raises UserError: before the weeks after it are over
        """
        self._check_hr()
        self._check_state(("closed",))
        for session in self:
            days = session.company_id.training_effect_days
            ready = session.date_end + timedelta(days=days + REPEAT_DAYS)
            if ready > fields.Datetime.now():
                raise UserError(self.env._(
                    "The weeks after %(session)s are counted from %(day)s on.", session=session.display_name, day=ready.date()))
        self.filtered(lambda session: not session.effect_ids).sudo()._measure_effect()  # orders are counted, not shown

    def _measure_effect(self):
        effects = self.env["hr.training.effect"]
        for session in self:
            trained = session.enrolment_ids.filtered_domain(TRAINED).employee_id
            if not trained:
                continue
            days = session.company_id.training_effect_days
            trained_domain = [("technician_id", "in", trained.ids)]
            others_domain = session._get_others_domain(days)
            windows = {"before": (session.date_start - timedelta(days=days), session.date_start),
                       "after": (session.date_end, session.date_end + timedelta(days=days))}
            for figure in ("first_time_fix", "inspection"):
                counts = {}
                for name, window in windows.items():
                    counts[name] = session._count(figure, trained_domain, *window)
                    counts[f"others_{name}"] = session._count(figure, others_domain, *window)
                result = effect.measure(*(counts[group] for group in GROUPS))
                effects._flow_create([{
                    "session_id": session.id, "figure": figure, "days": days, "measured_on": self._get_local_today(session.company_id),
                    **{f"{group}_{part}": getattr(counts[group], part) for group in GROUPS for part in ("good", "total")},
                    "change": 100 * result.change.value, "others_change": 100 * result.others.value,
                    "effect": 100 * result.effect.value, "effect_low": 100 * result.effect.low, "effect_high": 100 * result.effect.high,
                    "verdict": result.verdict, "explanation": effects._describe(counts, result),
                }])

    def _get_others_domain(self, days):
        """The orders to compare with: of technicians whom no session of the course trained within the weeks compared."""
        self.ensure_one()
        rows = self.env["hr.training.enrolment"].search([
            *TRAINED, ("course_id", "=", self.course_id.id), ("date_start", "<", self.date_end + timedelta(days=days)),
            ("date_end", ">", self.date_start - timedelta(days=days))])
        return [
            ("company_id", "=", self.company_id.id), ("technician_id.is_technician", "=", True),
            ("technician_id", "not in", rows.employee_id.ids)]

    def _count(self, figure, orders, start, stop):
        """How many of the jobs of the course's families were good in a window; ``orders`` is a domain that says whose."""
        if self.course_id.category_ids:
            orders = [*orders, ("appliance_category_id", "child_of", self.course_id.category_ids.ids)]
        if figure == "first_time_fix":
            counts = dict(self.env["repair.order"]._read_group(
                [*orders, ("accepted_on", ">=", start), ("accepted_on", "<", stop),
                 ("first_time_fix", "!=", False), ("first_time_fix_from", "<=", fields.Datetime.now())],
                ["first_time_fix"], ["__count"]))
            return effect.Count(counts.get("yes", 0), sum(counts.values()))
        counts = dict(self.env["repair.inspection"]._read_group(
            [("repair_id", "any", orders), ("kind", "=", "final"), ("result", "!=", False), ("done_on", ">=", start),
             ("done_on", "<", stop)],
            ["result"], ["__count"]))
        return effect.Count(counts.get("pass", 0), sum(counts.values()))


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    @api.model
    def _add_certification_activity_to_employees(self):
        """Core's daily job also measures what training did."""
        activities = super()._add_certification_activity_to_employees()
        self.env["hr.training.effect"]._measure_due()
        return activities
