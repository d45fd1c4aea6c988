"""How long the way between two places takes, estimated from what is known of them.

Plain Python; nothing here knows Odoo. No map is asked: the straight line, the detour of streets and an average speed in town are
good enough to keep a technician from being promised in two districts within minutes.
"""

from dataclasses import dataclass
from math import asin, ceil, cos, radians, sin, sqrt

EARTH_KM = 6371.0
# Streets are longer than the straight line; getting out, parking and finding the door take their time whatever the distance.
DETOUR, DOOR_MINUTES, ROUND_TO = 1.35, 5, 5


@dataclass(frozen=True)
class Place:
    """Where something is: degrees where they are known, the postcode, and whatever tells one address from another."""

    address: object = None
    latitude: float = 0.0
    longitude: float = 0.0
    postcode: str = ""

    @property
    def is_located(self):
        """Whether the degrees are known; the point 0, 0 lies in the sea."""
        return bool(self.latitude or self.longitude)


def get_distance(one, other):
    """Kilometres along the surface between two located places."""
    latitudes = radians(one.latitude), radians(other.latitude)
    half_chord = (
        sin((latitudes[1] - latitudes[0]) / 2) ** 2
        + cos(latitudes[0]) * cos(latitudes[1]) * sin(radians(other.longitude - one.longitude) / 2) ** 2)
    return 2 * EARTH_KM * asin(sqrt(min(half_chord, 1.0)))


def is_known(one, other):
    """Whether anything tells how far two places are apart: the same address, both positions, or the same postcode."""
    same_address = one.address is not None and one.address == other.address
    return same_address or (one.is_located and other.is_located) or bool(one.postcode and one.postcode == other.postcode)


def estimate_minutes(one, other, speed, unknown):
    """Return the minutes of the way from one place to another, in steps of five.

    :param Place one, other: by their degrees; without them, the same postcode is the same neighbourhood
    :param float speed: average in town, km/h
    :param float unknown: minutes between places of which nothing is known
    :returns: minutes; 0 for the same place
    """
    if one.address is not None and one.address == other.address:
        return 0
    if one.is_located and other.is_located:
        minutes = DOOR_MINUTES + 60 * DETOUR * get_distance(one, other) / speed
        return ceil(round(minutes, 6) / ROUND_TO) * ROUND_TO
    if one.postcode and one.postcode == other.postcode:
        return DOOR_MINUTES
    return unknown
