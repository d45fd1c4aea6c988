from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from .repair_flow import FLOW
from .repair_order import FINISHED_STAGES

OPINION = "repair_service.mail_activity_type_second_opinion"
# Who holds such an activity reads its order: these fields decide who and which.
GRANTING_FIELDS = {"user_id", "res_id", "res_model", "res_model_id", "activity_type_id"}


class RepairOrder(models.Model):
    """Asking a colleague for advice (handbook 4.3.2)."""

    _inherit = "repair.order"

    def write(self, vals):
        """Write; with the order its open questions end, and the right to read it."""
        result = super().write(vals)
        if vals.get("service_stage") in FINISHED_STAGES:
            self.sudo().activity_unlink([OPINION], only_automated=False)  # the questions are the colleagues'
        return result

    def action_ask_second_opinion(self):
        """Open the dialogue that asks a colleague for a second opinion."""
        self.ensure_one()
        self.check_access("write")
        self._check_opinion_stage()
        return {
            "type": "ir.actions.act_window", "name": self.env._("Second opinion"), "res_model": "repair.second.opinion",
            "view_mode": "form", "target": "new", "context": {"default_repair_id": self.id},
        }

    def _check_opinion_stage(self):
        for order in self:
            if not order.appliance_id or order.service_stage in FINISHED_STAGES:
                raise UserError(self.env._("%(order)s is not under way: there is nothing to ask about it.", order=order.name))

    def _get_advisers(self):
        """Return the users who may be asked: technicians who may take the family today, and service managers, without oneself."""
        self.ensure_one()
        order_sudo = self.sudo()  # technicians may not read their colleagues' user accounts and certificates
        company = order_sudo.company_id
        technicians = order_sudo.env["hr.employee"].search([
            ("is_technician", "=", True), ("user_id", "!=", False), ("company_id", "in", (company.id, False))])
        qualified = technicians._filter_qualified(order_sudo.appliance_category_id, order_sudo._get_visit_day(fields.Datetime.now()))
        managers = order_sudo.env["res.users"].search([
            ("all_group_ids", "in", self.env.ref("repair_service.repair_service_group_manager").ids), ("share", "=", False)])
        group = self.env.ref("repair_service.repair_service_group_technician")
        users = (qualified.user_id | managers).filtered(
            lambda user: user.active and group in user.all_group_ids and company in user.company_ids)
        return (users - self.env.user).with_env(self.env)

    def _ask_second_opinion(self, colleague, question):
        """Plan an activity for ``colleague`` that lets him read the order until it is done or the order is closed.

        :raises UserError: when he may not be asked, is asked already, or nothing is asked
        """
        self.ensure_one()
        self.check_access("write")
        self._check_opinion_stage()
        if not (question or "").strip():
            raise UserError(self.env._("Write down what you want to know."))
        if colleague not in self._get_advisers():
            raise UserError(self.env._(
                "Ask a technician who may repair this family of appliances, or a service manager; %(user)s is neither.",
                user=colleague.sudo().name))  # a name only
        if self.sudo().activity_ids.filtered(lambda activity: activity._is_second_opinion() and activity.user_id == colleague):
            raise UserError(self.env._("%(user)s is asked about %(order)s already.", user=colleague.name, order=self.name))
        return self.with_context(repair_flow=FLOW).activity_schedule(
            OPINION, date_deadline=fields.Date.context_today(self), user_id=colleague.id, note=plaintext2html(question),
            summary=self.env._("%(user)s asks for a second opinion", user=self.env.user.name))


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _is_second_opinion(self):
        self.ensure_one()
        return self.activity_type_id == self.env.ref(OPINION, raise_if_not_found=False)

    def _check_second_opinion(self):
        """Raise when somebody else than the order's button would let a colleague read an order."""
        if self.env.context.get("repair_flow") is FLOW or self.env.su:
            return
        if any(activity._is_second_opinion() for activity in self):
            raise UserError(self.env._("Use the button Second opinion of the order: it asks those only who may advise."))

    @api.model_create_multi
    def create(self, vals_list):
        """Plan activities; a second opinion is asked for by the button of the order only."""
        activities = super().create(vals_list)
        activities._check_second_opinion()
        return activities

    def write(self, vals):
        """Change activities; whom a second opinion lets read what does not change, and a closed one is not opened again."""
        granting = bool(GRANTING_FIELDS & vals.keys() or vals.get("active"))
        if granting:
            self._check_second_opinion()
        asked = self._get_asked() if vals.get("active") is False else []
        result = super().write(vals)
        if granting:
            self._check_second_opinion()
        self._let_go(asked)
        return result

    def unlink(self):
        """Take activities back; who was asked for a second opinion is told no more of the order."""
        asked = self._get_asked()
        result = super().unlink()
        self._let_go(asked)
        return result

    def _get_asked(self):
        """Return [(order, colleague)] of the second opinions among the activities."""
        opinions_sudo = self.sudo().filtered(lambda activity: activity._is_second_opinion() and activity.res_model == "repair.order")
        return [(opinion.env["repair.order"].browse(opinion.res_id), opinion.user_id) for opinion in opinions_sudo]

    @api.model
    def _let_go(self, asked):
        """An activity makes its user follow the order: who can no longer read it shall not get its messages either."""
        for order_sudo, user in asked:
            if not order_sudo.with_user(user).has_access("read"):
                order_sudo.message_unsubscribe(user.partner_id.ids)
