"""File locks: they vanish with the process, so a killed ``./repair`` leaves none behind."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .console import say


class FileLock:
    """One lock file, held shared or alone."""

    def __init__(self, path: Path):
        path.parent.mkdir(parents=True, exist_ok=True)
        self.stream = path.open("a")

    def shared(self) -> None:
        """Hold the lock together with others; waits while somebody holds it alone."""
        fcntl.flock(self.stream, fcntl.LOCK_SH)

    def try_alone(self) -> bool:
        """Take the lock alone if nobody else holds it; never waits."""
        try:
            fcntl.flock(self.stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def alone(self) -> None:
        """Take the lock alone; waits until everybody else let go."""
        fcntl.flock(self.stream, fcntl.LOCK_EX)

    def release(self) -> None:
        """Let go and close the file."""
        self.stream.close()


@contextmanager
def alone(path: Path, waiting_for: str) -> Iterator[None]:
    """Hold a lock alone for a block, telling the user when somebody else has it.

    :param waiting_for: what the other one is doing, for the message.
    """
    lock = FileLock(path)
    if not lock.try_alone():
        say(f"Waiting: another ./repair is {waiting_for} ...")
        lock.alone()
    try:
        yield
    finally:
        lock.release()
