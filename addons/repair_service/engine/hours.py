"""Hours at which customers may be told something. Plain Python over naive local datetimes; nothing here knows Odoo."""

from datetime import timedelta


def get_midnight(moment):
    """The begin of the day of ``moment``."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def get_decent_moment(moment, opening, closing):
    """The first moment, not before ``moment``, that lies in the decent hours of its day.

    :param float opening: hour from which customers are told something, 8.5 for half past eight
    :param float closing: hour from which they are left in peace
    """
    midnight = get_midnight(moment)
    if moment < midnight + timedelta(hours=opening):
        return midnight + timedelta(hours=opening)
    if moment < midnight + timedelta(hours=closing):
        return moment
    return midnight + timedelta(days=1, hours=opening)


def get_evening_before(start, hour):
    """The moment ``hour`` of the day before ``start``."""
    return get_midnight(start) - timedelta(days=1) + timedelta(hours=hour)
