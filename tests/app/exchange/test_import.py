"""A case comes into another installation as it left the first, or not at all."""

import hashlib
import io
import json
import random
import stat
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from app.cases import notes
from app.cases.page import case_head
from app.custody.canonical import HASHED, digest
from app.errors import AppError, Forbidden
from app.exchange import archive
from app.exchange.chains import from_text
from app.exchange.opening import BadArchive, opened
from app.retention import deletion
from models import (
    Case,
    CaseImport,
    CaseNote,
    CaseStatus,
    CustodyEntry,
    ForeignChain,
    Job,
    Likeness,
    Notice,
    Publication,
    RealPhoto,
    Sketch,
)
from tests.app.exchange.cases import Office, full_case, listed, office, open_case
from tests.app.notices.desk import Desk

LOCAL_HEADER = 30
"""Bytes of what stands before a member's name in a ZIP."""

EVIDENCE = ("notes.json", "sessions.json", "sketches/")
"""What must be the same here and there, to the byte."""


def evidence(data: bytes) -> dict[str, str]:
    return {name: found for name, found in listed(data).items() if name.startswith(EVIDENCE)}


def reason(office: Office, asked: CaseImport) -> str:
    return office.db.get_one(Job, asked.job_id, populate_existing=True).reason


def test_a_case_travels_and_travels_on(north: Office, south: Office) -> None:
    there = north.export(full_case(north))
    asked = south.hand_in(there)
    assert asked.case_id is not None, reason(south, asked)
    case = south.db.get_one(Case, asked.case_id)
    assert (case.number, case.title, case.unit_id) == ("2026-00001", "Robbery at the pier", south.unit.id)
    again = south.export(case)
    assert evidence(again) == evidence(there)
    assert len(evidence(there)) > 20
    facts, facts_again = (json.loads(zipfile.ZipFile(io.BytesIO(one)).read("case.json")) for one in (there, again))
    assert {**facts, "unit": ""} == {**facts_again, "unit": ""}
    third = listed(again)
    assert third["origins/01.jsonl"] == listed(there)["custody.jsonl"], "the foreign custody, word for word"


def test_what_was_published_elsewhere_is_open_here_and_custody_says_why(north: Office, south: Office) -> None:
    desk = Desk(north, full_case(north))
    notice, _row = desk.published()
    asked = south.hand_in(there := north.export(desk.case))
    assert asked.case_id is not None, reason(south, asked)
    assert json.loads(zipfile.ZipFile(io.BytesIO(there)).read("case.json"))["status"] == "published"
    case = south.db.get_one(Case, asked.case_id)
    assert case.status == CaseStatus.OPEN
    assert case.status_since > asked.asked_at
    assert not south.db.scalars(select(Notice)).all()
    assert not south.db.scalars(select(Publication)).all()
    imported, opened_ = south.db.scalars(
        select(CustodyEntry).where(CustodyEntry.action.startswith("case.imported")).order_by(CustodyEntry.number)
    )
    assert imported.details["number"] == desk.case.number
    assert (opened_.action, opened_.details["was"], opened_.details["now"]) == (
        "case.imported_public",
        "published",
        "open",
    )
    told = south.export(case)
    index = zipfile.ZipFile(io.BytesIO(told)).read("index.html").decode()
    assert "nothing of it is public here" in index
    assert notice.slug not in "".join(listed(told))
    assert desk.db.get_one(Case, desk.case.id).status == CaseStatus.PUBLISHED


@pytest.mark.postgres
def test_a_case_travels_from_sqlite_to_postgresql(tmp_path: Path, postgres_url: str) -> None:
    here = office(f"sqlite:///{tmp_path / 'records.db'}", tmp_path / "here")
    there = office(postgres_url, tmp_path / "there", "far")
    data = here.export(full_case(here))
    asked = there.hand_in(data)
    assert asked.case_id is not None, reason(there, asked)
    assert evidence(there.export(there.db.get_one(Case, asked.case_id))) == evidence(data)
    for one in (here, there):
        one.close()


def test_the_foreign_chain_is_bound_into_the_cases_own(north: Office, south: Office) -> None:
    there = north.export(full_case(north))
    asked = south.hand_in(there)
    entry = south.db.scalars(select(CustodyEntry).where(CustodyEntry.action == "case.imported")).one()
    foreign = south.db.scalars(select(ForeignChain)).one()
    text = south.store.get(foreign.key)
    assert (entry.after, entry.details["custody"]) == (asked.sha256, foreign.sha256)
    assert (entry.details["head"], entry.details["entries"]) == (foreign.head, foreign.entries)
    assert foreign.head == next(one.head for one in from_text(text, "x") if one.kind == "case")


def test_people_keep_their_names_and_records_their_identities(north: Office, south: Office) -> None:
    case = full_case(north)
    south.hand_in(north.export(case))
    note = south.db.scalars(select(CaseNote)).first()
    assert note is not None
    assert note.author_id == south.supervisor.id
    assert south.db.scalars(select(Case.id)).all() == [case.id]
    assert {one.id for one in south.db.scalars(select(Sketch))} == {one.id for one in north.db.scalars(select(Sketch))}
    page = zipfile.ZipFile(io.BytesIO(south.export(south.db.get_one(Case, case.id)))).read("index.html").decode()
    assert "investigator north" in page


def test_imported_notes_are_their_authors_and_nobody_elses(north: Office, south: Office) -> None:
    case = full_case(north)
    south.hand_in(north.export(case))
    page = notes.list_notes(south.db, south.db.get_one(Case, case.id))
    assert {(one.author, one.imported) for one in page.items} == {("investigator north", True)}
    head = case_head(south.db, south.supervisor, case.id)
    assert head.opened_by == "supervisor north"
    with pytest.raises(Forbidden):
        notes.change(south.db, south.supervisor, case.id, page.items[0].note.id, "Other words")
    with pytest.raises(Forbidden):
        notes.remove(south.db, south.supervisor, case.id, page.items[0].note.id)


def test_an_imported_case_that_was_deleted_comes_back_with_the_custody_of_both_journeys(
    north: Office, south: Office
) -> None:
    data = north.export(full_case(north))
    asked = south.hand_in(data)
    assert asked.case_id is not None
    request = deletion.ask(south.db, south.supervisor, asked.case_id, "Over")
    deletion.approve(south.db, south.other, request.id)
    again = south.hand_in(data)
    assert again.case_id == asked.case_id, reason(south, again)
    found = south.db.scalars(select(ForeignChain).order_by(ForeignChain.number)).all()
    assert [(one.number, one.sha256) for one in found] == [(1, found[0].sha256), (2, found[0].sha256)]


def test_what_is_imported_counts_against_the_limit(north: Office, south: Office) -> None:
    south.hand_in(north.export(full_case(north)))
    for column in (Sketch.stored_size, Likeness.stored_size):
        here, there = (sorted(office.db.scalars(select(column)), key=str) for office in (south, north))
        assert here == there != []


def test_a_case_that_is_here_already_is_refused(north: Office, south: Office) -> None:
    data = north.export(full_case(north))
    south.hand_in(data)
    assert "already, as 2026-00001" in reason(south, south.hand_in(data))
    assert len(south.db.scalars(select(Case)).all()) == 1


def test_a_number_that_is_taken_can_be_changed_on_the_way_in(north: Office, south: Office) -> None:
    data = north.export(full_case(north))
    open_case(south, "2026-00001")
    assert "belongs to another case" in reason(south, south.hand_in(data))
    asked = south.hand_in(data, "N-2026-00001")
    assert south.db.get_one(Case, asked.case_id).number == "N-2026-00001"
    entry = south.db.scalars(select(CustodyEntry).where(CustodyEntry.action == "case.imported")).one()
    assert entry.details["number"] == "2026-00001"


def check(data: bytes) -> None:
    """Raises what the file is refused with."""
    with opened(io.BytesIO(data), "case.zip"):
        pass


def member_at(data: bytes, place: int) -> str:
    """The member whose contents this byte is of; empty for a byte of the ZIP itself."""
    for info in zipfile.ZipFile(io.BytesIO(data)).infolist():
        begin = info.header_offset + LOCAL_HEADER + len(info.filename)
        if begin <= place < begin + info.file_size:
            return info.filename
    return ""


def test_one_flipped_bit_anywhere_is_refused_naming_the_file(data: bytes) -> None:
    check(data)
    chosen = random.Random(7)
    listing = len(data) - 3000  # where the ZIP's own list of its members is
    places = [*chosen.sample(range(listing), 150), *chosen.sample(range(listing, len(data)), 150)]
    inside = 0
    for place in places:
        flipped = bytearray(data)
        flipped[place] ^= 1 << chosen.randrange(8)
        with pytest.raises(AppError) as refused:
            check(bytes(flipped))
        named, member = refused.value.values["file"], member_at(data, place)
        assert named == member or (named and member in ("", "hashes.txt"))
        inside += bool(member)
    assert inside > 100


def test_a_flipped_byte_of_a_picture_names_the_picture_and_keeps_nothing(data: bytes, south: Office) -> None:
    name = "sketches/02-v1/likeness-2/likeness.png"
    info = zipfile.ZipFile(io.BytesIO(data)).getinfo(name)
    flipped = bytearray(data)
    flipped[info.header_offset + 30 + len(name) + 1000] ^= 1
    asked = south.hand_in(bytes(flipped))
    assert name in reason(south, asked)
    for kind in (Case, Sketch, Likeness, RealPhoto, CaseNote, ForeignChain):
        assert south.db.scalars(select(kind)).all() == []


def rewritten(data: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """The archive with other contents and a hash list that fits them: what somebody makes who knows how."""
    source = zipfile.ZipFile(io.BytesIO(data))
    contents = {name: source.read(name) for name in source.namelist() if name != "hashes.txt"}
    change(contents)
    file = io.BytesIO()
    archive.write(file, [archive.Member(name, text) for name, text in contents.items()], None)  # type: ignore[arg-type]
    return file.getvalue()


def test_contents_that_were_rewritten_with_their_hashes_are_found_by_custody(data: bytes) -> None:
    def forge(contents: dict[str, bytes]) -> None:
        lines = [json.loads(line) for line in contents["custody.jsonl"].splitlines()]
        lines[0]["actor"] = "Somebody else"
        contents["custody.jsonl"] = "".join(json.dumps(line) + "\n" for line in lines).encode()

    with pytest.raises(AppError, match=r"custody\.jsonl, line 1"):
        check(rewritten(data, forge))


def test_an_entry_that_was_left_out_is_missed(data: bytes) -> None:
    def cut(contents: dict[str, bytes]) -> None:
        lines = contents["custody.jsonl"].splitlines(keepends=True)
        contents["custody.jsonl"] = b"".join(lines[:1] + lines[2:])

    with pytest.raises(AppError, match=r"custody\.jsonl, line 2"):
        check(rewritten(data, cut))


def test_a_chain_that_was_cut_at_its_end_does_not_fit_the_manifest(data: bytes) -> None:
    def cut(contents: dict[str, bytes]) -> None:
        contents["custody.jsonl"] = b"".join(contents["custody.jsonl"].splitlines(keepends=True)[:-1])

    with pytest.raises(BadArchive, match=r"custody\.jsonl"):
        check(rewritten(data, cut))


@pytest.mark.parametrize(
    "name, text",
    [
        ("case.json", b"[]"),
        ("case.json", b'{"id": 5}'),
        ("notes.json", b"{}"),
        ("sessions.json", b"[" * 100_000),
        ("sketches/02-v1/sketch.json", b'{"version": "1"}'),
        ("sketches/02-v1/picture.png", b"GIF89a"),
        ("sketches/02-v1/original.png", b"<svg onload=alert(1)>"),
        ("sketches/02-v1/likeness-1/provenance.json", b"[1]"),
    ],
)
def test_contents_that_are_not_what_they_should_be_are_refused_by_name(
    data: bytes, south: Office, name: str, text: bytes
) -> None:
    asked = south.hand_in(rewritten(data, lambda contents: contents.update({name: text})))
    assert name in reason(south, asked)
    assert south.db.scalars(select(Case)).all() == []


FACE = "sketches/02-v1/likeness-1"
SAME = [[1, 1], [1, 1]]


@pytest.mark.parametrize(
    "name, path, value",
    [
        (f"{FACE}/facts.json", ("asked", "candidate"), "first"),
        (f"{FACE}/facts.json", ("asked", "candidate"), None),
        (f"{FACE}/facts.json", ("asked", "seed"), {}),
        (f"{FACE}/facts.json", ("asked", "eyes"), SAME),
        (f"{FACE}/facts.json", ("asked", "set"), 7),
        (f"{FACE}/facts.json", ("appearance",), {"hair": ["brown"]}),
        (f"{FACE}/facts.json", ("eyes",), SAME),
        (f"{FACE}/provenance.json", ("alignment",), []),
        (f"{FACE}/provenance.json", ("alignment", "eyes"), [[0, 0], [1e300, 0]]),
        (f"{FACE}/provenance.json", ("milliseconds",), {"render": "long"}),
        (f"{FACE}/provenance.json", ("weights",), {"engine": 1}),
        ("sketches/02-v1/sketch.json", ("eyes",), SAME),
        ("sketches/02-v1/sketch.json", ("found_eyes",), [[0, 0]]),
    ],
)
def test_what_pages_compute_with_is_refused_where_it_is_not_what_it_should_be(
    data: bytes, south: Office, name: str, path: tuple[str, ...], value: object
) -> None:
    """One such row would break the list of sketches for everybody in the unit."""

    def spoil(contents: dict[str, bytes]) -> None:
        facts = within = json.loads(contents[name])
        for one in path[:-1]:
            within = within.setdefault(one, {})
        within[path[-1]] = value
        contents[name] = json.dumps(facts).encode()

    asked = south.hand_in(rewritten(data, spoil))
    assert name in reason(south, asked)
    assert south.db.scalars(select(Case)).all() == []


def test_a_likeness_that_was_swapped_with_all_its_hashes_is_not_the_one_of_custody(data: bytes, south: Office) -> None:
    def swap(contents: dict[str, bytes]) -> None:
        folder = "sketches/02-v1/likeness-1"
        face = contents[f"{folder}/likeness.png"] = contents["sketches/02-v1/picture.png"]
        facts = json.loads(contents[f"{folder}/facts.json"])
        facts["image_sha256"] = hashlib.sha256(face).hexdigest()
        contents[f"{folder}/facts.json"] = json.dumps(facts).encode()

    asked = south.hand_in(rewritten(data, swap))
    assert reason(south, asked).startswith("custody.jsonl")
    assert south.db.scalars(select(Case)).all() == []


def zip_of(*members: tuple[zipfile.ZipInfo | str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as made:
        for info, text in members:
            made.writestr(info, text)
    return file.getvalue()


def linked() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("case.json")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"PK",
        b"not a zip at all" * 10,
        zip_of(("../../etc/passwd", b"x")),
        zip_of(("/etc/passwd", b"x")),
        zip_of(("sketches\\..\\x.json", b"x")),
        zip_of(("a" * 300 + ".json", b"x")),
        zip_of((linked(), b"/etc/passwd")),
        zip_of(("case.json", b"{}"), ("case.json", b"[]")),
        zip_of(("case.json", b"0" * 5_000_000), compression=zipfile.ZIP_DEFLATED),
        zip_of(*((f"n{number}.json", b"") for number in range(20_001))),
        zip_of(("case.json", b"{}")) + b"more",
        b"more" + zip_of(("case.json", b"{}")),
        zlib.compress(b"x" * 1000),
    ],
    ids=lambda hostile: f"{len(hostile)} bytes",
)
def test_a_hostile_file_is_refused_before_anything_of_it_is_used(hostile: bytes) -> None:
    with pytest.raises(BadArchive):
        check(hostile)


def test_a_repacked_archive_is_refused_although_its_contents_are_right(data: bytes) -> None:
    source = zipfile.ZipFile(io.BytesIO(data))
    with pytest.raises(BadArchive, match="repacked"):
        check(zip_of(*((name, source.read(name)) for name in source.namelist())))


def test_the_lines_of_custody_can_be_checked_by_hand(data: bytes) -> None:
    """As docs/exchange.md says it."""
    for text in zipfile.ZipFile(io.BytesIO(data)).read("custody.jsonl").splitlines():
        line = json.loads(text)
        assert digest({name: line[name] for name in HASHED}) == line["hash"]
