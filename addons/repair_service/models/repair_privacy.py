from odoo import api, models
from odoo.fields import Command

from .repair_flow import FLOW

# What tells about customers. Who links a record of these shows himself its names, telephones and addresses by related fields,
# and a technician's rights on contacts follow from his orders: nobody links what he may not read.
PRIVATE_MODELS = frozenset({
    "res.partner", "repair.order", "repair.appointment", "repair.appliance", "repair.inspection", "repair.payment", "repair.quotation"})


class Base(models.AbstractModel):
    _inherit = "base"

    def onchange(self, values, field_names, fields_spec):
        """Work out what follows from values on a form that is not saved yet; core shows what is related without asking for rights.

        :raises AccessError: a customer, or a record about one, that the user may not read
        """
        kept = {name for name, value in values.items() if self and value and self._fields.get(name) and self._is_linked(name, value)}
        shown = [{name: value for name, value in values.items() if name not in kept}]
        if not self:  # a new form begins with what the caller's context, or the user himself, says
            shown.append({key[len("default_"):]: value for key, value in self.env.context.items() if key.startswith("default_")})
            shown.append(self.env["ir.default"]._get_model_defaults(self._name))
        self._check_private_links(shown)
        return super().onchange(values, field_names, fields_spec)

    def _is_linked(self, name, value):
        return self._fields[name].type == "many2one" and self[name].id == value

    @api.model
    def _check_private_links(self, vals_list):
        """Raise when values link customers, or records about them, that the user may not read; one check a model.

        :param vals_list: values as for ``create``, with lines as commands
        """
        if self.env.su or self.env.context.get("repair_flow") is FLOW:
            return
        links = {}
        for vals in vals_list:
            self._collect_private_links(vals, links)
        for name, ids in links.items():
            self.env[name].browse(ids).exists().check_access("read")

    @api.model
    def _collect_private_links(self, vals, links):
        for name, value in vals.items():
            field = self._fields.get(name)
            if field is None or not field.relational or not value or field.type in ("reference", "many2one_reference"):
                continue
            if field.type == "many2one":
                ids, nested = [value], []
            else:
                ids, nested = self._read_commands(value)
            if field.comodel_name in PRIVATE_MODELS:
                links.setdefault(field.comodel_name, set()).update(
                    number for number in ids if type(number) is int and 0 < number < 2**31)
            for lines in nested:
                self.env[field.comodel_name]._collect_private_links(lines, links)

    @api.model
    def _read_commands(self, commands):
        """Return what commands on a list link, and the values of the lines that they make or change."""
        ids, nested = [], []
        for command in commands if isinstance(commands, (list, tuple)) else ():
            if not isinstance(command, (list, tuple)):
                ids.append(command)
            elif len(command) > 1 and command[0] == Command.LINK:
                ids.append(command[1])
            elif len(command) > 2 and command[0] == Command.SET and isinstance(command[2], (list, tuple)):
                ids += command[2]
            elif len(command) > 2 and command[0] in (Command.CREATE, Command.UPDATE) and isinstance(command[2], dict):
                nested.append(command[2])
        return ids, nested
