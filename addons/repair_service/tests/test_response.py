from datetime import date, datetime

from odoo.exceptions import UserError
from odoo.tests import freeze_time, new_test_user, tagged

from ..models.repair_flow import FLOW
from .common import RepairServiceCommon

DAY = (date(2019, 3, 4), date(2019, 3, 4))


@tagged("post_install", "-at_install")
class TestResponse(RepairServiceCommon):
    """Reported on 4 March 2019 at 10:00 in Shanghai: 02:00 UTC."""

    def _request(self):
        with freeze_time("2019-03-04 02:00:00"):
            return self._create_order(requested_on=datetime(2019, 3, 4, 2))

    def _read(self, code="response", days=DAY):
        return self.env["repair.figure"]._read_figure(code, self.company, *days)

    def test_the_first_visit_agreed_is_the_first_contact_and_stays_it(self):
        order = self._request()
        self.assertEqual((order.first_contact_on, self._read()), (False, {}))
        with freeze_time("2019-03-04 03:30:00"):
            self._book(order, datetime(2019, 3, 5, 2))
        with freeze_time("2019-03-04 09:00:00"):
            order.write({"cause_id": self.cause.id, "diagnosis": "Fan"})
            order.action_diagnose()
        self.assertEqual(order.first_contact_on, datetime(2019, 3, 4, 3, 30))
        self.assertEqual(self._read(), {order.id: 1.5})

    def test_a_message_to_the_customer_counts_and_a_note_or_his_own_does_not(self):
        order = self._request()
        portal = new_test_user(self.env, "test_portal_response", "base.group_portal")
        with freeze_time("2019-03-04 02:15:00"):
            order.message_post(body="Who?", message_type="comment", subtype_xmlid="mail.mt_note", partner_ids=self.partner.ids)
            order.message_post(
                body="To a colleague", message_type="comment", subtype_xmlid="mail.mt_comment", partner_ids=self.user_desk.partner_id.ids)
            order.with_user(portal).sudo().message_post(
                body="When do you come?", message_type="comment", subtype_xmlid="mail.mt_comment",
                partner_ids=self.partner.ids)
        self.assertFalse(order.first_contact_on)
        with freeze_time("2019-03-04 02:45:00"):
            order.with_user(self.user_desk).message_post(
                body="We come tomorrow.", message_type="comment", subtype_xmlid="mail.mt_comment", partner_ids=self.partner.ids)
        self.assertEqual(self._read(), {order.id: 0.75})

    def test_giving_up_is_no_contact(self):
        order = self._request()
        order.action_repair_cancel()
        self.assertFalse(order.first_contact_on)

    def test_nobody_writes_the_first_contact_by_hand(self):
        order = self._request()
        for user in (self.user_desk, self.user_manager):
            with self.assertRaises(UserError):
                order.with_user(user).first_contact_on = datetime(2019, 3, 4, 2)

    def test_waiting_for_parts_is_shown_apart_from_the_time_to_repair(self):
        """Passed 72 hours after the report, of which two days were spent waiting."""
        order = self._request()
        order._flow_write({"parts_waited_days": 2})
        self.env["repair.inspection"].with_context(repair_flow=FLOW).create({
            "repair_id": order.id, "kind": "final", "result": "pass", "done_on": datetime(2019, 3, 7, 2)})
        days = (date(2019, 3, 7), date(2019, 3, 7))
        self.assertEqual((self._read("mttr", days), self._read("parts_wait", days)), ({order.id: 72.0}, {order.id: 48.0}))

    def test_figures_are_narrowed_to_a_territory(self):
        order = self._request()
        with freeze_time("2019-03-04 03:30:00"):
            self._book(order, datetime(2019, 3, 5, 2))
        territory, other = self.env["repair.territory"].create([{"name": "North", "code": "TN"}, {"name": "South", "code": "TS"}])
        self.env.flush_all()
        self.env.cr.execute("UPDATE repair_order SET visit_territory_id = %s WHERE id = %s", [territory.id, order.id])
        self.env.invalidate_all()
        read = lambda scope: self.env["repair.figure"]._read_figure("response", self.company, *DAY, {"territory": scope})  # noqa: E731
        self.assertEqual((set(read(territory)), read(other)), ({order.id}, {}))
