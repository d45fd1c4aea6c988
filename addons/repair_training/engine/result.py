"""Whether somebody passed a course. Plain Python; the records know where the values come from (handbook 9.2.2)."""

from typing import NamedTuple


class Demand(NamedTuple):
    """What a course asks of whoever wants to pass it."""

    pass_score: float | None = None
    practical: bool = False
    observed: bool = False


class Entry(NamedTuple):
    """What is known of one participant. ``practical`` and ``observed`` are ``pass``, ``fail`` or ``None``."""

    present: bool | None = None
    score: float | None = None
    practical: str | None = None
    observed: str | None = None


def judge(demand, entry):
    """Judge one participant.

    :return: (verdict, reasons): ``passed``, ``failed`` or ``absent``, or ``None`` while something is missing. The reasons are
        codes: ``attendance``, ``score``, ``practical``, ``observed``; what is missing, or what was failed
    """
    if entry.present is None:
        return None, ["attendance"]
    if not entry.present:
        return "absent", []
    asked = {
        "score": (demand.pass_score is not None, entry.score is not None, (entry.score or 0) >= (demand.pass_score or 0)),
        "practical": (demand.practical, entry.practical is not None, entry.practical == "pass"),
        "observed": (demand.observed, entry.observed is not None, entry.observed == "pass"),
    }
    missing = [name for name, (wanted, known, _met) in asked.items() if wanted and not known]
    if missing:
        return None, missing
    failed = [name for name, (wanted, _known, met) in asked.items() if wanted and not met]
    return ("failed" if failed else "passed"), failed
