"""Make the database on a container's first start, bring it up to a newer image's addons on later ones.

Takes HOST, PORT, USER and PASSWORD (or PASSWORD_FILE) as the official image does, and
REPAIR_DEMO=1 for the demo company, ADMIN_PASSWORD_FILE for the administrator's password (random and printed otherwise).
A half-made database has another name and is thrown away by the next start.
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psycopg2

from tooling import addons

NAME = "repair"
MAKING = "repair__making"
CONFIG = os.environ.get("ODOO_RC", "/etc/odoo/odoo.conf")
FILES = Path("/var/lib/odoo/filestore")


def main():
    """Leave a database that fits this image."""
    account = credentials()
    environment = {**os.environ, **account}
    with closing(connected(account)) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [NAME])
        row = cursor.fetchone()
        if row is None:
            make(cursor, environment)
        else:
            update(cursor, environment, json.loads(row[0] or "{}"))


def credentials():
    """The database account, in libpq's variables, which Odoo reads too."""
    password = os.environ.get("PASSWORD", "odoo")
    if "PASSWORD_FILE" in os.environ:
        password = Path(os.environ["PASSWORD_FILE"]).read_text().strip()
    return {
        "PGHOST": os.environ.get("HOST", "db"),
        "PGPORT": os.environ.get("PORT", "5432"),
        "PGUSER": os.environ.get("USER", "odoo"),
        "PGPASSWORD": password,
    }


def connected(account):
    """A connection to the server, waiting a minute for it to come up."""
    for attempt in range(60):
        try:
            return psycopg2.connect(
                dbname="postgres",
                host=account["PGHOST"],
                port=account["PGPORT"],
                user=account["PGUSER"],
                password=account["PGPASSWORD"],
            )
        except psycopg2.OperationalError:
            if attempt == 59:
                raise
            time.sleep(1)
    raise AssertionError("unreachable")


def make(cursor, environment):
    """Make the database aside and rename it when it is whole."""
    demo = os.environ.get("REPAIR_DEMO") == "1"
    order = addons.ordered()
    print(f"Making the database {NAME}: this takes some minutes ...", flush=True)
    cursor.execute(f'DROP DATABASE IF EXISTS "{MAKING}" WITH (FORCE)')
    shutil.rmtree(FILES / MAKING, ignore_errors=True)
    steps = [["base", None], ["install", [*addons.core_dependencies(order), "l10n_cn"]], ["chinese", None]]
    if demo:
        steps.append(["demo_company", None])
    for addon in order:
        steps += [["install", [addon]], *([["demo", [addon]]] if demo else [])]
    if demo:
        steps.append(["demo_loaded", order])
    password = admin_password()
    build(MAKING, [*steps, ["password", "-"]], environment, password)
    if (FILES / MAKING).is_dir():
        shutil.rmtree(FILES / NAME, ignore_errors=True)
        (FILES / MAKING).rename(FILES / NAME)
    describe(cursor, MAKING, demo)
    cursor.execute(f'ALTER DATABASE "{MAKING}" RENAME TO "{NAME}"')
    print(f"The database {NAME} is ready; log in as admin.", flush=True)


def admin_password():
    """The administrator's password: the given one, or a random one that is printed once."""
    file = os.environ.get("ADMIN_PASSWORD_FILE")
    if file:
        return Path(file).read_text().strip()
    password = secrets.token_urlsafe(12)
    print(f"The password of admin is {password}", flush=True)
    return password


def update(cursor, environment, about):
    """Update the addons whose files are others than those the database was made from."""
    changed = addons.changed_since(about.get("addons", {}))
    if changed:
        print(f"Updating {', '.join(changed)} ...", flush=True)
        build(NAME, [["update", changed]], environment)
        describe(cursor, NAME, about.get("demo", False))


def build(name, steps, environment, stdin=""):
    """Carry out building steps in Odoo's own process."""
    command = [sys.executable, "-m", "tooling.inside.build", CONFIG, name, json.dumps(steps)]
    subprocess.run(command, env=environment, input=f"{stdin}\n", text=True, check=True)


def describe(cursor, name, demo):
    """Note what the database was made from."""
    text = json.dumps({"demo": demo, "addons": addons.fingerprints()})
    cursor.execute(f'COMMENT ON DATABASE "{name}" IS %s', [text])


if __name__ == "__main__":
    main()
