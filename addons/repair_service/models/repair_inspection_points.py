from odoo import api, fields, models
from odoo.exceptions import UserError

from .repair_flow import FLOW

# Fees are owed, not done: nobody ticks them off.
FEE_KINDS = ("inspection_fee", "callout")
SOURCES = ("point_id", "service_line_id", "move_id", "computed_by")


class RepairInspection(models.Model):
    """Points beside those of the checklist: the order's own items (handbook 5.1.1) and what is worked out (5.1.3)."""

    _inherit = "repair.inspection"

    def _refresh_points(self, validating=False):
        """Bring the points of open final inspections in line with the items of their orders.

        New items get a point, those taken off lose theirs, and an item that changed is answered again.

        :param bool validating: the inspection is about to be finished: what is worked out must be true now
        """
        for inspection in self:
            if inspection.kind != "final" or inspection.result or not inspection.repair_id:
                continue
            # Whoever changes the order's items, its open inspection follows; the words are the customer's, as on his record.
            inspection_sudo = inspection.sudo().with_context(repair_flow=FLOW, lang=inspection.sudo().repair_id.partner_id.lang or "en_US")
            inspection_sudo.repair_id._prefetch_products()
            wanted = inspection_sudo._prepare_computed_points(validating)
            lines = {line._get_source(): line for line in inspection_sudo.line_ids if not line.point_id and line._is_laid_out()}
            if validating:  # the order's own items were followed when they changed
                lines = {source: line for source, line in lines.items() if line.computed_by}
            else:
                wanted |= inspection_sudo._prepare_order_points()
            for source in lines.keys() - wanted.keys():
                lines[source].unlink()
            new = []
            for source, values in wanted.items():
                if source not in lines:
                    new.append({**values, source[0]: source[1], "inspection_id": inspection.id})
                elif lines[source].name != values["name"] or (lines[source].finding or "") != values.get("finding", ""):
                    lines[source].write({"answer": False, **values})
            self.env["repair.inspection.line"].with_env(inspection_sudo.env).create(new)
            inspection.invalidate_recordset(["line_ids"])

    def _prepare_order_points(self):
        """Return ``{source: values}`` of one point an item of the order: work, material and parts, no fees."""
        self.ensure_one()
        sequences = self.line_ids.filtered(lambda line: line.aspect == "completeness").mapped("sequence")
        points = {}
        for item in self.repair_id._get_charged_lines():
            is_part = item._name == "stock.move"
            if not is_part and item.repair_service_kind in FEE_KINDS:
                continue
            name = self.env._(
                "Fitted: %(part)s × %(quantity)s", part=item.product_id.display_name, quantity=f"{item.product_uom_qty:g}",
            ) if is_part else self.env._("Done: %(work)s × %(quantity)s", work=item.name, quantity=f"{item.quantity:g}")
            points["move_id" if is_part else "service_line_id", item.id] = {
                "name": name, "aspect": "completeness", "required": True, "sequence": min(sequences, default=10)}
        return points

    def _prepare_computed_points(self, validating):
        """Return ``{("computed_by", code): values}`` of points that the system answers; ``finding`` says what is wrong.

        None here: an addon that knows more of the order overrides this.
        """
        return {}


class RepairInspectionLine(models.Model):
    _inherit = "repair.inspection.line"

    service_line_id = fields.Many2one("repair.service.line", "Work", readonly=True, ondelete="set null", index="btree_not_null")
    move_id = fields.Many2one("stock.move", "Part", readonly=True, ondelete="set null", index="btree_not_null")
    computed_by = fields.Selection([], "Worked out", readonly=True)
    finding = fields.Char(readonly=True, help="What the system found against the point.")
    is_fixed = fields.Boolean(compute="_compute_is_fixed")
    limits = fields.Char(compute="_compute_limits")
    earlier_answer = fields.Selection(
        [("pass", "Passed"), ("fail", "Failed"), ("na", "Not applicable")], "Last answer", compute="_compute_earlier")
    earlier = fields.Char("Last time", compute="_compute_earlier", help="Answer and value of the failed inspection before.")

    @api.depends("point_id", "service_line_id", "move_id", "computed_by")
    def _compute_is_fixed(self):
        for line in self:
            line.is_fixed = line._is_laid_out()

    @api.depends("is_measured", "min_value", "max_value", "unit")
    def _compute_limits(self):
        for line in self:
            bounds = [f"≥ {line.min_value:g}"] if line.min_value else []
            bounds += [f"≤ {line.max_value:g}"] if line.max_value else []
            line.limits = " ".join([*bounds, line.unit or ""]) if line.is_measured else False

    @api.depends("inspection_id.previous_id", "name", *SOURCES)
    @api.depends_context("lang")
    def _compute_earlier(self):
        before = {
            inspection: {line._get_source(): line for line in inspection.line_ids}
            for inspection in self.inspection_id.previous_id}
        for line in self:
            earlier = before.get(line.inspection_id.previous_id, {}).get(line._get_source())
            line.earlier_answer = earlier.answer if earlier else False
            line.earlier = earlier._describe_answer() if earlier else False

    def _describe_answer(self):
        """Return answer, value and note in one line of text."""
        self.ensure_one()
        labels = dict(self._fields["answer"]._description_selection(self.env))
        value = f"{self.value:g} {self.unit or ''}".strip() if self.is_measured and self.measured else ""
        return " · ".join(filter(None, (labels.get(self.answer), value, self.note)))

    def _is_laid_out(self):
        """Whether the point comes from the checklist or the order, so that it can be answered only."""
        self.ensure_one()
        return bool(self.point_id or self.service_line_id or self.move_id or self.computed_by)

    def _get_source(self):
        """What the point was laid out for, the same in each inspection of an order."""
        self.ensure_one()
        for name in SOURCES:
            if self[name]:
                return name, self[name] if name == "computed_by" else self[name].id
        return "name", self.name

    def write(self, vals):
        """Answer points; what the system has worked out is decided otherwise by an inspector only."""
        if "answer" in vals and not self.env.su and not self.env.user.has_group("repair_service.repair_service_group_inspector"):
            for line in self:
                if line.computed_by and vals["answer"] != line.answer:
                    raise UserError(self.env._(
                        "%(point)s is worked out by itself: only a quality inspector decides otherwise.", point=line.name))
        return super().write(vals)


class RepairServiceLine(models.Model):
    _inherit = "repair.service.line"

    @api.model_create_multi
    def create(self, vals_list):
        """Add work; an open final inspection gets a point for it."""
        lines = super().create(vals_list)
        lines.repair_id._refresh_inspection_points()
        return lines

    def write(self, vals):
        """Change work; the point of an open final inspection follows."""
        result = super().write(vals)
        if {"product_id", "name", "quantity", "refused"} & vals.keys():
            self.repair_id._refresh_inspection_points()
        return result

    def unlink(self):
        """Take work off; an open final inspection loses its point."""
        orders = self.repair_id
        result = super().unlink()
        orders._refresh_inspection_points()
        return result


class StockMove(models.Model):
    _inherit = "stock.move"

    @api.model_create_multi
    def create(self, vals_list):
        """Add parts; an open final inspection gets a point for each."""
        moves = super().create(vals_list)
        moves.filtered("repair_line_type").repair_id._refresh_inspection_points()
        return moves

    def write(self, vals):
        """Change parts; the points of an open final inspection follow."""
        result = super().write(vals)
        if vals.get("state") == "cancel" or {"product_id", "product_uom_qty", "product_uom", "repair_line_type"} & vals.keys():
            self.filtered("repair_line_type").repair_id._refresh_inspection_points()
        return result

    def unlink(self):
        """Take parts off; an open final inspection loses their points."""
        orders = self.filtered("repair_line_type").repair_id
        result = super().unlink()
        orders._refresh_inspection_points()
        return result
