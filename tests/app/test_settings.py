"""Settings are read once, and everything that is wrong is said at once."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.settings import ROOT, Settings, SettingsError
from app.storage.address import Bucket, Folder, Place, parse_place
from tests.app.conftest import settings_for


def problems(tmp_path: Path, **environ: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        settings_for(tmp_path / "var", **environ)
    return caught.value.problems


def test_nothing_set_is_one_machine_with_files(tmp_path: Path) -> None:
    settings = settings_for(tmp_path / "var")
    assert settings.database_url == f"sqlite:///{tmp_path}/var/semblance.db"
    assert settings.storage_path == tmp_path / "var" / "objects"
    assert settings.redis_url is None
    assert not settings.production
    assert settings.address == "http://127.0.0.1:8000"


def test_the_defaults_are_in_the_checkout() -> None:
    settings = Settings.from_env({"SECRET_KEY": "0123456789abcdef" * 4})
    assert settings.var == ROOT / "var"
    assert settings.weights == ROOT / "weights"


def test_everything_wrong_is_named_at_once(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        DATABASE_URL="mysql://localhost/x",
        STORAGE_URL="s3://bucket",
        SEMBLANCE_REMOVE_ORPHANS="perhaps",
        IDENTITY="ldap",
        REQUIRE_SECOND_FACTOR="perhaps",
        REDIS_URL="http://localhost",
        SECRET_KEY="short",
        SEMBLANCE_ENV="staging",
        SEMBLANCE_DEVICE="tpu",
        PORT="http",
        SEMBLANCE_LEASE_SECONDS="soon",
    )
    named = [line.split()[0] for line in found]
    for name in (
        "DATABASE_URL",
        "STORAGE_URL",
        "SEMBLANCE_REMOVE_ORPHANS",
        "IDENTITY",
        "REQUIRE_SECOND_FACTOR",
        "REDIS_URL",
        "SECRET_KEY",
        "SEMBLANCE_ENV",
        "SEMBLANCE_DEVICE",
        "PORT",
        "SEMBLANCE_LEASE_SECONDS",
    ):
        assert name in named


@pytest.mark.parametrize(
    "environ",
    [
        {"DATABASE_URL": "sqlite://"},
        {"DATABASE_URL": "sqlite:///:memory:"},
        {"DATABASE_URL": "nonsense"},
        {"STORAGE_URL": "relative/folder"},
        {"STORAGE_URL": "file://host/folder"},
        {"STORAGE_EMULATOR_HOST": "127.0.0.1:9023"},
        {"STORAGE_EMULATOR_HOST": "http://127.0.0.1:9023", "SEMBLANCE_ENV": "production"},
        {"IDENTITY": "ldap"},
        {"PORT": "0"},
        {"PORT": "65536"},
        {"SEMBLANCE_HEARTBEAT_SECONDS": "4", "SEMBLANCE_LEASE_SECONDS": "7"},
        {"SEMBLANCE_HEARTBEAT_SECONDS": "6", "SEMBLANCE_LEASE_SECONDS": "60"},
        {"SEMBLANCE_ENV": "production", "SECRET_KEY": "change-me-change-me-change-me-change-me"},
        {"SEMBLANCE_ENV": "production", "SECRET_KEY": "a" * 64},
    ],
)
def test_one_wrong_setting_is_refused(tmp_path: Path, environ: dict[str, str]) -> None:
    assert len(problems(tmp_path, **environ)) == 1


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_way_to_write_postgresql_uses_one_driver(tmp_path: Path, scheme: str) -> None:
    settings = settings_for(tmp_path / "var", DATABASE_URL=f"{scheme}://me:p%40ss@db:5432/semblance")
    assert settings.database_url == "postgresql+psycopg://me:p%40ss@db:5432/semblance"


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    settings = settings_for(
        tmp_path / "var", DATABASE_URL="postgresql://me:hunter2@db/x", REDIS_URL="redis://:hunter2@r/0"
    )
    assert "hunter2" not in repr(settings)
    assert settings.secret_key not in repr(settings)


def test_a_secret_is_made_once_and_kept_private(tmp_path: Path) -> None:
    first, second = settings_for(tmp_path / "var"), settings_for(tmp_path / "var")
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) == 64
    path = tmp_path / "var" / "secret.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["secret.key"]


def test_processes_that_start_together_agree_on_the_secret(tmp_path: Path) -> None:
    code = "from app.settings import Settings; print(Settings.from_env().secret_key)"
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={"SEMBLANCE_VAR": str(tmp_path / "var")},
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    assert len({start.communicate(timeout=60)[0] for start in starts}) == 1


def test_a_damaged_secret_is_said(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "secret.key").write_text("short")
    assert "damaged" in problems(tmp_path)[0]


@pytest.mark.parametrize(
    "url, words",
    [
        ("s3://bucket", "begins with s3:, which is no kind of storage"),
        ("bucket", "is no address"),
        ("/srv/objects", "is no address"),
        ("file:objects", "with its whole path"),
        ("file://host/folder", "with its whole path"),
        ("gs:bucket", "names the bucket ''"),
        ("gs://", "names the bucket ''"),
        ("gs:///prefix", "names the bucket ''"),
        ("gs://Sketches", "names the bucket 'Sketches'"),
        ("gs://me:pass@bucket", "names the bucket"),
        ("gs://bucket:80", "names the bucket"),
        ("gs://bucket/a//b", "has the prefix 'a//b'"),
        ("gs://bucket/../b", "has the prefix '../b'"),
        ("gs://bucket/a b", "has the prefix 'a b'"),
        ("gs://bucket/" + "a" * 201, "has the prefix"),
        ("gs://bucket?x=1", "remove what begins with ?"),
        ("file:///srv/objects#1", "remove what begins with ?"),
    ],
)
def test_it_is_said_what_is_wrong_with_a_storage(tmp_path: Path, url: str, words: str) -> None:
    (problem,) = problems(tmp_path, STORAGE_URL=url)
    assert problem.startswith("STORAGE_URL ")
    assert words in problem


@pytest.mark.parametrize(
    "url, place",
    [
        ("file:///srv/with%20space", Folder(Path("/srv/with space"))),
        ("gs://agency-sketches", Bucket("agency-sketches")),
        ("gs://agency-sketches/", Bucket("agency-sketches")),
        ("gs://a.b_c-1/one/Two_3", Bucket("a.b_c-1", "one/Two_3/")),
    ],
)
def test_a_storage_is_a_folder_or_a_part_of_a_bucket(tmp_path: Path, url: str, place: Place) -> None:
    settings = settings_for(tmp_path / "var", STORAGE_URL=url)
    assert parse_place(settings.storage_url) == place
    assert settings.storage_path == (place.path if isinstance(place, Folder) else None)
