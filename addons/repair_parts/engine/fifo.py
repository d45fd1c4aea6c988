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
    taken = []
    for layer in layers:
        if quantity <= EPSILON:
            break
        if layer.quantity <= EPSILON:
            continue
        used = min(layer.quantity, quantity)
        last_unit_cost = layer.value / layer.quantity
        taken.append(Layer(layer.ref, used, last_unit_cost * used))
        quantity -= used
    if quantity > EPSILON:
        taken.append(Layer(None, quantity, last_unit_cost * quantity))
    return taken


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
