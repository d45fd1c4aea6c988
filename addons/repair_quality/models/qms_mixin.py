from odoo import api, models
from odoo.exceptions import AccessError, UserError, ValidationError


def is_changed(record, name, value):
    """Whether a value to be written differs from the one stored; lines and files always count as changed."""
    field = record._fields.get(name)
    if field is None or field.type in ("one2many", "many2many"):
        return field is not None
    return field.convert_to_cache(value, record) != field.convert_to_cache(record[name], record)


class QmsMixin(models.AbstractModel):
    """What every quality record shares: its stages change through its buttons only, and who may decide (handbook 10)."""

    _name = "qms.mixin"
    _description = "Guarded quality record"
    _inherit = ["hr.training.mixin"]

    @api.model_create_multi
    def create(self, vals_list):
        """Create records that colleagues answer for."""
        for vals in vals_list:
            self._check_values(self, vals)
            self._check_colleagues(vals)
        return super().create(vals_list)

    def write(self, vals):
        """Write values that can be stored; those that cannot are refused before anything is compared with them."""
        self._check_values(self, vals)
        self._check_colleagues(vals)
        return super().write(vals)

    @api.model
    def _check_colleagues(self, vals):
        """Raise when somebody is named who is no colleague: a portal customer owns, reviews and witnesses nothing."""
        names = [name for name in vals if (field := self._fields.get(name)) is not None and field.comodel_name == "res.users"
                 and field.type == "many2one" and isinstance(vals[name], int) and vals[name]]
        for name in names:
            if self.env["res.users"].sudo().browse(vals[name]).exists().share:  # the kind of login is compared only
                raise ValidationError(self.env._(
                    "%(field)s: choose a colleague, not a customer's login.",
                    field=self._fields[name].get_description(self.env, ["string"])["string"]))

    def _is_changed(self, name, value):
        return is_changed(self, name, value)

    @api.model
    def _is_quality_officer(self):
        return self.env.su or self.env.user.has_group("repair_quality.repair_quality_group_officer")

    @api.model
    def _is_quality_manager(self):
        return self.env.su or self.env.user.has_group("repair_quality.repair_quality_group_manager")

    @api.model
    def _check_quality_officer(self):
        if not self._is_quality_officer():
            raise AccessError(self.env._("Only quality officers do this. Ask one of them."))

    @api.model
    def _check_quality_manager(self):
        if not self._is_quality_manager():
            raise AccessError(self.env._("Only quality managers do this. Ask one of them."))

    def _check_in_state(self, *states):
        """Return ``self``, locked, when every record is in one of the states; raise otherwise."""
        self._lock()
        labels = dict(self._fields["state"]._description_selection(self.env))
        for record in self:
            if record.state not in states:
                raise UserError(self.env._(
                    "%(record)s is '%(state)s': this is possible while it is '%(expected)s'.", record=record.display_name,
                    state=labels[record.state], expected=" / ".join(labels[state] for state in states)))
        return self

    @api.model
    def _take_reason(self, reason, message):
        """Return a reason without blanks around it.

        :param reason: what the caller sent, anything
        :param message: translated text of the error when it is empty or no text
        """
        if not isinstance(reason, str) or not reason.strip():
            raise UserError(message)
        return reason.strip()[:1000]

    def _ask_reason(self, method, title):
        """Return the dialogue that asks for a reason and then calls ``method`` with it."""
        return {
            "type": "ir.actions.act_window", "res_model": "qms.reason", "view_mode": "form", "target": "new", "name": title,
            "context": {"default_res_model": self._name, "default_res_id": self.id, "default_method": method},
        }
