"""Starting Odoo: its configuration file, environment and command line."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from .odoo_tree import OdooTree
from .paths import ADDONS, DATA, FILES, PYTHON, ROOT
from .postgres import OWNER, PORT, Cluster

CONFIG = DATA / "odoo.conf"
_MASTER = DATA / "master-password"


@dataclass(frozen=True)
class Platform:
    """Everything that is set up: the Odoo tree and the running cluster."""

    tree: OdooTree
    cluster: Cluster

    def environment(self, **extra: str) -> dict[str, str]:
        """The environment for Odoo: its source, ours, and the cluster."""
        path = os.pathsep.join([str(self.tree.python_path), str(ROOT)])
        return self.cluster.environment(**{"PYTHONPATH": path, "PYTHONUNBUFFERED": "1", **extra})

    def command(self, *arguments: str) -> list[str]:
        """Odoo's command line; a subcommand's name must come first."""
        return [str(PYTHON), "-m", "odoo", *arguments]

    def write_config(self) -> Path:
        """Write the configuration file that every Odoo of this checkout uses."""
        addons = [ADDONS, *self.tree.addons]
        settings = {
            "addons_path": ",".join(str(path) for path in addons if path.is_dir()),
            "admin_passwd": _master_password(),
            "data_dir": FILES,
            "db_host": self.cluster.socket,
            "db_port": PORT,
            "db_user": OWNER,
            "db_maxconn": 24,
            "http_interface": "127.0.0.1",
            "limit_memory_soft": 1792 << 20,
            "limit_memory_hard": 2304 << 20,
            "limit_time_cpu": 600,
            "limit_time_real": 1200,
            "list_db": False,
            "max_cron_threads": 1,
            "proxy_mode": False,
            "unaccent": True,
        }
        FILES.mkdir(parents=True, exist_ok=True)
        aside = CONFIG.with_suffix(".new")
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
            stream.write("[options]\n" + "".join(f"{name} = {value}\n" for name, value in settings.items()))
        aside.replace(CONFIG)
        return CONFIG


def _master_password() -> str:
    """A random master password, made once; the database manager is closed anyway."""
    if not _MASTER.exists():
        descriptor = os.open(_MASTER, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_urlsafe(24))
    return _MASTER.read_text()
