"""`about.json`: by which code, on which data and machine a run was trained, and how long."""

import hashlib
import json
import os
import platform
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from inference.disk import write_whole
from inference.version import code_version
from training.data import Prepared
from training.data.manifest import NAME as MANIFEST

NAME = "about.json"


@dataclass
class Diary:
    """One entry a start: a run that was resumed has several. `data` says what it learns from now, `history` what it
    began with and has seen in all (`training/history.py`)."""

    folder: Path
    data: dict[str, Any]
    processes: int = 1
    history: dict[str, Any] = field(default_factory=dict)
    _started: float = field(default_factory=lambda: time.time())

    def __post_init__(self) -> None:
        self._about = read(self.folder) | self.history
        self._session: dict[str, Any] = {
            "code": code_version(),
            "uncommitted_changes": code_version().endswith(".dirty"),
            "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:]]),
            "machine": machine() | {"processes": self.processes},
            "manifest_sha256": self.data.get("manifest_sha256"),
            "started": _utc(self._started),
        }

    def write(self, step: int) -> None:
        now = time.time()
        self._session |= {"ended": _utc(now), "hours": round((now - self._started) / 3600, 4), "to_step": step}
        sessions = [*self._about["sessions"], self._session]
        hours = round(sum(session["hours"] for session in sessions), 4)
        about = self._about | {"step": step, "hours": hours, "data": self.data, "sessions": sessions}
        write_whole({self.folder / NAME: (json.dumps(about, indent=2) + "\n").encode()})


def read(folder: Path) -> dict[str, Any]:
    """A run's about.json; a run of before it was written has no sessions."""
    path = folder / NAME
    about: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"sessions": []}
    return about


def last_manifest(folder: Path) -> str | None:
    """The sha256 of what was prepared when a run was last at work, None where that is not recorded."""
    about = read(folder)
    session = about["sessions"][-1] if about.get("sessions") else {}
    digest_then: str | None = session.get("manifest_sha256") or about.get("data", {}).get("manifest_sha256")
    return digest_then


def describe(data: Prepared, cache: Path, recogniser: Path | None = None) -> dict[str, Any]:
    """Training faces by set, and the sha256 of the list of everything that was prepared and of a loss's recogniser."""
    manifest = cache / MANIFEST
    return {
        "manifest_sha256": digest(manifest) if manifest.exists() else None,
        "recogniser_sha256": digest(recogniser) if recogniser else None,
        "photos": dict(Counter(face.set for face in data.faces if face.split == "train")),
        "sketches": dict(Counter(face.set for face in data.faces if face.split == "train" and face.sketch)),
    }


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def machine() -> dict[str, Any]:
    gpus = [torch.cuda.get_device_name(n) for n in range(torch.cuda.device_count())]
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "gpus": gpus,
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "torch": torch.__version__,
    }


def _cpu() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def _utc(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
