"""Receipts: what they look like, what opens them, and what is kept of them."""

import math

import pytest

from app.tips import receipts
from app.tips.receipts import COUNT, lock, new, read_number, read_secret, unlock, words


def test_the_list_of_words() -> None:
    known = words()
    assert len(known) == len(set(known)) == 2048
    assert list(known) == sorted(known)
    assert all(word.isascii() and word.isalpha() and word.islower() and 3 <= len(word) <= 8 for word in known)
    assert COUNT * math.log2(len(known)) >= 60


def test_receipts_differ() -> None:
    made = [new() for _ in range(200)]
    assert len({one.number for one in made}) == len({one.secret for one in made}) == 200
    assert all(len(one.number) == 12 and len(one.words) == COUNT for one in made)


def test_words_and_digits_are_the_same_secret() -> None:
    made = new()
    for typed in (
        made.secret,
        made.secret.upper(),
        "-".join(made.words),
        " ".join(made.numbers),
        "".join(made.numbers),
    ):
        assert read_secret(typed) == made.secret
    thai = "".join(chr(0x0E50 + int(digit)) for digit in "".join(made.numbers))
    assert read_secret(thai) == made.secret
    assert read_number(made.shown) == read_number(made.number) == made.number


@pytest.mark.parametrize("typed", ["", "able", "able " * 7, "nosuchword " * 6, "9999 " * 6, "1" * 23, "x" * 10_000])
def test_what_cannot_be_a_secret(typed: str) -> None:
    assert read_secret(typed) is None


@pytest.mark.parametrize("typed", ["", "1" * 11, "1" * 13, "abcdefghijkl", "½" * 12])
def test_what_cannot_be_a_number(typed: str) -> None:
    assert read_number(typed) is None


def test_a_secret_opens_its_own_lock_alone_and_leads_to_the_same_key() -> None:
    secret = new().secret
    one, two = lock(secret), lock(secret)
    assert one.hash != two.hash
    found = unlock(one.hash, secret)
    assert found is not None
    assert bytes(found) == bytes(one.key) != bytes(two.key)
    assert unlock(one.hash, new().secret) is None
    assert unlock(None, secret) is None
    assert bytes(one.key).hex() not in one.hash


def test_the_cost_is_kept_with_the_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = new().secret
    old = lock(secret)
    monkeypatch.setattr(receipts, "MEMORY", 32 * 1024)
    assert "m=32768" in lock(secret).hash
    assert unlock(old.hash, secret) is not None
