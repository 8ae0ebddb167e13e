"""Links name the address that the operator gave, whatever host a request claims."""

from pathlib import Path

import pytest
from flask import url_for

from app import accounts as command
from app import create_app, gate
from app.settings import Settings, SettingsError
from tests.app.web import TOKEN, Browser, services
from tests.people import add_person
from tests.security.conftest import settings_for

PUBLIC = "https://semblance.example.org"


def test_another_host_is_not_answered(tmp_path: Path) -> None:
    browser = Browser(create_app(settings_for(tmp_path / "var", PUBLIC_URL=PUBLIC)))
    for host in (
        "evil.example.com",
        "semblance.example.org.evil.example.com",
        "semblance.example.org:8443",
        "127.0.0.1",
    ):
        answer = browser.get("/sign-in", Host=host)
        assert answer.status_code == 400, host
        assert "evil" not in answer.text
        assert f"Open {PUBLIC} instead" in answer.text
    for host in ("semblance.example.org", "SEMBLANCE.example.org", "semblance.example.org:443"):
        assert browser.get("/sign-in", Host=host).status_code == 200, host


def test_probes_need_not_know_the_public_address(tmp_path: Path) -> None:
    browser = Browser(create_app(settings_for(tmp_path / "var", PUBLIC_URL=PUBLIC)))
    for path in ("/livez", "/readyz", "/version"):
        assert browser.get(path, Host="10.0.0.7:8000").status_code == 200


def test_neither_does_whoever_collects_the_figures(tmp_path: Path) -> None:
    token = "0123456789abcdef" * 2
    browser = Browser(create_app(settings_for(tmp_path / "var", PUBLIC_URL=PUBLIC, METRICS_TOKEN=token)))
    assert browser.get("/metrics", Host="web:8000", Authorization=f"Bearer {token}").status_code == 200
    assert browser.get("/metrics", Host="web:8000").status_code == 401


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_links_in_pages_are_made_with_the_public_address(tmp_path: Path, scheme: str) -> None:
    """Although the proxy that ends TLS may speak plain http to us."""
    app = create_app(settings_for(tmp_path / "var", PUBLIC_URL=PUBLIC))
    app.add_url_rule("/probe", "probe", gate.public(lambda: url_for("identity.sign_in", _external=True)))
    answer = app.test_client().get("/probe", base_url=f"{scheme}://semblance.example.org")
    assert answer.text == f"{PUBLIC}/sign-in"


def test_forms_are_taken_from_the_public_origin_alone(tmp_path: Path) -> None:
    client = create_app(settings_for(tmp_path / "var", PUBLIC_URL=PUBLIC)).test_client()
    token = TOKEN.search(client.get("/sign-in", base_url=PUBLIC).text)
    assert token

    def send(origin: str) -> str:
        fields = {"csrf_token": token[1], "email": "nobody@example.org", "password": "wrong"}
        return client.post("/sign-in", base_url=PUBLIC, data=fields, headers={"Origin": origin}).text

    assert "do not match" in send(PUBLIC)
    assert "another site" in send("https://evil.example.com")


def test_the_command_line_makes_links_with_it_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_for(tmp_path / "var", PUBLIC_URL=PUBLIC + "/")
    database = services(create_app(settings)).database
    link = command.first_link(database, settings)
    assert link is not None
    assert link.startswith(f"{PUBLIC}/first-account/")
    with database.session() as db:
        add_person(db, "person@example.org", "Person 1")
    assert command.reset_link(database, settings, "person@example.org").startswith(f"{PUBLIC}/set-password/")


@pytest.mark.parametrize(
    "text",
    ["semblance.example.org", "ftp://x.example.org", "https://", "https://u:p@x.example.org", "https://x.example.org/a",
     "https://x.example.org?q", "https://x.example.org:0", "https://x.example.org:99999", "https://[::1"],
)  # fmt: skip
def test_an_address_that_cannot_be_used_is_refused_at_boot(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match="PUBLIC_URL must be an address"):
        Settings.from_env({"SEMBLANCE_VAR": str(tmp_path), "PUBLIC_URL": text})


def test_production_wants_https(tmp_path: Path) -> None:
    environ = {"SEMBLANCE_VAR": str(tmp_path), "SEMBLANCE_ENV": "production", "SECRET_KEY": "0123456789abcdef" * 4}
    with pytest.raises(SettingsError, match="must begin with https"):
        Settings.from_env({**environ, "PUBLIC_URL": "http://semblance.example.org"})
    assert (
        Settings.from_env({**environ, "PUBLIC_URL": "https://x.example.org:443/"}).public_url == "https://x.example.org"
    )


def test_a_wrong_word_for_the_limits_is_refused_at_boot(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="SEMBLANCE_RATE_LIMITS is 'yes'; it can be on or off"):
        Settings.from_env({"SEMBLANCE_VAR": str(tmp_path), "SEMBLANCE_RATE_LIMITS": "yes"})
