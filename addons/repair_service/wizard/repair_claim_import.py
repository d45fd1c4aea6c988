import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..engine import claim_sheet
from ..models.repair_brand_claim_answer import NOTE_MAX, get_answer_labels


class RepairClaimImport(models.TransientModel):
    """Reads the sheet on which a brand answers to a claim, shows what is wrong row by row, and takes the good rows over."""

    _name = "repair.claim.import"
    _description = "Answers of a brand from a sheet"
    _inherit = ["repair.dialogue", "repair.input"]
    _dialogue_on = "claim_id"

    claim_id = fields.Many2one("repair.brand.claim", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="claim_id.currency_id")
    content = fields.Binary("Sheet", attachment=False, help="The sheet that was sent, filled in by the brand: .xlsx or .csv.")
    file_name = fields.Char()
    row_ids = fields.One2many("repair.claim.import.row", "import_id", "Rows", readonly=True)
    good_count = fields.Integer("Rows to take over", compute="_compute_counts")
    bad_count = fields.Integer("Rows with errors", compute="_compute_counts")
    empty_count = fields.Integer("Rows without an answer", readonly=True)

    @api.depends("row_ids.error")
    def _compute_counts(self):
        for dialogue in self:
            bad = len(dialogue.row_ids.filtered("error"))
            dialogue.bad_count, dialogue.good_count = bad, len(dialogue.row_ids) - bad

    @api.model_create_multi
    def create(self, vals_list):
        """Open dialogues, as accounting.

        :raises AccessError: for everybody else
        """
        self.env["repair.brand.claim"]._check_accountant()
        for vals in vals_list:
            vals.pop("row_ids", None)
        return super().create(vals_list)

    def write(self, vals):
        """Write; rows come from the sheet."""
        if "row_ids" in vals and not self.env.su:
            raise UserError(self.env._("Rows come from the sheet only."))
        return super().write(vals)

    def action_read(self):
        """Read the sheet and show row by row what it says and what is wrong.

        :raises UserError: no sheet, or one that cannot be read
        """
        self.ensure_one()
        self.env["repair.brand.claim"]._check_accountant()
        rows = self._read_sheet()
        first = next(place for place, cells in enumerate(rows) if cells)
        columns = self._find_columns(rows[first])
        lines = {line.reference: line for line in self.claim_id._get_asked_lines()}
        labels, reasons, seen, values = get_answer_labels(self.env), self._get_reasons(), set(), []
        for number, cells in enumerate(rows[first + 1:], first + 2):
            if not cells:
                continue
            cell = {column: cells[place] if place < len(cells) else "" for column, place in columns.items()}
            values.append({"number": number, **self._read_row(cell, lines, labels, reasons, seen)})
        dialogue_sudo = self.sudo()  # rows are made by this step only
        dialogue_sudo.row_ids.unlink()
        told = [row for row in values if row.get("error") != "-"]
        dialogue_sudo.write({"row_ids": [Command.create(row) for row in told], "empty_count": len(values) - len(told)})
        return self._reopen()

    def _read_sheet(self):
        messages = {
            "size": self.env._("The sheet is too large: 5 MB are the most."),
            "rows": self.env._("The sheet has too many rows: %(limit)s are the most.", limit=claim_sheet.ROWS_MAX),
            "format": self.env._("This is no sheet that can be read: choose an .xlsx or .csv file."),
        }
        try:
            rows = claim_sheet.read_rows(base64.b64decode(self.content or b""))
        except (binascii.Error, ValueError) as error:
            raise UserError(messages["format"]) from error
        except claim_sheet.SheetError as error:
            raise UserError(messages[error.args[0]]) from error
        if len(list(filter(None, rows))) < 2:
            raise UserError(self.env._("The sheet is empty: choose the one that the brand has filled in."))
        return rows

    def _find_columns(self, header):
        claim, english = self.claim_id, self.claim_id.with_context(lang="en_US")
        names = {}
        for titles in (claim._get_sheet_titles(), english._get_sheet_titles()):
            for column, title in titles.items():
                names.setdefault(column, set()).update({title, column})
        names["answer"] |= {"Answer", self.env._("Answer of the brand")}
        try:
            return claim_sheet.find_columns(header, names)
        except claim_sheet.SheetError as error:
            raise UserError(self.env._(
                "The sheet has no column %(column)s: use the sheet that was sent with the claim.",
                column=claim._get_sheet_titles()["reference"])) from error

    def _get_reasons(self):
        reasons = {}
        for reason in self.env["repair.claim.reason"].search([("active", "=", True)]):
            for text in (reason.code, reason.name, reason.with_context(lang="en_US").name):
                reasons.setdefault(str(text or "").strip().casefold(), reason)
        return reasons

    def _read_row(self, cell, lines, labels, reasons, seen):
        """Return the values of one row; ``error`` says what is wrong, ``-`` marks a row without an answer."""
        reference, answer_text = cell["reference"].lstrip("'"), cell.get("answer", "")
        row = {"reference": reference[:100], "note": cell.get("remark", "")[:NOTE_MAX]}
        line = lines.get(reference)
        if not (answer_text or cell.get("amount_paid") or cell.get("reason")):
            return {**row, "error": "-"}
        if not line:
            return {**row, "error": self.env._("No line of this claim")}
        if reference in seen:
            return {**row, "error": self.env._("Twice on the sheet")}
        seen.add(reference)
        row["line_id"] = line.id
        answer = labels.get(answer_text.casefold()) if answer_text else None
        if answer_text and not answer:
            return {**row, "error": self.env._("Unknown answer %(answer)s", answer=answer_text[:40])}
        try:
            amount = claim_sheet.read_amount(cell.get("amount_paid"))
        except ValueError:
            return {**row, "error": self.env._("%(amount)s is no amount", amount=cell["amount_paid"][:40])}
        try:
            answer, amount = claim_sheet.judge(answer, amount, line.amount_claimed, line.currency_id.rounding / 2)
        except ValueError as error:
            return {**row, "error": line._describe_contradiction(error.args[0])}
        return {**row, "answer": answer, "amount_paid": amount, **self._read_reason(cell.get("reason", ""), answer, line, reasons)}

    def _read_reason(self, text, answer, line, reasons):
        if line.resolution:
            return {"error": self.env._("Decided already: the answer stays")}
        if answer == "paid":
            return {}
        reason = reasons.get(text.strip().casefold())
        if not reason:
            return {"error": self.env._("Unknown reason %(reason)s", reason=text[:40]) if text else self.env._("The reason is missing")}
        return {"reason_id": reason.id}

    def action_apply(self):
        """Take over the rows without errors; those with errors stay for another sheet or for the hand.

        :raises UserError: no row can be taken over
        """
        self.ensure_one()
        self.env["repair.brand.claim"]._check_accountant()
        rows = self.row_ids.filtered(lambda row: not row.error and row.line_id.claim_id == self.claim_id)
        if not rows:
            raise UserError(self.env._("No row can be taken over: read the sheet, and see the errors."))
        rows.line_id._record_answers([(row.answer, row.amount_paid, row.reason_id, row.note) for row in rows])
        self.claim_id.message_post(body=self.env._(
            "%(good)s answers taken over from %(file)s, %(bad)s rows with errors.",
            good=len(rows), file=self.file_name or self.env._("a sheet"), bad=self.bad_count))
        self.sudo().row_ids = [Command.delete(row.id) for row in rows]  # as in action_read
        return self._reopen() if self.row_ids else {"type": "ir.actions.act_window_close"}

    def _reopen(self):
        return {
            "type": "ir.actions.act_window", "name": self.env._("Read the brand's answers"), "res_model": self._name, "res_id": self.id,
            "view_mode": "form", "target": "new"}


class RepairClaimImportRow(models.TransientModel):
    _name = "repair.claim.import.row"
    _description = "Row of a brand's answers"
    _order = "number, id"

    import_id = fields.Many2one("repair.claim.import", required=True, ondelete="cascade", index=True)
    currency_id = fields.Many2one(related="import_id.currency_id")
    number = fields.Integer("Row", readonly=True)
    reference = fields.Char("Claim line", readonly=True)
    line_id = fields.Many2one("repair.brand.claim.line", readonly=True, ondelete="cascade")
    answer = fields.Selection([("paid", "Paid"), ("short", "Paid in part"), ("refused", "Refused")], "Brand's answer", readonly=True)
    amount_paid = fields.Monetary("The brand pays", readonly=True)
    reason_id = fields.Many2one("repair.claim.reason", readonly=True, ondelete="cascade")
    note = fields.Char("Remark", readonly=True)
    error = fields.Char(readonly=True)
