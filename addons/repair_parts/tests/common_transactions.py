import threading
from contextlib import contextmanager
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests.common import get_db_name


class RealTransactions:
    """Transactions that commit, one after the other or against each other; who mixes this in cleans up (``_clean_up``)."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.addCleanup(self._clean_up)

    @contextmanager
    def _transaction(self, uid=SUPERUSER_ID):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, uid, {"tracking_disable": True})

    def _race(self, *works, alone=()):
        """Run each work in a thread and transaction of its own, repeated by Odoo's retry but those of ``alone``; return the errors."""
        errors = []
        gate = threading.Barrier(len(works))

        def run(work):
            try:
                with self._transaction() as env:
                    env.cr.execute("SELECT 1")
                    gate.wait(60)
                    if work in alone:
                        work(env)
                    else:
                        retrying(lambda: work(env), env)
            except Exception as error:  # whatever it is, the test has to see it
                errors.append(error)

        # The test runner holds the lock of the registries, which the threads would wait for.
        threads = [threading.Thread(target=run, args=(work,)) for work in works]
        with patch.object(Registry, "_lock", DummyRLock()):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(300)
        self.assertFalse(any(thread.is_alive() for thread in threads), "they wait for each other")
        return errors
