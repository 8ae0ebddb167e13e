"""The list of cases: those that the account sees, what changed last first."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.sight import seen_by
from models import Account, Case, Unit

PER_PAGE = 50


@dataclass(frozen=True)
class Row:
    case: Case
    unit: str


def list_cases(db: Session, account: Account) -> list[Row]:
    query = select(Case, Unit.name).join(Unit, Case.unit_id == Unit.id).where(seen_by(account))
    rows = db.execute(query.order_by(Case.changed_at.desc(), Case.id.desc()).limit(PER_PAGE))
    return [Row(case, unit) for case, unit in rows]
