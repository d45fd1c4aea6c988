from odoo import api, fields, models
from odoo.exceptions import UserError


class QmsEvidence(models.AbstractModel):
    """Files that prove what was done: they belong to their record, and stay once the record rests on them."""

    _name = "qms.evidence"
    _description = "Quality record with evidence"

    evidence_ids = fields.Many2many("ir.attachment", copy=False, bypass_search_access=True)

    @api.model_create_multi
    def create(self, vals_list):
        """Create records; their evidence becomes readable for whoever reads them."""
        records = super().create(vals_list)
        records._bind_evidence()
        return records

    def write(self, vals):
        """Write; new evidence is bound to its record."""
        res = super().write(vals)
        if "evidence_ids" in vals:
            self._bind_evidence()
        return res

    def _bind_evidence(self):
        """Tie uploaded files to their record.

        :raises UserError: for files of others or of other records: linking one would open it to all readers of this record
        """
        for record in self:
            for attachment_sudo in record.sudo().evidence_ids:  # a file of somebody else is refused below, not read
                if (attachment_sudo.res_model, attachment_sudo.res_id) == (record._name, record.id):
                    continue
                if attachment_sudo.res_id or attachment_sudo.res_field or (attachment_sudo.create_uid != self.env.user and not self.env.su):
                    raise UserError(self.env._("Upload the evidence itself: a file of another record cannot be taken."))
                attachment_sudo.write({"res_model": record._name, "res_id": record.id})

    def _is_evidence_locked(self):
        """Whether the record rests on its evidence, so that the files stay as they are."""
        return False


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def write(self, vals):
        """Evidence that a record rests on is not exchanged."""
        if {"raw", "datas", "db_datas", "store_fname", "name", "url", "type", "res_model", "res_id", "res_field", "checksum"} & vals.keys():
            self._check_evidence()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        self._check_evidence()

    def _check_evidence(self):
        """Raise when one of the files proves something that is finished."""
        for model, attachments in self.sudo().grouped("res_model").items():  # the lock is a fact, whoever asks
            if not model or model not in self.env or not issubclass(self.env.registry[model], self.env.registry["qms.evidence"]):
                continue
            records_sudo = attachments.env[model].browse(filter(None, attachments.mapped("res_id"))).exists()
            locked = records_sudo.filtered(lambda record: record._is_evidence_locked()).evidence_ids
            if locked & attachments:
                raise UserError(self.env._("This file is the evidence of a finished quality record: it is kept as it is."))
