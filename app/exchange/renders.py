"""What a file says of how a likeness was asked for and made. Pages, the API and retries compute with it, so that all of
it is checked that they read; the rest of a provenance is shown to nobody and stays word for word."""

from typing import Any

from app.exchange.fields import Fields

ALWAYS = ("engine", "seed", "strength", "eyes")
MOST_CANDIDATES = 100
"""More than any version has ever offered."""


def asked(facts: Fields) -> dict[str, Any]:
    """The parameters of the job that made a likeness, and nothing besides. Raises BadArchive."""
    said, kept = facts.inner("asked"), facts.mapping("asked")
    said.text("engine", 64)
    said.whole("seed", 0, 2**63 - 1)
    said.maybe_number("strength", 0, 1)
    said.maybe_eyes("eyes")
    optional: dict[str, Any] = {"appearance": said.maybe_names("appearance")}
    if "set" in kept:
        counts = ("candidate", "candidates")
        optional |= {"set": str(said.identity("set"))} | {name: said.whole(name, 1, MOST_CANDIDATES) for name in counts}
    if "imported" in kept:
        optional["imported"] = said.flag("imported")
    return {name: kept.get(name) for name in ALWAYS} | {name: value for name, value in optional.items() if name in kept}


def provenance(file: str, document: object) -> dict[str, Any]:
    """As it came. Raises BadArchive."""
    facts = Fields(file, {"provenance": document})
    said, whole = facts.inner("provenance"), facts.mapping("provenance")
    if "alignment" in whole:
        alignment = said.inner("alignment")
        alignment.maybe_text("method", 40)
        alignment.maybe_eyes("eyes")
    for step in said.maybe_mapping("milliseconds") or {}:
        said.inner("milliseconds").number(step, 0, 1e12)
    for part in said.maybe_mapping("weights") or {}:
        weights = said.inner("weights").inner(part)
        weights.text("name", 200)
        weights.text("sha256", 64)
    said.maybe_mapping("code")
    return whole
