from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .qms_nonconformity import ENDED_STATES


class QmsLive(models.AbstractModel):
    """What runs, what is late and what failed, now (handbook 5.2.4). Read by the client view, anew every half minute."""

    _name = "qms.live"
    _description = "Live View of the Work"

    @api.model
    def get_live(self):
        """Return three sections of counts; each number opens its records by :meth:`get_live_records`.

        :return: [{``key``, ``label``, ``tiles``: [{``key``, ``label``, ``count``}]}]
        :raises AccessError: for anybody but quality inspectors and service managers
        """
        self._check_reader()
        sections = {"runs": self.env._("Running"), "late": self.env._("Late"), "failed": self.env._("Failed")}
        tiles = self._get_tiles()
        return [
            {"key": key, "label": label, "tiles": [
                {"key": code, "label": tile["label"], "count": self.env[tile["model"]].search_count(tile["domain"])}
                for code, tile in tiles.items() if tile["section"] == key]}
            for key, label in sections.items()]

    @api.model
    def get_live_records(self, key):
        """Return the action that opens the records a number counts.

        :raises UserError: another key
        """
        self._check_reader()
        tiles = self._get_tiles()
        if not isinstance(key, str) or key not in tiles:
            raise UserError(self.env._("This number is not known: reload the page."))
        tile = tiles[key]
        return self.env["qms.chart"]._open(tile["model"], tile["domain"], tile["label"])

    @api.model
    def _get_tiles(self):
        """Return {key: section, label, model and domain}."""
        now, company = fields.Datetime.now(), ("company_id", "=", self.env.company.id)
        order, visit, inspection = "repair.order", "repair.appointment", "repair.inspection"
        open_order = ("service_stage", "not in", ("inspected", "accepted", "closed", "cancelled"))
        tiles = {
            "repairing": ("runs", self.env._("Under repair"), order, [company, ("service_stage", "=", "repairing")]),
            "on_site": ("runs", self.env._("Technicians on the way or there"), visit, [
                company, ("state", "in", ("travelling", "arrived"))]),
            "to_inspect": ("runs", self.env._("Waiting for final inspection"), inspection, [
                company, ("kind", "=", "final"), ("result", "=", False), ("repair_id.service_stage", "=", "repairing")]),
            "parts": ("runs", self.env._("Waiting for parts"), order, [company, ("parts_waiting_since", "!=", False), open_order]),
            "unprepared": ("runs", self.env._("Visits of the next day not prepared"), visit, [
                company, ("state", "=", "confirmed"), ("start", ">=", now), ("start", "<", now + timedelta(days=1)),
                ("repair_id.preparation_state", "in", ("todo", "incomplete"))]),
            "late_visits": ("late", self.env._("Visits late now"), visit, [company, ("lateness", "=", "late")]),
            "risk_visits": ("late", self.env._("Visits at risk"), visit, [company, ("lateness", "=", "risk")]),
            "promise": ("late", self.env._("Promise passed"), order, [company, ("visit_promise_state", "=", "passed")]),
            "limit": ("late", self.env._("Legal limit passed"), order, [
                company, open_order, ("limit_due", "!=", False), ("limit_due", "<", fields.Date.context_today(self))]),
            "complaints": ("late", self.env._("Complaints past their target"), "repair.complaint", [
                company, ("stage", "in", ("new", "acknowledged", "investigating", "proposed")), ("resolve_by", "<", now)]),
            "samplings": ("late", self.env._("Samplings overdue"), "qms.sampling.lot", [company, ("is_overdue", "=", True)]),
            "patrols": ("late", self.env._("Patrols overdue"), "qms.patrol", [company, ("is_overdue", "=", True)]),
            "sent_back": ("failed", self.env._("Sent back by the final inspection"), order, [
                company, ("failed_inspection_count", ">", 0), ("service_stage", "=", "repairing")]),
            "rechecks": ("failed", self.env._("Rechecks to make"), "repair.recheck", [company, ("state", "=", "todo")]),
            "repeats": ("failed", self.env._("Repeated faults being repaired"), order, [
                company, ("coverage", "=", "repair_warranty"), open_order]),
            "failed_samplings": ("failed", self.env._("Samplings failed, 30 days"), inspection, [
                company, ("kind", "=", "sampling"), ("result", "=", "fail"), ("done_on", ">=", now - timedelta(days=30))]),
            "failed_patrols": ("failed", self.env._("Patrols failed, 30 days"), inspection, [
                company, ("kind", "=", "patrol"), ("result", "=", "fail"), ("done_on", ">=", now - timedelta(days=30))]),
            "critical": ("failed", self.env._("Critical nonconformities"), "qms.nonconformity", [
                company, ("severity", "=", "critical"), ("state", "not in", ENDED_STATES)]),
        }
        names = ("section", "label", "model", "domain")
        return {key: dict(zip(names, tile, strict=True)) for key, tile in tiles.items() if self.env[tile[2]].has_access("read")}

    @api.model
    def _check_reader(self):
        if not self.env.su and not self.env.user.has_group("repair_service.repair_service_group_inspector"):
            raise AccessError(self.env._("The live view is for quality inspectors and service managers."))
