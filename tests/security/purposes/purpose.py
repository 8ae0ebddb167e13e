"""What an endpoint that takes a form is for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.security.world import World

NEW_PASSWORD = "eleven grey paper moons"
SESSIONS = frozenset({"sign_in_session+", "sign_in_session-"})
PASSWORD_SET = frozenset({"account.password_hash", "account.password_changed_at"})
NOBODY = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Purpose:
    """The documented fields of an endpoint, and what they change; ``prepare`` makes the world such that they do."""

    rule: str
    fields: dict[str, Any]
    changes: frozenset[str]
    prepare: Callable[[World], None] | None = None
    documented: frozenset[str] = field(default_factory=frozenset)
    """Names that are documented but left out of ``fields``."""
