from odoo import api, models
from odoo.exceptions import UserError

GUARDED = (
    "qms.document.version", "qms.document.reading", "qms.audit", "qms.audit.evidence", "qms.certification", "qms.certification.audit")


class IrAttachment(models.Model):
    """The file behind a field can be reached beside its record: what is fixed there is fixed here too."""

    _inherit = "ir.attachment"

    @api.model_create_multi
    def create(self, vals_list):
        """Create; no second file slips in behind the field of a fixed record."""
        attachments = super().create(vals_list)
        if any(vals.get("res_model") in GUARDED and vals.get("res_field") for vals in vals_list):
            attachments._check_fixed_quality_file(new=True)
        return attachments

    def write(self, vals):
        """Write; files of approved versions, reported audits and evidence stay as they are."""
        if {"datas", "raw", "db_datas", "store_fname", "res_model", "res_field", "res_id", "name", "mimetype", "type"} & vals.keys():
            self._check_fixed_quality_file()
        res = super().write(vals)
        if vals.get("res_model") in GUARDED:
            self._check_fixed_quality_file(new=True)
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_fixed_quality_file(self):
        self._check_fixed_quality_file()

    def _check_fixed_quality_file(self, new=False):
        for attachment in self.sudo().filtered(lambda one: one.res_model in GUARDED and one.res_id):  # its owner only
            record = self.env[attachment.res_model].sudo().browse(attachment.res_id).exists()  # as above
            if not record or record._in_flow():
                continue
            shown = not attachment.res_field and record._name == "qms.document.version" and attachment in record._get_pictures()
            if (attachment.res_field or shown) and record._is_file_fixed(new):
                raise UserError(self.env._("This file belongs to %(record)s and stays as it is.", record=record.display_name))
