import contextlib
import math

import psycopg2

from odoo.exceptions import UserError
from odoo.tools import mute_logger

from .test_rpc_sweep import get_our_public_methods

# A wrong number of arguments or a value of a wrong kind is refused by Python or the field itself.
CLEAN = (UserError, ValueError, TypeError, psycopg2.IntegrityError)
ARGUMENTS = ((), (False,), ("nonsense",), (7,), ({"a": 1},), ([],), (math.nan,))
NONSENSE = {
    "char": ("长" * 2000, 7), "text": (7,), "integer": (-1, 2**40, "many"), "float": (-1.0, math.nan, math.inf, "much"),
    "monetary": (-1.0, math.nan), "date": ("0001-01-01", "yesterday"), "datetime": ("0001-01-01 00:00:00", "yesterday"),
    "selection": ("nonsense",), "many2one": (-1, 2**30, "nobody"), "one2many": ("all", [(4, 2**30)]), "many2many": ("all", [(4, 2**30)]),
    "binary": ("no base64!",),
}
LOGGERS = ("odoo.sql_db", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")


class _UndoError(Exception):
    pass


class RecordSweep:
    """Every public method and field of some records, called and written with nonsense by whoever has a login.

    A test class that mixes this in makes ``records`` and names the rest here.

    :cvar sweep_module: addon whose fields are written
    :cvar sweep_facts: ``{model: fields}`` that nobody changes by nonsense
    :cvar sweep_users: attributes of the users who call
    :cvar sweep_writer: attribute of the user who writes
    """

    sweep_module, sweep_facts, sweep_users, sweep_writer = "", {}, (), ""

    def _get_facts(self):
        self.env.invalidate_all()
        return [record.sudo().read(self.sweep_facts[record._name]) for record in self.records if record._name in self.sweep_facts]

    def _try(self, call, *args):
        """Call, undo, and let nothing but a clean refusal pass."""
        try:
            with self.env.cr.savepoint(), mute_logger(*LOGGERS):
                with contextlib.suppress(*CLEAN):
                    call(*args)
                    self.env.flush_all()
                raise _UndoError
        except _UndoError:
            self.env.invalidate_all()

    def test_nonsense_to_every_public_method_is_refused_cleanly(self):
        for user in (getattr(self, name) for name in self.sweep_users):
            for record in self.records:
                for name in get_our_public_methods(record):
                    for args in ARGUMENTS:
                        with self.subTest(user=user.login, model=record._name, method=name, args=args):
                            self._try(getattr(record.with_user(user), name), *args)

    def test_nonsense_in_every_field_is_refused_cleanly(self):
        writer = getattr(self, self.sweep_writer)
        for record in self.records:
            for name, field in record._fields.items():
                if name in ("id", "display_name") or (field._module or "") != self.sweep_module:
                    continue
                for value in NONSENSE.get(field.type, ()):
                    with self.subTest(model=record._name, field=name, value=str(value)[:20]):
                        self._try(record.with_user(writer).write, {name: value})

    def _check_changes_nothing(self, user, confirms=()):
        """Whatever a user calls or writes whom the records do not concern, their facts stay; ``confirms`` he may call for himself."""
        before = self._get_facts()
        for record in self.records:
            mine = record.with_user(user)
            for name in get_our_public_methods(record):
                if (record._name, name) in confirms:
                    continue
                for args in ARGUMENTS[:3]:
                    with self.subTest(user=user.login, model=record._name, method=name, args=args):
                        try:
                            with self.env.cr.savepoint(), mute_logger(*LOGGERS):
                                getattr(mine, name)(*args)
                                self.env.flush_all()
                        except CLEAN:
                            self.env.invalidate_all()
            self.env.invalidate_all()
            for name in self.sweep_facts.get(record._name, ()):
                with self.subTest(user=user.login, model=record._name, field=name), self.assertRaises(UserError), \
                        self.env.cr.savepoint(), mute_logger(*LOGGERS):
                    mine.write({name: False})
        self.assertEqual(self._get_facts(), before)
