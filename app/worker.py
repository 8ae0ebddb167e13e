"""The worker process, ``python -m app.worker``: the only place where app and inference meet."""

import argparse
import contextlib
import dataclasses
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import structlog
from PIL import Image
from sqlalchemy.exc import SQLAlchemyError

from app import leases, logs, workers
from app.carrier import Carrier
from app.database import BEHIND, Database, schema_state
from app.errors import Refused
from app.handlers import Compared, Found, Made, Renderer, Wish
from app.settings import Settings, SettingsError
from app.settings.fleet import parse_device, parse_kinds
from app.slot import DEFAULT_SLOT, Slot, SlotTaken, hold_slot
from app.station import Station
from app.storage import StorageUnavailable, open_store
from imaging import fonts
from imaging.words import N_
from models import EyePair, JobKind

if TYPE_CHECKING:
    from inference.pipeline import Pipeline

log = structlog.get_logger(__name__)

RendererFactory = Callable[[Settings], Renderer]
SCHEMA_SECONDS = 60.0
NOT_ONE_SIZE = N_("These likenesses are not of one size, so no morph can be made of them. Choose others.")


class PipelineRenderer:
    """The inference pipeline as the worker's handlers see it."""

    def __init__(self, pipeline: "Pipeline") -> None:
        self._pipeline = pipeline

    def describe(self) -> dict[str, Any]:
        return self._pipeline.describe()

    def align(self, image: Image.Image) -> Found:
        from inference.errors import InferenceError

        try:
            found = self._pipeline.align(image)
        except InferenceError as error:
            raise Refused(error.message, **error.values) from error
        return Found(_pair(found.eyes), found.method, found.note)

    def render(self, image: Image.Image, wish: Wish) -> Made:
        from inference.appearance import REGIONS, Appearance
        from inference.errors import InferenceError
        from inference.options import RenderOptions

        eyes = _points(wish.eyes) if wish.eyes else None
        try:
            asked = RenderOptions(
                engine=wish.engine,
                seed=wish.seed,
                strength=wish.strength,
                eyes=eyes,
                appearance=Appearance(**wish.appearance),
            )
            options = self._pipeline.variants(asked, wish.candidates)[wish.candidate - 1]
            made = self._pipeline.render(image, options, wish.sketch_sha256)
        except InferenceError as error:
            raise Refused(error.message, **error.values) from error
        named = {region: getattr(options.appearance, region) for region in REGIONS}
        return Made(
            made.png,
            made.provenance,
            _pair(made.provenance["alignment"]["eyes"]),
            options.seed,
            {region: name for region, name in named.items() if name},
            list(options.candidate.varied),
        )

    def compare(self, photo: Image.Image, likeness: Image.Image, eyes: EyePair | None) -> Compared:
        from imaging.encode import encode_png
        from inference.errors import InferenceError
        from inference.photo import NOTES, place
        from inference.similarity import ssim

        try:
            found = self._pipeline.find_eyes(photo) if eyes is None else None
            note = NOTES.get(found.method, "") if found else ""
            pair = _points(eyes) if eyes else found and found.eyes
            if not pair:
                return Compared(None, note)
            placed = place(photo, pair)
            checkpoint, matcher = self._pipeline.matcher or (None, None)
            cosine = matcher.cosine(placed, likeness) if matcher else None
        except InferenceError as error:
            raise Refused(error.message, **error.values) from error
        sha256 = checkpoint.sha256 if checkpoint else None
        return Compared(_pair(pair), note, encode_png(placed), ssim(placed, likeness), cosine, sha256)

    def morph(self, likenesses: Sequence[Image.Image]) -> Image.Image:
        from inference.morph import morph

        try:
            return morph(self._pipeline.landmarks, likenesses)
        except ValueError as error:
            raise Refused(NOT_ONE_SIZE) from error


def _points(eyes: EyePair) -> tuple[tuple[float, float], tuple[float, float]]:
    return (eyes[0][0], eyes[0][1]), (eyes[1][0], eyes[1][1])


def _pair(eyes: tuple[tuple[float, float], tuple[float, float]] | None) -> EyePair | None:
    return [[float(x), float(y)] for x, y in eyes] if eyes else None


def load_renderer(settings: Settings) -> Renderer:
    """Load the pipeline, which takes seconds and happens once a process. Raises SystemExit, in words."""
    from inference.errors import InferenceError
    from inference.pipeline import Pipeline

    try:
        return PipelineRenderer(Pipeline.load(settings.weights, settings.device))
    except InferenceError as error:
        raise SystemExit(str(error)) from error


def run_worker(
    settings: Settings,
    slot_name: str = DEFAULT_SLOT,
    renderer_factory: RendererFactory = load_renderer,
    kinds: tuple[JobKind, ...] = tuple(JobKind),
) -> bool:
    """Work on these kinds of job until SIGTERM or SIGINT. False when the process must end without waiting for one.

    Raises SlotTaken when the slot has a living worker.
    """
    asked_to_stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _set_from_handler(asked_to_stop))
    carrier = Carrier(settings)
    database = Database(settings.database_url, on_work=carrier.wake)
    with hold_slot(settings.var, slot_name) as slot:
        wait_for_schema(database, asked_to_stop)
        with database.session() as db:
            leases.recover_slot(db, f"{slot.host}/{slot.name}")
        renderer = renderer_factory(settings)
        if asked_to_stop.is_set():
            return True
        station = _open_station(settings, database, slot, renderer, kinds)
        return _work(station, carrier, asked_to_stop)


def _set_from_handler(event: threading.Event) -> None:
    """A handler runs inside whatever the main thread was doing. If that was taking the event's own lock, setting it
    there would wait for ever; another thread only waits until the handler is over."""
    threading.Thread(target=event.set, daemon=True).start()


def _open_station(
    settings: Settings, database: Database, slot: Slot, renderer: Renderer, kinds: tuple[JobKind, ...]
) -> Station:
    publishing = {"thai": fonts.thai_file() is not None, "certificate": settings.c2pa_certificate is not None}
    capabilities = {**renderer.describe(), "asked_device": settings.device, "publishing": publishing}
    with database.session() as db:
        worker = workers.register(db, slot.host, slot.name, capabilities, kinds)
    log.info("worker_ready", worker=worker.name, device=worker.device, kinds=worker.kinds)
    return Station(settings, database, open_store(settings), renderer, worker)


def _work(station: Station, carrier: Carrier, asked_to_stop: threading.Event) -> bool:
    carrier.on_wake = lambda kind: station.drain(wait=True)  # noqa: ARG005
    carrier.idle = station.idle
    carrier.on_sweep, carrier.on_audit, carrier.on_anchor = station.sweep, station.audit, station.anchor
    station.repeat(station.beat)
    station.repeat(station.purge)
    station.repeat(station.note_tips)
    # Whatever happens to the carrier, a look into the records every few seconds finds all work.
    station.repeat(lambda: station.drain(wait=False))
    carrier.listen(station.kinds)
    asked_to_stop.wait()
    log.info("worker_stopping")
    carrier.stop_listening()
    return station.stop()


def wait_for_schema(database: Database, asked_to_stop: threading.Event) -> None:
    """Wait for the records to be reachable and at this code's revision or ahead. Raises SystemExit after a minute."""
    deadline = time.monotonic() + SCHEMA_SECONDS
    while not asked_to_stop.is_set():
        with contextlib.suppress(SQLAlchemyError), database.engine.connect() as connection:
            if schema_state(connection) != BEHIND:
                return
        if time.monotonic() > deadline:
            raise SystemExit("The records cannot be reached, or need `python -m app.database upgrade`.")
        asked_to_stop.wait(0.5)


def main(arguments: list[str] | None = None, renderer_factory: RendererFactory = load_renderer) -> int:
    parser = argparse.ArgumentParser(prog="python -m app.worker", description="Does the work on sketches.")
    parser.add_argument("--slot", default=DEFAULT_SLOT, help="the worker's name on this machine (default: %(default)s)")
    parser.add_argument("--device", help="auto, cpu, cuda or cuda:N (default: what SEMBLANCE_DEVICE says)")
    parser.add_argument("--kinds", default=",".join(JobKind), help="the kinds of job to take (default: %(default)s)")
    chosen = parser.parse_args(arguments)
    try:
        settings = Settings.from_env()
        kinds, device = parse_kinds(chosen.kinds), parse_device(chosen.device or settings.device)
        logs.configure(settings.production)
        idle = run_worker(dataclasses.replace(settings, device=device), chosen.slot, renderer_factory, kinds)
    except (SettingsError, SlotTaken, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    except StorageUnavailable as error:
        print(error.reason, file=sys.stderr)
        return 1
    if not idle:
        # The job was handed back; its thread cannot be interrupted, only left behind.
        sys.stderr.flush()
        os._exit(0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
