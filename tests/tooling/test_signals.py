"""Signals end a command in order: children gone, nothing half-made kept as done."""

import os
import signal
import subprocess
import sys
import time

import pytest

from tooling import paths

PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from tooling import console, process
console.stop_on_signals()
try:
    print("ready", flush=True)
    process.run_logged(["sleep", "77.5"], Path(sys.argv[2]), "Sleeping")
except console.Stopped:
    print("stopped", flush=True)
"""


def _start(tmp_path):
    command = [sys.executable, "-c", PROGRAM, str(paths.ROOT), str(tmp_path / "log")]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert parent.stdout.readline() == "ready\n"
    deadline = time.monotonic() + 10
    while not (children := _children(parent.pid)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return parent, children


def _children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as stream:
        return [int(word) for word in stream.read().split()]


def _gone(pid):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
            with open(f"/proc/{pid}/stat") as stream:
                if stream.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_ends_the_work_and_its_children(tmp_path, number):
    parent, children = _start(tmp_path)
    parent.send_signal(number)
    assert parent.communicate(timeout=10)[0] == "stopped\n"
    assert all(_gone(child) for child in children)


def test_killed_command_takes_its_children_along(tmp_path):
    parent, children = _start(tmp_path)
    parent.kill()
    parent.communicate(timeout=10)
    assert children
    assert all(_gone(child) for child in children)
