"""The servers that other tests stand on are real, clean and go away."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis
import requests

from app.settings import ROOT
from tests import emulators, servers
from tests.bucket import Bucket
from tests.live import alive


@pytest.mark.postgres
def test_every_test_has_an_empty_database_of_its_own(postgres_url: str) -> None:
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert tables == (0,)


@pytest.mark.redis
def test_redis_is_emptied_for_every_test(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("left", "behind")


@pytest.mark.redis
def test_redis_is_emptied_after_the_test_before(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.get("left") is None


@pytest.mark.redis
def test_a_server_is_gone_when_its_context_ends() -> None:
    with servers.redis_server() as url, redis.Redis.from_url(url) as client:
        assert client.ping()
    with redis.Redis.from_url(url) as client, pytest.raises(redis.exceptions.ConnectionError):
        client.ping()


@pytest.mark.cloud
def test_every_test_has_an_empty_bucket_of_its_own(bucket: Bucket) -> None:
    assert bucket.names() == set()
    bucket.overwrite("left", b"behind")
    assert bucket.names() == {"left"}


@pytest.mark.cloud
def test_the_wire_to_a_bucket_holds_requests_to_their_preconditions(bucket: Bucket) -> None:
    upload = f"{bucket.wire}/upload/storage/v1/b/{bucket.name}/o?uploadType=media&name=a&ifGenerationMatch=0"
    statuses = [requests.post(upload, b'{"name": "a"}', timeout=10).status_code for _ in range(2)]
    assert statuses == [200, 412]
    address = f"{bucket.wire}/storage/v1/b/{bucket.name}/o/a"
    generation = requests.get(address, timeout=10).json()["generation"]
    assert requests.delete(f"{address}?ifGenerationMatch=1", timeout=10).status_code == 412
    assert requests.delete(f"{address}?ifGenerationMatch={generation}", timeout=10).status_code == 200


@pytest.mark.cloud
def test_the_emulator_of_a_bucket_is_gone_when_its_context_ends() -> None:
    with servers.storage_emulator() as url:
        assert requests.get(url, timeout=5).ok
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=5)


@pytest.mark.firebase
@pytest.mark.parametrize("paused", [False, True])
def test_the_emulator_of_firebase_is_gone_when_its_context_ends(paused: bool) -> None:
    with emulators.auth_emulator() as emulator:
        assert emulator.ask("signInWithPassword", email="nobody@example.org", password="x")["error"]["code"] == 400
        if paused:
            emulator.pause()
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://{emulator.host}/", timeout=5)
    assert not alive(emulator.pid)


@pytest.mark.firebase
def test_the_emulator_of_firebase_does_not_outlive_the_run() -> None:
    code = "from tests.emulators import auth_emulator\nwith auth_emulator() as one: print(one.pid, flush=True); input()"
    run = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert run.stdout is not None
    pid = int(run.stdout.readline())
    run.kill()
    run.communicate()
    servers.wait_until(lambda: not alive(pid), 60, "the end of the emulator")


@pytest.mark.firebase
def test_firebase_tools_are_looked_for_where_one_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SEMBLANCE_FIREBASE_TOOLS", str(tmp_path))
    monkeypatch.delenv("SEMBLANCE_REQUIRE_SERVERS", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"npm install .* firebase-tools@"):
        emulators.auth_emulator().__enter__()


@pytest.mark.browser
def test_chromium_starts(chromium_path: str) -> None:
    result = subprocess.run([chromium_path, "--version"], capture_output=True, text=True, check=True)
    assert "Chromium" in result.stdout


def test_a_missing_server_skips_with_the_line_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SEMBLANCE_REQUIRE_SERVERS", raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt-get install -y postgresql"):
        servers.not_installed("PostgreSQL", "postgresql")


def test_a_missing_server_is_a_failure_where_servers_are_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_REQUIRE_SERVERS", "1")
    with pytest.raises(pytest.fail.Exception, match="apt-get install -y redis-server"):
        servers.not_installed("Redis", "redis-server")
