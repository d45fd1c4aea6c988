"""A technician's time, day by day. Plain Python over naive datetimes of one time zone; nothing here knows Odoo."""

from datetime import timedelta
from itertools import pairwise

from .slots import merge, subtract

HOUR = timedelta(hours=1)


def cut_days(intervals, edges):
    """Cut intervals at the edges of days.

    :param intervals: pairs (start, stop)
    :param edges: the beginnings of the days in a row, and the end of the last one
    :return: one list of intervals a day; what lies outside of the edges is left out
    """
    return [
        [(max(start, begin), min(stop, end)) for start, stop in intervals if start < end and stop > begin]
        for begin, end in pairwise(edges)
    ]


def count_hours(intervals):
    """Hours that intervals cover; a moment in two of them counts once."""
    return sum((stop - start for start, stop in merge(intervals)), timedelta()) / HOUR


def count_free_hours(working, busy):
    """Hours of working time that nothing is booked in."""
    return count_hours(subtract(working, busy))


def get_level(booked, working, full_percent):
    """How full a day is: ``off`` (no working time, nothing booked), ``over`` (more booked than working time), ``full``, ``free``.

    :param float booked, working: hours
    :param full_percent: share of the working time from which a day is full
    """
    if booked > working:
        return "over"
    if not working:
        return "off"
    return "full" if booked * 100 >= working * full_percent else "free"
