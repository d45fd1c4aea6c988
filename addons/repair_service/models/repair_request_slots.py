from datetime import datetime, timedelta

from odoo import api, fields, models

from .repair_appointment_change import OFFERS_A_DAY, OFFERS_MAX


class RepairOrder(models.Model):
    _inherit = "repair.order"

    @api.model
    def _get_public_offers(self, company, category, place):
        """Windows in which somebody could come, for a request that is not made yet (handbook 3.1.2).

        The same search as the desk's and the customer's own change of a visit, on an order that is never stored. Only times
        leave this method: not who would come.

        :param company: ``res.company`` that is asked
        :param category: ``repair.appliance.category`` of the appliance
        :param dict place: ``zip``, ``city`` and ``street``, as far as they are known
        :return: list of (begin as naive UTC text, window in words), one after the other and spread over several days
        """
        partner = self.env["res.partner"].new({**place, "name": "?", "country_id": company.country_id.id})
        appliance = self.env["repair.appliance"].new({"category_id": category.id, "partner_id": partner, "company_id": company.id})
        order = self.with_company(company).new({
            "appliance_id": appliance, "partner_id": partner, "company_id": company.id, "service_type": "onsite"})
        slots, _earliest, _latest = order._iter_free_slots()
        earliest = fields.Datetime.now() + timedelta(hours=company.repair_customer_notice)
        zone = order._get_visit_tz()
        offers, days, last = [], {}, datetime.min
        for slot in sorted(slots, key=lambda slot: slot.start):
            day = order._get_visit_day(slot.start)
            if slot.start < max(earliest, last) or days.get(day, 0) >= OFFERS_A_DAY or len(offers) >= OFFERS_MAX:
                continue
            days[day], last = days.get(day, 0) + 1, slot.stop
            window = self.env["repair.appointment"]._format_window(slot.start, slot.stop, zone)
            offers.append((fields.Datetime.to_string(slot.start), window))
        return offers

    @api.model
    def _read_public_wish(self, company, starts):
        """Read the windows that somebody ticked: begins that may be offered at all.

        :param starts: texts as ``_get_public_offers`` gives them
        :return: (earliest naive UTC begin or ``False``, windows in words)
        """
        now, read = fields.Datetime.now(), set()
        for text in starts[:OFFERS_MAX]:
            try:
                start = fields.Datetime.to_datetime(text)
            except (ValueError, TypeError):
                continue
            if start and now < start <= now + timedelta(days=company.repair_booking_days + 1):
                read.add(start)
        length = timedelta(hours=company.repair_visit_hours or 2.0)
        zone = self._get_company_timezone(company).zone
        words = [self.env["repair.appointment"]._format_window(start, start + length, zone) for start in sorted(read)]
        return min(read, default=False), ", ".join(words)
