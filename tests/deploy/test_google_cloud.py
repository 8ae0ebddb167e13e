"""The Terraform files, without Google: they parse, refer to what exists, and give nobody more than is needed."""

import re
from collections.abc import Iterator
from typing import Any

import hcl2
import pytest

from app.settings import ROOT

FOLDER = ROOT / "deploy" / "google-cloud"
KINDS = {"resource", "ephemeral"}
REFERENCE = re.compile(r"(?<![\w.\"/@-])((?:ephemeral\.)?(?:google|random)_\w+)\.(\w+)")
NAMED = re.compile(r"(?<![\w.])(var|local)\.(\w+)")
STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def _parse() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(FOLDER.glob("*.tf")):
        for kind, blocks in hcl2.loads(path.read_text()).items():
            found.setdefault(kind, []).extend(block for block in blocks if isinstance(block, dict))
    return found


CONFIGURATION = _parse()


def _bare(text: str) -> str:
    return text.strip('"')


def resources() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Type, name and body of each."""
    for block in CONFIGURATION["resource"]:
        for kind, named in block.items():
            for name, body in named.items() if isinstance(named, dict) else ():
                yield _bare(kind), _bare(name), body


def of_type(kind: str) -> dict[str, dict[str, Any]]:
    return {name: body for found, name, body in resources() if found == kind}


def values(value: object, name: str) -> Iterator[Any]:
    """Every value of this attribute, however deep."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == name:
                yield inner
            yield from values(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from values(inner, name)


def _sources() -> str:
    return "\n".join(re.sub(r"(?m)^\s*#.*$", "", path.read_text()) for path in sorted(FOLDER.glob("*.tf")))


def test_whatever_is_referred_to_exists() -> None:
    known = {f"{kind}.{name}" for kind, name, _ in resources()}
    for block in CONFIGURATION["ephemeral"]:
        known |= {f"ephemeral.{_bare(kind)}.{_bare(name)}" for kind, named in block.items() for name in named}
    # References inside of strings are in ${...}; what else is in a string refers to nothing.
    text = STRING.sub(lambda found: " ".join(re.findall(r"\$\{([^}]*)\}", found.group())), _sources())
    used = {f"{kind}.{name}" for kind, name in REFERENCE.findall(text)}
    assert len(used) > 20
    assert used <= known


@pytest.mark.parametrize("kind, block", [("var", "variable"), ("local", "locals")])
def test_every_variable_is_declared_and_used(kind: str, block: str) -> None:
    declared = {_bare(name) for one in CONFIGURATION[block] for name in one if not name.startswith("__")}
    assert {name for found, name in NAMED.findall(_sources()) if found == kind} == declared


def test_no_account_has_a_role_in_the_whole_project_nor_a_broad_one() -> None:
    project_wide = [name for kind, name, _ in resources() if kind.startswith("google_project_iam")]
    assert project_wide == ["firebase"]
    assert "firebase" in str(of_type("google_project_iam_member")["firebase"]["count"])
    roles = {_bare(str(role)) for _, _, body in resources() for role in values(body, "role")}
    assert roles == {
        "roles/secretmanager.secretAccessor",
        "roles/storage.objectCreator",
        "roles/storage.objectViewer",
        "roles/storage.legacyObjectReader",
        "roles/run.invoker",
        "roles/firebaseauth.admin",
    }


def test_each_process_has_its_own_account_and_none_has_keys() -> None:
    processes = [
        of_type("google_cloud_run_v2_service")["web"],
        of_type("google_cloud_run_v2_service")["public"],
        of_type("google_cloud_run_v2_worker_pool")["gpu"],
        of_type("google_cloud_run_v2_job")["migrate"],
        of_type("google_cloud_run_v2_service")["tips"],
    ]
    accounts = [_bare(str(account)) for one in processes for account in values(one, "service_account")]
    names = ("web", "public", "worker", "migrate", "tips[0]")
    assert accounts == [f"${{google_service_account.{name}.email}}" for name in names]
    assert not of_type("google_service_account_key")


def test_migrations_get_neither_the_objects_nor_redis() -> None:
    (locals_of_secrets,) = [one["readers"] for one in CONFIGURATION["locals"] if "readers" in one]
    migrate = str(locals_of_secrets).partition("migrate/")[0].rpartition("for name in")[2]
    assert "secret-key" in migrate
    assert "database-url" in migrate
    assert "redis" not in migrate
    (users,) = [one["object_users"] for one in CONFIGURATION["locals"] if "object_users" in one]
    assert {_bare(name) for name in users} == {"web", "worker"}


def test_the_public_pages_know_one_secret_and_list_no_object() -> None:
    (public,) = (body for name, body in of_type("google_cloud_run_v2_service").items() if name == "public")
    assert set(re.findall(r"secret_version\.(\w+)\.secret", str(public))) == {"public_database_url"}
    (settings,) = [one["public_settings"] for one in CONFIGURATION["locals"] if "public_settings" in one]
    assert {_bare(name): _bare(str(value)) for name, value in settings.items()}["SURFACE"] == "public"
    roles = [
        _bare(body["role"])
        for kind, _, body in resources()
        if "google_service_account.public" in str(body.get("member")) and kind.startswith("google_storage")
    ]
    assert roles == ["roles/storage.legacyObjectReader"]


def test_nobody_keeps_a_list_of_readers() -> None:
    exclusion = of_type("google_logging_project_exclusion")["readers"]
    assert "semblance-public" in exclusion["filter"]
    assert "requests" in exclusion["filter"]


def test_the_bucket_is_never_public_and_forgets_slowly() -> None:
    (bucket,) = of_type("google_storage_bucket").values()
    assert bucket["uniform_bucket_level_access"] is True
    assert _bare(bucket["public_access_prevention"]) == "enforced"
    assert bucket["force_destroy"] is False
    assert bucket["versioning"][0]["enabled"] is True
    assert int(bucket["soft_delete_policy"][0]["retention_duration_seconds"]) >= 30 * 86_400
    assert not of_type("google_storage_bucket_acl")
    public = [member for kind, _, body in resources() if "storage" in kind for member in values(body, "member")]
    assert public
    assert not [member for member in public if "allUsers" in str(member) or "allAuthenticatedUsers" in str(member)]


def test_records_have_no_public_address_and_can_be_brought_back_to_any_moment() -> None:
    (records,) = of_type("google_sql_database_instance").values()
    assert list(values(records, "ipv4_enabled")) == [False]
    assert [_bare(mode) for mode in values(records, "ssl_mode")] == ["ENCRYPTED_ONLY"]
    assert list(values(records, "point_in_time_recovery_enabled")) == [True]
    assert records["deletion_protection"] is True


def test_no_secret_is_written_here_or_into_the_state() -> None:
    plain = {"password", "secret_data", "root_password", "auth_string"}
    for kind, name, body in resources():
        assert not [word for word in plain for _ in values(body, word)], f"{kind}.{name}"
    assert not of_type("random_password")
    for version in of_type("google_secret_manager_secret_version").values():
        assert "${" in str(version["secret_data_wo"])
    names = {_bare(str(name)) for _, _, body in resources() for name in values(body, "name") if isinstance(name, str)}
    assert not names & {"SECRET_KEY", "DATABASE_URL", "REDIS_URL"}  # these come by secret_key_ref alone


def test_every_setting_that_is_given_is_one_that_the_product_reads() -> None:
    read = "".join(path.read_text() for path in [*(ROOT / "app").rglob("*.py"), ROOT / "Dockerfile"])
    given = set(re.findall(r'"?\b((?:SEMBLANCE|STORAGE|SECRET|DATABASE|REDIS)_[A-Z_]+|HOST)\b"?', _sources()))
    assert {"SEMBLANCE_ENV", "STORAGE_URL", "SECRET_KEY", "HOST"} <= given
    assert [name for name in given if f'"{name}"' not in read and f"{name}=" not in read] == []


def test_web_is_closed_to_the_internet_until_somebody_opens_it() -> None:
    defaults = {_bare(name): body for one in CONFIGURATION["variable"] for name, body in one.items()}
    assert defaults["invokers"]["default"] == defaults["public_invokers"]["default"] == []
    assert "LOAD_BALANCER" in defaults["ingress"]["default"]


def test_the_forms_for_tips_only_add_and_are_noted_nowhere() -> None:
    secrets = of_type("google_secret_manager_secret_iam_member")
    assert "google_secret_manager_secret.tips" in str(secrets["tips_reads"]["for_each"])
    (users,) = [one["object_users"] for one in CONFIGURATION["locals"] if "object_users" in one]
    assert "tips" not in str(users)
    assert "objectCreator" in str(of_type("google_storage_bucket_iam_member")["tips_adds"])
    exclusion = of_type("google_logging_project_exclusion")["tips"]
    assert 'service_name=\\"semblance-tips\\"' in exclusion["filter"]
    assert "run.googleapis.com%2Frequests" in exclusion["filter"]
    (given,) = [one["tips_settings"] for one in CONFIGURATION["locals"] if "tips_settings" in one]
    assert not [name for name in given if "IDENTITY" in name or "FIREBASE" in name or "PUBLIC" in name]
    scaling = of_type("google_cloud_run_v2_service")["tips"]["template"][0]["scaling"][0]
    assert scaling["max_instance_count"] == 1
