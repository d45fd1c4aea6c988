"""Model names with wildcards: ``BCD-470*`` stands for every model that begins so, ``?`` for any one character.

No Odoo here. A pattern is cut into a key, which an index finds, and where that says too little a LIKE pattern:
``BCD-470*`` has the key ``bcd-470*`` and nothing else, ``BCD-4?0W`` the key ``bcd-4*`` and the LIKE ``bcd-4_0w``.
A model is looked up by all the keys that its patterns can have.
"""
import re

WILDCARD = re.compile(r"[*?]")
SEPARATORS = re.compile(r"[,\uff0c\u3001;\uff1b\n]")


def normalise(name):
    """Return ``name`` as models are compared: small letters, half-width stars, no blanks around it, one blank within."""
    name = (name or "").replace("|", " ").replace("\uff0a", "*").replace("\uff1f", "?")
    return re.sub(r"\*+", "*", " ".join(name.split()).lower())


def split(text):
    """Return the models of a list separated by commas, normalised, empty ones left out."""
    return [name for name in map(normalise, SEPARATORS.split(text or "")) if name]


def get_key(pattern):
    """Return what an index finds ``pattern`` by: the whole model, or what stands before the first wildcard and a star."""
    pattern = normalise(pattern)
    head = WILDCARD.split(pattern, maxsplit=1)[0]
    return pattern if head == pattern else head + "*"


def get_like(pattern):
    """Return the SQL LIKE pattern that a model has to match besides the key; '' when the key says it all."""
    pattern = normalise(pattern)
    if get_key(pattern) == pattern:
        return ""
    escaped = re.sub(r"([\\%_])", r"\\\1", pattern)
    return escaped.replace("*", "%").replace("?", "_")


def get_candidates(model):
    """Return every key that a pattern matching ``model`` can have, the closest first."""
    model = normalise(model)
    if not model:
        return []
    return [model, *(model[:size] + "*" for size in range(len(model), -1, -1))]


def matches(pattern, model):
    """Whether ``model`` is one that ``pattern`` stands for."""
    pieces = re.split(r"([*?])", normalise(pattern))
    expression = "".join({"*": ".*", "?": "."}.get(piece) or re.escape(piece) for piece in pieces)
    return bool(re.fullmatch(expression, normalise(model)))
