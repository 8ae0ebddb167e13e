"""From the members of a checked archive to records and objects: the other way round than `app.exchange.facts`.

Identities stay what they were, so that the custody which came along still speaks of these records. Accounts are those
of another installation: whoever imports owns the records here, and the names go beside them.
"""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.exchange import archive, renders
from app.exchange.fields import Fields
from app.exchange.opening import UNREADABLE, BadArchive, Opened
from app.storage import ObjectStore, object_key
from imaging.clean import clean_picture
from imaging.decode import ImageRefused, decode_image
from imaging.encode import thumbnail_webp
from models import (
    Base,
    Case,
    CaseNote,
    CaseStatus,
    CaseTag,
    ImportedAuthor,
    Job,
    JobKind,
    JobState,
    Likeness,
    RealPhoto,
    Sketch,
    WitnessSession,
    fold,
)

SKETCH = re.compile(r"(sketches/[^/]+)/sketch\.json")
LIKENESS = re.compile(r"(sketches/[^/]+/likeness-[0-9]+)/facts\.json")
PHOTO = re.compile(r"(sketches/[^/]+/likeness-[0-9]+/photo-[0-9]+)/photo\.json")
MADE = {"sketch.added", "likeness.rendered", "likeness.imported", "photo.added"}
"""Entries that have the sha256 of a picture as what came after."""


@dataclass
class Bringing:
    """What an archive becomes here, for one account and unit. ``rows`` are in an order in which they can be added."""

    opened: Opened
    store: ObjectStore
    owner_id: uuid.UUID
    unit_id: uuid.UUID
    case: Case = field(init=False)
    tags: tuple[str, ...] = ()
    rows: list[Base] = field(default_factory=list)
    pictures: dict[str, str] = field(default_factory=dict)
    """The sha256 of what custody speaks of, by identity of its record."""

    def bring(self) -> None:
        """Keep the objects and make the rows. Raises BadArchive, StorageFull and StorageUnavailable."""
        self._case(Fields(archive.CASE, self.opened.json_of(archive.CASE)))
        for facts in self._listed(archive.SESSIONS):
            self._session(facts)
        for facts in self._listed(archive.NOTES):
            self._note(facts)
        for kind, bring in ((SKETCH, self._sketch), (LIKENESS, self._likeness), (PHOTO, self._photo)):
            for folder, facts in self._pieces(kind):
                bring(folder, facts)
        self._check_lineages()
        self._check_custody()

    def _listed(self, name: str) -> Iterator[Fields]:
        facts = self.opened.json_of(name)
        if not isinstance(facts, list):
            raise BadArchive(UNREADABLE, name)
        yield from (Fields(name, one) for one in facts)

    def _pieces(self, kind: re.Pattern[str]) -> Iterator[tuple[str, Fields]]:
        found = {match[1]: name for name in self.opened.digests if (match := kind.fullmatch(name))}
        pieces = [(folder, Fields(name, self.opened.json_of(name))) for folder, name in sorted(found.items())]
        yield from sorted(pieces, key=lambda piece: piece[1].whole("version") if kind is SKETCH else 0)

    def _case(self, facts: Fields) -> None:
        held = facts.text("hold_reason", 500)
        self.case = Case(
            id=facts.identity("id"),
            number=facts.text("number", 40),
            title=facts.text("title", 200),
            unit_id=self.unit_id,
            status=facts.word("status", CaseStatus),
            description=facts.text("description"),
            incident_on=facts.maybe_day("incident_on"),
            incident_place=facts.text("incident_place", 200),
            created_at=facts.moment("created_at"),
            created_by=self.owner_id,
            changed_at=facts.moment("changed_at"),
            status_since=facts.moment("status_since"),
            hold_reason=held,
            hold_by=self.owner_id if held else None,
            hold_since=facts.maybe_moment("hold_since"),
        )
        tags = {fold(tag): tag for tag in facts.words("tags", 60)}
        self.tags = tuple(tags.values())
        self._add(self.case, facts.text("created_by", 200))
        self.rows += [CaseTag(case_id=self.case.id, folded=key, name=tag) for key, tag in tags.items()]

    def _session(self, facts: Fields) -> None:
        session = WitnessSession(
            id=facts.identity("id"),
            case_id=self.case.id,
            number=facts.whole("number"),
            artist=facts.text("artist", 200),
            drawn_on=facts.maybe_day("drawn_on"),
            witness=facts.text("witness", 100),
            method=facts.text("method", 100),
            statement=facts.text("statement"),
            facts=facts.mapping("facts"),
            created_at=facts.moment("created_at"),
            created_by=self.owner_id,
        )
        self._add(session, facts.text("created_by", 200))

    def _note(self, facts: Fields) -> None:
        note = CaseNote(
            id=facts.identity("id"),
            case_id=self.case.id,
            author_id=self.owner_id,
            body=facts.text("body"),
            created_at=facts.moment("created_at"),
            changed_at=facts.maybe_moment("changed_at"),
        )
        self._add(note, facts.text("author", 200))

    def _sketch(self, folder: str, facts: Fields) -> None:
        handed_in, size = self._handed_in(folder, facts, drawing=True)
        sketch = Sketch(
            id=facts.identity("id"),
            owner_id=self.owner_id,
            unit_id=self.unit_id,
            case_id=self.case.id,
            session_id=facts.maybe_identity("session_id"),
            title=facts.text("title", 200),
            parent_id=facts.maybe_identity("parent_id"),
            lineage_id=facts.identity("lineage_id"),
            version=facts.whole("version", 1),
            file_name=facts.text("file_name", 255),
            found_eyes=facts.maybe_eyes("found_eyes"),
            found_method=facts.maybe_text("found_method", 16),
            found_note=facts.text("found_note", 500),
            eyes=facts.maybe_eyes("eyes"),
            created_at=facts.moment("created_at"),
            stored_size=size,
            **handed_in,
        )
        self._add(sketch, facts.text("owner", 200))

    def _likeness(self, folder: str, facts: Fields) -> None:
        sketch = self._above(Sketch, folder, "sketch.json")
        name, document = f"{folder}/likeness.png", f"{folder}/provenance.json"
        key, image = self._picture(name)
        thumbnail = thumbnail_webp(image)
        made = facts.moment("created_at")
        job = Job(
            id=uuid.uuid4(),
            kind=JobKind.RENDER,
            subject_id=sketch.id,
            owner_id=self.owner_id,
            params=renders.asked(facts),
            state=JobState.DONE,
            created_at=made,
            queued_at=made,
            finished_at=made,
        )
        likeness = Likeness(
            id=facts.identity("id"),
            sketch_id=sketch.id,
            job_id=job.id,
            number=facts.whole("number", 1),
            engine=facts.text("engine", 64),
            seed=facts.whole("seed", 0, 2**63 - 1),
            strength=facts.number("strength", 0, 1),
            eyes=facts.maybe_eyes("eyes"),
            image_key=key,
            image_sha256=facts.sha256("image_sha256", self.opened.digests[name]),
            thumbnail_key=self._keep(thumbnail),
            stored_size=self.opened.size_of(name) + len(thumbnail),
            provenance=renders.provenance(document, self.opened.json_of(document)),
            set_id=facts.maybe_identity("set_id"),
            candidate=facts.maybe_whole("candidate", 1),
            appearance=facts.maybe_names("appearance"),
            varied=facts.maybe_words("varied", 40),
            kept_at=facts.maybe_moment("kept_at"),
            kept_by=self.owner_id if facts.maybe_moment("kept_at") else None,
            created_at=made,
        )
        self.rows.append(job)
        self.pictures[str(likeness.id)] = likeness.image_sha256
        self._add(likeness, facts.text("asked_by", 200))

    def _photo(self, folder: str, facts: Fields) -> None:
        likeness = self._above(Likeness, folder, "facts.json")
        aligned = f"{folder}/aligned.png"
        photo = RealPhoto(
            id=facts.identity("id"),
            likeness_id=likeness.id,
            file_name=facts.text("file_name", 255),
            aligned_key=self._picture(aligned)[0] if aligned in self.opened.digests else None,
            eyes=facts.maybe_eyes("eyes"),
            ssim=facts.maybe_number("ssim", -1, 1),
            cosine=facts.maybe_number("cosine", -1, 1),
            matcher_sha256=facts.maybe_text("matcher_sha256", 64),
            note=facts.text("note", 500),
            consent=facts.flag("consent"),
            consent_note=facts.text("consent_note", 500),
            replaced_at=facts.maybe_moment("replaced_at"),
            created_by=self.owner_id,
            created_at=facts.moment("created_at"),
            **self._handed_in(folder, facts, drawing=False)[0],
        )
        self._add(photo, facts.text("created_by", 200))

    def _handed_in(self, folder: str, facts: Fields, *, drawing: bool) -> tuple[dict[str, Any], int]:
        """What a sketch and a photo have in common, the file as it came and the picture that is worked on; and how many
        bytes that is."""
        names = [name for name in self.opened.digests if name.startswith(f"{folder}/original.")]
        if len(names) != 1:
            raise BadArchive(UNREADABLE, facts.file)
        original = self.opened.bytes_of(names[0])
        try:
            mime = clean_picture(original, drawing=drawing).mime
        except ImageRefused as error:
            raise BadArchive(UNREADABLE, names[0]) from error
        picture = f"{folder}/picture.png"
        clean_key, clean = self._picture(picture)
        thumbnail = thumbnail_webp(clean)
        sha256 = facts.sha256("original_sha256", self.opened.digests[names[0]])
        self.pictures[str(facts.identity("id"))] = sha256
        kept = {
            "original_key": self._keep(original),
            "original_sha256": sha256,
            "original_mime": mime,
            "original_size": len(original),
            "clean_key": clean_key,
            "width": clean.width,
            "height": clean.height,
            "thumbnail_key": self._keep(thumbnail),
        }
        return kept, len(original) + self.opened.size_of(picture) + len(thumbnail)

    def _picture(self, name: str) -> tuple[str, Any]:
        """Keep a PNG that can be decoded; its key and its pixels."""
        data = self.opened.bytes_of(name)
        try:
            decoded = decode_image(data)
        except ImageRefused as error:
            raise BadArchive(UNREADABLE, name) from error
        if decoded.mime != "image/png":
            raise BadArchive(UNREADABLE, name)
        return self._keep(data), decoded.image

    def _keep(self, data: bytes) -> str:
        key = object_key(self.owner_id, data)
        self.store.put(key, data)
        return key

    def _above(self, kind: type[Any], folder: str, name: str) -> Any:
        """The record of the folder that this one is in."""
        above = folder.rpartition("/")[0]
        facts = Fields(f"{above}/{name}", self.opened.json_of(f"{above}/{name}"))
        wanted = facts.identity("id")
        return next(row for row in self.rows if isinstance(row, kind) and row.id == wanted)

    def _add(self, row: Any, name: str) -> None:
        self.rows.append(row)
        if name:
            self.rows.append(ImportedAuthor(record_id=row.id, case_id=self.case.id, name=name))

    def _check_lineages(self) -> None:
        """No sketch belongs to a lineage or a session outside the archive, and nothing is there twice."""
        sketches = {row.id: row for row in self.rows if isinstance(row, Sketch)}
        sessions = {row.id for row in self.rows if isinstance(row, WitnessSession)}
        versions = {(row.lineage_id, row.version) for row in sketches.values()}
        for row in sketches.values():
            first = sketches.get(row.lineage_id)
            inside = row.parent_id in {None, *sketches} and row.session_id in {None, *sessions}
            if first is None or first.lineage_id != first.id or not inside or len(versions) != len(sketches):
                raise BadArchive(UNREADABLE, archive.MANIFEST)
        records = [(type(row), row.id) for row in self.rows if hasattr(row, "id")]
        if len(set(records)) != len(records):
            raise BadArchive(UNREADABLE, archive.MANIFEST)

    def _check_custody(self) -> None:
        """Pictures are those that custody speaks of."""
        for chain in self.opened.chains:
            for line in chain.lines:
                picture = self.pictures.get(str(line["object_id"]))
                if line["action"] in MADE and line["after"] and picture not in (None, line["after"]):
                    raise BadArchive(UNREADABLE, archive.CUSTODY)
