from odoo import fields, models
from odoo.exceptions import UserError

from .repair_complaint import OPEN_STAGES


class RepairComplaint(models.Model):
    """What the customer is told of his case, and what he answers on its page (handbook 7.2.1, 7.2.4)."""

    _inherit = "repair.complaint"

    def _tell_customer(self, kind, by_mail=True):
        """Queue mail and SMS of a step (``received``, ``proposed``, ``resolved``), each where he has an address for it.

        :param str kind: the middle of the templates' names
        :param bool by_mail: whether a mail may go out, too
        """
        self.ensure_one()
        complaint_sudo = self.sudo().with_context(mail_notify_force_send=False)  # customers have no rights on templates and messages
        email = complaint_sudo.email or complaint_sudo.partner_id.email
        template = self.env.ref(f"repair_service.mail_template_complaint_{kind}", raise_if_not_found=False)
        if template and email and by_mail:
            template.sudo().send_mail(  # as above
                complaint_sudo.id, email_values={"email_to": email, "recipient_ids": []}, email_layout_xmlid="mail.mail_notification_light")
        template = self.env.ref(f"repair_service.sms_template_complaint_{kind}", raise_if_not_found=False)
        customer = complaint_sudo.partner_id
        if template and complaint_sudo.phone and not customer.phone_sanitized_blacklisted:
            body = template.sudo()._render_field("body", complaint_sudo.ids, compute_lang=True)[complaint_sudo.id]  # as above
            numbers = {"partner_ids": customer.ids} if customer.phone else {"sms_numbers": [complaint_sudo.phone]}
            complaint_sudo._message_sms(body, put_in_queue=True, **numbers)

    def _get_customer_lang(self):
        self.ensure_one()
        partner_sudo = self.partner_id.sudo()  # for the template, whoever causes the message
        return partner_sudo.lang or self.company_id.sudo().partner_id.lang or self.env.lang  # as above

    def _get_customer_name(self):
        self.ensure_one()
        return self.partner_id.sudo().name or self.contact_name or ""  # as above

    def _get_customer_url(self):
        """Absolute link to the page of the case."""
        self.ensure_one()
        return self.get_base_url() + self.sudo().get_portal_url()  # as above

    def _get_portal_tz(self):
        return self.env["repair.order"]._get_company_timezone(self.company_id).zone

    def _get_portal_steps(self):
        """The steps of the case as the customer reads them: ``[(label, done)]``."""
        self.ensure_one()
        codes = [code for code, _label in self._fields["stage"].selection[:-1]]
        if self.kind == "opinion":
            codes = ["new", "acknowledged", "closed"]
        labels = dict(self._fields["stage"]._description_selection(self.env))
        order = list(labels)
        return [(labels[code], order.index(code) <= order.index(self.stage)) for code in codes]

    def _can_customer_decide(self):
        """Whether a proposal lies with the customer."""
        self.ensure_one()
        return self.stage == "proposed" and not self.proposal_answer

    def _can_customer_judge(self):
        """Whether the customer may give his verdict now, or change one that closed nothing."""
        self.ensure_one()
        return self.kind == "complaint" and self.stage == "resolved"

    def _customer_answer(self, answer):
        """The customer's own answer to the proposal.

        :raises UserError: when there is none to answer
        """
        self.ensure_one()
        self._lock()
        if not self._can_customer_decide():
            raise UserError(self.env._("There is no proposal to answer any more. Call us, please."))
        self._answer_proposal(answer)
        local = self._in_house_language()
        local._note(local.env._("The customer answered on his page: %(answer)s", answer=local._get_label("proposal_answer")))
        self._raise_alarm("answered")

    def _customer_judge(self, verdict, score, text):
        """The customer's own verdict.

        :raises UserError: before the settlement, or none of the choices
        """
        self.ensure_one()
        self._lock()
        if not self._can_customer_judge():
            raise UserError(self.env._("Your verdict cannot be taken now. Call us, please."))
        self._record_verdict(verdict, score or False, text if isinstance(text, str) else False)

    def _customer_adds(self, text):
        """Take what the customer adds to his case; it answers what he was awaited for.

        :raises UserError: nothing is written, or the case has ended
        """
        self.ensure_one()
        text = text.strip()[:4_000] if isinstance(text, str) else ""
        if not text:
            raise UserError(self.env._("Write what you want to tell us, please."))
        if self.stage not in OPEN_STAGES:
            raise UserError(self.env._("This case has ended. Call us, please."))
        self._note(self._in_house_language().env._("The customer adds: %(text)s", text=text))
        self._stop_waiting()
        self._raise_alarm("answered")

    def _get_label(self, name):
        self.ensure_one()
        return dict(self._fields[name]._description_selection(self.env)).get(self[name], "")

    def _get_public_deadline(self):
        """Until when the customer is promised a settlement, on his clock; '' while he is awaited himself."""
        self.ensure_one()
        return fields.Datetime.context_timestamp(self.with_context(tz=self._get_portal_tz()), self.resolve_by) if self.resolve_by else ""
