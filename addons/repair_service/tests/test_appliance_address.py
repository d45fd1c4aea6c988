from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged, users

from .common import RepairServiceCommon
from .common_booking import BookingCase, at


@tagged("post_install", "-at_install")
class TestApplianceAddress(RepairServiceCommon):
    """Where an appliance stands: at its customer's, or at another address of his household."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        china = cls.env.ref("base.cn")
        cls.company.country_id = china
        cls.partner.write({"street": "1 Old Road", "city": "Shanghai", "zip": "200001", "country_id": china.id})
        cls.home = cls.env["res.partner"].create({
            "name": "Parents", "parent_id": cls.partner.id, "type": "other", "street": "9 Lake Road", "city": "Suzhou",
            "zip": "215000", "country_id": china.id})
        cls.stranger = cls.env["res.partner"].create({
            "name": "Stranger", "street": "5 Far Road", "city": "Beijing", "zip": "100000", "country_id": china.id})
        cls.order = cls._create_order()

    def test_place_is_the_customers_own_address_unless_another_is_set(self):
        self.assertEqual(self.appliance.partner_address, "200001, Shanghai 1 Old Road")
        self.assertEqual((self.order.address_id, self.order.partner_address), (self.partner, "200001, Shanghai 1 Old Road"))
        self.appliance.with_user(self.user_desk).address_id = self.home
        self.assertEqual(self.appliance.partner_address, "215000, Suzhou 9 Lake Road")
        self.assertEqual((self.order.address_id, self.order.partner_address), (self.home, "215000, Suzhou 9 Lake Road"))
        visit = self._book(self.order)
        self.assertEqual(visit.partner_address, "215000, Suzhou 9 Lake Road")
        self.assertIn("Lake%20Road", visit.map_url)
        self.assertEqual(visit.with_user(self.user_technician).partner_address, "215000, Suzhou 9 Lake Road")

    def test_place_belongs_to_the_customers_household(self):
        for values in ({"address_id": self.stranger.id}, {"partner_id": self.stranger.id, "address_id": self.home.id}):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self.appliance.with_user(self.user_desk).write(values)
        with self.assertRaises(ValidationError):
            self._create_appliance(address_id=self.stranger.id)
        self.appliance.write({"partner_id": self.home.id, "address_id": self.partner.id})
        self.assertEqual(self.appliance.partner_address, "200001, Shanghai 1 Old Road")

    def test_household_that_moves_takes_its_appliances_along(self):
        self.partner.street = "2 New Road"
        self.assertEqual(self.appliance.partner_address, "200001, Shanghai 2 New Road")
        self.assertEqual(self.order.partner_address, "200001, Shanghai 2 New Road")
        visit = self._book(self.order)
        self.partner.street = "3 Newer Road"
        self.assertEqual(visit.partner_address, "200001, Shanghai 3 Newer Road", "the technician goes where the customer lives now")

    def test_accepted_order_keeps_the_address_it_was_done_at(self):
        self._to_stage(self.order, "accepted")
        self.assertEqual(self.order.service_address, "200001, Shanghai 1 Old Road")
        later = self._create_order()
        self.partner.street = "2 New Road"
        self.appliance.address_id = self.home
        self.assertEqual(self.order.partner_address, "200001, Shanghai 1 Old Road")
        self.assertEqual(self.order.appointment_ids.partner_address, "200001, Shanghai 1 Old Road")
        self.assertEqual(later.partner_address, "215000, Suzhou 9 Lake Road")

    def test_cancelled_order_keeps_its_address_too(self):
        self.order.action_repair_cancel()
        self.partner.street = "2 New Road"
        self.assertEqual(self.order.partner_address, "200001, Shanghai 1 Old Road")

    @users("test_desk", "test_manager")
    def test_kept_address_is_written_by_nobody(self):
        order = self.env["repair.order"].browse(self.order.id)
        values = {"appliance_id": self.appliance.id, "fault_description": "x", "service_address": "Elsewhere"}
        for call in (lambda: order.write({"service_address": "Elsewhere"}), lambda: self.env["repair.order"].create(values)):
            with self.assertRaises(UserError):
                call()
        made = self.env["repair.order"].with_context(default_service_address="Elsewhere").create(
            {"appliance_id": self.appliance.id, "fault_description": "x"})
        self.assertFalse(made.service_address)

    def test_appliance_given_away_leaves_its_orders_with_the_earlier_customer(self):
        self.appliance.address_id = self.home
        accepted = self._to_stage(self._create_order(), "accepted")
        self.appliance.with_user(self.user_desk).partner_id = self.stranger
        self.assertFalse(self.appliance.address_id)
        self.assertEqual(self.appliance.partner_address, "100000, Beijing 5 Far Road")
        self.assertEqual((accepted | self.order).partner_id, self.partner)
        self.assertEqual(accepted.partner_address, "215000, Suzhou 9 Lake Road")
        self.assertEqual(self.order.partner_address, "200001, Shanghai 1 Old Road")
        self.assertEqual(self._create_order().partner_id, self.stranger)

    def test_new_owners_place_is_not_shown_to_the_earlier_customer(self):
        self.appliance.partner_id = self.stranger
        self.appliance.address_id = self.env["res.partner"].create(
            {"name": "Villa", "parent_id": self.stranger.id, "type": "other", "street": "7 Hidden Road"})
        self.assertNotIn("Hidden", self.order.partner_address)

    def test_form_proposes_addresses_of_the_household_only(self):
        form = Form(self.env["repair.appliance"].with_user(self.user_desk))
        form.partner_id, form.category_id, form.address_id = self.partner, self.category, self.home
        form.partner_id = self.stranger
        self.assertFalse(form.address_id)
        self.assertEqual(form.commercial_partner_id, self.stranger)
        form.save()

    def test_page_and_papers_name_the_place(self):
        self.appliance.address_id = self.home
        self._to_stage(self.order, "quoted")
        settlement = self._render("repair_service.report_settlement")
        self.assertIn("9 Lake Road", settlement)
        self.assertNotIn("1 Old Road", settlement)
        self._to_stage(self.order, "accepted")
        self.home.street = "10 Hill Road"
        for report in ("report_settlement", "report_warranty_card", "report_service_record"):
            self.assertIn("9 Lake Road", self._render(f"repair_service.{report}"))
        page = self.env["ir.qweb"]._render("repair_service.portal_repair_facts", {"repair": self.order.sudo()})
        self.assertIn("9 Lake Road", page)

    def _render(self, report):
        return self.env["ir.actions.report"]._render_qweb_html(report, self.order.ids)[0].decode()


@tagged("post_install", "-at_install")
class TestAddressInBooking(BookingCase):

    def test_territory_and_dialogue_go_by_the_place(self):
        home = self.env["res.partner"].create(
            {"name": "Parents", "parent_id": self.partner.id, "type": "other", "zip": "987620", "street": "9 Lake Road", "city": "Suzhou"})
        other = self.env["repair.territory"].create({"name": "Lake", "code": "T-LK", "zip_prefixes": "98763"})
        home.zip = "987630"
        at_home, at_lake = self._create_technician("Wang Wei"), self._create_technician("Li Lei")
        self.territory.technician_ids, other.technician_ids = at_home, at_lake
        order = self._create_order(preferred_start=at(0, 9))
        self.assertEqual(order._find_slots(limit=1)[0][0].technician, at_home.id)
        self.appliance.address_id = home
        self.assertEqual(order._find_slots(limit=1)[0][0].technician, at_lake.id)
        booking = self.env["repair.booking"].with_user(self.user_desk).create({"repair_id": order.id})
        self.assertIn("9 Lake Road", booking.partner_address)
