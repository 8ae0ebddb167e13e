"""Which surfaces a process serves, and that they share no route, no template and no cookie."""

from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import Client

from app import public, tips
from app.settings import ROOT, Settings, SettingsError
from app.surfaces import create
from tests.app.conftest import settings_for

OUTSIDE = {"public": public.create_app, "tips": tips.create_app}
SHARED = {"health.livez", "health.readyz", "health.version", "metrics.metrics", "assets.file"}


@pytest.fixture
def database_url(settings: Settings) -> str:
    return settings.database_url


def test_all_of_them_in_one_process(database: object, settings: Settings) -> None:
    client = Client(create(settings))
    assert client.get("/sign-in").status_code == 200
    for folder in ("/public", "/tips"):
        led = client.get(f"{folder}/", headers={"Accept-Language": "th"})
        assert (led.status_code, led.headers["Location"]) == (302, f"{folder}/th/")
        page = client.get(f"{folder}/th/")
        assert page.status_code == 200
        assert 'lang="th"' in page.text
        assert f'href="{folder}/assets/' in page.text


@pytest.mark.parametrize("surface", ["staff", "public", "tips"])
def test_one_of_them_alone(database: object, tmp_path: Path, surface: str) -> None:
    client = Client(create(settings_for(tmp_path / "var", SURFACE=surface)))
    assert client.get("/sign-in").status_code == (200 if surface == "staff" else 404)
    assert client.get("/en/").status_code == (404 if surface == "staff" else 200)
    assert client.get("/public/").status_code == client.get("/tips/").status_code == 404


@pytest.mark.parametrize("surface", OUTSIDE)
def test_nobody_is_known_there(database: object, settings: Settings, surface: str) -> None:
    made: Flask = OUTSIDE[surface](settings)
    client = made.test_client()
    for path in ("/", "/en/", "/nothing", "/livez"):
        answer = client.get(path, headers={"Cookie": "semblance=made-up; semblance_language=th"})
        assert answer.status_code in (200, 302, 404)
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")
        assert '<html lang="th"' not in answer.text


@pytest.mark.parametrize("surface", OUTSIDE)
def test_its_templates_are_its_own(settings: Settings, surface: str) -> None:
    made: Flask = OUTSIDE[surface](settings)
    assert made.template_folder == str(ROOT / "templates" / surface)
    assert {one for one in made.view_functions if not one.startswith(f"{surface}.")} == SHARED


def test_a_surface_that_there_is_not(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="SURFACE is 'press'"):
        settings_for(tmp_path / "var", SURFACE="press")


def test_a_role_needs_a_database_that_knows_roles(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="PUBLIC_DATABASE_URL must be a postgresql address"):
        settings_for(tmp_path / "var", PUBLIC_DATABASE_URL=f"sqlite:///{tmp_path / 'records.db'}")


def test_its_own_hosts_address(database: object, tmp_path: Path) -> None:
    settings = settings_for(tmp_path / "var", SURFACE="public", NOTICES_URL="https://notices.example.org")
    client = Client(create(settings))
    assert client.get("/en/", base_url="https://notices.example.org").status_code == 200
    assert client.get("/en/", base_url="https://elsewhere.example.org").status_code == 400
    assert settings.notices_address == "https://notices.example.org"
    assert settings.tips_address == f"{settings.address}/tips"


def test_only_tor_may_carry_tips_without_tls(tmp_path: Path) -> None:
    production = {"SEMBLANCE_ENV": "production", "SECRET_KEY": "0123456789abcdef" * 4}
    onion = f"http://{'a' * 56}.onion"
    assert settings_for(tmp_path / "var", TIPS_URL=onion, **production).tips_address == onion
    for wrong in ({"TIPS_URL": "http://tips.example.org"}, {"PUBLIC_URL": onion}, {"NOTICES_URL": onion}):
        with pytest.raises(SettingsError, match="must begin with https"):
            settings_for(tmp_path / "var", **production, **wrong)


@pytest.mark.parametrize("wrong", ["0", "-1", "many", "1.5"])
def test_a_bound_is_a_number_of_megabytes(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(SettingsError, match="TIPS_DAY_MB"):
        settings_for(tmp_path / "var", TIPS_DAY_MB=wrong)
    assert settings_for(tmp_path / "var", TIPS_DAY_MB="5").tips_day == 5_000_000
