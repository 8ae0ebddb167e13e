"""Installations to back up: each kind of database with each kind of storage."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.backup.__main__ import main
from tests.app.conftest import settings_for
from tests.backup.installations import Installation
from tests.bucket import Bucket
from tests.people import quick_hashes
from tests.records import migrate

PLACES = [
    "sqlite-folder",
    pytest.param("sqlite-bucket", marks=pytest.mark.cloud),
    pytest.param("postgresql-folder", marks=pytest.mark.postgres),
    pytest.param("postgresql-bucket", marks=[pytest.mark.cloud, pytest.mark.postgres]),
]


@pytest.fixture(scope="session", autouse=True)
def passwords_hashed_quickly() -> Iterator[None]:
    with quick_hashes():
        yield


@pytest.fixture(params=["sqlite-folder"])
def place(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def installation(
    request: pytest.FixtureRequest,
    place: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Installation:
    """A new installation, empty; the environment names it."""
    environ: dict[str, str] = {}
    if place.startswith("postgresql"):
        environ["DATABASE_URL"] = request.getfixturevalue("postgres_url")
    if place.endswith("bucket"):
        bucket: Bucket = request.getfixturevalue("bucket")
        environ |= bucket.environ
    settings = settings_for(tmp_path / "var", **environ)
    for name, value in {"SEMBLANCE_VAR": str(settings.var), **environ}.items():
        monkeypatch.setenv(name, value)

    def command(*arguments: str) -> tuple[int, str]:
        capsys.readouterr()
        code = main(list(arguments))
        said = capsys.readouterr()
        return code, said.out + said.err

    migrate(settings.database_url)
    return Installation(settings, environ, command)


@pytest.fixture
def filled(installation: Installation) -> Installation:
    installation.fill()
    return installation
