"""Where things are: the checkout, its git-ignored data folder, the user's cache."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ADDONS = ROOT / "addons"
DATA = Path(os.environ.get("REPAIR_DATA") or ROOT / ".data").absolute()
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").absolute() / "repair-suite"
DOWNLOADS = CACHE / "downloads"
VENV = DATA / "venv"
PYTHON = VENV / "bin" / "python"
LOGS = DATA / "logs"
FILES = DATA / "odoo"
SCREENSHOTS = DATA / "screenshots"
LOCK_FILE = ROOT / "tooling" / "odoo.lock.json"


def checkout_id() -> str:
    """A short name for this data folder that no other one on the machine has."""
    return f"{ROOT.name[:24]}-{hashlib.sha256(os.fsencode(DATA)).hexdigest()[:8]}"


def read_json(path: Path) -> Any:
    """The content of a JSON file, or an empty dict when it is missing or broken."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def write_json(path: Path, content: Any) -> None:
    """Write a JSON file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{os.getpid()}.new")
    aside.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    aside.replace(path)


def sha256(path: Path) -> str:
    """The SHA-256 of a file, as hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
