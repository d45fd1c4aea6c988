import unicodedata

from odoo import api, fields, models
from odoo.exceptions import UserError


class RepairAppliance(models.Model):
    _name = "repair.appliance"
    _description = "Customer's Appliance"
    _inherit = ["mail.thread", "mail.activity.mixin", "repair.input"]
    _order = "id desc"
    _rec_names_search = ["serial_number", "model_name"]
    _check_company_auto = True
    _mail_post_access = "read"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, tracking=True, check_company=True, ondelete="restrict")
    partner_phone = fields.Char(related="partner_id.phone", string="Phone")
    category_id = fields.Many2one(
        "repair.appliance.category", string="Family", required=True, index=True, tracking=True, ondelete="restrict")
    brand_id = fields.Many2one("repair.brand", index="btree_not_null", tracking=True, ondelete="restrict")
    model_name = fields.Char("Model", index="trigram")
    serial_number = fields.Char(
        index="trigram", copy=False, tracking=True, help="As on the plate; kept in capitals and without blanks.")
    product_id = fields.Many2one(
        "product.product", check_company=True, help="The product, when the company sold the appliance itself.")
    lot_id = fields.Many2one(
        "stock.lot", check_company=True, domain="[('product_id', '=', product_id)]", copy=False,
        help="The serial number in the company's own stock, when the company sold the appliance itself.")
    image_plate = fields.Image("Photo of the plate", max_width=1920, max_height=1920)
    note = fields.Text("Notes")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    repair_ids = fields.One2many("repair.order", "appliance_id", string="Repairs")
    repair_count = fields.Integer(compute="_compute_repair_count", string="Number of repairs")
    last_repair_id = fields.Many2one("repair.order", compute="_compute_last_repair_id", string="Last repair")
    # NULL brands compare as equal here: the same number twice without a brand is the same appliance too.
    _serial_uniq = models.UniqueIndex(
        "(company_id, COALESCE(brand_id, 0), serial_number) WHERE serial_number IS NOT NULL",
        "This serial number of this brand is registered already: search for the number, in the archive too, and use that appliance.",
    )
    _serial_length = models.Constraint(
        "CHECK (length(serial_number) <= 100)", "A serial number has 100 characters at most: type it as it stands on the plate.")

    @api.depends("category_id.name", "brand_id.name", "model_name", "serial_number")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for appliance in self:
            parts = (appliance.brand_id.name, appliance.model_name, appliance.category_id.name)
            name = " ".join(part for part in parts if part)
            appliance.display_name = f"{name} ({appliance.serial_number})" if appliance.serial_number else name

    @api.depends("repair_ids")
    def _compute_repair_count(self):
        counts = dict(self.env["repair.order"]._read_group(
            [("appliance_id", "in", self.ids), ("service_stage", "!=", "cancelled")], ["appliance_id"], ["__count"]))
        for appliance in self:
            appliance.repair_count = counts.get(appliance._origin, 0)

    @api.depends("repair_ids")
    def _compute_last_repair_id(self):
        last = dict(self.env["repair.order"]._read_group(
            [("appliance_id", "in", self.ids), ("service_stage", "!=", "cancelled")], ["appliance_id"], ["id:max"]))
        for appliance in self:
            appliance.last_repair_id = last.get(appliance._origin, False)

    @api.model_create_multi
    def create(self, vals_list):
        """Create appliances; serial numbers are kept in capitals and without blanks."""
        return super().create([self._normalise(vals) for vals in vals_list])

    def write(self, vals):
        """Write appliances; serial numbers are kept in capitals and without blanks."""
        if "company_id" in vals:
            self._check_company_kept(vals["company_id"])
        return super().write(self._normalise(vals))

    @api.ondelete(at_uninstall=False)
    def _unlink_only_without_repairs(self):
        if self.env["repair.order"].sudo().search_count([("appliance_id", "in", self.ids)], limit=1):  # also others' orders
            raise UserError(self.env._("This appliance has repairs. Archive it instead of deleting it, so that its history stays."))

    def _check_company_kept(self, company_id):
        moved = self.filtered(lambda appliance: appliance.company_id.id != company_id)
        if moved and self.env["repair.order"].sudo().search_count([("appliance_id", "in", moved.ids)], limit=1):  # also others' orders
            raise UserError(self.env._("This appliance has repairs in its company: register it anew in the other one."))

    def action_new_request(self):
        """Open a new service order filled in with the customer and this appliance."""
        self.ensure_one()
        return self.partner_id._get_new_request_action(self)

    def action_view_repairs(self):
        """Open the repairs of the appliance."""
        self.ensure_one()
        return self.env["ir.actions.act_window"]._for_xml_id("repair_service.repair_order_action_service") | {
            "domain": [("appliance_id", "=", self.id)],
            "context": {
                "repair_service": True, "default_appliance_id": self.id, "default_partner_id": self.partner_id.id},
        }

    @api.model
    def _normalise(self, vals):
        if "serial_number" in vals:
            return {**vals, "serial_number": self._normalise_serial(vals["serial_number"])}
        return vals

    @api.model
    def _normalise_serial(self, number):
        """Return a serial number as it is stored: half-width capitals without blanks, ``False`` when nothing is left."""
        return "".join(unicodedata.normalize("NFKC", str(number or "")).split()).upper() or False
