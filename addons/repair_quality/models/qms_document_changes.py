from odoo import api, fields, models

from odoo.addons.html_editor.models.diff_utils import generate_comparison


class QmsDocumentVersion(models.Model):
    """What a version changes in the text of the one before: reviewers and readers look there first (ISO 9001, 7.5.3)."""

    _inherit = "qms.document.version"

    changes = fields.Html("Changes in the text", compute="_compute_changes", sanitize=False)

    @api.depends("content", "number", "document_id")
    def _compute_changes(self):
        for version in self:
            # Whoever reads this version may know what it replaces, which is not in force any more.
            before_sudo = version.sudo().document_id.version_ids.filtered(lambda one, own=version: one.number < own.number)
            before = before_sudo.sorted("number")[-1:].content
            changed = version.content and before and before != version.content
            version.changes = changed and self._compare(str(version.content), str(before))

    @api.model
    def _compare(self, new, old):
        text = generate_comparison(old, new)  # core reads it from the newer text back to the older one
        for tag, mark, look in (("added", "ins", "text-bg-success"), ("removed", "del", "text-bg-danger")):
            text = text.replace(f"<{tag}>", f'<{mark} class="{look} bg-opacity-25 text-reset">').replace(f"</{tag}>", f"</{mark}>")
        return text
