from odoo import api, models


class RepairDialogue(models.AbstractModel):
    """A dialogue on a service order: it shows the order's facts, so it opens on orders that its user may change only.

    ``_dialogue_on`` names the field with the record that it is about, where that is not the order.
    """

    _name = "repair.dialogue"
    _description = "Dialogue on a service order"
    _dialogue_on = "repair_id"

    @api.model_create_multi
    def create(self, vals_list):
        """Open dialogues.

        :raises AccessError: on an order, or visit, that the user may not change
        """
        dialogues = super().create(vals_list)
        dialogues[self._dialogue_on].check_access("write")
        return dialogues

    def write(self, vals):
        """Write the answers given in the dialogue.

        :raises AccessError: on an order, or visit, that the user may not change
        """
        result = super().write(vals)
        self[self._dialogue_on].check_access("write")
        return result
