from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class RepairFollowup(models.Model):
    """A return visit is called for first; where the customer wants it, somebody comes (handbook 5.3.1, 7.3.1)."""

    _inherit = "repair.followup"

    visit_order_id = fields.Many2one(
        "repair.order", "Return visit", readonly=True, copy=False, index="btree_not_null", ondelete="set null", check_company=True)

    def action_book_visit(self):
        """Open the booking dialogue of the visit: its order is made the first time, free of charge for the customer.

        :return: action of the dialogue
        :raises AccessError: for who books no visits
        :raises UserError: another kind of follow-up, or nobody waits for it any more
        """
        self.ensure_one()
        if not (self.env.su or self.env.user.has_group("repair_service.repair_service_group_desk")):
            raise AccessError(self.env._("Visits are booked by the service desk."))
        self.check_access("write")
        self.lock_for_update()
        if not self.visit_order_id:
            self._check_open()
            if self.kind == "satisfaction":
                raise UserError(self.env._("Satisfaction is asked, nobody comes for it: plan a return visit instead."))
            self._flow_write({"visit_order_id": self._create_visit_order().id})
        return self.visit_order_id.action_book()

    def _create_visit_order(self):
        self.ensure_one()
        order_sudo = self.repair_id.sudo().with_company(self.company_id)  # goodwill is the manager's; this one is the rule's
        visit_sudo = order_sudo.browse().create({
            # Without a symptom: to look after a repair is no fault that came again.
            "appliance_id": order_sudo.appliance_id.id, "company_id": self.company_id.id, "service_type": "onsite",
            "channel": order_sudo.channel,
            "fault_description": self.env._("Return visit after %(order)s", order=order_sudo.name),
            "goodwill_note": self.env._("Return visit after %(order)s", order=order_sudo.name),
        })
        return visit_sudo.sudo(False)
