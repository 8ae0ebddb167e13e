"""The documentation's own promises: links lead somewhere, and commands name what is there."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
MAKE = re.compile(r"(?:`|&& |^ {4}|^)make ([a-z][a-z-]+)", re.MULTILINE)
MODULE = re.compile(r"python -m ([a-z_]+(?:\.[a-z_]+)*)")
FOREIGN = {"pip", "pytest", "venv", "http"}
"""Modules of others."""


def pages() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name]


@cache
def anchors(page: Path) -> frozenset[str]:
    """Under what names a page's headings are reached, as GitHub makes them."""
    found: list[str] = []
    for words in HEADING.findall(FENCE.sub("", page.read_text())):
        kept = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
        before = sum(one == kept or re.fullmatch(rf"{re.escape(kept)}-\d+", one) is not None for one in found)
        found.append(f"{kept}-{before}" if before else kept)
    return frozenset(found)


def lost(page: Path) -> list[str]:
    """The links of a page that lead nowhere in this repository."""
    found = []
    for target in LINK.findall(FENCE.sub("", page.read_text())):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        aim = (page.parent / path).resolve() if path else page
        if not aim.exists() or (anchor and anchor not in anchors(aim)):
            found.append(target)
    return found


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    assert lost(page) == []


def test_a_lost_link_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# One `two`\n# One two\n[a](#one-two) [b](#one-two-1) [c](#three) [d](gone.md) [e](https://x.example)"
    )
    assert lost(page) == ["#three", "gone.md"]


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_is_there(page: Path) -> None:
    text, rules = page.read_text(), (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", rules, re.MULTILINE))
    assert set(MAKE.findall(text)) - targets == set()
    modules = {name for name in MODULE.findall(text) if name.partition(".")[0] not in FOREIGN}
    assert [name for name in sorted(modules) if not _runs(ROOT.joinpath(*name.split(".")))] == []


def _runs(place: Path) -> bool:
    return place.with_suffix(".py").is_file() or (place / "__main__.py").is_file()


def test_architecture_names_every_room() -> None:
    told = (ROOT / "docs" / "architecture.md").read_text()
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    names = {name.partition("/")[0] for name in listed.stdout.split("\0") if "/" in name}
    rooms = {name for name in names if not name.startswith(".")} - {"docs"}
    assert sorted(room for room in rooms if f"`{room}/`" not in told) == []
    files = {path.name for path in (ROOT / "app" / "identity").glob("*.py")} - {"__init__.py"}
    assert sorted(name for name in files if f"`{name}`" not in told) == []
