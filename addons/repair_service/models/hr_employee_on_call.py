from odoo import models

from ..engine.slots import merge, subtract


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    def _get_on_call_hours(self, start, stop, territory=None):
        """Time in which technicians are on call for urgent orders, their own leave taken off; two queries.

        Public holidays do not end a duty: that is what it is for.

        :param start, stop: naive UTC datetimes; duties are cut to them
        :param territory: ``repair.territory`` record: its duties and those for all territories count; an empty one, of an address
            in no territory: those for all only; ``None``: every duty
        :return: {employee id: [(start, stop)]} in naive UTC for every employee of ``self``, sorted, disjoint
        """
        hours = {technician.id: [] for technician in self}
        domain = [("technician_id", "in", self.ids), ("start", "<", stop), ("stop", ">", start)]
        if territory is not None:
            domain += [("territory_id", "in", [False, *territory.ids])]
        duties_sudo = self.env["repair.on.call"].sudo().search_fetch(  # only hours leave this method
            domain, ["technician_id", "start", "stop"])
        for duty in duties_sudo:
            hours[duty.technician_id.id].append((max(duty.start, start), min(duty.stop, stop)))
        absences = self._get_absences(start, stop) if duties_sudo else {}
        return {key: subtract(merge(duties), absences.get(key, [])) for key, duties in hours.items()}

    def _get_urgent_hours(self, start, stop, territory=None):
        """Time in which technicians can be sent to an urgent order: working hours and duties on call together.

        Parameters and result as in :meth:`_get_on_call_hours`.
        """
        working, on_call = self._get_visit_hours(start, stop), self._get_on_call_hours(start, stop, territory)
        return {technician.id: merge([*working[technician.id], *on_call[technician.id]]) for technician in self}

    def _get_absences(self, start, stop):
        """Own leave of technicians.

        :return: {employee id: [(start, stop)]} in naive UTC
        """
        technicians_sudo = self.sudo()  # the desk reads no leave; only hours leave this method
        by_resource = {technician.resource_id.id: technician.id for technician in technicians_sudo}
        leaves = technicians_sudo.env["resource.calendar.leaves"].search_fetch(
            [("resource_id", "in", list(by_resource)), ("time_type", "=", "leave"), ("date_from", "<", stop), ("date_to", ">", start)],
            ["resource_id", "date_from", "date_to"])
        absences = {}
        for leave in leaves:
            absences.setdefault(by_resource[leave.resource_id.id], []).append((leave.date_from, leave.date_to))
        return absences
