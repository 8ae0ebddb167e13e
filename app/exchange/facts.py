"""The records of a case as plain JSON: identities and times as text, people by name, nothing of this installation.

`app.exchange.records` makes the records again; what is written here and read there are the same keys.
"""

import datetime as dt
import uuid
from typing import Any

from app.exchange.names import Names
from models import Case, CaseNote, Job, Likeness, Notice, Publication, RealPhoto, Sketch, WitnessSession

Facts = dict[str, Any]
EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "image/gif": "gif", "image/bmp": "bmp"}


def original_name(mime: str) -> str:
    """How the file that was handed in is called in an export."""
    return f"original.{extension(mime)}"


def extension(mime: str) -> str:
    return EXTENSIONS.get(mime, mime.rpartition("/")[2] or "bin")


def of_case(case: Case, names: Names, unit: str, tags: list[str]) -> Facts:
    return {
        "id": str(case.id),
        "number": case.number,
        "title": case.title,
        "unit": unit,
        "status": str(case.status),
        "status_since": moment(case.status_since),
        "description": case.description,
        "incident_on": day(case.incident_on),
        "incident_place": case.incident_place,
        "tags": tags,
        "created_at": moment(case.created_at),
        "created_by": names.of(case.id, case.created_by),
        "changed_at": moment(case.changed_at),
        "hold_reason": case.hold_reason,
        "hold_since": moment(case.hold_since),
    }


def of_session(session: WitnessSession, names: Names) -> Facts:
    return {
        "id": str(session.id),
        "number": session.number,
        "artist": session.artist,
        "drawn_on": day(session.drawn_on),
        "witness": session.witness,
        "method": session.method,
        "statement": session.statement,
        "facts": session.facts,
        "created_at": moment(session.created_at),
        "created_by": names.of(session.id, session.created_by),
    }


def of_note(note: CaseNote, names: Names) -> Facts:
    return {
        "id": str(note.id),
        "body": note.body,
        "created_at": moment(note.created_at),
        "changed_at": moment(note.changed_at),
        "author": names.of(note.id, note.author_id),
    }


def of_sketch(sketch: Sketch, names: Names) -> Facts:
    return {
        "id": str(sketch.id),
        "lineage_id": str(sketch.lineage_id),
        "parent_id": identity(sketch.parent_id),
        "session_id": identity(sketch.session_id),
        "version": sketch.version,
        "title": sketch.title,
        "file_name": sketch.file_name,
        "original_sha256": sketch.original_sha256,
        "original_mime": sketch.original_mime,
        "width": sketch.width,
        "height": sketch.height,
        "found_eyes": sketch.found_eyes,
        "found_method": sketch.found_method,
        "found_note": sketch.found_note,
        "eyes": sketch.eyes,
        "created_at": moment(sketch.created_at),
        "owner": names.of(sketch.id, sketch.owner_id),
    }


def of_likeness(likeness: Likeness, job: Job, names: Names) -> Facts:
    return {
        "id": str(likeness.id),
        "number": likeness.number,
        "image_sha256": likeness.image_sha256,
        "engine": likeness.engine,
        "seed": likeness.seed,
        "strength": likeness.strength,
        "eyes": likeness.eyes,
        "set_id": identity(likeness.set_id),
        "candidate": likeness.candidate,
        "appearance": likeness.appearance,
        "varied": likeness.varied,
        "kept_at": moment(likeness.kept_at),
        "created_at": moment(likeness.created_at),
        "asked": job.params,
        "asked_by": names.of(likeness.id, job.owner_id),
    }


def of_photo(photo: RealPhoto, names: Names) -> Facts:
    return {
        "id": str(photo.id),
        "file_name": photo.file_name,
        "original_sha256": photo.original_sha256,
        "original_mime": photo.original_mime,
        "width": photo.width,
        "height": photo.height,
        "eyes": photo.eyes,
        "ssim": photo.ssim,
        "cosine": photo.cosine,
        "matcher_sha256": photo.matcher_sha256,
        "note": photo.note,
        "consent": photo.consent,
        "consent_note": photo.consent_note,
        "replaced_at": moment(photo.replaced_at),
        "created_at": moment(photo.created_at),
        "created_by": names.of(photo.id, photo.created_by),
    }


def of_publication(row: Publication, notice: Notice, approved_by: uuid.UUID | None, names: Names) -> Facts:
    """One version of a notice before the public: what it said, when, and who answers for it."""
    return {
        "id": str(row.id),
        "slug": row.slug,
        "version": row.version,
        "content": row.content,
        "published_at": moment(row.published_at),
        "expires_at": moment(row.expires_at),
        "ended_at": moment(row.ended_at),
        "ended_why": str(row.ended_why) if row.ended_why else None,
        "drafted_by": names.of(notice.id, notice.created_by),
        "approved_by": names.of(row.id, approved_by),
    }


def moment(time: dt.datetime | None) -> str | None:
    return time.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if time else None


def day(date: dt.date | None) -> str | None:
    return date.isoformat() if date else None


def identity(key: uuid.UUID | None) -> str | None:
    return str(key) if key else None
