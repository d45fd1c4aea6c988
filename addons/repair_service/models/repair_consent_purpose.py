from odoo import api, fields, models
from odoo.exceptions import UserError

from .repair_flow import FLOW


class RepairConsentPurpose(models.Model):
    """What personal data are used for; each purpose is agreed to by itself (handbook 3.3)."""

    _name = "repair.consent.purpose"
    _description = "Purpose of personal data"
    _inherit = ["repair.input"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Technical name by which the software asks for the consent.")
    description = fields.Text(translate=True, help="What is done with the data, in the customer's words.")
    sequence = fields.Integer(default=10)
    is_required = fields.Boolean("Needed for the service", help="Without it no request can be taken.")
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex("(code)", "Another purpose has this technical name already.")


class RepairConsentNotice(models.Model):
    """The notice that customers agree to. A published version stays as it was read."""

    _name = "repair.consent.notice"
    _description = "Privacy notice"
    _inherit = ["repair.input"]
    _order = "version desc, id desc"
    _flow_fields = frozenset({"state", "published_on"})

    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    version = fields.Integer(required=True, readonly=True, copy=False, default=0)
    body = fields.Html(required=True, translate=True, sanitize=True)
    state = fields.Selection(
        [("draft", "Draft"), ("published", "In force"), ("replaced", "Replaced")], default="draft", required=True, readonly=True, copy=False
    )
    published_on = fields.Datetime("In force since", readonly=True, copy=False)
    consent_count = fields.Integer("Consents", compute="_compute_consent_count")

    _one_in_force = models.UniqueIndex("(company_id) WHERE state = 'published'", "A company has one notice in force.")

    def _compute_consent_count(self):
        counts = dict(self.env["repair.consent"]._read_group([("notice_id", "in", self.ids)], ["notice_id"], ["__count"]))
        for notice in self:
            notice.consent_count = counts.get(notice, 0)

    @api.depends("name", "version")
    def _compute_display_name(self):
        for notice in self:
            notice.display_name = self.env._("%(name)s, version %(version)s", name=notice.name, version=notice.version)

    @api.model_create_multi
    def create(self, vals_list):
        """Create drafts; each takes the next version number of its company."""
        for vals in vals_list:
            for name in ("version", "state", "published_on"):
                vals.pop(name, None)
        notices = super().create(vals_list)
        for notice in notices:
            last = self.search([("company_id", "=", notice.company_id.id), ("id", "!=", notice.id)], order="version desc", limit=1)
            notice._flow_write({"version": last.version + 1})
        return notices

    def write(self, vals):
        """Write drafts; what customers agreed to stays as it was read.

        :raises UserError: for a published version, and for fields that publishing sets
        """
        if self.env.context.get("repair_flow") is FLOW:
            return super().write(vals)
        if {"version", "state", "published_on"} & vals.keys():
            raise UserError(self.env._("Version and state are set by publishing the notice."))
        if {"body", "name", "company_id"} & vals.keys() and any(notice.state != "draft" for notice in self):
            raise UserError(self.env._("Customers agreed to this version: it stays as it is. Make a new one."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        if any(notice.state != "draft" for notice in self):
            raise UserError(self.env._("A notice that was in force is kept: it proves what customers agreed to."))

    def _flow_write(self, vals):
        return self.with_context(repair_flow=FLOW).write(vals)

    def action_publish(self):
        """Put a draft into force in place of the version before.

        :raises UserError: when it is not a draft
        """
        self.check_access("write")
        for notice in self:
            if notice.state != "draft":
                raise UserError(self.env._("Only a draft is put into force."))
            old = self.search([("company_id", "=", notice.company_id.id), ("state", "=", "published")])
            old._flow_write({"state": "replaced"})
            old.flush_recordset()
            notice._flow_write({"state": "published", "published_on": fields.Datetime.now()})
        return True

    def action_new_version(self):
        """Open a draft that starts from this version."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "res_model": self._name, "res_id": self.copy().id, "views": [(False, "form")]}

    @api.model
    def _get_in_force(self, company):
        return self.search([("company_id", "=", company.id), ("state", "=", "published")], limit=1)
