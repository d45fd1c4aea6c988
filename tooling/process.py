"""Starting other programs: clean environment, log file, signals."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from .console import Problem
from .paths import DATA, LOGS

_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform.startswith("linux") else None
_PR_SET_PDEATHSIG = 1
_DROPPED = ("PG", "ODOO_", "OPENERP_", "PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "PYTEST_")


def clean_environment(**extra: str) -> dict[str, str]:
    """The user's environment without what would steer Odoo, PostgreSQL or Python elsewhere."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_DROPPED)}
    environment.update(extra)
    return environment


def end_with_parent() -> None:
    """Run in a child before it starts: a killed ``./repair`` takes its children along."""
    if _LIBC:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def log_path(name: str) -> Path:
    """A log file of that name; the previous one is kept beside it."""
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / f"{name}.log"
    if path.exists():
        path.replace(path.with_suffix(".log.1"))
    return path


def tail(path: Path, lines: int = 25) -> str:
    """The last lines of a text file."""
    try:
        return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


def run_logged(command: Sequence[str | Path], log: Path, what: str, **options) -> None:
    """Run a program with all its output in a log file.

    :param what: what the program was doing, for the message.
    :raises Problem: it failed; the message carries the end of the log.
    """
    with log.open("ab") as stream:
        try:
            done = subprocess.run(
                [os.fspath(part) for part in command],
                stdout=stream,
                stderr=subprocess.STDOUT,
                preexec_fn=end_with_parent,
                **{"stdin": subprocess.DEVNULL, **options},
            )
        except FileNotFoundError as error:
            raise Problem(f"{what}: the program {command[0]} is not there.") from error
    if done.returncode:
        raise Problem(f"{what} failed (exit status {done.returncode}). The end of {log}:\n\n{tail(log)}{disk_hint()}")


def output_of(command: Sequence[str | Path], what: str, **options) -> str:
    """Run a program and return its standard output.

    :raises Problem: it failed; the message carries its error output.
    """
    try:
        done = subprocess.run(
            [os.fspath(part) for part in command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            **options,
        )
    except FileNotFoundError as error:
        raise Problem(f"{what}: the program {command[0]} is not there.") from error
    if done.returncode:
        raise Problem(f"{what} failed: {(done.stderr or done.stdout).strip()}{disk_hint()}")
    return done.stdout


def disk_hint() -> str:
    """A sentence for error messages when the disk is about full."""
    try:
        free = shutil.disk_usage(DATA if DATA.exists() else DATA.parent).free
    except OSError:
        return ""
    return f"\n\nThe disk holding {DATA} has only {free >> 20} MB left." if free < 200 << 20 else ""


def wait_in_foreground(
    command: Sequence[str | Path], environment: dict[str, str], stdin: Callable[[], int] | int | None = None
) -> int:
    """Run a program that shares the terminal (a shell, pytest) and return its exit status.

    The terminal's Ctrl-C reaches the program itself; SIGTERM and SIGHUP are handed on.
    """
    child = subprocess.Popen(
        [os.fspath(part) for part in command], env=environment, stdin=stdin, preexec_fn=end_with_parent
    )
    previous = {signal.SIGINT: signal.signal(signal.SIGINT, lambda *_: None)}
    for number in (signal.SIGTERM, signal.SIGHUP):
        previous[number] = signal.signal(number, lambda *_: child.terminate())
    try:
        status = child.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    return status if status >= 0 else 128 - status
