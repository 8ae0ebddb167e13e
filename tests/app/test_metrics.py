"""What Prometheus is told: the right figures, to whoever has the token, and nothing about anybody."""

import datetime as dt
import re
from pathlib import Path

import pytest
import requests
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import update
from sqlalchemy.orm import Session

from app import create_app, workers
from app.database import transaction
from app.settings import Settings, SettingsError
from models import Job, JobState, Worker, utc_now
from tests.app.conftest import settings_for
from tests.app.renderers import CAPABILITIES
from tests.app.web import Browser, services, work
from tests.live import live
from tests.people import Person
from tests.servers import wait_until

TOKEN = "a-token-for-the-scraper"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
def database_url(settings: Settings) -> str:
    return settings.database_url


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_for(tmp_path / "var", METRICS_TOKEN=TOKEN)


def read(text: str) -> Figures:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def figure(found: Figures, name: str, **labels: str) -> float | None:
    return found.get((name, frozenset(labels.items())))


def scrape(browser: Browser) -> Figures:
    answer = browser.get("/metrics", **BEARER)
    assert answer.status_code == 200
    return read(answer.text)


def test_requests_and_jobs_and_workers_are_counted(app: Flask, signed_in: Browser, db: Session, png: bytes) -> None:
    workers.register(db, "here", "9", {**CAPABILITIES, "device": "cuda:Some GPU/bf16"})
    address = signed_in.upload(png).headers["Location"]
    waiting = scrape(signed_in)
    assert figure(waiting, "semblance_jobs", kind="align", state="queued") == 1
    assert (figure(waiting, "semblance_job_oldest_waiting_seconds", kind="align") or 0) > 0
    work(app)
    for _ in range(3):
        signed_in.get(address)
    signed_in.get(address.replace(address[-4:], "0000"))
    with transaction(db):
        db.execute(update(Worker).values(heartbeat_at=utc_now() + dt.timedelta(hours=1)))
    found = scrape(signed_in)
    page = {"rule": "/sketches/<uuid:sketch_id>", "method": "GET"}
    assert figure(found, "semblance_http_request_seconds_count", **page, status="2xx") == 3
    assert figure(found, "semblance_http_request_seconds_count", **page, status="4xx") == 1
    assert figure(found, "semblance_jobs", kind="align", state="done") == 1
    assert figure(found, "semblance_jobs", kind="render", state="queued") == 0
    assert figure(found, "semblance_job_oldest_waiting_seconds", kind="align") == 0
    assert (figure(found, "semblance_job_seconds", kind="align", quantile="0.5") or -1) >= 0
    assert figure(found, "semblance_workers", device="cuda:Some GPU/bf16") == 1
    assert figure(found, "semblance_workers_taking", kind="render") == 2
    assert figure(found, "semblance_http_errors_total", kind="NotFound") == 1
    assert figure(found, "semblance_database_up") == 1
    assert figure(found, "semblance_storage_resting") == 0
    build = next(labels for name, labels in found if name == "semblance_build_info")
    assert dict(build)["schema"] == dict(build)["database"]


def test_labels_tell_nothing_about_anybody(app: Flask, signed_in: Browser, person: Person, png: bytes) -> None:
    address = signed_in.upload(png, "secret-name.png", title="Secret title").headers["Location"]
    signed_in.get(address)
    signed_in.get("/no/such/page/secret-name")
    signed_in.client.open("/sketches", method="SECRETMETHOD")
    Browser(app).get("/set-password/secret-token")
    text = signed_in.get("/metrics", **BEARER).text
    assert "secret" not in text.lower()
    assert "example.org" not in text
    assert re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", text) is None
    assert 'method="other"' in text
    assert 'rule="-"' in text


@pytest.mark.parametrize("header", ["", "Bearer wrong", TOKEN, f"Basic {TOKEN}", "Bearer \u00e9"])
def test_without_the_token_nothing_is_told(browser: Browser, header: str) -> None:
    answer = browser.get("/metrics", Authorization=header, Accept="application/json")
    assert answer.status_code == 401
    assert "semblance_" not in answer.text


def test_where_no_token_is_set_there_is_nothing(tmp_path: Path) -> None:
    browser = Browser(create_app(settings_for(tmp_path / "other")))
    assert browser.get("/metrics", **BEARER).status_code == 404


def test_a_short_token_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="METRICS_TOKEN"):
        settings_for(tmp_path, METRICS_TOKEN="short")


def test_without_records_the_rest_is_still_told(app: Flask, browser: Browser) -> None:
    browser.get("/livez")
    services(app).database.close()
    for path in services(app).settings.var.glob("semblance.db*"):
        path.unlink()
    found = scrape(browser)
    assert figure(found, "semblance_database_up") == 0
    assert figure(found, "semblance_http_request_seconds_count", rule="/livez", method="GET", status="2xx") == 1


def test_a_parked_job_is_counted_as_one(signed_in: Browser, db: Session, png: bytes) -> None:
    signed_in.upload(png)
    with transaction(db):
        for job in db.query(Job):
            job.state = JobState.PARKED
    assert figure(scrape(signed_in), "semblance_jobs", kind="align", state="parked") == 1


@pytest.mark.slow
def test_the_processes_of_one_web_server_count_together(tmp_path: Path) -> None:
    with live(tmp_path / "var", METRICS_TOKEN=TOKEN, WORKERS="0") as server:
        folder, made = server.settings.var / f"metrics-{server.settings.port}", 0

        def both() -> bool:
            nonlocal made
            assert requests.get(server.url + "/livez", timeout=30).ok  # a new connection each: both processes answer
            made += 1
            return made >= 60 and len(list(folder.glob("histogram_*.db"))) == 2

        wait_until(both, 120, "an answer of both processes")
        counted = set()
        for _ in range(10):
            text = requests.get(server.url + "/metrics", headers=BEARER, timeout=30).text
            found = read(text)
            labels = {"rule": "/livez", "method": "GET", "status": "2xx"}
            counted.add(figure(found, "semblance_http_request_seconds_count", **labels))
            assert figure(found, "semblance_database_up") == 1
        assert len(counted) == 1
        assert (counted.pop() or 0) >= made
