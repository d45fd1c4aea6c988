import base64
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .repair_flow import FLOW

FLOW_FIELDS = frozenset({"name", "state", "done_on", "report_file", "report_name", "kept_reason", "answer"})


class RepairPrivacyRequest(models.Model):
    """A customer asks what we hold of him, or to correct or delete it (rules 3)."""

    _name = "repair.privacy.request"
    _description = "Request about personal data"
    _inherit = ["mail.thread", "repair.input"]
    _order = "due_on, id"
    _flow_fields = FLOW_FIELDS

    name = fields.Char("Number", readonly=True, copy=False)
    partner_id = fields.Many2one("res.partner", "Customer", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    kind = fields.Selection(
        [("access", "See or get a copy"), ("correct", "Correct"), ("delete", "Delete")], required=True, default="access", tracking=True)
    received_on = fields.Date(required=True, default=fields.Date.context_today)
    due_on = fields.Date("Answer by", compute="_compute_due_on", store=True, index=True)
    user_id = fields.Many2one(
        "res.users", "Responsible", default=lambda self: self.env.user, domain="[('share', '=', False)]", tracking=True
    )
    identity_proof = fields.Char("How we know that it is he", help="For example: called back under the registered number.")
    details = fields.Text("What he asks for")
    state = fields.Selection(
        [("open", "Open"), ("done", "Answered"), ("refused", "Refused")],
        default="open",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    done_on = fields.Date(readonly=True, copy=False)
    answer = fields.Text("What was done", readonly=True, copy=False)
    kept_reason = fields.Text("What is kept, and why", readonly=True, copy=False)
    report_file = fields.Binary("Report", readonly=True, copy=False, attachment=True)
    report_name = fields.Char(readonly=True, copy=False)
    is_late = fields.Boolean(compute="_compute_is_late", search="_search_is_late")

    @api.depends("received_on", "company_id.repair_privacy_days")
    def _compute_due_on(self):
        for record in self:
            record.due_on = record.received_on and record.received_on + timedelta(days=record.company_id.repair_privacy_days)

    @api.depends("state", "due_on")
    def _compute_is_late(self):
        today = fields.Date.context_today(self)
        for record in self:
            record.is_late = record.state == "open" and bool(record.due_on) and record.due_on < today

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = fields.Domain("state", "=", "open") & fields.Domain("due_on", "<", fields.Date.context_today(self))
        return domain if True in value else ~domain

    @api.model_create_multi
    def create(self, vals_list):
        """Record requests; they get their number and are open."""
        if self.env.context.get("repair_flow") is not FLOW:
            for vals in vals_list:
                for name in FLOW_FIELDS:
                    vals.pop(name, None)
        records = super().create(vals_list)
        for record in records:
            record._flow_write({"name": self.env["ir.sequence"].next_by_code("repair.privacy.request")})
        return records

    def write(self, vals):
        """Write; an answered request stays as it is."""
        if self.env.context.get("repair_flow") is not FLOW:
            if FLOW_FIELDS & vals.keys():
                raise UserError(self.env._("Use the buttons of the request."))
            if any(record.state != "open" for record in self):
                raise UserError(self.env._("The request is answered and stays as it is."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if not self.env.su:
            raise UserError(self.env._("A request about personal data is kept: it proves that it was answered."))

    def _flow_write(self, vals):
        return self.with_context(repair_flow=FLOW).write(vals)

    def _check_open(self):
        self.check_access("write")
        for record in self:
            if record.state != "open":
                raise UserError(self.env._("The request %(number)s is answered already.", number=record.name))
            if not (record.identity_proof or "").strip():
                raise UserError(self.env._("Note first how we know that it is the customer himself who asks."))

    def action_make_report(self):
        """Make the report of all data held of the customer, as a file to hand over; it is logged.

        :raises UserError: answered already, or nobody checked who asks
        """
        self._check_open()
        for record in self:
            content = record.sudo()._render_report()  # everything held, whoever among the managers answers
            record._flow_write({
                "report_file": base64.b64encode(content.encode()), "report_name": f"{record.name.replace('/', '-')}.html"})
            self.env["repair.privacy.log"]._note("report", record.partner_id, record.name)
        return True

    def action_done(self):
        """Close requests to see or correct data as answered."""
        self._check_open()
        for record in self:
            if record.kind == "delete":
                raise UserError(self.env._("Delete the data, or refuse with the reason."))
            if record.kind == "access" and not record.report_file:
                raise UserError(self.env._("Make the report first."))
        return self._flow_write({"state": "done", "done_on": fields.Date.context_today(self)})

    def action_refuse(self, reason=None):
        """Refuse requests with the reason that the customer is told.

        :param str reason: why; else what stands in the details
        """
        self.check_access("write")
        for record in self:
            text = (reason if isinstance(reason, str) else record.details or "").strip()
            if not text:
                raise UserError(self.env._("Write into the details why the request is refused."))
            if record.state != "open":
                raise UserError(self.env._("The request %(number)s is answered already.", number=record.name))
            record._flow_write({"state": "refused", "done_on": fields.Date.context_today(self), "answer": text})
        return True

    def action_delete_data(self):
        """Take the customer's data out; while a legal term runs nothing is deleted and the reason is kept (rules 3).

        :raises AccessError: for others than service managers
        :raises UserError: answered already, nobody checked who asks, or another kind of request
        """
        if not self.env.user.has_group("repair_service.repair_service_group_manager"):
            raise AccessError(self.env._("A service manager decides what is anonymised."))
        self._check_open()
        for record in self:
            if record.kind != "delete":
                raise UserError(self.env._("The customer did not ask to delete his data."))
            partner_sudo = record.partner_id.sudo()  # decided by a manager; reaches every model that holds the data
            if holds := partner_sudo._get_privacy_holds():
                record._flow_write({"kept_reason": "\n".join(holds)})
                partner_sudo.consent_ids.filtered(lambda consent: consent.is_valid and not consent.purpose_id.is_required)._withdraw(
                    self.env.user.name)
                record.message_post(body=self.env._("Nothing is deleted yet: %(holds)s. Consents are withdrawn.", holds="; ".join(holds)))
                continue
            kept = partner_sudo._anonymise(record.name)
            record._flow_write({
                "state": "done", "done_on": fields.Date.context_today(self), "kept_reason": kept, "answer": self.env._("Data deleted")})
        return True

    def _get_report_sections(self):
        """What is held: list of (title, list of field labels, list of rows)."""
        self.ensure_one()
        family = self.partner_id._get_privacy_family()
        orders = self.partner_id._get_privacy_orders()
        return [
            self._describe(family, ["name", "phone", "email", "street", "street2", "zip", "city", "lang", "create_date"]),
            self._describe(
                self.env["repair.appliance"].search([("partner_id", "in", family.ids)]),
                ["category_id", "brand_id", "model_name", "serial_number", "purchase_date", "note"],
            ),
            self._describe(
                orders,
                [
                    "name",
                    "requested_on",
                    "fault_description",
                    "diagnosis",
                    "partner_address",
                    "approved_by",
                    "accepted_by",
                ],
            ),
            self._describe(orders.appointment_ids, ["repair_id", "start", "stop", "state"]),
            self._describe(orders.photo_ids, ["repair_id", "kind", "taken_on"]),
            self._describe(
                self.env["repair.enquiry"].search([("partner_id", "in", family.ids)]),
                ["name", "date", "channel", "contact_name", "phone", "email", "question", "answer"],
            ),
            self._describe(
                self.env["repair.followup"].search([("repair_id", "in", orders.ids)]), ["repair_id", "kind", "due", "score", "comment"]),
            self._describe(
                self.env["repair.complaint"].search([("partner_id", "in", family.ids)]),
                ["number", "received_on", "channel", "contact_name", "phone", "email", "subject", "description", "remedy", "feedback_text"],
            ),
            self._describe(
                self.env["account.move"].search([("partner_id", "in", family.ids)]), ["name", "invoice_date", "amount_total", "state"]
            ),
            self._describe(
                self.env["repair.consent"].search([("partner_id", "in", family.ids)]),
                ["purpose_id", "notice_id", "channel", "given_on", "withdrawn_on"],
            ),
            self._describe(self.env["repair.privacy.log"].search([("partner_id", "in", family.ids)]), ["date", "kind", "details"]),
        ]

    def _describe(self, records, names):
        shown = [name for name in names if name in records._fields]
        labels = [records._fields[name].get_description(self.env, ["string"])["string"] for name in shown]
        rows = [[records._fields[name].convert_to_export(record[name], record) or "" for name in shown] for record in records]
        return self.env["ir.model"]._get(records._name).name, labels, rows

    def _render_report(self):
        parts = [Markup("<!DOCTYPE html><html><head><meta charset='utf-8'><title>{0}</title></head><body><h1>{0}</h1><p>{1}</p>").format(
            self.env._("Personal data held by %(company)s", company=self.company_id.name), fields.Date.context_today(self))]
        for title, labels, rows in self._get_report_sections():
            parts.append(Markup("<h2>{} ({})</h2>").format(title, len(rows)))
            if rows:
                head = Markup().join(Markup("<th>{}</th>").format(label) for label in labels)
                body = Markup().join(
                    Markup("<tr>{}</tr>").format(Markup().join(Markup("<td>{}</td>").format(cell) for cell in row)) for row in rows
                )
                parts.append(Markup("<table border='1' cellpadding='4'><tr>{}</tr>{}</table>").format(head, body))
        holds = (*self.partner_id._get_privacy_holds(), *self.partner_id._get_privacy_kept())
        parts.append(Markup("<h2>{}</h2><ul>{}</ul></body></html>").format(
            self.env._("What is kept, and why"), Markup().join(Markup("<li>{}</li>").format(hold) for hold in holds)))
        return Markup().join(parts)
