from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..engine import masking

# What each field of a contact tells.
PARTNER_FIELDS = {
    "name": "name", "display_name": "name", "complete_name": "name", "commercial_company_name": "name",
    "phone": "phone", "phone_sanitized": "phone", "phone_digits": "phone",
    "email": "email", "email_normalized": "email", "email_formatted": "email",
    "street": "address", "street2": "address", "zip": "address", "contact_address": "address", "contact_address_complete": "address",
    "contact_address_inline": "address", "service_address": "address", "comment": "address", "image_1920": "image", "image_1024": "image",
    "image_512": "image", "image_256": "image", "image_128": "image", "partner_latitude": "address", "partner_longitude": "address",
}
# Whole addresses on one line, of which the district is left to see.
DISTRICT_FIELDS = frozenset({"contact_address", "contact_address_complete", "contact_address_inline", "service_address"})
# Somebody is looked for by his name, whoever looks: what comes back is masked.
FREE_NAMES = frozenset({"name", "display_name", "complete_name"})
ALL_KINDS = frozenset({"name", "phone", "email", "address", "image"})
# Who needs the whole for his work. A technician does while the work is open, see `_filter_masked`.
WHOLE_GROUPS = (
    "repair_service.repair_service_group_desk", "base.group_partner_manager", "base.group_erp_manager", "sales_team.group_sale_salesman",
)
# Name, e-mail and address stand on the invoice; the telephone number does not.
BILLING_GROUPS = ("account.group_account_invoice", "account.group_account_readonly")
MARK = "*"


class ResUsers(models.Model):
    _inherit = "res.users"

    def _get_masked_kinds(self):
        """What this user sees masked of private customers (handbook 3.3.2).

        - customers, portal and public users, and the system: nothing; their rules say what they read at all
        - desk, dispatcher, service manager, sales, whoever keeps contacts: nothing
        - technician: nothing while he works for the customer; with another task beside it, all others' data as that task
        - accounting: telephone number and picture
        - inspector, parts keeper, personnel and everybody else: all

        :return: set of ``name``, ``phone``, ``email``, ``address``, ``image``
        """
        self.ensure_one()
        if self.env.su or not self._is_internal() or any(self.has_group(group) for group in WHOLE_GROUPS):
            return frozenset()
        if any(self.has_group(group) for group in BILLING_GROUPS):
            return frozenset({"phone", "image"})
        return ALL_KINDS


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _get_masked_kinds(self):
        # Names are masked in texts of superuser mode too: clients are sent them that way.
        return self.env["res.users"].sudo(False).browse(self.env.uid)._get_masked_kinds() if self.env.uid else frozenset()

    def _filter_masked(self):
        """The contacts of which the user sees less than all: private people, who are no colleagues.

        Companies, the people who work for them, employees and the user himself are no secret; nor are the customers that a
        technician works for.
        """
        partners_sudo = self.sudo()  # decides only what is hidden
        people = partners_sudo.filtered(
            lambda partner: partner._origin and not partner.commercial_partner_id.is_company and partner.partner_share)
        if not people:
            return self.browse()
        staff = self.env["hr.employee"].sudo().with_context(active_test=False).search([("work_contact_id", "in", people.ids)])
        people -= staff.work_contact_id
        user = self.env["res.users"].sudo(False).browse(self.env.uid)
        if people and user.has_group("repair_service.repair_service_group_technician"):
            own = self.with_user(user)._get_technician_domain()
            people -= people.filtered_domain(own)
        return self.browse(people.ids)

    @api.depends_context("uid")
    def _compute_display_name(self):
        super()._compute_display_name()
        if "name" in self._get_masked_kinds():
            for partner in self._filter_masked():
                partner.display_name = masking.mask_name(partner.sudo().name)  # the name itself is what is hidden here

    def _read_format(self, fnames, load="_classic_read"):
        rows = super()._read_format(fnames, load)
        kinds = frozenset() if self.env.su else self._get_masked_kinds()
        hidden = {name: PARTNER_FIELDS[name] for name in fnames if PARTNER_FIELDS.get(name) in kinds}
        if not hidden:
            return rows
        masked = {partner.id: partner for partner in self._filter_masked()}
        for row in rows:
            if partner := masked.get(row.get("id")):
                row.update(
                    {
                        name: _mask(kind, row[name], partner if name in DISTRICT_FIELDS else None)
                        for name, kind in hidden.items()
                        if name in row
                    }
                )
        return rows

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Search; what a user sees masked he cannot find out by asking for it bit by bit either."""
        return super()._search(_blunt(self, domain, PARTNER_FIELDS, FREE_NAMES), *args, **kwargs)

    @api.model
    def _search_display_name(self, operator, value):
        if self.env.su or not self._get_masked_kinds() & {"phone", "email"}:
            return super()._search_display_name(operator, value)
        if "email" in self._get_masked_kinds():
            return Domain("complete_name", operator, value) | Domain("ref", operator, value)
        return Domain("complete_name", operator, value) | Domain("ref", operator, value) | Domain("email", operator, value)

    def _read_group_groupby(self, alias, groupby_spec, query):
        _check_group(self, groupby_spec, PARTNER_FIELDS)
        return super()._read_group_groupby(alias, groupby_spec, query)

    def _read_group_select(self, aggregate_spec, query):
        _check_group(self, aggregate_spec, PARTNER_FIELDS)
        return super()._read_group_select(aggregate_spec, query)

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        _check_order(self, field_name, PARTNER_FIELDS, FREE_NAMES)
        return super()._order_field_to_sql(alias, field_name, direction, nulls, query)

    def write(self, vals):
        """Write; a masked text that somebody was shown is no contact."""
        if not self.env.su and any(_looks_masked(PARTNER_FIELDS.get(name), value) for name, value in vals.items()):
            raise UserError(self.env._("This is masked and cannot be saved: type the whole, or leave it as it is."))
        return super().write(vals)


class RepairContactMask(models.AbstractModel):
    """Records that repeat their customer's contact data."""

    _name = "repair.contact.mask"
    _description = "Masked contact data"

    # Field -> (what it tells, field of the contact that it is about)
    _contact_fields = {}

    @api.model
    def _get_contact_kinds(self):
        return {name: kind for name, (kind, _path) in self._contact_fields.items()}

    def _filter_masked_contacts(self):
        """The records of which the user may see less than all; whose contact he sees whole is decided by the contact."""
        return self

    def _read_format(self, fnames, load="_classic_read"):
        rows = super()._read_format(fnames, load)
        kinds = frozenset() if self.env.su else self.env["res.partner"]._get_masked_kinds()
        hidden = {name: self._contact_fields[name] for name in fnames if self._contact_fields.get(name, ("",))[0] in kinds}
        if not hidden:
            return rows
        by_id = {record.id: record for record in self.sudo()}  # decides only what is hidden
        partners = self.env["res.partner"].union(
            *(by_id[row["id"]][path] for row in rows if row.get("id") in by_id for _kind, path in hidden.values())
        )
        masked, hiding = partners._filter_masked(), self._filter_masked_contacts()
        for row in rows:
            for name, (kind, path) in hidden.items():
                partner = by_id[row["id"]][path] if row.get("id") in by_id else partners.browse()
                if name in row and (not partner or partner in masked) and row.get("id") in hiding._ids:
                    row[name] = _mask(kind, row[name], partner)
        return rows

    @api.model
    def _search(self, domain, *args, **kwargs):
        return super()._search(_blunt(self, domain, self._get_contact_kinds()), *args, **kwargs)

    def _read_group_groupby(self, alias, groupby_spec, query):
        _check_group(self, groupby_spec, self._get_contact_kinds())
        return super()._read_group_groupby(alias, groupby_spec, query)

    def _read_group_select(self, aggregate_spec, query):
        _check_group(self, aggregate_spec, self._get_contact_kinds())
        return super()._read_group_select(aggregate_spec, query)

    @api.model_create_multi
    def create(self, vals_list):
        """Create; a masked text that a form was shown is nothing that was told."""
        return super().create([self._without_masked(vals) for vals in vals_list])

    def write(self, vals):
        """Write; a masked text that a form was shown is nothing that was told."""
        return super().write(self._without_masked(vals))

    @api.model
    def _without_masked(self, vals):
        if self.env.su:
            return vals
        kinds = self._get_contact_kinds()
        return {name: value for name, value in vals.items() if not _looks_masked(kinds.get(name), value)}

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        _check_order(self, field_name, self._get_contact_kinds())
        return super()._order_field_to_sql(alias, field_name, direction, nulls, query)

    def onchange(self, values, field_names, fields_spec):
        """Answer a form; what a user sees masked in the record he sees masked here."""
        result = super().onchange(values, field_names, fields_spec)
        kinds = frozenset() if self.env.su else self.env["res.partner"]._get_masked_kinds()
        for name, (kind, _path) in self._contact_fields.items():
            if kind in kinds and isinstance((result.get("value") or {}).get(name), str):
                result["value"][name] = _mask(kind, result["value"][name])
        return result


class RepairOrder(models.Model):
    _name = "repair.order"
    _inherit = ["repair.order", "repair.contact.mask"]
    _contact_fields = {
        "partner_phone": ("phone", "partner_id"),
        "partner_address": ("address", "address_id"),
        "service_address": ("address", "address_id"),
    }


class RepairAppointment(models.Model):
    _name = "repair.appointment"
    _inherit = ["repair.appointment", "repair.contact.mask"]
    _contact_fields = {"partner_phone": ("phone", "partner_id"), "partner_address": ("address", "partner_id")}


class RepairAppliance(models.Model):
    _name = "repair.appliance"
    _inherit = ["repair.appliance", "repair.contact.mask"]
    _contact_fields = {"partner_phone": ("phone", "partner_id"), "partner_address": ("address", "partner_id")}


class RepairFollowup(models.Model):
    _name = "repair.followup"
    _inherit = ["repair.followup", "repair.contact.mask"]
    _contact_fields = {"partner_phone": ("phone", "partner_id")}


class RepairEnquiry(models.Model):
    _name = "repair.enquiry"
    _inherit = ["repair.enquiry", "repair.contact.mask"]
    _contact_fields = {
        "phone": ("phone", "partner_id"), "phone_digits": ("phone", "partner_id"), "email": ("email", "partner_id"),
        "contact_name": ("name", "partner_id"), "street": ("address", "partner_id"), "zip": ("address", "partner_id")}

    @api.depends_context("uid")
    def _compute_display_name(self):
        super()._compute_display_name()
        if "name" in self.env["res.partner"]._get_masked_kinds():
            for enquiry in self:
                caller = enquiry.partner_id.display_name or masking.mask_name(enquiry.contact_name) or masking.mask_phone(enquiry.phone)
                enquiry.display_name = " · ".join(filter(None, (enquiry.name, caller)))


class Base(models.AbstractModel):
    _inherit = "base"

    def export_data(self, fields_to_export):
        """Export; contact data leave the house only through those who see them whole, and it is noted who took which (handbook 3.3.2).

        :raises AccessError: contact data that the user sees masked
        """
        told = self._get_exported_contact_fields(fields_to_export)
        if told and not self.env.su:
            if set(told.values()) & self.env["res.partner"]._get_masked_kinds():
                raise AccessError(self.env._(
                    "You see these data masked and cannot export them: %(fields)s. Leave them out, or ask the service desk.",
                    fields=", ".join(sorted(told))))
            self.env["repair.privacy.log"]._note("export", self, ", ".join(sorted(told)))
        return super().export_data(fields_to_export)

    @api.model
    def _get_exported_contact_fields(self, paths):
        """The paths of an export that lead to a contact's data, as ``{path: kind}``."""
        told = {}
        for path in paths:
            model, kind = self, None
            for name in str(path).replace(".id", "id").split("/"):
                field = model._fields.get(name)
                if field is None:
                    break
                if model._name == "res.partner":
                    kind = PARTNER_FIELDS.get(name)
                else:
                    kind = getattr(type(model), "_contact_fields", {}).get(name, (None,))[0]
                if field.comodel_name not in self.env:
                    break
                model = self.env[field.comodel_name]
            else:
                # A link that ends here is written out as the contact's name.
                if not kind and model._name == "res.partner" and str(path).split("/")[-1] not in ("id", ".id"):
                    kind = "name"
            if kind:
                told[path] = kind
        return told


def _mask(kind, value, partner=None):
    if not value or not isinstance(value, str):
        return False if kind in ("image", "address") else value
    if kind == "address":
        partner_sudo = partner.sudo() if partner else None  # the district is what is left to see
        return " ".join(filter(None, (partner_sudo.state_id.name, partner_sudo.city))) if partner_sudo else MARK * 3
    return {"phone": masking.mask_phone, "email": masking.mask_email, "name": masking.mask_name, "image": lambda text: False}[kind](value)


def _looks_masked(kind, value):
    if not isinstance(value, str):
        return False
    if kind in ("phone", "email"):
        return MARK * 3 in value
    return value.endswith(MARK) if kind == "name" else kind == "address" and value == MARK * 3


def _get_hidden(model, fields):
    kinds = frozenset() if model.env.su else model.env["res.partner"]._get_masked_kinds()
    return {name for name, kind in fields.items() if kind in kinds}


def _blunt(model, domain, fields, free=()):
    """Take the conditions on masked fields out of a search: nothing fits them."""
    hidden = _get_hidden(model, fields) - set(free)
    if not hidden:
        return domain
    return Domain(domain).map_conditions(
        lambda condition: Domain.FALSE if condition.field_expr.split(".")[0].split(":")[0] in hidden else condition)


def _check_group(model, spec, fields):
    if spec.split(":")[0].split(".")[0] in _get_hidden(model, fields):
        raise AccessError(model.env._("You see these data masked and cannot group by them."))


def _check_order(model, name, fields, free=()):
    if name.split(":")[0].split(".")[0] in _get_hidden(model, fields) - set(free):
        raise AccessError(model.env._("You see these data masked and cannot sort by them."))
