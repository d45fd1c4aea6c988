from odoo import api, models


class QmsMixin(models.AbstractModel):
    """What every quality record shares: its stages change through its buttons only, and who may decide."""

    _name = "qms.mixin"
    _description = "Guarded quality record"
    _inherit = ["hr.training.mixin"]

    def _is_changed(self, name, value):
        """Whether a value to be written differs from the one stored; lines and files always count as changed."""
        field = self._fields.get(name)
        if field is None or field.type in ("one2many", "many2many"):
            return field is not None
        return field.convert_to_cache(value, self) != field.convert_to_cache(self[name], self)

    @api.model
    def _is_quality_officer(self):
        return self.env.user.has_group("repair_quality.repair_quality_group_officer")

    @api.model
    def _is_quality_manager(self):
        return self.env.user.has_group("repair_quality.repair_quality_group_manager")
