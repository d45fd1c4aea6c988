"""``./repair lint``: every checker, all findings, one verdict."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from . import addons, checks, setup, translations
from .console import say
from .databases import Databases
from .odoo import CONFIG, Platform
from .paths import ADDONS, PYTHON, ROOT


def run() -> int:
    """Run every checker and return 1 when one of them found something."""
    with setup.platform(testing=True) as platform:
        databases = Databases(platform)
        checkers: dict[str, Callable[[], bool]] = {
            "house rules": _house_rules,
            "ruff": lambda: _call([PYTHON.with_name("ruff"), "check", "--no-cache", ROOT], platform),
            "pylint-odoo": lambda: _pylint_odoo(platform),
            "Odoo's own pylint checkers": lambda: _core_pylint(platform),
            "Odoo's test_lint": lambda: _core_tests(platform, databases),
            "translations": lambda: translations.check(databases),
        }
        failed = [name for name, checker in checkers.items() if not _timed(name, checker)]
    say(f"\nlint: {', '.join(failed)} found something." if failed else "\nlint: all good.")
    return 1 if failed else 0


def _timed(name: str, checker: Callable[[], bool]) -> bool:
    """Run one checker under a heading."""
    started = time.monotonic()
    say(f"\n== {name}")
    good = checker()
    say(f"{'ok' if good else 'FAILED'} ({time.monotonic() - started:.0f} s)")
    return good


def _call(command: list, platform: Platform, **extra: str) -> bool:
    """Run a linter with its output on the terminal."""
    return (
        subprocess.run(command, cwd=ROOT, env=platform.environment(**extra), stdin=subprocess.DEVNULL).returncode == 0
    )


def _house_rules() -> bool:
    """File lengths, and what may not be written down."""
    found = checks.problems()
    for line in found:
        say(line)
    return not found


def _pylint_odoo(platform: Platform) -> bool:
    """The checks of .pylintrc on the addons."""
    command = [PYTHON, "-m", "pylint", f"--rcfile={ROOT / '.pylintrc'}", "--score=no", *_folders()]
    return _call(command, platform)


def _core_pylint(platform: Platform) -> bool:
    """The pylint plug-ins that ship with Odoo's test_lint: SQL, translated messages, unlink."""
    plugins = _test_lint(platform) / "tests"
    enabled = [
        "used-before-assignment", "undefined-variable", "eval-used", "unreachable", "function-redefined", "sql-injection",
        "missing-gettext", "gettext-variable", "gettext-placeholders", "gettext-repr", "raise-unlink-override",
    ]  # fmt: skip
    command = [
        PYTHON, "-m", "pylint", "--rcfile=/dev/null", "--disable=all,useless-option-value,unknown-option-value",
        f"--enable={','.join(enabled)}",
        "--load-plugins=_pylint_path_setup,pylint.extensions.bad_builtin,_odoo_checker_sql_injection,_odoo_checker_gettext,"
        "_odoo_checker_unlink_override",
        "--bad-functions=input", "--score=no", *_folders(),
    ]  # fmt: skip
    python_path = f"{plugins}:{platform.tree.python_path}:{ROOT}"
    return _call(command, platform, PYTHONPATH=python_path, ADDONS_PATH=f"{ADDONS}:{platform.tree.core_addons}")


def _core_tests(platform: Platform, databases: Databases) -> bool:
    """Odoo's test_lint on our addons, with the registry of a database that has them."""
    template = databases.suite_template()
    name = f"lint-{os.getpid()}"
    databases.copy(template, name)
    try:
        return _call([PYTHON, "-m", "tooling.inside.core_lint", CONFIG, name, *addons.ordered()], platform)
    finally:
        databases.drop(name)


def _test_lint(platform: Platform) -> Path:
    """Where Odoo keeps its linters."""
    inside = platform.tree.python_path / "odoo" / "addons" / "test_lint"
    return inside if inside.is_dir() else platform.tree.core_addons / "test_lint"


def _folders() -> list[Path]:
    """The addons' folders."""
    return [ADDONS / name for name in addons.ordered()]
