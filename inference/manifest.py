"""The lists of a weights folder, as TOML: `manifest.toml` says what is shipped; `local.toml`, beside it and
git-ignored, what the operator imported."""

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from inference.disk import write_whole
from inference.errors import WeightsError

MANIFEST = "manifest.toml"
LOCAL_MANIFEST = "local.toml"

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def read_entries(manifest: Path) -> dict[str, dict[str, Any]]:
    """Entries by name; none where there is no such file. Raises WeightsError for a file that is no manifest."""
    try:
        entries = tomllib.loads(manifest.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise WeightsError(f"The manifest {manifest} cannot be read: {error}. Restore or remove it.") from error
    for name, entry in entries.items():
        if not isinstance(entry, dict):
            raise WeightsError(f"The manifest {manifest} cannot be read: {name} is not a table. Restore or remove it.")
    return entries


def add_entry(manifest: Path, name: str, entry: Mapping[str, Any]) -> None:
    """Adds an entry at the end, in place of one of that name; the others stay in their order, for of a kind the last is
    in use. Raises OSError."""
    others = {key: value for key, value in read_entries(manifest).items() if key != name}
    tables = [_table(key, value) for key, value in (others | {name: dict(entry)}).items()]
    write_whole({manifest: "\n".join(tables).encode()})


def _table(name: str, entry: Mapping[str, Any]) -> str:
    return "\n".join([f"[{json.dumps(name)}]", *_pairs(entry), ""])


def _pairs(table: Mapping[str, Any]) -> list[str]:
    return [f"{k if _BARE_KEY.fullmatch(k) else json.dumps(k)} = {_toml(v)}" for k, v in table.items()]


def _toml(value: Any) -> str:
    """JSON, which is TOML for strings, booleans, numbers and lists of them, but not for objects."""
    return f"{{ {', '.join(_pairs(value))} }}" if isinstance(value, Mapping) else json.dumps(value, ensure_ascii=False)
