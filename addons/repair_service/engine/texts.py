"""What can be kept of a text that came in from outside. Plain Python; nothing here knows Odoo."""

import re

# No database keeps a zero character or half of a surrogate pair; the other control characters are nobody's words.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def is_storable(text):
    """Whether a database takes ``text`` as it is."""
    return not UNSTORABLE.search(text)


def clean(text):
    """``text`` without control characters but line feeds and tabs; '' for what is no text."""
    return CONTROL.sub("", text) if isinstance(text, str) else ""
