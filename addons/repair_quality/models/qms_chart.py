from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.misc import format_date

from ..engine import control_chart, pareto

STEPS = {"week": (relativedelta(weeks=1), 26), "month": (relativedelta(months=1), 18)}
DAYS = (30, 90, 180, 365)
MAX_BARS = 15


class QmsChart(models.AbstractModel):
    """Control chart and Pareto over live records (handbook 10.3.1 (2)). Read by the client views of the same names."""

    _name = "qms.chart"
    _description = "Quality Charts"

    @api.model
    def get_options(self):
        """Return what can be charted: ``figures`` and ``sources``, each [(code, label)], and the ``days`` to choose from.

        :raises AccessError: for anybody but quality officers and service managers
        """
        self._check_reader()
        labels = dict(self.env["qms.objective"]._fields["figure"]._description_selection(self.env))
        return {
            "figures": [[code, labels[code]] for code in self._get_figures()],
            "sources": [[code, source["label"]] for code, source in self._get_sources().items()],
            "days": list(DAYS)}

    @api.model
    def get_control_chart(self, figure, step="week"):
        """Return the p chart of what speaks against a figure, by week or month.

        :param str figure: code of a figure in percent
        :param str step: ``week`` or ``month``
        :return: ``centre``, ``points`` (label, first and last day, units, defective, share, limits, signals) and ``definition``
        :raises UserError: another figure or step
        """
        self._check_reader()
        if figure not in self._get_figures() or not isinstance(step, str) or step not in STEPS:
            raise UserError(self.env._("This figure cannot be charted: choose one of the list."))
        company = self.env.company
        figures = self.env["repair.figure"]
        length, number = STEPS[step]
        last_day = figures._get_last_countable_day(figure, company, figures._get_today(company))
        after = fields.Date.start_of(last_day + timedelta(days=1), step)
        periods = [(after - length * back, after - length * (back - 1) - timedelta(days=1)) for back in range(number, 0, -1)]
        counts = []
        for first, last in periods:
            rows = figures._read_figure(figure, company, first, last)
            counts.append((len(rows), len(self._get_misses(figure, rows))))
        # A chart begins with the first period in which there was something to count.
        begin = next((index for index, (units, _defective) in enumerate(counts) if units), len(counts))
        centre, points = control_chart.build(counts[begin:])
        return {
            "centre": centre, "definition": figures._get_definitions()[figure],
            "points": [
                {"label": format_date(self.env, first, date_format="MMM d" if step == "week" else "yyyy-MM"),
                 "first": str(first), "last": str(last), **point._asdict()}
                for (first, last), point in zip(periods[begin:], points, strict=True)]}

    @api.model
    def get_control_records(self, figure, first, last):
        """Return the action that opens what speaks against a figure in the days from first to last.

        :raises UserError: another figure, or no days
        """
        self._check_reader()
        try:
            first, last = fields.Date.to_date(first), fields.Date.to_date(last)
        except (TypeError, ValueError):
            first = last = None
        if figure not in self._get_figures() or not first or not last or not 2000 <= first.year <= last.year <= 2200:
            raise UserError(self.env._("This figure cannot be charted: choose one of the list."))
        rows = self.env["repair.figure"]._read_figure(figure, self.env.company, first, last)
        model = self.env["repair.figure"]._get_figures()[figure].model
        return self._open(model, [("id", "in", self._get_misses(figure, rows))], f"{first} – {last}")

    @api.model
    def get_pareto(self, source, days=90):
        """Return causes by frequency with their cumulated share.

        :param str source: code of a source
        :param int days: the past days looked at
        :return: ``bars`` (label, count, share, cumulated, vital, value) and ``total``
        :raises UserError: another source or number of days
        """
        self._check_reader()
        sources = self._get_sources()
        if not isinstance(source, str) or source not in sources or days not in DAYS:
            raise UserError(self.env._("This cannot be charted: choose one of the list."))
        entry = sources[source]
        domain = [*entry["domain"], (entry["moment"], ">=", fields.Datetime.now() - timedelta(days=days))]
        model, group = self.env[entry["model"]], entry["group"]
        field = model._fields[group]
        counts = dict(model._read_group(domain, [group], ["__count"]))
        labels = dict(field._description_selection(self.env)) if field.type == "selection" else {}
        bars = []
        for bar in pareto.rank(counts)[:MAX_BARS]:
            value = bar.key.id if field.type == "many2one" else bar.key
            label = bar.key.display_name if field.type == "many2one" and bar.key else labels.get(bar.key, bar.key)
            bars.append({
                "label": label or self.env._("Without"), "count": bar.count, "share": bar.share, "cumulated": bar.cumulated,
                "vital": bar.vital, "value": value or False})
        return {"bars": bars, "total": sum(counts.values())}

    @api.model
    def get_pareto_records(self, source, days, value):
        """Return the action that opens the records behind a bar.

        :raises UserError: another source or number of days
        """
        self._check_reader()
        sources = self._get_sources()
        if not isinstance(source, str) or source not in sources or days not in DAYS or not isinstance(value, (str, int, bool)):
            raise UserError(self.env._("This cannot be charted: choose one of the list."))
        entry = sources[source]
        since = fields.Datetime.now() - timedelta(days=days)
        domain = [*entry["domain"], (entry["moment"], ">=", since), (entry["group"], "=", value)]
        if not entry.get("shown"):
            return self._open(entry["model"], domain, entry["label"])
        shown = self.env[entry["model"]].search(domain).mapped(entry["shown"])
        return self._open(shown._name, [("id", "in", shown.ids)], entry["label"])

    @api.model
    def _get_figures(self):
        """Codes of the figures that are shares: only these have a p chart."""
        return [code for code, figure in self.env["repair.figure"]._get_figures().items() if figure.unit == "percent"]

    @api.model
    def _get_sources(self):
        """Return {code: label, model, domain, field of the moment, field of the cause} of the Pareto charts."""
        company = ("company_id", "=", self.env.company.id)
        point_domain = [
            ("answer", "=", "fail"), ("point_id", "!=", False), ("inspection_id.company_id", "=", self.env.company.id),
            ("inspection_id.kind", "in", ("final", "sampling", "patrol"))]
        nonconformity = {"model": "qms.nonconformity", "moment": "detected_on"}
        justified = [company, ("state", "!=", "cancelled")]
        return {
            "fault_cause": {
                "model": "repair.order", "moment": "accepted_on", "group": "cause_id",
                "domain": [company, ("cause_id", "!=", False), ("service_stage", "in", ("accepted", "closed"))],
                "label": self.env._("Causes of faults")},
            "complaint_cause": {
                "model": "repair.complaint", "moment": "received_on", "group": "root_cause_id",
                "domain": [company, ("kind", "=", "complaint"), ("root_cause_id", "!=", False)],
                "label": self.env._("Root causes of complaints")},
            "failed_point": {
                "model": "repair.inspection.line", "moment": "inspection_id.done_on", "group": "point_id", "shown": "inspection_id",
                "domain": point_domain, "label": self.env._("Failed points of inspections")},
            "nonconformity_cause": {
                **nonconformity, "group": "cause_id", "domain": [*justified, ("cause_id", "!=", False)],
                "label": self.env._("Causes of nonconformities")},
            "nonconformity_source": {
                **nonconformity, "group": "source", "domain": justified, "label": self.env._("Nonconformities by source")},
            "nonconformity_family": {
                **nonconformity, "group": "appliance_category_id", "domain": [*justified, ("appliance_category_id", "!=", False)],
                "label": self.env._("Nonconformities by family")},
        }

    @api.model
    def _get_misses(self, figure, rows):
        """Return the ids of the records that speak against a figure."""
        wanted = self.env["repair.figure"]._get_figures()[figure].higher_is_better
        return [record_id for record_id, value in rows.items() if bool(value) != wanted]

    @api.model
    def _open(self, model, domain, name):
        service_list = model == "repair.order" and self.env.ref("repair_service.repair_order_view_list_service").id
        return {
            "type": "ir.actions.act_window", "res_model": model, "views": [(service_list, "list"), (False, "form")],
            "context": {"create": False}, "domain": domain, "name": name}

    @api.model
    def _check_reader(self):
        groups = ("repair_quality.repair_quality_group_officer", "repair_service.repair_service_group_manager")
        if not self.env.su and not any(self.env.user.has_group(group) for group in groups):
            raise AccessError(self.env._("Quality charts are for quality officers and service managers."))
