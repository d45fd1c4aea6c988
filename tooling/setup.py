"""From whatever the machine has to a platform that works; nothing is done twice."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from . import locks, odoo_tree, postgres, python_env, system
from .console import Problem
from .odoo import Platform
from .paths import CACHE, DATA, VENV


@contextmanager
def platform(testing: bool = False) -> Iterator[Platform]:
    """The Odoo tree, the Python environment and the running PostgreSQL, for a block.

    :param testing: also what tests, lint and translations need.
    """
    tree = _set_up(testing)
    with postgres.running() as cluster:
        ready = Platform(tree, cluster)
        ready.write_config()
        yield ready


def _set_up(testing: bool) -> odoo_tree.OdooTree:
    """Bring what is missing, one ``./repair`` at a time."""
    try:
        DATA.mkdir(parents=True, exist_ok=True)
        CACHE.mkdir(parents=True, exist_ok=True)
        with locks.alone(DATA / "setup.lock", "setting up this checkout"):
            if not VENV.exists():
                system.check_room()
            system.ensure_packages(testing)
            tree = odoo_tree.ensure()
            if testing:
                _ensure_npm_for(tree)
            odoo_tree.ensure_selfie_script(tree, required=testing)
            python_env.ensure(testing)
            return tree
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Problem(f"The disk is full ({error.filename or DATA}). Free some space and start again.") from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise Problem(
                f"{error.strerror}: {error.filename}. Was ./repair started by another user before? Give the folder back "
                "(chown), or set REPAIR_DATA and XDG_CACHE_HOME to folders of your own."
            ) from error
        raise


def _ensure_npm_for(tree: odoo_tree.OdooTree) -> None:
    """Install npm where the tests' one script from npm is still missing and apt may be used."""
    if odoo_tree.lacks_script(tree):
        system.ensure_npm()
