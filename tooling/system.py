"""What the machine must have: Debian packages installed as root, or named to the user."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import process
from .console import Problem, note, step
from .paths import CACHE, DATA

MINIMUM_POSTGRES = 13
ROOM_NEEDED = 2 << 30  # bytes free before a first set-up; it takes about 1.6 GB
BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
_NO_DEFAULT_CLUSTER = Path("/etc/postgresql-common/createcluster.d/repair-suite.conf")


@dataclass(frozen=True)
class Need:
    """One thing the machine must have.

    ``present`` says whether it is there, ``package`` which Debian package brings it, ``required``
    whether nothing works without it (``lost`` then says what does not).
    """

    label: str
    package: str
    present: Callable[[], bool]
    required: bool = True
    lost: str = ""


def postgres_bin(major: str | None = None) -> Path | None:
    """The folder with the newest PostgreSQL server's programs.

    :param major: only this major version, e.g. that of an existing cluster.
    """
    found = {}
    for pattern in ("/usr/lib/postgresql/*/bin/initdb", "/usr/pgsql-*/bin/initdb", "/opt/*/postgresql@*/bin/initdb"):
        for program in Path("/").glob(pattern.lstrip("/")):
            found[program.parent] = _postgres_major(program)
    if on_path := shutil.which("initdb"):
        found.setdefault(Path(on_path).resolve().parent, _postgres_major(Path(on_path)))
    fitting = [
        (version, folder)
        for folder, version in found.items()
        if version >= MINIMUM_POSTGRES and (major is None or version == int(major))
    ]
    return max(fitting)[1] if fitting else None


def _postgres_major(program: Path) -> int:
    """The major version that a PostgreSQL program prints, 0 when it cannot be told."""
    try:
        words = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.split()
    except (OSError, subprocess.SubprocessError):
        return 0
    digits = next((word.split(".")[0] for word in words if word[0].isdigit()), "0")
    return int("".join(character for character in digits if character.isdigit()) or 0)


def _has_contrib() -> bool:
    """Whether the server comes with the extensions that Odoo and the addons create."""
    folder = postgres_bin()
    if not folder:
        return False
    shared = subprocess.run([folder / "pg_config", "--sharedir"], capture_output=True, text=True).stdout.strip()
    places = [Path(shared)] if shared else [Path("/usr/share/postgresql") / folder.parent.name]
    return any((place / "extension" / "btree_gist.control").exists() for place in places)


def _has_chinese_font() -> bool:
    """Whether some installed font can print Chinese."""
    try:
        fonts = subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, text=True).stdout
    except OSError:
        return Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc").exists()
    return bool(fonts.strip())


def _has_ensurepip() -> bool:
    """Whether this Python can make virtual environments with pip in them."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return False
    return True


def browser() -> str | None:
    """The browser that Odoo's browser tests will start."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def _needs(testing: bool) -> list[Need]:
    """What running, or also testing, takes."""
    needs = [
        Need("PostgreSQL 13 or newer with its contrib extensions", "postgresql", _has_contrib),
        Need("Python's venv and ensurepip", "python3-venv", _has_ensurepip),
        Need(
            "wkhtmltopdf", "wkhtmltopdf", lambda: bool(shutil.which("wkhtmltopdf")), False, "reports print as HTML only"
        ),
        Need("a Chinese font", "fonts-noto-cjk", _has_chinese_font, False, "printed Chinese shows as boxes"),
    ]
    if testing:
        needs.append(Need("Chromium or Chrome", "chromium", lambda: bool(browser())))
    return needs


def check_room() -> None:
    """Stop before a first set-up that the disk cannot hold."""
    for place in (DATA, CACHE):
        existing = next(folder for folder in (place, *place.parents) if folder.exists())
        free = shutil.disk_usage(existing).free
        if free < ROOM_NEEDED:
            raise Problem(
                f"The disk holding {place} has {free >> 20} MB left; a first set-up needs {ROOM_NEEDED >> 20} MB. "
                "Free some space, or point XDG_CACHE_HOME (downloads) and REPAIR_DATA (databases) at a larger disk."
            )


def ensure_packages(testing: bool) -> None:
    """Install what is missing when allowed to, otherwise name it and stop.

    :param testing: also what the tests need (a browser).
    :raises Problem: something required is missing and cannot be installed from here.
    """
    missing = [need for need in _needs(testing) if not need.present()]
    if not missing:
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        install([need.package for need in missing if need.required], required=True)
        install([need.package for need in missing if not need.required], required=False)
        missing = [need for need in missing if not need.present()]
    for need in missing:
        if not need.required:
            note(f"{need.label} is missing (Debian package {need.package}): {need.lost}.")
    if required := [need for need in missing if need.required]:
        packages = " ".join(need.package for need in required)
        raise Problem(
            "This machine lacks: " + ", ".join(need.label for need in required) + ".\n"
            f"Install it as administrator, e.g. on Debian or Ubuntu:  sudo apt-get install {packages}\n"
            "and start the same command again.",
            status=3,
        )


def ensure_npm() -> None:
    """Bring npm for the tests, the way the other packages are brought."""
    if shutil.which("npm"):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        install(["npm"], required=True)
    else:
        raise Problem(
            "This machine lacks npm, which the tests need. Install it, e.g.:  sudo apt-get install npm", status=3
        )


def install(packages: list[str], required: bool) -> None:
    """Install Debian packages with the machine's own apt; needs root."""
    if not packages:
        return
    log = process.log_path("apt")
    environment = process.clean_environment(DEBIAN_FRONTEND="noninteractive", LC_ALL="C.UTF-8")
    wait = ["-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Use-Pty=0"]
    command = ["apt-get", *wait, "install", "-y", "--no-install-recommends", *packages]
    with step(f"Installing {', '.join(packages)} from Debian", lambda: process.tail(log, 1)[:60]), no_default_cluster():
        try:
            process.run_logged(["apt-get", *wait, "update"], log, "Reading Debian's package lists", env=environment)
            process.run_logged(command, log, f"Installing {', '.join(packages)}", env=environment)
        except Problem:
            if required:
                raise
            note(f"could not install {', '.join(packages)}; {log} tells why.")


@contextmanager
def no_default_cluster():
    """Keep Debian's postgresql package from starting a server of its own beside ours."""
    first_install = not Path("/usr/lib/postgresql").exists()
    if first_install:
        _NO_DEFAULT_CLUSTER.parent.mkdir(parents=True, exist_ok=True)
        _NO_DEFAULT_CLUSTER.write_text("create_main_cluster = false\n", encoding="utf-8")
    try:
        yield
    finally:
        if first_install:
            _NO_DEFAULT_CLUSTER.unlink(missing_ok=True)
