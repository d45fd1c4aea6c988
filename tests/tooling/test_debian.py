"""Finding Debian's archive among whatever apt sources a machine has."""

import hashlib
from pathlib import Path

import pytest

from tooling import debian, odoo_tree
from tooling.console import Problem

BOOKWORM = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_CODENAME=bookworm\n'
DEB822 = """\
Types: deb
# a comment
URIs: http://archive.example/debian-security
Suites: bookworm-security
Components: main

Types: deb deb-src
URIs: http://archive.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBF
"""


def test_suite_is_the_codename_of_debian_and_nothing_elsewhere():
    assert debian.own_suite(BOOKWORM) == "bookworm"
    assert debian.own_suite("ID=ubuntu\nVERSION_CODENAME=noble\nID_LIKE=debian\n") == ""


def test_deb822_source_is_read_with_its_key_and_without_the_security_part():
    stanza = debian.archive_stanza({"debian.sources": DEB822}, "bookworm")
    assert stanza["URIs"] == "http://archive.example/debian"
    assert stanza["Signed-By"].splitlines()[-1] == " mQINBF"


def test_one_line_source_keeps_its_options():
    text = (
        "# deb http://old.example/debian bookworm main\n"
        "deb http://updates.example/debian-security bookworm-security main\n"
        "deb [arch=amd64 signed-by=/usr/share/keyrings/k.gpg] http://archive.example/debian bookworm main non-free # x\n"
    )
    stanza = debian.archive_stanza({"sources.list": text}, "bookworm")
    assert stanza["URIs"] == "http://archive.example/debian"
    assert stanza["Signed-By"] == "/usr/share/keyrings/k.gpg"
    assert stanza["Components"] == "main non-free"


@pytest.mark.parametrize(
    "text",
    [
        "deb https://other.example/apt cloud-sdk-bookworm main\n",
        "deb https://other.example/linux/debian bookworm stable\n",
        "deb-src http://archive.example/debian bookworm main\n",
        "",
    ],
)
def test_other_archives_are_not_taken_for_debians(text):
    assert debian.archive_stanza({"other.list": text}, "bookworm") is None


def test_disabled_source_is_ignored():
    assert (
        debian.archive_stanza(
            {"a.sources": DEB822.replace("Types: deb deb-src", "Enabled: no\nTypes: deb")}, "bookworm"
        )
        is None
    )


class FakeApt:
    """An archive that holds some versions of one package."""

    def __init__(self, versions, content=b"package"):
        self.held = versions
        self.content = content

    def versions(self, _package):
        return self.held

    def download(self, package, version, folder):
        file = folder / f"{package}_{version}.deb"
        file.write_bytes(self.content)
        return file


@pytest.fixture
def pin():
    return {"package": "odoo-19", "version": "19.0.0-1", "sha256": hashlib.sha256(b"package").hexdigest()}


@pytest.fixture
def downloads(tmp_path, monkeypatch):
    monkeypatch.setattr(odoo_tree, "DOWNLOADS", tmp_path / "kept")
    (tmp_path / "kept").mkdir()
    (tmp_path / "fetched").mkdir()
    return tmp_path / "fetched"


def test_pinned_package_is_kept_once_its_hash_is_right(pin, downloads):
    file = odoo_tree._download_one(FakeApt(["19.0.0-1"]), pin, downloads, strict=True)
    assert file.read_bytes() == b"package"
    assert file == Path(odoo_tree.DOWNLOADS) / "odoo-19_19.0.0-1_all.deb"


def test_broken_download_is_refused_and_not_kept(pin, downloads):
    with pytest.raises(Problem, match="not the file that was tested"):
        odoo_tree._download_one(FakeApt(["19.0.0-1"], b"trunc"), pin, downloads, strict=True)
    assert not list(Path(odoo_tree.DOWNLOADS).iterdir())


def test_odoo_of_another_version_is_refused_with_the_way_out(pin, downloads):
    with pytest.raises(Problem, match=r"19\.0\.0-2.*tested with 19\.0\.0-1") as problem:
        odoo_tree._download_one(FakeApt(["19.0.0-2"]), pin, downloads, strict=True)
    assert "ODOO_SOURCE" in str(problem.value)


def test_font_of_another_version_is_taken_with_a_note(pin, downloads, capsys):
    font = {**pin, "package": "fonts-x"}
    file = odoo_tree._download_one(FakeApt(["20-1"], b"newer"), font, downloads, strict=False)
    assert file.read_bytes() == b"newer"
    assert "20-1" in capsys.readouterr().err


def test_own_tree_must_be_odoo_19(tmp_path):
    (tmp_path / "odoo").mkdir()
    (tmp_path / "odoo" / "release.py").write_text("version_info = (18, 0, 0, FINAL, 0, '')\n")
    with pytest.raises(Problem, match=r"not Odoo 19\.0 but 18\.0"):
        odoo_tree.own_tree(str(tmp_path))


def test_own_tree_may_be_a_checkout_or_the_package_itself(tmp_path):
    (tmp_path / "odoo").mkdir()
    (tmp_path / "odoo" / "release.py").write_text("version_info = (19, 0, 0, FINAL, 0, '')\n")
    (tmp_path / "addons" / "web").mkdir(parents=True)
    (tmp_path / "addons" / "web" / "__manifest__.py").touch()
    tree = odoo_tree.own_tree(str(tmp_path))
    assert tree.python_path == tmp_path
    assert tree.core_addons == tmp_path / "addons"
    assert odoo_tree.own_tree(str(tmp_path / "odoo")).python_path == tmp_path


def test_own_tree_that_is_missing_is_named(tmp_path):
    with pytest.raises(Problem, match="no Odoo there"):
        odoo_tree.own_tree(str(tmp_path / "nowhere"))
