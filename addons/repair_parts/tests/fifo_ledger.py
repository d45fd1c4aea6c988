from fractions import Fraction


class Ledger:
    """First-in first-out told a second time, in exact fractions, knowing nothing of the addon or of core.

    It is a queue of layers ``[receipt, quantity, unit cost]``, oldest first, and what is owed when more left than there was.
    """

    def __init__(self):
        self.layers, self.received = [], {}
        self.owed, self.last_cost = Fraction(0), Fraction(0)

    @property
    def quantity(self):
        return sum((layer[1] for layer in self.layers), Fraction(0)) - self.owed

    @property
    def value(self):
        return sum((quantity * cost for _receipt, quantity, cost in self.layers), Fraction(0)) - self.owed * self.last_cost

    def receive(self, receipt, quantity, value):
        """Put a receipt at the end of the queue; what is owed is taken from it at once."""
        quantity, value = Fraction(quantity), Fraction(value)
        self.received[receipt] = quantity
        self.last_cost = value / quantity
        settled = min(self.owed, quantity)
        self.owed -= settled
        if quantity > settled:
            self.layers.append([receipt, quantity - settled, self.last_cost])

    def use(self, quantity):
        """Take from the front of the queue; return ``[(receipt or None, quantity, cost)]``."""
        quantity, taken = Fraction(quantity), []
        while quantity and self.layers:
            receipt, left, cost = self.layers[0]
            part = min(left, quantity)
            taken.append((receipt, part, part * cost))
            self.last_cost = cost
            quantity -= part
            if part == left:
                self.layers.pop(0)
            else:
                self.layers[0][1] = left - part
        if quantity:
            taken.append((None, quantity, quantity * self.last_cost))
            self.owed += quantity
        return taken

    def reprice(self, receipt, value):
        """The bill of a receipt says something else than the order did: what is left of it is worth that."""
        cost = Fraction(value) / self.received[receipt]
        for layer in self.layers:
            if layer[0] == receipt:
                layer[2] = cost
