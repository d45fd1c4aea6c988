"""Reads a sheet of training results row by row. Plain Python: nothing here knows Odoo.

A row either is taken whole or is refused with every reason that stands against it; a bad row never stops a good one.
"""

import math
from typing import NamedTuple

COLUMNS = {
    "badge": ("badge", "badge number", "employee number", "工号", "员工编号"),
    "email": ("email", "e-mail", "邮箱", "电子邮箱"),
    "name": ("employee", "name", "姓名", "员工", "员工姓名"),
    "attendance": ("attendance", "present", "出勤", "到课", "签到"),
    "score": ("score", "written", "成绩", "分数", "笔试成绩", "理论成绩"),
    "practical": ("practical", "实操", "实操成绩", "实操考核"),
    "observation": ("observation", "现场观察", "观察"),
    "note": ("note", "remark", "备注"),
}
PRESENT = {"present", "yes", "y", "1", "true", "出勤", "是", "到", "已到", "√", "✓"}
ABSENT = {"absent", "no", "n", "0", "false", "缺勤", "缺席", "否", "未到", "×"}
PASS = {"pass", "passed", "yes", "1", "true", "通过", "合格", "√", "✓"}
FAIL = {"fail", "failed", "no", "0", "false", "未通过", "不通过", "不合格", "×"}


class Row(NamedTuple):
    """One row of the sheet: its number as the user sees it, whose it is, what it says and why it cannot be taken."""

    number: int
    label: str
    enrolment: int | None
    values: dict
    errors: list


class People(NamedTuple):
    """Whom the rows may be about: {key: [enrolment ids]} by badge, e-mail and name."""

    badge: dict
    email: dict
    name: dict


def read_header(cells):
    """Return ({column: index}, unknown titles) of the first row."""
    found, unknown = {}, []
    titles = {title: column for column, names in COLUMNS.items() for title in names}
    for index, cell in enumerate(cells):
        title = _text(cell).lower()
        column = titles.get(title)
        if column and column not in found:
            found[column] = index
        elif title:
            unknown.append(_text(cell))
    return found, unknown


def read_rows(table, people):
    """Read the rows under the header.

    :param table: list of lists of cells; the first is the header
    :param people: :class:`People`
    :return: list of :class:`Row`; empty lines are left out
    """
    columns, _unknown = read_header(table[0] if table else [])
    rows, seen = [], {}
    for number, cells in enumerate(table[1:], 2):
        texts = {column: _text(cells[index]) if index < len(cells) else "" for column, index in columns.items()}
        if not any(texts.values()):
            continue
        enrolment, errors = _find_person(texts, people)
        values = {}
        for column, reader in READERS.items():
            if texts.get(column):
                value, error = reader(texts[column])
                if error:
                    errors.append((error, {"value": texts[column][:40]}))
                else:
                    values[column] = value
        if values.get("attendance") == "absent" and {"score", "practical", "observation"} & values.keys():
            errors.append(("absent_with_result", {}))
        if not errors and not values:
            errors.append(("empty", {}))
        if enrolment and enrolment in seen:
            errors.append(("twice", {"row": seen[enrolment]}))
        elif enrolment:
            seen[enrolment] = number
        label = texts.get("name") or texts.get("badge") or texts.get("email") or ""
        rows.append(Row(number, label, enrolment, values, errors))
    return rows


def _find_person(texts, people):
    """The enrolment a row is about: every key that is given must lead to the same person."""
    found, errors = None, []
    given = False
    for key in ("badge", "email", "name"):
        value = texts.get(key)
        if not value:
            continue
        given = True
        hits = set(getattr(people, key).get(value.lower(), ()))
        if found:
            if not hits & found:
                errors.append(("contradiction", {"value": value[:40]}))
            continue
        if not hits:
            errors.append(("unknown", {"value": value[:40]}))
        else:
            found = hits
    if not given:
        return None, [("nobody", {})]
    if found and len(found) > 1:
        errors.append(("ambiguous", {"value": (texts.get("name") or "")[:40]}))
    return (next(iter(found)) if found and len(found) == 1 and not errors else None), errors


def _read_attendance(text):
    word = text.lower()
    if word in PRESENT:
        return "present", None
    return ("absent", None) if word in ABSENT else (None, "attendance")


def _read_verdict(text):
    word = text.lower()
    if word in PASS:
        return "pass", None
    return ("fail", None) if word in FAIL else (None, "verdict")


def _read_score(text):
    try:
        score = float(text.removesuffix("%"))
    except ValueError:
        return None, "score"
    if not math.isfinite(score) or not 0 <= score <= 100:
        return None, "score_range"
    return score, None


def _read_note(text):
    return text[:500], None


READERS = {
    "attendance": _read_attendance, "score": _read_score, "practical": _read_verdict, "observation": _read_verdict, "note": _read_note,
}


def _text(cell):
    """A cell as text: whole numbers without decimals, as badges are written."""
    if cell is None or cell is False:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip()
