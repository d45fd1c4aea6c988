"""``./repair i18n``: the addons' terms and their Chinese translations, kept in step with the source."""

from __future__ import annotations

import os
import subprocess

from . import addons, setup
from .console import Problem, say
from .databases import Databases
from .odoo import CONFIG
from .paths import ADDONS, PYTHON


def run(only_check: bool) -> int:
    """Export and merge; return 1 when a translation is missing, or when a check would change a file."""
    with setup.platform(testing=True) as platform:
        databases = Databases(platform)
        good = check(databases) if only_check else _terms(databases, write=True)
    say("Translations are complete." if good else "Translations need work: see above.")
    return 0 if good else 1


def check(databases: Databases) -> bool:
    """Whether the committed files hold exactly today's terms, each of them translated."""
    return _terms(databases, write=False)


def _terms(databases: Databases, write: bool) -> bool:
    """Export from a copy of the template and compare or merge; findings go to the terminal."""
    name = f"terms-{os.getpid()}"
    databases.copy(databases.suite_template(), name)
    try:
        command = [PYTHON, "-m", "tooling.inside.terms", CONFIG, name, "write" if write else "check", ADDONS]
        done = subprocess.run(
            [*command, *addons.ordered()], env=databases.platform.environment(), stdin=subprocess.DEVNULL
        )
    finally:
        databases.drop(name)
    if done.returncode not in (0, 1):
        raise Problem("The terms could not be exported; the messages above tell why.")
    return done.returncode == 0
