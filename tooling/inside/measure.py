"""Measure one variant of a benchmark: ``python -m tooling.inside.measure CONFIG DATABASE FILE VARIANT``.

The benchmark's generator yields a step's name, then takes that step, then yields the next name. Caches are emptied
before each step and everything is flushed within it, so a step pays for its own writes. Nothing is committed. The last
line printed is JSON: size -> step -> ``[milliseconds, queries]``.
"""

from __future__ import annotations

import gc
import importlib.util
import json
import sys
import time
from pathlib import Path

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

import odoo.addons.base  # noqa: F401  makes the addons path known


def steps_of(env, generator) -> dict[str, list]:
    """Drive a generator through its steps."""
    found: dict[str, list] = {}
    name = next(generator, None)
    while name is not None:
        env.flush_all()
        env.invalidate_all()
        gc.collect()
        queries, started = env.cr.sql_log_count, time.perf_counter()
        following = next(generator, None)
        env.flush_all()
        spent = found.setdefault(name, [0.0, 0])
        spent[0] += (time.perf_counter() - started) * 1000
        spent[1] += env.cr.sql_log_count - queries
        if isinstance(following, dict):
            spent[2:] = [following]
            following = next(generator, None)
        name = following
    return found


def main(config_file: str, database: str, file: str, variant: str) -> None:
    """Run the variant once unmeasured, then once per size, each rolled back."""
    config.parse_config(["-c", config_file, "-d", database, "--no-http", "--log-level=error"], setup_logging=True)
    spec = importlib.util.spec_from_file_location(Path(file).stem, file)
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    registry = Registry(database)
    results = {}
    for size in (benchmark.SIZES[0], *benchmark.SIZES):
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"lang": "en_US", "tz": "Asia/Shanghai"})
            results[str(size)] = steps_of(env, getattr(benchmark, variant)(env, size))
            cr.rollback()
    print(json.dumps(results))


if __name__ == "__main__":
    main(*sys.argv[1:])
