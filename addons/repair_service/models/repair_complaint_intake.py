from odoo import api, models
from odoo.tools import html2plaintext

from .repair_complaint import OPEN_STAGES
from .repair_complaint_clock import ACTIVITY

MAIL_MAX = 20_000
OPEN_CHANNELS = ("web", "mail")
SUBJECT_MAX = 120


class RepairComplaint(models.Model):
    """Every channel into one list, routed to the right team at once (handbook 7.1.1, 7.2.1, 7.2.2)."""

    _inherit = "repair.complaint"

    @api.model
    def _complete_customer(self, vals):
        """Add to ``vals`` the customer whose order or appliance it is, else the only registered one with that number or address."""
        if vals.get("partner_id"):
            return
        order_sudo = self.env["repair.order"].sudo().browse(vals.get("repair_id") or [])  # team members need not read orders
        appliance_sudo = self.env["repair.appliance"].sudo().browse(vals.get("appliance_id") or [])  # as above
        customer = (order_sudo.exists().partner_id or appliance_sudo.exists().partner_id).sudo(False)
        vals["partner_id"] = (customer or self._find_customer(vals)).id

    @api.model
    def _find_customer(self, vals):
        company = self.env["res.company"].browse(vals.get("company_id") or self.env.company.id)
        found_sudo = self.sudo()._search_customers(  # whoever brings the case
            self._read_phone(vals.get("phone"), company), vals.get("email"), company, 2)
        return found_sudo.sudo(False) if len(found_sudo) == 1 else self.env["res.partner"]

    def _route(self):
        """Give new cases their team by the rules, and to the member with the fewest open ones; urgent ones to the person responsible."""
        for company, complaints in self.grouped("company_id").items():
            routes = self.env["repair.complaint.route"]._get_routes(company)
            for complaint in complaints.filtered(lambda complaint: not complaint.team_id):
                team = routes._find_team(complaint.category_id, complaint.severity, complaint.appliance_category_id)
                complaint.team_id = team.sudo(False)
            loads = self._get_loads(complaints.team_id)
            policies = self.env["repair.sla.policy"]._get_policies("complaint", company)
            for complaint in complaints.filtered(lambda complaint: not complaint.user_id):
                policy = policies.get(complaint.severity)
                at_once = complaint.kind == "complaint" and policy and policy.report_at_once
                complaint.user_id = complaint._choose_user(bool(at_once), loads)

    @api.model
    def _get_loads(self, teams):
        members_sudo = teams.sudo().member_ids  # whoever brings the case
        rows = self.sudo()._read_group(  # as above: all cases count
            [("user_id", "in", members_sudo.ids), ("stage", "in", OPEN_STAGES)], ["user_id"], ["__count"])
        return {user.id: count for user, count in rows}

    def _choose_user(self, at_once, loads):
        self.ensure_one()
        team_sudo = self.team_id.sudo()  # whoever brings the case
        if at_once or not team_sudo.member_ids:
            return team_sudo._get_head(self.company_id).sudo(False)
        people = team_sudo.member_ids.filtered(lambda user: user.active and self.company_id in user.company_ids)
        chosen = people.sorted(lambda user: (loads.get(user.id, 0), user.id))[:1]
        loads[chosen.id] = loads.get(chosen.id, 0) + 1
        return chosen.sudo(False)

    def _announce(self):
        """Confirm the receipt to the customer, and tell the person responsible of what is urgent."""
        for complaint in self:
            complaint_sudo = complaint.sudo()  # whoever brings the case
            address = complaint_sudo.email or complaint_sudo.partner_id.email
            # Anybody may write any address into a form or a mail.
            is_safe = complaint.channel not in OPEN_CHANNELS or complaint_sudo._may_answer(address, complaint.company_id)
            complaint._tell_customer("received", by_mail=is_safe)
        self._report_at_once()

    def _report_at_once(self):
        """Urgent and major cases go to the person responsible immediately: a task, a message, an SMS (handbook 7.2.2)."""
        kind = self.env.ref(ACTIVITY)
        for complaint in self.filtered(lambda complaint: complaint.stage in OPEN_STAGES and complaint.policy_id.sudo().report_at_once):
            head_sudo = complaint.team_id.sudo()._get_head(complaint.company_id).sudo()  # whoever brings the case
            complaint_sudo = complaint.sudo().with_context(mail_notify_force_send=False)  # as above
            in_his_words = complaint.with_context(lang=head_sudo.lang or self.env.lang)
            summary = in_his_words.env._("Report at once: %(number)s", number=complaint.number)
            if not head_sudo or any(
                    activity.user_id == head_sudo and activity.summary == summary for activity in complaint_sudo.activity_ids):
                continue
            complaint_sudo.activity_schedule(activity_type_id=kind.id, summary=summary, user_id=head_sudo.id)
            label = in_his_words._get_label("severity")
            body = f"{label}: {complaint.number} {complaint.subject}"
            complaint_sudo.message_notify(partner_ids=head_sudo.partner_id.ids, subject=body, body=complaint.description)
            if head_sudo.partner_id.phone:
                complaint_sudo._message_sms(body, partner_ids=head_sudo.partner_id.ids, put_in_queue=True)

    @api.private
    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Take an e-mail as a complaint: its sender complains, its text says of what."""
        body = html2plaintext(msg_dict.get("body") or "").strip()
        subject = (msg_dict.get("subject") or "").strip() or self.env._("(no subject)")
        return self.create({  # core would take the subject for the number
            "channel": "mail", "email": msg_dict.get("email_from"), "partner_id": msg_dict.get("author_id"),
            "subject": subject[:SUBJECT_MAX], "description": body[:MAIL_MAX] or subject, **(custom_values or {}),
        })

    @api.private
    def message_update(self, msg_dict, update_vals=None):
        """Take a further e-mail of the customer: the answer he was awaited for lets the clock run on."""
        result = super().message_update(msg_dict, update_vals)
        author = self.env["res.partner"].browse(msg_dict.get("author_id") or [])
        if not self.env.context.get("repair_automatic_mail") and (not author or author.partner_share):
            self.filtered(lambda complaint: complaint.stage in OPEN_STAGES)._stop_waiting()
            self._raise_alarm("answered")
        return result
