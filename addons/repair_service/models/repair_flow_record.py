from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.misc import clean_context

from .repair_flow import FLOW
from .repair_input import drop_kept_defaults


class RepairFlowRecord(models.AbstractModel):
    """Records that are kept as they came about: the flow writes them, people at most add their notes."""

    _name = "repair.flow.record"
    _description = "Record written by the flow only"

    # What people may note on the record themselves.
    _note_fields = frozenset()

    @api.model_create_multi
    def create(self, vals_list):
        """Create records of the flow.

        :raises UserError: by hand
        """
        self._check_flow()
        return super().create(vals_list)

    def write(self, vals):
        """Write what the flow finds, or the notes of people.

        :raises UserError: anything else by hand
        """
        if not vals.keys() <= self._note_fields:
            self._check_flow()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_flow(self):
        self._check_flow()

    @api.model
    def default_get(self, fields):
        """Return the defaults of the code: what the flow records takes nothing from the context or the own defaults of who caused it."""
        plain = self.with_env(self.env(context=clean_context(self.env.context)))
        return drop_kept_defaults(plain, set(fields), super(RepairFlowRecord, plain).default_get(fields))

    @api.model
    def _check_flow(self):
        if not self._is_flow():
            raise UserError(self._get_flow_error())

    @api.model
    def _is_flow(self):
        return self.env.context.get("repair_flow") is FLOW

    @api.model
    def _get_flow_error(self):
        """Return the message for people who try to write the record by hand: what to do instead."""
        return self.env._("This record is written by the system only.")
