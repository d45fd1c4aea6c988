"""First-in first-out over plain values: which receipts a consumption is taken from, and what it costs.

No Odoo here. A layer is what one receipt still has; layers are given oldest first.
"""
from typing import Any, NamedTuple

EPSILON = 1e-9


class Layer(NamedTuple):
    """``quantity`` units of the receipt ``ref``, worth ``value`` together. ``ref`` is None where no receipt paid."""

    ref: Any
    quantity: float
    value: float


def take(layers, quantity, last_unit_cost=0.0):
    """Take ``quantity`` units from ``layers``, oldest first.

    :param layers: iterable of Layer, oldest first
    :param quantity: units to take, in the unit of the layers
    :param last_unit_cost: cost of a unit that no receipt covers when there is no layer at all
    :return: list of Layer; their quantities add up to ``quantity``. What the layers do not cover comes last, with
        ``ref`` None, at the unit cost of the last layer touched.
    """
    [taken] = take_each(layers, [quantity], last_unit_cost)
    return taken


def take_each(layers, quantities, last_unit_cost=0.0):
    """Take one quantity after the other from the same ``layers``, each where the one before it stopped.

    :param layers: iterable of Layer, oldest first
    :param quantities: units to take each time, in the unit of the layers
    :param last_unit_cost: as for ``take``; a later quantity that finds nothing costs what the last layer touched did
    :return: for each quantity what ``take`` returns
    """
    waiting = (layer for layer in layers if layer.quantity > EPSILON)
    open_layer, result = None, []
    for quantity in quantities:
        taken = []
        while quantity > EPSILON:
            open_layer = open_layer or next(waiting, None)
            if open_layer is None:
                taken.append(Layer(None, quantity, last_unit_cost * quantity))
                break
            last_unit_cost = open_layer.value / open_layer.quantity
            used = min(open_layer.quantity, quantity)
            taken.append(Layer(open_layer.ref, used, open_layer.value * used / open_layer.quantity))
            rest = open_layer.quantity - used
            open_layer = Layer(open_layer.ref, rest, last_unit_cost * rest) if rest > EPSILON else None
            quantity -= used
        result.append(taken)
    return result


def give_back(taken, quantity):
    """Give ``quantity`` units of a consumption back: what was taken last goes back first.

    :param taken: list of Layer, in the order in which they were taken
    :return: list of Layer that remain taken
    """
    kept = list(taken)
    while kept and quantity > EPSILON:
        newest = kept.pop()
        rest = newest.quantity - quantity
        if rest > EPSILON:
            kept.append(Layer(newest.ref, rest, newest.value * rest / newest.quantity))
        quantity -= newest.quantity
    return kept


def merge(taken):
    """Put what was taken from one receipt in two steps, one right after the other, into one layer."""
    merged = []
    for layer in taken:
        if merged and merged[-1].ref == layer.ref:
            layer = Layer(layer.ref, merged[-1].quantity + layer.quantity, merged.pop().value + layer.value)
        merged.append(layer)
    return merged


def scale(taken, quantity, value):
    """Stretch or shrink what was taken to ``quantity`` units worth ``value`` together, each layer by the same share."""
    old_quantity, old_value = sum(layer.quantity for layer in taken), sum(layer.value for layer in taken)
    return [
        Layer(
            layer.ref, quantity * layer.quantity / old_quantity,
            value * (layer.value / old_value if old_value else layer.quantity / old_quantity))
        for layer in taken
    ] if old_quantity else []


def round_to_total(taken, total, round_amount):
    """Round the values of ``taken`` so that they add up to ``total`` to the last cent; the newest layer bears the rest.

    :param taken: list of Layer
    :param total: amount booked for all of them, already rounded
    :param round_amount: function that rounds one amount to the currency
    :return: list of Layer
    """
    if not taken:
        return []
    rounded = [layer._replace(value=round_amount(layer.value)) for layer in taken[:-1]]
    rest = round_amount(total - sum(layer.value for layer in rounded))
    return [*rounded, taken[-1]._replace(value=rest)]
