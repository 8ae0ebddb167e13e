"""Secrets come from files where wanted, and one that anybody could guess keeps production from starting."""

from pathlib import Path

import pytest

from app.settings import SettingsError
from app.settings.secret import MOST, SECRETS
from tests.app.conftest import settings_for

KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f0" * 2
DATABASE = "postgresql://semblance:{}@db/semblance"


def problems(tmp_path: Path, **environ: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        settings_for(tmp_path / "var", **environ)
    return caught.value.problems


def _file(tmp_path: Path, content: bytes) -> str:
    path = tmp_path / "given"
    path.write_bytes(content)
    return str(path)


def test_secrets_come_from_files(tmp_path: Path) -> None:
    database, redis = tmp_path / "database", tmp_path / "redis"
    database.write_text("postgresql://me:a/b@db/records\n".replace("a/b", "a%2Fb"))
    redis.write_text("redis://:hidden@r/0")
    settings = settings_for(
        tmp_path / "var",
        SECRET_KEY_FILE=_file(tmp_path, f"{KEY}\n".encode()),
        DATABASE_URL_FILE=str(database),
        REDIS_URL_FILE=str(redis),
    )
    assert settings.secret_key == KEY
    assert settings.database_url == "postgresql+psycopg://me:a%2Fb@db/records"
    assert settings.redis_url == "redis://:hidden@r/0"


@pytest.mark.parametrize("name", SECRETS)
def test_every_secret_may_come_from_a_file_but_from_one_place(tmp_path: Path, name: str) -> None:
    (missing,) = problems(tmp_path, **{f"{name}_FILE": str(tmp_path / "absent")})
    assert missing.startswith(f"{name}_FILE names {tmp_path / 'absent'}, which cannot be read")
    (both,) = problems(
        tmp_path,
        **{
            name: {"SECRET_KEY": KEY, "REDIS_URL": "redis://r", "SMTP_URL": "smtp://r"}.get(
                name, "postgresql://r/records"
            ),
            "MAIL_FROM": "semblance@example.org",
            f"{name}_FILE": _file(tmp_path, b"x"),
        },
    )
    assert both == f"{name} and {name}_FILE are both set; keep one of them."


@pytest.mark.parametrize(
    "content, words",
    [
        (b"", "alone, in one line"),
        (b" \n", "alone, in one line"),
        (KEY.encode() + b"\n" + KEY.encode(), "alone, in one line"),
        (b"\xff\xfe" * 40, "is no text"),
        (b"x" * (MOST + 1), "is larger than"),
    ],
)
def test_a_file_that_holds_no_secret_is_said_without_showing_it(tmp_path: Path, content: bytes, words: str) -> None:
    (problem,) = problems(tmp_path, SECRET_KEY_FILE=_file(tmp_path, content))
    assert words in problem
    assert KEY not in problem


def test_a_folder_instead_of_a_file_is_said(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, SECRET_KEY_FILE=str(tmp_path))
    assert "Is a directory" in problem


def test_what_comes_from_a_file_is_checked_like_the_setting(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, SECRET_KEY_FILE=_file(tmp_path, b"short"))
    assert problem.startswith("SECRET_KEY must have at least")


@pytest.mark.parametrize(
    "password", ["postgres", "password", "semblance", "changeme", "change-me-please", "Postgres", "chang%65me"]
)
def test_production_refuses_a_database_password_that_anybody_would_try(tmp_path: Path, password: str) -> None:
    address = DATABASE.format(password)
    (problem,) = problems(tmp_path, SEMBLANCE_ENV="production", SECRET_KEY=KEY, DATABASE_URL=address)
    assert problem.startswith("The password in DATABASE_URL is one that anybody would try first")
    assert f":{password}@" not in problem
    settings_for(tmp_path / "var", DATABASE_URL=address)  # on a desk it is nobody's danger


@pytest.mark.parametrize("address", ["redis://:redis@r/0", "redis://:foobared@r/0", "rediss://me:me@r/0"])
def test_production_refuses_a_redis_password_that_anybody_would_try(tmp_path: Path, address: str) -> None:
    (problem,) = problems(tmp_path, SEMBLANCE_ENV="production", SECRET_KEY=KEY, REDIS_URL=address)
    assert problem.startswith("The password in REDIS_URL")


@pytest.mark.parametrize("token", ["changeme-changeme", "a" * 32, "my-secret-metrics-token"])
def test_production_refuses_a_token_for_figures_that_anybody_would_try(tmp_path: Path, token: str) -> None:
    (problem,) = problems(tmp_path, SEMBLANCE_ENV="production", SECRET_KEY=KEY, METRICS_TOKEN=token)
    assert problem.startswith("METRICS_TOKEN looks like a placeholder")
    assert token not in problem
    settings_for(tmp_path / "var", METRICS_TOKEN=token)


def test_a_guessed_password_in_a_file_is_refused_too(tmp_path: Path) -> None:
    path = _file(tmp_path, DATABASE.format("postgres").encode())
    (problem,) = problems(tmp_path, SEMBLANCE_ENV="production", SECRET_KEY=KEY, DATABASE_URL_FILE=path)
    assert "DATABASE_URL" in problem


@pytest.mark.parametrize(
    "address", [DATABASE.format("b7c1e9aa40d24f0e"), "postgresql:///records", "postgresql://me@db/x"]
)
def test_production_takes_a_made_password_and_a_server_that_wants_none(tmp_path: Path, address: str) -> None:
    assert settings_for(tmp_path / "var", SEMBLANCE_ENV="production", SECRET_KEY=KEY, DATABASE_URL=address).production


def test_machines_that_share_an_installation_must_be_given_one_key(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, SEMBLANCE_ENV="production", REDIS_URL="redis://r/0")
    assert problem.startswith("SECRET_KEY must be set, to the same on every machine")
    assert settings_for(tmp_path / "var", SEMBLANCE_ENV="production").secret_key  # one machine keeps its own
