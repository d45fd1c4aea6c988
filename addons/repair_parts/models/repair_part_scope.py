from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine import model_pattern


class RepairPartScope(models.AbstractModel):
    """The appliances that a line of the catalogue is about: a family, a brand, a model; what is left open is any."""

    _name = "repair.part.scope"
    _description = "Appliances meant by a catalogue line"
    _inherit = ["repair.input"]

    category_id = fields.Many2one(
        "repair.appliance.category", "Family", index="btree_not_null", ondelete="restrict", help="And the families below it. Empty: any.")
    brand_id = fields.Many2one("repair.brand", index="btree_not_null", ondelete="restrict", help="Empty: any brand.")
    model_name = fields.Char(
        "Model", help="One model as on the plate, or many by wildcards: BCD-470* is every model that begins so, "
        "? any one character. Empty: any model.")
    model_key = fields.Char(compute="_compute_model_key", store=True, precompute=True, index="btree_not_null")
    model_like = fields.Char(compute="_compute_model_key", store=True, precompute=True)

    @api.depends("model_name")
    def _compute_model_key(self):
        for line in self:
            line.model_key = model_pattern.get_key(line.model_name) or False
            line.model_like = model_pattern.get_like(line.model_name) or False

    @api.constrains("model_name")
    def _check_model_name(self):
        for line in self:
            if not line.model_name:
                continue
            if len(model_pattern.split(line.model_name)) != 1:
                raise ValidationError(self.env._(
                    "%(models)s: write one model a line, or one with wildcards such as BCD-470*.", models=line.model_name))
            if not model_pattern.WILDCARD.sub("", model_pattern.normalise(line.model_name)):
                raise ValidationError(self.env._("A star alone is any model: leave the model empty instead."))

    def _describe_scope(self):
        """Return family, brand and model of the line as one text; what is left open is left out."""
        self.ensure_one()
        return " · ".join(filter(None, (self.category_id.name, self.brand_id.name, self.model_name)))

    @api.model
    def _get_scope_domain(self, appliance):
        """Return the domain of the lines whose family, brand and model are those of ``appliance``, or left open."""
        model = model_pattern.normalise(appliance.model_name)
        same_model = Domain("model_key", "in", model_pattern.get_candidates(model)) & (
            Domain("model_like", "=", False) | self._get_like_domain(model))
        return (
            (Domain("category_id", "=", False) | Domain("category_id", "in", appliance._get_family_ids()))
            & (Domain("brand_id", "=", False) | Domain("brand_id", "in", appliance.brand_id.ids))
            & (Domain("model_key", "=", False) | same_model if model else Domain("model_key", "=", False)))

    @api.model
    def _get_like_domain(self, model):
        return Domain.custom(
            to_sql=lambda lines, alias, query: SQL("%s LIKE %s", model, lines._field_to_sql(alias, "model_like", query)),
            predicate=lambda line: model_pattern.matches(line.model_name, model))

    def _is_about(self, appliance):
        """Whether the line is about ``appliance``; without an appliance only what is left open altogether is."""
        self.ensure_one()
        if not appliance:
            return not (self.category_id or self.brand_id or self.model_key)
        return (
            (not self.category_id or self.category_id.id in appliance._get_family_ids())
            and (not self.brand_id or self.brand_id == appliance.brand_id)
            and (not self.model_key or model_pattern.matches(self.model_name, appliance.model_name)))
