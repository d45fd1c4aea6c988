"""A service order with two parts against core's repair order with the same two, and a hundred at once against one by one.

The steps are those of ``order_life``. Size 1 shows the whole life; size 100 is walked together: what the desk or an import
does with many orders costs a fraction of the same done one by one, which is what size 1 times a hundred would be.
"""

import importlib.util
from pathlib import Path

_spec = importlib.util.spec_from_file_location("order_life", Path(__file__).with_name("order_life.py"))
_life = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_life)
_life.PARTS = 2

SIZES = (1, 100)


def core(env, size):
    """The steps of core's Repairs app."""
    return _life.core(env, size)


def ours(env, size):
    """The steps of the main story, the orders together from the quotation to the acceptance."""
    return _life.ours(env, size, together=True)
