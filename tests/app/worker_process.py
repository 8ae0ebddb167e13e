"""A real worker process with a renderer for tests, which dies or dawdles where the test wants it to.

``SEMBLANCE_TEST_DIE_AT`` names a moment of MOMENTS; the process kills itself with SIGKILL there, as often as
``SEMBLANCE_TEST_DEATHS`` says (all processes together, counted in a file). ``SEMBLANCE_TEST_POISON`` is the
seed of a job that always kills; ``SEMBLANCE_TEST_HOLD`` a file: while it is there, renders wait. With
``SEMBLANCE_TEST_ONLY_WOKEN`` the process looks for work by itself but once, at its start.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy.orm import Session

from app import handlers, station, worker
from app.handlers import Found, Made, Wish
from app.leases import Claim
from app.settings import Settings
from app.storage import ObjectStore, open_store
from tests.app.renderers import QuickRenderer

MOMENTS = ("claimed", "rendering", "one object stored", "all objects stored", "recorded", "committed")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_at(moment: str) -> None:
    """Die here if this is the moment, and not often enough yet."""
    if os.environ.get("SEMBLANCE_TEST_DIE_AT") != moment:
        return
    deaths = Path(os.environ["SEMBLANCE_VAR"]) / "deaths"
    with deaths.open("a") as file:
        file.write(f"{moment}\n")
    if len(deaths.read_text().splitlines()) <= int(os.environ.get("SEMBLANCE_TEST_DEATHS", "1")):
        die()


class MortalRenderer(QuickRenderer):
    def align(self, image: Image.Image) -> Found:
        return super().align(image)

    def render(self, image: Image.Image, wish: Wish) -> Made:
        die_at("rendering")
        if str(wish.seed) == os.environ.get("SEMBLANCE_TEST_POISON"):
            die()
        if wish.seed == 13:
            raise MemoryError
        hold = Path(os.environ.get("SEMBLANCE_TEST_HOLD", "/nonexistent"))
        pause = threading.Event()
        while hold.exists():
            pause.wait(0.02)
        return super().render(image, wish)


def arm(kind: type[ObjectStore]) -> None:
    """Put the moments around the steps of a render that uses this kind of store."""
    perform, put, finish = handlers.perform, kind.put, station._finish

    def perform_mortally(claim: Claim, *rest: Any) -> handlers.Record:
        if claim.kind == "render":
            die_at("claimed")
        return perform(claim, *rest)

    stored: list[str] = []

    def put_mortally(store: ObjectStore, key: str, data: bytes) -> bool:
        created = put(store, key, data)
        stored.append(key)
        die_at("one object stored" if len(stored) == 1 else "all objects stored")
        return created

    def finish_mortally(db: Session, claim: Claim, record: handlers.Record) -> None:
        def record_mortally(inner: Session) -> None:
            record(inner)
            inner.flush()
            if claim.kind == "render":
                die_at("recorded")

        finish(db, claim, record_mortally)
        if claim.kind == "render":
            die_at("committed")

    handlers.perform = perform_mortally  # type: ignore[assignment]
    kind.put = put_mortally  # type: ignore[method-assign,assignment]
    station._finish = finish_mortally


def only_woken() -> None:
    """Whatever is done after the first look was begun by a wake-up."""
    drain, looked = station.Station.drain, threading.Event()

    def drain_when_woken(self: station.Station, *, wait: bool) -> None:
        if wait or not looked.is_set():
            looked.set()
            drain(self, wait=wait)

    station.Station.drain = drain_when_woken  # type: ignore[method-assign]


def only_work() -> None:
    """No daily look: what it stores is none of a render's objects, and a worker that starts in its minute looks."""
    for daily in ("anchor", "audit"):
        setattr(station.Station, daily, lambda _self: None)


def mortal(settings: Settings) -> handlers.Renderer:
    if "SEMBLANCE_TEST_ONLY_WOKEN" in os.environ:
        only_woken()
    arm(type(open_store(settings)))
    only_work()
    return MortalRenderer()


FACTORY: Callable[[Settings], handlers.Renderer] = mortal

if __name__ == "__main__":
    sys.exit(worker.main(renderer_factory=FACTORY))
