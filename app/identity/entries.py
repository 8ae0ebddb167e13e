"""What custody keeps about accounts, in the agency's chain. Each belongs inside the transaction that it tells of, after
that has written the account."""

from sqlalchemy.orm import Session

from app import custody
from models import Account


def record(
    db: Session,
    action: str,
    account: Account,
    by: Account | custody.Actor | None = None,
    before: str | None = None,
    after: str | None = None,
    **details: custody.Detail,
) -> None:
    """``by`` is whoever the session works for unless given: on their way in people are not signed in yet."""
    who, thing = by or custody.acting(db), custody.Thing("account", account.id)
    chain, name = custody.AGENCY_CHAIN, account.name
    custody.record(db, chain, who, action, thing, before=before, after=after, name=name, **details)


def record_made(
    db: Session, action: str, account: Account, by: Account | custody.Actor | None = None, *, first: bool = False
) -> None:
    """That there is the account now, with what it may do."""
    named = sorted(unit.name for unit in account.units)
    roles = [str(role) for role in sorted(account.roles)]
    record(db, action, account, by, after=standing(account), roles=roles, units=named, first=first)


def standing(account: Account) -> str:
    """The digest of its roles and units, whatever those are called."""
    return custody.digest({"roles": sorted(account.roles), "units": sorted(str(unit.id) for unit in account.units)})
