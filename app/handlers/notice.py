"""Making the pictures of a notice as they will be published."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import custody
from app.errors import NotFound, Refused
from app.handlers.work import Record, Tools
from app.leases import Claim
from app.notices import certificates, credentials, pictures
from app.notices.content import Content, Picture
from app.notices.pictures import MadeFile, Shown
from app.storage import object_key, split_key
from imaging.decode import decode_image
from imaging.words import N_
from models import Likeness, Notice, NoticeFile

GONE = N_("The notice is no longer there.")
NO_LIKENESS = N_("A likeness of this notice is no longer there. Choose another for its picture and save the notice.")
TOO_FEW = N_("Choose a picture and write the notice in one language first.")


@dataclass(frozen=True)
class Kept:
    """A file as it was stored."""

    position: int
    language: str
    made: MadeFile
    key: str


def notice(claim: Claim, tools: Tools) -> Record:
    """For one revision: of one that is no longer the notice's own, nothing is made."""
    revision = int(claim.params["revision"])
    with tools.database.session(read_only=True) as db:
        found = db.get(Notice, claim.subject_id)
        if found is None:
            raise NotFound(GONE)
        content = Content.from_json(found.content)
        likenesses = _likenesses(db, content)
        wanted = found.revision == revision and not _made(db, found.id, revision)
    kept = _make(found, content, likenesses, tools) if wanted else []

    def record(db: Session) -> None:
        query = select(Notice).where(Notice.id == claim.subject_id).with_for_update()
        held = db.scalars(query.execution_options(populate_existing=True)).one_or_none()
        if held is None:
            raise NotFound(GONE)
        if not kept or held.revision != revision or _made(db, held.id, revision):
            return
        db.add_all(_row(held, file) for file in kept)
        digest = custody.digest([split_key(file.key)[1] for file in kept])
        chain, thing = custody.of_case(held.case_id), custody.Thing("notice", held.id)
        count = len(kept)
        custody.record(
            db, chain, custody.WORKER, "notice.pictured", thing, after=digest, revision=revision, files=count
        )

    return record


def _made(db: Session, notice_id: uuid.UUID, revision: int) -> bool:
    query = select(NoticeFile.id).where(NoticeFile.notice_id == notice_id, NoticeFile.revision == revision)
    return db.scalar(query.limit(1)) is not None


def _likenesses(db: Session, content: Content) -> dict[uuid.UUID, Likeness]:
    named = {one for picture in content.pictures for one in picture.likenesses}
    return {one.id: one for one in db.scalars(select(Likeness).where(Likeness.id.in_(named)))}


def _make(found: Notice, content: Content, likenesses: dict[uuid.UUID, Likeness], tools: Tools) -> list[Kept]:
    if not content.pictures or not content.words:
        raise Refused(TOO_FEW)
    signing = certificates.load(tools.settings)
    title = f"{found.slug}, revision {found.revision}"
    kept: list[Kept] = []
    for position, picture in enumerate(content.pictures, 1):
        sources = [likenesses[one] for one in picture.likenesses if one in likenesses]
        if not sources or len(sources) < len(picture.likenesses):
            raise NotFound(NO_LIKENESS)
        shown = pictures.show(_face(sources, tools), picture.crop, picture.boxes)
        for language in content.words:
            for made in _signed(shown, language, sources, picture, title, signing):
                key = object_key(found.created_by, made.data)
                tools.store.put(key, made.data)
                kept.append(Kept(position, language, made, key))
    return kept


def _face(sources: Sequence[Likeness], tools: Tools) -> Image.Image:
    faces = [decode_image(tools.store.get(one.image_key)).image for one in sources]
    return faces[0] if len(faces) == 1 else tools.renderer.morph(faces)


def _signed(
    shown: Shown,
    language: str,
    sources: Sequence[Likeness],
    picture: Picture,
    title: str,
    signing: certificates.Credentials,
) -> list[MadeFile]:
    signed, *others = pictures.files(shown, language)
    said = credentials.manifest(title, signed.mime, sources, _edits(picture))
    return [signed.holding(credentials.sign(signed.data, signed.mime, said, signing)), *others]


def _edits(picture: Picture) -> list[str]:
    """What was done to the likeness, for its credentials."""
    edits = []
    if len(picture.likenesses) > 1:
        edits.append(f"A morph of {len(picture.likenesses)} likenesses.")
    if picture.crop != (0.0, 0.0, 1.0, 1.0):
        edits.append("Cropped.")
    if picture.boxes:
        edits.append("Parts were covered.")
    return [*edits, "The label was written on it."]


def _row(held: Notice, file: Kept) -> NoticeFile:
    made = file.made
    return NoticeFile(
        id=uuid.uuid4(),
        notice_id=held.id,
        revision=held.revision,
        position=file.position,
        language=file.language,
        use=made.use,
        mime=made.mime,
        width=made.width,
        height=made.height,
        size=len(made.data),
        sha256=split_key(file.key)[1],
        perceptual_hash=made.fingerprint,
        face_hash=made.face,
        key=file.key,
    )
