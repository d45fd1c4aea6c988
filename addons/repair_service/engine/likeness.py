"""Which cases are alike, and which are drawn. Plain Python; nothing here knows Odoo."""

import hashlib
from typing import NamedTuple

# What two cases have in common, and how much it says. Two weak signs or one strong one make a case worth showing.
WEIGHTS = {"cause": 40, "symptom": 30, "part": 30, "model": 20, "family": 15, "brand": 10, "category": 5}
ENOUGH = 30


class Case(NamedTuple):
    """What is compared of a case; ``None`` where it is not known. ``words`` are pieces of its text."""

    number: int
    cause: object = None
    symptom: object = None
    part: object = None
    model: object = None
    family: object = None
    brand: object = None
    category: object = None
    words: frozenset = frozenset()


def get_words(text):
    """The pieces of a text that are compared: pairs of Chinese characters, and other words of three letters or more."""
    words, run = set(), []
    for character in (text or "").casefold() + " ":
        if "\u4e00" <= character <= "\u9fff":
            if run and run[-1] < "\u4e00":
                words.add("".join(run))
                run = []
            run.append(character)
            if len(run) > 1:
                words.add(run[-2] + run[-1])
        elif character.isalnum():
            if run and run[-1] >= "\u4e00":
                run = []
            run.append(character)
        else:
            words.add("".join(run) if run and run[-1] < "\u4e00" else "")
            run = []
    return frozenset(word for word in words if len(word) > 2 or (len(word) == 2 and word[0] >= "\u4e00"))


def compare(case, other):
    """How alike two cases are.

    :return: (score, names of ``WEIGHTS`` and perhaps ``text`` that speak for it)
    """
    shared = [name for name in WEIGHTS if getattr(case, name) is not None and getattr(case, name) == getattr(other, name)]
    score = sum(WEIGHTS[name] for name in shared)
    smaller = min(len(case.words), len(other.words))
    overlap = round(30 * len(case.words & other.words) / smaller) if smaller else 0
    if overlap >= 10:
        shared.append("text")
        score += overlap
    return score, shared


def rank(case, others, limit=5):
    """The cases most like ``case``, best first: ``[(number, score, names)]``; the newer of equals first."""
    scored = [(other.number, *compare(case, other)) for other in others if other.number != case.number]
    return sorted((row for row in scored if row[1] >= ENOUGH), key=lambda row: (-row[1], -row[0]))[:limit]


def is_drawn(key, percent):
    """Whether ``key`` belongs to a sample of ``percent``: the same key is always answered alike, and a larger sample keeps the smaller."""
    draw = int.from_bytes(hashlib.sha256(str(key).encode()).digest()[:8]) / 2**64 * 100
    return draw < percent
