"""Databases: built aside and renamed, copied from templates that are rebuilt only when something changed.

``tmpl_core_*`` hold the core addons that ours need; ``tmpl_suite_*`` have ours on top, without demo data. Every
database carries a comment that tells what it was built from.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path

from . import addons, locks, process
from .console import Problem, say, step
from .odoo import CONFIG, Platform
from .paths import DATA, FILES, PYTHON

_MAKING = "__making"
_LOCK = DATA / "databases.lock"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,47}")
_TEMPLATES = ("tmpl_core_", "tmpl_suite_", "tmpl_tests_")
# Pays without money: for tests and the demo company, never for a company that works.
_DEMO_PAYMENT = ["payment_demo"]


@dataclass
class About:
    """What a database was built from: the addons' fingerprints then, and whether it holds the demo company."""

    demo: bool = False
    addons: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Created:
    """A database that was just made: the administrator's password and the log of the making."""

    password: str
    log: Path


class Databases:
    """The databases of one platform."""

    def __init__(self, platform: Platform):
        self.platform = platform
        self.cluster = platform.cluster

    # -- asking ------------------------------------------------------------------------------------------

    def names(self) -> list[str]:
        """The databases there are, templates and half-made ones included."""
        rows = self.cluster.query(
            "SELECT datname FROM pg_database WHERE datname NOT IN ('postgres','template0','template1')"
        )
        return sorted(row[0] for row in rows)

    def exists(self, name: str) -> bool:
        """Whether there is a database of that name."""
        return name in self.names()

    def about(self, name: str) -> About:
        """What a database was built from, as far as it is known."""
        rows = self.cluster.query(
            f"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{check_name(name)}'"
        )
        try:
            return About(**json.loads(rows[0][0]))
        except (IndexError, ValueError, TypeError):
            return About()

    # -- changing ----------------------------------------------------------------------------------------

    def describe(self, name: str, about: About) -> None:
        """Note what a database was built from."""
        text = json.dumps(asdict(about), sort_keys=True).replace("'", "''")
        self.cluster.query(f"COMMENT ON DATABASE \"{check_name(name)}\" IS '{text}'")

    def drop(self, name: str) -> None:
        """Delete a database and its files, ending what is connected."""
        self._disconnect(name)
        self.cluster.query(f'DROP DATABASE IF EXISTS "{check_name(name)}"')
        shutil.rmtree(_filestore(name), ignore_errors=True)

    def copy(self, source: str, target: str) -> None:
        """Copy a database; its files are linked, Odoo never changes one in place."""
        self.drop(target)
        self._disconnect(source)
        self.cluster.query(f'CREATE DATABASE "{check_name(target)}" TEMPLATE "{source}"')
        if _filestore(source).is_dir():
            shutil.copytree(_filestore(source), _filestore(target), copy_function=_link)

    def _disconnect(self, name: str) -> None:
        """End our connections. Autovacuum's is PostgreSQL's own: it gives way by itself, and ``FORCE`` would fail on it."""
        self.cluster.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{check_name(name)}' AND usename = current_user"
        )

    def rename(self, source: str, target: str) -> None:
        """Give a finished database its name."""
        shutil.rmtree(_filestore(target), ignore_errors=True)
        if _filestore(source).is_dir():
            _filestore(source).rename(_filestore(target))
        self.cluster.query(f'ALTER DATABASE "{check_name(source)}" RENAME TO "{check_name(target)}"')

    # -- building ----------------------------------------------------------------------------------------

    def steps(self, name: str, steps: list[list], title: str, stdin: str = "") -> Path:
        """Carry out building steps on a database in Odoo's own process and return the log.

        :raises Problem: a step failed; the message carries the end of the log.
        """
        log = process.log_path(f"build-{name.removesuffix(_MAKING)}")
        command = [PYTHON, "-m", "tooling.inside.build", CONFIG, name, json.dumps(steps)]
        reader, writer = os.pipe()
        os.write(writer, f"{stdin}\n".encode())
        os.close(writer)
        with os.fdopen(reader) as stream, step(title, lambda: _progress(log)):
            process.run_logged(
                command, log, title, env=self.platform.environment(PGOPTIONS="-c synchronous_commit=off"), stdin=stream
            )
        return log

    def build(
        self, name: str, source: str | None, steps: list[list], title: str, about: About, stdin: str = ""
    ) -> Path:
        """Build a database under a temporary name and rename it once it is whole.

        :param source: the template to start from, none for an empty database.
        """
        making = f"{name}{_MAKING}"
        self.drop(making)
        if source:
            self.copy(source, making)
        log = self.steps(making, steps, title, stdin)
        self.describe(making, about)
        self.drop(name)
        self.rename(making, name)
        return log

    def core_template(self, names: list[str]) -> str:
        """The template with the core addons that those of ours need, and none of ours.

        It stands on the template of the lowest of those addons, so that their small differences are all that is
        installed again.
        """
        with locks.alone(_LOCK, "building a database"):
            return self._core_template(addons.with_ours_below(names))

    def _core_template(self, names: list[str]) -> str:
        name = self._core_name(names)
        if self.exists(name):
            return name
        if names[1:]:
            source, first, title = (
                self._core_template(names[:-1]),
                [],
                f"Installing the core apps that {names[-1]} adds",
            )
            if source == name:
                return name
        else:
            self._drop_outdated()
            source, first, title = None, [["base", None]], "Installing the core apps (1 to 3 minutes)"
        modules = [*addons.core_dependencies(names), "l10n_cn"]
        self.build(name, source, [*first, ["install", modules]], title, About())
        return name

    def _core_name(self, names: list[str]) -> str:
        """A template's name, changing with Odoo and with the dependencies."""
        words = [self.platform.tree.key, *addons.core_dependencies(names)]
        return f"tmpl_core_{hashlib.sha256(' '.join(words).encode()).hexdigest()[:10]}"

    def suite_template(self) -> str:
        """The template with all our addons and no demo data, rebuilt when one of them changed."""
        with locks.alone(_LOCK, "building a database"):
            name = self._suite_name()
            if not self.exists(name):
                self._drop_outdated()
                core = self._core_template(addons.ordered())
                fingerprints = addons.fingerprints()
                self.build(
                    name, core, [["install", addons.ordered()]], "Installing our addons", About(addons=fingerprints)
                )
            return name

    def tests_template(self) -> str:
        """The template that tests run on: our addons, and Odoo's provider of demo payments."""
        suite = self.suite_template()
        name = suite.replace("tmpl_suite_", "tmpl_tests_")
        with locks.alone(_LOCK, "building a database"):
            if not self.exists(name):
                fingerprints = addons.fingerprints()
                self.build(name, suite, [["install", _DEMO_PAYMENT]], "Adding demo payments", About(addons=fingerprints))
        return name

    def _suite_name(self) -> str:
        """The suite template's name, changing with the addons' files."""
        words = [self._core_name(addons.ordered()), *addons.fingerprints().values()]
        return f"tmpl_suite_{hashlib.sha256(' '.join(words).encode()).hexdigest()[:10]}"

    def _drop_outdated(self) -> None:
        """Delete templates that no present file leads to, and what a killed call left half-made."""
        order = addons.ordered()
        chain = {self._core_name(addons.with_ours_below([name])) for name in order} | {self._core_name(order)}
        chain |= {self._core_name(order[:count]) for count in range(1, len(order) + 1)}
        for name in self.names():
            suite = self._suite_name()
            kept = chain | {suite, suite.replace("tmpl_suite_", "tmpl_tests_")}
            outdated = name.startswith(_TEMPLATES) and name not in kept
            if outdated or name.endswith(_MAKING):
                self.drop(name)

    def create(self, name: str, demo: bool) -> Created:
        """Make a database with our addons.

        :param demo: with the demo company; otherwise empty, with a random administrator's password.
        :return: the administrator's password, and the log of what was done.
        """
        order = addons.ordered()
        about = About(demo=demo, addons=addons.fingerprints())
        secret = "admin" if demo else secrets.token_urlsafe(9)
        steps: list[list] = [["chinese", None], ["demo_company", None]] if demo else []
        if demo:
            steps.append(["install", _DEMO_PAYMENT])
            for addon in order:
                steps += [["install", [addon]], ["demo", [addon]]]
            steps.append(["demo_loaded", order])
        with locks.alone(_LOCK, "building a database"):
            if demo or not self.exists(self._suite_name()):
                source = self._core_template(order)
                steps = steps or [["install", order], ["chinese", None]]
            else:
                source, steps = self._suite_name(), [["chinese", None]]
            steps.append(["password", "-"])
            title = f"Making the database {name} {'with the demo company' if demo else 'without demo data'}"
            return Created(secret, self.build(name, source, steps, title, about, stdin=secret))

    def update(self, name: str) -> None:
        """Bring a database up to the addons' present files; does nothing when they did not change."""
        about = self.about(name)
        changed = addons.changed_since(about.addons)
        if not changed:
            return
        say(f"The addons changed since {name} was made: {', '.join(changed)}.")
        self.steps(name, [["update", changed]], f"Updating {name}")
        self.describe(name, About(demo=about.demo, addons=addons.fingerprints()))


def check_name(name: str) -> str:
    """A database name as it is when it is plain, which keeps it safe in SQL, file names and filters.

    :raises Problem: it is not.
    """
    if not _NAME.fullmatch(name.removesuffix(_MAKING)):
        raise Problem(f"{name!r} is no database name: use small letters, digits, '_' and '-', at most 48.", status=2)
    return name


def check_user_name(name: str) -> str:
    """A database name that a user may choose: templates and half-made databases are the tool's own."""
    check_name(name)
    if not is_user_name(name):
        raise Problem(f"{name!r} is reserved; choose another database name.", status=2)
    return name


def is_user_name(name: str) -> bool:
    """Whether a database is a user's: neither a template, nor half-made, nor PostgreSQL's own."""
    return (
        not name.startswith("tmpl_")
        and not name.endswith(_MAKING)
        and name not in ("postgres", "template0", "template1")
    )


def _filestore(name: str) -> Path:
    """Where Odoo keeps a database's attachments."""
    return FILES / "filestore" / name


def _link(source: str, target: str) -> None:
    """Link a file where the disk allows it, copy it otherwise."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _progress(log: Path) -> str:
    """Which module Odoo is busy with, from its log."""
    with log.open("rb") as stream:
        stream.seek(max(0, log.stat().st_size - 20_000))
        text = stream.read().decode("utf-8", "replace")
    found = re.findall(r"(?:Loading module (\S+ \(\d+/\d+\)))|loading the demo files of (\w+)", text)
    return next((word for word in found[-1] if word), "") if found else ""
