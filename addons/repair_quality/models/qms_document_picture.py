import re

from odoo import models

PICTURE = re.compile(r"/web/(?:image|content)/(\d+)(?:[^\"'\s>]*access_token=([\w-]+))?")


class QmsDocumentVersion(models.Model):
    """Pictures in the text are part of what was approved: each version has its own, and they are fixed with it."""

    _inherit = "qms.document.version"

    def _get_pictures(self):
        """Return the attachments that the text shows and that belong to a version of the same document, as the superuser."""
        self.ensure_one()
        ids = [int(found[1]) for found in PICTURE.finditer(self.sudo().content or "")]  # whoever asks about a file need not read the text
        attachments_sudo = self.env["ir.attachment"].sudo().browse(ids).exists()  # as above
        siblings = set(self.document_id.sudo().version_ids.ids)  # as above
        return attachments_sudo.filtered(
            lambda one: one.res_model == self._name and one.res_id in siblings and not one.res_field).sorted("id")

    def _own_pictures(self):
        """Give the version pictures of its own where its text still shows those of the version before."""
        self.ensure_one()
        content = self.content or ""
        for picture_sudo in self._get_pictures().filtered(lambda one: one.res_id != self.id):
            own_sudo = picture_sudo.copy({"res_id": self.id})
            token = own_sudo.generate_access_token()[0]

            def replace(found, old=picture_sudo.id, new=own_sudo.id, token=token):
                if int(found[1]) != old:
                    return found[0]
                text = found[0].replace(f"/{old}", f"/{new}", 1)
                return text.replace(found[2], token) if found[2] else text

            content = PICTURE.sub(replace, str(content))
        if content != (self.content or ""):
            self.content = content

    def _get_fixed_parts(self):
        return super()._get_fixed_parts() + [picture.checksum or "" for picture in self._get_pictures()]
