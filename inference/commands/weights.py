"""weights list | verify | import"""

import argparse
import json
import sys

from inference.errors import WeightsError
from inference.in_use import in_use
from inference.weights import Checkpoint, find, read_manifest


def run(arguments: argparse.Namespace) -> int:
    if arguments.action == "import":
        return _import(arguments)
    checkpoints = read_manifest(arguments.weights)
    rows = [
        _row(checkpoint, used=checkpoint is find(checkpoints, checkpoint.kind), verify=arguments.action == "verify")
        for checkpoint in checkpoints
    ]
    if arguments.json:
        print(json.dumps(rows, indent=2))
    else:
        print("\n".join(_text(row) for row in rows))
    return 1 if any(row.get("problem") for row in rows) else 0


def _row(checkpoint: Checkpoint, used: bool, verify: bool) -> dict[str, object]:
    row: dict[str, object] = {
        "name": checkpoint.name,
        "kind": checkpoint.kind,
        "in_use": used,
        "file": checkpoint.path.name,
        "bytes": checkpoint.path.stat().st_size if checkpoint.path.exists() else None,
        "sha256": checkpoint.sha256,
        "origin": checkpoint.origin,
        "data": checkpoint.data,
        "terms": checkpoint.terms,
        "demonstration": checkpoint.demonstration,
        "default_strength": checkpoint.default_strength,
    }
    if verify:
        try:
            checkpoint.verify()
            row["verified"] = True
        except WeightsError as error:
            row |= {"verified": False, "problem": str(error)}
    return row


def _text(row: dict[str, object]) -> str:
    if "verified" in row:
        return f"ok   {row['name']}  sha256 {str(row['sha256'])[:16]}" if row["verified"] else f"BAD  {row['problem']}"
    size = f"{int(str(row['bytes'])) / 1e6:.1f} MB" if row["bytes"] else "file missing"
    demonstration = " (demonstration model)" if row["demonstration"] else ""
    used = "in use" if row["in_use"] else "not in use"
    return (
        f"{row['name']}{demonstration}: {row['kind']}, {used}, {size}, sha256 {str(row['sha256'])[:16]}\n"
        f"  origin  {row['origin']}\n  data    {row['data']}\n  terms   {row['terms']}"
    )


def _import(arguments: argparse.Namespace) -> int:
    return _import_matcher(arguments) if arguments.what == "matcher" else _import_gfpgan(arguments)


def _import_matcher(arguments: argparse.Namespace) -> int:
    from inference.matcher_import import import_matcher

    written = import_matcher(arguments.file, arguments.weights, arguments.input, arguments.bgr)
    print(
        f"Imported {arguments.file} as {written}. Restart the workers: real photos are then matched with it.",
        file=sys.stderr,
    )
    return 0


def _import_gfpgan(arguments: argparse.Namespace) -> int:
    from inference.weights_import import import_gfpgan

    written = import_gfpgan(arguments.file, arguments.weights)
    print(f"Imported {arguments.file} as {written}. {in_use(arguments.weights, written.stem)}", file=sys.stderr)
    return 0
