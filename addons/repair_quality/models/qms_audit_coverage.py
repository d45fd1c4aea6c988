from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

# The id of a cell says which it is, so that it stays the same while departments come and go; it fits into what a browser counts exactly.
DEPARTMENT_STEP = 2**20
PROGRAMME_STEP = 2**38


class QmsAuditCoverage(models.Model):
    """Every department of the company by every lowest clause of a programme, and whether an audit covers it (handbook 10.2.1 (1)).

    Worked out from departments, clauses and audits as they are, so that nobody can leave out a department by not naming it;
    an audit whose answers to a clause were all "not applicable" has not covered it.
    """

    _name = "qms.audit.coverage"
    _description = "Coverage of an Audit Programme"
    _auto = False
    _order = "programme_id desc, department_id, clause_id, id"
    _rec_name = "clause_id"
    _depends = {
        "qms.audit.programme": ["company_id", "year", "standard_ids"],
        "qms.audit": ["programme_id", "state", "department_ids", "clause_ids", "date_start"],
        "qms.audit.line": ["audit_id", "department_id", "clause_id", "answer"],
        "qms.audit.exemption": ["programme_id", "department_id", "clause_id"],
        "qms.clause": ["standard_id", "parent_path", "active", "sort_key", "parent_id"],
        "hr.department": ["company_id", "active"],
    }

    programme_id = fields.Many2one("qms.audit.programme", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    department_id = fields.Many2one("hr.department", readonly=True)
    standard_id = fields.Many2one("qms.standard", readonly=True)
    clause_id = fields.Many2one("qms.clause", readonly=True)
    state = fields.Selection(
        [("audited", "Audited"), ("planned", "Planned"), ("exempt", "Does not apply"), ("uncovered", "Uncovered")], readonly=True)
    audit_count = fields.Integer("Audits", readonly=True)
    first_day = fields.Date("First audit", readonly=True)

    @property
    def _table_query(self):
        return SQL("""
            SELECT programme.id::bigint * %(programme_step)s + department.id * %(department_step)s + clause.id AS id,
                   programme.id AS programme_id, programme.company_id, department.id AS department_id,
                   clause.standard_id, clause.id AS clause_id,
                   COALESCE(audits.number, 0) AS audit_count, audits.first_day,
                   CASE WHEN exempt.id IS NOT NULL THEN 'exempt' WHEN audits.done THEN 'audited'
                        WHEN audits.number > 0 THEN 'planned' ELSE 'uncovered' END AS state
              FROM qms_audit_programme programme
              JOIN qms_audit_programme_standard_rel standard ON standard.programme_id = programme.id
              JOIN qms_clause clause ON clause.standard_id = standard.standard_id AND clause.active
                   AND NOT EXISTS (SELECT FROM qms_clause child WHERE child.parent_id = clause.id AND child.active)
              JOIN hr_department department ON department.active
                   AND (department.company_id = programme.company_id OR department.company_id IS NULL)
              LEFT JOIN LATERAL (
                   SELECT count(*) AS number, bool_or(audit.state IN ('reported', 'closed')) AS done, min(audit.date_start) AS first_day
                     FROM qms_audit audit
                     JOIN qms_audit_department_rel area ON area.audit_id = audit.id AND area.department_id = department.id
                    WHERE audit.programme_id = programme.id AND audit.state != 'cancelled'
                      AND EXISTS (SELECT FROM qms_audit_clause_rel asked JOIN qms_clause above ON above.id = asked.clause_id
                                   WHERE asked.audit_id = audit.id AND clause.parent_path LIKE above.parent_path || '%%')
                      AND (audit.state NOT IN ('reported', 'closed') OR EXISTS (
                           SELECT FROM qms_audit_line line JOIN qms_clause seen ON seen.id = line.clause_id
                            WHERE line.audit_id = audit.id AND line.department_id = department.id AND line.answer != 'na'
                              AND (line.clause_id = clause.id OR clause.parent_path LIKE seen.parent_path || '%%')))
              ) audits ON TRUE
              LEFT JOIN LATERAL (
                   SELECT exemption.id FROM qms_audit_exemption exemption JOIN qms_clause above ON above.id = exemption.clause_id
                    WHERE exemption.programme_id = programme.id AND exemption.department_id = department.id
                      AND clause.parent_path LIKE above.parent_path || '%%' LIMIT 1
              ) exempt ON TRUE
        """, programme_step=PROGRAMME_STEP, department_step=DEPARTMENT_STEP)

    def action_plan_audit(self):
        """Plan one audit that covers the departments and clauses chosen.

        :raises UserError: for cells of several programmes
        """
        programme = self.programme_id
        if len(programme) != 1:
            raise UserError(self.env._("Choose cells of one programme."))
        return {
            "type": "ir.actions.act_window", "res_model": "qms.audit", "view_mode": "form", "name": self.env._("Plan an audit"),
            "context": {
                "default_programme_id": programme.id, "default_department_ids": [Command.set(self.department_id.ids)],
                "default_clause_ids": [Command.set(self.clause_id.ids)]},
        }
