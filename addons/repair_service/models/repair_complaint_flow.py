from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .repair_complaint import OPEN_STAGES, PROPOSAL_ANSWERS, VERDICTS

TEXT_MAX = 4_000


class RepairComplaint(models.Model):
    """The steps of a case: respond, accept, investigate, propose, settle, hear the verdict, close (handbook 7.2)."""

    _inherit = "repair.complaint"

    def action_acknowledge(self):
        """Note the first answer of a person to the customer (handbook 7.2.1); class and way back to him are known from now on.

        :raises UserError: when that was done already, or something is missing
        """
        self._take_step(("new",), self.env._("The first response"))
        for complaint in self:
            if not complaint.category_id:
                raise UserError(self.env._("Choose the class of %(number)s first.", number=complaint.number))
        self._flow_write({"stage": "acknowledged", "acknowledged_on": fields.Datetime.now(), "acknowledged_by_id": self.env.uid})
        for complaint in self.filtered(lambda complaint: not complaint.user_id):
            complaint.user_id = self.env.user
        self._clear_alarms()
        return True

    def action_investigate(self):
        """Begin to look into the case (handbook 7.2.3 (1)).

        :raises UserError: at another stage
        """
        self._take_step(("acknowledged",), self.env._("The investigation"))
        self._flow_write({"stage": "investigating"})
        return True

    def action_propose(self):
        """Put the solution to the customer, with the cause that was found (handbook 7.2.3 (2)).

        :raises UserError: when finding, cause, remedy or proposal is missing
        """
        self._take_step(("investigating",), self.env._("The proposal"))
        self._check_complaint_kind()
        self._require(("finding", "root_cause_id", "remedy", "proposal"))
        for complaint in self:
            complaint._check_money_named()
        self._flow_write({"stage": "proposed", "proposed_on": fields.Datetime.now(), "proposal_answer": False})
        self._stop_waiting()
        self._clear_alarms()
        for complaint in self:
            complaint._tell_customer("proposed")
        return True

    def action_agree(self):
        """Note that the customer agrees to the proposal.

        :raises UserError: at another stage
        """
        self._take_step(("proposed",), self.env._("The customer's answer"))
        self._answer_proposal("agreed")
        return True

    def action_decline(self):
        """Note that the customer declines the proposal: another one is looked for.

        :raises UserError: at another stage
        """
        self._take_step(("proposed",), self.env._("The customer's answer"))
        self._answer_proposal("declined")
        return True

    def _answer_proposal(self, answer):
        if answer not in dict(PROPOSAL_ANSWERS):
            raise UserError(self.env._("Choose one of the answers, please."))
        self._stop_waiting()
        if answer == "agreed":
            self._flow_write({"proposal_answer": answer})
        else:
            self._flow_write({"proposal_answer": answer, "stage": "investigating"})

    def action_resolve(self):
        """Settle the case: what was agreed is done. The customer is told, and asked for his verdict (handbook 7.2.3, 7.2.4).

        :raises UserError: when the customer has not agreed, money is not booked, or a recheck is open
        """
        self._take_step(("proposed",), self.env._("The settlement"))
        self._require(("measures",))
        for complaint in self:
            if complaint.proposal_answer != "agreed":
                raise UserError(self.env._("Note first that the customer agrees to the proposal of %(number)s.", number=complaint.number))
            complaint._check_money_settled()
            complaint._check_rechecks_done()
        self._settle()
        return True

    def action_answer_opinion(self):
        """Answer an opinion or a suggestion, and close it (handbook 3.3.3, 5.3.2).

        :raises UserError: for complaints, or without an answer
        """
        self._take_step(OPEN_STAGES, self.env._("The answer"))
        if any(complaint.kind != "opinion" for complaint in self):
            raise UserError(self.env._("A complaint goes its whole way: acknowledge, investigate and propose."))
        self._require(("proposal",))
        now = fields.Datetime.now()
        fresh = self.filtered(lambda complaint: not complaint.acknowledged_on)
        fresh._flow_write({"acknowledged_on": now, "acknowledged_by_id": self.env.uid})
        self._settle()
        self._flow_write({"stage": "closed", "closed_on": now})
        return True

    def _settle(self):
        self._stop_waiting()
        self._flow_write({"stage": "resolved", "resolved_on": fields.Datetime.now()})
        self._clear_alarms()
        for complaint in self:
            complaint._tell_customer("resolved")

    def _check_rechecks_done(self):
        """Raise while the appliance waits to be looked at again; the rechecks answer this."""

    def action_record_verdict(self):
        """Open the dialogue for the customer's own verdict.

        :raises UserError: before the settlement
        """
        self._check_worker()
        self._check_stage(("resolved",), self.env._("The customer's verdict"))
        return self._open_dialogue("verdict")

    def action_attempt(self):
        """Open the dialogue that notes an attempt to hear the verdict which reached nobody.

        :raises UserError: before the settlement
        """
        self._check_worker()
        self._check_stage(("resolved",), self.env._("The customer's verdict"))
        return self._open_dialogue("attempt")

    def _record_verdict(self, verdict, score=False, text=False):
        """Note the customer's verdict; who is not content has his case opened again (handbook 7.2.4)."""
        self.ensure_one()
        if verdict not in dict(VERDICTS) or (score and score not in dict(self._fields["feedback_score"].selection)):
            raise UserError(self.env._("Choose one of the answers, please."))
        text = (text or "").strip()[:TEXT_MAX]
        self._flow_write({
            "verdict": verdict, "feedback_score": score or False, "feedback_text": text or False, "feedback_on": fields.Datetime.now()})
        if verdict == "no":
            self._reopen(text or self.env._("The customer is not content."))

    def _record_attempt(self, note):
        self.ensure_one()
        self._flow_write({"attempt_count": self.attempt_count + 1})
        self._note(self.env._("Attempt %(count)s to hear the customer's verdict: %(note)s", count=self.attempt_count, note=note))

    def action_close(self):
        """Close cases with cause, remedy, who answers for it, and the customer's verdict or the attempts to hear it (handbook 7.2.4).

        Severe cases leave a lesson and what prevents the next one (handbook 7.3.2).

        :raises UserError: when something is missing
        """
        self._take_step(("resolved",), self.env._("Closing"))
        self._require(("root_cause_id", "remedy", "liable"))
        for complaint in self:
            if complaint.liable == "technician" and not complaint.liable_employee_id:
                raise UserError(self.env._("Name the person who answers for %(number)s.", number=complaint.number))
            needed = complaint.company_id.sudo().repair_complaint_attempts  # the company's own rule
            if not complaint.verdict and complaint.attempt_count < needed:
                raise UserError(self.env._(
                    "Note the customer's verdict on %(number)s, or %(count)s attempts to hear it.", number=complaint.number, count=needed))
        self.filtered(lambda complaint: complaint.policy_id.sudo().lesson_required)._require(("lesson", "prevention"))  # as above
        self._flow_write({"stage": "closed", "closed_on": fields.Datetime.now()})
        return True

    def action_reopen(self):
        """Open the dialogue that asks why a settled case is opened again.

        :raises UserError: at another stage
        """
        self._check_worker()
        self._check_stage(("resolved", "closed"), self.env._("Opening again"))
        return self._open_dialogue("reopen")

    def _reopen(self, reason):
        now = fields.Datetime.now()
        for complaint in self:
            complaint._flow_write({
                "stage": "investigating", "reopen_count": complaint.reopen_count + 1, "reopened_on": now, "resolved_on": False,
                "closed_on": False, "proposal_answer": False, "attempt_count": 0, "limit_warned": False,
                **({} if complaint.verdict == "no" else {"verdict": False, "feedback_score": False, "feedback_text": False}),
            })
            complaint._note(self.env._("Opened again: %(reason)s", reason=reason))
        self._reset_money()
        self._reckon()
        self._raise_alarm("reopened")

    def action_withdraw(self):
        """Open the dialogue that asks why a case is given up: taken back by the customer, or noted twice.

        :raises UserError: when it has ended already
        """
        self._check_worker()
        self._check_stage(OPEN_STAGES, self.env._("Withdrawing"))
        return self._open_dialogue("withdraw")

    def _withdraw(self, reason):
        self._stop_waiting()
        self._flow_write({"stage": "withdrawn", "closed_on": fields.Datetime.now(), "withdrawn_reason": reason})
        self._clear_alarms()

    def _take_step(self, stages, what):
        """Lock the cases and raise unless the user works on them and they are at one of ``stages``."""
        self._check_worker()
        self._lock()
        self._check_stage(stages, what)

    def _lock(self):
        """Hold the rows until the end of the transaction, so that a step taken twice at once happens once."""
        if not self.ids:
            return
        self.flush_recordset()
        self.env.cr.execute(SQL("SELECT id FROM repair_complaint WHERE id IN %s ORDER BY id FOR NO KEY UPDATE", tuple(self.ids)))
        self.invalidate_recordset(["stage"], flush=False)

    def _check_stage(self, stages, what):
        labels = dict(self._fields["stage"]._description_selection(self.env))
        for complaint in self:
            if complaint.stage not in stages:
                raise UserError(self.env._(
                    "%(what)s is not possible: %(number)s is at the stage %(stage)s.",
                    what=what, number=complaint.number, stage=labels[complaint.stage]))

    def _check_complaint_kind(self):
        if any(complaint.kind == "opinion" for complaint in self):
            raise UserError(self.env._("An opinion is answered: write the answer and use the button Answer."))

    def _require(self, names):
        for complaint in self:
            missing = [name for name in names if not (complaint[name].strip() if isinstance(complaint[name], str) else complaint[name])]
            if missing:
                labels = ", ".join(self._fields[name].get_description(self.env, ["string"])["string"] for name in missing)
                raise UserError(self.env._("%(number)s still lacks: %(fields)s.", number=complaint.number, fields=labels))

    def _note(self, body):
        self.sudo().message_post(body=body, subtype_xmlid="mail.mt_note", author_id=self.env.user.partner_id.id)  # whoever took the step

    def _open_dialogue(self, kind):
        self.ensure_one()
        dialogue = self.env["repair.complaint.dialogue"].create({"complaint_id": self.id, "kind": kind})
        return {
            "type": "ir.actions.act_window", "name": dialogue._get_title(), "res_model": dialogue._name, "res_id": dialogue.id,
            "views": [(False, "form")], "target": "new",
        }
