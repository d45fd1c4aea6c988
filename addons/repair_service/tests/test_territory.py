from datetime import date

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import BaseCase, tagged, users

from ..engine.territories import Area, find_area, is_named, normalise, split_names
from .common_booking import BookingCase, at


@tagged("post_install", "-at_install")
class TestAreaEngine(BaseCase):

    def test_names_are_split_at_commas_of_both_scripts_and_keep_their_blanks(self):
        self.assertEqual(
            split_names("浦东新区，静安区、 Jing'an  District;Baoshan\n"), ["浦东新区", "静安区", "Jing'an District", "Baoshan"])

    def test_width_case_and_blanks_do_not_count(self):
        self.assertEqual(normalise("ＰＵＤＯＮＧ  New"), "pudong new")

    def test_a_latin_name_is_a_word_and_a_chinese_one_a_part(self):
        self.assertTrue(is_named("york", "12 york street"))
        self.assertFalse(is_named("york", "12 yorkshire street"))
        self.assertTrue(is_named("静安区", "上海市静安区共和新路"))
        self.assertTrue(is_named("pudong", "pudong新区"))

    def test_postcode_goes_before_the_longest_name(self):
        areas = [Area("named", (), ("浦东新区",)), Area("coded", ("2",), ())]
        self.assertEqual(find_area(areas, "200120", ["", "浦东新区"]), "coded")
        self.assertEqual(find_area(areas, "310000", ["", "浦东新区"]), "named")

    def test_the_longest_name_wins_and_of_two_equal_ones_the_later_in_the_address(self):
        areas = [Area("city", (), ("上海市",)), Area("district", (), ("浦东新区",)), Area("town", (), ("川沙新镇",))]
        self.assertEqual(find_area(areas, "", ["上海市", "浦东新区", "世纪大道 1 号"]), "district")
        self.assertEqual(find_area(areas, "", ["上海市", "浦东新区", "川沙新镇川黄路 2 号"]), "town")
        self.assertEqual(find_area(areas, "", ["上海市", "静安区"]), "city")
        self.assertIsNone(find_area(areas, "", ["浙江省", "杭州市", None]))


@tagged("post_install", "-at_install")
class TestDistricts(BookingCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["repair.territory"].search([]).filtered("districts").districts = False
        cls.territory.districts = "浦东新区, 川沙新镇"
        cls.inner = cls.env["repair.territory"].create({"name": "Centre", "code": "T-ZX", "districts": "静安区、Huangpu District"})

    def _partner(self, **values):
        return self.env["res.partner"].create({"name": "Somebody", **values})

    def test_a_district_is_found_in_city_streets_and_state(self):
        state = self.env["res.country.state"].create({"name": "静安区", "code": "T-JA", "country_id": self.env.ref("base.cn").id})
        for values in (
            {"city": "静安区"}, {"city": "上海市", "street": "静安区共和新路 1346 号"}, {"street2": "静安区 3 楼"},
            {"city": "Shanghai", "street": "5 Nanjing Road, huangpu  district"},
            {"state_id": state.id},
        ):
            with self.subTest(**values):
                self.assertEqual(self.env["repair.territory"]._find_for_partner(self._partner(**values)), self.inner)
        self.assertFalse(self.env["repair.territory"]._find_for_partner(self._partner(city="闵行区")))
        self.assertFalse(self.env["repair.territory"]._find_for_partner(self.env["res.partner"]))

    def test_the_postcode_decides_before_the_district(self):
        self.assertEqual(self.env["repair.territory"]._find_for_partner(self._partner(zip="987611", city="静安区")), self.territory)

    def test_many_customers_are_answered_by_one_query(self):
        partners = self.env["res.partner"].union(*(self._partner(**values) for values in (
            {"city": "静安区"}, {"zip": "987621"}, {"street": "川沙新镇 2 号"}, {"city": "青浦区"})))
        partners |= self.env["res.partner"].create([{"name": str(number), "city": "浦东新区"} for number in range(30)])
        partners.mapped("state_id.name")
        self.env["repair.territory"].invalidate_model()
        with self.assertQueryCount(1):
            found = self.env["repair.territory"]._find_for_partners(partners)
        self.assertEqual([found[partner].code for partner in partners[:4]], ["T-ZX", "T-PD", "T-PD", False])
        self.assertEqual({found[partner] for partner in partners[4:]}, {self.territory})

    def test_a_district_belongs_to_one_territory_of_the_company(self):
        with self._refused(ValidationError, "浦东新区 belongs to the territory Pudong already"):
            self.inner.districts = "静安区, 浦东新区"
        with self._refused(ValidationError, "huangpu  ?district belongs to the territory Centre already"):
            self.territory.districts = "huangpu district"
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.env["repair.territory"].create({"name": "Same", "code": "T-EL", "districts": "浦东新区", "company_id": company.id})

    def test_archived_territories_neither_match_nor_keep_their_districts(self):
        self.inner.active = False
        self.assertFalse(self.env["repair.territory"]._find_for_partner(self._partner(city="静安区")))
        context = self.env["repair.territory"].with_context(active_test=False)
        self.assertFalse(context._find_for_partner(self._partner(city="静安区")))
        self.territory.districts = "浦东新区, 静安区"
        with self._refused(ValidationError, "静安区"):
            self.inner.active = True

    def test_a_number_or_a_single_character_is_no_district(self):
        for wrong in ("浦", "2001", "浦东新区, 12"):
            with self.subTest(wrong), self._refused(ValidationError, "no name of a district"):
                self.inner.districts = wrong

    def test_territories_keep_to_technicians_of_their_company_from_both_sides(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._create_technician("Stranger", company_id=company.id, resource_calendar_id=False)
        with self._refused(ValidationError, "Stranger works for another company"):
            self.territory.technician_ids += stranger
        with self._refused(ValidationError, "Stranger works for another company"):
            stranger.territory_ids = self.territory


@tagged("post_install", "-at_install")
class TestCover(BookingCase):
    """Pudong is served by A and B; C covers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.a, cls.b, cls.c = (cls._create_technician(name) for name in ("A", "B", "C"))
        cls.territory.technician_ids = cls.a | cls.b

    def _cover(self, technician, first, last, replaced=None, **values):
        return self.territory.env["repair.territory.cover"].create({
            "territory_id": self.territory.id, "technician_id": technician.id, "replaced_id": replaced.id if replaced else False,
            "date_from": date(2027, 3, first), "date_to": date(2027, 3, last), **values})

    def _names(self, *days):
        served = self.territory._get_technicians_by_day([date(2027, 3, day) for day in days])
        return ["".join(sorted(served[date(2027, 3, day)].mapped("name"))) for day in days]

    def test_a_cover_adds_and_takes_the_place_of_the_one_covered_for(self):
        self._cover(self.c, 2, 3)
        self._cover(self.c, 4, 5, replaced=self.b)
        self.assertEqual(self._names(1, 2, 3, 4, 5, 6), ["AB", "ABC", "ABC", "AC", "AC", "AB"])

    def test_the_cover_of_a_cover(self):
        """C covers for B from the 2nd to the 6th, and is away on the 4th himself: D comes."""
        d = self._create_technician("D")
        self._cover(self.c, 2, 6, replaced=self.b)
        self._cover(d, 4, 4, replaced=self.c)
        self.assertEqual(self._names(3, 4, 5), ["AC", "AD", "AC"])

    def test_a_technician_is_told_the_same(self):
        self._cover(self.c, 1, 1, replaced=self.b)
        day = date(2027, 3, 1)
        served = self.territory.with_user(self.user_technician)._get_technicians_by_day([day])[day]
        self.assertEqual((served, served.env.su), (self.a | self.c, False))

    def test_who_left_or_is_no_technician_any_more_serves_nothing(self):
        self._cover(self.c, 1, 5)
        self.b.active = False
        self.c.is_technician = False
        self.assertEqual(self._names(1), ["A"])

    def test_no_territory_and_no_days(self):
        empty = self.env["repair.territory"]
        self.assertEqual(empty._get_technicians_by_day([date(2027, 3, 1)]), {date(2027, 3, 1): self.env["hr.employee"]})
        self.assertEqual(self.territory._get_technicians_by_day([]), {})

    def test_queries_do_not_grow_with_days_covers_and_territories(self):
        def count(territories, days):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            territories.with_user(self.user_desk)._get_technicians_by_day([date(2027, 3, day) for day in days])
            return self.cr.sql_log_count - before

        self._cover(self.c, 1, 2)
        count(self.territory, [1])
        few = count(self.territory, [1])
        others = self.env["repair.territory"].create([
            {"name": str(number), "code": f"T-{number}", "technician_ids": [Command.set((self.a | self.b).ids)]} for number in range(8)])
        for number, other in enumerate(others):
            self._cover(self._create_technician(f"More {number}"), 1, 28, territory_id=other.id)
        self.assertEqual(count(self.territory | others, range(1, 29)), few)
        self.assertLessEqual(few, 10)

    def test_nonsense_is_refused(self):
        clerk = self._create_technician("Clerk", is_technician=False)
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._create_technician("Stranger", company_id=company.id, resource_calendar_id=False)
        for message, arguments, options in (
            ("cannot cover for himself", (self.a, 1, 2), {"replaced": self.a}),
            ("days_ordered", (self.c, 3, 2), {}),
            ("Clerk is no active service technician", (clerk, 1, 2), {}),
            ("Stranger", (stranger, 1, 2), {}),
            ("C does not serve Pudong", (self.a, 1, 2), {"replaced": self.c}),
            ("days_limited", (self.c, 1, 2), {"date_to": date(2028, 3, 1)}),
        ):
            with self.subTest(message), self._refused(Exception, message):
                self._cover(*arguments, **options)
        self.assertTrue(self._cover(self.c, 1, 2, date_to=date(2028, 2, 29)), "366 days are the last that is allowed")

    def test_two_do_not_cover_for_each_other(self):
        self._cover(self.a, 1, 5, replaced=self.b)
        with self._refused(ValidationError, "nobody would be left"):
            self._cover(self.b, 5, 7, replaced=self.a)
        self._cover(self.b, 6, 7, replaced=self.a)

    def test_the_same_cover_twice_at_a_time_is_refused_by_the_database(self):
        self._cover(self.c, 1, 5, replaced=self.b)
        self._cover(self.c, 1, 5, replaced=self.a)
        with self._refused(Exception, "no_double"):
            self._cover(self.c, 5, 9, replaced=self.b)
        self._cover(self.c, 6, 9, replaced=self.b)

    @users("test_dispatcher", "test_manager")
    def test_dispatchers_plan_covers(self):
        cover = self.env["repair.territory.cover"].create({
            "territory_id": self.territory.id, "technician_id": self.c.id, "replaced_id": self.a.id,
            "date_from": "2027-03-01", "date_to": "2027-03-02"})
        cover.date_to = "2027-03-03"
        self.assertEqual(self._names(3), ["BC"])
        cover.unlink()

    @users("test_desk", "test_inspector", "test_technician")
    def test_the_others_do_not(self):
        cover = self._cover(self.c, self.env.uid % 9 * 3 + 1, self.env.uid % 9 * 3 + 1).with_env(self.env)
        for attempt in (lambda: cover.write({"reason": "x"}), cover.unlink, lambda: cover.copy({"date_to": "2027-04-01"})):
            with self.assertRaises(AccessError):
                attempt()

    def test_a_technician_reads_his_own_covers(self):
        self.b.user_id = self.user_technician
        own = self._cover(self.c, 1, 2, replaced=self.b) | self._cover(self.b, 9, 9)
        self._cover(self.c, 5, 6)
        self.assertEqual(self.env["repair.territory.cover"].with_user(self.user_technician).search([]), own)
        with self.assertRaises(AccessError):
            self.env["repair.territory.cover"].with_user(self.user_accountant).search([])

    def test_covers_of_other_companies_are_out_of_sight(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self._create_technician("Theirs", company_id=company.id, resource_calendar_id=False)
        territory = self.env["repair.territory"].create({"name": "There", "code": "T-TH", "company_id": company.id})
        cover = self._cover(theirs, 1, 2, territory_id=territory.id)
        self.assertEqual(cover.company_id, company)
        self.assertFalse(self.env["repair.territory.cover"].with_user(self.user_manager).search([("id", "=", cover.id)]))
        with self.assertRaises(AccessError):
            cover.with_user(self.user_manager).read(["date_from"])

    def test_days_are_the_callers_own(self):
        """The method takes local days: it never reckons with hours."""
        self._cover(self.c, 1, 1)
        day = at(0, 23).date()
        self.assertIn(self.c, self.territory._get_technicians_by_day([day])[day])
