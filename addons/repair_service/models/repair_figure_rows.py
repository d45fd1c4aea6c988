from odoo import fields, models
from odoo.tools import SQL


class RepairFigure(models.AbstractModel):
    """How the figures of the service are counted (``domain/rules.md`` 7), read from the records themselves."""

    _inherit = "repair.figure"

    def _rows_first_time_fix(self, company, start, stop):
        return self.env.execute_query(SQL(
            """SELECT job.id, (job.first_time_fix = 'yes')::int FROM repair_order job
                WHERE %(jobs)s AND job.first_time_fix IS NOT NULL AND job.first_time_fix_from <= %(now)s""",
            jobs=self._sql_jobs(company, start, stop), now=fields.Datetime.now()))

    def _rows_repeat_30(self, company, start, stop):
        return self._rows_repeat(company, start, stop, 30)

    def _rows_repeat_90(self, company, start, stop):
        return self._rows_repeat(company, start, stop, 90)

    def _rows_repeat(self, company, start, stop, days):
        return self.env.execute_query(SQL(
            """SELECT job.id, EXISTS (
                          SELECT 1 FROM repair_order again
                           WHERE again.appliance_id = job.appliance_id AND again.symptom_id = job.symptom_id AND again.id != job.id
                             AND again.service_stage != 'cancelled' AND again.requested_on > job.accepted_on
                             AND again.requested_on <= job.accepted_on + %(days)s * interval '1 day')::int
                 FROM repair_order job WHERE %(jobs)s AND job.accepted_on < %(closed)s""",
            days=days, jobs=self._sql_jobs(company, start, stop), closed=fields.Datetime.subtract(fields.Datetime.now(), days=days)))

    def _rows_response(self, company, start, stop):
        return self.env.execute_query(SQL(
            """SELECT job.id, GREATEST(EXTRACT(EPOCH FROM job.first_contact_on - job.requested_on)::float / 3600, 0)
                 FROM repair_order job
                WHERE job.appliance_id IS NOT NULL AND job.company_id = %(company)s
                  AND job.first_contact_on >= %(start)s AND job.first_contact_on < %(stop)s""",
            company=company.id, start=start, stop=stop))

    def _rows_mttr(self, company, start, stop):
        return self._rows_finished(
            company, start, stop, SQL("EXTRACT(EPOCH FROM max(inspection.done_on) - job.requested_on)::float / 3600"))

    def _rows_parts_wait(self, company, start, stop):
        return self._rows_finished(company, start, stop, SQL("COALESCE(job.parts_waited_days, 0) * 24.0"))

    def _rows_finished(self, company, start, stop, value):
        return self.env.execute_query(SQL(
            """SELECT job.id, %(value)s
                 FROM repair_order job
                 JOIN repair_inspection inspection ON inspection.repair_id = job.id
                WHERE job.appliance_id IS NOT NULL AND job.company_id = %(company)s AND job.service_stage != 'cancelled'
                  AND inspection.kind = 'final' AND inspection.result = 'pass'
             GROUP BY job.id
               HAVING max(inspection.done_on) >= %(start)s AND max(inspection.done_on) < %(stop)s""",
            value=value, company=company.id, start=start, stop=stop))

    def _rows_days_to_acceptance(self, company, start, stop):
        return self.env.execute_query(SQL(
            "SELECT job.id, EXTRACT(EPOCH FROM job.accepted_on - job.requested_on)::float / 86400 FROM repair_order job WHERE %(jobs)s",
            jobs=self._sql_jobs(company, start, stop)))

    def _rows_on_time(self, company, start, stop):
        return self.env.execute_query(SQL(
            """SELECT visit.id, %(on_time)s FROM repair_appointment visit
                WHERE visit.company_id = %(company)s AND visit.state != 'proposed' AND %(on_time)s IS NOT NULL
                  AND visit.start >= %(start)s AND visit.start < %(stop)s""",
            on_time=self._sql_on_time("visit"), company=company.id, start=start, stop=stop))

    def _rows_inspection_first_pass(self, company, start, stop):
        return self.env.execute_query(SQL(
            """SELECT repair_id, (result = 'pass')::int
                 FROM (SELECT DISTINCT ON (repair_id) repair_id, result, done_on FROM repair_inspection
                        WHERE kind = 'final' AND result IS NOT NULL AND repair_id IS NOT NULL AND company_id = %(company)s
                     ORDER BY repair_id, done_on, id) first_inspection
                WHERE done_on >= %(start)s AND done_on < %(stop)s""",
            company=company.id, start=start, stop=stop))

    def _rows_csat(self, company, start, stop):
        return self._rows_answers(company, start, stop, self._sql_csat("answer"))

    def _rows_nps(self, company, start, stop):
        return self._rows_answers(company, start, stop, self._sql_nps("answer"))

    def _rows_answers(self, company, start, stop, value):
        return self.env.execute_query(SQL(
            """SELECT answer.id, %(value)s FROM repair_followup answer
                WHERE answer.company_id = %(company)s AND answer.state = 'done' AND %(value)s IS NOT NULL
                  AND answer.done_on >= %(start)s AND answer.done_on < %(stop)s""",
            value=value, company=company.id, start=start, stop=stop))

    def _rows_complaint_rate(self, company, start, stop):
        return self.env.execute_query(SQL(
            """SELECT job.id, (SELECT count(*) FROM repair_complaint c
                                WHERE c.repair_id = job.id AND c.kind = 'complaint' AND c.stage != 'withdrawn')
                 FROM repair_order job WHERE %(jobs)s""",
            jobs=self._sql_jobs(company, start, stop)))

    def _rows_complaint_response(self, company, start, stop):
        return self._rows_complaints(company, start, stop, self._sql_hours("c", "acknowledged_on"), SQL("c.acknowledged_on"))

    def _rows_complaint_resolution(self, company, start, stop):
        return self._rows_complaints(company, start, stop, self._sql_hours("c", "resolved_on"), SQL("c.resolved_on"))

    def _rows_complaint_response_sla(self, company, start, stop):
        return self._rows_complaints(company, start, stop, self._sql_met("c", "respond_by", "acknowledged_on"), SQL("c.respond_by"))

    def _rows_complaint_proposal_sla(self, company, start, stop):
        return self._rows_complaints(company, start, stop, self._sql_met("c", "plan_by", "proposed_on"), SQL("c.plan_by"))

    def _rows_complaint_sla(self, company, start, stop):
        return self._rows_complaints(company, start, stop, self._sql_met("c", "resolve_by", "resolved_on"), SQL("c.resolve_by"))

    def _rows_complaint_reopened(self, company, start, stop):
        return self._rows_complaints(company, start, stop, self._sql_reopened("c"), SQL("c.received_on"))

    def _rows_complaint_content(self, company, start, stop):
        return self._rows_complaints(company, start, stop, self._sql_content("c"), SQL("c.feedback_on"))

    def _rows_complaints(self, company, start, stop, value, moment):
        return self.env.execute_query(SQL(
            """SELECT c.id, %(value)s FROM repair_complaint c
                WHERE c.company_id = %(company)s AND c.kind = 'complaint' AND c.stage != 'withdrawn' AND %(value)s IS NOT NULL
                  AND %(moment)s >= %(start)s AND %(moment)s < %(stop)s""",
            value=value, moment=moment, company=company.id, start=start, stop=stop))

    def _rows_recheck_in_time(self, company, start, stop):
        return self.env.execute_query(SQL(
            """SELECT id, COALESCE(in_time = 'yes', FALSE)::int FROM repair_recheck
                WHERE company_id = %(company)s AND state != 'cancelled' AND due_by >= %(start)s AND due_by < %(stop)s
                  AND (in_time IS NOT NULL OR due_by < %(now)s)""",
            company=company.id, start=start, stop=stop, now=fields.Datetime.now()))

    def _sql_jobs(self, company, start, stop):
        """Service orders (alias ``job``) whose work the customer accepted in the period."""
        return SQL(
            "job.appliance_id IS NOT NULL AND job.service_stage IN ('accepted', 'closed') AND job.company_id = %s"
            " AND job.accepted_on >= %s AND job.accepted_on < %s",
            company.id, start, stop)

    # The values of single records, which the reports show row by row: 0 or 1 (or a number), NULL for what is not counted.

    def _sql_on_time(self, alias):
        """A visit: 1 inside the promised window, 0 outside it or when the technician did not make it; others are not counted."""
        return SQL(
            "CASE WHEN %(punctuality)s = 'on_time' THEN 1 WHEN %(punctuality)s IS NOT NULL OR %(reason)s = 'technician' THEN 0 END",
            punctuality=SQL.identifier(alias, "punctuality"), reason=SQL.identifier(alias, "miss_reason"))

    def _sql_csat(self, alias):
        """An answer: 1 for 4 and 5, 0 for less."""
        return SQL("CASE WHEN %(score)s IN ('4', '5') THEN 1 WHEN %(score)s IS NOT NULL THEN 0 END", score=SQL.identifier(alias, "score"))

    def _sql_nps(self, alias):
        """An answer: 100 for 9 and 10, -100 for 0 to 6, in points."""
        return SQL(
            "CASE WHEN %(nps)s IN ('9', '10') THEN 100 WHEN %(nps)s IN ('7', '8') THEN 0 WHEN %(nps)s IS NOT NULL THEN -100 END",
            nps=SQL.identifier(alias, "nps"))

    def _sql_hours(self, alias, moment):
        """A complaint: hours by the clock from its arrival to a moment."""
        return SQL(
            "EXTRACT(EPOCH FROM %s - %s)::float / 3600", SQL.identifier(alias, moment), SQL.identifier(alias, "received_on"))

    def _sql_met(self, alias, due, done):
        """A complaint: 1 for a target met, 0 for one missed, NULL while it is not due."""
        return SQL(
            """CASE WHEN %(due)s IS NULL THEN NULL WHEN %(done)s <= %(due)s THEN 1
                    WHEN %(done)s > %(due)s OR %(due)s < %(now)s THEN 0 END""",
            due=SQL.identifier(alias, due), done=SQL.identifier(alias, done), now=fields.Datetime.now())

    def _sql_reopened(self, alias):
        """A complaint settled at least once: 1 when it was opened again."""
        return SQL(
            "CASE WHEN %s > 0 THEN 1 WHEN %s IS NOT NULL THEN 0 END",
            SQL.identifier(alias, "reopen_count"), SQL.identifier(alias, "resolved_on"))

    def _sql_content(self, alias):
        """A verdict of a customer: 1 for content."""
        return SQL("CASE WHEN %(verdict)s = 'yes' THEN 1 WHEN %(verdict)s IS NOT NULL THEN 0 END", verdict=SQL.identifier(alias, "verdict"))
