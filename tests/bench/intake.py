"""Requests, complaints and calls of a brand's system through the real HTTP endpoints, with faults in between: none lost, none doubled.

A server of its own on 127.0.0.1 serves the copy of the database that is measured. Customers send what they have to say until they get an
answer. Meanwhile the server is killed and started again, connections of the database are cut, customers close the page before the answer
and send again, and others click twice. In the end every message has to be there once. ``REPAIR_INTAKE_MINUTES`` bounds the time
(60 when it is not set): what was not begun by then is not counted.
"""

import contextlib
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time

import requests

from odoo.sql_db import db_connect

SIZES = (200, 20_000)
CLIENTS = 6
KILL_EVERY, CUT_EVERY = 180, 10  # seconds
READY_WITHIN, ANSWER_WITHIN = 120, 60
FORMS = {"request": "/repair/request", "complaint": "/complaint"}


def core(env, size):
    """Core takes no such messages."""
    yield from ()


def ours(env, size):
    """Customers send ``size`` messages, the faults happen, and what is in the database is counted."""
    intake = Intake(env, size)
    yield "message"
    intake.run()
    yield intake.count()


def missed(core, ours):
    """None lost, none doubled."""
    found = []
    for size, steps in ours.items():
        values = steps["message"][2]
        found += [f"{size}: {values[name]} {name}" for name in ("lost", "doubled") if values[name]]
    return found


class Server:
    """The server that is killed and comes again."""

    def __init__(self, database):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.command = [
            sys.executable, "-m", "odoo", "-c", sys.argv[1], "-d", database, "--db-filter", f"^{database}$", "--workers", "0",
            "--http-interface", "127.0.0.1", "--http-port", str(self.port), "--max-cron-threads", "0", "--proxy-mode",
            "--log-level", "critical"]
        self.url, self.process = f"http://127.0.0.1:{self.port}", None

    def start(self):
        """Start, and return once the first page answers."""
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            with contextlib.suppress(requests.RequestException):
                if requests.get(f"{self.url}/complaint", timeout=READY_WITHIN).ok:
                    return
            time.sleep(0.5)
        raise RuntimeError("The server does not answer.")

    def kill(self):
        """Kill the process, whatever it is doing."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


class Client:
    """One browser: its session, and the token of its forms."""

    def __init__(self, server):
        self.server, self.session, self.tokens = server, requests.Session(), {}

    def get_token(self, kind):
        """The token of a form, asked for once."""
        if kind not in self.tokens:
            page = self.session.get(self.server.url + FORMS[kind], timeout=ANSWER_WITHIN)
            self.tokens[kind] = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
        return self.tokens[kind]


class Intake:
    """What is sent, by whom, and what came of it."""

    def __init__(self, env, size):
        self.random = random.Random(size)
        self.database, self.stamp = env.cr.dbname, f"{size}-{time.time_ns()}"
        self.family = env["repair.appliance.category"].search([], limit=1)
        env.companies.write({"repair_request_per_address": 1000, "repair_request_per_phone": 1000})
        self.key = self._make_call_centre(env)
        env.cr.commit()
        self.waiting = [self._make_message(number) for number in range(size)]
        self.waiting.reverse()
        self.begun, self.answered, self.tries = [], set(), 0
        self.lock, self.server = threading.Lock(), Server(self.database)
        self.kills = self.cuts = self.hang_ups = self.double_clicks = 0
        self.stop_at = time.monotonic() + 60 * float(os.environ.get("REPAIR_INTAKE_MINUTES", "60"))
        self.done = threading.Event()

    def _make_call_centre(self, env):
        brand = env["repair.brand"].create({"name": f"Brand {self.stamp}", "partner_id": env["res.partner"].create(
            {"name": f"Brand {self.stamp}", "is_company": True}).id})
        user = env["res.users"].with_context(no_reset_password=True).create({
            "name": "Call centre", "login": f"call-{self.stamp}", "partner_id": env["res.partner"].create(
                {"name": "Call centre", "parent_id": brand.partner_id.id}).id,
            "group_ids": [(6, 0, env.ref("repair_service.repair_service_group_call_centre").ids)]})
        return env["res.users.apikeys"].with_user(user).sudo()._generate("rpc", "bench", False)

    def _make_message(self, number):
        kind = self.random.choices(("request", "complaint", "call"), (45, 45, 10))[0]
        contact = {"contact_name": f"Customer {number}", "phone": f"13{number % 10}{number:08d}"}
        text = f"{self.stamp} {kind} {number}: it does not work."
        values = {
            "request": {"step": "send", "category_id": str(self.family.id), "fault": text, "consent": "service", **contact},
            "complaint": {"category": "service", "description": text, **contact},
            "call": {"key": f"{self.stamp}-{number}", "family": self.family.id, "fault": text, **contact},
        }[kind]
        if number % 2:
            values["email"] = f"customer{number}@example.com"
        return number, kind, values

    def run(self):
        """Send everything, with the faults beside it."""
        self.server.start()
        clients = [threading.Thread(target=self._send_all, args=(seed,)) for seed in range(CLIENTS)]
        faults = [threading.Thread(target=self._make_faults), threading.Thread(target=self._cut_connections)]
        for thread in (*clients, *faults):
            thread.start()
        for thread in clients:
            thread.join()
        self.done.set()
        for thread in faults:
            thread.join()
        self.server.kill()

    def _send_all(self, seed):
        chance, client = random.Random(seed), Client(self.server)
        while True:
            with self.lock:
                if not self.waiting or time.monotonic() > self.stop_at:
                    return
                message = self.waiting.pop()
                self.begun.append(message)
            if chance.random() < 0.05:  # a double click: the same at once from two windows
                self.double_clicks += 1
                twin = threading.Thread(target=self._send, args=(Client(self.server), message))
                twin.start()
                self._send(client, message)
                twin.join()
                continue
            if chance.random() < 0.05:  # the page is closed before the answer
                self.hang_ups += 1
                self._try(client, message, chance.uniform(0.01, 0.2))
            self._send(client, message)

    def _send(self, client, message):
        """Send until somebody answers that it is taken."""
        while not self._try(client, message, ANSWER_WITHIN):
            time.sleep(0.2)
        with self.lock:
            self.answered.add(message[0])

    def _try(self, client, message, patience):
        number, kind, values = message
        self.tries += 1
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        headers = {"X-Forwarded-For": address, "X-Forwarded-Host": "127.0.0.1", "X-Forwarded-Proto": "http"}
        try:
            if kind == "call":
                answer = client.session.post(
                    f"{self.server.url}/json/2/repair.order/create_from_call_centre", json={"values": values}, timeout=patience,
                    headers={**headers, "Authorization": f"bearer {self.key}"})
                return answer.ok and bool(answer.json().get("number"))
            path = FORMS[kind] + ("/send" if kind == "complaint" else "")
            answer = client.session.post(
                self.server.url + path, data={**values, "csrf_token": client.get_token(kind)}, timeout=patience, headers=headers,
                allow_redirects=False)
            place = answer.headers.get("Location", "")
            return answer.status_code in (302, 303) and ("/repair/request/" in place or "/my/complaints/" in place)
        except (requests.RequestException, ValueError, TypeError):
            return False

    def _make_faults(self):
        while not self.done.wait(KILL_EVERY):
            self.kills += 1
            self.server.kill()
            self.server.start()

    def _cut_connections(self):
        """End one connection of the server in the midst of its work, as a database that fails over does."""
        while not self.done.wait(CUT_EVERY):
            with contextlib.closing(db_connect(self.database).cursor()) as cr:
                cr.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid != pg_backend_pid()"
                    " AND state IN ('active', 'idle in transaction') AND xact_start > now() - interval '5 minutes'"
                    " AND pid NOT IN (SELECT pid FROM pg_stat_activity WHERE application_name LIKE %s) LIMIT 1",
                    [self.database, f"odoo-{os.getpid()}%"])
                self.cuts += cr.rowcount

    def count(self):
        """What is in the database, by the text of each message."""
        with contextlib.closing(db_connect(self.database).cursor()) as cr:
            cr.execute(
                "SELECT text, count(*) FROM (SELECT question AS text FROM repair_enquiry UNION ALL SELECT description FROM repair_complaint"
                " UNION ALL SELECT fault_description FROM repair_order) AS told WHERE text LIKE %s GROUP BY text", [f"{self.stamp} %"])
            found = dict(cr.fetchall())
        texts = [values.get("fault") or values["description"] for _number, _kind, values in self.begun]
        return {
            "sent": len(self.begun), "answered": len(self.answered), "in the database": sum(found.values()),
            "lost": sum(text not in found for text in texts), "doubled": sum(count > 1 for count in found.values()),
            "tries": self.tries, "servers killed": self.kills, "connections cut": self.cuts, "pages closed": self.hang_ups,
            "double clicks": self.double_clicks,
        }
