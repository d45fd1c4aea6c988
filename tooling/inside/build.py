"""Build or change one database: ``python -m tooling.inside.build CONFIG DATABASE STEPS``.

``STEPS`` is a JSON list of ``[step, argument]``; each step is one of the functions in ``STEPS``.
"""

from __future__ import annotations

import json
import logging
import sys
from contextlib import contextmanager

from odoo import SUPERUSER_ID, api
from odoo.modules import Manifest
from odoo.modules.registry import Registry
from odoo.service import db as db_service
from odoo.tools import config
from odoo.tools.convert import convert_file
from odoo.tools.translate import load_language

import odoo.addons.base  # noqa: F401  makes the addons path known

_logger = logging.getLogger("odoo.repair.build")
TIME_ZONE = "Asia/Shanghai"
LANGUAGE = "zh_CN"
DEMO_COMPANY = "安邻家电服务"


@contextmanager
def environment():
    """An environment as superuser; committed when the block ends well."""
    with Registry(config["db_name"][0]).cursor() as cr:
        yield api.Environment(cr, SUPERUSER_ID, {})


def base(_argument) -> None:
    """A new database with nothing but ``base``, both languages, and the main company in China.

    The country comes before ``account``, which picks the chart of accounts by it. The first steps that Odoo shows to
    new administrators are off: they would stand in the way of the tests and of the demo company.
    """
    name = config["db_name"][0]
    db_service._create_empty_database(name)
    Registry.new(name, update_module=True, install_modules=["base"], new_db_demo=False)
    with environment() as env:
        load_language(env.cr, LANGUAGE)
        env.company.country_id = env.ref("base.cn")
        people = env.ref("base.user_root") | env.ref("base.user_admin") | env.ref("base.public_user")
        people.partner_id.write({"tz": TIME_ZONE})
        people.tour_enabled = False
        env["ir.default"].set("res.partner", "tz", TIME_ZONE)


def install(names: list[str]) -> None:
    """Install addons with what they depend on, without anybody's demo data."""
    registry = Registry.new(config["db_name"][0], update_module=True, install_modules=names, new_db_demo=False)
    with environment() as env:
        if "resource.calendar" in registry:
            env.company.resource_calendar_id.tz = TIME_ZONE
        found = env["ir.module.module"].search([("name", "in", names)])
        missing = set(names) - set(found.filtered(lambda module: module.state == "installed").mapped("name"))
        if missing:
            raise SystemExit(f"not installed: {', '.join(sorted(missing))}")


def update(names: list[str]) -> None:
    """Update addons to what their files say now."""
    Registry.new(config["db_name"][0], update_module=True, upgrade_modules=names)


def uninstall(names: list[str]) -> None:
    """Uninstall addons the way the Apps screen does."""
    with environment() as env:
        env["ir.module.module"].search([("name", "in", names)]).button_immediate_uninstall()


def demo(names: list[str]) -> None:
    """Load the addons' own demo files, and no one else's, in one transaction an addon."""
    for name in names:
        with environment() as env:
            _logger.info("loading the demo files of %s", name)
            for file in Manifest.for_addon(name).get("demo", []):
                convert_file(env, name, file, {}, mode="init", noupdate=True)
            env.flush_all()


def demo_loaded(names: list[str]) -> None:
    """Note that the addons' demo files are in; last of all, because Odoo itself loads those of an addon that depends
    on nothing but addons with this mark."""
    with environment() as env:
        env["ir.module.module"].search([("name", "in", names)]).demo = True


def chinese(_argument) -> None:
    """Let the administrator and new customers read Chinese; English stays one click away."""
    with environment() as env:
        env["ir.default"].set("res.partner", "lang", LANGUAGE)
        (env.ref("base.user_admin").partner_id | env.company.partner_id).lang = LANGUAGE


def demo_company(_argument) -> None:
    """Name the company that the demo files furnish."""
    with environment() as env:
        env.company.name = DEMO_COMPANY


def password(value: str) -> None:
    """Set the administrator's password; read from standard input when ``-``."""
    with environment() as env:
        env.ref("base.user_admin").password = sys.stdin.readline().strip() if value == "-" else value


STEPS = {
    function.__name__: function
    for function in (base, install, update, uninstall, demo, demo_loaded, demo_company, chinese, password)
}


def main(config_file: str, database: str, steps: str) -> None:
    """Carry out the steps on one database."""
    config.parse_config(
        ["-c", config_file, "-d", database, "--no-http", "--max-cron-threads=0", "--log-level=info"], setup_logging=True
    )
    for step, argument in json.loads(steps):
        STEPS[step](argument)


if __name__ == "__main__":
    main(*sys.argv[1:])
