from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import RepairServiceCommon


@tagged("post_install", "-at_install")
class TestFaultCode(RepairServiceCommon):

    def test_code_is_kept_in_one_spelling(self):
        code = self.env["repair.fault.code"].create({"kind": "symptom", "code": " x 1a", "name": "Test"})
        self.assertEqual((code.code, code.display_name), ("X1A", "[X1A] Test"))
        self.assertEqual(self.env["repair.fault.code"].name_search("X1A")[0][0], code.id)

    @mute_logger("odoo.sql_db")
    def test_code_is_there_once_per_kind(self):
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self.env["repair.fault.code"].create({"kind": "symptom", "code": "t-s1", "name": "Again"})
        self.env["repair.fault.code"].create({"kind": "cause", "code": "T-S1", "name": "Another kind"})

    def test_used_code_is_archived_not_deleted(self):
        self._create_order()
        with self.assertRaises(UserError):
            self.symptom.unlink()
        self.symptom.active = False
        self.other_cause.unlink()

    def test_order_takes_codes_of_the_right_kind(self):
        order = self._create_order()
        for name in ("symptom_id", "cause_id", "remedy_id"):
            wrong = self.cause if name != "cause_id" else self.symptom
            with self.subTest(name=name), self.assertRaises(ValidationError):
                order.write({name: wrong.id})

    def test_copies_get_their_own_code_and_name(self):
        self.assertEqual(self.symptom.copy().code, "T-S1-COPY")
        self.assertEqual(self.brand.copy().name, "Test brand (copy)")

    @mute_logger("odoo.sql_db")
    def test_brand_is_there_once(self):
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self.env["repair.brand"].create({"name": " test BRAND "})

    def test_starter_codes_cover_the_three_kinds(self):
        for kind, least in (("symptom", 15), ("cause", 20), ("remedy", 12)):
            self.assertGreaterEqual(self.env["repair.fault.code"].search_count([("kind", "=", kind), ("code", "not like", "T-%")]), least)

    def test_families_cannot_form_a_ring(self):
        child = self.env["repair.appliance.category"].create({"name": "Child", "parent_id": self.category.id})
        with self.assertRaises(UserError):
            self.category.parent_id = child

    def test_family_in_use_is_archived_not_deleted(self):
        with self.assertRaises(UserError):
            self.category.unlink()
        self.env["repair.appliance.category"].create({"name": "Unused"}).unlink()
