from datetime import timedelta

from pytz import utc

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..models.repair_appointment import OPEN_STATES

TO_BOOK = [("needs_booking", "=", True)]


class RepairDispatchOverview(models.TransientModel):
    """What the dispatcher has to look at now, counted; each number opens its list."""

    _name = "repair.dispatch.overview"
    _description = "Dispatcher's Overview"
    _inherit = ["repair.input"]

    name = fields.Char(compute="_compute_name")
    to_book_count = fields.Integer("To book", compute="_compute_counts")
    urgent_count = fields.Integer("Urgent", compute="_compute_counts")
    passed_count = fields.Integer("Promise passed", compute="_compute_counts")
    near_count = fields.Integer("Promise near", compute="_compute_counts")
    today_count = fields.Integer("Visits today", compute="_compute_counts")
    late_count = fields.Integer("Late now", compute="_compute_counts")
    risk_count = fields.Integer("At risk", compute="_compute_counts")
    due_count = fields.Integer("Due now", compute="_compute_counts")

    @api.depends_context("lang")
    def _compute_name(self):
        for overview in self:
            overview.name = self.env._("Dispatch overview")

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_counts(self):
        counts = self._get_counts()
        for overview in self:
            overview.update(counts)

    @api.model
    def _get_counts(self):
        orders, visits = self.env["repair.order"], self.env["repair.appointment"]
        begin, end = self._get_today_edges()
        return {
            "to_book_count": orders.search_count(TO_BOOK),
            "urgent_count": orders.search_count([*TO_BOOK, ("priority", "=", "1")]),
            "passed_count": orders.search_count([("visit_promise_state", "=", "passed")]),
            "near_count": orders.search_count([("visit_promise_state", "=", "near")]),
            "today_count": visits.search_count([("start", ">=", begin), ("start", "<", end), ("state", "in", (*OPEN_STATES, "done"))]),
            "late_count": visits.search_count([("lateness", "=", "late")]),
            "risk_count": visits.search_count([("lateness", "=", "risk")]),
            "due_count": visits.search_count([("lateness", "=", "due")]),
        }

    @api.model
    def _get_today_edges(self):
        """Naive UTC moments at which the day of the user's screen begins and ends."""
        now = fields.Datetime.context_timestamp(self, fields.Datetime.now())
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        zone = self.env.tz
        return tuple(
            zone.localize(moment).astimezone(utc).replace(tzinfo=None)
            for moment in (midnight, midnight + timedelta(days=1)))

    def action_open_overview(self):
        """Open the overview with what is true now.

        :raises AccessError: for who does not dispatch
        """
        if not (self.env.su or self.env.user.has_group("repair_service.repair_service_group_desk")):
            raise AccessError(self.env._("Visits are planned by the service desk: ask the desk or the dispatcher."))
        return {
            "type": "ir.actions.act_window", "name": self.env._("Dispatch overview"), "res_model": self._name,
            "res_id": self.create({}).id, "views": [(False, "form")], "target": "main",
        }

    def action_open_orders(self):
        """Open the orders that a number counts: ``repair_filter`` in the context names the filter of the list."""
        return self._open("repair_service.repair_order_action_unassigned", ("urgent", "promise_passed", "promise_near"))

    def action_open_visits(self):
        """Open the visits that a number counts, as :meth:`action_open_orders`."""
        return self._open("repair_service.repair_appointment_action_today", ("today", "late", "lateness_risk", "lateness_due"))

    def _open(self, xmlid, names):
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        wanted = self.env.context.get("repair_filter")
        context = {"repair_service": True} if action["res_model"] == "repair.order" else {}
        return {**action, "context": context | ({f"search_default_{wanted}": 1} if wanted in names else {})}
