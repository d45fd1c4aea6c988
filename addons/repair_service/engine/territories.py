"""Which territory an address belongs to: postcodes and names of districts as plain functions.

Nothing here knows Odoo. A postcode decides before any name; among postcodes and among names the longest wins, and of two names
equally long the one that stands later in the address (province, city, street, second line): addresses go from large to small.
"""

import re
import unicodedata
from dataclasses import dataclass, field

SEPARATORS = re.compile(r"[,，、;；\n]+")
# A name in Latin letters has to stand as a word of its own; Chinese is written without blanks.
LETTER = "0-9a-z\u00e0-\u024f"


@dataclass(frozen=True)
class Area:
    """What a territory is known by: ``prefixes`` of postcodes and normalised ``districts``."""

    key: object
    prefixes: tuple = ()
    districts: tuple = field(default=())


def normalise(text):
    """Bring a name or a part of an address to the form in which they are compared: width, case and blanks do not count."""
    return " ".join(unicodedata.normalize("NFKC", text or "").casefold().split())


def split_names(text):
    """Return the names in a list of districts, as written; blanks belong to a name, commas of both scripts separate."""
    return [" ".join(name.split()) for name in SEPARATORS.split(text or "") if name.strip()]


def is_named(district, text):
    """Whether a normalised ``text`` names a normalised ``district``."""
    start = f"(?<![{LETTER}])" if re.match(f"[{LETTER}]", district) else ""
    end = f"(?![{LETTER}])" if re.search(f"[{LETTER}]$", district) else ""
    return district in text and re.search(start + re.escape(district) + end, text) is not None


def find_area(areas, postcode, lines):
    """Return the key of the area that an address belongs to, ``None`` when none fits.

    :param areas: iterable of :class:`Area`; of two that fit equally well the earlier one wins
    :param postcode: as the customer writes it, may be empty
    :param lines: parts of the address from large to small: province, city, street, second line
    """
    postcode = re.sub(r"\s", "", unicodedata.normalize("NFKC", postcode or ""))
    texts = [normalise(line) for line in lines]
    best, best_rank = None, (0,)
    for area in areas:
        ranks = [(2, len(prefix)) for prefix in area.prefixes if postcode.startswith(prefix)]
        ranks += [
            (1, len(district), place)
            for district in area.districts for place, text in enumerate(texts) if is_named(district, text)]
        if ranks and max(ranks) > best_rank:
            best, best_rank = area.key, max(ranks)
    return best
