from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .repair_flow import FLOW
from .repair_order import FINISHED_STAGES

MANAGER = "repair_service.repair_service_group_manager"
REPORTED_FIELDS = frozenset({"kind", "summary", "description", "proposal", "product_id"})


class RepairProductFeedback(models.Model):
    """A fault that lies in the product itself, reported from the order and gathered for its maker (handbook 4.1.1 (4))."""

    _name = "repair.product.feedback"
    _description = "Product Fault"
    _inherit = ["repair.input"]
    _order = "reported_on desc, id desc"
    _rec_name = "summary"
    _flow_fields = frozenset({"state", "reported_by_id", "reported_on", "sent_on", "sent_by_id", "answered_on"})

    repair_id = fields.Many2one("repair.order", "Service order", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="repair_id.company_id", store=True, index=True, precompute=True)
    appliance_id = fields.Many2one(related="repair_id.appliance_id", store=True, precompute=True)
    brand_id = fields.Many2one(related="repair_id.appliance_id.brand_id", store=True, index="btree_not_null", precompute=True)
    category_id = fields.Many2one(related="repair_id.appliance_id.category_id", string="Family", store=True, precompute=True)
    model_name = fields.Char(related="repair_id.appliance_id.model_name", string="Model", store=True, precompute=True)
    serial_number = fields.Char(related="repair_id.appliance_id.serial_number")
    cause_id = fields.Many2one(related="repair_id.cause_id", store=True, precompute=True)
    kind = fields.Selection(
        [
            ("design", "Design"), ("part", "Material or part"), ("assembly", "Assembly"), ("software", "Software"),
            ("manual", "Manual or technical papers"), ("supply", "Parts supply"), ("transport", "Packaging or transport"),
            ("other", "Other"),
        ], "Lies in", required=True, default="part")
    summary = fields.Char("Fault", required=True, help="In a few words. No names, numbers or addresses of customers: the maker reads it.")
    description = fields.Text("What was found", help="Measurements, circumstances, how often it was seen. Nothing about the customer.")
    proposal = fields.Text("How to avoid it")
    product_id = fields.Many2one("product.product", "Part concerned", ondelete="restrict", index="btree_not_null")
    reported_by_id = fields.Many2one(
        "res.users", "Reported by", required=True, readonly=True, ondelete="restrict", default=lambda self: self.env.user, copy=False)
    reported_on = fields.Datetime("Reported on", required=True, readonly=True, default=fields.Datetime.now, copy=False, index=True)
    state = fields.Selection(
        [("new", "New"), ("sent", "Sent to the maker"), ("answered", "Answered"), ("dropped", "Dropped")],
        required=True, default="new", readonly=True, copy=False, index=True)
    sent_on = fields.Datetime("Sent on", readonly=True, copy=False)
    sent_by_id = fields.Many2one("res.users", "Sent by", readonly=True, copy=False)
    answer = fields.Text("The maker's answer", copy=False)
    answered_on = fields.Datetime("Answered on", readonly=True, copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        """Report product faults from open orders; who reports them and when is noted by itself.

        :raises AccessError: for an order that the user may not read
        :raises UserError: for an order that is finished or has no appliance
        """
        if not self._in_flow():
            vals_list = [
                {name: value for name, value in vals.items() if name not in self._flow_fields | {"answer"}} for vals in vals_list]
        records = super().create(vals_list)
        records.repair_id.check_access("read")
        for order in records.repair_id:
            order._check_product_fault()
        return records

    def write(self, vals):
        """Correct what was reported until it is sent; afterwards a service manager writes down the answer.

        :raises AccessError: for somebody else's report
        :raises UserError: once it was sent, and for what the buttons set
        """
        if not self._in_flow():
            self._check_write(vals)
        return super().write(vals)

    def _check_write(self, vals):
        if vals.keys() - REPORTED_FIELDS - {"answer"}:
            raise UserError(self.env._("A report stays with its order and its author: change its contents only."))
        manager = self.env.su or self.env.user.has_group(MANAGER)
        for record in self:
            if REPORTED_FIELDS & vals.keys() and record.state != "new":
                raise UserError(self.env._("'%(fault)s' was sent or dropped and stays as it is.", fault=record.summary))
            if REPORTED_FIELDS & vals.keys() and not manager and record.reported_by_id != self.env.user:
                raise AccessError(self.env._("Only who reported a fault, or a service manager, changes it."))
            if "answer" in vals and (not manager or record.state not in ("sent", "answered")):
                raise UserError(self.env._("The maker's answer is written by a service manager, once the fault was sent to him."))

    @api.ondelete(at_uninstall=False)
    def _unlink_only_new(self):
        if self._in_flow():
            return
        self._check_write({"summary": True})

    def _in_flow(self):
        return self.env.context.get("repair_flow") is FLOW

    def _flow_write(self, vals):
        return self.with_context(repair_flow=FLOW).write(vals)

    def action_send(self):
        """Send new faults of one brand to its maker as one report; the report stays on the brand.

        :raises AccessError: for others than service managers
        :raises UserError: for several brands, a maker without an e-mail address, or faults that are not new
        """
        self._check_manager()
        self._check_new()
        brand = self.brand_id
        if len(brand) != 1 or not all(record.brand_id for record in self):
            raise UserError(self.env._("Choose faults of one brand: each maker gets his own report."))
        maker = brand.partner_id
        if not maker.email:
            raise UserError(self.env._("Note the manufacturer of %(brand)s and his e-mail address first.", brand=brand.name))
        report_sudo = self.env["ir.actions.report"].sudo()  # a manager sends it, orders and appliances in it were read above
        pdf, _type = report_sudo.with_context(lang=maker.lang or self.env.lang)._render_qweb_pdf(
            "repair_service.action_report_product_feedback", self.ids)
        subject = self.env._("Product faults of %(brand)s: %(count)s reports", brand=brand.name, count=len(self))
        brand.message_post(
            body=self.env._("The faults that our technicians met in your products are attached. Please tell us what you do about them."),
            subject=subject, partner_ids=maker.ids, message_type="comment", subtype_xmlid="mail.mt_comment",
            attachments=[(f"{subject}.pdf", pdf)])
        self._flow_write({"state": "sent", "sent_on": fields.Datetime.now(), "sent_by_id": self.env.uid})

    def action_answered(self):
        """Close sent faults with the maker's answer.

        :raises AccessError: for others than service managers
        :raises UserError: without an answer
        """
        self._check_manager()
        for record in self:
            if record.state != "sent" or not (record.answer or "").strip():
                raise UserError(self.env._("Write down the maker's answer to '%(fault)s' first.", fault=record.summary))
        self._flow_write({"state": "answered", "answered_on": fields.Datetime.now()})

    def action_drop(self):
        """Drop new faults that are none of the product.

        :raises AccessError: for others than service managers
        """
        self._check_manager()
        self._check_new()
        self._flow_write({"state": "dropped"})

    def _check_manager(self):
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only a service manager decides what the maker is told."))

    def _check_new(self):
        for record in self:
            if record.state != "new":
                raise UserError(self.env._("'%(fault)s' was sent or dropped and stays as it is.", fault=record.summary))

    def _get_report_groups(self):
        """Return the faults for the report: (brand, [(model, [(cause, faults)])]), what was met most often first."""
        def share(records, key):
            groups = records.grouped(key).items()
            return sorted(groups, key=lambda group: -len(group[1]))
        return [
            (brand, [(model, share(own, "cause_id")) for model, own in share(records, lambda one: one.model_name or "")])
            for brand, records in share(self, "brand_id")]


class RepairOrder(models.Model):
    _inherit = "repair.order"

    product_feedback_ids = fields.One2many("repair.product.feedback", "repair_id", "Product faults", copy=False)

    def action_report_product_fault(self):
        """Open the report of a fault that lies in the product itself.

        :raises UserError: for an order that is finished or has no appliance
        """
        self.ensure_one()
        self.check_access("read")
        self._check_product_fault()
        return {
            "type": "ir.actions.act_window", "name": self.env._("Product fault"), "res_model": "repair.product.feedback",
            "view_mode": "form", "target": "new", "context": {"default_repair_id": self.id}}

    def _check_product_fault(self):
        self.ensure_one()
        if not self.appliance_id or self.service_stage in FINISHED_STAGES:
            raise UserError(self.env._("%(order)s is not under way: product faults are reported while it is.", order=self.name))


class RepairBrand(models.Model):
    _name = "repair.brand"
    _inherit = ["repair.brand", "mail.thread"]

    feedback_count = fields.Integer("New product faults", compute="_compute_feedback_count")

    def _compute_feedback_count(self):
        counts = dict(self.env["repair.product.feedback"]._read_group(
            [("brand_id", "in", self.ids), ("state", "=", "new")], ["brand_id"], ["__count"]))
        for brand in self:
            brand.feedback_count = counts.get(brand, 0)

    def action_view_product_feedback(self):
        """Open the product faults of the brand."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("repair_service.repair_product_feedback_action")
        return {**action, "domain": [("brand_id", "=", self.id)], "context": {"search_default_new": 1}}
