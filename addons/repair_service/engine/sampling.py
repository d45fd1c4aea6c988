"""Single sampling by attributes after ISO 2859-1 (GB/T 2828.1), over plain values. No Odoo here.

A lot's size and the inspection level give a code letter, letter and AQL give the plan: inspect ``n`` units, accept the lot with
``Ac`` defective ones or fewer, reject it with ``Re`` or more. Both master tables are regular along their diagonals: with L the index
of the letter (A = 0) and a the index of the AQL (0.65 = 0), one number k = L + a - 5 tells what stands in the cell. So the
tables are two short rows here instead of 256 cells; the tests hold the cells.

Tightened inspection (table 2-B of the standard, II-B of MIL-STD-105E) is the normal table moved by one AQL step, k - 1: the same sample,
judged as if the next stricter AQL had been asked for. It differs from the normal row in two ways, as the published table does: the
steps above 3 are 5, 8, 12, 18 instead of 5, 7, 10, 14, 21, and both cells between the plans for 0 and 1 point down. The zero plan of
letter A does not exist there: it points down too.
"""
from typing import NamedTuple

LEVELS = ("S-1", "S-2", "S-3", "S-4", "I", "II", "III")
AQLS = ("0.65", "1.0", "1.5", "2.5", "4.0", "6.5", "10", "15")
SEVERITIES = ("normal", "tightened")
LOT_ENDS = (8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10000, 35000, 150000, 500000)
LETTERS = "ABCDEFGHJKLMNPQR"
SAMPLE_SIZES = (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000)
CODE_LETTERS = {
    "S-1": "AAAABBBBCCCCDDD",
    "S-2": "AAABBBCCCDDDEEE",
    "S-3": "AABBCCDDEEFFGGH",
    "S-4": "AABCCDEEFGGHJJK",
    "I": "AABCCDEFGHJKLMN",
    "II": "ABCDEFGHJKLMNPQ",
    "III": "BCDEFGHJKLMNPQR",
}
DOWN, UP = "down", "up"
# What stands in the cells of k = 0, 1, 2 ...; left of the row every cell points down, right of it up.
NORMAL_CELLS = (0, UP, DOWN, 1, 2, 3, 5, 7, 10, 14, 21)
TIGHTENED_CELLS = (0, DOWN, DOWN, 1, 2, 3, 5, 8, 12, 18)
# Switching, ISO 2859-1 9.3 and 9.4
TIGHTEN_REJECTED, TIGHTEN_WINDOW = 2, 5
RELAX_ACCEPTED = 5
STOP_REJECTED = 5
ACCEPTED, REJECTED = "A", "R"


class Sample(NamedTuple):
    """Inspect ``size`` units; accept up to ``accept`` defective ones, reject from ``reject`` on."""

    size: int
    accept: int
    reject: int


def get_code_letter(lot_size, level):
    """Return the code letter of a lot of ``lot_size`` units (2 or more) at an inspection ``level``."""
    column = sum(lot_size > end for end in LOT_ENDS)
    return CODE_LETTERS[level][column]


def get_plan(letter, aql, severity="normal"):
    """Return the Sample that the master table names for ``letter`` and ``aql``, its arrows followed.

    The sample size is that of the plan the arrows lead to.
    """
    row, step = LETTERS.index(letter), AQLS.index(aql)
    while (cell := _get_cell(row, step, severity)) in (DOWN, UP):
        row += 1 if cell == DOWN else -1
    return Sample(SAMPLE_SIZES[row], cell, cell + 1)


def _get_cell(row, step, severity):
    """Return the acceptance number of a cell, or which way it points. Nothing stands above letter A: there it points down."""
    cells = NORMAL_CELLS if severity == "normal" else TIGHTENED_CELLS
    k = row + step - (5 if severity == "normal" else 6)
    if k < 0:
        return DOWN
    cell = cells[k] if k < len(cells) else UP
    if row == 0 and (cell == UP or (severity == "tightened" and cell == 0)):
        return DOWN
    return cell


def get_sample(lot_size, level, aql, severity="normal"):
    """Return the Sample for a lot.

    :param int lot_size: units of the lot
    :param str level: one of LEVELS
    :param str aql: one of AQLS, defective units in a hundred
    :param str severity: one of SEVERITIES
    :return: Sample; where it would be as large as the lot, every unit is inspected and the acceptance number stays
    """
    if lot_size < 2:
        return inspect_all(lot_size)
    plan = get_plan(get_code_letter(lot_size, level), aql, severity)
    return plan._replace(size=min(plan.size, lot_size))


def inspect_all(lot_size):
    """Return the Sample that looks at every unit and takes no defective one."""
    return Sample(max(lot_size, 0), 0, 1)


def switch(severity, run):
    """Say how the next lot is inspected, after ISO 2859-1 9.3 and 9.4.

    From normal to tightened when two of five (or fewer) consecutive lots were rejected; back when five in a row were accepted; when
    five lots were rejected while inspection was tightened, sampling stops until the supplier has put things right.

    :param str severity: "normal" or "tightened", under which the lots of ``run`` were inspected
    :param str run: verdicts at first inspection since that severity began, oldest first: "A" accepted, "R" rejected
    :return: "normal", "tightened" or "stopped"
    """
    if severity == "normal":
        return "tightened" if run[-TIGHTEN_WINDOW:].count(REJECTED) >= TIGHTEN_REJECTED else "normal"
    if run.count(REJECTED) >= STOP_REJECTED:
        return "stopped"
    return "normal" if run.endswith(ACCEPTED * RELAX_ACCEPTED) else "tightened"


def is_proven(run, lots):
    """Whether the last ``lots`` lots of ``run`` were all accepted, so that sampling may begin."""
    return run.endswith(ACCEPTED * lots)
