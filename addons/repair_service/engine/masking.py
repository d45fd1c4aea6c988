"""What somebody sees of a person's contact data who does not need the whole (handbook 3.3.2)."""

import re

STAR = "*"
COMPOUND_SURNAMES = (
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "司徒",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "长孙",
    "宇文",
    "夏侯",
    "令狐",
    "端木",
    "南宫",
    "独孤",
    "轩辕",
)


def mask_phone(text):
    """``138****5678``: three digits at the front and four at the end; of shorter numbers only the last two are left.

    :return: text, '' for nothing
    """
    digits = re.sub(r"\D", "", text or "")
    if not digits:
        return ""
    if len(digits) > 11:  # with the prefix of a country
        digits = digits[-11:]
    if len(digits) >= 10:
        return f"{digits[:3]}{STAR * 4}{digits[-4:]}"
    return f"{STAR * 4}{digits[-2:]}"


def mask_name(text):
    """The surname and one star: ``王*``, ``欧阳*``, ``Wang *``.

    :return: text, '' for nothing
    """
    text = (text or "").strip()
    if not text:
        return ""
    if re.match(r"[\u3400-\u9fff]", text):
        surname = next((name for name in COMPOUND_SURNAMES if text.startswith(name)), text[0])
        return surname + STAR
    words = text.split()
    return f"{words[0]} {STAR}" if len(words) > 1 else f"{text[0]}{STAR}"


def mask_email(text):
    """The first letter and the domain: ``w***@example.com``.

    :return: text, '' for nothing
    """
    name, at, domain = (text or "").rpartition("@")
    domain = domain.rstrip(">\" ")
    name = re.sub(r'^.*[<"\s]', "", name)
    return f"{name[:1]}{STAR * 3}@{domain}" if at else (STAR * 3 if text else "")


def scrub(text, words):
    """``text`` with every one of ``words`` turned into stars, telephone numbers however they are written.

    :param words: names, numbers and addresses; what is shorter than two characters is let be
    """
    for word in sorted((word for word in words if word and len(word) > 1), key=len, reverse=True):
        digits = re.sub(r"\D", "", word)
        if len(digits) >= 7 and re.fullmatch(r"[\d\s()+./-]+", word):
            pattern = r"\+?\d{0,4}" + r"[\s()./-]*".join(digits[-11:])
        else:
            pattern = re.escape(word)
        text = re.sub(pattern, STAR * 3, text, flags=re.IGNORECASE)
    return text
