from collections import Counter

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.repair_service.models.repair_flow import FLOW

from .repair_stock_count import ACTIVITY, ACTIVITY_DECIDE, COUNTER_GROUPS, PLANNER_GROUPS
from .repair_stock_count_line import APPROVER_GROUPS, OPEN_STATES


class RepairStockCount(models.Model):
    """Who counts what: the walk is shared out, second counts go to somebody else, and each has a task until he has handed in."""

    _inherit = "repair.stock.count"

    @api.model
    def _may_count(self, user):
        return any(user.has_group(group) for group in COUNTER_GROUPS)

    @api.model
    def _get_second_counter(self, company):
        """Return who counts a technician's differences again: the planner of the company if he may count, else a parts keeper."""
        alerts_sudo = self.env["repair.stock.alert"].sudo()  # whoever counts need not read groups of users
        planner = company.repair_stock_owner_id
        if planner and planner.active and planner != self.env.user and self._may_count(planner):
            return planner
        return alerts_sudo._get_member(company, ("repair_parts.repair_parts_group_keeper", "stock.group_stock_user"), but=self.env.user)

    def _share_out(self, places):
        """Return {place: user}: the walk is cut into stretches of about equal length, never within a place.

        :param places: the place of each line, in walking order
        """
        users, share, shared = list(self.user_ids), len(places) / len(self.user_ids), {}
        for done, place in enumerate(places):
            if place not in shared:
                shared[place] = users[min(int(done / share), len(users) - 1)]
        return shared

    @api.model
    def action_count_my_van(self):
        """Begin a count of one's own van, and open its work list.

        :raises UserError: for users without a van, or an empty one
        """
        employee_sudo = self.env["hr.employee"].sudo().search(  # a technician does not read employees
            [("user_id", "=", self.env.uid), ("van_location_id", "!=", False), ("company_id", "=", self.env.company.id)], limit=1)
        van_sudo = employee_sudo.van_location_id
        if not van_sudo:
            raise UserError(self.env._("You have no van: the parts keeper sets one up."))
        counts_sudo = self.sudo()  # one's own van is counted without the right to plan counts
        count_sudo = counts_sudo.search(
            [("location_id", "=", van_sudo.id), ("state", "=", "counting"), ("user_ids", "in", self.env.uid)], limit=1)
        if not count_sudo:
            count_sudo = counts_sudo.create({
                "location_id": van_sudo.id, "kind": "full", "company_id": van_sudo.company_id.id,
                "user_ids": [Command.set((self.env.user | self._get_second_counter(van_sudo.company_id)).ids)]})
            count_sudo._start()
            count_sudo.line_ids.with_context(repair_flow=FLOW).write({"user_id": self.env.uid})
            count_sudo._give_tasks_to_counters()
        return count_sudo.with_env(self.env).action_view_mine()

    def action_share_out(self):
        """Give what has nobody to count it, or somebody who has left, to those who are on the walk.

        :raises AccessError: for users who neither keep parts nor manage stock or service
        :raises UserError: somebody leaves who has counted and not handed in, or nobody is left
        """
        self.check_access("write")
        self._check_group(PLANNER_GROUPS, self.env._("Counts are planned by the parts keeper, the stock manager or the service manager."))
        self.filtered(lambda count: count.state == "counting")._share_out_anew()
        return True

    def _share_out_anew(self):
        """Give what those who left the walk had still to count to those who are on it, a place at a time to who has least.

        :raises UserError: somebody leaves who has counted and not handed in, or nobody is left
        """
        for count_sudo in self.sudo().with_context(repair_flow=FLOW):  # whoever plans does not write lines
            open_lines = count_sudo.line_ids.filtered(lambda line: line.state in OPEN_STATES)
            left = open_lines.filtered(lambda line, users=count_sudo.user_ids: line.user_id not in users)  # second counts of nobody too
            if counted := left.filtered(lambda line: line.state == "counted"):
                raise UserError(self.env._(
                    "%(user)s has counted and not handed in: hand in first, or let him stay.", user=counted[0].user_id.name))
            if left and not count_sudo.user_ids:
                raise UserError(self.env._("Say who counts."))
            loads = count_sudo._get_loads()
            for lines in left.grouped("location_id").values():
                for again, part in lines.grouped(lambda line: line.round > 1).items():
                    for each in part if again else [part]:
                        others = count_sudo.user_ids - each._get_barred() if again else count_sudo.user_ids
                        user = min(others, key=lambda user, key=(count_sudo, loads): (key[1][key[0], user], user.id), default=others)
                        each.write({"user_id": user.id})
                        loads[count_sudo, user] += len(each)
            count_sudo._give_tasks_to_counters()

    def action_take_recounts(self):
        """Take over the lines that are to be counted again and have nobody yet; never those that one counted or sent back oneself.

        :raises AccessError: for users who do not count stock
        :raises UserError: when there is none
        """
        self.check_access("read")
        self._check_group(COUNTER_GROUPS, self.env._("Lines are counted again by whoever may count stock."))
        lines_sudo = self.env["repair.stock.count.line"].sudo().search([  # a counter sees only his own lines
            ("count_id", "in", self.ids), ("user_id", "=", False), ("state", "=", "to_count")])
        lines_sudo = lines_sudo.filtered(lambda line: self.env.user not in line._get_barred())
        if not lines_sudo:
            raise UserError(self.env._("No line waits to be counted again by you."))
        lines_sudo.with_context(repair_flow=FLOW).write({"user_id": self.env.uid})
        for count_sudo in lines_sudo.count_id.with_context(repair_flow=FLOW):
            count_sudo.user_ids |= self.env.user
        lines_sudo.count_id._give_tasks_to_counters()
        return True

    def _get_loads(self):
        """Return {(count, user): lines still open}."""
        return Counter({
            (count, user): number for count, user, number in self.env["repair.stock.count.line"].sudo()._read_group(  # for all counters
                [("count_id", "in", self.ids), ("state", "in", OPEN_STATES)], ["count_id", "user_id"], ["__count"])})

    def _get_alarm_words(self):
        return {
            "count": self.env._("Count what is on your list"), "decide": self.env._("Decide on the differences found"),
            "plan": self.env._("Somebody has to count again, or look into what cannot be booked")}

    def _get_tasks(self, kind):
        return self.env["mail.activity"].sudo().search([  # tasks of others end with the work
            ("res_model", "=", self._name), ("res_id", "in", self.ids), ("activity_type_id", "=", self.env.ref(kind).id)])

    def _drop_tasks(self):
        (self._get_tasks(ACTIVITY) | self._get_tasks(ACTIVITY_DECIDE)).unlink()

    def _give_tasks_to_counters(self):
        """Give a task to everybody who has something to count, once a count, and take it from who has handed in."""
        tasks = self._get_tasks(ACTIVITY)
        counters, missing = {(count.id, user) for count, user in self._get_loads() if user}, {}
        tasks.filtered(lambda task: (task.res_id, task.user_id) not in counters).unlink()
        held = {(task.res_id, task.user_id) for task in tasks.exists()}
        for count_id, user in sorted(counters - held, key=lambda key: (key[0], key[1].id)):
            count = self.browse(count_id)
            missing[count] = missing.get(count, user.browse()) | user
        self._give_tasks(ACTIVITY, "count", missing)

    def _give_tasks_to_approver(self):
        """Tell somebody who may decide, and has not counted, that differences wait; a count that goes on or is done needs nobody."""
        self._drop_tasks()
        people = {}
        for count in self.filtered(lambda count: count.state == "review" and count.approve_count):
            barred = count.line_ids.entry_ids.user_id
            chief = count.company_id.repair_stock_chief_id
            if not chief or chief in barred or not any(chief.has_group(group) for group in APPROVER_GROUPS):
                chief = self.env["repair.stock.alert"]._get_member(count.company_id, APPROVER_GROUPS, but=barred)
            people[count] = chief
        self._give_tasks(ACTIVITY_DECIDE, "decide", people)

    def _give_tasks_to_planner(self):
        """Tell whoever planned the count, or the planner of the company, that a line has nobody who brings it to an end."""
        tasks, people = self._get_tasks(ACTIVITY_DECIDE), {}
        for count in self:
            planner = count.create_uid
            if not planner.active or planner._is_superuser() or not any(planner.has_group(group) for group in PLANNER_GROUPS):
                planner = self.env["repair.stock.alert"]._get_owners(count.company_id, self.env["stock.location"])[None]
            if not tasks.filtered(lambda task, count=count, planner=planner: task.res_id == count.id and task.user_id == planner):
                people[count] = planner
        self._give_tasks(ACTIVITY_DECIDE, "plan", people)


class RepairStockCountLine(models.Model):
    _inherit = "repair.stock.count.line"

    def _get_barred(self):
        """Return who may not count the line any more: whoever counted it, or has seen what was found and sent it back."""
        self.ensure_one()
        return self.entry_ids.user_id | self.first_user_id | self.sent_back_by_id
