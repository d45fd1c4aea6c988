from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.repair_service.models.repair_flow import FLOW


class HrTrainingMixin(models.AbstractModel):
    """What every training record shares: its stages and results change through its buttons only (handbook 9)."""

    _name = "hr.training.mixin"
    _description = "Guarded training record"
    _inherit = ["repair.input"]

    @api.model_create_multi
    def create(self, vals_list):
        """Create records at the beginning of their flow, whatever the caller sends."""
        if not self._in_flow():
            for vals in vals_list:
                self._check_flow_fields(vals)
        return super().create(vals_list)

    def write(self, vals):
        """Write; what the flow sets is closed, and so is a record that is finished."""
        if not self._in_flow():
            self._check_flow_fields(vals)
            self._check_frozen(vals)
        return super().write(vals)

    def _in_flow(self):
        return self.env.context.get("repair_flow") is FLOW

    def _flow_write(self, vals):
        """Write fields of the flow from inside the flow."""
        return self.with_context(repair_flow=FLOW).write(vals)

    @api.model
    def _flow_create(self, vals_list):
        """Create records from inside the flow; the token does not stay in their context."""
        token = self.env.context.get("repair_flow")
        return self.with_context(repair_flow=FLOW).create(vals_list).with_context(repair_flow=token)

    @api.model
    def _check_flow_fields(self, vals):
        names = self._flow_fields & vals.keys()
        defaults = self._without_flow_defaults().default_get(list(names)) if names else {}
        locked = sorted(name for name in names if vals[name] and vals[name] != defaults.get(name))
        if self and names:
            locked = sorted(names)
        if locked:
            labels = ", ".join(self._fields[name].get_description(self.env, ["string"])["string"] for name in locked)
            raise UserError(self.env._("%(fields)s: set by the buttons only, not by hand.", fields=labels))

    def _check_frozen(self, vals):
        """Raise when ``vals`` change a record that is finished; each model says what that means."""

    def _lock(self):
        """Hold the rows until the end of the transaction, so that a step taken twice at once happens once."""
        if self.ids:
            self.flush_recordset()
            self._hold(self)
            self.invalidate_recordset()

    @api.model
    def _hold(self, records):
        """Let steps about the same records happen one after the other, each seeing what the one before did.

        A lock alone would let the second go on with what it saw before it waited; with the row written it starts anew.
        """
        self.env.cr.execute(SQL(
            "UPDATE %s SET id = id WHERE id IN (SELECT id FROM %s WHERE id IN %s ORDER BY id FOR UPDATE)",
            SQL.identifier(records._table), SQL.identifier(records._table), tuple(records.ids)))

    @api.model
    def _is_hr(self):
        return self.env.user.has_group("hr.group_hr_user")

    @api.model
    def _check_hr(self):
        if not self._is_hr():
            raise AccessError(self.env._("Only HR officers do this. Ask HR."))

    @api.model
    def _is_me(self, employee):
        """Whether the user is this employee."""
        return bool(employee) and employee.sudo().user_id == self.env.user  # only the link to the user is compared

    @api.model
    def _is_about_me(self, employee):
        """Whether the user is, or with an earlier login was, this employee: nobody decides about himself."""
        return bool(employee) and self.env.user in employee._get_logins()

    @api.model
    def _is_same_person(self, users):
        """Whether the user is one of these users, or another login of one of them: four eyes are those of two people."""
        if self.env.user in users:
            return True
        mine_sudo = self.env["hr.employee"].sudo().with_context(active_test=False).search([  # only compared
            "|", ("user_id", "=", self.env.uid), ("former_user_ids", "in", self.env.uid)])
        return bool(mine_sudo._get_logins() & users)

    @api.model
    def _is_my_report(self, employee):
        """Whether the user manages this employee, directly or through others."""
        manager = employee.sudo().parent_id  # only the links to the users are compared
        seen = manager.browse()
        while manager and manager not in seen:
            if manager.user_id == self.env.user:
                return not self._is_about_me(employee)
            seen |= manager
            manager = manager.parent_id
        return False

    @api.model
    def _get_local_today(self, company=None):
        """Today's date at the company's, also in jobs that run without a time zone."""
        return self.env["repair.order"]._local_date(fields.Datetime.now(), company or self.env.company)
