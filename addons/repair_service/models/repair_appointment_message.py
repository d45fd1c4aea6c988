from odoo import models


class RepairAppointment(models.Model):
    _inherit = "repair.appointment"

    def _send_confirmation(self):
        """Tell customer and technician of agreed visits: who comes, how to reach him, when (handbook 3.1.3).

        Mail and SMS go through Odoo's queues and are logged on the order; a customer without either is skipped.
        """
        for visit in self:
            order = visit.repair_id.with_context(mail_notify_force_send=False)
            if visit.partner_id.email:
                order.message_post_with_source(
                    "repair_service.mail_template_visit_confirmed",
                    email_layout_xmlid="mail.mail_notification_light",
                    subtype_xmlid="mail.mt_comment",
                    message_type="comment",
                )
            if visit.partner_id.phone:
                order._message_sms_with_template(
                    template_xmlid="repair_service.sms_template_visit_confirmed",
                    partner_ids=visit.partner_id.ids,
                    put_in_queue=True,
                )
            visit._notify_technician(self.env._("New visit"))

    def _notify_technician(self, subject):
        """Drop a line into the technicians' own inboxes, so that a changed plan does not go unseen (handbook 3.1.4)."""
        for visit in self:
            user_sudo = visit.technician_id.sudo().user_id  # the desk may not read the employee's user
            if not user_sudo or user_sudo == self.env.user:
                continue
            visit.message_notify(
                partner_ids=user_sudo.partner_id.ids,
                subject=subject,
                body=f"{subject}: {visit.with_context(lang=user_sudo.lang, show_window=True).display_name}",
            )
