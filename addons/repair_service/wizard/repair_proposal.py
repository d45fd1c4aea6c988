from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from ..models.repair_flow import FLOW

# Labour and call-out come with the diagnosis only to orders without any service yet.
UNDIAGNOSED_STAGES = ("requested", "booked")


class RepairProposal(models.TransientModel):
    """What past repairs of the same fault used, to be ticked and put on the order in one step.

    All of it is worked out on opening: nobody types figures in, so nobody but the system creates these records.
    """

    _name = "repair.proposal"
    _description = "Proposals from past repairs"
    _inherit = ["repair.dialogue", "repair.input"]

    repair_id = fields.Many2one("repair.order", "Service order", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="repair_id.currency_id")
    symptom_id = fields.Many2one(related="repair_id.symptom_id")
    cause_id = fields.Many2one(related="repair_id.cause_id")
    remedy_id = fields.Many2one(related="repair_id.remedy_id")
    basis = fields.Text(readonly=True)
    line_ids = fields.One2many("repair.proposal.line", "proposal_id", "Parts and services")
    cause_ids = fields.One2many("repair.proposal.code", "proposal_id", "Causes", domain=[("kind", "=", "cause")], readonly=True)
    remedy_ids = fields.One2many("repair.proposal.code", "proposal_id", "Remedies", domain=[("kind", "=", "remedy")], readonly=True)

    def write(self, vals):
        """Tick lines and correct their quantities; everything else is worked out.

        :raises UserError: anything else
        """
        if vals.keys() - {"line_ids"} and self.env.context.get("repair_flow") is not FLOW:
            raise UserError(self.env._("Proposals are drawn from past repairs: tick them and correct quantities only."))
        return super().write(vals)

    @api.model
    def _open_for(self, order):
        """Return the action that shows the proposals for ``order`` as they are now."""
        history = order._get_histories()[order]
        products = order._get_proposed_products(history.scope)
        maker_sudo = self.sudo().with_context(repair_flow=FLOW)  # no user has the right to make up figures
        dialogue = maker_sudo.create({
            "repair_id": order.id,
            "basis": order._describe_scope(history.scope),
            "line_ids": [Command.create(values) for values in self._prepare_lines(order, products, history.scope)],
            "cause_ids": [Command.create(self._prepare_code(share, "cause")) for share in history.causes],
            "remedy_ids": [Command.create(self._prepare_code(share, "remedy")) for share in history.remedies],
        })
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Proposals from past repairs"),
            "res_model": self._name, "res_id": dialogue.id, "views": [(False, "form")], "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    @api.model
    def _prepare_lines(self, order, products, scope):
        proposed = self.env["product.product"].union(*(product for product, _entry in products))
        fitting = order._get_fitting_products(proposed)
        available = order._get_available_quantities(proposed)
        return [
            {
                "product_id": product.id,
                "use_count": entry.orders,
                "order_count": entry.total,
                "usage": order._describe_use(entry.orders, scope),
                "quantity": entry.quantity,
                "fits": product in fitting,
                "price_unit": order._get_list_price(product, entry.quantity),
                "is_stocked": product in available,
                "available": available.get(product, 0.0),
            }
            for product, entry in products]

    @api.model
    def _prepare_code(self, share, kind):
        return {"kind": kind, "code_id": share.code, "use_count": share.count, "order_count": share.total, "percent": share.percent}

    def action_add(self):
        """Put the ticked parts and services on the order, as if added by hand; what stands on it already is left alone.

        A quotation that lies with the customer is withdrawn by that, as by any line added.

        :return: action that says what was added and closes the dialogue
        :raises UserError: nothing ticked, everything on the order already, or an order that takes no more lines
        """
        self.ensure_one()
        order, chosen = self.repair_id, self.line_ids.filtered("chosen")
        order.check_access("write")
        order._lock_order()
        # The row changes, so that of two at once the second starts over and finds the lines of the first.
        self.env.cr.execute(SQL("UPDATE repair_order SET write_date = write_date WHERE id = %s", order.id))
        order._check_open_for_proposals()
        if not chosen:
            raise UserError(self.env._("Tick what shall be added first."))
        lines = chosen.filtered(lambda line: line.product_id not in order._get_used_products())
        if not lines:
            raise UserError(self.env._(
                "On %(order)s already, nothing was added: %(products)s.",
                order=order.name, products=", ".join(chosen.product_id.mapped("display_name"))))
        lines._add_to_order()
        return self._report(lines, chosen - lines)

    def _report(self, added, left):
        message = self.env._("Added: %(products)s.", products=", ".join(added.product_id.mapped("display_name")))
        if left:
            message += " " + self.env._("On the order already: %(products)s.", products=", ".join(left.product_id.mapped("display_name")))
        return {
            "type": "ir.actions.client", "tag": "display_notification",
            "params": {"type": "success", "message": message, "next": {"type": "ir.actions.act_window_close"}},
        }
