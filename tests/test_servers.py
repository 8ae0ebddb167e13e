"""The servers that other tests stand on are real, clean and go away."""

import subprocess

import psycopg
import pytest
import redis
import requests

from tests import servers
from tests.bucket import Bucket


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
