"""Structured logs: what happened to which record, never who a person is or what they typed."""

import logging
import sys
import time
import uuid
from typing import TextIO

import structlog
from flask import Flask, Response, g, request
from structlog.tracebacks import ExceptionDictTransformer

HANDLER = "semblance"
# Without local variables: those hold what people typed.
_tracebacks = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))


def configure(production: bool, stream: TextIO | None = None) -> None:
    """Log to a stream, stderr by default: JSON lines in production, plain lines in development."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last: list[structlog.types.Processor] = (
        [_tracebacks, structlog.processors.JSONRenderer()]
        if production
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    handler.set_name(HANDLER)
    root = logging.getLogger()
    for former in [one for one in root.handlers if one.get_name() == HANDLER]:
        root.removeHandler(former)
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    for chatty in ("alembic", "huey", "PIL"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


log = structlog.get_logger(__name__)


def _begin() -> None:
    g.request_id, g.began = uuid.uuid4().hex, time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.request_id
    # The rule and not the path: a path may hold the token of a one-time link.
    rule = request.url_rule.rule if request.url_rule else "-"
    if request.endpoint != "assets.file":
        took = round((time.perf_counter() - g.began) * 1000, 1)
        log.info("request", method=request.method, rule=rule, status=response.status_code, ms=took)
    return response


def init_app(app: Flask) -> None:
    """Must come first, so that every later hook has a request id."""
    app.before_request(_begin)
    app.after_request(_end)
