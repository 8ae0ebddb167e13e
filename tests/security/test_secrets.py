"""No secret is, or ever was, in the repository; and production refuses secrets that anybody can guess.

The secrets here are made up while the test runs: written out, the scan would find them in this file.
"""

import base64
import random
import string
import subprocess
from pathlib import Path

import pytest

from app.settings import ROOT, Settings, SettingsError
from scripts import secret_scan
from scripts.secret_scan import KINDS, history, kinds_in, scan, tracked

WORDS = random.Random(7)


def made(length: int, signs: str = string.ascii_letters + string.digits) -> str:
    return "".join(WORDS.choice(signs) for _ in range(length))


HEX = "0123456789abcdef"
SECRETS = {
    "a private key": "-----BEGIN " + "RSA PRIVATE KEY-----",
    "an AWS access key": "AKI" + "A" + made(16, string.ascii_uppercase),
    "a Google or Firebase API key": "AIz" + "a" + made(35),
    "a Google OAuth secret": "GOCS" + "PX-" + made(28),
    "a Google access token": "ya2" + "9." + made(40),
    "a service account's key": '"private_key' + f'_id": "{made(40, HEX)}"',
    "a GitHub token": "gh" + "p_" + made(36),
    "an access token of Semblance": "sem" + "b_" + made(64, HEX),
    "a Slack token": "xox" + "b-" + made(20),
    "a Stripe key": "sk_" + "live_" + made(24),
    "a package registry's token": "npm" + "_" + made(36),
    "a signed token": ".".join(("ey" + "J" + made(20), "ey" + "J" + made(20), made(30))),
    "a password in an address": "postgresql://keeper:" + "tr1vial" + "@203.0.113.7/records",
    "what looks like a secret": "SECRET_KEY=" + made(64, HEX),
}


def test_nothing_tracked_holds_a_secret() -> None:
    files = dict(tracked())
    assert "app/settings/__init__.py" in files
    assert [str(one) for name, data in files.items() for one in scan(name, data)] == []


def test_nothing_in_the_history_holds_a_secret() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("this is no checkout: there is no history to look at")
    seen = list(history())
    assert [str(one) for name, data in seen for one in scan(name, data)] == []
    assert any(name.startswith("app/settings") for name, _ in seen)


@pytest.mark.parametrize("kind", SECRETS)
def test_the_scan_finds_each_kind(kind: str) -> None:
    """Alone, in a settings file, in JSON, and quoted in a text."""
    for line in (SECRETS[kind], f"  value: {SECRETS[kind]}", f'{{"x": "{SECRETS[kind]}"}}', f"see `{SECRETS[kind]}`."):
        assert kind in list(kinds_in(line)), line


def test_every_kind_has_its_proof() -> None:
    assert set(KINDS) <= set(SECRETS)


def test_a_secret_is_found_in_whatever_file(tmp_path: Path) -> None:
    for kind, secret in SECRETS.items():
        for name in ("app.yaml", "deploy/.env", "docs/x.md", "tests/x.py", "x"):
            found = scan(name, f"first\nsecond {secret}\n".encode())
            assert (kind, 2) in {(one.kind, one.line) for one in found}, (kind, name)
            assert secret not in " ".join(map(str, found)), "the scan tells the secret to whoever reads its log"


def test_a_removed_secret_is_found_in_the_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def git(*arguments: str) -> None:
        who = ("-c", "user.name=Person 1", "-c", "user.email=person1@example.org", "-c", "init.defaultBranch=main")
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init")
    (tmp_path / "app.yaml").write_text(f"key: {SECRETS['a Google or Firebase API key']}\n")
    git("add", ".")
    git("commit", "-m", "first")
    (tmp_path / "app.yaml").write_text("key: in the environment\n")
    git("commit", "-am", "second")
    monkeypatch.setattr(secret_scan, "ROOT", tmp_path)
    assert [one for name, data in tracked() for one in scan(name, data)] == []
    assert [one.kind for name, data in history() for one in scan(name, data)] == ["a Google or Firebase API key"]
    assert secret_scan.main() == 1


@pytest.mark.parametrize(
    "line",
    [
        "postgresql+psycopg://user:password@host/name",
        "REDIS_URL=redis://:${REDIS_PASSWORD}@redis:6379/0",
        "https://semblance.example.org/a:b@c",
        "SECRET_KEY=$(openssl rand -hex 32)",
        "secret_key=self._secret(production), token = new_token()",
        "csrf_token: Mapped[str] = mapped_column(String(64))",
        'password = "nine small teal boats"',
        "secret_key=settings.secret_key_of_this_installation",
        "sha256: " + "ab12" * 16,
    ],
)
def test_what_is_no_secret_is_left_alone(line: str) -> None:
    assert list(kinds_in(line)) == []


PLACEHOLDERS = [
    "changeme" * 4,
    "secret-key-for-semblance-production",
    "please-change_me-0123456789abcdefgh",
    "x" * 40,
    "example-example-example-example-1234",
    "passwordpasswordpasswordpassword1",
    "abababababababababababababababab",
    "short",
]


@pytest.mark.parametrize("secret", PLACEHOLDERS)
def test_production_refuses_to_start_with_a_secret_anybody_can_guess(tmp_path: Path, secret: str) -> None:
    environ = {"SEMBLANCE_VAR": str(tmp_path), "SEMBLANCE_ENV": "production", "SECRET_KEY": secret}
    with pytest.raises(SettingsError) as refused:
        Settings.from_env(environ)
    assert "SECRET_KEY" in str(refused.value)
    assert secret == "short" or secret not in str(refused.value), "the refusal repeats the secret"


def test_production_starts_with_a_secret_nobody_can_guess(tmp_path: Path) -> None:
    secret = base64.b64encode(bytes(range(7, 55))).decode()
    environ = {"SEMBLANCE_VAR": str(tmp_path), "SEMBLANCE_ENV": "production", "SECRET_KEY": secret}
    assert Settings.from_env(environ).secret_key == secret
