from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.repair_service.models.repair_flow import FLOW

from .repair_core_return import KEEPER_GROUPS, LIABLE

LOST_STATES = ("technician", "depot", "sent")


class RepairCoreReturn(models.Model):
    """How an old part goes on: taken in by the keeper, kept by the customer, lost, chased."""

    _inherit = "repair.core.return"

    def action_receive(self):
        """Take old parts of technicians into the depot.

        :raises AccessError: for others than the parts keeper, the stock manager and the service manager
        :raises UserError: not with a technician, or one's own: another person takes them in
        """
        self._check_keeper()
        self.check_access("read")
        self.lock_for_update()
        for core in self:
            if core.state != "technician":
                raise UserError(self.env._("%(label)s is not with a technician any more.", label=core.name))
            if core.user_id == self.env.user and not self.env.su:
                raise UserError(self.env._("Nobody takes in his own old parts: another keeper looks at them."))
        self._step({"state": "depot", "received_on": fields.Datetime.now(), "received_by_id": self.env.uid, "chase_level": 0})
        self.sudo().activity_ids.unlink()  # reminders to others end with the step
        return True

    def action_customer_keeps(self):
        """Note that the customer keeps his old part.

        :raises UserError: a part that is the brand's, or has left already
        """
        self.check_access("read")
        for core in self:
            order = core.repair_id
            if not (self.env.su or order.has_access("write") or any(self.env.user.has_group(group) for group in KEEPER_GROUPS)):
                raise UserError(self.env._("Who works on the order notes that the customer keeps his part."))
            core._keep()
        return True

    def _keep(self):
        for core in self:
            if core.kind == "brand":
                raise UserError(self.env._(
                    "%(part)s was replaced at the expense of %(brand)s and is the brand's: the customer cannot keep it.",
                    part=core.product_id.display_name, brand=core.brand_id.name))
            if core.state not in ("technician", "depot"):
                raise UserError(self.env._("%(label)s has left already.", label=core.name))
        self._step({"kind": "customer", "state": "kept", "settled_on": fields.Datetime.now()})
        self.sudo().activity_ids.unlink()  # as above

    def action_open_lost(self):
        """Open the dialogue that records a loss."""
        self.ensure_one()
        self._check_keeper()
        return {
            "type": "ir.actions.act_window", "name": self.env._("Lost"), "res_model": "repair.core.lost", "view_mode": "form",
            "target": "new", "context": {"default_core_id": self.id, "default_cost": self.core_value}}

    def _lose(self, liable, cost, note):
        """Record that the part is lost, what it costs and who answers.

        :raises AccessError: for others than the parts keeper, the stock manager and the service manager
        :raises UserError: settled already, nobody named, or no word on how; the technician himself
        :raises ValidationError: a cost below zero
        """
        self._check_keeper()
        self.lock_for_update()
        if self.state not in LOST_STATES:
            raise UserError(self.env._("%(label)s is settled already.", label=self.name))
        if self.user_id == self.env.user and not self.env.su:
            raise UserError(self.env._("Who answers for your own old part is decided by somebody else."))
        if liable not in dict(LIABLE) or not (note or "").strip():
            raise UserError(self.env._("Say who answers for the loss, and how it came about."))
        if not 0 <= cost <= 1e8:
            raise ValidationError(self.env._("The cost of a loss is not below zero."))
        self._step({
            "state": "lost", "lost_liable": liable, "lost_cost": cost, "lost_note": note.strip(), "settled_on": fields.Datetime.now()})
        self.sudo().activity_ids.unlink()  # as above
        return True

    def action_dispose_instead(self):
        """Let what the brand refused, and does not take back, become waste.

        :raises AccessError: for others than the parts keeper, the stock manager and the service manager
        :raises UserError: a part that the brand did not refuse
        """
        self._check_keeper()
        self.lock_for_update()
        for core in self:
            if core.state != "refused":
                raise UserError(self.env._("%(label)s was not refused by the brand.", label=core.name))
            kind = core.product_id.waste_kind_id
            core._step({
                "kind": "disposal", "state": "depot", "batch_id": False, "waste_kind_id": kind.id, "chase_level": 0,
                "due_on": fields.Date.context_today(self) + timedelta(days=kind.keep_days or core.company_id.repair_waste_days)})
        return True

    def action_make_batch(self):
        """Put old parts of the depot into shipments: one a brand and address, one for waste.

        :raises AccessError: for others than the parts keeper, the stock manager and the service manager
        :raises UserError: parts that are not in the depot, or in a shipment already
        """
        self._check_keeper()
        self.check_access("read")
        self.lock_for_update()
        for core in self:
            if core.state != "depot" or core.batch_id:
                raise UserError(self.env._("%(label)s is not in the depot, or in a shipment already.", label=core.name))
        batches = self.env["repair.core.batch"]
        for (company, kind, brand, partner), cores in self.grouped(lambda core: (
                core.company_id, core.kind, core.brand_id if core.kind == "brand" else self.env["repair.brand"],
                core._get_receiver())).items():
            batch = batches.sudo().with_context(repair_flow=FLOW).create({  # shipments are the flow's, the keeper is checked above
                "company_id": company.id, "kind": kind, "brand_id": brand.id, "partner_id": partner.id})
            cores._step({"batch_id": batch.id})
            batches |= batch.with_env(self.env)
        action = {"type": "ir.actions.act_window", "name": self.env._("Shipments of old parts"), "res_model": "repair.core.batch"}
        if len(batches) == 1:
            return {**action, "res_id": batches.id, "views": [(False, "form")]}
        return {**action, "views": [(False, "list"), (False, "form")], "domain": [("id", "in", batches.ids)]}

    def _get_receiver(self):
        if self.kind != "brand":
            return self.env["res.partner"]
        return self.sudo().rule_id.partner_id or self.sudo().brand_id.partner_id  # addresses of makers, for whoever sends

    @api.model
    def _cron_chase(self):
        """Remind of old parts that are late: the technician first, then the keeper, then the service manager."""
        today = fields.Date.context_today(self)
        companies = self.env["res.company"].search([])  # pylint: disable=no-search-all  # they are few
        for index, company in enumerate(companies):
            for core in self.search([("company_id", "=", company.id), ("is_overdue", "=", True)]):
                core._chase(today)
            if not self.env["ir.cron"]._commit_progress(1, remaining=len(companies) - index - 1):
                return

    def _chase(self, today):
        company = self.company_id
        due = self.hand_in_by if self.state == "technician" else self.due_on
        first = 1 if self.state == "technician" and self.user_id.active else 2
        level = min(first + max((today - due).days - 1, 0) // max(company.repair_old_part_chase_days, 1), 3)
        if level <= self.chase_level:
            return
        keeper = company.repair_stock_owner_id
        user = {1: self.user_id, 2: keeper, 3: company.repair_old_part_manager_id or keeper}[level] or self.user_id
        where = self.env._("still with %(technician)s", technician=self.technician_id.name) if self.state == "technician" else self.env._(
            "still in the depot")
        self.with_context(repair_flow=FLOW).chase_level = level
        self.activity_schedule(
            "repair_parts.mail_activity_type_old_part", today, user_id=(user or self.env.user).id,
            summary=self.env._("Old part %(label)s: %(where)s, due on %(date)s", label=self.name, where=where,
                               date=fields.Date.to_string(due)))
