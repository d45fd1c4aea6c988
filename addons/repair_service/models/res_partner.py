from odoo import api, fields, models
from odoo.fields import Domain

SERVICE_GROUPS = "repair_service.repair_service_group_desk,repair_service.repair_service_group_inspector"


class ResPartner(models.Model):
    _inherit = "res.partner"

    appliance_ids = fields.One2many("repair.appliance", "partner_id", string="Appliances", groups=SERVICE_GROUPS)
    appliance_count = fields.Integer(compute="_compute_service_counts", string="Number of appliances", groups=SERVICE_GROUPS)
    repair_count = fields.Integer(compute="_compute_service_counts", string="Number of repairs", groups=SERVICE_GROUPS)
    service_address = fields.Char(
        compute="_compute_service_address",
        help="Where the technician goes, on one line: without the customer's name or a country that is the company's own.")

    @api.depends(lambda self: self._display_address_depends())
    @api.depends_context("company")
    def _compute_service_address(self):
        home = self.env.company.country_id
        for partner in self:
            address_format, parts = partner._prepare_display_address(without_company=True)
            if partner.country_id == home:
                parts.update(country_name="", country_code="")
            lines = [" ".join(line.split()).strip(" ,") for line in (address_format % parts).splitlines()]
            partner.service_address = ", ".join(filter(None, lines))

    def _compute_service_counts(self):
        families = self.with_context(active_test=False).search_fetch([("id", "child_of", self.ids)], ["parent_id"])
        counts = {}
        for name, model in (("appliance_count", "repair.appliance"), ("repair_count", "repair.order")):
            domain = [("partner_id", "in", families.ids)]
            if name == "repair_count":
                domain.append(("appliance_id", "!=", False))
            counts[name] = dict(self.env[model]._read_group(domain, ["partner_id"], ["__count"]))
        self.appliance_count = self.repair_count = 0
        for member in families:
            partner = member
            while partner:  # a company's page counts what its people have
                if partner in self:
                    partner.appliance_count += counts["appliance_count"].get(member, 0)
                    partner.repair_count += counts["repair_count"].get(member, 0)
                partner = partner.parent_id

    @api.model
    def _search_display_name(self, operator, value):
        """Also find a customer by telephone number, however the number is written."""
        domain = super()._search_display_name(operator, value)
        if operator in ("ilike", "like") and isinstance(value, str):
            return Domain(domain) | self._get_phone_domain(value, minimum=7)
        return domain

    def action_view_appliances(self):
        """Open the appliances of the customer."""
        self.ensure_one()
        return self.env["ir.actions.act_window"]._for_xml_id("repair_service.repair_appliance_action") | {
            "domain": [("partner_id", "child_of", self.id)],
            "context": {"default_partner_id": self.id},
        }

    def action_view_service_orders(self):
        """Open the service orders of the customer."""
        self.ensure_one()
        return self.env["ir.actions.act_window"]._for_xml_id("repair_service.repair_order_action_service") | {
            "domain": [("partner_id", "child_of", self.id), ("appliance_id", "!=", False)],
            "context": {"repair_service": True, "default_partner_id": self.id},
        }

    def action_new_service_request(self):
        """Open a new service order for the customer, with the appliance when there is only one."""
        self.ensure_one()
        appliances = self.appliance_ids
        return self._get_new_request_action(appliances if len(appliances) == 1 else appliances.browse())

    def _get_new_request_action(self, appliance):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New request"),
            "res_model": "repair.order",
            "view_mode": "form",
            "views": [(False, "form")],
            "context": {
                "repair_service": True, "default_partner_id": self.id, "default_appliance_id": appliance.id},
        }
