"""The virtual environment with the pinned Python packages."""

from __future__ import annotations

import hashlib
import shutil
import sys

from . import process
from .console import step
from .paths import PYTHON, ROOT, VENV, read_json, write_json

_MARK = VENV / "installed.json"
_UNFINISHED = VENV / "unfinished"


def ensure(testing: bool) -> None:
    """Make or complete the environment.

    :param testing: also what tests, lint and translations need.
    """
    wanted = ["requirements.txt", "requirements-dev.txt"] if testing else ["requirements.txt"]
    digests = {name: hashlib.sha256((ROOT / name).read_bytes()).hexdigest() for name in wanted}
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    mark = read_json(_MARK)
    if mark.get("python") != version or _UNFINISHED.exists() or not _starts():
        shutil.rmtree(VENV, ignore_errors=True)
        mark = {}
    if all(mark.get(name) == digest for name, digest in digests.items()):
        return
    log = process.log_path("pip")
    environment = process.clean_environment(PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_INPUT="1")
    with step("Installing the Python packages", lambda: process.tail(log, 1)[:60]):
        if not PYTHON.exists():
            process.run_logged(
                [sys.executable, "-m", "venv", VENV], log, "Making the virtual environment", env=environment
            )
        _UNFINISHED.touch()
        process.run_logged(
            [PYTHON, "-m", "pip", "install", "--progress-bar", "off", "-r", ROOT / wanted[-1]],
            log,
            "Installing the Python packages",
            env=environment,
        )
        write_json(_MARK, {**mark, **digests, "python": version})
        _UNFINISHED.unlink()


def _starts() -> bool:
    """Whether the environment's Python still runs: the machine's Python may have been removed."""
    try:
        process.output_of([PYTHON, "-c", "import pip"], "Starting Python", env=process.clean_environment())
    except Exception:
        return False
    return True
