"""pytest plugin of ``./repair test``: database copies, worker groups, and browser tests that may not be skipped."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest
import pytest_odoo

import odoo
from odoo.tests.common import HttpCase

from tooling.databases import _link

_BROWSER = "browser"


def pytest_configure(config):
    """Let every test process work on a copy of its own, files included."""
    config.addinivalue_line("markers", "slow: takes a minute or more; started early, deselect with -m 'not slow'")
    if "REPAIR_TEST_TEMPLATE" in os.environ:
        pytest_odoo._worker_db_name = _own_copy


@contextmanager
def _own_copy():
    """Copy the template for this process, point Odoo at the copy, delete it at the end."""
    template = os.environ["REPAIR_TEST_TEMPLATE"]
    name = f"{os.environ['REPAIR_TEST_RUN']}-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    filestore = Path(odoo.tools.config["data_dir"]) / "filestore"
    subprocess.run(["createdb", "-T", template, name], check=True)
    if (filestore / template).is_dir():
        shutil.copytree(filestore / template, filestore / name, copy_function=_link)
    odoo.tools.config["db_name"] = name
    odoo.tools.config["dbfilter"] = f"^{name}$"
    try:
        yield name
    finally:
        odoo.sql_db.close_db(name)
        subprocess.run(["dropdb", "--if-exists", "--force", name], check=False)
        shutil.rmtree(filestore / name, ignore_errors=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """One process for all browser tests, one for each other class; the long ones start first."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    items.sort(key=_rank)


def _group(item):
    """What must stay in one process: browsers, which fight for the machine, and what one setUpClass made."""
    if _is_browser_test(item):
        return _BROWSER
    return f"{item.path.stem}.{item.cls.__name__}" if getattr(item, "cls", None) else item.name


def _rank(item):
    """Browser tests first, then what is marked slow, then the rest in its own order."""
    if _is_browser_test(item):
        return 0
    return 1 if item.get_closest_marker("slow") else 2


def _is_browser_test(item):
    """Whether the test talks to a served Odoo."""
    return isinstance(getattr(item, "cls", None), type) and issubclass(item.cls, HttpCase)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A skipped browser test is a failed one: nobody else would notice that it never ran."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and not hasattr(report, "wasxfail") and _is_browser_test(item):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and a browser test must run: {reason}"
