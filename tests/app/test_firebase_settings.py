"""What IDENTITY=firebase wants to be told, and what its pages may do that others may not."""

import os
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.database import upgrade
from app.identity.firebase import settings as firebase
from app.identity.firebase.client import Firebase
from app.identity.firebase.settings import SDK_FILES, FirebaseSettings
from app.security import CSP
from app.settings import Settings, SettingsError
from tests.app.conftest import settings_for
from tests.app.web import Browser

GOOD = {
    "IDENTITY": "firebase",
    "FIREBASE_PROJECT": "demo-semblance",
    "FIREBASE_API_KEY": "a-key-of-the-web",
    "FIREBASE_AUTH_EMULATOR_HOST": "127.0.0.1:9099",
}
PROVIDERS = {"FIREBASE_PROVIDERS": "google.com, saml.agency", "FIREBASE_AUTH_DOMAIN": "demo-semblance.firebaseapp.com"}


@pytest.fixture(autouse=True)
def sdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The SDK's files, as far as a look for them goes."""
    folder = tmp_path / "sdk"
    folder.mkdir()
    for name in SDK_FILES:
        (folder / name).touch()
    monkeypatch.setattr(firebase, "SDK", folder)
    monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", GOOD["FIREBASE_AUTH_EMULATOR_HOST"])
    return folder


def read(tmp_path: Path, **environ: str) -> Settings:
    return settings_for(tmp_path / "var", **{**GOOD, **environ})


def test_what_is_told_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, **PROVIDERS).firebase
    assert found == FirebaseSettings(
        project="demo-semblance",
        api_key="a-key-of-the-web",
        auth_domain="demo-semblance.firebaseapp.com",
        providers=("google.com", "saml.agency"),
        emulator="127.0.0.1:9099",
    )


def test_local_accounts_need_none_of_it(tmp_path: Path, sdk: Path) -> None:
    (sdk / SDK_FILES[0]).unlink()
    assert settings_for(tmp_path / "var").firebase is None


def test_everything_wrong_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        settings_for(
            tmp_path / "var",
            IDENTITY="firebase",
            FIREBASE_PROJECT="No Project",
            FIREBASE_AUTH_DOMAIN="https://x",
            FIREBASE_PROVIDERS="facebook.com",
            FIREBASE_AUTH_EMULATOR_HOST="http://127.0.0.1:9099",
            GOOGLE_APPLICATION_CREDENTIALS=str(tmp_path / "nothing.json"),
            PORT="x",
        )
    assert {line.split()[0] for line in caught.value.problems} == {
        "FIREBASE_PROJECT",
        "FIREBASE_API_KEY",
        "FIREBASE_AUTH_DOMAIN",
        "FIREBASE_PROVIDERS",
        "FIREBASE_AUTH_EMULATOR_HOST",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "PORT",
    }


@pytest.mark.parametrize("missing", SDK_FILES)
def test_a_missing_sdk_is_said_with_the_command_that_brings_it(tmp_path: Path, sdk: Path, missing: str) -> None:
    (sdk / missing).unlink()
    with pytest.raises(SettingsError, match="run `make firebase-sdk`") as caught:
        read(tmp_path)
    assert missing in str(caught.value)


@pytest.mark.parametrize("identity", ["local", "firebase"])
def test_production_refuses_the_emulator_whoever_signs_people_in(tmp_path: Path, identity: str) -> None:
    with pytest.raises(SettingsError, match="FIREBASE_AUTH_EMULATOR_HOST is set") as caught:
        read(tmp_path, IDENTITY=identity, SEMBLANCE_ENV="production", SECRET_KEY="0f1e2d3c4b5a6978" * 4)
    assert len(caught.value.problems) == 1


def test_an_emulator_that_the_settings_do_not_know_is_refused(tmp_path: Path) -> None:
    assert os.environ["FIREBASE_AUTH_EMULATOR_HOST"]
    with pytest.raises(ValueError, match="differs between the settings and the environment"):
        Firebase(FirebaseSettings(project="demo-semblance", api_key="a-key-of-the-web"))


def test_the_key_is_not_shown(tmp_path: Path) -> None:
    assert "a-key-of-the-web" not in repr(read(tmp_path))


def app_with(tmp_path: Path, **environ: str) -> Flask:
    settings = read(tmp_path, **environ)
    upgrade(settings.database_url)
    return create_app(settings)


def policy(app: Flask, path: str) -> dict[str, str]:
    found = Browser(app).get(path).headers["Content-Security-Policy"]
    return {name: sources for name, _, sources in (part.strip().partition(" ") for part in found.split(";"))}


PLAIN = {name: sources for name, _, sources in (part.strip().partition(" ") for part in CSP.split(";"))}
TALKING = ("/sign-in", "/firebase/action?mode=resetPassword&oobCode=x")
OTHERS = ("/about", "/nothing-here", "/livez", "/first-account/x", "/sign-in/code", "/assets/0/css/base.css")


@pytest.mark.parametrize("path", TALKING)
def test_the_door_may_talk_to_firebase_and_nothing_else(tmp_path: Path, path: str) -> None:
    assert policy(app_with(tmp_path), path) == {**PLAIN, "connect-src": "'self' http://127.0.0.1:9099"}


@pytest.mark.parametrize("path", TALKING)
def test_without_an_emulator_it_is_googles_two_servers(
    tmp_path: Path, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FIREBASE_AUTH_EMULATOR_HOST")
    app = app_with(tmp_path, FIREBASE_AUTH_EMULATOR_HOST="")
    servers = "'self' https://identitytoolkit.googleapis.com https://securetoken.googleapis.com"
    assert policy(app, path) == {**PLAIN, "connect-src": servers}
    assert "googleapis" not in Browser(app).get(path).text, "only the SDK names them"


@pytest.mark.parametrize("path", TALKING)
def test_other_providers_widen_the_door(tmp_path: Path, path: str) -> None:
    app = app_with(tmp_path, **PROVIDERS)
    assert policy(app, path) == {
        **PLAIN,
        "connect-src": "'self' http://127.0.0.1:9099",
        "script-src": "'self' https://apis.google.com",
        "frame-src": "https://demo-semblance.firebaseapp.com",
    }
    assert Browser(app).get(path).headers["Cross-Origin-Opener-Policy"] == "same-origin-allow-popups"
    assert 'data-provider="saml.agency"' in Browser(app).get("/sign-in").text


@pytest.mark.parametrize("path", OTHERS)
@pytest.mark.parametrize("environ", [{}, PROVIDERS], ids=["plain", "providers"])
def test_no_other_page_is_widened(tmp_path: Path, path: str, environ: dict[str, str]) -> None:
    app = app_with(tmp_path, **environ)
    assert policy(app, path) == PLAIN
    assert Browser(app).get(path).headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_with_local_accounts_nothing_is_widened(tmp_path: Path) -> None:
    settings = settings_for(tmp_path / "var")
    upgrade(settings.database_url)
    app = create_app(settings)
    assert policy(app, "/sign-in") == PLAIN
    assert "firebase" not in Browser(app).get("/sign-in").text
