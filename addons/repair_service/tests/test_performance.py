from odoo.tests import tagged

from .common import RepairServiceCommon

LIST_SPEC = {
    "name": {}, "partner_id": {"fields": {"display_name": {}}}, "partner_phone": {}, "appliance_id": {"fields": {"display_name": {}}},
    "symptom_id": {"fields": {"display_name": {}}}, "service_stage": {}, "quotation_state": {}, "coverage": {}, "coverage_reason": {},
    "technician_id": {"fields": {"display_name": {}}}, "next_appointment_window": {}, "amount_customer_total": {}, "next_step": {},
    "invoice_state": {},
}


@tagged("post_install", "-at_install")
class TestPerformance(RepairServiceCommon):
    """Numbers of queries: what a desk does all day costs the same with forty orders as with ten."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.orders = cls._create_orders(40)
        for order in cls.orders[::8]:
            cls._to_stage(order, "quoted")
        cls.env.flush_all()

    @classmethod
    def _create_orders(cls, count):
        appliances = cls.env["repair.appliance"].create([
            {"partner_id": cls.partner.id, "category_id": cls.category.id, "brand_id": cls.brand.id, "purchase_date": "2024-01-01"}
            for _number in range(count)])
        return cls.env["repair.order"].create([
            {"appliance_id": appliance.id, "symptom_id": cls.symptom.id} for appliance in appliances])

    def _count(self, action):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        action()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def _count_list(self, count):
        orders = self.env["repair.order"].with_user(self.user_desk)
        domain = [("id", "in", self.orders[:count].ids)]
        return self._count(lambda: orders.web_search_read(domain, LIST_SPEC, limit=80))

    def test_list_of_forty_costs_as_much_as_of_ten(self):
        self._count_list(1)  # access rules, translations and groups are read once a process
        ten, forty = self._count_list(10), self._count_list(40)
        self.assertEqual(forty, ten)
        self.assertLessEqual(forty, 18)

    def test_verdicts_are_drawn_in_one_go(self):
        self._count(lambda: self._create_orders(1))
        self.assertLessEqual(self._count(lambda: self.orders[:40]._get_warranty_facts()), self._count(
            lambda: self.orders[:10]._get_warranty_facts()) + 1)

    def test_form_opens_with_few_queries(self):
        order = self.orders[0].with_user(self.user_desk)
        spec = {name: {} for name in self._get_form_fields()}
        self._count(lambda: order.web_read(spec))
        self.assertLessEqual(self._count(lambda: order.web_read(spec)), 33)

    def _get_form_fields(self):
        views = self.env["repair.order"].with_user(self.user_desk).get_views([(False, "form")])
        return views["models"]["repair.order"]["fields"]

    def test_one_more_order_costs_a_bounded_number_of_queries(self):
        self._count(lambda: self._create_orders(1))
        one, ten, fifty = (self._count(lambda count=count: self._create_orders(count)) for count in (1, 10, 50))
        self.assertLessEqual(one, 40)
        self.assertLessEqual((fifty - ten) / 40, (ten - one) / 9 + 1, "the price of an order must not grow with the batch")
        self.assertLessEqual((fifty - ten) / 40, 5)

    def test_visits_of_many_orders_cost_no_more_each(self):
        def confirm(orders):
            for order in orders:
                self._book(order)

        fresh = self.orders.filtered(lambda order: order.service_stage == "requested")
        self._count(lambda: confirm(fresh[:1]))
        first, next_ten = self._count(lambda: confirm(fresh[1:2])), self._count(lambda: confirm(fresh[2:12]))
        self.assertLessEqual(next_ten, 10 * first)
