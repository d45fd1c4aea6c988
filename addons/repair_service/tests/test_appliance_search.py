from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import RepairServiceCommon

GTIN = "06901234567892"


@tagged("post_install", "-at_install")
class TestApplianceSearch(RepairServiceCommon):
    """One box for all: what is typed or scanned finds the appliance, and its orders in the list of orders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.cn")
        cls.home = cls.env["res.partner"].create(
            {"name": "Parents' home", "parent_id": cls.partner.id, "type": "other", "phone": "021-6234 5678"})
        cls.wanted = cls._create_appliance(serial_number="QQ-77-XX", model_name="KFR-35GW")
        neighbour = cls.env["res.partner"].create({"name": "Li Na", "phone": "62345679"})
        cls.other = cls._create_appliance(serial_number="QQ-77-XXL", model_name="BCD-9", partner_id=neighbour.id)
        cls.order = cls._create_order(appliance_id=cls.wanted.id)
        cls.desk = cls.env["repair.appliance"].with_user(cls.user_desk)

    def _find(self, text, user=None):
        return self.env["repair.appliance"].with_user(user or self.user_desk).search([("display_name", "ilike", text)])

    def _find_orders(self, text, user=None):
        return self.env["repair.order"].with_user(user or self.user_desk).search([("display_name", "ilike", text)])

    def test_scanned_serial_is_the_whole_number(self):
        for text in (
            "(21)QQ-77-XX", f"(01){GTIN}(21)qq-77-xx(10)L7", f"]d201{GTIN}21QQ-77-XX\x1d10L7", f"01{GTIN}21QQ-77-XX",
            "https://example.com/p?sn=QQ-77-XX", "https://example.com/p?model=1&serial=qq-77-xx",
            f"https://id.example.com/01/{GTIN}/21/QQ-77-XX",
        ):
            with self.subTest(text=text):
                self.assertEqual(self._find(text), self.wanted)
        self.assertEqual(self._find("QQ-77-XX"), self.other | self.wanted)
        self.assertFalse(self._find("(21)QQ-77"))

    def test_scanned_article_number_finds_what_the_company_sold(self):
        product = self.env["product.product"].create({"name": "Fridge", "barcode": "6901234567892"})
        self.other.product_id = product
        for text in (f"(01){GTIN}", f"]d201{GTIN}", f"01{GTIN}"):
            self.assertEqual(self._find(text), self.other)
        self.assertFalse(self._find("(10)L7"))

    def test_own_link_finds_the_appliance_and_the_order(self):
        link = self.order._get_short_url()
        for text in (link, link[link.index("/rs/"):]):
            self.assertEqual(self._find(text), self.wanted)
            self.assertEqual(self._find_orders(text), self.order)
            self.assertEqual([row[0] for row in self.desk.name_search(text)], self.wanted.ids)

    def test_link_with_another_code_finds_nothing(self):
        other = self._create_order(appliance_id=self.other.id)
        code = other._get_short_url().rsplit("/", 1)[1]
        for text in (f"/rs/{self.order.id}/{code}", f"/rs/{self.order.id}/AAAA", f"/rs/{2**31 - 1}/{code}", f"/rs/0/{code}"):
            with self.subTest(text=text):
                self.assertFalse(self._find(text))
                self.assertFalse(self._find_orders(text))

    def test_link_reveals_no_more_than_the_user_may_read(self):
        self._book(self.order)
        link = self.order._get_short_url()
        foreign = self._create_order(appliance_id=self.other.id)._get_short_url()
        self.assertEqual(self._find(link, self.user_technician), self.wanted)
        self.assertFalse(self._find(foreign, self.user_technician))
        self.assertFalse(self._find_orders(foreign, self.user_technician))
        self.assertFalse(self._find("QQ-77-XXL", self.user_technician))
        company = self.env["res.company"].create({"name": "Other company"})
        far = self._create_appliance(company_id=company.id, serial_number="FAR-1")
        self.assertFalse(self._find("FAR-1"))
        self.assertTrue(far)
        with self.assertRaises(AccessError):
            self._find(link, self.user_portal)

    def test_caller_at_the_place_and_people_of_a_company_are_found_by_telephone(self):
        self.wanted.address_id = self.home
        for text in ("021-62345678", "62345678", "+86 21 6234 5678", "5678"):
            with self.subTest(text=text):
                self.assertIn(self.wanted, self._find(text))
                self.assertNotIn(self.other, self._find(text))
        hotel = self.env["res.partner"].create({"name": "Hotel", "is_company": True})
        self.env["res.partner"].create({"name": "Porter", "parent_id": hotel.id, "phone": "13911112222"})
        owned = self._create_appliance(partner_id=hotel.id)
        self.assertEqual(self._find("139 1111 2222"), owned)
        self.assertEqual(self._find_orders("021-62345678"), self.order)

    def test_land_line_noted_without_its_area_code_is_found_with_it(self):
        self.assertEqual(self._find("021-6234 5679"), self.other)
        self.assertFalse(self._find("021-6234 5670"))

    def test_orders_are_found_by_number_customer_telephone_and_appliance(self):
        for text in (self.order.name, "Wang Fang", "138 0000 1234", "QQ-77-XX", "KFR-35GW", "(21)QQ-77-XX", "test brand"):
            with self.subTest(text=text):
                self.assertIn(self.order, self._find_orders(text))
        self.assertFalse(self._find_orders("(21)NONE"))
        self.assertFalse(self._find_orders("Nobody at all"))
        tenant = self.env["res.partner"].create({"name": "Tenant", "phone": "13755556666"})
        self.order.partner_id = tenant
        for text in ("Tenant", "137 5555 6666", "Wang Fang"):
            with self.subTest(text=text):
                self.assertIn(self.order, self._find_orders(text))

    def test_archive_is_searched_when_it_is_asked_for(self):
        self.wanted.active = False
        self.assertEqual(self._find("QQ-77-XX"), self.other)
        archived = self.desk.search([("display_name", "ilike", "QQ-77-XX"), ("active", "=", False)])
        self.assertEqual(archived, self.wanted)

    def test_digits_of_a_number_are_worked_out(self):
        self.partner.with_user(self.user_desk).phone = "+86-139 0000-1111"
        self.assertEqual(self.partner.phone_digits, "13900001111")
        self.assertIn(self.wanted, self._find("13900001111"))
        self.assertNotIn(self.wanted, self._find("13800001234"))

    def test_search_costs_the_same_however_much_it_finds(self):
        """Each branch runs inside one statement: the list of thirty needs as many queries as the list of two."""
        def count(text):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.desk.web_search_read([("display_name", "ilike", text)], {"display_name": {}, "partner_phone": {}, "partner_address": {}})
            return self.cr.sql_log_count - before

        count("QQ-77-XX")
        two = count("QQ-77-XX")
        for number in range(30):
            self._create_appliance(serial_number=f"MANY-{number}")
        self.assertEqual(count("MANY-"), two)
        self.assertLessEqual(two, 8)
