"""``./repair shell`` and ``./repair db``."""

from __future__ import annotations

from . import process, setup
from .console import Problem, say
from .databases import Databases, check_user_name, is_user_name
from .odoo import CONFIG


def shell(name: str) -> int:
    """Odoo's shell on a database; a script on standard input is run instead of a prompt."""
    check_user_name(name)
    with setup.platform() as platform:
        databases = Databases(platform)
        if not databases.exists(name):
            known = [known for known in databases.names() if is_user_name(known)]
            raise Problem(
                f"There is no database {name}. There is: {', '.join(known) or 'none yet'} (make one: ./repair db {name})."
            )
        databases.update(name)
        command = platform.command("shell", "-c", str(CONFIG), "-d", name, "--no-http", "--log-level=warn")
        return process.wait_in_foreground(command, platform.environment())


def database(name: str, demo: bool, drop: bool) -> int:
    """Make a database, or delete it, or make it anew with the demo company."""
    check_user_name(name)
    with setup.platform() as platform:
        databases = Databases(platform)
        there = databases.exists(name)
        if drop and there:
            databases.drop(name)
            say(f"Database {name} is deleted.")
        elif drop and not demo:
            raise Problem(f"There is no database {name}.")
        elif there:
            raise Problem(f"There is a database {name} already. To make it anew: ./repair db {name} --demo --drop")
        if demo or not drop:
            password = databases.create(name, demo).password
            say(f"Database {name} is ready: ./repair run --db {name}")
            if not demo:
                say(f"Log in as  admin  with the password  {password}  (shown only now).")
    return 0
