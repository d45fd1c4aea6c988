import base64
import binascii
import csv
import io
import zipfile

import openpyxl

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from odoo.addons.repair_service.models.repair_flow import FLOW

from ..engine import result_sheet
from ..models.hr_training_session import SEATED

MAX_ROWS = 5000
MAX_BYTES = 5_000_000
MAX_UNPACKED = 50_000_000


class HrTrainingResultImport(models.TransientModel):
    """Reads results from a sheet: good rows are taken, bad ones are listed with their number and what is wrong (handbook 9.2.2)."""

    _name = "hr.training.result.import"
    _description = "Import Training Results"
    _inherit = ["repair.input"]
    _flow_fields = frozenset({"state", "good_count", "bad_count", "report"})

    session_id = fields.Many2one("hr.training.session", required=True, readonly=True)
    file = fields.Binary("Sheet (xlsx or csv)", attachment=False)
    filename = fields.Char()
    state = fields.Selection([("file", "File"), ("checked", "Checked"), ("done", "Imported")], default="file", readonly=True)
    good_count = fields.Integer("Rows that can be taken", readonly=True)
    bad_count = fields.Integer("Rows with errors", readonly=True)
    line_ids = fields.One2many("hr.training.result.import.line", "import_id", "Errors", readonly=True)
    report = fields.Binary("Rows with errors (csv)", readonly=True, attachment=False)
    report_name = fields.Char(compute="_compute_report_name")

    @api.depends("session_id")
    def _compute_report_name(self):
        for wizard in self:
            wizard.report_name = f"{wizard.session_id.name or 'results'}-errors.csv"

    def action_check(self):
        """Read the sheet and show which rows cannot be taken, without storing any result."""
        self.ensure_one()
        self._read_and_show("checked")
        return self._get_dialogue()

    def action_import(self):
        """Store the results of the good rows; the bad ones stay listed.

        :raises AccessError: for others than the trainer and HR
        :raises UserError: when the sheet cannot be read, or no row can be taken
        """
        self.ensure_one()
        rows = self._read_and_show("done")
        good = [row for row in rows if not row.errors]
        if not good:
            raise UserError(self.env._("No row of the sheet can be taken. Correct it and choose the file again."))
        by_values = {}
        for row in good:
            by_values.setdefault(tuple(sorted(row.values.items())), []).append(row.enrolment)
        enrolments = self.env["hr.training.enrolment"].browse(row.enrolment for row in good)
        enrolments._check_results({"note": False})
        for values, ids in by_values.items():
            rows_sudo = enrolments.browse(ids).sudo()  # checked above for all rows at once, not row by row
            source = {"score_source": "sheet"} if "score" in dict(values) else {}
            rows_sudo._flow_write({**dict(values), **source, "entered_by_id": self.env.uid})
        self.session_id.sudo().message_post(body=self.env._(  # trainers do not write sessions
            "%(good)s results imported from %(file)s, %(bad)s rows refused.",
            good=len(good), file=self.filename or "-", bad=len(rows) - len(good)))
        return self._get_dialogue()

    def _get_dialogue(self):
        return {
            "type": "ir.actions.act_window", "res_model": self._name, "res_id": self.id, "view_mode": "form", "target": "new",
            "name": self.env._("Import results"),
        }

    def _read_and_show(self, state):
        session = self.session_id
        if not (session.is_trainer or self.env.user.has_group("hr.group_hr_user")):
            raise AccessError(self.env._("Results are entered by the trainer while the session is open, or by HR."))
        session._check_state(("open", "review"))
        if self.state == "done":
            raise UserError(self.env._("This sheet was imported already: open the import again for another one."))
        rows = self._read()
        bad = [(row, self._describe(row)) for row in rows if row.errors]
        self.with_context(repair_flow=FLOW).write({
            "state": state, "good_count": len(rows) - len(bad), "bad_count": len(bad), "report": self._make_report(bad),
            "line_ids": [Command.clear(), *(
                Command.create({"number": row.number, "label": row.label[:100], "error": error}) for row, error in bad)],
        })
        return rows

    def _read(self):
        """Rows of the sheet, with the errors of the format and those of the session."""
        table = self._read_table()
        columns, unknown = result_sheet.read_header(table[0] if table else [])
        if not {"badge", "email", "name"} & columns.keys() or not columns.keys() - {"badge", "email", "name", "note"}:
            raise UserError(self.env._(
                "The first row names the columns: one of badge, email or name, and attendance, score, practical or observation."
                " Not understood: %(titles)s", titles=", ".join(unknown) or "-"))
        rows = result_sheet.read_rows(table, self._get_people())
        enrolments = {row.id: row for row in self.session_id.enrolment_ids}
        for row in rows:
            enrolment = enrolments.get(row.enrolment)
            if enrolment and not row.errors:
                row.errors.extend(self._get_refusals(enrolment, row.values))
        return rows

    def _get_refusals(self, enrolment, values):
        if enrolment._is_about_me(enrolment.employee_id):
            yield "own", {}
        if "score" in values and enrolment.score_source == "survey":
            yield "from_test", {}
        if "practical" in values and enrolment.check_ids:
            yield "from_checklist", {}

    def _get_people(self):
        people = result_sheet.People({}, {}, {})
        seated = self.session_id.enrolment_ids.filtered(lambda row: row.state in SEATED)
        for enrolment in seated:
            employee_sudo = enrolment.employee_id.sudo()  # badges are matched, not shown
            for keys, value in zip(people, (employee_sudo.barcode, employee_sudo.work_email, employee_sudo.name), strict=True):
                if value:
                    keys.setdefault(value.strip().lower(), []).append(enrolment.id)
        return people

    def _read_table(self):
        try:
            content = base64.b64decode(self.file or b"", validate=False)
        except (binascii.Error, ValueError):
            content = b""
        if not content:
            raise UserError(self.env._("Choose the sheet with the results first."))
        if len(content) > MAX_BYTES:
            raise UserError(self.env._("The sheet is too big: at most 5 MB."))
        table = self._read_xlsx(content) if content[:2] == b"PK" else self._read_csv(content)
        if len(table) > MAX_ROWS + 1:
            raise UserError(self.env._("The sheet has more than %(most)s rows.", most=MAX_ROWS))
        return table

    def _read_xlsx(self, content):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
                    raise UserError(self.env._("The sheet is too big: at most 5 MB."))
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            return [list(row) for row in book.worksheets[0].iter_rows(max_row=MAX_ROWS + 2, max_col=50, values_only=True)]
        except UserError:
            raise
        except Exception as error:  # a damaged file fails anywhere in the library
            raise UserError(self.env._("The file cannot be read as a sheet. Save it as xlsx or csv.")) from error

    def _read_csv(self, content):
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                text = content.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
        else:
            raise UserError(self.env._("The file cannot be read as a sheet. Save it as xlsx or csv."))
        first = text.split("\n", 1)[0]
        delimiter = max(",;\t", key=first.count)
        try:
            return list(csv.reader(io.StringIO(text), delimiter=delimiter))
        except csv.Error as error:
            raise UserError(self.env._("The file cannot be read as a sheet. Save it as xlsx or csv.")) from error

    def _describe(self, row):
        texts = {
            "nobody": lambda: self.env._("the row names nobody"),
            "unknown": lambda value: self.env._("'%(value)s' takes no part in this session", value=value),
            "ambiguous": lambda value: self.env._("several participants are called '%(value)s': add the badge", value=value),
            "contradiction": lambda value: self.env._("'%(value)s' is somebody else than the rest of the row", value=value),
            "twice": lambda row: self.env._("the same participant stands in row %(row)s already", row=row),
            "empty": lambda: self.env._("the row contains no result"),
            "attendance": lambda value: self.env._("attendance '%(value)s' is neither present nor absent", value=value),
            "verdict": lambda value: self.env._("'%(value)s' is neither passed nor failed", value=value),
            "score": lambda value: self.env._("score '%(value)s' is no number", value=value),
            "score_range": lambda value: self.env._("score '%(value)s' does not lie between 0 and 100", value=value),
            "absent_with_result": lambda: self.env._("absent, and yet a result is given"),
            "own": lambda: self.env._("nobody enters his own result"),
            "from_test": lambda: self.env._("the score comes from the test on the own page"),
            "from_checklist": lambda: self.env._("the practical test follows from the checklist"),
        }
        return "; ".join(texts[code](**values) for code, values in row.errors)

    def _make_report(self, bad):
        if not bad:
            return False
        stream = io.StringIO()
        writer = csv.writer(stream)
        writer.writerow([self.env._("Row"), self.env._("Who"), self.env._("What is wrong")])
        # A leading apostrophe keeps a spreadsheet from reading a cell of the sheet as a formula.
        writer.writerows((row.number, f"'{row.label}" if row.label[:1] in "=+-@" else row.label, error) for row, error in bad)
        return base64.b64encode(stream.getvalue().encode("utf-8-sig"))


class HrTrainingResultImportLine(models.TransientModel):
    _name = "hr.training.result.import.line"
    _description = "Row of Training Results with Errors"
    _inherit = ["repair.input"]
    _order = "number"

    import_id = fields.Many2one("hr.training.result.import", required=True, ondelete="cascade")
    number = fields.Integer("Row", readonly=True)
    label = fields.Char("Who", readonly=True)
    error = fields.Char("What is wrong", readonly=True)
