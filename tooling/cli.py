"""The command line of ``./repair``."""

from __future__ import annotations

import argparse
import sys

from . import bench, lint, server, sessions, testing, translations
from .console import Problem, say, stop_on_signals

COMMANDS = """\
repair: after-sales service for home appliances, on Odoo 19

  ./repair run [--port 8069] [--db NAME] [--no-demo] [--workers N] [--interface ADDRESS]
        set up everything on the first call, then serve http://localhost:8069 until Ctrl-C
  ./repair test [PYTEST ARGUMENTS]
        every test of the addons and of tests/; e.g. ./repair test addons/repair_parts, ./repair test -k warranty
  ./repair shell [--db NAME]
        Odoo's Python shell on a database; runs a script given on standard input
  ./repair db NAME [--demo] [--drop]
        make a database (--demo: with the demo company); --drop deletes it, with --demo it is made anew
  ./repair lint
        ruff, pylint-odoo, Odoo's own test_lint, and the house rules
  ./repair i18n [--check]
        export the terms and merge them into the zh_CN translations; fails when one is missing
  ./repair bench [NAME]
        measure against core in the same run
  ./repair help [COMMAND]

Variables: ODOO_SOURCE (an Odoo 19 of your own), REPAIR_DATA (instead of .data), XDG_CACHE_HOME (downloads)."""


def _parser() -> argparse.ArgumentParser:
    """The arguments of every command but ``test``, which hands its own to pytest."""
    parser = argparse.ArgumentParser(
        prog="./repair", description=COMMANDS, formatter_class=argparse.RawTextHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    run = commands.add_parser("run", help="serve a database")
    run.add_argument("--port", type=_port, default=8069, help="port to serve on (8069)")
    run.add_argument("--interface", default="127.0.0.1", help="address to serve on (127.0.0.1: this machine only)")
    run.add_argument("--db", metavar="NAME", help="database, made when it is not there (repair, or repair_live)")
    run.add_argument("--no-demo", action="store_true", help="make it without the demo company")
    run.add_argument("--workers", type=int, default=0, metavar="N", help="worker processes (0: one process serves all)")
    shell = commands.add_parser("shell", help="Odoo's shell")
    shell.add_argument("--db", metavar="NAME", default="repair", help="database (repair)")
    database = commands.add_parser("db", help="make or delete a database")
    database.add_argument("name", metavar="NAME")
    database.add_argument("--demo", action="store_true", help="with the demo company")
    database.add_argument("--drop", action="store_true", help="delete it (with --demo: first)")
    commands.add_parser("lint", help="check the code")
    terms = commands.add_parser("i18n", help="update the translations")
    terms.add_argument("--check", action="store_true", help="change nothing, fail when something would change")
    measure = commands.add_parser("bench", help="measure against core")
    measure.add_argument("name", metavar="NAME", nargs="?", help="only this benchmark")
    commands.add_parser("test", help="run the tests (arguments go to pytest)", add_help=False)
    commands.add_parser("help", help="this text")
    return parser


def _port(text: str) -> int:
    """A port that an ordinary program may use."""
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text} is no port (1 to 65535)")
    return int(text)


def _dispatch(words: list[str]) -> int:
    """Carry out one command and return its exit status."""
    if not words or words[0] in ("help", "-h", "--help"):
        print(COMMANDS)
        return 0
    if words[0] == "test":
        return testing.run(words[1:])
    given = _parser().parse_args(words)
    actions = {
        "run": lambda: server.run(given.port, given.interface, given.db, not given.no_demo, given.workers),
        "shell": lambda: sessions.shell(given.db),
        "db": lambda: sessions.database(given.name, given.demo, given.drop),
        "lint": lint.run,
        "i18n": lambda: translations.run(given.check),
        "bench": lambda: bench.run(given.name),
    }
    return actions[given.command]()


def main(words: list[str]) -> int:
    """Run ``./repair`` with these arguments."""
    stop_on_signals()
    try:
        return _dispatch(words)
    except Problem as problem:
        say(f"\nrepair: {problem}")
        return problem.status
    except KeyboardInterrupt:
        say("\nStopped. The next call goes on from here.")
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 1
