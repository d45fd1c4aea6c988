"""``./repair bench``: the same work on core alone and with our addons, measured in one run on this machine.

A benchmark is a file in ``tests/bench``: two generators ``core(env, size)`` and ``ours(env, size)`` that yield the name
of each step before they take it, and ``SIZES``. See ``tooling/inside/measure.py``. What a benchmark promises it judges itself, and a
broken promise fails the command: see ``tooling/inside/verdict.py``.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from . import addons, setup
from .console import Problem, step
from .databases import Databases
from .odoo import CONFIG
from .paths import LOGS, PYTHON, ROOT

FOLDER = ROOT / "tests" / "bench"


def run(name: str | None) -> int:
    """Run one benchmark, or all, and print a table for each."""
    files = {file.stem: file for file in sorted(FOLDER.glob("*.py")) if not file.stem.startswith("_")}
    if name and name not in files:
        raise Problem(f"There is no benchmark {name}. There is: {', '.join(files)}.", status=2)
    with setup.platform(testing=True) as platform:
        databases = Databases(platform)
        templates = {"core": databases.core_template(addons.ordered()), "ours": databases.suite_template()}
        for stem in [name] if name else files:
            results = {
                variant: _measure(databases, files[stem], variant, template) for variant, template in templates.items()
            }
            verdict = _judge(platform, files[stem], results)
            print(table(stem, results["core"], results["ours"], verdict["per_record"]), flush=True)
            if verdict["missed"]:
                raise Problem(f"The benchmark {stem} misses its target:\n" + "\n".join(verdict["missed"]))
    return 0


def _judge(platform, file: Path, results: dict) -> dict:
    """What the benchmark itself says of its results: see ``tooling/inside/verdict.py``."""
    done = subprocess.run(
        [PYTHON, "-m", "tooling.inside.verdict", file],
        env=platform.environment(),
        input=json.dumps(results),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise Problem(f"The benchmark {file.stem} cannot judge its results:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout)


def _measure(databases: Databases, file: Path, variant: str, template: str) -> dict:
    """Measure one variant on a copy of its template, in a process of its own."""
    name = f"bench-{os.getpid()}-{variant}"
    databases.copy(template, name)
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"bench-{file.stem}-{variant}.log"
    try:
        with step(f"Measuring {file.stem}, {variant}"), log.open("w") as stream:
            done = subprocess.run(
                [PYTHON, "-m", "tooling.inside.measure", CONFIG, name, file, variant],
                env=databases.platform.environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stream,
                text=True,
            )
    finally:
        databases.drop(name)
    if done.returncode:
        raise Problem(f"The benchmark {file.stem} failed on {variant}; the end of {log}:\n{log.read_text()[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def table(title: str, core: dict, ours: dict, per_record: bool = True) -> str:
    """Both variants side by side, per record or as a whole, with the ratio of ours to core.

    :param core: size -> step -> ``[milliseconds, queries]`` for the whole batch, and what it came to; ``ours`` likewise.
    """
    lines = [f"\n{title}{', per record' if per_record else ''} (milliseconds / queries)"]
    for size in core:
        count = int(size) if per_record else 1
        unit = f" record{'s' if count > 1 else ''}" if per_record else ""
        lines.append(f"\n{size + unit:<24}{'core':>16}{'ours':>18}{'ratio':>18}")
        names = list(dict.fromkeys([*ours[size], *core[size]]))
        total = {"core": [0.0, 0], "ours": [0.0, 0]}
        for name in names:
            for variant, results in (("core", core), ("ours", ours)):
                for index, value in enumerate(results[size].get(name, (0, 0))[:2]):
                    total[variant][index] += value
            lines.append(_line(name, core[size].get(name), ours[size].get(name), count))
            lines += _values(core[size].get(name), ours[size].get(name))
        if len(names) > 1:
            lines.append(_line("whole", total["core"], total["ours"], count))
    return "\n".join(lines)


def _values(core: list | None, ours: list | None) -> list[str]:
    """What the step came to on both sides, one line each, where the benchmark says so."""
    found = [result[2] if result and len(result) > 2 else {} for result in (core, ours)]
    names = list(dict.fromkeys([*found[1], *found[0]]))
    return [f"    {name:<20}{found[0].get(name, '-'):>16}{found[1].get(name, '-'):>18}" for name in names]


def _line(name: str, core: list | None, ours: list | None, count: int) -> str:
    """One step; a step that only one side takes has no ratio."""
    both = core and ours and core[0] and core[1]
    ratio = f"{ours[0] / core[0]:.2g} / {ours[1] / core[1]:.2g}" if both else ""
    return f"  {name:<22}{_cell(core, count):>16}{_cell(ours, count):>18}{ratio:>18}"


def _cell(value: list | None, count: int) -> str:
    """Milliseconds and queries per record."""
    return f"{value[0] / count:.0f} / {value[1] / count:.1f}" if value else "-"
