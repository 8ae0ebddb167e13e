"""What somebody was told: listing it, counting it, marking it as read, choosing what comes by e-mail."""

import uuid
from collections.abc import Iterable

from flask_babel import gettext as _
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.database import clock, transaction
from app.errors import NotFound
from app.identity import accounts
from app.languages.telling import told
from app.notifications.kinds import DEFAULTS, KINDS
from app.paging import Page, nearest_page
from models import Account, Notification

PER_PAGE = 50
MOST_COUNTED = 100


def list_notifications(db: Session, account: Account, page: int = 1) -> Page[Notification]:
    """The newest first."""
    mine = Notification.account_id == account.id
    total = db.scalar(select(func.count()).select_from(Notification).where(mine)) or 0
    page, pages = nearest_page(page, total, PER_PAGE)
    query = select(Notification).where(mine).order_by(Notification.created_at.desc(), Notification.id)
    return Page(list(db.scalars(query.limit(PER_PAGE).offset((page - 1) * PER_PAGE))), page, pages, total)


def count_unread(db: Session, account_id: uuid.UUID) -> int:
    """How many are unread, MOST_COUNTED at most: it is asked for with every page."""
    unread = select(Notification.id).where(Notification.account_id == account_id, Notification.read_at.is_(None))
    return db.scalar(select(func.count()).select_from(unread.limit(MOST_COUNTED).subquery())) or 0


def sentence(one: Notification) -> str:
    kind = KINDS.get(one.kind)
    return told(kind.sentence, one.facts) if kind else told(one.kind)


def get_notification(db: Session, account: Account, notification_id: uuid.UUID) -> Notification:
    """Raises NotFound."""
    mine = Notification.account_id == account.id
    found = db.scalar(select(Notification).where(Notification.id == notification_id, mine))
    if found is None:
        raise NotFound(_("There is nothing at this address, or it is not yours."))
    return found


def mark_read(db: Session, account: Account, notification_id: uuid.UUID | None = None) -> None:
    """One of the account's, or all of them."""
    account_id = account.id
    with transaction(db):
        query = update(Notification).where(Notification.account_id == account_id, Notification.read_at.is_(None))
        if notification_id is not None:
            query = query.where(Notification.id == notification_id)
        db.execute(query.values(read_at=clock(db)).execution_options(synchronize_session=False))


def mail_kinds(account: Account) -> frozenset[str]:
    return DEFAULTS if account.mail_kinds is None else frozenset(account.mail_kinds)


def choose_mail(db: Session, account: Account, kinds: Iterable[str]) -> None:
    """Which kinds come by e-mail from now on."""
    chosen, account_id = sorted(set(kinds) & KINDS.keys()), account.id
    with transaction(db):
        accounts.locked(db, account_id).mail_kinds = chosen
