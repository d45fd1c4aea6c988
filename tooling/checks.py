"""The house rules that no linter knows: length of files, addresses that may not be written down."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from .paths import ROOT

LONGEST = 400  # lines of a Python file
_TEXT = (".py", ".xml", ".csv", ".js", ".scss", ".css", ".md", ".po", ".pot", ".toml", ".ini", ".cfg", ".txt", ".json",
         ".yml", ".yaml", ".sh", ".rst", ".html", "")  # fmt: skip
# Hosts of package registries and their mirrors: set-up takes them from the machine's own configuration.
_REGISTRIES = re.compile(
    r"(?:https?|ftp)://[\w.-]*(?:deb\.debian|debian\.org/debian|pypi\.|files\.pythonhosted|registry\.npmjs|npmmirror|"
    r"archive\.ubuntu|mirrors?\.[\w-]+)",
    re.I,
)
# A path of one machine: home folders and working folders; Odoo's own and the system's are the same everywhere.
_MACHINE_PATHS = re.compile(
    r"(?<![\w./~$}-])/(?:work|home/\w+|root|Users/\w+|tmp/(?:probe|odoo-src|bed))(?:/[\w.-]|\b(?=[\s\"'`]))"
)


def problems() -> list[str]:
    """What breaks a house rule, one line each."""
    found = []
    for file in _files():
        if file.suffix not in _TEXT or file.name in ("LICENSE", "COPYING"):
            continue
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            found.append(f"{file.relative_to(ROOT)}: not UTF-8")
            continue
        found += [f"{file.relative_to(ROOT)}{rest}" for rest in _in_file(file, lines)]
    return found


def _files() -> list[Path]:
    """What git holds or would take in; everything but hidden folders where there is no git."""
    listed = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
    )
    if listed.returncode == 0:
        return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]
    return [path for path in ROOT.rglob("*") if path.is_file() and not any(part.startswith(".") for part in path.parts)]


def _in_file(file: Path, lines: list[str]) -> list[str]:
    """The problems of one file."""
    found = []
    if file.suffix == ".py" and len(lines) > LONGEST:
        found.append(f": {len(lines)} lines, the longest file may have {LONGEST}")
    if file.name == Path(__file__).name and file.parent == Path(__file__).parent:
        return found
    for number, line in enumerate(lines, 1):
        if _REGISTRIES.search(line):
            found.append(f":{number}: the address of a package registry")
        if _MACHINE_PATHS.search(line):
            found.append(f":{number}: a path of one machine")
        if line.startswith(("<<<<<<< ", ">>>>>>> ")):
            found.append(f":{number}: a merge conflict")
    return found
