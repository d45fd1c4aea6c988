from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..engine import likeness

# Enough of the newest cases with something in common; the engine ranks them.
CANDIDATES = 200
LIKE_MAX = 5
# Fields whose return is watched, and the company's setting from which number of cases on it is flagged.
RECURRENCE = {
    "appliance_id": "repair_recurrence_appliance", "technician_id": "repair_recurrence_technician",
    "product_id": "repair_recurrence_part", "root_cause_id": "repair_recurrence_cause",
}


class RepairComplaint(models.Model):
    """Closed cases as a library, like cases offered when one comes in, and what comes again (handbook 7.3.2)."""

    _inherit = "repair.complaint"

    search_text = fields.Text(compute="_compute_search_text", store=True, index="trigram")
    case_search = fields.Char("Words", compute="_compute_case_search", search="_search_case_search")
    like_ids = fields.Many2many("repair.complaint", compute="_compute_like_ids", string="Like cases")
    like_reason = fields.Text("Why they are alike", compute="_compute_like_ids")
    is_recurring = fields.Boolean("Recurring", readonly=True, copy=False, index=True)
    recurrence_facts = fields.Json(readonly=True, copy=False)
    recurrence_text = fields.Char("Recurrence", compute="_compute_recurrence_text")

    @api.depends(
        "number", "subject", "description", "finding", "measures", "lesson", "prevention", "symptom_id", "root_cause_id", "category_id",
        "appliance_category_id", "product_id", "appliance_id.brand_id")
    def _compute_search_text(self):
        """The words of a case, its codes in every language that is installed, so that both languages find it."""
        languages = [code for code, _name in self.env["res.lang"].sudo().get_installed()]
        for complaint in self:
            case_sudo = complaint.sudo()  # names of codes and families, whoever writes the case
            texts = [case_sudo[name] for name in ("number", "subject", "description", "finding", "measures", "lesson", "prevention")]
            for code in languages:
                local_sudo = case_sudo.with_context(lang=code)
                texts += [
                    local_sudo[name].name for name in ("symptom_id", "root_cause_id", "category_id", "appliance_category_id", "product_id")]
                texts.append(local_sudo.appliance_id.brand_id.name)
            complaint.search_text = "\n".join(dict.fromkeys(filter(None, texts)))

    def _compute_case_search(self):
        self.case_search = False

    def _search_case_search(self, operator, value):
        """Cases in which every word stands somewhere."""
        if operator not in ("ilike", "=") or not isinstance(value, str):
            return NotImplemented
        return Domain.AND([Domain("search_text", "ilike", word) for word in value.split()])

    @api.depends("symptom_id", "root_cause_id", "product_id", "appliance_id", "appliance_category_id", "category_id", "description")
    @api.depends_context("lang")
    def _compute_like_ids(self):
        for complaint in self:
            ranked = complaint._find_like()
            complaint.like_ids = self.browse(number for number, _score, _names in ranked)
            complaint.like_reason = complaint._describe_like(ranked)

    def _find_like(self):
        """The closed cases most like this one: ``[(id, score, what they share)]``, two queries."""
        self.ensure_one()
        shared = Domain.OR(
            Domain(name, "=", self[name]._origin.id)
            for name in ("symptom_id", "root_cause_id", "product_id", "appliance_category_id", "category_id") if self[name])
        domain = shared & Domain("stage", "=", "closed") & Domain("id", "!=", self._origin.id or 0) & Domain(
            "company_id", "=", self.company_id.id)
        cases = self.search(domain, order="closed_on desc, id desc", limit=CANDIDATES)
        return likeness.rank(self._to_engine(), [case._to_engine() for case in cases], LIKE_MAX)

    def _to_engine(self):
        self.ensure_one()
        appliance_sudo = self.appliance_id.sudo()  # team members need not read appliances
        text = f"{self.subject or ''} {self.description or ''}"
        return likeness.Case(
            self._origin.id or 0, self.root_cause_id.id or None, self.symptom_id.id or None, self.product_id.id or None,
            (appliance_sudo.model_name or "").strip().casefold() or None, self.appliance_category_id.id or None,
            appliance_sudo.brand_id.id or None, self.category_id.id or None, likeness.get_words(text))

    def _describe_like(self, ranked):
        labels = {
            "cause": self.env._("same root cause"), "symptom": self.env._("same symptom"), "part": self.env._("same part"),
            "model": self.env._("same model"), "family": self.env._("same family"), "brand": self.env._("same brand"),
            "category": self.env._("same class"), "text": self.env._("same words"),
        }
        numbers = {case.id: case.number for case in self.like_ids}
        return "\n".join(f"{numbers[number]}: {', '.join(labels[name] for name in names)}" for number, _score, names in ranked)

    @api.depends("recurrence_facts")
    @api.depends_context("lang")
    def _compute_recurrence_text(self):
        for complaint in self:
            facts = complaint.recurrence_facts or {}
            labels = {name: self._fields[name].get_description(self.env, ["string"])["string"] for name in RECURRENCE}
            complaint.recurrence_text = facts and self.env._(
                "Within %(days)s days: %(counts)s", days=facts.get("days"),
                counts=", ".join(f"{labels[name]} {facts[name]}" for name in RECURRENCE if name in facts))

    def _mark_recurrence(self):
        """Flag cases whose appliance, technician, part or cause was complained of before, as often as the company watches for."""
        for company, complaints in self.filtered(lambda complaint: complaint.kind == "complaint").grouped("company_id").items():
            company_sudo = company.sudo()  # the company's own rule
            for complaint in complaints:
                since = complaint.received_on - timedelta(days=company_sudo.repair_recurrence_days)
                facts = {}
                for name, setting in RECURRENCE.items():
                    if not complaint[name]:
                        continue
                    count = complaint.sudo().search_count([  # all cases count, whoever writes this one
                        (name, "=", complaint[name].id), ("kind", "=", "complaint"), ("stage", "!=", "withdrawn"),
                        ("company_id", "=", company.id), ("received_on", ">=", since), ("received_on", "<=", complaint.received_on)])
                    if count >= company_sudo[setting]:
                        facts[name] = count
                if facts:
                    facts["days"] = company_sudo.repair_recurrence_days
                if (complaint.recurrence_facts or {}) != facts:
                    complaint._flow_write({"is_recurring": bool(facts), "recurrence_facts": facts or False})

    def action_view_like(self):
        """Open the cases that are like this one."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_service.repair_complaint_action_library")
        return {**action, "domain": [("id", "in", self.like_ids.ids)], "context": {}}

    def action_view_recurrence(self):
        """Open the cases that make this one a recurring one, this one among them."""
        self.ensure_one()
        facts = self.recurrence_facts or {}
        since = self.received_on - timedelta(days=facts.get("days", 0))
        shared = Domain.OR(Domain(name, "=", self[name].id) for name in RECURRENCE if name in facts)
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_service.repair_complaint_action")
        domain = shared & Domain("received_on", ">=", since) & Domain("stage", "!=", "withdrawn") & Domain("kind", "=", "complaint")
        return {**action, "domain": list(domain), "context": {}}
