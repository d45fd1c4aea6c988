from odoo import api, fields, models
from odoo.exceptions import UserError

from .repair_flow import FLOW


class RepairFollowup(models.Model):
    _inherit = "repair.followup"

    complaint_id = fields.Many2one("repair.complaint", readonly=True, copy=False, index="btree_not_null", ondelete="set null")

    def _on_answered(self):
        """A customer who is not content has his complaint at once, and his repair a recheck (handbook 5.3.3, 6.3.5)."""
        super()._on_answered()
        for followup in self:
            if not followup.is_low:
                continue
            complaint = followup._open_complaint()
            if followup._needs_recheck() and followup.repair_id.sudo().accepted_on:  # whoever notes the answer
                self.env["repair.recheck"]._open_for(followup.repair_id, fields.Datetime.now(), complaint=complaint, followup=followup)

    def _open_complaint(self):
        """The complaint of the answer; a changed answer is added to the one that is there."""
        self.ensure_one()
        self = self.with_context(lang=self.company_id.sudo().partner_id.lang or self.env.lang)  # read in the house
        complaint_sudo = self.sudo().complaint_id  # the customer, or who notes his answer
        if complaint_sudo:
            complaint_sudo._note(self.env._("The customer changed his answer: %(answer)s", answer=self._describe_answer()))
            return complaint_sudo
        category = self.env.ref("repair_service.complaint_category_service", raise_if_not_found=False)
        complaint_sudo = self.env["repair.complaint"].sudo().with_context(repair_flow=FLOW).create({  # as above
            "channel": "followup", "repair_id": self.repair_id.id, "company_id": self.company_id.id, "followup_id": self.id,
            "category_id": category and category.id, "user_id": False,
            "subject": self.env._("Not content with %(order)s", order=self.repair_id.sudo().name),  # as above
            "description": self._describe_answer(),
            "remedy_asked": "repair" if self._needs_recheck() else "explanation",
        }).with_context(repair_flow=None)
        self._flow_write({"complaint_id": complaint_sudo.id})
        return complaint_sudo

    def _describe_answer(self):
        self.ensure_one()
        lines = []
        for name in ("is_solved", "score", "conduct", "nps"):
            if self[name]:
                field = self._fields[name]
                label = field.get_description(self.env, ["string"])["string"]
                lines.append(f"{label}: {dict(field._description_selection(self.env))[self[name]]}")
        return "\n".join([*lines, self.comment or ""]).strip()


class RepairComplaint(models.Model):
    _inherit = "repair.complaint"

    recheck_ids = fields.One2many("repair.recheck", "complaint_id", "Rechecks", readonly=True)
    open_recheck_count = fields.Integer(compute="_compute_open_recheck_count")

    @api.depends("recheck_ids.state")
    def _compute_open_recheck_count(self):
        for complaint in self:
            rechecks_sudo = complaint.sudo().recheck_ids  # counted for everybody who reads the case
            complaint.open_recheck_count = len(rechecks_sudo.filtered(lambda recheck: recheck.state == "todo"))

    def action_recheck(self):
        """Have the repair looked at again within the hours promised, 24 by the handbook (6.3.5), from now.

        :return: action that opens the new order
        :raises UserError: without an accepted repair
        """
        self.ensure_one()
        self._take_step(("acknowledged", "investigating", "proposed"), self.env._("The recheck"))
        order_sudo = self.repair_id.sudo()  # team members need not read orders
        if not order_sudo.accepted_on:
            raise UserError(self.env._("Only an accepted repair is rechecked: choose it on %(number)s first.", number=self.number))
        recheck = self.env["repair.recheck"]._open_for(self.repair_id, fields.Datetime.now(), complaint=self)
        self._note(self.env._("Recheck asked for: %(order)s", order=recheck.repair_id.name))
        return {
            "type": "ir.actions.act_window", "res_model": "repair.recheck", "res_id": recheck.id, "views": [(False, "form")],
        }

    def _check_rechecks_done(self):
        super()._check_rechecks_done()
        for complaint in self:
            if complaint.open_recheck_count:
                raise UserError(self.env._("The recheck of %(number)s is not done yet: note its outcome first.", number=complaint.number))
