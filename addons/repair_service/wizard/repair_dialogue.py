from odoo import api, models


class RepairDialogue(models.AbstractModel):
    """A dialogue on a service order: it shows the order's facts, so it opens on orders that its user may change only."""

    _name = "repair.dialogue"
    _description = "Dialogue on a service order"

    @api.model_create_multi
    def create(self, vals_list):
        """Open dialogues.

        :raises AccessError: on an order that the user may not change
        """
        dialogues = super().create(vals_list)
        dialogues.repair_id.check_access("write")
        return dialogues

    def write(self, vals):
        """Write the answers given in the dialogue.

        :raises AccessError: on an order that the user may not change
        """
        result = super().write(vals)
        self.repair_id.check_access("write")
        return result
