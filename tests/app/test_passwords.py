"""Passwords that would be guessed are refused; good ones of any script are not."""

import pytest

from app.errors import Refused
from app.identity.passwords import MAX_LENGTH, hash_password, refuse_weak, verify_password

EMAIL = "dana.miller@example.org"


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short",
        "elevenchars",
        "x" * 257,
        "aaaaaaaaaaaaaaaa",
        "abababababababab",
        "password1234",
        "Password2026!",
        "passwordpassword",
        "letmein12345",
        "administrator1",
        "semblance2026!",
        "123456789012",
        "qwertyuiop12",
        "qwertyuiopasdf",
        "abcdefghijklm",
        "987654321098",
        "dana.miller@example.org",
        "DANA.MILLER@example.org!",
        "dana.miller1",
        "dana.miller2026",
    ],
)
def test_guessable_passwords_are_refused(password: str) -> None:
    with pytest.raises(Refused):
        refuse_weak(password, EMAIL)


@pytest.mark.parametrize(
    "password",
    [
        "nine small teal boats",
        "my password is a long walk home",
        "gJ7#pQz9!vLm",
        "ความลับของแมวสามตัวบนหลังคา",
        "c0rrect-horse-battery",
    ],
)
def test_good_passwords_are_taken(password: str) -> None:
    refuse_weak(password, EMAIL)


def test_a_longer_password_is_not_the_one_it_begins_with() -> None:
    longest = "ab7 " * (MAX_LENGTH // 4)
    kept = hash_password(longest)
    assert verify_password(kept, longest)
    assert not verify_password(kept, longest + "x")


def test_a_hash_verifies_its_own_password_alone() -> None:
    kept = hash_password("nine small teal boats")
    assert kept.startswith("$argon2id$")
    assert kept != hash_password("nine small teal boats")
    assert verify_password(kept, "nine small teal boats")
    assert not verify_password(kept, "nine small teal boat")
    assert not verify_password(None, "nobody has this password")
    assert not verify_password("not a hash", "nine small teal boats")
