"""The code version that provenance carries."""

import subprocess
from functools import cache
from pathlib import Path

VERSION = "0.1.0"


@cache
def code_version() -> str:
    """Release and, in a checkout, the commit: "0.1.0+1a2b3c4d5e6f", ".dirty" with uncommitted changes."""
    root = Path(__file__).parent.parent
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--abbrev=12", "--dirty=.dirty", "--exclude=*"],
            cwd=root, capture_output=True, text=True, check=True, timeout=10,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return VERSION
    return f"{VERSION}+{described.stdout.strip()}"
