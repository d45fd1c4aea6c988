from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

# Only code of this process can hold this object: a context that comes in by RPC cannot.
FLOW = object()


class QmsPolicy(models.Model):
    """Quality policy (handbook 10.1.1 (1))."""

    _name = "qms.policy"
    _description = "Quality Policy"
    _inherit = ["mail.thread", "repair.input"]
    _order = "effective_from desc, id desc"
    _flow_fields = frozenset({"state", "effective_from", "approved_by_id", "version"})

    name = fields.Char(required=True, translate=True)
    version = fields.Integer(default=1, readonly=True, copy=False)
    text = fields.Html("Policy", translate=True, required=True)
    state = fields.Selection(
        [("draft", "Draft"), ("in_force", "In force"), ("replaced", "Replaced")],
        default="draft", required=True, readonly=True, copy=False, tracking=True,
    )
    effective_from = fields.Date(readonly=True, copy=False, tracking=True)
    approved_by_id = fields.Many2one("res.users", string="Approved by", readonly=True, copy=False)
    objective_ids = fields.One2many("qms.objective", "policy_id", string="Objectives")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)

    _one_in_force = models.UniqueIndex(
        "(company_id) WHERE state = 'in_force'", "Only one policy is in force in a company: replace the present one.")

    @api.model_create_multi
    def create(self, vals_list):
        """Policies start as drafts: :meth:`action_put_in_force` approves them."""
        for vals in vals_list:
            vals.update(state="draft", version=1, effective_from=False, approved_by_id=False)
        return super().create(vals_list)

    def write(self, vals):
        """What a policy in force says stays as it is; a new version replaces it."""
        if self.env.context.get("qms_flow") is not FLOW:
            if self._flow_fields & vals.keys():
                raise UserError(self.env._("A policy comes into force with its button only."))
            if {"name", "text", "company_id"} & vals.keys() and any(policy.state != "draft" for policy in self):
                raise UserError(self.env._("This policy is or was in force and stays as it is. Make a new version to change it."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        if any(policy.state != "draft" for policy in self):
            raise UserError(self.env._("Policies that were in force are kept as records."))

    def action_put_in_force(self):
        """Approve the draft; it replaces the company's present policy and takes over its objectives.

        :raises AccessError: for anybody but quality managers
        """
        self.ensure_one()
        if not self.env.user.has_group("repair_quality.repair_quality_group_manager"):
            raise AccessError(self.env._("Only quality managers put a policy into force."))
        if self.state != "draft":
            raise UserError(self.env._("Only a draft can be put into force."))
        present = self.search([("company_id", "=", self.company_id.id), ("state", "=", "in_force")])
        present._flow_write({"state": "replaced"})
        present.flush_recordset()
        self._flow_write({
            "state": "in_force", "approved_by_id": self.env.uid, "effective_from": fields.Date.context_today(self),
        })
        present.with_context(active_test=False).objective_ids.policy_id = self

    def action_new_version(self):
        """Copy the policy to a draft of the next version and open it; a draft that is begun already is opened."""
        self.ensure_one()
        draft = self.search([("company_id", "=", self.company_id.id), ("state", "=", "draft"), ("version", ">", self.version)], limit=1)
        if not draft:
            draft = self.copy({"name": self.name})
            draft._flow_write({"version": self.version + 1})
        return {"type": "ir.actions.act_window", "res_model": self._name, "res_id": draft.id, "view_mode": "form"}

    def _flow_write(self, vals):
        return self.with_context(qms_flow=FLOW).write(vals)
