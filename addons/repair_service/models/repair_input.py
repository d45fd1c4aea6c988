import math
from datetime import date

from odoo import api, models
from odoo.exceptions import UserError, ValidationError

from ..engine import texts
from .repair_flow import FLOW

CHAR_MAX, TEXT_MAX = 1_000, 100_000
INTEGER_MAX = 2**31 - 1
NUMBER_MAX = 1e12
# No appliance, request or visit lies outside these years; further out, time zones and terms cannot be reckoned.
YEARS = range(1900, 2201)


def drop_kept_defaults(model, names, values):
    """Return default values in which fields have the defaults of the code, not those that users keep for themselves."""
    names = names & values.keys()
    for name in names and names & model.env["ir.default"]._get_model_defaults(model._name).keys():
        del values[name]
        if (default := model._fields[name].default) is not None:
            values[name] = default(model)
    return values


class RepairInput(models.AbstractModel):
    """What any caller may send to a service record: import, form, automation or RPC."""

    _name = "repair.input"
    _description = "Checked input of service records"

    # Fields that only the flow sets: a caller's context may not bring them in as defaults either.
    _flow_fields = frozenset()

    @api.model_create_multi
    def create(self, vals_list):
        """Create records from values that can be stored and reckoned with.

        :raises ValidationError: a value that cannot
        :raises UserError: a value that the record works out by itself
        :raises AccessError: a customer, or a record about one, that the user may not read
        """
        for vals in vals_list:
            self._check_input(vals)
        self._check_private_links(vals_list)
        return super(RepairInput, self._without_flow_defaults()).create(vals_list)

    def write(self, vals):
        """Write values that can be stored and reckoned with.

        :raises ValidationError: a value that cannot
        :raises UserError: a value that the record works out by itself
        :raises AccessError: a customer, or a record about one, that the user may not read
        """
        self._check_input(vals)
        self._check_private_links([vals])
        return super().write(vals)

    @api.model
    def default_get(self, fields):
        """Return defaults; those that users may set for themselves do not bring in what only the flow sets."""
        values = super().default_get(fields)
        locked = {name for name in self._get_own_default_fields() if f"default_{name}" not in self.env.context}
        return drop_kept_defaults(self, locked, values)

    @api.model
    def _get_own_default_fields(self):
        """Return the fields whose defaults are those of the code, whatever users keep as theirs."""
        return self._flow_fields

    @api.model
    def _without_flow_defaults(self):
        """Return ``self`` without the defaults of flow fields in its context; the flow itself keeps its own."""
        forged = {f"default_{name}" for name in self._flow_fields} & self.env.context.keys()
        if not forged or self.env.context.get("repair_flow") is FLOW:
            return self
        return self.with_env(self.env(context={key: value for key, value in self.env.context.items() if key not in forged}))

    @api.model
    def _check_input(self, vals):
        self._check_values(self, vals)
        self._check_worked_out(vals)

    @api.model
    def _check_values(self, model, vals):
        """Raise when a value cannot be stored in a field of ``model`` and reckoned with.

        :raises ValidationError: names field and value
        """
        for name, value in vals.items():
            field = model._fields.get(name)
            if field is None or value is None or value is False:
                continue
            if not self._is_storable(field, value):
                raise ValidationError(self.env._(
                    "%(field)s: %(value)s cannot be taken. Correct it.",
                    field=field.get_description(self.env, ["string"])["string"], value=texts.clean(str(value))[:60]))

    @api.model
    def _check_worked_out(self, vals):
        """Refuse stored results: ``readonly`` on a field binds screens only, a caller could write them."""
        if self.env.su or self.env.context.get("repair_flow") is FLOW:
            return
        for name in vals:
            field = self._fields.get(name)
            if field is not None and field.store and field.compute and field.readonly:
                raise UserError(self.env._(
                    "%(field)s is worked out by itself and cannot be set.",
                    field=field.get_description(self.env, ["string"])["string"]))

    @api.model
    def _is_storable(self, field, value):
        check = getattr(self, f"_is_storable_{field.type}", None)
        return check is None or check(value)

    @api.model
    def _is_storable_number(self, value, limit):
        return not isinstance(value, (int, float)) or (math.isfinite(value) and abs(value) <= limit)

    @api.model
    def _is_storable_integer(self, value):
        return self._is_storable_number(value, INTEGER_MAX)

    @api.model
    def _is_storable_float(self, value):
        return self._is_storable_number(value, NUMBER_MAX)

    _is_storable_monetary = _is_storable_float

    @api.model
    def _is_storable_char(self, value):
        return not isinstance(value, str) or (len(value) <= CHAR_MAX and texts.is_storable(value))

    @api.model
    def _is_storable_text(self, value):
        return not isinstance(value, str) or (len(value) <= TEXT_MAX and texts.is_storable(value))

    _is_storable_html = _is_storable_text

    @api.model
    def _is_storable_many2one(self, value):
        return not isinstance(value, str)

    @api.model
    def _is_storable_date(self, value):
        if isinstance(value, str):  # text that is no date at all is refused by the field itself
            return not value[:4].isdigit() or int(value[:4]) in YEARS
        return not isinstance(value, date) or value.year in YEARS

    _is_storable_datetime = _is_storable_date
