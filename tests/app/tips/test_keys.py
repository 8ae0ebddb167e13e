"""Keys for tips: made, replaced, kept elsewhere and lost; and what each still opens."""

import dataclasses
import io
import secrets
import uuid

import pytest
from nacl.public import PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import transaction
from app.errors import NotFound, Refused
from app.settings import Settings
from app.storage import LocalStore, object_key
from app.tips import keys, opening, sealing
from app.tips.keys import NoKey, SecretElsewhere, SecretUnreadable
from app.tips.sealing import Body, Facts, Segment
from models import Role, Tip, TipAuthor, TipFile, TipKey, TipKind, TipMessage, utc_now
from tests.people import Person


def tip_of(db: Session, reply_key: bytes = b"r" * 32) -> Tip:
    tip = Tip(
        id=uuid.uuid4(), kind=TipKind.TIP, receipt="".join(secrets.choice("0123456789") for _ in range(12)),
        secret_hash="x", reply_public=reply_key, language="en", received_at=utc_now(),
    )  # fmt: skip
    with transaction(db):
        db.add(tip)
    return tip


def message_of(db: Session, tip: Tip, text: str) -> TipMessage:
    key = keys.current(db)
    message = TipMessage(
        id=uuid.uuid4(), tip_id=tip.id, author=TipAuthor.SENDER, position=1, written_at=utc_now(), key_id=key.id,
        sealed=sealing.seal(key.public, Body(text=text).to_bytes()),
    )  # fmt: skip
    with transaction(db):
        db.add(message)
    return message


def test_without_a_key_nothing_is_sealed(db: Session, settings: Settings) -> None:
    with pytest.raises(NoKey):
        keys.current(db)
    keys.ensure(db, settings)
    made = keys.current(db)
    keys.ensure(db, settings)
    assert keys.every(db) == [made]


def test_old_tips_stay_readable_after_rotation(db: Session, settings: Settings) -> None:
    keys.create(db, settings)
    old = message_of(db, tip_of(db), "before")
    fresh = keys.rotate(db, settings)
    new = message_of(db, tip_of(db), "after")
    assert new.key_id == fresh.id != old.key_id
    assert [opening.open_message(db, settings, one).text for one in (old, new)] == ["before", "after"]
    assert [key.retired_at is None for key in keys.every(db)] == [True, False]


def test_the_last_key_that_seals_stays(db: Session, settings: Settings) -> None:
    first = keys.create(db, settings)
    with pytest.raises(Refused, match="only one"):
        keys.retire(db, first)
    second = keys.create(db, settings)
    keys.retire(db, second)
    assert keys.current(db).id == first.id


def test_a_secret_that_is_kept_elsewhere(db: Session, settings: Settings) -> None:
    key = keys.create(db, settings)
    secret = keys.secret_of(settings, key)
    message = message_of(db, tip_of(db), "sealed")
    keys.take_out(db, key)
    with pytest.raises(SecretElsewhere, match=keys.short(key)):
        opening.open_message(db, settings, message)
    with pytest.raises(Refused, match="two halves"):
        keys.bring_in(db, settings, key.public, bytes(PrivateKey.generate()))
    assert keys.bring_in(db, settings, key.public, secret).id == key.id
    assert opening.open_message(db, settings, message).text == "sealed"


def test_a_public_half_alone_seals(db: Session, settings: Settings) -> None:
    pair = PrivateKey.generate()
    keys.bring_in(db, settings, bytes(pair.public_key), None)
    message = message_of(db, tip_of(db), "for elsewhere")
    with pytest.raises(SecretElsewhere):
        opening.open_message(db, settings, message)
    assert Body.from_bytes(sealing.unseal(bytes(pair), message.sealed)).text == "for elsewhere"


def test_with_another_secret_key_a_copy_is_needed(db: Session, settings: Settings) -> None:
    key = keys.create(db, settings)
    secret = keys.secret_of(settings, key)
    message = message_of(db, tip_of(db), "sealed")
    changed = dataclasses.replace(settings, secret_key=secrets.token_hex(32))
    with pytest.raises(SecretUnreadable, match="what it sealed is lost"):
        opening.open_message(db, changed, message)
    keys.bring_in(db, changed, key.public, secret)
    assert opening.open_message(db, changed, message).text == "sealed"


def test_a_secret_of_one_key_is_none_of_another(db: Session, settings: Settings) -> None:
    one, two = keys.create(db, settings), keys.create(db, settings)
    with transaction(db):
        one.secret_sealed = two.secret_sealed
    with pytest.raises(SecretUnreadable):
        keys.secret_of(settings, one)


def test_a_key_is_named_by_how_it_begins(db: Session, settings: Settings) -> None:
    one = keys.create(db, settings)
    keys.create(db, settings)
    assert keys.find(db, keys.short(one).upper()).id == one.id
    for wrong in ("", "zz"):
        with pytest.raises(NotFound):
            keys.find(db, wrong)


def test_a_reply_is_for_both_sides(db: Session, settings: Settings, person: Person) -> None:
    keys.create(db, settings)
    sender = PrivateKey.generate()
    tip = tip_of(db, bytes(sender.public_key))
    message_of(db, tip, "I saw him.")
    reply = opening.write_reply(db, tip, person(Role.SUPERVISOR).id, "Where was it?")
    assert reply.position == 2
    assert reply.sealed_for_sender is not None
    assert Body.from_bytes(sealing.unseal(bytes(sender), reply.sealed_for_sender)).text == "Where was it?"
    assert opening.open_message(db, settings, reply).text == "Where was it?"


def test_a_file_is_opened_piece_by_piece(db: Session, settings: Settings, store: LocalStore) -> None:
    key = keys.create(db, settings)
    tip = tip_of(db)
    message = message_of(db, tip, "with a picture")
    data, sealed, own = secrets.token_bytes(200_000), io.BytesIO(), secrets.token_bytes(sealing.KEY_BYTES)
    segment = Segment(sealed, own, 0)
    segment.write(data)
    segment.finish()
    facts = Facts(name="a.jpg", mime="image/jpeg", size=len(data), segments=1, key=own)
    where = object_key(tip.id, sealed.getvalue())
    store.put(where, sealed.getvalue())
    with transaction(db):
        db.add(
            TipFile(
                tip_id=tip.id, message_id=message.id, position=1, key_id=key.id, object_key=where,
                sealed_facts=sealing.seal(key.public, facts.to_bytes()), size=len(sealed.getvalue()),
            )
        )  # fmt: skip
    file = db.scalars(select(TipFile)).one()
    with opening.open_file(db, settings, store, file) as (told, pieces):
        assert told == facts
        assert b"".join(pieces) == data
    assert db.scalars(select(TipKey)).one().secret_sealed not in (None, keys.secret_of(settings, key))
