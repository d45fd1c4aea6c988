from odoo import api, models


def is_changed(record, name, value):
    """Whether a value to be written differs from the one stored; lines and files always count as changed."""
    field = record._fields.get(name)
    if field is None or field.type in ("one2many", "many2many"):
        return field is not None
    return field.convert_to_cache(value, record) != field.convert_to_cache(record[name], record)


class QmsMixin(models.AbstractModel):
    """What every quality record shares: its stages change through its buttons only, and who may decide."""

    _name = "qms.mixin"
    _description = "Guarded quality record"
    _inherit = ["hr.training.mixin"]

    def write(self, vals):
        """Write values that can be stored; those that cannot are refused before anything is compared with them."""
        self._check_values(self, vals)
        return super().write(vals)

    def _is_changed(self, name, value):
        return is_changed(self, name, value)

    @api.model
    def _is_quality_officer(self):
        return self.env.user.has_group("repair_quality.repair_quality_group_officer")

    @api.model
    def _is_quality_manager(self):
        return self.env.user.has_group("repair_quality.repair_quality_group_manager")
