"""The Compose file, without an engine: hardened, closed, and with secrets from files alone."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import redis
import yaml

from app.settings import ROOT, Settings
from tests.app.conftest import settings_for
from tests.servers import free_port, not_installed, wait_until

FOLDER = ROOT / "deploy" / "compose"
COMPOSE: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SURFACES = {"web", "public", "tips"}
OURS = [name for name, service in SERVICES.items() if "SEMBLANCE_IMAGE" in service["image"]]


def test_all_parts_are_there() -> None:
    assert set(SERVICES) == {"postgres", "redis", "migrate", "web", "public", "tips", "worker", "worker-gpu", "backup"}
    assert OURS == ["migrate", "web", "public", "tips", "worker", "worker-gpu", "backup"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_can_do_little(name: str) -> None:
    service = SERVICES[name]
    user = re.fullmatch(r"(\d+):(\d+)", service["user"])
    assert user is not None
    assert int(user[1]) > 0
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    limits = service["deploy"]["resources"]["limits"]
    assert limits.keys() == {"cpus", "memory"}
    assert service["pids_limit"] > 0


def test_ours_run_as_the_user_of_the_image() -> None:
    user = re.search(r"^USER (\S+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert user is not None
    assert {SERVICES[name]["user"] for name in OURS} == {user[1]}


def test_only_the_surfaces_have_a_port_and_only_for_this_machine() -> None:
    assert {name for name, service in SERVICES.items() if "ports" in service} == SURFACES
    for name in SURFACES:
        assert [port.partition(":")[0] for port in SERVICES[name]["ports"]] == ["127.0.0.1"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert {name for name, service in SERVICES.items() if "outside" in service["networks"]} == SURFACES
    assert all("inside" in service["networks"] for service in SERVICES.values())


def test_nothing_starts_before_the_records_are_migrated() -> None:
    for name in ("web", "public", "worker", "worker-gpu"):
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert SERVICES["migrate"]["depends_on"]["postgres"] == {"condition": "service_healthy"}
    assert SERVICES["migrate"]["restart"] == "no"
    for name in ("postgres", "redis"):
        assert SERVICES[name]["healthcheck"]["test"]


def test_what_is_used_is_declared_and_what_is_declared_is_used() -> None:
    for kind in ("secrets", "volumes", "networks"):
        used = {str(one).partition(":")[0] for service in SERVICES.values() for one in service.get(kind, [])}
        assert used == set(COMPOSE[kind])


def test_no_secret_is_a_setting() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("SECRET|PASSWORD|TOKEN|DATABASE_URL|REDIS_URL", name):
                assert name.endswith("_FILE")
                assert value.removeprefix("/run/secrets/") in service["secrets"]
    example = (FOLDER / ".env.example").read_text()
    assert not re.search(r"(?i)^\w*(secret|password|token|key)\w*=", example, re.MULTILINE)


def test_the_example_names_every_variable_of_the_file() -> None:
    wanted = set(re.findall(r"\$\{(\w+)", (FOLDER / "compose.yaml").read_text()))
    assert set(re.findall(r"^(\w+)=", (FOLDER / ".env.example").read_text(), re.MULTILINE)) == wanted


def test_the_forms_for_tips_know_nothing_of_the_staffs() -> None:
    tips = SERVICES["tips"]
    assert set(tips["secrets"]) == {"tips_database_url", "tips_secret_key"}
    assert not {
        name for name in tips["environment"] if name.startswith(("IDENTITY", "FIREBASE", "REDIS", "PUBLIC", "SMTP"))
    }
    assert tips["environment"]["DATABASE_URL_FILE"] == tips["environment"]["TIPS_DATABASE_URL_FILE"]
    assert "--access-logfile" not in tips["command"]
    assert tips["env_file"] == []


def test_the_forms_start_with_their_own_secrets(made: Path) -> None:
    environ = {
        name: str(made / "secrets" / value.rpartition("/")[2]) if name.endswith("_FILE") else value
        for name, value in SERVICES["tips"]["environment"].items()
        if "$" not in value and name != "SEMBLANCE_VAR"
    }
    settings = settings_for(made / "var", **environ)
    assert (settings.surface, settings.production) == ("tips", True)
    assert settings.secret_key != (made / "secrets" / "secret_key").read_text()
    assert "semblance_tips:" in settings.database_url


def test_the_public_pages_know_no_secret_of_the_staffs() -> None:
    public = SERVICES["public"]
    assert public["environment"]["SURFACE"] == "public"
    assert SERVICES["web"]["environment"]["SURFACE"] == "staff"
    assert set(public["secrets"]) == {"public_database_url", "metrics_token"}
    assert public["volumes"] == ["objects:/srv/objects:ro"]


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """The folder after ``make-secrets``."""
    shutil.copy(FOLDER / "make-secrets", tmp_path)
    subprocess.run([tmp_path / "make-secrets"], check=True, capture_output=True)
    return tmp_path


def environ_of(service: str, folder: Path) -> dict[str, str]:
    """What it is started with, as far as no variable decides, with the secrets from this folder."""
    return {
        name: str(folder / value.rpartition("/")[2]) if name.endswith("_FILE") else value
        for name, value in SERVICES[service]["environment"].items()
        if "$" not in value
    }


def test_the_made_secrets_are_those_of_the_file_and_production_takes_them(made: Path) -> None:
    folder = made / "secrets"
    assert {path.name for path in folder.iterdir()} == set(COMPOSE["secrets"])
    assert folder.stat().st_mode & 0o777 == 0o700
    settings: Settings = settings_for(made / "var", **environ_of("web", folder))
    assert settings.production
    public: Settings = settings_for(made / "public", **environ_of("public", folder))
    assert public.production
    assert "semblance_public:" in str(public.public_database_url)
    password = (folder / "postgres_password").read_text()
    assert len(password) == 64
    assert f"semblance:{password}@postgres:5432/semblance" in settings.database_url
    conf = dict(line.split(" ", 1) for line in (folder / "redis_conf").read_text().splitlines())
    assert settings.redis_url == f"redis://:{conf['requirepass']}@redis:6379/0"


def test_secrets_are_made_once(made: Path) -> None:
    before = {path.name: path.read_text() for path in (made / "secrets").iterdir()}
    (made / "secrets" / "secret_key").chmod(0o644)
    (made / "secrets" / "secret_key").write_text("kept")
    subprocess.run([made / "make-secrets"], check=True, capture_output=True)
    after = {path.name: path.read_text() for path in (made / "secrets").iterdir()}
    assert after == {**before, "secret_key": "kept"}


@pytest.mark.redis
def test_redis_takes_the_made_configuration(made: Path) -> None:
    server = shutil.which("redis-server")
    if server is None:
        not_installed("Redis", "redis-server")
    port = free_port()
    conf = made / "secrets" / "redis_conf"
    process = subprocess.Popen(
        [server, str(conf), "--port", str(port), "--bind", "127.0.0.1"], cwd=made, stdout=subprocess.DEVNULL
    )
    password = conf.read_text().split()[1]
    try:

        def answers() -> bool:
            with redis.Redis(port=port, password=password) as client:
                try:
                    return bool(client.ping())
                except redis.exceptions.ConnectionError:
                    return False

        wait_until(answers, 20, "the start of Redis")
        with redis.Redis(port=port) as client, pytest.raises(redis.exceptions.AuthenticationError):
            client.ping()
    finally:
        process.terminate()
        process.wait(10)
