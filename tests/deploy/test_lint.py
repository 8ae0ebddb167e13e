"""Scripts and YAML pass their linters: part of ``make lint``."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.settings import ROOT

SKIPPED = {".venv", ".git", "var", "node_modules"}


def _tool(name: str) -> str:
    found = shutil.which(name, path=Path(sys.executable).parent)
    assert found, f"{name} is missing: make lint installs requirements-dev.txt"
    return found


def _files(*patterns: str) -> list[Path]:
    found = [path for pattern in patterns for path in ROOT.rglob(pattern) if path.is_file()]
    return sorted(path for path in found if not SKIPPED & set(path.relative_to(ROOT).parts))


def scripts() -> list[Path]:
    """Whatever a shell runs."""
    folders = [ROOT / "scripts", ROOT / ".ci", ROOT / "deploy" / "compose", ROOT / "deploy" / "google-cloud"]
    files = [path for folder in folders for path in folder.iterdir() if path.is_file()]
    return sorted(
        path for path in files if path.suffix == ".sh" or path.read_bytes().startswith(b"#!/usr/bin/env bash")
    )


def test_scripts() -> None:
    assert len(scripts()) >= 8
    command = [
        _tool("shellcheck"),
        "--external-sources",
        "--source-path",
        str(ROOT),
        "--severity",
        "style",
        "--shell=bash",
    ]
    result = subprocess.run([*command, *map(str, scripts())], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("path", [path for path in scripts() if path.suffix != ".sh"], ids=lambda path: path.name)
def test_scripts_that_are_started_may_be(path: Path) -> None:
    assert path.stat().st_mode & 0o111


def test_yaml() -> None:
    files = _files("*.yaml", "*.yml")
    assert files
    command = [_tool("yamllint"), "--strict", "--config-file", str(ROOT / ".yamllint")]
    result = subprocess.run([*command, *map(str, files)], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
