import inspect
import math
from datetime import date

import psycopg2

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.models import BaseModel
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models.repair_flow import FLOW
from .common import RepairServiceCommon

SERVICE_MODELS = (
    "repair.order", "repair.service.line", "stock.move", "repair.appointment", "repair.inspection",
    "repair.inspection.line", "repair.followup", "repair.appliance", "repair.warranty.term", "repair.fault.code",
    "repair.appliance.category", "repair.brand", "repair.territory", "repair.inspection.template", "repair.inspection.point",
    "repair.booking", "repair.booking.line", "repair.quotation.answer", "repair.acceptance", "repair.second.opinion",
    "repair.photo", "repair.product.feedback", "repair.proposal", "repair.proposal.line", "repair.proposal.code",
    "repair.warranty.limit", "repair.quotation", "repair.quotation.line", "repair.payment", "repair.payment.return", "repair.deposit",
    "repair.withdrawal",
    "repair.appliance.merge", "repair.territory.cover", "repair.on.call", "repair.technician",
    "repair.reassign", "repair.reassign.line", "repair.visit.load", "repair.dispatch.overview",
    "repair.enquiry",
    "repair.appointment.message", "repair.visit.outcome",
    "repair.sampling.plan",
    "repair.consent", "repair.consent.purpose", "repair.consent.notice", "repair.price.change", "repair.privacy.rule",
    "repair.privacy.case", "repair.privacy.log", "repair.privacy.request", "repair.contact.show",
    "repair.followup.rule", "repair.sla.policy", "repair.complaint", "repair.complaint.category", "repair.complaint.cause",
    "repair.complaint.team", "repair.complaint.route", "repair.complaint.pause", "repair.complaint.dialogue", "repair.complaint.notice",
    "repair.complaint.report", "repair.satisfaction.report", "repair.service.figures", "repair.service.figure.line", "repair.recheck",
)
# Core's answer to a value of a wrong kind is a ValueError that names the field; a constraint of the database names the rule.
CLEAN = (UserError, ValueError, psycopg2.IntegrityError)
LONG = "长" * 350_000
SCRIPT = "<script>alert(1)</script>%s{{7*7}}\u202e"
MOMENTS = ("0001-01-01 00:00:00", "9999-12-31 23:59:59", "yesterday")
NONSENSE = {
    "char": (LONG, SCRIPT, 7, "   "),
    "text": (LONG, SCRIPT, 7, "   "),
    "html": (SCRIPT,),
    "integer": (-1, 2**40, "many"),
    "float": (-1.0, math.nan, math.inf, 1e300, "much"),
    "monetary": (-1.0, math.nan, math.inf, 1e300, "much"),
    "boolean": ("perhaps",),
    "date": ("0001-01-01", "9999-12-31", "yesterday"),
    "datetime": MOMENTS,
    "selection": ("nonsense", 7),
    "many2one": (-1, 2**30, "nobody"),
    "one2many": ([(4, 2**30)], [(0, 0, {"nonsense": 1})], "all", [(6, 0, [2**30])]),
    "many2many": ([(4, 2**30)], "all", [(6, 0, [2**30])]),
    "binary": ("no base64!", SCRIPT),
    "json": ({"whole": "nonsense"},),
    "reference": ("nonsense,1",),
    "many2one_reference": (2**30,),
}
# What nobody may bring about by writing fields, whatever the value.
FACTS = (
    "service_stage", "state", "quotation_state", "quotation_version", "approved_on", "approved_by", "accepted_on",
    "repair_warranty_end", "coverage", "coverage_frozen_on", "closed_on", "technician_id", "sale_order_id", "access_token",
    "appliance_id", "partner_id", "company_id", "move_id", "has_unapproved_lines", "invoice_state",
    "amount_customer_untaxed", "amount_customer_tax", "amount_customer_total", "amount_other_payers",
    "amount_collected", "amount_cost", "amount_margin", "has_deposit", "limit_due", "parts_waiting_since", "parts_waited_days",
    "exchange_advised", "override_by_id",
    "next_visit_reason", "next_visit_note", "visit_count", "first_time_fix",
)
# Arguments of every public method, by name; and what a caller may send in their place.
ARGUMENTS = ((), (False,), ("nonsense",), (7,), ({"a": 1},), ([],), (LONG,), (math.nan, math.inf))


class _Undo(Exception):
    pass


def get_our_public_methods(model):
    """Names of the methods that RPC reaches on ``model`` and that one of the suite's addons defines."""
    found = set()
    for cls in type(model).mro():
        if not cls.__module__.startswith("odoo.addons.repair_"):
            continue
        for name, attribute in vars(cls).items():
            if name.startswith("_") or not callable(attribute) or getattr(attribute, "_api_private", False):
                continue
            if not isinstance(attribute, type) and not hasattr(BaseModel, name):
                found.add(name)
    return sorted(found)


@tagged("post_install", "-at_install")
class TestRpcSweep(RepairServiceCommon):
    """Orders made and changed by hand through RPC, with nonsense in every field and to every method."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.fetch(["group_ids"])  # the cache of the superuser is warm before the first savepoint
        cls.user_plain = new_test_user(cls.env, "test_plain", "base.group_user")
        cls._add_stock(cls.part, 5)
        cls.order = cls._to_stage(cls._create_order(), "diagnosed")
        cls.move = cls._add_part(cls.order)
        cls._to_stage(cls.order, "repairing")
        cls.fresh = cls._create_order()
        cls.followup = cls.env["repair.followup"].create({"repair_id": cls.order.id, "due": "2030-01-01", "kind": "callback"})
        cls.booking = cls.env["repair.booking"].with_user(cls.user_desk).create({"repair_id": cls.fresh.id})
        cls.records = {
            "repair.order": cls.order,
            "repair.service.line": cls.order.service_line_ids[:1],
            "stock.move": cls.move,
            "repair.appointment": cls.order.appointment_ids[:1],
            "repair.inspection": cls.order.final_inspection_id,
            "repair.inspection.line": cls.order.final_inspection_id.line_ids[:1],
            "repair.followup": cls.followup,
            "repair.enquiry": cls.env["repair.enquiry"].create({"contact_name": "x", "question": "x"}),
            "repair.appliance": cls.appliance,
            "repair.warranty.term": cls.env["repair.warranty.term"].create({"name": "Sweep", "months": 12}),
            "repair.fault.code": cls.symptom,
            "repair.appliance.category": cls.category,
            "repair.brand": cls.brand,
            "repair.territory": cls.env["repair.territory"].create({"name": "Sweep", "code": "SWP"}),
            "repair.inspection.template": cls.template,
            "repair.inspection.point": cls.template.point_ids[:1],
            "repair.sampling.plan": cls.env["repair.sampling.plan"].create({"level": "II", "aql": "2.5"}),
            "repair.booking": cls.booking,
            "repair.booking.line": cls.env["repair.booking.line"].with_user(cls.user_desk).create({
                "booking_id": cls.booking.id, "technician_id": cls.employee_technician.id,
                "start": "2030-01-01 08:00:00", "stop": "2030-01-01 10:00:00"}),
            "repair.quotation.answer": cls.env["repair.quotation.answer"].create({"repair_id": cls.order.id, "answered_by": "x"}),
            "repair.acceptance": cls.env["repair.acceptance"].create(
                {"repair_id": cls.order.id, "accepted_by": "x", "signature": cls.signature}),
            "repair.second.opinion": cls.env["repair.second.opinion"].with_user(cls.user_technician).create(
                {"repair_id": cls.order.id, "user_id": cls.user_manager.id, "question": "x"}),
            "repair.appliance.merge": cls.env["repair.appliance.merge"].with_user(cls.user_manager).create(
                {"appliance_ids": (cls.appliance | cls._create_appliance()).ids, "kept_id": cls.appliance.id}),
        }
        cls.records |= cls._create_diagnosis_records() | cls._create_money_records() | cls._create_planning_records()
        cls.records |= cls._create_dispatch_records() | cls._create_visit_records() | cls._create_complaint_records()
        cls.records |= cls._create_privacy_records()
        cls.env.flush_all()

    @classmethod
    def _create_diagnosis_records(cls):
        photo = cls.env["repair.photo"].create({"repair_id": cls.order.id, "image": cls.signature})
        flow = cls.env["repair.proposal"].with_user(cls.user_manager).sudo().with_context(repair_flow=FLOW)
        dialogue = flow.create({
            "repair_id": cls.fresh.id,
            "line_ids": [Command.create({"product_id": cls.part.id, "use_count": 2, "order_count": 2})],
            "cause_ids": [Command.create({"kind": "cause", "code_id": cls.cause.id})],
        }).sudo(False).with_context(repair_flow=None)
        feedback = cls.env["repair.product.feedback"].create({"repair_id": cls.order.id, "summary": "Hose tears"})
        return {"repair.photo": photo, "repair.product.feedback": feedback,
                "repair.proposal": dialogue, "repair.proposal.line": dialogue.line_ids,
                "repair.proposal.code": dialogue.cause_ids}

    @classmethod
    def _create_privacy_records(cls):
        purpose = cls.env["repair.consent.purpose"].create({"name": "Sweep", "code": "sweep"})
        rule = cls.env["repair.privacy.rule"].create({"name": "Sweep"})
        case = cls.env["repair.privacy.case"].with_context(repair_flow=FLOW).create({
            "rule_id": rule.id, "company_id": cls.company.id, "partner_id": cls.partner.id, "last_on": "2020-01-01 00:00:00"})
        log = cls.env["repair.privacy.log"]
        log._note("show", cls.partner, "x")
        return {
            "repair.consent.purpose": purpose,
            "repair.consent.notice": cls.env["repair.consent.notice"].create({"name": "Sweep", "body": "<p>x</p>"}),
            "repair.consent": cls.env["repair.consent"].create({"partner_id": cls.partner.id, "purpose_id": purpose.id}),
            "repair.price.change": cls.env["repair.price.change"].create({
                "product_tmpl_id": cls.env.ref("repair_service.product_callout").id, "new_price": 9,
                "effective_on": "2099-01-01"}),
            "repair.privacy.rule": rule,
            "repair.privacy.case": case.with_context(repair_flow=None),
            "repair.privacy.log": log.search([], limit=1),
            "repair.privacy.request": cls.env["repair.privacy.request"].create({"partner_id": cls.partner.id}),
            "repair.contact.show": cls.env["repair.contact.show"].with_user(cls.user_inspector).create(
                {"partner_id": cls.partner.id, "reason": "x"}),
        }

    @classmethod
    def _create_planning_records(cls):
        technician = cls.employee_technician
        return {
            "repair.territory.cover": cls.env["repair.territory.cover"].create({
                "territory_id": cls.records["repair.territory"].id, "technician_id": technician.id,
                "date_from": "2030-01-01", "date_to": "2030-01-02"}),
            "repair.on.call": cls.env["repair.on.call"].create({
                "technician_id": technician.id, "start": "2030-01-01 10:00:00", "stop": "2030-01-02 00:00:00"}),
            "repair.technician": cls.env["repair.technician"].browse(technician.id),
        }

    @classmethod
    def _create_dispatch_records(cls):
        reassign = cls.env["repair.reassign"].with_user(cls.user_manager).create({
            "reason": "x", "line_ids": [Command.create({"appointment_id": cls.order.appointment_ids[:1].id})]})
        load = cls.env["repair.visit.load"].with_user(cls.user_manager)._fill_week(date(2030, 1, 7))[:1]
        overview = cls.env["repair.dispatch.overview"].with_user(cls.user_manager).create({})
        return {"repair.reassign": reassign, "repair.reassign.line": reassign.line_ids, "repair.visit.load": load,
                "repair.dispatch.overview": overview}

    @classmethod
    def _create_visit_records(cls):
        visit = cls.order.appointment_ids[:1]
        return {
            "repair.appointment.message": cls.env["repair.appointment.message"].create(
                {"appointment_id": visit.id, "kind": "confirmed", "send_at": "2030-01-01 00:00:00"}),
            "repair.visit.outcome": cls.env["repair.visit.outcome"].with_user(cls.user_manager).create(
                {"appointment_id": visit.id, "kind": "unfinished"}),
        }

    @classmethod
    def _create_complaint_records(cls):
        complaint = cls.env["repair.complaint"].create({
            "contact_name": "x", "phone": "13700000001", "subject": "x", "description": "x", "appliance_category_id": cls.category.id})
        team = cls.env["repair.complaint.team"].create({"name": "Sweep"})
        figures = cls.env["repair.service.figures"].with_user(cls.user_manager).create({})
        figures.action_reckon()
        other = cls._create_order(appliance_id=cls._create_appliance().id)
        recheck = cls.env["repair.recheck"].sudo().with_context(repair_flow=FLOW).create({
            "origin_id": cls.order.id, "repair_id": other.id, "asked_on": "2030-01-01 00:00:00", "due_by": "2030-01-02 00:00:00"})
        return {
            "repair.recheck": recheck.sudo(False).with_context(repair_flow=None),
            "repair.complaint.report": cls.env["repair.complaint.report"].browse(complaint.id),
            "repair.satisfaction.report": cls.env["repair.satisfaction.report"].browse(cls.followup.id),
            "repair.followup.rule": cls.env["repair.followup.rule"].create({"name": "Sweep"}),
            "repair.sla.policy": cls.env.ref("repair_service.sla_policy_p3"),
            "repair.complaint": complaint,
            "repair.complaint.category": cls.env.ref("repair_service.complaint_category_other"),
            "repair.complaint.cause": cls.env.ref("repair_service.complaint_cause_use"),
            "repair.complaint.team": team,
            "repair.complaint.route": cls.env["repair.complaint.route"].create({"team_id": team.id}),
            "repair.complaint.dialogue": cls.env["repair.complaint.dialogue"].with_user(cls.user_manager).create(
                {"complaint_id": complaint.id, "kind": "withdraw"}),
            "repair.service.figures": figures,
            "repair.service.figure.line": figures.line_ids[:1],
        }

    @classmethod
    def _create_money_records(cls):
        payment = cls.env["repair.payment"].create({"repair_id": cls.order.id, "amount": 10.0})
        quotation = cls.order.quotation_ids[:1]
        return {
            "repair.warranty.limit": cls.env["repair.warranty.limit"].create({"name": "Sweep", "value": 300}),
            "repair.quotation": quotation,
            "repair.quotation.line": quotation.line_ids[:1],
            "repair.payment": payment,
            "repair.payment.return": cls.env["repair.payment.return"].create({"payment_id": payment.id, "reason": "x"}),
            "repair.withdrawal": cls.env["repair.withdrawal"].create({"repair_id": cls.order.id, "withdrawn_by": "x", "reason": "x"}),
            "repair.deposit": cls.env["repair.deposit"].create({"repair_id": cls.order.id, "amount": 1.0}),
        }

    def _get_facts(self):
        self.env.invalidate_all()
        return {
            "order": self.order.read(FACTS),
            "fresh": self.fresh.read(FACTS),
            "line": self.order.service_line_ids.read(
                ["product_id", "approved_subtotal", "payer", "price_subtotal", "repair_id", "sale_line_id"]),
            "part": self.move.read(["product_id", "approved_subtotal", "payer", "state", "quantity", "picked", "location_id"]),
            "visits": self.order.appointment_ids.read(
                ["state", "technician_id", "start", "stop", "arrived_at", "changed_by", "reminded_on", "miss_reason", "outcome"]),
            "quotations": self.order.quotation_ids.read(["state", "version", "amount_total", "answered_by", "valid_until"]),
            "payments": self.order.payment_ids.read(["state", "amount", "collected_by_id", "method", "repair_id"]),
            "inspections": self.order.inspection_ids.read(["result", "kind", "template_id", "repair_id", "inspector_id"]),
            "points": self.order.inspection_ids.line_ids.read(["required", "is_measured", "min_value", "max_value", "answer"]),
        }

    def _try(self, attempt, allowed=CLEAN):
        """Run ``attempt`` and undo it; return the error that is none of ``allowed``, or None."""
        with mute_logger("odoo.sql_db", "odoo.models"):
            try:
                with self.env.cr.savepoint():
                    attempt()
                    self.env.flush_all()
                    raise _Undo
            except (_Undo, *allowed):
                return None
            except Exception as error:
                return error
            finally:
                self.env.invalidate_all()
        return None

    def _sweep_fields(self, model_name, make_attempt):
        faults = []
        for name, field in self.env[model_name]._fields.items():
            if name in ("id", "display_name", "message_ids", "website_message_ids") or field.type not in NONSENSE:
                continue  # core's chatter answers for itself
            if model_name == "stock.move" and "repair" not in field._module:
                continue  # core's own fields are for the warehouse, see test_security_parts
            for value in NONSENSE[field.type]:
                error = self._try(make_attempt(name, value))
                if error is not None:
                    faults.append(f"{model_name}.{name} = {str(value)[:40]!r}: {error!r:.200}")
        return faults

    def test_nonsense_written_to_every_field_is_answered_in_words(self):
        faults = []
        for model_name, record in self.records.items():
            target = record.with_user(self.user_manager)
            faults += self._sweep_fields(model_name, lambda name, value, target=target: lambda: target.write({name: value}))
        self.assertFalse(faults, "\n".join(faults))

    def test_nonsense_leaves_the_order_as_it_was(self):
        before, order = self._get_facts(), self.order.with_user(self.user_manager)
        taken = []
        for name, field in order._fields.items():
            if field.type not in NONSENSE or name in ("message_ids", "website_message_ids"):
                continue
            for value in NONSENSE[field.type]:
                with mute_logger("odoo.sql_db", "odoo.models"):
                    try:
                        with self.env.cr.savepoint():
                            order.write({name: value})
                            self.env.flush_all()
                            if self._get_facts() != before:
                                taken.append(f"{name} = {str(value)[:40]!r}")
                            raise _Undo
                    except (_Undo, *CLEAN):
                        self.env.invalidate_all()
        self.assertFalse(taken)

    def _get_methods(self):
        for model_name in sorted({*SERVICE_MODELS, "res.partner"}):
            for method in get_our_public_methods(self.env[model_name]):
                yield model_name, method

    def test_every_public_method_is_documented(self):
        silent = [
            f"{model_name}.{method}" for model_name, method in self._get_methods()
            if not getattr(self.env.registry[model_name], method).__doc__]
        self.assertFalse(silent)

    def test_methods_refuse_those_without_rights(self):
        faults, before = [], self._get_facts()
        for user in (self.user_portal, self.user_plain):
            for model_name, method in self._get_methods():
                target = self.records.get(model_name, self.partner).with_user(user)
                call = self._make_call(target, method, ())
                if (error := self._try(call, (*CLEAN, TypeError))) is not None:
                    faults.append(f"{user.login}: {model_name}.{method}: {error!r:.200}")
        self.assertFalse(faults, "\n".join(faults))
        self.assertEqual(self._get_facts(), before)

    def test_methods_answer_wrong_records_and_arguments_in_words(self):
        faults = []
        for model_name, method in self._get_methods():
            record = self.records.get(model_name, self.partner).with_user(self.user_manager)
            targets = (record.browse(), record, record.browse([record.id, 2**30]), record.browse(2**30))
            for target in targets:
                for arguments in ARGUMENTS:
                    error = self._try(self._make_call(target, method, arguments))
                    if error is not None:
                        faults.append(f"{model_name}.{method}({len(target)} records, {str(arguments)[:40]}): {error!r:.200}")
        self.assertFalse(faults, "\n".join(faults))

    @staticmethod
    def _make_call(target, method, arguments):
        def call():
            function = getattr(target, method)
            try:
                inspect.signature(function).bind(*arguments)
            except TypeError as error:
                raise UserError(str(error)) from error  # as the RPC controller does
            function(*arguments)
        return call

    def test_order_created_with_nonsense_in_every_field_is_answered_in_words(self):
        orders = self.env["repair.order"].with_user(self.user_manager)
        base = {"appliance_id": self.appliance.id, "symptom_id": self.symptom.id}
        faults = self._sweep_fields("repair.order", lambda name, value: lambda: orders.create({**base, name: value}))
        self.assertFalse(faults, "\n".join(faults))


