"""The servers that other tests stand on are real, clean and go away."""

import subprocess

import psycopg
import pytest
import redis

from tests import servers


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
