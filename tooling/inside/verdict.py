"""What a benchmark says of its results: ``python -m tooling.inside.verdict FILE`` with both sides' results as JSON on stdin.

Prints JSON: ``per_record``, false where a size is not the number of records that a step works on (``PER_RECORD = False``), and
``missed``, the lines that the benchmark's function ``missed(core, ours)`` returns: what was promised and not kept.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path


def main(file: str) -> None:
    """Ask the benchmark."""
    spec = importlib.util.spec_from_file_location(Path(file).stem, file)
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    results = json.load(sys.stdin)
    missed = getattr(benchmark, "missed", None)
    print(
        json.dumps(
            {
                "per_record": getattr(benchmark, "PER_RECORD", True),
                "missed": missed(**results) if missed else [],
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
