from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Command

from odoo.addons.repair_service.models.repair_flow import FLOW

from .incoming_flow import INCOMING

QUIET = {"mail_create_nolog": True, "mail_create_nosubscribe": True, "tracking_disable": True}


class RepairInspection(models.Model):
    """Laying out incoming inspections: which plan applies to a received lot, and why, in words."""

    _inherit = "repair.inspection"

    @api.model
    def _lay_out_incoming(self, lines):
        """Lay out one inspection for each lot of a receipt that has landed in the quality zone; serial numbers go together.

        Lines added to a receipt whose inspection is still open enlarge that one.

        :param lines: done stock.move.line records
        :return: the inspections
        """
        groups = defaultdict(lines.browse)
        for line in lines:
            lot = line.lot_id if line.product_id.tracking != "serial" else line.lot_id.browse()
            groups[line.picking_id, line.product_id, lot] |= line
        open_ones = self._find_open(groups)
        new = [key for key in groups if key not in open_ones]
        created = self._create_incoming({key: groups[key].with_prefetch(lines.ids) for key in new})
        found = open_ones | dict(zip(new, created, strict=True))
        for key, inspection in found.items():
            groups[key].incoming_inspection_id = inspection
        for key, inspection in open_ones.items():
            inspection.with_context(repair_flow=FLOW).lot_ids |= groups[key].lot_id
            inspection._refresh_lot_quantity()
        return created

    @api.model
    def _find_open(self, groups):
        """Return {(receipt, product, lot): inspection} of open inspections for ``groups``, in one query."""
        receipts = self.env["stock.picking"].union(*(receipt for receipt, _product, _lot in groups))
        inspections = self.search([
            ("receipt_id", "in", receipts.ids), ("kind", "=", "incoming"), ("result", "=", False)]) if receipts else self.browse()
        found = {}
        for inspection in inspections:
            lot = inspection.lot_ids[:1] if inspection.tracking != "serial" else inspection.lot_ids.browse()
            found[inspection.receipt_id, inspection.product_id, lot] = inspection
        return {key: found[key] for key in groups if key in found}

    @api.model
    def _create_incoming(self, groups):
        """Create the inspections of ``groups``: {(receipt, product, lot): lines}, with rules, states and checklists read once."""
        rules = self.env["repair.incoming.rule"].search([])  # pylint: disable=no-search-all  # they are few, and all of them are needed
        plans, pairs = {}, defaultdict(list)
        for key, lines in groups.items():
            supplier = self._get_supplier(lines)
            rule = rules.filtered(
                lambda rule, company=lines.company_id: rule.company_id in (company, rule.company_id.browse()))._find_for(key[1], supplier)
            plans[key] = supplier, rule
            if supplier and rule.method == "plan":
                pairs[lines.company_id].append((supplier, rule.plan_id))
        states = {
            company: self.env["repair.sampling.state"]._find_or_create(company_pairs, company) for company, company_pairs in pairs.items()}
        templates, values_list = {}, []
        for key, lines in groups.items():
            supplier, rule = plans[key]
            state = states.get(lines.company_id, {}).get((supplier, rule.plan_id))
            values_list.append(self._prepare_incoming(key, lines, supplier, rule, state, templates))
        return self.with_context(repair_flow=FLOW, **QUIET).create(values_list)

    @api.model
    def _get_supplier(self, lines):
        """Return the commercial partner that sent ``lines``: that of the purchase, or the receipt's contact."""
        move = next(iter(lines)).move_id  # one record of many keeps what the others prefetch; a slice does not
        return (move.purchase_line_id.order_id.partner_id or move.picking_id.partner_id).commercial_partner_id

    @api.model
    def _prepare_incoming(self, key, lines, supplier, rule, state, templates):
        receipt, product, _lot = key
        quantity = sum(lines.mapped("quantity_product_uom"))
        if state:
            state._start_sampling(rule.proven_lots)
        severity = state.severity if state else "all"
        size, accept, reject = rule._get_sample(quantity, severity)
        template = self._find_incoming_template(rule, product, templates)
        return {
            "kind": "incoming", "template_id": template.id, "receipt_id": receipt.id, "supplier_id": supplier.id,
            "product_id": product.id, "lot_ids": [Command.set(lines.lot_id.ids)],
            "lot_id": lines.lot_id.id if len(lines.lot_id) == 1 else False,
            "company_id": lines.company_id.id, "received_on": fields.Datetime.now(), "lot_quantity": quantity, "incoming_rule_id": rule.id,
            "sampling_plan_id": state.plan_id.id if state else False, "severity": severity,
            "plan_reason": self._describe_plan(rule, state), "sample_size": size, "accept_number": accept, "reject_number": reject,
            "inspected_quantity": size,
            "line_ids": [Command.create(values) for values in template._prepare_inspection_lines()],
        }

    @api.model
    def _find_incoming_template(self, rule, product, templates):
        """Return the rule's checklist, or that of the part's family; ``templates`` keeps what was found before."""
        if rule.template_id:
            return rule.template_id
        category = product.appliance_category_ids[:1]
        if category not in templates:
            templates[category] = self.env["repair.inspection.template"]._find_for_category(category, "incoming")
        return templates[category]

    @api.model
    def _describe_plan(self, rule, state):
        """Return in words why so many units are inspected."""
        if not rule:
            return self.env._("No rule fits this part: every unit is inspected.")
        if not state:
            return self.env._("Rule %(rule)s: every unit is inspected.", rule=rule.name)
        severities = dict(state._fields["severity"]._description_selection(self.env))
        return self.env._(
            "Rule %(rule)s, plan %(plan)s. %(severity)s: %(reason)s", rule=rule.name, plan=rule.plan_id.name,
            severity=severities[state.severity], reason=state.reason or "")

    def _refresh_lot_quantity(self):
        """Let open inspections follow what is still there, lines corrected or added, units that left by hand; nothing left ends them."""
        flow = self.with_context(repair_flow=FLOW)
        for inspection in flow.filtered(lambda inspection: not inspection.result):
            lines = self.env["stock.move.line"].search([("incoming_inspection_id", "=", inspection.id), ("state", "=", "done")])
            quantity = sum(lines.mapped("quantity_product_uom")) - inspection.removed_quantity
            if inspection.product_id.uom_id.compare(quantity, 0) <= 0:
                inspection.receipt_id.message_post(body=self.env._(
                    "%(part)s: nothing is left to inspect.", part=inspection.product_id.display_name))
                inspection.unlink()
                continue
            size, accept, reject = inspection.incoming_rule_id._get_sample(quantity, inspection.severity)
            inspection.write({
                "lot_quantity": quantity, "sample_size": size, "accept_number": accept, "reject_number": reject,
                "inspected_quantity": size, "defect_quantity": min(inspection.defect_quantity, size)})

    @api.model
    def _follow_removed(self, lines):
        """Note what left the inspection zones by hand: sent back, scrapped or counted away.

        :param lines: done stock.move.line records that took parts out of a zone
        """
        inspections = self.search([("lot_ids", "in", lines.lot_id.ids), ("kind", "=", "incoming")], order="id desc")
        for line in lines:
            zone = line.location_id.inspection_zone
            mine = inspections.filtered(
                lambda inspection, line=line, zone=zone: line.lot_id in inspection.lot_ids
                and inspection.incoming_state == ("waiting" if zone == "waiting" else "to_decide"))[:1]
            if not mine:
                continue
            flow = mine.with_context(repair_flow=FLOW)
            if zone == "rejected":
                flow.rejected_removed_quantity += line.quantity_product_uom
                continue
            flow.removed_quantity += line.quantity_product_uom
            if mine.tracking == "serial":
                flow.write({"defect_lot_ids": [Command.unlink(line.lot_id.id)], "lot_ids": [Command.unlink(line.lot_id.id)]})
            mine._refresh_lot_quantity()
            inspections = inspections.exists()

    def _incoming_env(self):
        """Return ``self`` with the key to the inspection zones; inspectors need no right to move stock."""
        return self.sudo().with_context(incoming_flow=INCOMING, repair_flow=FLOW)  # whoever inspects need not move stock himself
