"""`make fire`: the drill from start to end, and what held.

python -m benchmarks.fire [--sketches 200] [--clients 8] [--seed 1] [--json FILE]
"""

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from benchmarks.fire.drill import Report, run_drill


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fire", description="The whole product under fire.")
    parser.add_argument("--sketches", type=int, default=200)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="semblance-fire-") as folder:
        report = run_drill(Path(folder), arguments.sketches, arguments.clients, arguments.seed)
    print(as_text(report))
    if arguments.json:
        arguments.json.write_text(json.dumps(asdict(report), indent=2) + "\n")
    return 1 if report.faults else 0


def as_text(report: Report) -> str:
    lines = [f"{name.replace('_', ' '):34} {value}" for name, value in asdict(report).items() if name != "faults"]
    return "\n".join([*lines, *(f"WRONG: {fault}" for fault in report.faults), report.verdict])


if __name__ == "__main__":
    sys.exit(main())
