from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.repair_service.models.repair_flow import FLOW

from .qms_objective import LIGHTS

SECTIONS = [
    ("decisions", "Decisions of earlier reviews"), ("objectives", "Objectives"), ("complaints", "Complaints and satisfaction"),
    ("audits", "Audits"), ("nonconformities", "Nonconformities"), ("actions", "Actions"), ("improvement", "Improvement projects"),
    ("training", "Training"), ("suppliers", "Suppliers"),
]
CUSTOMER_FIGURES = (
    "csat", "nps", "complaint_rate", "complaint_response", "complaint_resolution", "complaint_sla", "complaint_reopened")
OPEN_LIMIT = 20


class QmsReviewInput(models.Model):
    """One line of what a review looked at, as it was when it was prepared."""

    _name = "qms.review.input"
    _description = "Input of a Review"
    _inherit = ["qms.mixin"]
    _order = "review_id, sequence, id"

    review_id = fields.Many2one("qms.review", "Management review", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="review_id.company_id", store=True, index=True)
    sequence = fields.Integer(readonly=True)
    section = fields.Selection(SECTIONS, required=True, readonly=True)
    name = fields.Char("Item", required=True, readonly=True)
    value = fields.Char("Result", readonly=True)
    light = fields.Selection(LIGHTS, readonly=True)
    note = fields.Text(readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        """Inputs are prepared by the system alone."""
        if not self._in_flow():
            raise UserError(self.env._("Inputs are prepared by the system."))
        return super().create(vals_list)

    def write(self, vals):
        """Inputs are frozen."""
        if not self._in_flow():
            raise UserError(self.env._("Inputs are prepared by the system."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_anew(self):
        if not self._in_flow():
            raise UserError(self.env._("Inputs are prepared by the system."))

    def _flow_unlink(self):
        return self.with_context(repair_flow=FLOW).unlink()


class QmsReview(models.Model):
    """What the system puts before a review; another addon adds a section with a method ``_get_inputs_<section>``."""

    _inherit = "qms.review"

    def _get_inputs(self):
        """Return the values of every input, section by section; an empty section says so."""
        self.ensure_one()
        rows = []
        for section, _label in SECTIONS:
            own = getattr(self, f"_get_inputs_{section}")()
            rows += [{"section": section, **row} for row in own] or [{"section": section, "name": self.env._("Nothing to report")}]
        return rows

    def _get_inputs_decisions(self):
        earlier = self.env["qms.action"].sudo().search([  # the chair sees what was decided, whoever owns it
            ("company_id", "=", self.company_id.id), ("review_id", "!=", False), ("review_id", "!=", self.id),
            "|", ("done_on", "=", False), ("done_on", ">=", self.period_from)])
        return [self._describe_action(action) for action in earlier]

    def _get_inputs_objectives(self):
        rows = []
        for objective in self.env["qms.objective"].sudo().search([("company_id", "=", self.company_id.id)]):  # as above
            measure = objective._measure(objective._read_rows(self.period_from, self.period_to), self.period_to)
            missed = objective.value_ids.filtered(
                lambda row: row.light == "red" and self.period_from <= row.period_start <= self.period_to)
            undecided = missed.filtered(lambda row: row.decision_state == "missing")
            rows.append({
                "name": objective.name, "light": measure["light"],
                "value": self.env._(
                    "%(value)s of target %(target)s %(unit)s, %(count)s counted", value=f"{measure['value']:.1f}",
                    target=f"{objective._get_target(self.period_to)[0]:g}", unit=self._get_unit(objective.unit),
                    count=measure["denominator"]) if measure["denominator"] else self.env._("Nothing to count"),
                "note": self.env._(
                    "Months missed: %(missed)s, without a decision: %(undecided)s.", missed=len(missed), undecided=len(undecided))
                if missed else objective.definition})
        return rows

    def _get_inputs_complaints(self):
        figures = self.env["repair.figure"].with_company(self.company_id)
        known, definitions = figures._get_figures(), figures._get_definitions()
        rows = []
        for code in CUSTOMER_FIGURES:
            measured = figures._measure(code, self.company_id, self.period_from, self.period_to)
            rows.append({
                "name": known[code].label, "note": definitions[code],
                "value": self.env._("%(value)s %(unit)s, %(count)s counted", value=f"{measured.value:.1f}",
                                    unit=self._get_unit(known[code].unit), count=measured.count)
                if measured.count else self.env._("Nothing to count")})
        return rows

    def _get_inputs_audits(self):
        """Hook: what internal audits found; none without them."""
        return []

    def _get_inputs_improvement(self):
        """Hook: the improvement projects; none without them."""
        return []

    def _get_inputs_nonconformities(self):
        records = self.env["qms.nonconformity"].sudo()  # the chair sees them all
        period = [("company_id", "=", self.company_id.id), ("state", "!=", "cancelled"),
                  ("detected_on", ">=", self.period_from), ("detected_on", "<=", self.period_to)]
        labels = dict(records._fields["source"]._description_selection(self.env))
        rows = [
            {"name": labels[source], "value": self.env._("%(count)s found", count=count)}
            for source, count in records._read_group(period, ["source"], ["__count"])]
        rows += [
            {"name": self.env._("Recurring: %(cause)s, %(family)s", cause=cause.name, family=family.name or self.env._("all families")),
             "value": self.env._("%(count)s found", count=count), "light": "red"}
            for cause, family, count in records._read_group(
                [*period, ("is_recurring", "=", True)], ["cause_id", "appliance_category_id"], ["__count"])]
        late = records.search([("company_id", "=", self.company_id.id), ("is_overdue", "=", True)], order="due_date")
        return rows + [
            {"name": record.display_name, "light": "red",
             "value": self.env._("Overdue since %(day)s, %(age)s days old", day=record.due_date, age=record.age_days)}
            for record in late[:OPEN_LIMIT]]

    def _get_inputs_actions(self):
        actions = self.env["qms.action"].sudo()  # as above
        period = [("company_id", "=", self.company_id.id), ("kind", "!=", "decision"),
                  ("evaluated_on", ">=", self.period_from), ("evaluated_on", "<=", self.period_to)]
        labels = dict(actions._fields["effectiveness"]._description_selection(self.env))
        rows = [
            {"name": labels[verdict], "value": self.env._("%(count)s actions", count=count)}
            for verdict, count in actions._read_group(period, ["effectiveness"], ["__count"]) if verdict]
        late = actions.search([("company_id", "=", self.company_id.id), ("is_overdue", "=", True)], order="deadline")
        return rows + [self._describe_action(action) for action in late[:OPEN_LIMIT]]

    def _get_inputs_training(self):
        figures = self.env["repair.figure"].with_company(self.company_id)
        measured = figures._measure("training_done", self.company_id, self.period_from, self.period_to)
        return [{
            "name": figures._get_figures()["training_done"].label, "note": figures._get_definitions()["training_done"],
            "value": self.env._("%(value)s %(unit)s, %(count)s counted", value=f"{measured.value:.1f}", unit="%", count=measured.count),
        }] if measured.count else []

    def _get_inputs_suppliers(self):
        lights = {"A": "green", "B": "green", "C": "amber", "D": "red"}
        return [
            {"name": name, "value": grade or self.env._("Not graded"), "light": lights.get(grade, "none"), "note": facts}
            for name, grade, facts in self.env["repair.figure"]._get_supplier_rows(self.company_id)]

    def _describe_action(self, action):
        if action.done_on:
            value = self.env._("Done on %(day)s", day=action.done_on)
        else:
            value = self.env._("Due %(day)s, %(late)s days late", day=action.deadline, late=action.days_late)
        return {
            "name": action.name, "value": value, "light": "green" if action.done_on else "red" if action.is_overdue else "amber",
            "note": self.env._("%(owner)s: %(result)s", owner=action.owner_id.name, result=action.result or "-")}

    def _get_unit(self, unit):
        return dict(self.env["qms.objective"]._fields["unit"]._description_selection(self.env)).get(unit, "")
