"""Bulletins, from being asked for to their bytes."""

import uuid
from collections.abc import Sequence

from app.bulletins import asking
from app.bulletins.asking import Wish
from models import Account, Bulletin, BulletinFormat, Publication
from tests.app.exchange.cases import Office

PLACE = "https://notices.example.org"


def wish(
    kind: BulletinFormat = BulletinFormat.PDF, languages: Sequence[str] = ("en",), paper: str = "a4", dots: int = 150
) -> Wish:
    return Wish(kind, paper, tuple(languages), dots, PLACE)


def ask(office: Office, publications: Sequence[Publication], how: Wish, by: Account | None = None) -> uuid.UUID:
    ids = [one.id for one in publications]
    return asking.ask(office.db, by or office.supervisor, ids, how).id


def make(office: Office, publications: Sequence[Publication], how: Wish) -> Bulletin:
    """The bulletin as it is once a worker has done what is queued."""
    asked = ask(office, publications, how)
    office.work()
    return office.db.get_one(Bulletin, asked, populate_existing=True)


def data(office: Office, made: Bulletin) -> bytes:
    assert made.key is not None
    return office.store.get(made.key)
