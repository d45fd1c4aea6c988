"""``./repair test``: pytest with pytest-odoo over copies of a template database."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from . import process, setup
from .databases import Databases
from .odoo import CONFIG, Platform
from .paths import PYTHON, ROOT, SCREENSHOTS

_OWN_WORKERS = ("-n", "--numprocesses", "--pdb", "--trace", "--collect-only", "--co", "-p")
_GIGABYTES_A_WORKER = 1.5  # one Odoo and its share of the browser
RUN_PREFIX = "test-"


def run(arguments: list[str]) -> int:
    """Set up, build the template when the addons changed, run pytest; its exit status is ours."""
    with setup.platform(testing=True) as platform:
        if only_tooling(arguments):
            return process.wait_in_foreground([*_pytest(), "-p", "no:odoo", *arguments], platform.environment())
        databases = Databases(platform)
        drop_leftovers(databases)
        template = databases.tests_template()
        return process.wait_in_foreground(command(template, arguments), environment(platform, template))


def only_tooling(arguments: list[str]) -> bool:
    """Whether all paths given are tests of the tooling, which need neither Odoo nor a database."""
    paths = [word.split("::")[0] for word in arguments if not word.startswith("-")]
    known = [Path(path).resolve() for path in paths if (ROOT / path).exists() or Path(path).exists()]
    tooling = ROOT / "tests" / "tooling"
    return bool(known) and all(path == tooling or tooling in path.parents for path in known)


def _pytest() -> list[str]:
    """pytest in the virtual environment, on this checkout."""
    return [str(PYTHON), "-m", "pytest", f"--rootdir={ROOT}", "-c", str(ROOT / "pytest.ini")]


def command(template: str, arguments: list[str]) -> list[str]:
    """pytest's command line: both cores, unless the user asks for something that wants one process."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    parallel = [] if any(word.startswith(_OWN_WORKERS) for word in arguments) else ["-n", str(workers())]
    return [
        *_pytest(),
        "-p",
        "tooling.pytest_plugin",
        "-p",
        "no:unraisableexception",  # collects Odoo's garbage several times at the end, for seconds
        f"--odoo-config={CONFIG}",
        f"--odoo-database={template}",
        "--odoo-log-level=warn",
        "--odoo-http",
        f"--odoo-extra=screenshots={SCREENSHOTS}",
        *parallel,
        "--dist=loadgroup",
        "--no-loadscope-reorder",
        *(arguments if _has_path(arguments) else [*arguments, *_all_tests()]),
    ]


def _all_tests() -> list[str]:
    """Everything there is to test."""
    return [str(path) for path in (ROOT / "addons", ROOT / "tests") if path.is_dir()]


def _has_path(arguments: list[str]) -> bool:
    """Whether the arguments name files or folders to test."""
    return any(not word.startswith("-") and Path(word.split("::")[0]).exists() for word in arguments)


def environment(platform: Platform, template: str) -> dict[str, str]:
    """The environment of the tests: where copies of the template go, commits that do not wait for the disk."""
    own_odoo = {"ODOO_SOURCE": os.environ["ODOO_SOURCE"]} if os.environ.get("ODOO_SOURCE") else {}
    return platform.environment(
        **own_odoo,
        REPAIR_TEST_TEMPLATE=template,
        REPAIR_TEST_RUN=f"{RUN_PREFIX}{os.getpid()}-{secrets.token_hex(2)}",
        PGOPTIONS="-c synchronous_commit=off",
    )


def workers() -> int:
    """How many test processes fit the machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return max(1, min(os.cpu_count() or 1, 4, int(memory / _GIGABYTES_A_WORKER)))


def drop_leftovers(databases: Databases) -> None:
    """Delete the copies of test runs that were killed."""
    for name in databases.names():
        if name.startswith(RUN_PREFIX):
            pid = name.removeprefix(RUN_PREFIX).split("-")[0]
            if not pid.isdigit() or not _alive(int(pid)):
                databases.drop(name)


def _alive(pid: int) -> bool:
    """Whether a process still runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
