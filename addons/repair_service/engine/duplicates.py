"""Whether two appliances of one household are likely the same one, registered twice."""

from dataclasses import dataclass

# What plates and hands write alike.
LOOK_ALIKES = str.maketrans("OIBSZ", "01852")


@dataclass(frozen=True)
class Plate:
    """What the plate of an appliance says, as far as it was registered; brand is a key or ``None``."""

    brand: int | None = None
    model: str = ""
    serial: str = ""


def fold(text):
    """Return letters and digits of a serial or model number in capitals, look-alikes as the digit: O 0, I 1, B 8, S 5, Z 2."""
    return "".join(char for char in (text or "").upper() if char.isalnum()).translate(LOOK_ALIKES)


def is_likely_same(one, other):
    """Whether two plates may belong to one appliance.

    The brands are the same or one is not known; and the serial numbers are the same but for look-alikes, or one is missing
    and the models are the same.
    """
    if one.brand and other.brand and one.brand != other.brand:
        return False
    serials = (fold(one.serial), fold(other.serial))
    if all(serials):
        return serials[0] == serials[1]
    return bool(fold(one.model)) and fold(one.model) == fold(other.model)
