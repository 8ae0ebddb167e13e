"""What is sealed comes back whole to whoever has the secret half, and to nobody else."""

import io
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.public import PrivateKey

from app.tips.sealing import KEY_BYTES, PAD, PIECE, Body, Facts, Segment, Unreadable, opened, seal, unseal

PAIR = PrivateKey.generate()


@given(st.text(st.characters(exclude_categories=())), st.text())
def test_a_letter_is_kept_exactly(text: str, contact: str) -> None:
    body = Body(text=text, contact=contact)
    assert Body.from_bytes(unseal(bytes(PAIR), seal(bytes(PAIR.public_key), body.to_bytes()))) == body


def test_another_key_opens_nothing() -> None:
    sealed = seal(bytes(PAIR.public_key), b"She saw him.")
    for secret, data in (
        (bytes(PrivateKey.generate()), sealed),
        (bytes(PAIR), sealed[:-1]),
        (bytes(PAIR), sealed[:-1] + bytes([sealed[-1] ^ 1])),
        (bytes(PAIR), b""),
    ):
        with pytest.raises(Unreadable):
            unseal(secret, data)


def test_short_letters_are_of_one_length() -> None:
    lengths = {len(seal(bytes(PAIR.public_key), b"x" * size)) for size in range(PAD)}
    assert len(lengths) == 1


def sealed_file(*segments: bytes, key: bytes | None = None) -> tuple[bytes, Facts]:
    file, key = io.BytesIO(), key or secrets.token_bytes(KEY_BYTES)
    for number, data in enumerate(segments):
        segment = Segment(file, key, number)
        for start in range(0, len(data), 10_007):
            segment.write(data[start : start + 10_007])
        segment.finish()
        assert segment.size == len(data)
    size = sum(map(len, segments))
    return file.getvalue(), Facts(name="a.jpg", mime="image/jpeg", size=size, segments=len(segments), key=key)


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 5])
def test_a_file_comes_back_whole(size: int) -> None:
    data = secrets.token_bytes(size)
    sealed, facts = sealed_file(data, b"", data[::-1])
    assert b"".join(opened(io.BytesIO(sealed), facts)) == data + data[::-1]
    assert data[:64] == b"" or size < 64 or data[:64] not in sealed
    assert Facts.from_bytes(facts.to_bytes()) == facts


def test_nothing_of_it_can_be_cut_swapped_or_added() -> None:
    one, two = b"1" * (PIECE + 9), b"2" * (PIECE + 9)
    sealed, facts = sealed_file(one, two)
    half = len(sealed) // 2
    altered = bytearray(sealed)
    altered[PIECE // 2] ^= 1
    for wrong in (
        sealed[:-1],
        sealed[:half],
        sealed[half:] + sealed[:half],
        sealed[:half] * 2,
        sealed + b"0",
        bytes(altered),
        b"",
    ):
        with pytest.raises(Unreadable):
            list(opened(io.BytesIO(wrong), facts))
    with pytest.raises(Unreadable):
        list(opened(io.BytesIO(sealed), Facts(**{**vars(facts), "key": secrets.token_bytes(KEY_BYTES)})))
