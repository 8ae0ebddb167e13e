"""Deleting tips of no case whose time is over: one person sets the policy, another one has those deleted that are due.

Rows go in one transaction with a tombstone for each in the agency's chain; objects are marked in it and removed
afterwards (`app.retention.removal`). What stays besides is the receipt, by which a sender is told.
"""

import hashlib
import uuid
from collections.abc import Sequence

import structlog
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import Session

from app import custody
from app.agency import settings
from app.database import add_unless_there, clock, transaction
from app.errors import Forbidden
from app.retention import removal, tip_policies
from app.retention.holds import require_supervisor
from app.storage import split_key
from app.tips.receipts import grouped
from models import Account, EndedTip, Notification, Tip, TipFile, TipMessage, TipPolicy

log = structlog.get_logger(__name__)

AT_ONCE, BATCH = 1000, 50
"""Tips that one click deletes at most, and in one transaction; each with what was put together with it."""


def delete_due(db: Session, account: Account, policy_id: uuid.UUID) -> int:
    """Delete the tips that are due by the policy, AT_ONCE at most; how many. Raises Forbidden for whoever set it, where
    it takes two, and NotFound."""
    require_supervisor(account)
    done = 0
    while done < AT_ONCE:
        with transaction(db):
            policy = tip_policies.held(db, policy_id)
            if policy.set_by == account.id and settings.fresh(db).two_people:
                raise Forbidden(_("You set this policy yourself. Another supervisor has to have its tips deleted."))
            query = (
                select(Tip.id)
                .where(tip_policies.ripe(policy, clock(db)))
                .order_by(Tip.received_at, Tip.id)
                .limit(BATCH)
            )
            ids = list(db.scalars(query.with_for_update(of=Tip)))
            if not ids:
                break
            _delete(db, account, policy, ids)
        done += len(ids)
    log.info("tips_deleted", by=str(account.id), state=str(policy.state), tips=done)
    return done


def remember(db: Session, which: ColumnElement[bool]) -> None:
    """Keep the receipts of tips that are about to go, in the caller's transaction: their senders are told so."""
    now = clock(db)
    for receipt, secret_hash in db.execute(select(Tip.receipt, Tip.secret_hash).where(which)).all():
        add_unless_there(db, EndedTip(receipt=receipt, secret_hash=secret_hash, ended_at=now))


def _delete(db: Session, account: Account, policy: TipPolicy, ids: Sequence[uuid.UUID]) -> None:
    """These and what was put together with them: rows in the caller's transaction, objects marked to go after it."""
    family = or_(Tip.id.in_(ids), Tip.merged_into.in_(ids))
    tips = list(db.scalars(select(Tip).where(family).order_by(Tip.id).with_for_update()))
    all_ids = [one.id for one in tips]
    remember(db, family)
    files = db.scalars(select(TipFile).where(TipFile.tip_id.in_(all_ids))).all()
    removal.doom(db, [one.object_key for one in files])
    setter = db.get_one(Account, policy.set_by)
    for one in tips:
        _bury(db, account, one, [file.object_key for file in files if file.tip_id == one.id], policy, setter)
    told = Notification.path.in_([f"/inbox/{one}" for one in all_ids])
    db.execute(delete(Notification).where(told))
    for table in (TipFile, TipMessage):
        db.execute(delete(table).where(table.tip_id.in_(all_ids)))
    db.execute(delete(Tip).where(Tip.merged_into.in_(ids)))
    db.execute(delete(Tip).where(Tip.id.in_(ids)))


def _bury(db: Session, by: Account, tip: Tip, keys: list[str], policy: TipPolicy, setter: Account) -> None:
    """The tombstone: which tip, by which policy and whose, how much, and the digest of the list of its objects."""
    digests = sorted(split_key(key)[1] for key in keys)
    gone = hashlib.sha256("".join(f"{one}\n" for one in digests).encode()).hexdigest()
    letters = db.scalar(select(func.count()).where(TipMessage.tip_id == tip.id)) or 0
    custody.record(
        db,
        custody.AGENCY_CHAIN,
        by,
        "tip.deleted",
        custody.Thing("tip", tip.id),
        before=gone,
        receipt=grouped(tip.receipt),
        state=str(tip.state),
        letters=letters,
        objects=len(digests),
        months=policy.months,
        policy_by=setter.name,
        policy_by_id=str(setter.id),
    )
