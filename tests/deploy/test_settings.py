"""Every setting that the product reads is in the docs, and each way to deploy it sets it, lets it be set, or says why
not. What is read is found by watching the reader itself."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from app import settings as reading
from app.identity.firebase.settings import EMULATOR
from app.settings import ROOT, Settings, SettingsError
from app.settings.secret import SECRETS
from tests.deploy.test_compose import COMPOSE, SERVICES, STAFFS
from tests.deploy.test_google_cloud import SURFACE, expression, local, parsed, surfaces

NAME = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*\b")
HERE = {
    "WORKERS": "a container or an instance is one worker",
    "SEMBLANCE_DEVICES": "a container or an instance is one worker",
    "SEMBLANCE_WEIGHTS": "they are in the image",
    "STORAGE_EMULATOR_HOST": "production refuses it",
    EMULATOR: "production refuses it",
}
"""Left out of both ways to deploy, and why."""
NOT_ON_CLOUD_RUN = {
    "PORT": "Cloud Run sets it",
    "GOOGLE_APPLICATION_CREDENTIALS": "each process has an account without keys",
}
BY_THE_IMAGE = {"SEMBLANCE_VAR"}
"""Compose mounts something where the Dockerfile says."""


@pytest.fixture(scope="module")
def read() -> set[str]:
    """The names of all settings that the product looks for."""
    asked: set[str] = set()

    class Watched(dict[str, str]):
        def get(self, name: str, default: Any = None) -> Any:
            asked.add(name)
            return super().get(name, default)

        def __getitem__(self, name: str) -> str:
            asked.add(name)
            return super().__getitem__(name)

        def __contains__(self, name: object) -> bool:
            asked.add(str(name))
            return super().__contains__(name)

    def watch(env: Mapping[str, str], problems: list[str]) -> dict[str, str]:
        return Watched(env)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "read_secret_files", watch)
        with pytest.raises(SettingsError):  # the project's name is none
            Settings.from_env(
                {"IDENTITY": "firebase", "FIREBASE_PROJECT": "!", "SMTP_URL": "smtp://mail", "PURGE_URL": "https://a.b"}
            )
    return asked


def documented() -> set[str]:
    """The first column of the table in the docs."""
    text = (ROOT / "docs" / "operations.md").read_text()
    table = text.partition("## Settings")[2].partition("### Secrets")[0]
    return {name for row in re.findall(r"(?m)^\| (`[^|]+`) \|", table) for name in re.findall(r"`(\w+)`", row)}


def test_the_docs_list_every_setting_and_no_other(read: set[str]) -> None:
    assert len(read) > 40
    assert documented() == read


def test_the_docs_say_which_may_come_from_a_file() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    said = text.partition("### Secrets")[2].partition("may each come from a file")[0]
    assert set(re.findall(r"`(\w+)`", said)) == set(SECRETS)


def compose_sets() -> set[str]:
    return {name.removesuffix("_FILE") for service in SERVICES.values() for name in service.get("environment", {})}


def staffs_file() -> set[str]:
    """What docs/operations.md lets whoever deploys put into settings.env, which the staff's processes read."""
    text = (ROOT / "docs" / "operations.md").read_text().partition("## Docker Compose")[2].partition("\n## ")[0]
    table = re.findall(r"(?m)^\| (`[^|]+`) \| \w", text)
    return {name for row in table for name in re.findall(r"`(\w+)`", row)}


def test_compose_sets_every_setting_or_lets_it_be_set(read: set[str]) -> None:
    given, left = compose_sets(), HERE.keys() | BY_THE_IMAGE
    open_to = staffs_file()
    assert (
        given - {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "POSTGRES_INITDB_ARGS", "PGDATA", "TMPDIR"}
        <= read
    )
    assert not given & open_to
    assert not (given | open_to) & left - BY_THE_IMAGE
    assert given | open_to | left >= read
    assert open_to <= read
    for name in STAFFS:
        assert SERVICES[name]["env_file"] == COMPOSE["x-staff-settings"]


def cloud_sets() -> set[str]:
    """What the Terraform files name, of the processes that are not alike."""
    told = [str(one["settings"]) + str(one["secrets"]) for one in surfaces().values()]
    told += [expression("settings"), expression("migrate_versions"), str(expression("versions"))]
    told += [expression("outside_settings"), str(parsed(SURFACE)["locals"])]
    return {name for text in told for name in NAME.findall(text)} | set(local("own_readers")) | {"SEMBLANCE_DEVICE"}


def test_terraform_sets_every_setting_or_lets_it_be_set(read: set[str]) -> None:
    given, left = cloud_sets() & read, HERE.keys() | NOT_ON_CLOUD_RUN.keys()
    assert {"SECRET_KEY", "C2PA_KEY", "SMTP_URL", "PURGE_TOKEN", "METRICS_TOKEN", "TIPS_DATABASE_URL"} <= given
    assert not given & left
    # Whatever else is no secret goes through var.settings to the staff's processes; a secret could not.
    assert not (read - given - left) & {*SECRETS, "C2PA_KEY", "C2PA_CERTIFICATE"}
    assert "var.settings" in expression("settings")


OUTSIDE_NEEDS = {"NOTICES_URL", "TIPS_URL", "LANGUAGES", "TRUSTED_PROXIES", "STORAGE_URL", "SURFACE", "HOST"}
"""Of what the staff's processes may be told, what changes the pages or the safety of an outside surface."""


def test_the_outside_surfaces_are_told_what_they_need(read: set[str]) -> None:
    public, tips = (set(SERVICES[name]["environment"]) for name in ("public", "tips"))
    assert OUTSIDE_NEEDS | {"PUBLIC_URL", "C2PA_CERTIFICATE"} <= public
    assert OUTSIDE_NEEDS - {"NOTICES_URL"} | {"TIPS_SPOOL_MB", "TIPS_DAY_MB"} <= tips
    shared = expression("outside_settings")
    for name in ("public", "tips"):
        told = set(NAME.findall(str(surfaces()[name]["settings"]) + shared + str(parsed(SURFACE)["locals"])))
        assert OUTSIDE_NEEDS - ({"NOTICES_URL"} if name == "tips" else set()) <= told


def test_the_image_says_what_compose_leaves_to_it() -> None:
    text = Path(ROOT / "Dockerfile").read_text()
    assert all(f"{name}=" in text for name in BY_THE_IMAGE)
