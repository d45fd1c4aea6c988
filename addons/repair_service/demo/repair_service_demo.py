import base64
import io
import math

from PIL import Image, ImageDraw

from odoo import api, fields, models
from odoo.fields import Command

from . import names

LANGUAGE = "zh_CN"
TIME_ZONE = "Asia/Shanghai"


class RepairServiceDemo(models.AbstractModel):
    """Furnishes the demo company: masters stand in XML files, customers and orders are made here, by fixed seeds.

    Dates are relative to the day of loading. Every loader does its work once: a second call changes nothing.
    """

    _name = "repair.service.demo"
    _description = "Demo company of the after-sales service"

    @api.model
    def _load_company(self):
        """Choose the demo company, give it accounts and let the administrator in."""
        if self._find("demo_company"):
            return
        company = self._choose_company()
        self._give_ids("demo_company", company)
        if not company.chart_template:
            self._load_accounts(company)
        company.resource_calendar_id.tz = TIME_ZONE
        company.partner_id.tz = TIME_ZONE
        self.env.ref("repair_service.calendar_desk").name = "客服：每天 8:00–20:00"
        self.env.ref("base.user_admin").company_ids = [Command.link(company.id)]

    @api.model
    def _choose_company(self):
        """Return the main company when nobody has used it yet, else a new one."""
        main, china = self.env.ref("base.main_company"), self.env.ref("base.cn")
        used = self.env["account.move.line"].sudo().search_count([("company_id", "=", main.id)], limit=1)
        if not used and main.chart_template in (False, "cn") and main.country_id in (china, china.browse()):
            main.country_id = china
            self.env["stock.warehouse"].search([("company_id", "=", main.id)], limit=1).name = "安邻总仓"
            return main
        yuan = self.env.ref("base.CNY")
        yuan.active = True
        company = self.env["res.company"].create({"name": "安邻家电服务有限公司", "country_id": china.id, "currency_id": yuan.id})
        self.env["stock.warehouse"].create({"name": "安邻总仓", "code": "AL", "company_id": company.id, "partner_id": company.partner_id.id})
        return company

    @api.model
    def _load_accounts(self, company):
        """Load the Chinese chart of accounts where it is installed, else the generic one with the Chinese rate of tax."""
        chinese = self.env["ir.module.module"].search_count([("name", "=", "l10n_cn"), ("state", "=", "installed")], limit=1)
        self.env["account.chart.template"]._load("cn" if chinese else "generic_coa", company, install_demo=False)
        if not chinese:
            (company.account_sale_tax_id | company.account_purchase_tax_id).write({"amount": 13.0, "name": "13%"})
            self.env["account.fiscal.position"].search([("company_id", "=", company.id)]).auto_apply = False  # they know no China

    @api.model
    def _load_services(self):
        """Put each family's labour, the call-out and the inspection fee on its price list, with the company's tax."""
        shared = self.env["product.product"]
        for name in ("callout", "inspection_fee"):
            shared |= self.env.ref(f"repair_service.product_{name}").product_variant_id
        for family in ("tv", "refrigerator", "washer", "air_conditioner", "water_heater", "kitchen", "small", "other"):
            services = self._find(f"demo_labour_{family}") | shared
            self.env.ref(f"repair_service.category_{family}").labour_product_ids = [Command.link(service.id) for service in services]
        self._add_company_taxes(self.env["product.template"].search([("repair_service_kind", "!=", False)]))

    @api.model
    def _add_company_taxes(self, templates):
        """Give products the demo company's usual taxes where they have none of that company."""
        company = self._find("demo_company")
        for field, tax in (("taxes_id", company.account_sale_tax_id), ("supplier_taxes_id", company.account_purchase_tax_id)):
            untaxed = templates.filtered(lambda template, field=field: not template[field].filtered(lambda t: t.company_id == company))
            untaxed.write({field: [Command.link(tax.id)]})

    @api.model
    def _load_chinese(self):
        """Name the masters in Chinese and let the employees work in Chinese, where that language is installed."""
        if self._get_language() != LANGUAGE:
            return
        for name, chinese in names.TRANSLATIONS.items():
            self._find(f"demo_{name}").with_context(lang=LANGUAGE).name = chinese
        users = self.env["res.users"].search([("company_id", "=", self._find("demo_company").id), ("share", "=", False)])
        users.partner_id.lang = LANGUAGE
        self._find("demo_company").with_context(lang=LANGUAGE).repair_promise = (
            "<p>客户至上，专业诚信：先报价，后维修；同一故障 90 天内免费再修。</p>")

    @api.model
    def _calm_users(self):
        """Let nobody be greeted by core's tours and chats: what the first screen shows is the company."""
        users = self.env["res.users"].search([("company_id", "=", self._find("demo_company").id)])
        users.write({"tour_enabled": False} | ({"odoobot_state": "disabled"} if "odoobot_state" in users else {}))

    @api.model
    def _enter(self, login=None):
        """Return this model as a user of the demo company (the superuser without a login), in Chinese, silent by mail."""
        company = self._find("demo_company")
        demo = self.with_user(self._find(f"demo_user_{login}")) if login else self
        return demo.with_context(
            allowed_company_ids=company.ids, lang=self._get_language(), tz=TIME_ZONE,
            tracking_disable=True, mail_notify_force_send=False,
        ).with_company(company)

    @api.model
    def _get_language(self):
        return LANGUAGE if self.env["res.lang"]._get_data(code=LANGUAGE) else "en_US"

    @api.model
    def _find(self, name):
        """Return the record with that name in this addon, ``None`` when there is none."""
        return self.env.ref(f"repair_service.{name}", raise_if_not_found=False)

    @api.model
    def _give_ids(self, prefix, records, module="repair_service"):
        """Name records: with ``prefix`` alone when it is one, else numbered from 001."""
        single = len(records) == 1
        self.env["ir.model.data"]._update_xmlids([
            {"xml_id": f"{module}.{prefix}" if single else f"{module}.{prefix}_{number:03d}", "record": record, "noupdate": True}
            for number, record in enumerate(records, 1)
        ])

    @api.model
    def _get_numbered(self, prefix, model):
        """Return the records that ``_give_ids`` has numbered under ``prefix``, in that order."""
        data = self.env["ir.model.data"].search(
            [("module", "=", "repair_service"), ("model", "=", model), ("name", "=like", prefix.replace("_", "\\_") + "\\____")])
        return self.env[model].browse(data.sorted("name").mapped("res_id"))

    @api.model
    def _get_today(self):
        return self.env["repair.order"]._local_date(fields.Datetime.now(), self._find("demo_company"))

    @api.model
    def _draw_signature(self, rng):
        """Return a small picture of a handwritten line, base64."""
        image = Image.new("RGB", (240, 80), "white")
        phase, points = rng.uniform(0, 3), []
        for x in range(20, 220, 4):
            points.append((x, 40 + 22 * math.sin(x / rng.uniform(9, 11) + phase) * math.cos(x / 47) + rng.uniform(-2, 2)))
        ImageDraw.Draw(image).line(points, fill="#1a2a5a", width=3, joint="curve")
        stream = io.BytesIO()
        image.save(stream, "PNG")
        return base64.b64encode(stream.getvalue())
