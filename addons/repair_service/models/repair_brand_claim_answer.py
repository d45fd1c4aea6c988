from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import claim_sheet
from .repair_brand_claim_line import ANSWERS, RESOLUTIONS

NOTE_MAX = 500
GIVEN_ANSWERS = ("paid", "short", "refused")


class RepairBrandClaim(models.Model):
    """What the brand answers, line by line."""

    _inherit = "repair.brand.claim"

    def action_answer_all_paid(self):
        """Note that the brand pays every line that has no answer yet.

        :raises AccessError: for users outside accounting
        :raises UserError: before the invoice is posted
        """
        self._check_accountant()
        for claim in self:
            claim.line_ids.filtered(lambda line: line.answer == "open")._record_answers(
                [("paid", line.amount_claimed, self.env["repair.claim.reason"], "") for line in claim.line_ids if line.answer == "open"])
        return True

    def action_import_answers(self):
        """Open the dialogue that reads the brand's answers from a sheet."""
        self.ensure_one()
        self._check_accountant()
        return {
            "type": "ir.actions.act_window", "name": self.env._("Read the brand's answers"), "res_model": "repair.claim.import",
            "view_mode": "form", "target": "new", "context": {"default_claim_id": self.id}}

    def action_resolve_next(self):
        """Open the dialogue that decides who bears the first line of which something was refused and nobody was asked yet.

        :raises AccessError: for others than accounting and service managers
        :raises UserError: all is decided
        """
        self.ensure_one()
        self._check_claimer()
        line = self._get_asked_lines().filtered(lambda line: line._needs_resolution() and not line.resolution)[:1]
        if not line:
            raise UserError(self.env._("Nothing of %(claim)s waits for a decision.", claim=self.number))
        return line.action_open_resolve()


class RepairBrandClaimLine(models.Model):
    _inherit = "repair.brand.claim.line"

    @api.model
    def _read_note(self, text, required=False):
        if text and (not isinstance(text, str) or len(text) > NOTE_MAX):
            raise UserError(self.env._("Write a text of at most %(limit)s characters.", limit=NOTE_MAX))
        text = (text or "").strip()
        if required and not text:
            raise UserError(self.env._("Say why."))
        return text

    def _record_answers(self, answers):
        """Note the brand's answers to lines.

        :param list answers: for each line of ``self`` ``(answer, amount paid untaxed, reason record, remark)``
        :raises AccessError: for users outside accounting
        :raises UserError: no posted invoice, an answer that was acted upon already, or an amount that does not fit the answer
        """
        self.env["repair.brand.claim"]._check_accountant()
        self.claim_id._lock_claim()
        self.claim_id._check_state(("sent",), self.env._("Noting an answer"))
        for claim in self.claim_id:
            if claim.invoice_id.state != "posted":
                raise UserError(self.env._("The brand answers to an invoice: post that of %(claim)s first.", claim=claim.number))
        for line, (answer, amount, reason, note) in zip(self, answers, strict=True):
            line._record_answer(answer, amount, reason, note)
        self.claim_id._settle_finished()

    def _record_answer(self, answer, amount, reason, note):
        self.ensure_one()
        if answer not in GIVEN_ANSWERS or self.answer == "withdrawn":
            raise UserError(self.env._("A line that was claimed is paid, paid in part or refused."))
        if self.resolution:
            raise UserError(self.env._("%(line)s was refused and given to another payer already: its answer stays.", line=self.reference))
        if isinstance(amount, bool) or not isinstance(amount, (int, float)):
            raise UserError(self.env._("%(line)s: type the amount that the brand pays.", line=self.reference))
        try:
            answer, amount = claim_sheet.judge(answer, amount, self.amount_claimed, self.currency_id.rounding / 2)
        except ValueError as error:
            raise UserError(self._describe_contradiction(error.args[0])) from error
        if answer != "paid" and not reason:
            raise UserError(self.env._("%(line)s: choose the reason for which the brand does not pay.", line=self.reference))
        self._flow_write({
            "answer": answer, "amount_paid": self.currency_id.round(amount), "answer_note": self._read_note(note),
            "reason_id": reason.id if answer != "paid" else False, "answered_on": fields.Datetime.now(), "answered_by_id": self.env.uid})

    def _describe_contradiction(self, kind):
        self.ensure_one()
        if kind == "missing":
            return self.env._("%(line)s: type the amount that the brand pays.", line=self.reference)
        if kind == "range":
            return self.env._(
                "%(line)s: the brand pays between nothing and %(amount)s.",
                line=self.reference, amount=self.currency_id.format(self.amount_claimed))
        return self.env._("%(line)s: answer and amount contradict each other.", line=self.reference)

    def action_open_answer(self):
        """Open the dialogue that notes the brand's answer to the line."""
        self.ensure_one()
        self.env["repair.brand.claim"]._check_accountant()
        return self._open_dialogue("answer", self.env._("Answer of the brand"))

    def action_open_resolve(self):
        """Open the dialogue that gives what the brand does not pay to another payer."""
        self.ensure_one()
        self.env["repair.brand.claim"]._check_claimer()
        return self._open_dialogue("resolve", self.env._("Who bears it?"))

    def _open_dialogue(self, kind, title):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "name": title, "res_model": "repair.claim.dialogue", "view_mode": "form", "target": "new",
            "context": {"default_line_id": self.id, "default_kind": kind}}

    def _resolve(self, resolution, reason):
        """Give what the brand does not pay of lines to another payer.

        The customer pays only when he agrees to a quotation of its own; until then the line waits. A line of a draft is taken out
        of the claim for good that way.

        :param str resolution: ``claim_again``, ``company``, ``supplier`` or ``customer``
        :param str reason: why, required
        :raises AccessError: for others than accounting and service managers
        :raises UserError: nothing was refused, decided already, or no reason
        """
        self.env["repair.brand.claim"]._check_claimer()
        self.claim_id._lock_claim()
        if not isinstance(resolution, str) or resolution not in dict(RESOLUTIONS):
            raise UserError(self.env._("Choose who bears what the brand does not pay."))
        reason = self._read_note(reason, required=True)
        for line in self:
            line._check_resolvable(resolution)
            values = {"resolution": resolution, "resolution_reason": reason, "resolved_by_id": self.env.uid}
            if line.claim_id.state == "draft":
                values["answer"] = "withdrawn"
            line._flow_write(values)
            if resolution == "customer":
                line._ask_customer()
            else:
                line._conclude()
        self.claim_id._settle_finished()

    def _check_resolvable(self, resolution):
        self.ensure_one()
        draft = self.claim_id.state == "draft" and self.answer == "open"
        if draft and resolution == "claim_again":
            raise UserError(self.env._(
                "%(line)s is not sent yet: take it out of the claim, and it can be claimed later.", line=self.reference))
        if not draft and (self.claim_id.state != "sent" or self.answer not in ("short", "refused")):
            raise UserError(self.env._("%(line)s: nothing was refused.", line=self.reference))
        if self.resolution:
            raise UserError(self.env._(
                "%(line)s is decided already: %(who)s.", line=self.reference,
                who=dict(self._fields["resolution"]._description_selection(self.env))[self.resolution]))

    def _conclude(self):
        """The new payer stands: it shows on the order where the whole line went to him."""
        for line in self:
            line._flow_write({"resolved_on": fields.Datetime.now()})
            if line.resolution in ("company", "supplier") and not line._get_granted():
                source_sudo = line._get_source().sudo()  # the payer of a settled order changes here only, whoever decides
                source_sudo._flow_line().write({"payer": line.resolution})
            line.repair_id.sudo().message_post(body=self.env._(  # managers and accountants only read orders
                "%(brand)s does not pay %(item)s (%(line)s, %(amount)s): %(payer)s. %(reason)s",
                brand=line.brand_id.name, item=line.name, line=line.reference, reason=line.resolution_reason,
                amount=line.currency_id.format(line.amount_refused or line.amount_claimed),
                payer=dict(line._fields["resolution"]._description_selection(self.env))[line.resolution]))


def get_answer_labels(env):
    """Return ``{label, folded: answer}`` of the answers that a brand gives, in the user's language and in English."""
    labels = {}
    for source in (ANSWERS, env["repair.brand.claim.line"]._fields["answer"]._description_selection(env)):
        labels |= {str(label).casefold(): answer for answer, label in source if answer in GIVEN_ANSWERS}
    return labels | {answer: answer for answer in GIVEN_ANSWERS}
