"""Structured logs: what happened to which record, never who a person is or what they typed."""

import logging
import re
import sys
import time
import uuid
from typing import TextIO

import structlog
from flask import Flask, Response, g, request
from structlog.tracebacks import ExceptionDictTransformer

from app.proxies import given_request_id

HANDLER = "semblance"
# Control signs, the ends of lines that Unicode knows, and what turns the direction of writing.
_RISKY = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
# Without local variables: those hold what people typed.
_tracebacks = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))


def harmless(text: str) -> str:
    """The text with whatever could end a line, or command a terminal, written out."""
    return _RISKY.sub(lambda sign: sign[0].encode("unicode_escape", "surrogatepass").decode(), text)


def _plain_words(_logger: object, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """A line stays a line, whatever somebody typed; tracebacks are several, each marked as one."""
    for name, value in event.items():
        if name == "exception":
            event[name] = "\n".join(f"  | {harmless(line)}" for line in str(value).split("\n"))
        elif not isinstance(value, int | float | None):
            event[name] = harmless(str(value))
    return event


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
        else [structlog.processors.format_exc_info, _plain_words, _console()]
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


def _console() -> structlog.dev.ConsoleRenderer:
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())


log = structlog.get_logger(__name__)


def _begin() -> None:
    g.request_id = given_request_id(request.environ, lambda: uuid.uuid4().hex)
    g.began = time.perf_counter()
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


def _name(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.request_id
    return response


def init_app(app: Flask, log_requests: bool = True) -> None:
    """Must come first, so that every later hook has a request id. Without ``log_requests`` only what went wrong is
    logged: a line for each would tell to the second when somebody was there."""
    app.before_request(_begin)
    app.after_request(_end if log_requests else _name)
