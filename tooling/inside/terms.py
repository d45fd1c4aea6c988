"""Export terms and merge translations: ``python -m tooling.inside.terms CONFIG DATABASE write|check FOLDER ADDON...``.

Exit status 0: all in step and translated; 1: something is missing, fuzzy, or (checking) would change.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

import polib

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config
from odoo.tools.translate import trans_export

import odoo.addons.base  # noqa: F401  makes the addons path known

LANGUAGE = "zh_CN"
# The terms that Odoo gives every model of its own accord.
_EVERY_MODEL = {
    "Created by": "创建人",
    "Created on": "创建日期",
    "Display Name": "显示名称",
    "ID": "ID",
    "Last Updated by": "最后更新人",
    "Last Updated on": "最后更新日期",
}
_SHOWN = 40  # findings of one kind printed for an addon


def exported(env, addon: str) -> polib.POFile:
    """The terms of one addon as a template without dates, so that nothing changes when no term does."""
    buffer = io.BytesIO()
    trans_export(None, [addon], buffer, "po", env)
    template = polib.pofile(buffer.getvalue().decode() or 'msgid ""\nmsgstr ""\n', wrapwidth=78)
    template.header = f"Terms of the addon {addon}."
    template.metadata = _metadata()
    return template


def _metadata(language: str = "") -> dict[str, str]:
    """The header fields that do not change by themselves."""
    fields = {
        "Project-Id-Version": "Odoo 19.0",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "",
    }
    return {**fields, "Language": language, "Plural-Forms": "nplurals=1; plural=0;"} if language else fields


def merged(template: polib.POFile, old: polib.POFile | None, addon: str) -> polib.POFile:
    """Today's terms with the translations there are; what is no longer a term is left out."""
    known = {entry.msgid: entry for entry in old or [] if not entry.obsolete}
    result = polib.POFile(wrapwidth=78)
    result.header = f"Chinese (simplified) translation of the addon {addon}."
    result.metadata = _metadata(LANGUAGE)
    for term in template:
        before = known.get(term.msgid)
        result.append(
            polib.POEntry(
                msgid=term.msgid,
                msgstr=before.msgstr if before and before.msgstr else _EVERY_MODEL.get(term.msgid, ""),
                flags=before.flags if before else [],
                comment=term.comment,
                tcomment=before.tcomment if before else "",
                occurrences=term.occurrences,
            )
        )
    return result


def put(path: Path, content: polib.POFile, write: bool) -> bool:
    """Write a file when it changes; return whether it was already right."""
    text = f"{content}\n" if not str(content).endswith("\n") else str(content)
    same = path.is_file() and path.read_text(encoding="utf-8") == text
    if write and not same:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(f"{path.name}: written for {path.parent.parent.name}")
    return same


def one_addon(env, folder: Path, write: bool) -> bool:
    """Bring one addon's files in step and report what is missing."""
    template = exported(env, folder.name)
    if not len(template):
        return True
    target = folder / "i18n" / f"{LANGUAGE}.po"
    old = polib.pofile(str(target)) if target.is_file() else None
    chinese = merged(template, old, folder.name)
    same = put(folder / "i18n" / f"{folder.name}.pot", template, write)
    same = put(target, chinese, write) and same
    good = True
    if not same and not write:
        print(f"{folder.name}: the files in i18n/ do not hold today's terms: run ./repair i18n and commit")
        good = False
    missing = [entry.msgid for entry in chinese if not entry.msgstr.strip()]
    fuzzy = [entry.msgid for entry in chinese if entry.fuzzy]
    for word, terms in (("without", missing), ("with a fuzzy", fuzzy)):
        if terms:
            good = False
            print(f"{folder.name}: {len(terms)} terms {word} {LANGUAGE} translation:")
            print(
                "".join(f"    {term!r}\n" for term in terms[:_SHOWN]) + ("    ...\n" if terms[_SHOWN:] else ""), end=""
            )
    return good


def main(config_file: str, database: str, mode: str, addons_folder: str, *names: str) -> int:
    """Work through the addons."""
    config.parse_config(["-c", config_file, "-d", database, "--no-http", "--log-level=error"], setup_logging=True)
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        results = [one_addon(env, Path(addons_folder) / name, mode == "write") for name in names]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
