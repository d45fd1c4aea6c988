"""Fetching Debian packages of another suite through the machine's own apt, without installing them.

apt verifies the archive's signatures as it always does; only the lists and the cache are private, so the
machine's own package lists stay as they are and no rights are needed. The archive's address is read from
the machine's configuration.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import process
from .console import Problem
from .paths import CACHE

_SOURCES = Path("/etc/apt")
_WAY_OUT = (
    "Odoo 19 comes as a Debian package, which cannot be fetched here. Point ODOO_SOURCE at an Odoo 19 of your own: a "
    "git checkout of branch 19.0, an unpacked release, or the word 'installed' for the one Python finds."
)


def own_suite(os_release: str) -> str:
    """The Debian suite the machine runs, from the text of ``/etc/os-release``; empty when it is not Debian."""
    facts = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', os_release, re.M))
    return facts.get("VERSION_CODENAME", "sid") if facts.get("ID") == "debian" else ""


def archive_stanza(texts: dict[str, str], suite: str) -> dict[str, str] | None:
    """The deb822 fields of the main archive among the machine's apt sources.

    :param texts: file name -> content, both ``*.list`` and ``*.sources``.
    :param suite: the machine's own suite, which the main archive serves as component ``main``.
    """
    for name, text in sorted(texts.items()):
        stanzas = _one_line_stanzas(text) if name.endswith(".list") else _deb822_stanzas(text)
        for stanza in stanzas:
            if _is_main_archive(stanza, suite):
                return stanza
    return None


def _is_main_archive(stanza: dict[str, str], suite: str) -> bool:
    """Whether a stanza is the archive itself: not its security part, not somebody else's."""
    aliases = {suite, "stable", "testing", "unstable", "sid"}
    return (
        "deb" in stanza.get("Types", "").split()
        and stanza.get("Enabled", "yes").lower() not in ("no", "false")
        and "main" in stanza.get("Components", "").split()
        and bool(aliases & set(stanza.get("Suites", "").split()))
        and "security" not in stanza.get("URIs", "")
    )


def _deb822_stanzas(text: str) -> Iterator[dict[str, str]]:
    """The stanzas of a ``*.sources`` file; continuation lines keep their indent."""
    for block in re.split(r"\n\s*\n", text):
        stanza: dict[str, str] = {}
        field = ""
        for line in block.splitlines():
            if line.startswith("#") or not line.strip():
                continue
            if line[0].isspace() and field:
                stanza[field] += "\n" + line
            elif ":" in line:
                field, value = line.split(":", 1)
                stanza[field] = value.strip()
        if stanza:
            yield stanza


def _one_line_stanzas(text: str) -> Iterator[dict[str, str]]:
    """The lines of a ``*.list`` file, as the same fields."""
    options = {
        "signed-by": "Signed-By",
        "trusted": "Trusted",
        "arch": "Architectures",
        "allow-insecure": "Allow-Insecure",
    }
    for line in text.splitlines():
        match = re.match(r"\s*(deb)\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+([^#]+)", line)
        if not match:
            continue
        stanza = {"Types": match[1], "URIs": match[3], "Suites": match[4], "Components": match[5].strip()}
        for option in (match[2] or "").split():
            key, _, value = option.partition("=")
            if key.lower() in options:
                stanza[options[key.lower()]] = value.replace(",", " ")
        yield stanza


def _machine_sources() -> dict[str, str]:
    """The machine's apt source files."""
    files = [
        _SOURCES / "sources.list",
        *_SOURCES.glob("sources.list.d/*.list"),
        *_SOURCES.glob("sources.list.d/*.sources"),
    ]
    return {str(file): file.read_text(encoding="utf-8", errors="replace") for file in files if file.is_file()}


class Apt:
    """apt with private lists for some suites of the machine's own archive."""

    def __init__(self, folder: Path, suites: list[str], stanza: dict[str, str]):
        self.folder = folder
        parts = folder / "sources"
        for part in (parts, folder / "lists" / "partial", folder / "cache" / "archives" / "partial"):
            part.mkdir(parents=True)
        fields = {**stanza, "Types": "deb", "Suites": " ".join(suites), "Components": "main"}
        (parts / "archive.sources").write_text(
            "".join(f"{name}: {value}\n" for name, value in fields.items()), encoding="utf-8"
        )
        settings = {
            "Dir::Etc::SourceList": "/dev/null",
            "Dir::Etc::SourceParts": str(parts),
            "Dir::Etc::Preferences": "/dev/null",
            "Dir::Etc::PreferencesParts": "/dev/null",
            "Dir::State::Lists": str(folder / "lists"),
            "Dir::Cache": str(folder / "cache"),
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
            "Acquire::http::Timeout": "60",
            "Acquire::https::Timeout": "60",
        }
        self.options = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
        self.environment = process.clean_environment(LC_ALL="C.UTF-8")

    def update(self) -> None:
        """Read the archive's signed package lists."""
        process.output_of(
            ["apt-get", *self.options, "-o", "APT::Update::Error-Mode=any", "update"],
            "Reading the Debian archive's package lists",
            env=self.environment,
        )

    def versions(self, package: str) -> list[str]:
        """The versions of a package that the suites hold, newest first."""
        table = process.output_of(
            ["apt-cache", *self.options, "madison", package], f"Looking up {package}", env=self.environment
        )
        return [columns[1].strip() for line in table.splitlines() if len(columns := line.split("|")) == 3]

    def download(self, package: str, version: str, folder: Path) -> Path:
        """Fetch one package into a folder and return its file."""
        before = set(folder.glob("*.deb"))
        process.output_of(
            ["apt-get", *self.options, "download", f"{package}={version}"],
            f"Downloading {package} {version}",
            cwd=folder,
            env=self.environment,
        )
        fetched = set(folder.glob("*.deb")) - before
        if len(fetched) != 1:
            raise Problem(f"Downloading {package} {version} left no file; start the command again.")
        return fetched.pop()


@contextmanager
def private_apt(suite: str) -> Iterator[Apt]:
    """apt for one more suite beside the machine's own.

    :raises Problem: this machine has no Debian archive among its apt sources.
    """
    if not all(shutil.which(program) for program in ("apt-get", "apt-cache", "dpkg-deb")):
        raise Problem(f"This machine has no apt. {_WAY_OUT}", status=3)
    release = Path("/etc/os-release")
    own = own_suite(release.read_text(encoding="utf-8") if release.exists() else "")
    stanza = archive_stanza(_machine_sources(), own) if own else None
    if not stanza:
        raise Problem(f"This machine's apt sources name no Debian archive. {_WAY_OUT}", status=3)
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="apt-", dir=CACHE) as folder:
        Path(folder).chmod(0o755)  # apt reads as its own unprivileged user when started by root
        apt = Apt(Path(folder), list(dict.fromkeys([suite, own])), stanza)
        apt.update()
        yield apt
