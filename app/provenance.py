"""A likeness's provenance as a file: the same bytes whenever it is handed out, and custody names their digest."""

import json
from collections.abc import Mapping
from typing import Any


def document(provenance: Mapping[str, Any]) -> bytes:
    return (json.dumps(provenance, indent=2, ensure_ascii=False, sort_keys=True) + "\n").encode()
