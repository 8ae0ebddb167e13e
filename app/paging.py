"""One page of a long list."""

import math
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some of a list: page ``page`` of ``pages``, counted from 1, of ``total`` things."""

    items: list[T]
    page: int
    pages: int
    total: int


def nearest_page(wanted: int, total: int, size: int) -> tuple[int, int]:
    """The page that is asked for, or the nearest there is, and how many there are: a list may have shrunk since
    the link to its page was drawn."""
    pages = max(1, math.ceil(total / size))
    return min(max(1, wanted), pages), pages
