"""Locks, database names, addon order and fingerprints, the house rules."""

import socket
import subprocess
import sys

import pytest

from tooling import addons, checks, cli, locks, paths, postgres, server, testing
from tooling.console import Problem
from tooling.databases import check_name, check_user_name


def test_lock_held_alone_keeps_others_out_until_released(tmp_path):
    first, second = locks.FileLock(tmp_path / "a"), locks.FileLock(tmp_path / "a")
    assert first.try_alone()
    assert not second.try_alone()
    first.release()
    assert second.try_alone()


def test_shared_lock_turns_into_alone_only_for_the_last_user(tmp_path):
    first, second = locks.FileLock(tmp_path / "a"), locks.FileLock(tmp_path / "a")
    first.shared()
    second.shared()
    assert not first.try_alone()
    first.release()
    assert second.try_alone()


def test_killed_holder_leaves_no_lock(tmp_path):
    program = (
        "import sys, time; sys.path.insert(0, sys.argv[2]); from tooling.locks import FileLock; from pathlib import Path\n"
        "FileLock(Path(sys.argv[1])).alone(); l = FileLock(Path(sys.argv[1] + '2')); l.alone(); print('held', flush=True)\n"
        "time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "a"), str(paths.ROOT)], stdout=subprocess.PIPE
    ) as holder:
        holder.stdout.readline()
        assert not locks.FileLock(tmp_path / "a2").try_alone()
        holder.kill()
    assert locks.FileLock(tmp_path / "a2").try_alone()


@pytest.mark.parametrize("name", ["repair", "a-b_c9"])
def test_plain_database_names_are_taken(name):
    assert check_user_name(name) == name


@pytest.mark.parametrize("name", ["Repair", "a b", 'a"; DROP', "", "-x", "a" * 49, "数据"])
def test_other_database_names_are_refused(name):
    with pytest.raises(Problem, match="no database name"):
        check_name(name)


@pytest.mark.parametrize("name", ["postgres", "template1", "tmpl_x", "x__making"])
def test_reserved_database_names_are_refused(name):
    with pytest.raises(Problem, match="reserved"):
        check_user_name(name)


@pytest.fixture
def house(tmp_path, monkeypatch):
    """Four addons in the order of the house."""
    depends = {
        "top": ["middle"],
        "base_one": ["stock"],
        "side": ["base_one", "purchase"],
        "middle": ["base_one", "survey"],
    }
    for name, needs in depends.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "__manifest__.py").write_text(repr({"name": name, "depends": needs}))
    monkeypatch.setattr(addons, "ADDONS", tmp_path)
    addons.manifests.cache_clear()
    yield tmp_path
    addons.manifests.cache_clear()


def test_addons_come_after_what_they_depend_on(house):
    assert addons.ordered() == ["base_one", "middle", "side", "top"]
    assert addons.with_ours_below(["top"]) == ["base_one", "middle", "top"]


def test_core_dependencies_reach_through_our_addons(house):
    assert addons.core_dependencies(["top"]) == ["stock", "survey"]


def test_circle_of_addons_is_named(house):
    (house / "base_one" / "__manifest__.py").write_text(repr({"name": "x", "depends": ["top"]}))
    addons.manifests.cache_clear()
    with pytest.raises(Problem, match="circle"):
        addons.ordered()


def test_fingerprint_changes_with_what_a_database_holds_and_not_with_tests(house):
    before = addons.fingerprint("side")
    for harmless in ("tests/test_x.py", "static/src/x.js", "demo/x.xml", "i18n/side.pot"):
        file = house / "side" / harmless
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
    assert addons.fingerprint("side") == before
    (house / "side" / "models.py").write_text("x")
    assert addons.fingerprint("side") != before


def test_only_changed_addons_are_updated(house):
    before = addons.fingerprints()
    (house / "middle" / "models.py").write_text("x")
    assert addons.changed_since(before) == ["middle"]
    del before["middle"]
    assert addons.changed_since(before) == []


def test_logins_always_name_the_administrator(house, monkeypatch):
    file = house / "logins.csv"
    monkeypatch.setattr(addons, "_LOGINS", file)
    assert [row["login"] for row in addons.logins()] == ["admin"]
    file.write_text("login,password,role,role_zh\ndesk,desk,service desk,服务台\n", encoding="utf-8")
    assert [row["login"] for row in addons.logins()] == ["admin", "desk"]


def test_socket_path_over_the_limit_is_not_used(tmp_path):
    assert postgres._socket_fits(tmp_path)
    assert not postgres._socket_fits(tmp_path / ("x" * 100))


def test_busy_port_is_told_before_anything_is_set_up():
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        with pytest.raises(Problem, match=f"--port {port + 1}"):
            server._check_port("127.0.0.1", port)


@pytest.mark.parametrize("port", ["0", "65536", "x", "-1"])
def test_ports_out_of_range_are_refused(port, capsys):
    with pytest.raises(SystemExit):
        cli.main(["run", "--port", port])
    assert "is no port" in capsys.readouterr().err


def test_only_tests_of_the_tooling_go_without_odoo():
    assert testing.only_tooling([str(paths.ROOT / "tests" / "tooling")])
    assert testing.only_tooling([str(paths.ROOT / "tests" / "tooling"), "-x"])
    assert not testing.only_tooling([str(paths.ROOT / "tests")])
    assert not testing.only_tooling(["-k", "lock"])
    assert not testing.only_tooling([])


def test_house_rules_find_addresses_paths_and_long_files(tmp_path):
    registry = "https://" + "pypi." + "org/simple"
    found = checks._in_file(tmp_path / "a.py", [f"# {registry}", "path = '/ho" + "me/me/x'", "url = '/web/login'"])
    assert [line.split(": ")[0] for line in found] == [":1", ":2"]
    assert checks._in_file(tmp_path / "a.py", ["x"] * 401)
    assert not checks._in_file(tmp_path / "a.py", ["x"] * 400)
