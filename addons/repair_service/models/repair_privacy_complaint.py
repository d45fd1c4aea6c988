from odoo import fields, models

from .repair_flow import FLOW


class RepairFollowup(models.Model):
    _inherit = "repair.followup"

    def _anonymise_records(self):
        """Take the customer's words out of follow-ups; scores and dates stay for the figures."""
        self.with_context(repair_flow=FLOW).write({"comment": False})
        self.env["mail.message"].search([("model", "=", self._name), ("res_id", "in", self.ids)]).unlink()


class RepairComplaint(models.Model):
    _name = "repair.complaint"
    _inherit = ["repair.complaint", "repair.contact.mask"]
    _contact_fields = {
        "phone": ("phone", "partner_id"), "phone_digits": ("phone", "partner_id"), "email": ("email", "partner_id"),
        "contact_name": ("name", "partner_id")}

    def _filter_masked_contacts(self):
        """Who works on a case calls its customer."""
        return self.filtered(lambda complaint: not complaint._is_worker())

    def _anonymise_records(self, words=()):
        """Take the person and his words out of complaints; class, cause, remedy and what was learnt stay (handbook 7.3.2)."""
        self.env["ir.attachment"].search([("res_model", "=", self._name), ("res_id", "in", self.ids)]).unlink()
        self._unlink_conversations()
        for complaint in self:
            told = {*words, *filter(None, (complaint.contact_name, complaint.phone, complaint.phone_digits, complaint.email))}
            complaint.with_context(repair_flow=FLOW).write({"contact_name": self.env._("Former caller")})
            complaint._take_words_out(
                told, ("phone", "email", "subject", "description", "remedy_asked_note", "feedback_text", "proposal"),
                ("finding", "measures", "lesson", "prevention", "withdrawn_reason"))
        self.with_context(repair_flow=FLOW).write({"access_token": False})
        self.env["repair.complaint.pause"].search([("complaint_id", "in", self.ids)])._take_words_out((), ("reason",))


class RepairPrivacyRule(models.Model):
    _inherit = "repair.privacy.rule"

    kind = fields.Selection(
        selection_add=[("complaint", "Complaints of people who are no customers")], ondelete={"complaint": "cascade"})

    def _propose_complaints(self, limit):
        listed = self.env["repair.privacy.case"].search([("complaint_id", "!=", False), ("state", "!=", "cancelled")]).complaint_id
        complaints = self.env["repair.complaint"].search([
            ("closed_on", "<", self._get_cut()), ("partner_id", "=", False), ("company_id", "=", self.company_id.id),
            ("id", "not in", listed.ids)], order="closed_on, id", limit=limit)
        return [{"complaint_id": complaint.id, "last_on": complaint.closed_on} for complaint in complaints]


class RepairPrivacyCase(models.Model):
    _inherit = "repair.privacy.case"

    complaint_id = fields.Many2one("repair.complaint", index="btree_not_null", readonly=True, ondelete="cascade")

    def _get_case_record(self):
        return super()._get_case_record() or self.complaint_id
