"""The Odoo 19 source: the user's own, or Debian's package unpacked into the user's cache."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from . import debian, locks, process
from .console import Problem, note, say, step
from .paths import CACHE, DOWNLOADS, LOCK_FILE, read_json, sha256, write_json

_PACKAGES = Path("usr/lib/python3/dist-packages")
_SELFIE = Path("mail/static/lib/selfie_segmentation/selfie_segmentation.js")


@dataclass(frozen=True)
class OdooTree:
    """An Odoo source tree.

    ``python_path`` is the folder that holds the package ``odoo``, ``addons`` are the folders with core addons outside
    that package, ``key`` changes whenever the source does.
    """

    python_path: Path
    addons: tuple[Path, ...]
    key: str

    @property
    def core_addons(self) -> Path:
        """The folder that holds ``web``, ``mail`` and the other core addons."""
        return self.addons[0] if self.addons else self.python_path / "odoo" / "addons"


def ensure() -> OdooTree:
    """The tree to run: ``ODOO_SOURCE`` when set, otherwise the pinned Debian package, fetched once per user."""
    source = os.environ.get("ODOO_SOURCE")
    if source:
        return own_tree(source)
    DOWNLOADS.mkdir(parents=True, exist_ok=True)
    lock = read_json(LOCK_FILE)
    if ready := _unpacked(lock):
        return ready
    with locks.alone(CACHE / "odoo.lock", "fetching Odoo"):
        return _unpacked(lock) or _fetch(lock)


def own_tree(source: str) -> OdooTree:
    """The user's Odoo: a git checkout, a ``dist-packages`` folder, the package ``odoo`` itself, or ``installed``.

    :raises Problem: no Odoo 19 is there.
    """
    given = _installed() if source == "installed" else Path(source).expanduser().absolute()
    for folder in (given, given.parent, given / _PACKAGES):
        release = folder / "odoo" / "release.py"
        if release.is_file():
            break
    else:
        raise Problem(f"ODOO_SOURCE={source}: no Odoo there (looked for odoo/release.py).", status=3)
    text = release.read_text(encoding="utf-8")
    version = re.search(r"^version_info\s*=\s*\(\s*'?(?:saas~)?(\d+)'?\s*,\s*(\d+)", text, re.M)
    if not version or version.groups() != ("19", "0"):
        raise Problem(
            f"ODOO_SOURCE={source} is not Odoo 19.0 but {'.'.join(version.groups()) if version else 'unknown'}.", 3
        )
    extra = tuple(path for path in (folder / "addons",) if (path / "web" / "__manifest__.py").is_file())
    key = hashlib.sha256(f"{folder}\n{_git_head(folder)}\n{text}".encode()).hexdigest()[:12]
    return OdooTree(folder, extra, key)


def _installed() -> Path:
    """The folder of the Odoo that the system's Python imports."""
    program = "import importlib.util as u; s = u.find_spec('odoo'); print(next(iter(s.submodule_search_locations)))"
    for python in ("/usr/bin/python3", shutil.which("python3") or "python3"):
        done = subprocess.run([python, "-c", program], capture_output=True, text=True, cwd="/")
        if done.returncode == 0:
            return Path(done.stdout.strip()).parent
    raise Problem("ODOO_SOURCE=installed: no python3 on this machine can import odoo.", status=3)


def _git_head(folder: Path) -> str:
    """The commit of the user's checkout, so that databases are rebuilt when it moves."""
    git = shutil.which("git")
    if not git or not (folder / ".git").exists():
        return ""
    return subprocess.run([git, "-C", folder, "rev-parse", "HEAD"], capture_output=True, text=True).stdout.strip()


def _pinned_key(lock: dict) -> str:
    """The name part of the unpacked tree that this lock file asks for."""
    pins = [lock["odoo"], *lock["helpers"]]
    return hashlib.sha256("".join(pin["sha256"] for pin in pins).encode()).hexdigest()[:12]


def _unpacked(lock: dict) -> OdooTree | None:
    """The tree when an earlier call unpacked it whole."""
    folder = CACHE / f"odoo-{_pinned_key(lock)}"
    if not (folder / "complete.json").is_file():
        return None
    return OdooTree(folder / _PACKAGES, (), _pinned_key(lock))


def _fetch(lock: dict) -> OdooTree:
    """Download what the cache lacks, check it, unpack it aside and put it in place."""
    for stale in CACHE.glob("unpacking-*"):
        shutil.rmtree(stale, ignore_errors=True)
    packages = _cached(lock) or _download(lock)
    aside = Path(tempfile.mkdtemp(prefix="unpacking-", dir=CACHE))
    aside.chmod(0o755)
    with step("Unpacking Odoo"):
        for package in packages:
            process.output_of(["dpkg-deb", "-x", package, aside], f"Unpacking {package.name}")
    _report_dangling_links(aside)
    write_json(aside / "complete.json", {"packages": sorted(package.name for package in packages)})
    final = CACHE / f"odoo-{_pinned_key(lock)}"
    shutil.rmtree(final, ignore_errors=True)
    aside.rename(final)
    return OdooTree(final / _PACKAGES, (), _pinned_key(lock))


def _file_name(pin: dict) -> str:
    """The name under which a pinned package is kept; versions may hold a colon."""
    return f"{pin['package']}_{pin['version'].replace(':', '%3a')}_all.deb"


def _cached(lock: dict) -> list[Path] | None:
    """The pinned packages when all of them were downloaded before and are still intact."""
    files = []
    for pin in (lock["odoo"], *lock["helpers"]):
        file = DOWNLOADS / _file_name(pin)
        if not file.is_file() or sha256(file) != pin["sha256"]:
            return None
        files.append(file)
    return files


def _download(lock: dict) -> list[Path]:
    """Fetch the packages through apt; each reaches the cache only after its check."""
    for stale in DOWNLOADS.glob("fetching-*"):
        shutil.rmtree(stale, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="fetching-", dir=DOWNLOADS) as place:
        folder = Path(place)
        folder.chmod(0o755)
        with (
            step("Downloading Odoo 19 (about 130 MB)", lambda: f"{_megabytes()} MB"),
            debian.private_apt(lock["suite"]) as apt,
        ):
            pins = (lock["odoo"], *lock["helpers"])
            return [_download_one(apt, pin, folder, strict=pin is lock["odoo"]) for pin in pins]


def _megabytes() -> int:
    """How much of a download has arrived, package lists included."""
    fetching = [*CACHE.glob("apt-*/**/*"), *DOWNLOADS.glob("fetching-*/**/*")]
    return sum(file.stat().st_size for file in fetching if file.is_file()) >> 20


def _download_one(apt: debian.Apt, pin: dict, folder: Path, strict: bool) -> Path:
    """Fetch one package, check it and move it into the cache.

    :param strict: only the pinned version will do (Odoo itself); a font or script package whose suite moved on is
        taken in its present version, which apt has verified.
    """
    cached = DOWNLOADS / _file_name(pin)
    if cached.is_file() and sha256(cached) == pin["sha256"]:
        return cached
    versions = apt.versions(pin["package"])
    version = pin["version"]
    if version not in versions:
        if strict or not versions:
            raise Problem(_moved_on(pin, versions))
        version = versions[0]
        note(f"{pin['package']} {pin['version']} is gone from the archive; using {version}, verified by apt.")
    file = apt.download(pin["package"], version, folder)
    if version == pin["version"] and (found := sha256(file)) != pin["sha256"]:
        raise Problem(
            f"The download of {pin['package']} {version} is not the file that was tested: its SHA-256 is {found}, expected "
            f"{pin['sha256']}. Nothing was kept; start the command again, and distrust the mirror if it happens twice."
        )
    kept = DOWNLOADS / _file_name({**pin, "version": version})
    return file.replace(kept)


def _moved_on(pin: dict, versions: list[str]) -> str:
    """What to tell when the archive no longer has the Odoo that was tested."""
    return (
        f"The archive has {pin['package']} {', '.join(versions) or '(none)'}, but the addons were tested with {pin['version']}.\n"
        "Either point ODOO_SOURCE at an Odoo 19.0 of your own (a git checkout of branch 19.0 will do), or, to try the newer "
        f"package, put its version and SHA-256 into {LOCK_FILE.relative_to(LOCK_FILE.parent.parent)} and run ./repair test."
    )


def _report_dangling_links(folder: Path) -> None:
    """Tell about links of Odoo's package that lead nowhere: some icon or font will be missing."""
    dangling = [path for path in folder.rglob("*") if path.is_symlink() and not path.exists()]
    if dangling:
        note(
            f"{len(dangling)} links in Odoo's tree lead nowhere, e.g. {dangling[0].relative_to(folder)}: a font may be missing."
        )


def lacks_script(tree: OdooTree) -> bool:
    """Whether npm is needed: the script is neither in the tree nor in the cache."""
    pin = read_json(LOCK_FILE)["selfie_segmentation"]
    return not (tree.core_addons / _SELFIE).is_file() and not _cached_script(pin).is_file()


def _cached_script(pin: dict) -> Path:
    """Where the script is kept for other trees."""
    return DOWNLOADS / f"{pin['sha256'][:12]}-{pin['file']}"


def ensure_selfie_script(tree: OdooTree, required: bool) -> None:
    """Bring the one script that Debian leaves out of Odoo; pages log an error without it.

    :param required: the browser tests need it; a person using Odoo does not notice.
    """
    target = tree.core_addons / _SELFIE
    if target.is_file():
        return
    if os.environ.get("ODOO_SOURCE"):
        note(f"your Odoo has no {_SELFIE}: every page logs an error, and browser tests fail on it.")
        return
    pin = read_json(LOCK_FILE)["selfie_segmentation"]
    cached = _cached_script(pin)
    with locks.alone(CACHE / "odoo.lock", "fetching Odoo"):
        if not cached.is_file() or sha256(cached) != pin["sha256"]:
            try:
                _fetch_script(pin, cached)
            except Problem as problem:
                if required:
                    raise
                note(f"{problem} The browser's console will show one error about {pin['file']}; everything works.")
                return
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_suffix(".new")
        shutil.copyfile(cached, aside)
        aside.replace(target)


def _fetch_script(pin: dict, cached: Path) -> None:
    """Take the script out of its npm package."""
    npm = shutil.which("npm")
    if not npm:
        raise Problem("npm is missing (Debian package npm), which fetches one script for Odoo's web client.", status=3)
    with tempfile.TemporaryDirectory(prefix="fetching-", dir=DOWNLOADS) as place:
        say(f"Fetching {pin['package']} {pin['version']} with npm ...")
        process.output_of([npm, "pack", "--silent", f"{pin['package']}@{pin['version']}"], "npm pack", cwd=place)
        archive = next(Path(place).glob("*.tgz"))
        shutil.unpack_archive(archive, place)
        script = Path(place) / "package" / pin["file"]
        if sha256(script) != pin["sha256"]:
            raise Problem(
                f"{pin['package']} {pin['version']} holds another {pin['file']} than the one that was tested."
            )
        script.replace(cached)
