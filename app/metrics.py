"""Figures for Prometheus at /metrics, for whoever has the token. Labels are few, and never say who or what.

Requests are counted in the process that answers them. The processes of one web server share their counts through
files in PROMETHEUS_MULTIPROC_DIR, which the supervisor sets; without it a process counts for itself. Everything about
jobs and workers is read from the records by whichever process is asked.
"""

import hmac
import os
import time

from flask import Blueprint, Flask, Response, current_app, g, request
from flask_babel import gettext as _
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy.pool import QueuePool

from app import context, gate
from app.errors import NotFound, NotSignedIn
from app.measures import Measures

blueprint = Blueprint("metrics", __name__)

METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """What a process counts while it answers. ``work``: whether it also reads from the records what there is to do."""

    def __init__(self, *, work: bool = True) -> None:
        self.work = work
        self.registry = own = CollectorRegistry()
        rule = ("rule", "method", "status")
        self.requests = Histogram(
            "semblance_http_request_seconds", "Requests answered.", rule, buckets=SECONDS, registry=own
        )
        self.errors = Counter("semblance_http_errors", "Requests that met an error.", ("kind",), registry=own)
        self.pool = Gauge(
            "semblance_database_connections", "Open to the database.", registry=own, multiprocess_mode="livesum"
        )
        self.busy = Gauge(
            "semblance_database_connections_in_use", "Lent to a request.", registry=own, multiprocess_mode="livesum"
        )
        self.resting = Gauge(
            "semblance_storage_resting", "1: the storage is not asked.", registry=own, multiprocess_mode="livemax"
        )

    def note_answer(self, response: Response) -> None:
        rule = request.url_rule.rule if request.url_rule else "-"
        method = request.method if request.method in METHODS else "other"
        took = time.perf_counter() - g.get("began", time.perf_counter())
        self.requests.labels(rule, method, f"{response.status_code // 100}xx").observe(took)
        if "problem" in g:
            self.errors.labels(g.problem).inc()
        self.note_state()

    def note_state(self) -> None:
        """What the records' and the objects' side of this process look like now."""
        services = context.services()
        pool = services.database.engine.pool
        if isinstance(pool, QueuePool):
            self.pool.set(pool.checkedin() + pool.checkedout())
            self.busy.set(pool.checkedout())
        self.resting.set(float(services.store.resting))

    def text(self) -> bytes:
        """Everything that was counted, by all processes of this web server."""
        registry = self.registry
        folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
        if folder and os.path.isdir(folder):
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)


@blueprint.get("/metrics")
@gate.public
def metrics() -> Response:
    """Without METRICS_TOKEN there is nothing here. Raises NotFound, NotSignedIn."""
    token = context.settings().metrics_token
    if token is None:
        raise NotFound(_("There is nothing at this address, or it is not yours."))
    sent = request.headers.get("Authorization", "")
    if not hmac.compare_digest(sent.encode(), f"Bearer {token}".encode()):
        raise NotSignedIn(_("Send the token of METRICS_TOKEN as `Authorization: Bearer ...`."))
    counted: Metrics = current_app.extensions["semblance_metrics"]
    counted.note_state()
    records = CollectorRegistry()
    records.register(Measures(context.services(), work=counted.work))
    return Response(counted.text() + generate_latest(records), content_type=CONTENT_TYPE_LATEST)


def init_app(app: Flask, *, work: bool = True) -> None:
    """Without ``work`` nothing is said of jobs and workers: not every role of the database may read them."""
    counted = app.extensions["semblance_metrics"] = Metrics(work=work)

    def note(response: Response) -> Response:
        counted.note_answer(response)
        return response

    app.after_request(note)
