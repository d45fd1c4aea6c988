"""What ``./repair`` says on the terminal: messages, long steps, problems."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

QUIET_FOR = 10  # seconds between two signs of life where no terminal redraws the line


class Problem(Exception):
    """Something the user can act on: printed without a traceback.

    :param message: what happened and what to do, in sentences.
    :param status: exit status of ``./repair``.
    """

    def __init__(self, message: str, status: int = 1):
        super().__init__(message)
        self.status = status


class Stopped(KeyboardInterrupt):
    """The user, or the system, asked ``./repair`` to end."""


def stop_on_signals() -> None:
    """Turn Ctrl-C, SIGTERM and SIGHUP into an orderly end; later ones are ignored while that goes on."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)


def _stop(*_signal) -> None:
    """The first signal ends the work; what must be put away is put away in peace."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise Stopped


def say(text: str = "") -> None:
    """Print one message on standard error, where it never mixes with a command's own output."""
    print(text, file=sys.stderr, flush=True)


def note(text: str) -> None:
    """Print something worth knowing that needs no action now."""
    say(f"note: {text}")


@contextmanager
def step(title: str, detail: Callable[[], str] | None = None) -> Iterator[None]:
    """Show that a long step goes on, and how long it took.

    :param title: what is being done, as a present participle.
    :param detail: asked again and again for a few words on how far the step is.
    """
    started = time.monotonic()
    done = threading.Event()
    live = sys.stderr.isatty()
    reporter = threading.Thread(target=_report, args=(title, detail, started, done, live), daemon=True)
    if not live:
        say(f"{title} ...")
    reporter.start()
    try:
        yield
    except BaseException:
        _finish(title, "stopped", started, done, reporter, live)
        raise
    _finish(title, "done", started, done, reporter, live)


def _report(title: str, detail: Callable[[], str] | None, started: float, done: threading.Event, live: bool) -> None:
    """Repeat a sign of life until the step is done."""
    while not done.wait(1 if live else QUIET_FOR):
        words = _words(detail)
        line = f"{title} ... {time.monotonic() - started:.0f} s{words}"
        if live:
            sys.stderr.write(f"\r\033[K{line[:110]}")
            sys.stderr.flush()
        else:
            say(f"  {line}")


def _words(detail: Callable[[], str] | None) -> str:
    """The step's own words on how far it is; a step never fails because of them."""
    try:
        words = detail() if detail else ""
    except Exception:
        return ""
    return f", {words}" if words else ""


def _finish(
    title: str, word: str, started: float, done: threading.Event, reporter: threading.Thread, live: bool
) -> None:
    """Stop the reporter and leave one closing line."""
    done.set()
    reporter.join(timeout=2)
    lead = "\r\033[K" if live else ""
    say(f"{lead}{title}: {word} in {time.monotonic() - started:.0f} s")
