from odoo import api, fields, models
from odoo.exceptions import UserError


class QmsCertificationOffer(models.Model):
    """A certification body that was asked: what it costs, what it is accredited for, what it knows of the trade (handbook 10.2.2 (1))."""

    _name = "qms.certification.offer"
    _description = "Offer of a Certification Body"
    _inherit = ["repair.input"]
    _order = "certification_id, price, id"
    _rec_name = "partner_id"

    certification_id = fields.Many2one("qms.certification", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="certification_id.company_id", store=True, index=True)
    partner_id = fields.Many2one("res.partner", "Certification body", required=True, ondelete="restrict")
    accreditation = fields.Char("Accreditation number", help="Of the national accreditation body, such as CNAS.")
    accredited_scope = fields.Char("Accredited for", help="Trades and standards in the body's accreditation.")
    currency_id = fields.Many2one(related="company_id.currency_id")
    price = fields.Monetary("Price of three years", required=True)
    experience_years = fields.Integer("Years in the trade")
    references = fields.Integer("Certified companies of the trade")
    note = fields.Char("Remarks")
    is_chosen = fields.Boolean("Chosen", compute="_compute_is_chosen")

    _body_once = models.UniqueIndex("(certification_id, partner_id)", "This body is compared already.")
    _numbers = models.Constraint(
        "CHECK (price >= 0 AND experience_years BETWEEN 0 AND 200 AND \"references\" >= 0)", "Price, years and companies are not negative.")

    @api.depends("certification_id.body_id", "partner_id")
    def _compute_is_chosen(self):
        for offer in self:
            offer.is_chosen = bool(offer.certification_id.body_id) and offer.certification_id.body_id == offer.partner_id

    @api.model_create_multi
    def create(self, vals_list):
        """Offers are compared before the choice."""
        offers = super().create(vals_list)
        offers._check_choosing()
        return offers

    def write(self, vals):
        """What was compared stays as it was when the choice was made."""
        self._check_choosing()
        res = super().write(vals)
        self._check_choosing()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_only_choosing(self):
        self._check_choosing()

    def _check_choosing(self):
        if any(offer.certification_id.state != "choosing" for offer in self):
            raise UserError(self.env._("The body is chosen: what was compared stays as it is."))

    def action_choose(self):
        """Ask why this body is chosen; see :meth:`_choose`."""
        self.ensure_one()
        self.certification_id._check_manager()
        self._check_choosing()
        return self.env["qms.check.reason"]._ask(self, "choose", self.env._("Choose this body"))

    def _choose(self, reason):
        self.ensure_one()
        self.certification_id._choose(self, reason)


class QmsCertificationTask(models.Model):
    """Something to prepare before the body comes, with who does it and by when (handbook 10.2.2 (2))."""

    _name = "qms.certification.task"
    _description = "Preparation for a Certification"
    _inherit = ["repair.input"]
    _order = "certification_id, deadline, id"
    _flow_fields = frozenset({"done_on", "done_by_id"})

    certification_id = fields.Many2one("qms.certification", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="certification_id.company_id", store=True, index=True)
    name = fields.Char("What to prepare", required=True)
    clause = fields.Char(help="Clause of the standard.")
    owner_id = fields.Many2one(
        "res.users", required=True, default=lambda self: self.env.user, domain="[('share', '=', False)]", index=True)
    deadline = fields.Date(required=True)
    evidence = fields.Text(help="Where the evidence is: document, record, folder.")
    done_on = fields.Date(readonly=True, copy=False)
    done_by_id = fields.Many2one("res.users", "Done by", readonly=True, copy=False)
    is_overdue = fields.Boolean("Overdue", compute="_compute_is_overdue")

    @api.depends("deadline", "done_on")
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for task in self:
            task.is_overdue = bool(task.deadline and task.deadline < today and not task.done_on)

    @api.model_create_multi
    def create(self, vals_list):
        """Preparations begin open."""
        for vals in vals_list:
            for name in self._flow_fields & vals.keys():
                del vals[name]
        tasks = super().create(vals_list)
        if any(task.certification_id.state not in ("choosing", "preparing") for task in tasks):
            raise UserError(self.env._("The preparation is over: the body audits already."))
        return tasks

    def write(self, vals):
        """What is done is done with its button, and stays."""
        if self._flow_fields & vals.keys() and not self.env.su:
            raise UserError(self.env._("Report a preparation as done with its button."))
        if not self.env.su and ("certification_id" in vals or any(task.done_on for task in self)):
            raise UserError(self.env._("A preparation that is done stays as it is."))
        if not self.env.su and vals.keys() - {"evidence"}:
            self.env["qms.certification"]._check_manager()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_open(self):
        if any(task.done_on for task in self):
            raise UserError(self.env._("A preparation that is done stays as it is."))

    def action_done(self):
        """Report preparations as done, with the evidence.

        :raises UserError: for anybody but the owner and quality managers, and without evidence
        """
        self.check_access("write")
        for task in self:
            if task.owner_id != self.env.user:
                self.env["qms.certification"]._check_manager()
            if task.done_on:
                raise UserError(self.env._("%(task)s is done already.", task=task.name))
            if not (task.evidence or "").strip():
                raise UserError(self.env._("Write where the evidence of '%(task)s' is.", task=task.name))
        self.sudo().write({"done_on": fields.Date.context_today(self), "done_by_id": self.env.uid})  # closed to hands
