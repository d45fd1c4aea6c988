from odoo import fields, models
from odoo.exceptions import UserError


class RepairToolDialogue(models.TransientModel):
    """The steps of a tool: handed out, signed for, checked, reported as damaged, taken back."""

    _name = "repair.tool.dialogue"
    _description = "Step of a tool"
    _inherit = ["repair.input"]

    kind = fields.Selection(
        [("hand_out", "Hand out"), ("sign", "Sign for the tool"), ("check", "Check the tool"), ("damage", "Report damage or loss"),
         ("take_back", "Take the tool back")],
        required=True, readonly=True, default="check")
    equipment_id = fields.Many2one("maintenance.equipment", "Tool", required=True, readonly=True, ondelete="cascade")
    check_points = fields.Text(related="equipment_id.check_points", string="Points to check")
    employee_id = fields.Many2one("hr.employee", "Hand to", domain="[('user_id', '!=', False)]", ondelete="cascade")
    signer_name = fields.Char(default=lambda self: self.env.user.name)
    signature = fields.Binary()
    result = fields.Selection([("pass", "In order"), ("fail", "Defective")])
    is_clean = fields.Boolean("It is clean", default=True)
    is_whole = fields.Boolean("It is whole", default=True)
    note = fields.Char("What was noticed")

    def action_confirm(self):
        """Take the step.

        :raises AccessError: it is not the user's step
        :raises UserError: it is not possible now, or something is missing
        """
        self.ensure_one()
        tool = self.equipment_id
        tool.check_access("read")
        if self.kind == "hand_out":
            if not self.employee_id:
                raise UserError(self.env._("Choose who gets the tool."))
            tool._hand_out(self.employee_id, self.note)
        elif self.kind == "sign":
            if not tool.custody_id:
                raise UserError(self.env._("%(tool)s was not handed to anybody.", tool=tool.display_name))
            tool.custody_id._sign(self.signature)
        elif self.kind == "check":
            tool._record_check(self.result, self.note)
        elif self.kind == "damage":
            tool._report_own_damage(self.note)
        else:
            tool._take_back(self.is_clean, self.is_whole, self.note)
        return {"type": "ir.actions.act_window_close"}
