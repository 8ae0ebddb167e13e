"""The files that are made of a notice's pictures before it is published."""

import uuid
from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.notices.content import Content
from app.retention import removal
from models import FileUse, Notice, NoticeFile

NEEDED = frozenset(FileUse)
"""Of every picture in every language."""


def files_of(db: Session, notice: Notice) -> list[NoticeFile]:
    """Those of the revision that the notice is at, picture by picture."""
    query = select(NoticeFile).where(NoticeFile.notice_id == notice.id, NoticeFile.revision == notice.revision)
    return list(db.scalars(query.order_by(NoticeFile.position, NoticeFile.language, NoticeFile.use, NoticeFile.width)))


def complete(content: Content, files: Sequence[NoticeFile]) -> bool:
    """Whether every picture has all its files in every language: each was made, and labelled, for this revision."""
    uses: dict[tuple[int, str], set[FileUse]] = defaultdict(set)
    for file in files:
        uses[file.position, file.language].add(file.use)
    wanted = [(position, language) for position in range(1, len(content.pictures) + 1) for language in content.words]
    return bool(wanted) and all(uses[one] >= NEEDED for one in wanted)


def drop(db: Session, notice_id: uuid.UUID) -> None:
    """Remove them, in the caller's transaction: the notice is about to say something else. What was published are
    copies, and stays."""
    keys = list(db.scalars(delete(NoticeFile).where(NoticeFile.notice_id == notice_id).returning(NoticeFile.key)))
    removal.doom(db, keys)
