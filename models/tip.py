"""What the public told the agency, sealed: keys, tips, what was written on both sides, and files.

Nothing here can be read without the secret half of a key, and nothing here says where anybody was: no address, no
browser, and of the time only the hour.
"""

import datetime as dt
import enum
import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Identified, ObjectKey, utc_now, words


class TipKind(enum.StrEnum):
    """``this_is_me`` and ``wrong`` are said of a notice and go to supervisors."""

    TIP = "tip"
    THIS_IS_ME = "this_is_me"
    WRONG = "wrong"


class TipState(enum.StrEnum):
    NEW = "new"
    IN_REVIEW = "in_review"
    USEFUL = "useful"
    CLOSED = "closed"
    SPAM = "spam"


class TipAuthor(enum.StrEnum):
    SENDER = "sender"
    AGENCY = "agency"


class Scan(enum.StrEnum):
    """What a virus scanner said of a file; ``waiting`` also where there is none."""

    WAITING = "waiting"
    CLEAN = "clean"
    INFECTED = "infected"
    FAILED = "failed"


class TipKey(Identified, Base):
    """A pair of keys (X25519). The newest that is not retired seals what comes in.

    ``secret_sealed`` is the secret half, sealed by a key derived from SECRET_KEY, the key's id bound to it; NULL while
    it is kept elsewhere.
    """

    __tablename__ = "tip_key"

    public: Mapped[bytes] = mapped_column(unique=True)
    secret_sealed: Mapped[bytes | None]
    created_at: Mapped[dt.datetime] = mapped_column(default=utc_now)
    retired_at: Mapped[dt.datetime | None]


class Tip(Identified, Base):
    """A tip, or what somebody said of a notice. ``receipt`` is twelve digits that its sender comes back with.

    ``secret_hash`` is argon2id's of the receipt's secret, and ``reply_public`` the public half of a key derived from
    the same secret: replies are sealed with it. ``seen`` counts those of its messages that the agency has looked at.
    """

    __tablename__ = "tip"
    __table_args__ = (
        Index(None, "state", "received_at", "id"),
        Index(None, "notice_slug", "state"),
        Index(None, "case_id", "received_at"),
        Index(None, "merged_into"),
    )

    kind: Mapped[TipKind] = mapped_column(words(TipKind, "kind"))
    receipt: Mapped[str] = mapped_column(String(12), unique=True)
    secret_hash: Mapped[str] = mapped_column(String(200))
    reply_public: Mapped[bytes]
    notice_slug: Mapped[str | None] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(16))
    # The hour alone: with the minute, whoever keeps a network's log could tell which of its lines this was.
    received_at: Mapped[dt.datetime]

    # The role of the public's forms may fill none of these, so the database knows how they begin.
    state: Mapped[TipState] = mapped_column(words(TipState, "state"), server_default="new")
    # When it came into its state; NULL since it came. Retention counts from here.
    state_since: Mapped[dt.datetime | None]
    seen: Mapped[int] = mapped_column(server_default="0")
    # When the staff's side took note of it: found its case by its notice, and told people.
    noted_at: Mapped[dt.datetime | None]
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"))
    merged_into: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("tip.id", ondelete="SET NULL"))


class EndedTip(Base):
    """The receipt of a tip that was deleted: whoever comes back with it and its secret is told so."""

    __tablename__ = "ended_tip"

    receipt: Mapped[str] = mapped_column(String(12), primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(200))
    ended_at: Mapped[dt.datetime] = mapped_column(default=utc_now)


class TipMessage(Identified, Base):
    """What one side wrote, sealed for the agency; a reply is sealed for the sender as well, with the tip's own key.

    ``position`` counts the messages of a tip from 1; two that were written at once may share one. A sender's
    ``written_at`` is cut to the hour.
    """

    __tablename__ = "tip_message"
    __table_args__ = (
        # Columns of a reply alone: the role of the public's forms may not fill them, so it can make up no reply.
        CheckConstraint(
            "(author = 'agency') = (by_id IS NOT NULL) AND (author = 'agency') = (sealed_for_sender IS NOT NULL)",
            name="reply",
        ),
        Index(None, "tip_id", "position"),
        Index(None, "noted_at"),
    )

    tip_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tip.id", ondelete="CASCADE"))
    author: Mapped[TipAuthor] = mapped_column(words(TipAuthor, "author"))
    position: Mapped[int]
    written_at: Mapped[dt.datetime]
    # When the staff's side took note of it; of a reply never.
    noted_at: Mapped[dt.datetime | None]
    key_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tip_key.id"))
    sealed: Mapped[bytes]
    sealed_for_sender: Mapped[bytes | None]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))


class TipFile(Identified, Base):
    """A file that came with a message. ``sealed_facts`` holds its name, type, size and key, ``object_key`` names its
    sealed bytes, of which there are ``size``."""

    __tablename__ = "tip_file"
    __table_args__ = (Index(None, "tip_id"), Index(None, "message_id", "position"), Index(None, "scan"))

    tip_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tip.id", ondelete="CASCADE"))
    message_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tip_message.id", ondelete="CASCADE"))
    position: Mapped[int]
    key_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tip_key.id"))
    sealed_facts: Mapped[bytes]
    object_key: Mapped[str] = mapped_column(ObjectKey())
    size: Mapped[int]
    scan: Mapped[Scan] = mapped_column(words(Scan, "scan"), server_default="waiting")
