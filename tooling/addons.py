"""Our addons as files: manifests, order, dependencies, fingerprints, the demo's logins."""

from __future__ import annotations

import ast
import csv
import hashlib
from functools import cache
from pathlib import Path

from .console import Problem
from .paths import ADDONS

# Files that change nothing in a database: a template stays good when only they change.
_NOT_INSTALLED = ("tests/", "static/src/", "static/tests/")
_LOGINS = ADDONS / "repair_service" / "demo" / "logins.csv"


@cache
def manifests() -> dict[str, dict]:
    """Our installable addons' manifests, by name."""
    found = {}
    for file in sorted(ADDONS.glob("*/__manifest__.py")):
        try:
            manifest = ast.literal_eval(file.read_text(encoding="utf-8"))
        except (SyntaxError, ValueError) as error:
            raise Problem(f"{file} cannot be read: {error}") from error
        if manifest.get("installable", True):
            found[file.parent.name] = manifest
    return found


def ordered() -> list[str]:
    """Our addons, each after those of ours that it depends on.

    :raises Problem: there are none, or they depend on each other in a circle.
    """
    remaining = {name: set(_depends(name)) & set(manifests()) for name in manifests()}
    if not remaining:
        raise Problem(f"No addon found in {ADDONS}.")
    order: list[str] = []
    while remaining:
        ready = sorted(name for name, needed in remaining.items() if needed <= set(order))
        if not ready:
            raise Problem("The addons depend on each other in a circle: " + ", ".join(sorted(remaining)))
        order.append(ready[0])
        del remaining[ready[0]]
    return order


def _depends(name: str) -> list[str]:
    """The direct dependencies of one of our addons."""
    return manifests()[name].get("depends", ["base"])


def with_ours_below(names: list[str]) -> list[str]:
    """Those addons and every one of ours that they need, lowest first."""
    wanted = set(names)
    while more := {need for name in wanted for need in _depends(name) if need in manifests()} - wanted:
        wanted |= more
    return [name for name in ordered() if name in wanted]


def core_dependencies(names: list[str]) -> list[str]:
    """The core addons that those of ours need, directly or through another one of ours."""
    return sorted({need for name in with_ours_below(names) for need in _depends(name) if need not in manifests()})


def fingerprint(name: str) -> str:
    """Changes whenever a database with that addon would be built differently."""
    folder = ADDONS / name
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        inside = file.relative_to(folder).as_posix()
        if not file.is_file() or inside.startswith(_NOT_INSTALLED):
            continue
        if inside.endswith((".pyc", ".pot", ".md", ".rst")) or any(
            part.startswith((".", "__pycache__")) for part in file.relative_to(folder).parts
        ):
            continue
        if inside.startswith("demo/") and file.suffix != ".py":
            continue
        digest.update(f"{inside}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def fingerprints() -> dict[str, str]:
    """The fingerprint of each of our addons."""
    return {name: fingerprint(name) for name in ordered()}


def changed_since(before: dict[str, str]) -> list[str]:
    """The addons to update in a database that was built from other files.

    :param before: the fingerprints at that time; an addon that was not there yet is not listed.
    """
    now = fingerprints()
    return [name for name in ordered() if name in before and before[name] != now[name]]


def logins() -> list[dict[str, str]]:
    """One login per role of the demo company: ``login``, ``password``, ``role`` and ``role_zh``."""
    admin = {"login": "admin", "password": "admin", "role": "administrator", "role_zh": "系统管理员"}
    if not _LOGINS.is_file():
        return [admin]
    with _LOGINS.open(encoding="utf-8-sig", newline="") as stream:
        rows = [{key: (value or "").strip() for key, value in row.items() if key} for row in csv.DictReader(stream)]
    return rows if any(row.get("login") == "admin" for row in rows) else [admin, *rows]


def files(*suffixes: str) -> list[Path]:
    """Our addons' files with one of those suffixes."""
    return sorted(file for file in ADDONS.rglob("*") if file.suffix in suffixes and file.is_file())
