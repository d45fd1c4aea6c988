from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .repair_flow import FLOW

# What the kept appliance takes over where it has nothing itself; dates and their proof have a rule of their own.
TAKEN_OVER = ("brand_id", "model_name", "serial_number", "product_id", "lot_id", "image_plate", "address_id")


class RepairAppliance(models.Model):
    _inherit = "repair.appliance"

    _flow_fields = frozenset({"merged_into_id"})

    merged_into_id = fields.Many2one(
        "repair.appliance", "Merged into", readonly=True, copy=False, index="btree_not_null", ondelete="restrict", check_company=True,
        help="The appliance that this one turned out to be. Its repairs are found there.")
    merged_ids = fields.One2many(
        "repair.appliance", "merged_into_id", "Merged appliances", context={"active_test": False}, readonly=True)

    _merged_is_archived = models.Constraint(
        "CHECK (merged_into_id IS NULL OR (active IS NOT TRUE AND merged_into_id != id))",
        "A merged appliance stays in the archive: use the one that it was merged into.")

    @api.model_create_multi
    def create(self, vals_list):
        """Create appliances; where one was merged into follows from the merging only."""
        for vals in vals_list:
            self._check_merge_fields(vals)
        return super().create(vals_list)

    def write(self, vals):
        """Write; where an appliance was merged into follows from the merging, and a merged one stays as it is.

        :raises UserError: says which appliance to use instead
        """
        self._check_merge_fields(vals)
        if self.env.context.get("repair_flow") is not FLOW:
            self._check_not_merged()
        return super().write(vals)

    @api.model
    def _check_merge_fields(self, vals):
        if vals.get("merged_into_id") and self.env.context.get("repair_flow") is not FLOW:
            raise UserError(self.env._("Appliances are merged by their own dialogue: open one and choose Merge."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_merged(self):
        if self.merged_into_id or self.merged_ids - self:
            raise UserError(self.env._("Merged appliances, and the one they were merged into, are part of the history and stay."))

    def _check_not_merged(self):
        for appliance in self.filtered("merged_into_id"):
            raise UserError(self.env._(
                "%(appliance)s was merged into %(kept)s: use that one.",
                appliance=appliance.display_name, kept=appliance.merged_into_id.display_name))

    def action_merge(self):
        """Open the dialogue that merges the appliances, or one of them with its possible duplicates.

        :raises UserError: when there is nothing to merge
        """
        appliances = self if len(self) > 1 else self | self.duplicate_ids
        if len(appliances) < 2:
            raise UserError(self.env._("Choose at least two appliances to merge."))
        wizard = self.env["repair.appliance.merge"].create({
            "appliance_ids": appliances.ids, "kept_id": appliances._get_best_kept().id})
        return {
            "type": "ir.actions.act_window", "name": self.env._("Merge appliances"), "res_model": wizard._name,
            "res_id": wizard.id, "views": [(False, "form")], "target": "new",
        }

    def _get_best_kept(self):
        """Return the appliance with the longest history, then the most facts, then the oldest."""
        def rank(appliance):
            facts = sum(bool(appliance[name]) for name in (*TAKEN_OVER, "purchase_date", "install_date"))
            return (-appliance.repair_count, -facts, appliance.id)

        return self.sorted(rank)[:1]

    def _merge_into(self, kept):
        """Merge these appliances into ``kept``, which takes over their repairs and what it lacks; they go to the archive.

        Verdicts that the customer agreed to stay; an open request is judged anew, by the whole history.

        :param kept: ``repair.appliance`` that stays
        :raises AccessError: without the right to
        :raises UserError: other companies, merged or archived meanwhile, nothing to merge
        """
        merged = self - kept
        everything = merged | kept
        everything._lock_for_merge()
        merged._check_can_merge(kept)
        taken_orders = merged._move_references(kept)
        filled = kept._take_over(merged)
        flow = merged.with_context(repair_flow=FLOW)
        flow.merged_ids.write({"merged_into_id": kept.id})
        flow.write({"active": False, "merged_into_id": kept.id})
        kept._tell_merged(merged, taken_orders, filled)

    def _lock_for_merge(self):
        """Let mergings of the same appliances wait for each other; the second finds what the first has done."""
        self.flush_recordset()
        self.env.cr.execute(SQL("SELECT id FROM repair_appliance WHERE id IN %s ORDER BY id FOR UPDATE", tuple(self.ids or [0])))
        self.invalidate_recordset()

    def _check_can_merge(self, kept):
        everything = self | kept
        if not self.env.su and not self.env.user.has_group("repair_service.repair_service_group_desk"):
            raise AccessError(self.env._("Appliances are merged by the service desk: ask the desk."))
        everything.check_access("write")
        if not self or not kept:
            raise UserError(self.env._("Choose at least two appliances to merge."))
        everything._check_not_merged()
        if not kept.active:
            raise UserError(self.env._("%(appliance)s is archived: restore it before you keep it.", appliance=kept.display_name))
        if len(everything.company_id) > 1:
            raise UserError(self.env._("These appliances belong to different companies and stay apart."))
        manager = self.env.su or self.env.user.has_group("repair_service.repair_service_group_manager")
        if not manager and not self._get_same_household(everything.partner_id):
            raise AccessError(self.env._(
                "These appliances belong to different customers: ask a service manager to merge them, or the customers first."))

    def _move_references(self, kept):
        """Let every record that names these appliances name ``kept``; return the orders among them."""
        orders = self.env["repair.order"]
        for model_name, field_name in self._get_references():
            records_sudo = self.env[model_name].sudo().with_context(active_test=False)  # also others' orders belong to the appliance
            found = records_sudo.search([(field_name, "in", self.ids)])
            if model_name == "repair.order":
                found._lock_order()
                orders |= found
            found.with_context(repair_flow=FLOW).write({field_name: kept.id})
        activities_sudo = self.env["mail.activity"].sudo()  # whoever they are given to
        activities_sudo.search([("res_model", "=", self._name), ("res_id", "in", self.ids)]).write({"res_id": kept.id})
        return orders.sudo(False)

    @api.model
    def _get_references(self):
        """Return (model, field) of the stored many2one fields to appliances, in whatever addon."""
        return [
            (model._name, field.name)
            for model in self.env.values() if model._auto and not model._abstract and not model._transient
            for field in model._fields.values()
            if field.type == "many2one" and field.comodel_name == self._name and field.store
            and not field.compute and not field.inherited and field.name != "merged_into_id"
        ]

    def _take_over(self, merged):
        """Fill in what the kept appliance lacks from the merged ones, in their order; return the names of the fields filled."""
        vals = {}
        for other in merged.with_context(bin_size=False):
            for name in TAKEN_OVER:
                if not self[name] and name not in vals and other[name] and self._can_take(name, other, vals):
                    vals[name] = other[name]
            vals |= self._get_dates_from(other, vals)
        notes = [note for note in dict.fromkeys((appliance.note or "").strip() for appliance in self | merged) if note]
        if len(notes) > 1 or (notes and not self.note):
            vals["note"] = "\n".join(notes)
        values = {name: value.id if isinstance(value, models.BaseModel) else value for name, value in vals.items()}
        serial = values.get("serial_number", self.serial_number)
        # The number is free for the kept one before that has it, under whichever brand.
        same = merged.filtered(lambda other: serial and other.serial_number == serial)
        same.with_context(repair_flow=FLOW).write({"serial_number": False})
        merged.flush_recordset()
        self.write(values)
        return list(values)

    def _can_take(self, name, other, vals):
        if name == "address_id":
            return self._is_own_address(other.address_id)
        if name == "lot_id":  # a lot goes with its product
            return (vals.get("product_id") or self.product_id) == other.product_id
        return True

    def _get_dates_from(self, other, vals):
        """Return the missing dates that fit to those there are, and the proof where it shows the same purchase."""
        dates = {}
        for name in ("purchase_date", "install_date"):
            if not (self[name] or vals.get(name)) and other[name]:
                dates[name] = other[name]
        merged = {name: dates.get(name) or vals.get(name) or self[name] for name in ("purchase_date", "install_date")}
        if all(merged.values()) and merged["install_date"] < merged["purchase_date"]:
            return {}
        proof = vals.get("purchase_proof") or self.purchase_proof
        same = other.purchase_date == merged["purchase_date"] or (not other.purchase_date and "install_date" in dates)
        if same and proof in (False, "none") and other.purchase_proof not in (False, proof):
            dates["purchase_proof"] = other.purchase_proof
        return dates

    def _tell_merged(self, merged, orders, filled):
        labels = ", ".join(self._fields[name].get_description(self.env, ["string"])["string"] for name in filled) or "-"
        for other in merged:
            self.message_post(body=self.env._(
                "%(merged)s (No. %(id)s) was merged into this appliance. Repairs taken over: %(orders)s. Filled in: %(fields)s.",
                merged=other.display_name, id=other.id, fields=labels,
                orders=", ".join(orders.sudo().mapped("name")) or "-"))  # names of orders, also of those a colleague keeps
            other.message_post(body=self.env._(
                "Merged into %(kept)s (No. %(id)s), which keeps the repairs from now on.", kept=self.display_name, id=self.id))
