"""Telephone numbers as people write them, reduced to the digits by which they are found."""

import re
import unicodedata

CHINA = "86"
# 010 and 02x, else three digits after the zero; then seven or eight of the subscriber.
CHINESE_LANDLINE = re.compile(r"0?(?:10|2\d|[3-9]\d{2})([2-9]\d{6,7})")
CHINESE_MOBILE = re.compile(r"1[3-9]\d{9}")
EXTENSION = re.compile(r"(?:转|分机|ext\.?|x|#)\s*\d{1,6}$", re.IGNORECASE)


def read_number(text, prefix=CHINA):
    """Return the digits of a telephone number without the country's own prefix and the zero of the area code.

    ``138 0013 8000``, ``+86-13800138000`` and ``008613800138000`` give the same, and so do ``021-6234 5678`` and
    ``+86 (21) 62345678``. A number of another country keeps its prefix.

    :param str prefix: the prefix of the own country, digits only
    :return: digits, or '' when ``text`` is no number
    """
    text = unicodedata.normalize("NFKC", text or "").strip()
    text = EXTENSION.sub("", text)
    if re.search(r"[^\d\s()+./\\\u2010-\u2015-]", text):
        return ""
    digits = re.sub(r"\D", "", text)
    if text.startswith(("+", "00", "(+", "(00")):
        digits = digits.lstrip("0")
        if prefix and digits.startswith(prefix):
            return digits.removeprefix(prefix).removeprefix("0")
        return digits
    if prefix == CHINA and digits.startswith(CHINA) and CHINESE_MOBILE.fullmatch(digits[len(CHINA):]):
        return digits[len(CHINA):]
    return digits.removeprefix("0") if len(digits) > 4 else digits


def get_local_part(number, prefix=CHINA):
    """Return the subscriber's digits of a Chinese land line without its area code, '' for any other number.

    :param str number: as :func:`read_number` returns it
    """
    landline = CHINESE_LANDLINE.fullmatch(number) if prefix == CHINA and not CHINESE_MOBILE.fullmatch(number) else None
    return landline[1] if landline else ""
