"""Each addon installs alone with what it depends on and leaves nothing behind; the demo company builds clean."""

import os
import re

import pytest

from tooling import addons, odoo_tree, postgres
from tooling.databases import Databases
from tooling.odoo import Platform

pytestmark = pytest.mark.slow

_COMPLAINT = re.compile(r"^\S+ \S+ \d+ (?:WARNING|ERROR|CRITICAL) .*", re.M)
# What an addon may leave in no database it was removed from; each query gives one name a row.
_TRACES = {
    "tables": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
    "columns": "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'",
    # not those of single fields and phone numbers, which core makes for its own fields at any later load
    "indexes": "SELECT indexname FROM pg_indexes WHERE schemaname = 'public'"
    " AND indexname !~ '__.*_index$' AND indexname !~ '_partial_gin_idx$'",
    "constraints": "SELECT conrelid::regclass || ' ' || conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
    "triggers": "SELECT tgrelid::regclass || ' ' || tgname FROM pg_trigger WHERE NOT tgisinternal",
    "models": "SELECT model FROM ir_model",
    "fields": "SELECT model || '.' || name FROM ir_model_fields",
    # core keeps some of its own names for what it added to our models; ours must go
    "external ids": "SELECT module || '.' || name FROM ir_model_data WHERE module LIKE 'repair\\_%' AND module != 'repair'",
    "groups": "SELECT id || ' ' || (name->>'en_US') FROM res_groups",
    "privileges": "SELECT id || ' ' || (name->>'en_US') FROM res_groups_privilege",
    "menus": "SELECT id || ' ' || (name->>'en_US') FROM ir_ui_menu",
    "actions": "SELECT id || ' ' || type FROM ir_actions",
    "scheduled actions": "SELECT id || ' ' || cron_name FROM ir_cron",
    "views": "SELECT id || ' ' || name FROM ir_ui_view",
    "access rights": "SELECT id || ' ' || name FROM ir_model_access",
    "record rules": "SELECT id || ' ' || name FROM ir_rule",
    "sequences": "SELECT id || ' ' || name FROM ir_sequence",
    "mail templates": "SELECT id || ' ' || (name->>'en_US') FROM mail_template",
    "message subtypes": "SELECT id || ' ' || (name->>'en_US') FROM mail_message_subtype",
    "activity types": "SELECT id || ' ' || (name->>'en_US') FROM mail_activity_type",
    "parameters": "SELECT key FROM ir_config_parameter",
}


@pytest.fixture(scope="module")
def databases():
    """The databases of this checkout; ``./repair test`` keeps the server running."""
    return Databases(Platform(odoo_tree.ensure(), postgres.locate()))


@pytest.fixture
def scratch(databases, request):
    """A free database name, dropped afterwards."""
    name = "install-" + re.sub(r"\W+", "-", f"{os.getpid()}-{request.node.callspec.id if _has_id(request) else 'demo'}")
    yield name
    databases.drop(name)


def _has_id(request):
    """Whether the test runs once per addon."""
    return hasattr(request.node, "callspec")


def _traces(databases, name):
    """Everything in a database that an addon could have left there."""
    return {kind: {row[0] for row in databases.cluster.query(query, name)} for kind, query in _TRACES.items()}


def _complaints(log):
    """The warnings and errors of a log."""
    return _COMPLAINT.findall(log.read_text(encoding="utf-8", errors="replace"))


@pytest.mark.parametrize("addon", addons.ordered())
def test_installs_alone_and_uninstalls_without_a_trace(databases, scratch, addon):
    *lower, _top = addons.with_ours_below([addon])
    databases.copy(databases.core_template([addon]), scratch)
    if lower:
        databases.steps(scratch, [["install", lower]], f"Installing what {addon} needs")
    before = _traces(databases, scratch)

    log = databases.steps(scratch, [["install", [addon]]], f"Installing {addon}")
    assert not _complaints(log)
    installed = databases.cluster.query("SELECT name FROM ir_module_module WHERE state = 'installed'", scratch)
    ours = {row[0] for row in installed} & set(addons.ordered())
    assert ours == {*lower, addon}, "an addon must not pull in one that it does not depend on"

    log = databases.steps(scratch, [["uninstall", [addon]]], f"Uninstalling {addon}")
    assert not _complaints(log)
    after = _traces(databases, scratch)
    left = {kind: sorted(after[kind] - before[kind]) for kind in _TRACES if after[kind] - before[kind]}
    assert not left, f"{addon} leaves behind: {left}"
    lost = {kind: sorted(before[kind] - after[kind]) for kind in ("tables", "columns") if before[kind] - after[kind]}
    assert not lost, f"removing {addon} takes along what is not its own: {lost}"


def test_demo_company_builds_without_a_complaint(databases, scratch):
    log = databases.create(scratch, demo=True).log
    assert not _complaints(log)
    marked = databases.cluster.query("SELECT name FROM ir_module_module WHERE demo", scratch)
    assert {row[0] for row in marked} == set(addons.ordered()), "Odoo's own demo data must stay out"
