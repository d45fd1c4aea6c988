import csv
import io

import xlsxwriter

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import claim_sheet, masking

CONSENT = "brand"
# Photos on which a customer's name or home may stand: left out unless he agreed.
PERSONAL_PHOTOS = ("request", "receipt")
PHOTOS_PER_ORDER = 4
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp")


class RepairBrandClaimLine(models.Model):
    """What the brand needs to see of each repair, and what of it is missing."""

    _inherit = "repair.brand.claim.line"

    missing = fields.Char(compute="_compute_missing", compute_sudo=True, help="What the brand asks for and the order does not have.")
    is_complete = fields.Boolean("Dossier complete", compute="_compute_missing", compute_sudo=True)

    @api.depends(
        "repair_id.appliance_id.serial_number", "repair_id.appliance_id.purchase_proof", "repair_id.appliance_id.purchase_date",
        "repair_id.symptom_id", "repair_id.cause_id", "repair_id.remedy_id", "evidence_ids", "brand_id", "answer")
    @api.depends_context("lang")
    def _compute_missing(self):
        photos = dict(self.env["repair.photo"]._read_group([("repair_id", "in", self.repair_id.ids)], ["repair_id"], ["__count"]))
        for line in self:
            gaps = line._get_gaps(photos.get(line.repair_id, 0)) if line.answer != "withdrawn" else []
            line.missing = ", ".join(gaps)
            line.is_complete = not gaps

    def _get_gaps(self, photo_count):
        """Return what is missing of the line's dossier, in words.

        :param int photo_count: photos of the order
        """
        self.ensure_one()
        brand, order, appliance = self.brand_id, self.repair_id, self.repair_id.appliance_id
        gaps = []
        if brand.claim_needs_serial and not appliance.serial_number:
            gaps.append(self.env._("serial number"))
        if brand.claim_needs_proof and (not appliance.purchase_date or appliance.purchase_proof in (False, "none")):
            gaps.append(self.env._("proof of purchase"))
        if brand.claim_needs_codes:
            gaps += [
                order._fields[name].get_description(self.env, ["string"])["string"].lower()
                for name in ("symptom_id", "cause_id", "remedy_id") if not order[name]]
        pictures = len(self._get_pictures())
        if photo_count + pictures < brand.claim_photos:
            gaps.append(self.env._("photos (%(there)s of %(needed)s)", there=photo_count + pictures, needed=brand.claim_photos))
        if brand.claim_needs_old_part and self.move_id:
            gaps += filter(None, [self.move_id._get_old_part_gap()])
        return gaps

    def _get_pictures(self):
        """Return the evidence that can be shown: photos and scans that are pictures."""
        return self.evidence_ids.filtered(lambda attachment: (attachment.mimetype or "") in PICTURES)

    def _get_shared_customers(self):
        """Return the customers of the lines who agreed that the brand is told about them."""
        consents_sudo = self.env["repair.consent"].sudo()  # yes or no only
        return consents_sudo.search([
            ("partner_id", "in", self.repair_id.partner_id.ids), ("purpose_id.code", "=", CONSENT), ("is_valid", "=", True),
            ("company_id", "in", self.company_id.ids)]).partner_id

    def _get_customer(self, shared):
        """Return name, telephone number and town of the customer as the brand is told: masked unless he agreed to it."""
        partner_sudo = self.repair_id.partner_id.sudo()  # masked here by his own consent, whoever sends the claim
        if partner_sudo in shared:
            return {"name": partner_sudo.name or "", "phone": partner_sudo.phone or "", "city": partner_sudo.city or ""}
        return {"name": masking.mask_name(partner_sudo.name), "phone": masking.mask_phone(partner_sudo.phone), "city": ""}

    def _get_dossier(self, shared=None):
        """Return what the brand sees of the line, ``{column: text or number}``; the same on paper and on the sheet.

        :param shared: the customers who agreed that the brand is told about them, where they are known already
        """
        self.ensure_one()
        shared = self._get_shared_customers() if shared is None else shared
        order, appliance, customer = self.repair_id, self.repair_id.appliance_id, self._get_customer(shared)
        return {
            "reference": self.reference, "order": order.name, "accepted_on": fields.Date.to_string(self.accepted_on) or "",
            "family": order.appliance_category_id.name or "", "model": appliance.model_name or "", "serial": appliance.serial_number or "",
            "purchase_date": fields.Date.to_string(appliance.purchase_date) or "",
            "proof": dict(appliance._fields["purchase_proof"]._description_selection(self.env)).get(appliance.purchase_proof, ""),
            "symptom": order.symptom_id.display_name or "", "cause": order.cause_id.display_name or "",
            "remedy": order.remedy_id.display_name or "", "item": self.name, "quantity": self.quantity, "amount": self.amount_claimed,
            "rests_on": self.rate_reason or "", "old_part": self.move_id._get_old_part_note() if self.move_id else "",
            **{f"customer_{name}": text for name, text in customer.items()},
        }


class RepairBrandClaim(models.Model):
    _inherit = "repair.brand.claim"

    incomplete_count = fields.Integer("Incomplete dossiers", compute="_compute_incomplete_count")

    @api.depends("line_ids.is_complete", "state")
    def _compute_incomplete_count(self):
        for claim in self:  # once sent, a dossier stays as it was
            claim.incomplete_count = len(claim.line_ids.filtered(lambda line: not line.is_complete)) if claim.state == "draft" else 0

    def _check_dossier(self):
        """Raise while the claim cannot be sent: nothing in it, nobody to pay, or evidence that the brand asks for is missing."""
        self.ensure_one()
        asked = self.line_ids.filtered(lambda line: line.answer != "withdrawn")
        if not asked:
            raise UserError(self.env._("%(claim)s has no lines to claim: gather them first.", claim=self.number))
        if not self.payer_id:
            raise UserError(self.env._("Nobody pays for %(brand)s: note its manufacturer on the brand first.", brand=self.brand_id.name))
        gaps = {line.repair_id: line.missing for line in asked if not line.is_complete}
        if gaps:
            listed = "\n".join(f"{order.name}: {missing}" for order, missing in list(gaps.items())[:20])
            raise UserError(self.env._(
                "%(brand)s asks for more than these repairs have. Complete them, or take their lines out of the claim:\n%(gaps)s",
                brand=self.brand_id.name, gaps=listed))

    @api.model
    def _get_sheet_titles(self):
        """Return ``{column: title}`` of the sheet in the user's language, the brand's answers last."""
        return {
            "reference": self.env._("Claim line"), "order": self.env._("Service order"), "accepted_on": self.env._("Accepted on"),
            "family": self.env._("Family"), "model": self.env._("Model"), "serial": self.env._("Serial number"),
            "purchase_date": self.env._("Purchased on"), "proof": self.env._("Proof of purchase"), "symptom": self.env._("Symptom"),
            "cause": self.env._("Cause"), "remedy": self.env._("Remedy"), "item": self.env._("Labour or part"),
            "quantity": self.env._("Quantity"), "amount": self.env._("Claimed, untaxed"), "rests_on": self.env._("Rests on"),
            "old_part": self.env._("Old part"),
            "customer_name": self.env._("Customer"), "customer_phone": self.env._("Phone"), "customer_city": self.env._("Town"),
            "answer": self.env._("Brand's answer"), "amount_paid": self.env._("Amount paid"), "reason": self.env._("Reason of the refusal"),
            "remark": self.env._("Remark"),
        }

    def _get_asked_lines(self):
        self.ensure_one()
        return self.line_ids.filtered(lambda line: line.answer != "withdrawn").sorted("sequence")

    def _get_sheet_rows(self):
        self.ensure_one()
        titles, lines = self._get_sheet_titles(), self._get_asked_lines()
        rows, shared = [list(titles.values())], lines._get_shared_customers()
        for line in lines:
            dossier = line._get_dossier(shared)
            rows.append([dossier.get(column, "") for column in titles])
        return rows

    def _make_xlsx(self):
        """Return the claim as an .xlsx file that the brand fills in and sends back."""
        self.ensure_one()
        stream = io.BytesIO()
        with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
            sheet, bold = book.add_worksheet(self.number.replace("/", "-")[:31]), book.add_format({"bold": True, "bottom": 1})
            for row, cells in enumerate(self._get_sheet_rows()):
                for column, cell in enumerate(cells):
                    if isinstance(cell, float):
                        sheet.write_number(row, column, cell)
                    else:
                        sheet.write_string(row, column, str(cell), bold if not row else None)
            sheet.freeze_panes(1, 1)
            sheet.set_column(0, len(self._get_sheet_titles()) - 1, 16)
        return stream.getvalue()

    def _make_csv(self):
        """Return the claim as CSV text in UTF-8, with nothing in it that a spreadsheet takes for a formula."""
        self.ensure_one()
        stream = io.StringIO()
        writer = csv.writer(stream)
        for cells in self._get_sheet_rows():
            writer.writerow([cell if isinstance(cell, float) else claim_sheet.make_safe(cell) for cell in cells])
        return stream.getvalue().encode("utf-8-sig")

    def _keep_sheet(self):
        """Keep the sheet as it was sent with the claim."""
        self.ensure_one()
        self.message_post(
            body=self.env._("Sent to %(brand)s: %(count)s lines, %(amount)s untaxed.", brand=self.partner_id.name or self.brand_id.name,
                            count=len(self._get_asked_lines()), amount=self.currency_id.format(self.amount_claimed)),
            attachments=[(f"{self._get_file_name()}.xlsx", self._make_xlsx())])

    def _get_file_name(self):
        self.ensure_one()
        return f"{self.number}-{self.brand_id.name}".replace("/", "-")

    def action_download_xlsx(self):
        """Download the claim as a spreadsheet.

        :raises AccessError: for users who do not read the claim
        """
        return self._download("xlsx")

    def action_download_csv(self):
        """Download the claim as CSV text, as :meth:`action_download_xlsx`."""
        return self._download("csv")

    def _download(self, kind):
        self.ensure_one()
        self.check_access("read")
        return {"type": "ir.actions.act_url", "target": "self", "url": f"/repair/brand_claim/{self.id}/{kind}"}

    def _get_dossier_orders(self):
        """Return the repairs of the claim for its paper: ``[(order, lines, shared, photos)]``; evidence stands on the lines themselves."""
        self.ensure_one()
        asked = self._get_asked_lines()
        customers, found = asked._get_shared_customers(), []
        of_orders = self.env["repair.photo"].search([("repair_id", "in", asked.repair_id.ids)]).grouped("repair_id")
        for order, lines in asked.grouped("repair_id").items():
            shared = order.partner_id in customers
            photos = of_orders.get(order, self.env["repair.photo"])
            if not shared:
                photos = photos.filtered(lambda photo: photo.kind not in PERSONAL_PHOTOS)
            found.append((order, lines, shared, photos[:PHOTOS_PER_ORDER]))
        return found


class StockMove(models.Model):
    _inherit = "stock.move"

    def _get_old_part_gap(self):
        """Return what is missing of the replaced part that the brand asks for, in words; '' when nothing is.

        Here nobody keeps old parts: an addon that does overrides this.
        """
        self.ensure_one()
        return ""

    def _get_old_part_note(self):
        """Return where the replaced part is, in words that the brand reads; '' where nobody keeps old parts, as here."""
        self.ensure_one()
        return ""
