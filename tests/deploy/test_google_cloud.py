"""The Terraform files, without Google: they parse, refer to what exists, and give nobody more than is needed."""

import functools
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hcl2
import pytest

from app.settings import ROOT

FOLDER = ROOT / "deploy" / "google-cloud"
SURFACE = FOLDER / "surface"
"""The module that each of the three web servers is made by."""
FOLDERS = pytest.mark.parametrize("folder", [FOLDER, SURFACE], ids=lambda folder: folder.name)
REFERENCE = re.compile(r"(?<![\w.\"/@-])((?:ephemeral\.)?(?:google|random)_\w+)\.(\w+)")
NAMED = re.compile(r"(?<![\w.])(var|local)\.(\w+)")
STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


@functools.cache
def parsed(folder: Path) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(folder.glob("*.tf")):
        for kind, blocks in hcl2.loads(path.read_text()).items():
            found.setdefault(kind, []).extend(block for block in blocks if isinstance(block, dict))
    return found


CONFIGURATION = parsed(FOLDER)


def _bare(text: str) -> str:
    return text.strip('"')


def resources(folder: Path | None = None) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Type, name and body of each, of everything or of one folder."""
    blocks = [block for one in ([folder] if folder else [FOLDER, SURFACE]) for block in parsed(one)["resource"]]
    for block in blocks:
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


def surfaces() -> dict[str, dict[str, Any]]:
    """What the module is told for each of the three."""
    return {_bare(name): body for block in CONFIGURATION["module"] for name, body in block.items()}


def expression(name: str) -> Any:
    """What a local value is, as its text where it is computed."""
    (found,) = (one[name] for one in CONFIGURATION["locals"] if name in one)
    return found


def local(name: str) -> dict[str, Any]:
    return {_bare(key): value for key, value in expression(name).items()}


def _sources(*folders: Path) -> str:
    files = [path for folder in folders or (FOLDER, SURFACE) for path in sorted(folder.glob("*.tf"))]
    return "\n".join(re.sub(r"(?m)^\s*#.*$", "", path.read_text()) for path in files)


@pytest.mark.parametrize("arguments", [("fmt", "-check", "-diff", "-recursive"), ("get",)], ids=lambda one: one[0])
def test_terraform_itself_reads_it(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """As far as it can without Google's provider, which it would have to fetch."""
    terraform = shutil.which("terraform")
    if terraform is None:
        pytest.skip("terraform is not installed on this machine")
    copy = shutil.copytree(FOLDER, tmp_path / "google-cloud", ignore=shutil.ignore_patterns(".terraform"))
    quiet = {"TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1", "HOME": str(tmp_path)}
    result = subprocess.run([terraform, *arguments], cwd=copy, env=quiet, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@FOLDERS
def test_whatever_is_referred_to_exists(folder: Path) -> None:
    known = {f"{kind}.{name}" for kind, name, _ in resources(folder)}
    for block in parsed(folder).get("ephemeral", []):
        known |= {f"ephemeral.{_bare(kind)}.{_bare(name)}" for kind, named in block.items() for name in named}
    # References inside of strings are in ${...}; what else is in a string refers to nothing.
    text = STRING.sub(lambda found: " ".join(re.findall(r"\$\{([^}]*)\}", found.group())), _sources(folder))
    used = {f"{kind}.{name}" for kind, name in REFERENCE.findall(text)}
    assert used
    assert used <= known
    modules = set(re.findall(r"(?<![\w.])module\.(\w+)", _sources(folder)))
    assert modules <= {_bare(name) for block in parsed(folder).get("module", []) for name in block}


@FOLDERS
@pytest.mark.parametrize("kind, block", [("var", "variable"), ("local", "locals")])
def test_every_variable_is_declared_and_used(folder: Path, kind: str, block: str) -> None:
    declared = {_bare(name) for one in parsed(folder)[block] for name in one if not name.startswith("__")}
    assert {name for found, name in NAMED.findall(_sources(folder)) if found == kind} == declared


def test_each_surface_is_told_what_the_module_asks_for() -> None:
    asked = {_bare(name): body for one in parsed(SURFACE)["variable"] for name, body in one.items()}
    needed = {name for name, body in asked.items() if "default" not in body}
    assert set(surfaces()) == {"web", "public", "tips"}
    for told in surfaces().values():
        given = {name for name in told if not name.startswith("__")} - {"source", "count", "depends_on"}
        assert needed <= given <= set(asked)
        assert _bare(told["source"]) == "./surface"
    outputs = {_bare(name) for one in parsed(SURFACE)["output"] for name in one}
    assert set(re.findall(r"module\.\w+(?:\[\*\])?\.(\w+)", _sources(FOLDER))) == outputs


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
    processes = [of_type("google_cloud_run_v2_worker_pool")["gpu"], of_type("google_cloud_run_v2_job")["migrate"]]
    accounts = [_bare(str(account)) for one in processes for account in values(one, "service_account")]
    accounts += [_bare(surfaces()[name]["account"]) for name in ("web", "public", "tips")]
    names = ("worker", "migrate", "web", "public", "tips")
    assert accounts == [f"${{google_service_account.{name}.email}}" for name in names]
    assert set(of_type("google_service_account")) == set(names)
    assert not of_type("google_service_account_key")


def test_migrations_get_neither_the_objects_nor_redis() -> None:
    assert read_by("migrate") == {"secret-key", "database-url", "public-database-url", "tips-database-url"}
    assert not [name for name, by in local("own_readers").items() if "migrate" in str(by)]
    assert set(local("object_users")) == {"web", "worker"}


def read_by(process: str) -> set[str]:
    """The secrets, of those that Terraform makes, that a process reads."""
    return set(re.findall(r'"([a-z-]+)"', str(local("read_by")[process])))


def test_the_migrations_make_the_roles_of_the_outside_surfaces() -> None:
    given = set(re.findall(r"[A-Z_]{8,}", expression("migrate_versions")))
    assert {"PUBLIC_DATABASE_URL", "TIPS_DATABASE_URL"} <= given
    # A user that Cloud SQL makes is a member of its superusers' stand-in.
    assert set(of_type("google_sql_user")) == {"app"}


def test_the_public_pages_know_one_secret_and_list_no_object() -> None:
    public = surfaces()["public"]
    assert read_by("public") == {"public-database-url"}
    assert {name for name, by in local("own_readers").items() if "public" in str(by)} == {
        "METRICS_TOKEN",
        "C2PA_CERTIFICATE",
    }
    assert set(re.findall(r"secret_version\.(\w+)", str(public["secrets"]))) == {"public_database_url"}
    assert re.search(r"SURFACE\W+public", str(public["settings"]))
    roles = [
        _bare(body["role"])
        for kind, _, body in resources()
        if "google_service_account.public" in str(body.get("member")) and kind.startswith("google_storage")
    ]
    assert roles == ["roles/storage.legacyObjectReader"]


def test_nobody_keeps_a_list_of_readers() -> None:
    exclusion = of_type("google_logging_project_exclusion")["requests"]
    assert 'service_name=\\"${var.name}\\"' in exclusion["filter"]
    assert "run.googleapis.com%2Frequests" in exclusion["filter"]
    noted = {name: told["notes_requests"] for name, told in surfaces().items()}
    assert noted == {"web": True, "public": False, "tips": False}


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
    tips = surfaces()["tips"]
    assert read_by("tips") == {"tips-database-url", "tips-secret-key"}
    assert not [name for name, by in local("own_readers").items() if "tips" in str(by)]
    assert "tips" not in str(local("object_users"))
    assert "objectCreator" in str(of_type("google_storage_bucket_iam_member")["tips_adds"])
    assert not re.search("IDENTITY|FIREBASE|PUBLIC_|REDIS", str(tips["settings"]) + str(tips["secrets"]))
    assert {_bare(name): most for name, most in tips["instances"].items()} == {"least": 1, "most": 1}
