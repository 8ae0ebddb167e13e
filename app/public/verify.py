"""``/verify``: is this picture the agency's, and is it still current?

A form without a token against forgery, on purpose: there is no session to bind one to, and sending it changes nothing.
"""

import hmac
import secrets
import threading
from dataclasses import dataclass, field

from flask import Response, current_app, request
from flask_babel import gettext as _
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import RateLimiter, SlidingWindowCounterRateLimiter
from sqlalchemy.orm import Session

from app import context, gate
from app.errors import Refused, TooManyRequests
from app.limits import network
from app.notices import certificates
from app.public import verifying, words
from app.public.answers import answer
from app.public.blueprint import IN_LANGUAGE, blueprint
from app.public.known import Known
from app.public.pages import render
from app.public.verifying import Verdict
from app.settings import PUBLIC_FOLDER
from imaging import face_hash
from imaging.decode import ImageRefused, decode_image
from imaging.fingerprint import BITS, NEAR

MOST_BYTES = 16 * 2**20
MOST_BODY = MOST_BYTES + 2**16
"""With what a form has around a file."""
RATE = parse("20/minute")
TRIALS = {"looks": {"pairs": 351_620, "mistaken": 0}, "face": {"pairs": 147_420, "mistaken": 0}}
"""Pairs of pictures of different people that `benchmarks.perceptual` compared, and those it took for the same."""
AT_ONCE = 2
"""Pictures that one process looks at: a small file can take seconds, and the other threads go on showing pages."""
DESK = "semblance_verify"


@dataclass(frozen=True)
class Desk:
    """What one process remembers: hashes of what is published, and how often an address asked within the last minute,
    under a key of its own and nowhere else. ``room`` is for pictures that are looked at just now."""

    known: Known = field(default_factory=Known)
    counts: RateLimiter = field(default_factory=lambda: SlidingWindowCounterRateLimiter(MemoryStorage()))
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    room: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(AT_ONCE))


class Busy(TooManyRequests):
    retry_after = 5

    def __init__(self) -> None:
        super().__init__(_("Other pictures are being looked at just now. Try again in a few seconds."))


@blueprint.get(f"{IN_LANGUAGE}/verify")
@gate.public
def verify(language: str) -> Response:
    return _page(language)


@blueprint.post(f"{IN_LANGUAGE}/verify")
@gate.public
def verified(language: str) -> Response:
    """What is known of the picture, or of the address, that was sent. Raises TooManyRequests, Busy."""
    _count()
    try:
        verdict = _ask()
    except Refused as error:
        return _page(language, refusal=str(error), status=int(error.status))
    return _page(language, verdict=verdict)


def _ask() -> Verdict:
    """Raises Refused, Busy."""
    upload, address = request.files.get("picture"), request.form.get("address", "").strip()
    data = upload.read(MOST_BYTES + 1) if upload else b""
    # The role of these pages may only read; a session of its own also never writes by mistake.
    with context.services().database.session(read_only=True) as db:
        if data:
            return _picture(db, data)
        if not address:
            raise Refused(_("Choose a picture, or paste an address, first."))
        return verifying.of_address(db, address[:2000], _hosts(), PUBLIC_FOLDER)


def _picture(db: Session, data: bytes) -> Verdict:
    desk = _desk()
    if len(data) > MOST_BYTES:
        raise _unusable()
    if not desk.room.acquire(blocking=False):
        raise Busy
    try:
        decoded = decode_image(data)
        return verifying.of_picture(db, desk.known, data, decoded, certificates.trusted(context.settings()))
    except ImageRefused as error:
        raise _unusable() from error
    finally:
        desk.room.release()


def _unusable() -> Refused:
    return Refused(_("That is no picture that can be looked at here. Send a JPEG, PNG or WebP file of at most 16 MB."))


def _desk() -> Desk:
    found: Desk = current_app.extensions.setdefault(DESK, Desk())
    return found


def _hosts() -> set[str]:
    told = context.settings().notices_address.partition("//")[2].partition("/")[0]
    return {told, request.host.lower()}


def _count() -> None:
    desk = _desk()
    asker = hmac.digest(desk.key, network().encode(), "sha256").hex()
    if context.settings().rate_limits and not desk.counts.hit(RATE, asker):
        raise TooManyRequests(_("That was a lot within a minute. Wait for a minute and go on."))


def _page(language: str, *, status: int = 200, verdict: Verdict | None = None, refusal: str = "") -> Response:
    settings = context.settings()
    page = render(
        settings,
        "verify.html",
        language,
        "verify",
        verdict=verdict,
        refusal=refusal,
        outcomes=words.OUTCOME,
        of_a_face=words.OF_A_FACE,
        ways=words.KNOWN_BY,
        development=certificates.is_development(settings),
        trials=TRIALS,
        near=NEAR,
        near_face=face_hash.NEAR,
        bits=BITS,
    )
    response = answer(page, status=status)
    if verdict is not None or refusal:
        response.headers["Cache-Control"] = "no-store"
    return response
