from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.repair_service.models.repair_flow import FLOW

from .repair_stock_alert import REFRESH_GROUPS

ACTIVITY, ACTIVITY_ESCALATED = "repair_parts.mail_activity_type_stock_alert", "repair_parts.mail_activity_type_stock_alert_late"
OWNER_GROUPS = (*REFRESH_GROUPS, "repair_service.repair_service_group_technician")
CHIEF_GROUPS = ("stock.group_stock_manager", "repair_service.repair_service_group_manager")


class RepairStockAlert(models.Model):
    """Every alert is somebody's: he has a task until he has noted the cause or stock is right, and his chief has one when he does not."""

    _inherit = "repair.stock.alert"

    escalated_on = fields.Datetime(copy=False)
    escalated_to_id = fields.Many2one("res.users", "Escalated to", copy=False, ondelete="set null")

    def _get_alarm_words(self):
        return {
            "open": self.env._("Stock alert: find the cause and put it right"),
            "escalated": self.env._("Stock alert that nobody has explained")}

    def _give_tasks(self, activity, level, people):
        """Give tasks; they ask for the name of their record one by one, and keep it in the language they are given in."""
        self.mapped("display_name")
        super()._give_tasks(activity, level, people)
        self.env["mail.activity"].flush_model(["res_name"])

    @api.model
    def _can_own(self, user, company):
        """Whether alerts of ``company`` can be given to ``user``: an active colleague of it who may read them."""
        return bool(user.active and not user.share and company in user.company_ids and any(user.has_group(group) for group in OWNER_GROUPS))

    @api.model
    def _get_member(self, company, groups, but=()):
        """Return the longest serving user of the first of ``groups`` that has one in ``company``, people before the administrator.

        :param but: users who are out of the question
        """
        for group in groups:
            members = self.env.ref(group).all_user_ids.filtered(
                lambda user: user.active and not user.share and company in user.company_ids and user not in but)
            found = members.sorted(lambda user: (user._is_superuser() or user._is_admin(), user.id))[:1]
            if found:
                return found
        return self.env["res.users"]

    @api.model
    def _get_owners(self, company, locations):
        """Return {location: user} who answers for alerts: the keeper of the place, the planner of the company, else a parts keeper.

        ``None`` as the location stands for parts as a whole.
        """
        planner = company.repair_stock_owner_id
        if not planner or not self._can_own(planner, company):
            planner = self._get_member(company, ("repair_parts.repair_parts_group_keeper", *CHIEF_GROUPS))
        keepers = self.env["stock.location"]._get_keepers(locations)
        able = {user: self._can_own(user, company) for user in self.env["res.users"].union(*keepers.values())}
        return {None: planner} | {
            location: user if able.get(user) else planner for location, user in keepers.items()}

    @api.model
    def _get_chief(self, company, owner):
        """Return to whom alerts of ``owner`` are escalated."""
        chief = company.repair_stock_chief_id
        if chief and chief != owner and self._can_own(chief, company):
            return chief
        return self._get_member(company, CHIEF_GROUPS, but=owner)

    @api.constrains("user_id", "company_id")
    def _check_owner(self):
        for alert in self:
            user_sudo = alert.user_id.sudo()  # whoever gives an alert away need not read groups of users
            if user_sudo and not self._can_own(user_sudo, alert.company_id):
                raise ValidationError(self.env._(
                    "%(user)s cannot look after stock of %(company)s: choose a technician, parts keeper or manager who works there.",
                    user=user_sudo.name, company=alert.company_id.name))

    def _give_to_owners(self):
        """Give every owner a task for each of his alerts, in place of the tasks that others had."""
        self._drop_tasks()
        owned = self.filtered(lambda alert: alert.user_id and alert.state == "open" and not alert._is_explained())
        owned._give_tasks(ACTIVITY, "open", {alert: alert.user_id for alert in owned})

    def _drop_tasks(self):
        kinds = self.env.ref(ACTIVITY) | self.env.ref(ACTIVITY_ESCALATED)
        self.env["mail.activity"].sudo().search([  # tasks of others end with the alert as well
            ("res_model", "=", self._name), ("res_id", "in", self.ids), ("activity_type_id", "in", kinds.ids)]).unlink()

    def _is_explained(self):
        """Whether cause and measure are noted."""
        self.ensure_one()
        return bool(self.cause_id and (self.action_taken or "").strip())

    @api.model
    def _pass_on(self, company):
        """Find another owner for open alerts whose owner has left or never was, as when a technician leaves his van behind."""
        orphans = self.search([("company_id", "=", company.id), ("state", "=", "open")]).filtered(
            lambda alert: not alert.user_id or not self._can_own(alert.user_id, company))
        owners = self._get_owners(company, orphans.location_id)
        for alert in orphans:
            alert.with_context(repair_flow=FLOW).user_id = owners[alert.location_id or None]
        orphans._give_to_owners()

    @api.model
    def _escalate(self, company):
        """Tell the chief of what has been open for long and is still without cause or measure; once an alert."""
        days = company.repair_escalate_days
        if not days:
            return
        late = self.search([
            ("company_id", "=", company.id), ("state", "=", "open"), ("escalated_on", "=", False),
            ("opened_on", "<=", fields.Datetime.now() - timedelta(days=days)),
        ]).filtered(lambda alert: not alert._is_explained())
        people = {}
        for owner, alerts in late.grouped("user_id").items():
            chief = self._get_chief(company, owner)
            if chief:
                alerts.with_context(repair_flow=FLOW).write({"escalated_on": fields.Datetime.now(), "escalated_to_id": chief.id})
                people |= dict.fromkeys(alerts, chief)
        late._give_tasks(ACTIVITY_ESCALATED, "escalated", people)
