"""From s2f's records to ours: a sketch with its likeness, of which nothing is known but that s2f made it, and the real
photo where there is one.

Identities follow from the names of s2f's objects, so a second run finds what the first brought in and adds the rest.
"""

import datetime as dt
import io
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import custody, jobs
from app.database import transaction
from app.exchange.seed.bucket import Pictures
from app.exchange.seed.records import BadRow, SeedRecord
from app.intake import Intake, take_in
from app.storage import ObjectStore, object_key
from imaging.decode import ImageRefused, decode_image
from imaging.encode import encode_png, thumbnail_webp
from models import Account, Job, JobKind, JobState, Likeness, RealPhoto, Sketch

ENGINE = "s2f"
SEED = uuid.uuid5(uuid.NAMESPACE_URL, "semblance:s2f")
UNKNOWN = "Nothing is known of its weights, seed and settings; it cannot be made again."


@dataclass
class Report:
    """What was, or would be, brought in; ``problems`` are sentences that name record and file."""

    sketches: int = 0
    likenesses: int = 0
    photos: int = 0
    present: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Likened:
    png: bytes
    thumbnail: bytes
    converted: bool


@dataclass(frozen=True)
class SeedImport:
    """Whose it becomes, and where from."""

    db: Session
    store: ObjectStore
    owner: Account
    unit_id: uuid.UUID | None
    pictures: Pictures
    dry: bool = False

    def run(self, rows: Iterable[SeedRecord | BadRow]) -> Report:
        """Bring in every record that can be read, each in a transaction of its own. Raises StorageFull and
        StorageUnavailable; then those before stay, and the next run goes on."""
        report = Report()
        for row in rows:
            if isinstance(row, BadRow):
                report.problems.append(f"record {row.id}: {row.why}")
            else:
                self._bring(row, report)
        return report

    def _bring(self, row: SeedRecord, report: Report) -> None:
        sketch_id, likeness_id, photo_id = (_identity(kind, row) for kind in ("sketch", "likeness", "photo"))
        there = {kind: self.db.get(kind, key) for kind, key in ((Sketch, sketch_id), (Likeness, likeness_id))}
        sketch = None if there[Sketch] else self._taken("ori", row.original, row, report)
        if sketch is None and not there[Sketch]:
            return
        face = None if there[Likeness] else self._face(row, report)
        real = None
        if row.real and (face or there[Likeness]) and self.db.get(RealPhoto, photo_id) is None:
            real = self._taken("real", row.real, row, report)
        if not (sketch or face or real):
            report.present += 1
            return
        report.sketches += bool(sketch)
        report.likenesses += bool(face)
        report.photos += bool(real)
        if not self.dry:
            self._write(row, sketch, face, real)

    def _taken(self, folder: str, name: str, row: SeedRecord, report: Report) -> Intake | None:
        data = self._get(folder, name, row, report)
        try:
            return take_in(data, drawing=folder == "ori") if data is not None else None
        except ImageRefused as error:
            report.problems.append(f"record {row.id}: {folder}/{name}: {error}")
            return None

    def _face(self, row: SeedRecord, report: Report) -> Likened | None:
        """s2f kept whatever its model's service answered as a picture, also where it answered with an error."""
        data = self._get("gen", row.generated, row, report)
        if data is None:
            return None
        try:
            decoded = decode_image(data)
        except ImageRefused as error:
            report.problems.append(f"record {row.id}: gen/{row.generated}: {error}")
            return None
        plain = decoded.mime == "image/png"
        png = data if plain else encode_png(decoded.image)
        thumbnail = thumbnail_webp(Image.open(io.BytesIO(png), formats=["PNG"]).convert("RGB"))
        return Likened(png, thumbnail, not plain)

    def _get(self, folder: str, name: str, row: SeedRecord, report: Report) -> bytes | None:
        data = self.pictures.get(folder, name)
        if data is None:
            report.problems.append(f"record {row.id}: {folder}/{name} is not in the bucket, or too large.")
        return data

    def _write(self, row: SeedRecord, sketch: Intake | None, face: Likened | None, real: Intake | None) -> None:
        # Objects first: a row must never name bytes that are not there.
        made = [self._sketch(row, sketch)] if sketch else []
        likeness = self._likeness(row, face) if face else None
        photo = self._photo(row, real) if real else None
        with transaction(self.db):
            for one in made:
                self.db.add(one)
                self.db.flush()
                jobs.enqueue(self.db, JobKind.ALIGN, one.id, self.owner.id, {})
                self._record("sketch.added", "sketch", one.id, one.original_sha256, row)
            if likeness:
                self.db.add(_job(likeness, self.owner.id))
                self.db.flush()
                self.db.add(likeness)
                self._record("likeness.imported", "likeness", likeness.id, likeness.image_sha256, row)
            self.db.flush()
            if photo:
                self.db.add(photo)
                self.db.flush()
                jobs.enqueue(self.db, JobKind.PHOTO, photo.id, self.owner.id, {})
                self._record("photo.added", "photo", photo.id, photo.original_sha256, row)

    def _record(self, action: str, kind: str, key: uuid.UUID, sha256: str, row: SeedRecord) -> None:
        """In the chain of the sketch, or of the case that it was filed in since a former run."""
        sketch = self.db.scalars(select(Sketch).where(Sketch.id == _identity("sketch", row))).one()
        by, thing = custody.acting(self.db), custody.Thing(kind, key)
        custody.record(
            self.db, custody.of_sketch(sketch), by, action, thing, after=sha256, source=ENGINE, record=row.id
        )

    def _sketch(self, row: SeedRecord, taken: Intake) -> Sketch:
        key = _identity("sketch", row)
        return Sketch(
            id=key,
            lineage_id=key,
            version=1,
            owner_id=self.owner.id,
            unit_id=self.unit_id,
            title=f"s2f {row.id}",
            file_name=row.original,
            created_at=row.created,
            **self._kept(taken),
        )

    def _likeness(self, row: SeedRecord, face: Likened) -> Likeness:
        image_key, thumbnail_key = (self._keep(data) for data in (face.png, face.thumbnail))
        return Likeness(
            id=_identity("likeness", row),
            sketch_id=_identity("sketch", row),
            job_id=_identity("job", row),
            number=1,
            engine=ENGINE,
            seed=0,
            strength=0.0,
            image_key=image_key,
            image_sha256=image_key.rpartition("/")[2],
            thumbnail_key=thumbnail_key,
            provenance=_provenance(row, face),
            created_at=row.created,
        )

    def _photo(self, row: SeedRecord, taken: Intake) -> RealPhoto:
        return RealPhoto(
            id=_identity("photo", row),
            likeness_id=_identity("likeness", row),
            file_name=row.real,
            created_by=self.owner.id,
            created_at=row.updated,
            **self._kept(taken),
        )

    def _kept(self, taken: Intake) -> dict[str, Any]:
        parts = {"original": taken.original, "clean": taken.clean_png, "thumbnail": taken.thumbnail_webp}
        return {
            **{f"{name}_key": self._keep(data) for name, data in parts.items()},
            "original_sha256": taken.sha256,
            "original_mime": taken.mime,
            "original_size": len(taken.original),
            "width": taken.width,
            "height": taken.height,
        }

    def _keep(self, data: bytes) -> str:
        key = object_key(self.owner.id, data)
        self.store.put(key, data)
        return key


def _identity(kind: str, row: SeedRecord) -> uuid.UUID:
    """s2f drew the name of the original at random for every record, so it tells records apart, of two databases too."""
    return uuid.uuid5(SEED, f"{kind}:{row.original}")


def _provenance(row: SeedRecord, face: Likened) -> dict[str, Any]:
    return {
        "imported": ENGINE,
        "engine": ENGINE,
        "note": UNKNOWN,
        "record": row.id,
        "files": {"sketch": f"ori/{row.original}", "likeness": f"gen/{row.generated}"},
        "converted_to_png": face.converted,
        "created_at": row.created.astimezone(dt.UTC).isoformat(),
    }


def _job(likeness: Likeness, owner_id: uuid.UUID) -> Job:
    """The work that made it, done elsewhere: every likeness has one."""
    return Job(
        id=likeness.job_id,
        kind=JobKind.RENDER,
        subject_id=likeness.sketch_id,
        owner_id=owner_id,
        params={"engine": ENGINE, "seed": 0, "strength": 0.0, "eyes": None, "imported": True},
        state=JobState.DONE,
        created_at=likeness.created_at,
        queued_at=likeness.created_at,
        finished_at=likeness.created_at,
    )
