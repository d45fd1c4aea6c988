from psycopg2 import IntegrityError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from odoo.addons.repair_service.models.repair_flow import FLOW

from ..engine import stock_count
from .repair_stock_count import ACTIVITY_DECIDE

POST_BATCH, POST_ATTEMPTS = 200, 3


class RepairStockCountLine(models.Model):
    """How a line is settled: handed in, counted again by another person, approved with a cause, posted as Odoo's adjustment."""

    _inherit = "repair.stock.count.line"

    def action_hand_in(self):
        """Hand in counted lines: what agrees or differs within the tolerance is settled, the rest another person counts again.

        :raises UserError: lines that are not the user's, or not counted yet
        """
        self.check_access("write")
        self.lock_for_update()
        for line in self:
            if line.user_id != self.env.user or line.state != "counted":
                raise UserError(self.env._("%(part)s is not yours, or not counted yet.", part=line.product_id.display_name))
        lines_sudo = self.sudo().with_context(repair_flow=FLOW)  # the books are compared, not shown
        entries = {(entry.line_id, entry.round): entry for entry in lines_sudo.entry_ids}
        counts_sudo = lines_sudo.count_id
        loads = counts_sudo._get_loads()
        for company, lines in lines_sudo.grouped("company_id").items():
            policies = self.env["repair.count.policy"]._get_policies(company)
            for line in lines.with_company(company):
                before, entry = entries.get((line, line.round - 1)), entries[line, line.round]
                policy = policies._choose(line.abc_class or "C", line.product_id.xyz_class, line.product_id.criticality)
                line._settle(before, entry, policy, loads)
        counts_sudo._refresh_state()
        counts_sudo._give_tasks_to_counters()
        self.env.ref("repair_parts.cron_post_counts").sudo()._trigger()  # posting is a job of its own
        return True

    def _settle(self, before, entry, policy, loads):
        """Settle what ``entry`` says; ``before`` is what the person before found, if anybody."""
        self.ensure_one()
        cost = self.product_id.standard_price
        within = stock_count.is_within(entry.expected_qty, entry.quantity, policy.tolerance_percent, cost, policy.tolerance_value)
        if within:
            agrees = self.uom_id.compare(entry.quantity, entry.expected_qty) == 0
            verdict = self.env._("The count agrees with the books.") if agrees else self.env._(
                "Within the tolerance of class %(name)s (%(percent)g %%).", name=policy.abc_class, percent=policy.tolerance_percent)
            self._finish(entry, "approved", 100.0, verdict, cost)
        elif self.round == 1:
            others = (self.count_id.user_ids - entry.user_id).sorted(lambda user: (loads[self.count_id, user], user.id))
            if others:
                loads[self.count_id, others[0]] += 1
            self.write({"state": "to_count", "round": 2, "first_user_id": entry.user_id.id, "user_id": others[:1].id})
        else:
            same = before and stock_count.is_confirmed(before.quantity - before.expected_qty, entry.quantity - entry.expected_qty)
            verdict = self.env._("Two people found the same difference.") if same else self.env._(
                "The last count differs from the one before; the last one holds.")
            self._finish(entry, "to_approve", 0.0, verdict, cost)

    def _finish(self, entry, state, accuracy, verdict, cost):
        over, short = stock_count.split(entry.quantity - entry.expected_qty)
        self.write({
            "state": state, "accuracy": accuracy, "verdict": verdict, "expected_qty": entry.expected_qty, "counted_qty": entry.quantity,
            "over_qty": over, "short_qty": short, "over_value": over * cost, "short_value": short * cost, "finished_on": entry.counted_on,
            "first_user_id": (self.first_user_id or entry.user_id).id})

    def action_approve(self):
        """Accept differences with their cause; they are posted to stock.

        :raises AccessError: for everybody but stock and service managers
        :raises UserError: without a cause, or by one of those who counted
        """
        self._check_decision()
        for line in self:
            if not line.cause_id:
                raise UserError(self.env._("Say what caused the difference of %(part)s first.", part=line.product_id.display_name))
        self.with_context(repair_flow=FLOW).write({
            "state": "approved", "approved_by_id": self.env.uid, "approved_on": fields.Datetime.now()})
        self._end_decision()
        self.env.ref("repair_parts.cron_post_counts").sudo()._trigger()  # posting is a job of its own
        return True

    def action_reject(self):
        """Leave the books as they are, with a word on why.

        :raises AccessError: for everybody but stock and service managers
        :raises UserError: without a reason, or by one of those who counted
        """
        self._check_decision()
        for line in self:
            if not line.decision_note:
                raise UserError(self.env._("Say why the books of %(part)s stay as they are.", part=line.product_id.display_name))
        self.with_context(repair_flow=FLOW).write({
            "state": "rejected", "approved_by_id": self.env.uid, "approved_on": fields.Datetime.now()})
        self._end_decision()
        return True

    def _end_decision(self):
        counts_sudo = self.count_id.sudo()  # tasks of others end with the decision
        counts_sudo._refresh_state()
        counts_sudo.filtered(lambda count: not count.approve_count)._get_tasks(ACTIVITY_DECIDE).unlink()

    def action_count_again(self):
        """Have differences counted once more, by somebody who takes them over.

        :raises AccessError: for everybody but stock and service managers
        """
        self._check_decision()
        self._send_back()
        return True

    def _check_decision(self):
        self._check_approver()
        self.check_access("write")
        self.lock_for_update()
        for line in self:
            if line.state != "to_approve":
                raise UserError(self.env._("%(part)s does not wait for approval.", part=line.product_id.display_name))
            if self.env.user in line.entry_ids.user_id and not self.env.su:
                raise UserError(self.env._(
                    "You counted %(part)s yourself: somebody else has to decide on the difference.", part=line.product_id.display_name))

    def _send_back(self):
        """Open lines for one more count by somebody else; what was found before is kept."""
        for line in self.sudo().with_context(repair_flow=FLOW):  # whoever decides does not write lines
            line.write({
                "state": "to_count", "round": line.round + 1, "user_id": False, "expected_qty": 0, "counted_qty": 0, "over_qty": 0,
                "short_qty": 0, "over_value": 0, "short_value": 0, "accuracy": 0, "verdict": False, "finished_on": False,
                "cause_id": False, "approved_by_id": False, "approved_on": False, "sent_back_by_id": self.env.uid})
        counts_sudo = self.count_id.sudo()  # as above
        counts_sudo._refresh_state()
        counts_sudo._give_tasks_to_planner()

    @api.model
    def _cron_post(self):
        """Post settled lines, in batches of their own transaction, so that whoever picks waits for few."""
        domain = [("state", "=", "approved")]
        done = set()
        while lines := self.search([*domain, ("id", "not in", list(done))], limit=POST_BATCH, order="id"):
            done |= set(lines.ids)
            lines._post_apart()
            if not self.env["ir.cron"]._commit_progress(len(lines), remaining=self.search_count([*domain, ("id", "not in", list(done))])):
                return

    def _post_apart(self):
        """Post a batch. Where somebody moves the same goods it is tried again; what cannot be posted does not hold up the rest."""
        for _attempt in range(POST_ATTEMPTS):
            try:
                with self.env.cr.savepoint():
                    self._post()
                return
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                self.env.cr.rollback()
            except (UserError, IntegrityError):
                break
        for line in self:
            try:
                with self.env.cr.savepoint():
                    line._post()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                self.env.cr.rollback()  # what is still settled the next run posts
                return
            except (UserError, IntegrityError) as error:
                line._note_obstacle(error)

    def _note_obstacle(self, error):
        """Tell the planner of the count why a line could not be posted, once; it stays settled and is tried again every night."""
        count = self.count_id
        body = self.env._(
            "%(part)s in %(place)s cannot be posted: %(reason)s", part=self.product_id.display_name,
            place=self.location_id.display_name, reason=error)
        if self.verdict != body:
            self.with_context(repair_flow=FLOW).verdict = body
            count.message_post(body=body)
            count._give_tasks_to_planner()

    def _post(self):
        """Bring the books in line: the difference found is added to what they say now, so what moved since the count is reckoned."""
        lines = self.try_lock_for_update().filtered(lambda line: line.state == "approved").sudo().with_context(repair_flow=FLOW)
        if not lines:
            return
        quants = lines._get_quants()
        even = lines.filtered(lambda line: line.uom_id.is_zero(line.over_qty) and line.uom_id.is_zero(line.short_qty))
        counted = self.env["stock.quant"].sudo().union(*(quants[line] for line in even)) if even else self.env["stock.quant"]
        counted.try_lock_for_update()._set_next_part_count()
        impossible = (lines - even).filtered(
            lambda line: line.uom_id.compare(sum(quants[line].mapped("quantity")) + line.over_qty - line.short_qty, 0) < 0)
        for (count, cause), uneven in (lines - even - impossible).grouped(lambda line: (line.count_id, line.cause_id)).items():
            uneven._adjust(quants, " · ".join(filter(None, (count.name, cause.name))))
        (lines - impossible).write({"state": "posted", "posted_on": fields.Datetime.now()})
        for line in impossible:
            line.count_id.message_post(body=self.env._(
                "%(part)s in %(place)s: more was moved since the count than was there. It is to be counted again.",
                part=line.product_id.display_name, place=line.location_id.display_name))
        if impossible:
            impossible._send_back()
        lines.count_id._refresh_state()

    def _adjust(self, quants, name):
        """Post the differences as Odoo's adjustment, named after count and cause; an over and a short are two moves, never one."""
        batch = self.env["stock.quant"].sudo()
        for line in self:
            quant = quants[line][:1] or batch.create({
                "product_id": line.product_id.id, "location_id": line.location_id.id, "lot_id": line.lot_id.id,
                "package_id": line.package_id.id, "owner_id": line.owner_id.id})
            quant.inventory_quantity = quant.quantity + line.over_qty - line.short_qty
            batch |= quant
        batch.with_context(
            inventory_name=name, repair_flow=None, repair_count_inner=FLOW).with_company(self.company_id)._apply_inventory()

    def _get_quants(self):
        """Return {line: quants} that hold what was counted, in one query."""
        groups = self.env["stock.quant"].sudo()._read_group(
            [("location_id", "in", self.location_id.ids), ("product_id", "in", self.product_id.ids)],
            ["location_id", "product_id", "lot_id", "package_id", "owner_id"], ["id:recordset"])
        held = {tuple(record.id for record in keys): quants for *keys, quants in groups}
        nothing = self.env["stock.quant"].sudo()
        return {line: held.get(line._get_key(), nothing) for line in self}

    def action_view_moves(self):
        """Open the adjustments of what was counted here."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window", "name": self.env._("Adjustments"), "res_model": "stock.move.line",
            "views": [(self.env.ref("stock.view_move_line_tree").id, "list")], "context": {"create": False, "edit": False},
            "domain": [
                ("is_inventory", "=", True), ("product_id", "=", self.product_id.id), ("lot_id", "=", self.lot_id.id),
                "|", ("location_id", "=", self.location_id.id), ("location_dest_id", "=", self.location_id.id)]}

