"""Run Odoo's ``test_lint`` on some addons only: ``python -m tooling.inside.core_lint CONFIG DATABASE ADDON...``.

The tests ask ``Manifest`` and ``get_modules`` which addons there are; here the answer is ours alone. Tests that
look at the whole registry report core's failures too, so a failure counts only when it names one of ours.
"""

from __future__ import annotations

import importlib
import logging
import sys
import threading
import unittest
from unittest.mock import patch

from odoo.modules import Manifest
from odoo.modules.registry import Registry
from odoo.tests.case import TestCase
from odoo.tools import config

import odoo.addons.base  # noqa: F401  makes the addons path known

_BY_FILE = (
    "test_dunderinit", "test_i18n", "test_jstranslate", "test_manifests", "test_onchange_domains", "test_orm_import",
    "test_pofile", "test_test_holes",
)  # fmt: skip
_BY_REGISTRY = ("test_docstring", "test_index", "test_naming", "test_override_signatures", "test_routes")


class OursOnly(logging.Handler):
    """Remembers what the tests log as warning or error: several report that way only."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record):
        """Keep the message."""
        self.lines.append(record.getMessage())


def suite(names: tuple[str, ...]) -> unittest.TestSuite:
    """The tests of some of test_lint's files."""
    loader = unittest.TestLoader()
    modules = [importlib.import_module(f"odoo.addons.test_lint.tests.{name}") for name in names]
    return unittest.TestSuite(loader.loadTestsFromModule(module) for module in modules)


def failures(names: tuple[str, ...], ours: list[str], only_ours: bool) -> list[str]:
    """Run tests and return what they complain about.

    :param only_ours: keep only complaints that name one of our addons or models.
    """
    logged = OursOnly()
    logging.getLogger("odoo.addons.test_lint").addHandler(logged)
    result = unittest.TestResult()
    suite(names).run(result)
    texts = [text for _test, text in [*result.failures, *result.errors]] + logged.lines
    words = [*ours, *(f"'{model}'" for model in our_models(ours))] if only_ours else [""]
    return [text for text in texts if any(word in text for word in words)]


def our_models(ours: list[str]) -> list[str]:
    """The models that our addons brought."""
    registry = Registry(config["db_name"][0])
    return [name for name, model in registry.items() if model._original_module in ours]


def main(config_file: str, database: str, *ours: str) -> int:
    """Print the complaints; return 1 when there are any."""
    config.parse_config(["-c", config_file, "-d", database, "--no-http", "--log-level=warn"], setup_logging=True)
    threading.current_thread().testing = True
    TestCase.subTest = unittest.TestCase.subTest
    TestCase.run = unittest.TestCase.run
    Registry(database)
    manifests = [Manifest.for_addon(name) for name in ours]
    with (
        patch.object(Manifest, "all_addon_manifests", lambda: manifests),
        patch("odoo.modules.get_modules", lambda: list(ours)),
        patch("odoo.modules.module.get_modules", lambda: list(ours)),
    ):
        found = failures(_BY_FILE, list(ours), False) + failures(_BY_REGISTRY, list(ours), True)
    for text in found:
        print(text)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
