"""Reads the sheet with a brand's answers to a claim, from a spreadsheet or CSV file; plain Python, no Odoo."""

import csv
import io
import unicodedata
import zipfile
from itertools import islice

import openpyxl

ROWS_MAX = 5_000
BYTES_MAX = 5_000_000
UNPACKED_MAX = 10_000_000
# What people type shrinks to a tenth or a thirtieth; more is a file made to keep the server busy.
SHRUNK_MAX, SHRUNK_FROM = 60, 1_000_000
COLUMNS_MAX = 60
CURRENCY_SIGNS = ("CNY", "RMB", "¥", "$", "€", "元")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class SheetError(Exception):
    """The file is no such sheet; the argument is ``size``, ``rows``, ``format`` or ``header``."""


def read_rows(content):
    """Return the rows of the first sheet as lists of texts, empty rows as empty lists, so that places are those of the sheet.

    :param bytes content: an .xlsx file, or CSV text in UTF-8 or GB 18030
    :raises SheetError: too large, or neither
    """
    if len(content) > BYTES_MAX:
        raise SheetError("size")
    rows = _read_workbook(content) if content[:2] == b"PK" else _read_csv(content)
    if len(rows) > ROWS_MAX + 1:
        raise SheetError("rows")
    return rows


def find_columns(header, names):
    """Return ``{column: position}`` of the columns whose title is one of its names.

    :param dict names: ``{column: titles in any language}``
    :raises SheetError: no column ``reference``
    """
    wanted = {_fold(title): column for column, titles in names.items() for title in titles}
    found = {}
    for position, title in enumerate(header):
        column = wanted.get(_fold(title))
        if column and column not in found:
            found[column] = position
    if "reference" not in found:
        raise SheetError("header")
    return found


def read_amount(text):
    """Return a number written with or without thousands separators and currency signs, ``None`` for nothing.

    :raises ValueError: no number
    """
    text = unicodedata.normalize("NFKC", text or "").strip().upper()
    for sign in CURRENCY_SIGNS:
        text = text.removeprefix(sign).removesuffix(sign).strip()
    text = text.replace(",", "")
    if not text:
        return None
    number = float(text)
    if number != number or abs(number) > 1e12:
        raise ValueError(text)
    return number


def judge(answer, amount, claimed, rounding=0.005):
    """Return the answer that a row gives, with the amount paid.

    :param answer: ``paid``, ``short``, ``refused`` or ``None`` when the row gives an amount only
    :param amount: number or ``None``
    :return: ``(answer, amount)``
    :raises ValueError: ``missing``, ``range`` or ``contradiction``
    """
    if answer is None and amount is None:
        raise ValueError("missing")
    if amount is None:
        if answer == "short":
            raise ValueError("missing")
        return answer, claimed if answer == "paid" else 0.0
    if amount < -rounding or amount > claimed + rounding:
        raise ValueError("range")
    whole, nothing = abs(amount - claimed) <= rounding, abs(amount) <= rounding
    meant = "refused" if nothing and not (whole and answer == "paid") else "paid" if whole else "short"
    if answer is not None and answer != meant:
        raise ValueError("contradiction")
    return meant, amount


def make_safe(text):
    """Return a text that no spreadsheet takes for a formula."""
    text = str(text or "")
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _fold(title):
    return unicodedata.normalize("NFKC", str(title or "")).strip().casefold()


def _read_workbook(content):
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            if unpacked > UNPACKED_MAX or unpacked > max(SHRUNK_MAX * len(content), SHRUNK_FROM):
                raise SheetError("size")
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows = []
        for row in book.worksheets[0].iter_rows(values_only=True, max_col=COLUMNS_MAX, max_row=ROWS_MAX + 2):
            rows.append(["" if cell is None else str(cell).strip() for cell in row])
    except SheetError:
        raise
    except Exception as error:  # whatever a broken archive makes the reader stumble over
        raise SheetError("format") from error
    return _trim(rows)


def _read_csv(content):
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise SheetError("format")
    if "\x00" in text:
        raise SheetError("format")
    head = text.splitlines()[0] if text.strip() else ""
    delimiter = max(",;\t", key=head.count)
    try:
        lines = islice(csv.reader(io.StringIO(text), delimiter=delimiter), ROWS_MAX + 2)
        rows = [[cell.strip() for cell in row[:COLUMNS_MAX]] for row in lines]
    except csv.Error as error:
        raise SheetError("format") from error
    return _trim(rows)


def _trim(rows):
    rows = [row if any(row) else [] for row in rows]
    while rows and not rows[-1]:
        rows.pop()
    return rows
