"""``./repair run``: serve a database until Ctrl-C, then stop everything cleanly."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from . import addons, process, setup
from .console import Problem, Stopped, note, say
from .databases import Databases, check_user_name
from .odoo import CONFIG, Platform

_READY_WITHIN = 180  # seconds until the first page must answer
_LEAVING = 4  # seconds a server whose ./repair was killed may take to give its port back
_PATIENCE = 20  # seconds Odoo has to finish after Ctrl-C


def run(port: int, interface: str, database: str | None, demo: bool, workers: int) -> int:
    """Set up, make the database when it is not there, serve it.

    :param demo: whether a database that is made now gets the demo company.
    :param workers: worker processes; 0 serves everything, live chat included, from one process.
    """
    name = check_user_name(database or ("repair" if demo else "repair_live"))
    _check_port(interface, port)
    with setup.platform() as platform:
        databases = Databases(platform)
        password = None
        if databases.exists(name):
            databases.update(name)
        else:
            password = databases.create(name, demo).password
        return _serve(platform, name, port, interface, workers, _greeting(databases, name, password))


def _check_port(interface: str, port: int) -> None:
    """Tell about a busy port before minutes of set-up.

    :raises Problem: something listens there, or the address is not this machine's.
    """
    deadline = time.monotonic() + _LEAVING
    while error := _cannot_bind(interface, port):
        if time.monotonic() > deadline:
            raise Problem(
                f"Port {port} on {interface} cannot be used ({error.strerror}). Another ./repair run, or another program, "
                f"may serve there: stop it, or choose another port:  ./repair run --port {port + 1}"
            )
        time.sleep(0.5)


def _cannot_bind(interface: str, port: int) -> OSError | None:
    """Why a port cannot be used, None when it can."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((interface, port))
        except OSError as error:
            return error
    return None


def _serve(platform: Platform, name: str, port: int, interface: str, workers: int, greeting: str) -> int:
    """Start Odoo, announce it once it answers, wait for its end."""
    log = process.log_path("odoo")
    command = platform.command(
        "-c", str(CONFIG), "-d", name, f"--db-filter=^{name}$", f"--http-interface={interface}", f"--http-port={port}",
        f"--workers={workers}", f"--logfile={log}",
    )  # fmt: skip
    if workers:
        live = _free_port(interface, port + 3)
        command += [f"--gevent-port={live}", "--max-cron-threads=1"]
        note(
            f"with worker processes, live updates are served on port {live}: put a web server in front that sends /websocket "
            "there, or leave --workers out, which needs nothing in front."
        )
    started = time.monotonic()
    with (log.with_name("odoo-start.log")).open("wb") as stream:
        odoo = subprocess.Popen(
            command,
            env=platform.environment(),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=process.end_with_parent,
        )
    try:
        _await_answer(odoo, interface, port, log)
        say(f"\nReady after {time.monotonic() - started:.0f} s:  http://{_host(interface)}:{port}\n")
        say(greeting)
        say(f"Log: {log}\nPress Ctrl-C to stop; the data stays.")
        status = odoo.wait()
    except Stopped:
        say("\nStopping Odoo and PostgreSQL ...")
        _end(odoo)
        say("Stopped; the data is kept.")
        return 0
    raise Problem(
        f"Odoo ended by itself (exit status {status}). The end of {log}:\n\n{process.tail(log)}{process.disk_hint()}"
    )


def _host(interface: str) -> str:
    """The name under which a person on this machine reaches the interface."""
    return "localhost" if interface in ("127.0.0.1", "0.0.0.0") else interface


def _free_port(interface: str, first: int) -> int:
    """The first port from a number on that nothing uses."""
    for port in range(first, min(first + 200, 65536)):
        if not _cannot_bind(interface, port):
            return port
    raise Problem(f"No free port between {first} and {first + 200}.")


def _await_answer(odoo: subprocess.Popen, interface: str, port: int, log: Path) -> None:
    """Wait until the login page comes: it also compiles what the first visitor would wait for.

    :raises Problem: Odoo ended or does not answer.
    """
    host = "127.0.0.1" if interface == "0.0.0.0" else interface
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + _READY_WITHIN
    while time.monotonic() < deadline:
        if odoo.poll() is not None:
            start = process.tail(log.with_name("odoo-start.log"), 8)
            raise Problem(
                f"Odoo did not start (exit status {odoo.returncode}). The end of {log}:\n\n{process.tail(log)}\n{start}"
            )
        try:
            with opener.open(f"http://{host}:{port}/web/login", timeout=60) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    _end(odoo)
    raise Problem(f"Odoo does not answer on port {port}. The end of {log}:\n\n{process.tail(log)}")


def _end(odoo: subprocess.Popen) -> None:
    """Ask Odoo to end, insist when it does not."""
    for number, patience in ((signal.SIGTERM, _PATIENCE), (signal.SIGTERM, 5), (signal.SIGKILL, 5)):
        if odoo.poll() is not None:
            return
        odoo.send_signal(number)
        try:
            odoo.wait(patience)
        except subprocess.TimeoutExpired:
            continue


def _greeting(databases: Databases, name: str, password: str | None) -> str:
    """Who can log in."""
    if databases.about(name).demo:
        rows = addons.logins()
        width = max(len(row["login"]) for row in rows)
        secrets = max(len(row["password"]) for row in rows)
        lines = [
            f"  {row['login']:<{width}}  {row['password']:<{secrets}}  {row.get('role', '')}  {row.get('role_zh', '')}".rstrip()
            for row in rows
        ]
        warning = "These passwords are for trying only: do not put this database on a network.\n演示密码仅供试用，请勿对外开放。"
        return "Log in as / 登录账号 (login, password, role):\n" + "\n".join(lines) + f"\n{warning}\n"
    if password:
        return (
            f"Log in as  admin  with the password  {password}\nIt is shown only now: keep it, or change it in Odoo.\n"
        )
    return f"Database {name}: log in with the passwords you know (the first administrator is admin).\n"
