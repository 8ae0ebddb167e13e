"""The arrows between the rooms run one way, and the web process never loads torch."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("app", "imaging", "inference", "migrations", "models", "training")

# What each room may import of the others. app/worker.py is the only place where app and inference meet.
ARROWS: dict[str, set[str]] = {
    "imaging": set(),
    "models": set(),
    "migrations": {"models", "app"},
    "inference": {"imaging"},
    "training": {"imaging", "inference"},
    "app": {"imaging", "models"},
}
BANNED: dict[str, set[str]] = {
    "imaging": {"flask", "sqlalchemy", "torch", "torchvision"},
    "models": {"flask", "torch"},
    "inference": {"flask", "sqlalchemy", "huey", "redis", "alembic"},
    "training": {"flask", "sqlalchemy"},
    "app": {"torch", "torchvision", "gfpgan", "basicsr", "facexlib"},
}


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and first name of every import, wherever in the file it stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module.partition(".")[0]


def _files(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_lies_below_it(room: str) -> None:
    others = set(ROOMS) | {"tests", "benchmarks", "wsgi"}
    allowed = ARROWS[room] | {room}
    wrong = []
    for path in _files(room):
        here = allowed | ({"inference"} if path == ROOT / "app" / "worker.py" else set())
        wrong += [
            f"{path.relative_to(ROOT)}:{line} imports {name}"
            for line, name in _imports(path)
            if (name in others and name not in here) or name in BANNED.get(room, set())
        ]
    assert _files(room)
    assert wrong == []


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "training"])
def test_nothing_imports_training(room: str) -> None:
    assert [path for path in _files(room) if "training" in {name for _, name in _imports(path)}] == []


def _loaded_by(statement: str, environ: dict[str, str]) -> set[str]:
    """First names of all modules that a fresh process has loaded after ``statement``."""
    code = f"{statement}\nimport sys\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **environ},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(result.stdout.split())


def test_the_web_process_never_loads_torch(tmp_path: Path) -> None:
    loaded = _loaded_by(
        "import werkzeug.test, wsgi; werkzeug.test.Client(wsgi.app).get('/livez')", {"SEMBLANCE_VAR": str(tmp_path)}
    )
    assert "flask" in loaded
    assert loaded & {"torch", "torchvision", "gfpgan", "basicsr", "inference", "training"} == set()


@pytest.mark.parametrize(
    "start", ["import werkzeug.test, wsgi; werkzeug.test.Client(wsgi.app).get('/readyz')", "import app.worker"]
)
def test_googles_libraries_are_loaded_for_a_bucket_only(tmp_path: Path, start: str) -> None:
    assert "google" not in _loaded_by(start, {"SEMBLANCE_VAR": str(tmp_path)})


def test_the_supervisor_loads_neither_pages_nor_torch(tmp_path: Path) -> None:
    loaded = _loaded_by("import app.supervisor.__main__", {"SEMBLANCE_VAR": str(tmp_path)})
    assert loaded & {"flask", "torch", "inference", "cv2"} == set()


@pytest.mark.parametrize("module", ["inference.weights", "inference.cli"])
def test_what_runs_before_every_start_does_not_load_torch(module: str) -> None:
    assert _loaded_by(f"import {module}", {}) & {"torch", "flask", "sqlalchemy"} == set()


def test_inference_works_without_web_and_sql() -> None:
    loaded = _loaded_by("import inference.pipeline", {})
    assert loaded & {"flask", "sqlalchemy", "huey", "app", "models", "training"} == set()
