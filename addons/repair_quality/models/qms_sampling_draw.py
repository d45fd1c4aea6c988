import json
import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import draw


class QmsSamplingDraw(models.Model):
    """One draw from a lot, with everything it takes to draw it again: seed, algorithm, and the list drawn from (handbook 5.2.3)."""

    _name = "qms.sampling.draw"
    _description = "Draw of a Sampling"
    _order = "lot_id, number desc"

    name = fields.Char(compute="_compute_name")
    lot_id = fields.Many2one("qms.sampling.lot", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="lot_id.company_id", store=True, index=True)
    number = fields.Integer("Draw", required=True, readonly=True)
    drawn_on = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    drawn_by_id = fields.Many2one("res.users", "Drawn by", required=True, readonly=True, default=lambda self: self.env.user)
    reason = fields.Text("Why drawn again", readonly=True)
    severity = fields.Char(readonly=True)
    stratified = fields.Boolean("Spread", readonly=True)
    lot_size = fields.Integer("Repairs in the lot", readonly=True)
    sample_size = fields.Integer("Sample", readonly=True)
    accept_number = fields.Integer("Accept with at most", readonly=True)
    reject_number = fields.Integer("Reject from", readonly=True)
    algorithm = fields.Char(readonly=True)
    seed = fields.Char(readonly=True)
    population = fields.Text("List drawn from", readonly=True, help="Repair, stratum and technician of every unit of the lot.")
    quotas = fields.Text("Minimum by technician", readonly=True)
    digest = fields.Char("Fingerprint of the list", readonly=True)
    sample = fields.Text("Drawn", readonly=True)
    inspection_ids = fields.One2many("repair.inspection", "sampling_draw_id", "Inspections", readonly=True)

    _number_unique = models.UniqueIndex("(lot_id, number)", "This draw exists already.")

    @api.depends("number", "lot_id.name")
    @api.depends_context("lang")
    def _compute_name(self):
        for record in self:
            record.name = self.env._("%(lot)s, draw %(number)s", lot=record.lot_id.name, number=record.number)

    def write(self, vals):
        """A draw is a record.

        :raises UserError: always
        """
        if vals:
            raise UserError(self.env._("A draw stays as it is. Draw again with a reason: both are kept."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A draw is kept as a record."))

    def action_verify(self):
        """Draw again from the stored list and seed, and say whether the same repairs come out and the list is still the lot.

        :return: notification
        """
        self.ensure_one()
        self.check_access("read")
        problems = self._find_problems()
        return {
            "type": "ir.actions.client", "tag": "display_notification",
            "params": {
                "type": "danger" if problems else "success", "sticky": bool(problems),
                "title": self.env._("Draw is not what it says") if problems else self.env._("Draw verified"),
                "message": " ".join(problems) or self.env._(
                    "%(drawn)s repairs drawn again from the list of %(lot)s with the stored seed: the same.",
                    drawn=len(self._get_sample()), lot=self.lot_size)}}

    def action_view_population(self):
        """Open the repairs that the draw was made from."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window", "name": self.env._("List drawn from"), "res_model": "repair.order",
            "views": [(self.env.ref("repair_service.repair_order_view_list_service").id, "list"), (False, "form")],
            "domain": [("id", "in", [unit.key for unit in self._get_units()])], "context": {"create": False}}

    @api.model
    def _make(self, lot, orders, size, quotas, reason=False):
        """Draw from orders with a fresh seed and store the draw; nobody can choose the seed."""
        units = lot._get_units(orders)
        seed = secrets.token_hex(16)
        stratified = lot.rule_id.stratum != "none"
        drawn = draw.draw(units, size.size, seed, stratified, quotas)
        return self.create({
            "lot_id": lot.id, "number": len(lot.draw_ids) + 1, "reason": reason, "severity": lot.rule_id.severity, "stratified": stratified,
            "lot_size": len(units), "sample_size": size.size, "accept_number": size.accept, "reject_number": size.reject,
            "algorithm": draw.ALGORITHM, "seed": seed, "digest": draw.get_digest(units),
            "population": json.dumps([list(unit) for unit in sorted(units)], separators=(",", ":")),
            "quotas": json.dumps(sorted(quotas.items()), separators=(",", ":")),
            "sample": json.dumps(drawn, separators=(",", ":"))})

    def _get_units(self):
        return [draw.Unit(*row) for row in json.loads(self.population or "[]")]

    def _get_sample(self):
        """Return [(order id, ground)] as drawn."""
        return [tuple(row) for row in json.loads(self.sample or "[]")]

    def _find_problems(self):
        """Return sentences on what does not fit; none when the draw can be repeated and the lot is still the same."""
        units = self._get_units()
        problems = []
        if draw.get_digest(units) != self.digest:
            problems.append(self.env._("The list does not have its fingerprint any more."))
        if self._get_sample() != draw.draw(units, self.sample_size, self.seed, self.stratified, dict(json.loads(self.quotas or "[]"))):
            problems.append(self.env._("Drawn again, other repairs come out."))
        now_sudo = self.lot_id.sudo()._find_repairs()  # whoever verifies, the lot is the company's
        changed = {unit.key for unit in units} ^ set(now_sudo.ids)
        if changed:
            problems.append(self.env._("%(count)s repairs have come to the lot or left it since it was drawn.", count=len(changed)))
        return problems

    def _get_replacement(self, inspection):
        """Return the id of the repair that comes next in rank for one that cannot be inspected, of the same stratum if it has one."""
        units = self._get_units()
        taken_sudo = self.lot_id.sudo().inspection_ids.repair_id  # replacements drawn before
        taken = set(taken_sudo.ids) | {key for key, _ground in self._get_sample()}
        stratum = next((unit.stratum for unit in units if unit.key == inspection.repair_id.id), 0)
        return draw.get_replacement(units, taken, self.seed, stratum if self.stratified else None)
