from odoo import api, fields, models
from odoo.fields import Command

from odoo.addons.repair_service.models.repair_flow import FLOW


class RepairPartsDemo(models.AbstractModel):
    """Stock control of the demo company: a run in force and a new one to look at, a count under way and one to decide, alerts of today."""

    _inherit = "repair.parts.demo"

    @api.model
    def _load_stock_control(self):
        """Classify the demo company's parts, begin a count of its class A and look at its stock."""
        company = self.env.ref("repair_service.demo_company")
        language = "zh_CN" if self.env["res.lang"]._get_data(code="zh_CN") else "en_US"
        demo = self.with_company(company).with_context(
            allowed_company_ids=company.ids, lang=language, tracking_disable=True, mail_notrack=True)
        keeper, manager = (self.env.ref(f"repair_service.demo_user_{name}") for name in ("keeper", "manager"))
        company.write({"repair_stock_owner_id": keeper.id, "repair_stock_chief_id": manager.id})
        runs = demo.env["repair.part.classification"]
        for _index in range(2):
            run = runs.create({"company_id": company.id})
            run.action_simulate()
            if not run.previous_id:
                run.action_apply()
        warehouse = demo.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
        warehouse.lot_stock_id.own_keeper_id = keeper
        demo._load_past_counts(company, warehouse, keeper)
        count = demo.env["repair.stock.count"].create({
            "company_id": company.id, "location_id": warehouse.lot_stock_id.id, "kind": "class", "abc_class": "A",
            "user_ids": [Command.set((keeper | manager).ids)]})
        if count._prepare_lines():
            count.action_start()
        self._load_finished_count(demo, company, warehouse, keeper | self.env.ref("repair_service.demo_user_tech1"))
        demo.env["repair.stock.alert"]._refresh(company)

    @api.model
    def _load_finished_count(self, demo, company, warehouse, counters):
        """A count of class C that is done: one difference was found twice and waits for somebody to decide."""
        count = demo.env["repair.stock.count"].create({
            "company_id": company.id, "location_id": warehouse.lot_stock_id.id, "kind": "class", "abc_class": "C",
            "user_ids": [Command.set(counters.ids)]})
        if not count._prepare_lines():
            count.unlink()
            return
        count.action_start()
        books = count.line_ids._get_books()
        missing = min(count.line_ids, key=lambda line: (books[line] < 2, books[line], line.id))
        for _round in range(2):
            for user, lines in count.line_ids.filtered(lambda line: line.state == "to_count").grouped("user_id").items():
                mine = lines.with_user(user)
                mine._enter({line: max(books[line.sudo()] - (line.id == missing.id), 0.0) for line in mine})
                mine.action_hand_in()
        demo.env["repair.stock.count.line"].search([("state", "=", "approved")])._post()

    def _load_past_counts(self, company, warehouse, keeper):
        """The counts of the classes B and C, dated back: the steps themselves only know today."""
        for months, abc_class in ((4, "C"), (2, "B")):
            count = self.env["repair.stock.count"].create({
                "company_id": company.id, "location_id": warehouse.lot_stock_id.id, "kind": "class", "abc_class": abc_class,
                "user_ids": [Command.set(keeper.ids)]})
            if not count._prepare_lines():
                count.unlink()
                continue
            count.action_start()
            books = count.line_ids._get_books()
            for line in count.line_ids:
                line.with_user(keeper).my_quantity = books[line]
            count.with_user(keeper).action_hand_in()
            moment = fields.Datetime.subtract(fields.Datetime.now(), months=months)
            count.line_ids.sudo().with_context(repair_flow=FLOW).write({"finished_on": moment})  # the past is written by this loader alone
