"""What a scanner types: the codes on an appliance's plate and box, and on our own papers.

``parse`` tells them apart. Whatever is none of them is text that somebody typed, and comes back as it is.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl, unquote, urlsplit

# Separators of GS1: the control character, and what scanners and clipboards put in its place.
SEPARATOR = "\x1d"
SEPARATOR_NAMES = re.compile(r"<GS>|\{GS\}|\u241d", re.IGNORECASE)
# Symbology identifiers of GS1 bar codes, Data Matrix, QR code and DataBar: all that follows is an element string.
SYMBOLOGY = re.compile(r"\](?:C1|d2|Q3|e0)")
# Application identifiers that goods bear: length of the value, and whether every value has just that length.
FIXED = {"00": 18, "01": 14, "02": 14, **dict.fromkeys(("11", "12", "13", "15", "16", "17"), 6), "20": 2}
VARIABLE = {
    **dict.fromkeys(("10", "21", "22"), 20), "30": 8, "37": 8, "235": 28,
    **dict.fromkeys(("240", "241", "250", "251"), 30), **{str(number): 90 for number in range(91, 100)},
}
BRACKETED = re.compile(r"\((\d{2,4})\)")
VALUE = re.compile(r"[!-z]*")  # the characters that GS1 allows in a value lie in this range
SERIAL_KEYS = ("sn", "serial")
TRACKING_PATH = re.compile(r"/rs/(\d{1,10})/([A-Za-z0-9_-]+)/?")
ORDER_ID_MAX = 2**31 - 1


@dataclass(frozen=True)
class PlateCode:
    """What a code says; fields that it does not bear are empty.

    ``text`` is what was typed, without blanks around it. It is empty when the code is certainly no text to look for: a bare
    serial number may look like an element string, a web address or a string with brackets or separators may not.
    """

    text: str = ""
    serial: str = ""
    gtin: str = ""
    batch: str = ""
    made_on: date | None = None
    additional: str = ""
    count: int = 0
    order_id: int | None = None
    order_code: str = ""


def parse(text, today):
    """Return what ``text`` says.

    :param str text: as a scanner or a hand typed it
    :param date today: the day that two-digit years are told by
    :return: :class:`PlateCode`
    """
    text = (text or "").strip(" \t\r\n")
    return _parse_url(text) or _parse_elements(text, today) or PlateCode(text=text)


def has_check_digit(gtin):
    """Whether the last digit of a GTIN is the one that GS1 reckons from the others: 3 and 1 in turn, from the right."""
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(gtin[:-1])))
    return (total + int(gtin[-1])) % 10 == 0


def _parse_url(text):
    if text.startswith("/rs/"):
        path, query = text, ""
    elif re.match(r"https?://", text, re.IGNORECASE):
        try:
            path, query = urlsplit(text)[2:4]
        except ValueError:  # brackets that hold no address
            return None
    else:
        return None
    # A company's pages may lie below a path of their own.
    if (tracking := re.search(TRACKING_PATH.pattern + "$", path)) and int(tracking[1]) <= ORDER_ID_MAX:
        return PlateCode(order_id=int(tracking[1]), order_code=tracking[2])
    parameters = {key.lower(): value.strip() for key, value in reversed(parse_qsl(query))}
    for key in SERIAL_KEYS:
        if parameters.get(key):
            return PlateCode(serial=parameters[key])
    # GS1 Digital Link: /01/06901234567892/21/SERIAL
    parts = [unquote(part) for part in path.split("/")]
    linked = re.search(r"/01/(\d{14})(?:/|$)", path)
    if linked and has_check_digit(linked[1]):
        rest = parts[parts.index(linked[1]) + 1:]
        values = dict(zip(rest[::2], rest[1::2], strict=False))
        return PlateCode(serial=values.get("21", ""), gtin=linked[1], batch=values.get("10", ""))
    return None


def _parse_elements(text, today):
    plain = SEPARATOR_NAMES.sub(SEPARATOR, text)
    marked = bool(SYMBOLOGY.match(plain)) or SEPARATOR in plain
    plain = SYMBOLOGY.sub("", plain, count=1) if SYMBOLOGY.match(plain) else plain
    if plain.startswith("("):
        marked, elements = True, _split_bracketed(plain)
    elif marked or re.match(r"01\d{14}", plain):
        elements = _split(plain.strip(SEPARATOR))
    else:
        return None
    if not elements or ("01" in elements and not has_check_digit(elements["01"])):
        return None
    code = PlateCode(
        text="" if marked else text,
        serial=elements.get("21", ""), gtin=elements.get("01", ""), batch=elements.get("10", ""),
        made_on=_read_date(elements.get("11", ""), today), additional=elements.get("240", ""),
        count=_read_count(elements))
    return None if code == PlateCode(text=code.text) else code


def _split_bracketed(text):
    """Return ``{identifier: value}`` of a string with the identifiers in brackets, ``None`` when it is none."""
    elements, rest = {}, text
    while rest:
        start = BRACKETED.match(rest)
        if not start or not _get_length(start[1]):
            return None
        following = next(
            (found.start() for found in BRACKETED.finditer(rest, start.end() + 1) if _get_length(found[1])), len(rest))
        value = rest[start.end():following].strip(SEPARATOR + " ")
        if not _is_value(start[1], value):
            return None
        elements.setdefault(start[1], value)
        rest = rest[following:]
    return elements


def _split(text):
    """Return ``{identifier: value}`` of a string without brackets, ``None`` when it is none.

    A value without a fixed length ends at the next separator, or at the end.
    """
    elements, rest = {}, text
    while rest:
        identifier = next((rest[:size] for size in (2, 3) if _get_length(rest[:size])), None)
        if not identifier:
            return None
        rest = rest[len(identifier):]
        if identifier in FIXED:
            value, rest = rest[:FIXED[identifier]], rest[FIXED[identifier]:].removeprefix(SEPARATOR)
        else:
            value, _separator, rest = rest.partition(SEPARATOR)
        if not _is_value(identifier, value):
            return None
        elements.setdefault(identifier, value)
    return elements


def _get_length(identifier):
    return FIXED.get(identifier) or VARIABLE.get(identifier)


def _is_value(identifier, value):
    if identifier in FIXED:
        return value.isascii() and value.isdigit() and len(value) == FIXED[identifier]
    return 0 < len(value) <= VARIABLE[identifier] and bool(VALUE.fullmatch(value))


def _read_count(elements):
    """Return how many pieces the label stands for, 0 when it does not say."""
    value = elements.get("30") or elements.get("37") or ""
    return int(value) if value.isascii() and value.isdigit() else 0


def _read_date(value, today):
    """Return the day of YYMMDD, ``None`` when it is none; day 00 is the last of its month, the century the nearest one."""
    if not value:
        return None
    year, month, day = int(value[:2]), int(value[2:4]), int(value[4:])
    difference = year - today.year % 100
    century = today.year // 100 + (difference <= -50) - (difference >= 51)
    try:
        return date(100 * century + year, month, day or monthrange(100 * century + year, month)[1])
    except ValueError:
        return None
