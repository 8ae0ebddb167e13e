"""The pages of a case. A room that hangs one in adds its line here and a template that extends cases/case.html."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tab:
    """``endpoint`` is a GET view that takes ``case_id``."""

    endpoint: str
    title: str


TABS = [
    Tab("cases.case", "Overview"),
]
"""In the order in which they are shown."""
