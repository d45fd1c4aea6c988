"""A private PostgreSQL cluster on a unix socket: made once, started when needed, stopped by the last user.

PostgreSQL refuses to run as root; started by root, the cluster belongs to the user ``postgres`` and lives where
that user can reach it. Only the person who made it (and root) may connect: peer authentication, no TCP.
"""

from __future__ import annotations

import getpass
import os
import pwd
import shutil
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

from . import locks, process, system
from .console import Problem, step
from .paths import DATA, checkout_id, read_json, write_json

PORT = 5432  # only part of the socket's name
OWNER = "odoo"  # the role that owns every database; it may create databases and nothing more
_SOCKET_LIMIT = 107  # bytes a unix socket's path may have
_REMEMBERED = DATA / "place.json"


class Cluster:
    """The cluster of this checkout."""

    def __init__(self, place: Path, socket: Path):
        self.place = place
        self.data = place / "data"
        self.socket = socket
        self.log = place / "server.log"
        self.account = "postgres" if os.geteuid() == 0 else None
        self.bin = self._programs()

    def _programs(self) -> Path:
        """The programs of the version that made the cluster, or the newest."""
        made_by = (self.data / "PG_VERSION").read_text().strip() if (self.data / "PG_VERSION").exists() else None
        programs = system.postgres_bin(made_by)
        if not programs:
            raise Problem(
                f"The databases in {self.place} were made by PostgreSQL {made_by}, which is not installed any more. Install "
                f"postgresql-{made_by}, or move that folder away to start with empty databases.",
                status=3,
            )
        return programs

    # -- making it ---------------------------------------------------------------------------------------

    def ensure_made(self) -> None:
        """Make the cluster unless it is there; a half-made one is thrown away."""
        if (self.data / "PG_VERSION").exists():
            return
        aside = self.place / "data.new"
        shutil.rmtree(aside, ignore_errors=True)
        with step("Making the PostgreSQL cluster"):
            self._as_owner(
                ["initdb", "-D", aside, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--auth=peer"], "initdb"
            )
            self._write_settings(aside)
            aside.rename(self.data)

    def _write_settings(self, folder: Path) -> None:
        """Socket only, peer authentication, sizes that leave room on a machine with 4 GB."""
        settings = {
            "listen_addresses": "''",
            "port": str(PORT),
            "shared_buffers": "256MB",
            "work_mem": "8MB",
            "maintenance_work_mem": "128MB",
            "max_connections": "120",
            "max_wal_size": "1GB",
            "checkpoint_timeout": "15min",
            "max_parallel_workers_per_gather": "0",
            "jit": "off",
            "timezone": "'UTC'",
            "log_timezone": "'UTC'",
            "log_min_messages": "warning",
            "log_min_error_statement": "panic",
        }
        me = getpass.getuser() if os.geteuid() else "root"
        people = {me, self.account or me}
        self._append(folder / "postgresql.conf", "".join(f"{name} = {value}\n" for name, value in settings.items()))
        self._append(folder / "pg_hba.conf", "local all all peer map=repair\n", replace=True)
        self._append(
            folder / "pg_ident.conf",
            "".join(f"repair {person} {role}\n" for person in sorted(people) for role in ("postgres", OWNER)),
        )

    @staticmethod
    def _append(file: Path, text: str, replace: bool = False) -> None:
        """Add lines to a configuration file, keeping its owner."""
        with file.open("w" if replace else "a", encoding="utf-8") as stream:
            stream.write(("" if replace else "\n# repair suite\n") + text)

    # -- running it --------------------------------------------------------------------------------------

    def answers(self) -> bool:
        """Whether the server takes connections."""
        command = [self.bin / "pg_isready", "-q", "-h", self.socket, "-p", str(PORT)]
        return subprocess.run(command, env=process.clean_environment()).returncode == 0

    def start(self) -> None:
        """Start the server unless it runs; clears what a crash or a reboot left behind."""
        self._make_socket_folder()
        if self.answers():
            return
        self._clear_stale_pid()
        options = f"-c unix_socket_directories='{self.socket}'"
        try:
            self._as_owner(
                ["pg_ctl", "start", "-w", "-t", "120", "-s", "-D", self.data, "-l", self.log, "-o", options],
                "Starting PostgreSQL",
            )
        except Problem as problem:
            raise Problem(
                f"{problem}\nThe end of {self.log}:\n{process.tail(self.log, 12)}{process.disk_hint()}"
            ) from problem
        self._ensure_role()

    def stop(self) -> None:
        """Stop the server, ending what is still connected."""
        if self.answers():
            self._as_owner(
                ["pg_ctl", "stop", "-w", "-t", "60", "-s", "-m", "fast", "-D", self.data], "Stopping PostgreSQL"
            )

    def _clear_stale_pid(self) -> None:
        """Remove the lock of a server that is gone, even when its process number belongs to somebody else now."""
        file = self.data / "postmaster.pid"
        deadline = time.monotonic() + 60
        while file.exists():
            pid = file.read_text().split("\n", 1)[0].strip()
            if not _is_postgres(pid):
                file.unlink(missing_ok=True)
                return
            if self.answers():
                return
            if time.monotonic() > deadline:
                raise Problem(f"PostgreSQL process {pid} holds {self.data} but does not answer; see {self.log}.")
            time.sleep(0.5)

    def _ensure_role(self) -> None:
        """Make the role that owns the databases."""
        known = self.query(f"SELECT 1 FROM pg_roles WHERE rolname = '{OWNER}'", role="postgres")
        if not known:
            self.query(f"CREATE ROLE {OWNER} LOGIN CREATEDB", role="postgres")

    def query(self, statement: str, database: str = "postgres", role: str = OWNER) -> list[list[str]]:
        """Run one statement with psql and return its rows as text."""
        command = [self.bin / "psql", "-XAtq", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", statement]
        text = process.output_of(command, "PostgreSQL", env=self.environment(PGUSER=role))
        return [line.split("\t") for line in text.splitlines()]

    def environment(self, **extra: str) -> dict[str, str]:
        """What libpq's programs, Odoo and pytest-odoo need to reach this cluster."""
        path = f"{self.bin}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        values = {"PGHOST": str(self.socket), "PGPORT": str(PORT), "PGUSER": OWNER, "PATH": path, **extra}
        return process.clean_environment(**values)

    def _as_owner(self, command: list, what: str) -> None:
        """Run one of the server's programs as the account that owns the cluster, in a session of its own:
        the terminal's Ctrl-C is for Odoo, the database stops after it."""
        program = [self.bin / command[0], *command[1:]]
        options = {"user": self.account, "group": self.account, "extra_groups": []} if self.account else {}
        log = self.place / "control.log"
        with log.open("w") as stream:
            done = subprocess.run(
                [os.fspath(part) for part in program],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=process.clean_environment(LC_ALL="C.UTF-8"),
                start_new_session=True,
                **options,
            )
        if done.returncode:
            raise Problem(f"{what} failed: {process.tail(log, 8)}{process.disk_hint()}")

    def _make_socket_folder(self) -> None:
        """The folder of the socket; the system's runtime folder is empty after each reboot."""
        self.socket.mkdir(parents=True, exist_ok=True)
        if self.account:
            shutil.chown(self.socket, self.account, self.account)
        self.socket.chmod(0o700)


def _is_postgres(pid: str) -> bool:
    """Whether a process number belongs to a PostgreSQL server."""
    command_line = Path("/proc") / pid / "cmdline"
    if not Path("/proc/self").exists():
        return True
    try:
        return b"postgres" in command_line.read_bytes()
    except OSError:
        return False


def locate() -> Cluster:
    """The cluster's place: the one remembered, otherwise the first that its account can use."""
    remembered = read_json(_REMEMBERED)
    if remembered.get("data_folder") == str(DATA) and Path(remembered["cluster"]).is_dir():
        return Cluster(Path(remembered["cluster"]), Path(remembered["socket"]))
    account = "postgres" if os.geteuid() == 0 else None
    place = next((folder for folder in _places() if _usable(folder, account)), None)
    if not place:
        raise Problem(
            f"No folder for the databases: {' and '.join(map(str, _places()))} cannot be used by the account "
            f"{account or getpass.getuser()}. Set REPAIR_DATA to a folder that it can reach."
        )
    socket = next(folder for folder in _socket_places(place) if _socket_fits(folder))
    write_json(_REMEMBERED, {"cluster": str(place), "socket": str(socket), "data_folder": str(DATA)})
    return Cluster(place, socket)


def _places() -> list[Path]:
    """Where the cluster may live, best first."""
    if os.geteuid() == 0:
        return [DATA / "postgres", Path("/var/lib/repair-suite") / checkout_id()]
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state")
    return [DATA / "postgres", state / "repair-suite" / checkout_id()]


def _socket_places(place: Path) -> list[Path]:
    """Where the socket may live, best first."""
    runtime = (
        Path("/run") if os.geteuid() == 0 else Path(os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.geteuid()}")
    )
    short = Path("/tmp") / f"repair-{os.geteuid()}-{checkout_id()[-8:]}"
    return [
        place / "socket",
        *([runtime / f"repair-{checkout_id()[-8:]}"] if os.access(runtime, os.W_OK) else []),
        short,
    ]


def _socket_fits(folder: Path) -> bool:
    """Whether the socket's whole path stays under the system's limit."""
    return len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= _SOCKET_LIMIT


def _usable(folder: Path, account: str | None) -> bool:
    """Make a folder for the cluster and try whether its account can write there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if account:
            shutil.chown(folder, account, account)
        folder.chmod(0o700)
    except OSError:
        return False
    options = {"user": account, "group": account, "extra_groups": []} if account else {}
    command = ["/bin/sh", "-c", 'cd "$1" && : > .probe && rm .probe', "sh", os.fspath(folder)]
    tried = subprocess.run(command, cwd="/", stderr=subprocess.DEVNULL, **options)
    if tried.returncode:
        try:
            folder.rmdir()
        except OSError:
            return False
        return False
    return folder.stat().st_uid == (pwd.getpwnam(account).pw_uid if account else os.geteuid())


@contextmanager
def running():
    """The running cluster for a block; the last ``./repair`` that leaves stops the server."""
    cluster = locate()
    users = locks.FileLock(DATA / "postgres.users.lock")
    with locks.alone(DATA / "postgres.start.lock", "starting PostgreSQL"):
        cluster.ensure_made()
        users.shared()
        cluster.start()
    try:
        yield cluster
    finally:
        with locks.alone(DATA / "postgres.start.lock", "stopping PostgreSQL"):
            if users.try_alone():
                cluster.stop()
            users.release()
