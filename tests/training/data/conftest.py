"""Painted faces, made once."""

import pytest

from training.data.drawn import Painted, imagine_sitter, paint


@pytest.fixture(scope="session")
def painted() -> list[Painted]:
    """The first pictures of eight sitters; nobody may change them."""
    return [paint(imagine_sitter(seed), 0, seed) for seed in range(8)]
