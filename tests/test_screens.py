"""Every role opens every screen of its menus, with every record on it: nobody meets a refusal in the middle of his work."""

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools.safe_eval import safe_eval, time

from odoo.addons.repair_parts.tests.common import RepairPartsCommon
from odoo.addons.repair_service.tests.common import ORDERED_STAGES

OWN = ("repair_service", "repair_parts", "repair_training", "repair_quality")
SUB_VIEWS = ("list", "kanban", "form")


@tagged("post_install", "-at_install")
class TestScreens(RepairPartsCommon):
    """A company with an order at every stage, refused and cancelled ones included, and one user of every role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = {
            "quality": "repair_quality.repair_quality_group_manager", "hr": "hr.group_hr_user", "stock": "stock.group_stock_user",
            "auditor": "account.group_account_readonly", "seller": "sales_team.group_sale_salesman", "employee": "base.group_user"}
        more = {role: new_test_user(cls.env, f"test_screens_{role}", f"base.group_user,{group}") for role, group in groups.items()}
        own = ("desk", "dispatcher", "technician", "inspector", "manager", "accountant", "keeper")
        cls.users = {role: getattr(cls, f"user_{role}") for role in own} | more
        cls._receive((cls.spare, 40, 42.0))
        cls.orders = cls.env["repair.order"]
        for stage in (*ORDERED_STAGES, "closed"):
            order = cls._create_stocked_order()
            if stage != "requested":
                cls._to_stage(order, "accepted" if stage == "closed" else stage)
            if stage == "closed":
                order.action_create_invoice()
                order.invoice_ids.action_post()
                order.action_close()
        refused = cls._create_stocked_order()
        cls._to_stage(refused, "quoted")
        refused.action_refuse_quotation(reason="too dear")
        cancelled = cls._create_stocked_order()
        cancelled.action_repair_cancel()
        cls.orders.invalidate_recordset()

    @classmethod
    def _create_stocked_order(cls):
        order = cls._create_order(appliance_id=cls._create_appliance().id)
        cls._add_part(order, product=cls.spare)
        cls.orders |= order
        return order

    def test_every_view_is_still_valid_when_all_are_there(self):
        """An update checks each view again, with what later ones add to it: a database could not be updated any more."""
        names = self.env["ir.model.data"].search([("module", "in", OWN), ("model", "=", "ir.ui.view")])
        views = self.env["ir.ui.view"].browse(names.mapped("res_id")).filtered(lambda view: view.type != "qweb")
        self.assertGreater(len(views), 200)
        for view in views:
            with self.subTest(view.xml_id):
                view._check_xml()

    def _get_spec(self, model, node):
        """Return what the web client asks ``model`` for, to draw the view ``node``."""
        spec = {}
        for element in self._iter_fields(node):
            field = model._fields[element.get("name")]
            spec[field.name] = entry = {}
            if field.type in ("one2many", "many2many"):
                sub_spec = {}
                for sub_view in element:
                    if sub_view.tag in SUB_VIEWS:
                        sub_spec |= self._get_spec(model.env[field.comodel_name], sub_view)
                entry["fields"] = sub_spec or {"display_name": {}}
            elif field.type == "many2one":
                entry["fields"] = {"display_name": {}}
        return spec

    def _iter_fields(self, node):
        for element in node:
            if element.tag == "field":
                yield element
            else:
                yield from self._iter_fields(element)

    def _get_actions(self, user):
        """Return the window actions of our menus, and of the repair app's, that ``user`` sees."""
        menus = self.env["ir.ui.menu"].with_user(user).load_menus(False).values()
        ours = [menu for menu in menus if (menu.get("xmlid") or "").split(".")[0] in (*OWN, "repair")]
        return self.env["ir.actions.act_window"].browse(
            menu["action_id"] for menu in ours if menu["action_model"] == "ir.actions.act_window")

    def _open(self, user, action):
        """Draw each view of ``action`` as ``user`` does who opens it, then each of its records and, if he may, an empty one."""
        context = {"uid": user.id, "active_id": False, "active_ids": [], "allowed_company_ids": user.company_ids.ids, "time": time,
                   "context_today": lambda: fields.Date.context_today(user), "current_date": str(fields.Date.today())}
        model = self.env[action.res_model].with_user(user).with_context(**safe_eval(action.context or "{}", context))
        domain = safe_eval(action.domain or "[]", context)
        views = model.get_views([*(tuple(view) for view in action.views), (action.search_view_id.id, "search")])["views"]
        records = model.search(domain)
        for view_type, view in views.items():
            arch = etree.fromstring(view["arch"])
            if view_type in ("list", "kanban"):
                self.env.invalidate_all()
                model.web_search_read(domain, self._get_spec(model, arch))
            elif view_type in ("pivot", "graph", "calendar"):
                self.env.invalidate_all()
                model.search_read(domain, [name for name in self._get_spec(model, arch) if name in model._fields])
            elif view_type == "form":
                spec = self._get_spec(model, arch)
                for record in records:
                    self.env.invalidate_all()
                    record.web_read(spec)
                if model.has_access("create") and arch.get("create") != "0":
                    model.onchange({}, [], spec)
            elif view_type == "search":
                for each in arch.iter("filter"):
                    if each.get("domain"):
                        model.search(safe_eval(each.get("domain"), context), limit=1)
        return len(records)

    def test_every_role_opens_every_screen_of_its_menus(self):
        opened = {}
        for role, user in self.users.items():
            for action in self._get_actions(user):
                with self.subTest(role=role, action=action.name):
                    opened.setdefault(role, {})[action.name] = self._open(user, action)
        self.assertGreaterEqual(len(opened["manager"]), 25)
        self.assertEqual(opened["desk"]["Service orders"], len(self.orders))

    def test_every_role_that_reads_an_order_opens_it_whole(self):
        readers = set()
        for role, user in self.users.items():
            model = self.env["repair.order"].with_user(user)
            if not model.has_access("read"):
                continue
            readers.add(role)
            spec = self._get_spec(model, etree.fromstring(model.get_views([(False, "form")])["views"]["form"]["arch"]))
            for order in model.search([("id", "in", self.orders.ids)]):
                with self.subTest(role=role, stage=order.sudo().service_stage):
                    self.env.invalidate_all()
                    order.web_read(spec)
        self.assertLessEqual(
            {"desk", "dispatcher", "technician", "inspector", "manager", "accountant", "keeper", "quality", "stock", "auditor"}, readers)

    def test_the_customers_portal_user_reads_no_order_but_through_his_page(self):
        with self.assertRaises(AccessError):
            self.orders.with_user(self.user_portal).web_read({"name": {}, "access_token": {}})
