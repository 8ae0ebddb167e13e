"""Memory of this process."""

from pathlib import Path


def resident_mb() -> float:
    """Resident set size now, in MB (Linux)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return float("nan")
