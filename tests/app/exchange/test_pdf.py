"""A case as a PDF, read by another program."""

import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from app.exchange import bundle, pdf
from app.exchange.dossier import read
from app.exchange.readable import describe
from app.exchange.speaking import speaking
from models import ExportFormat
from tests import servers
from tests.app.exchange.cases import Office, full_case, office, open_case
from tests.app.exchange.test_export import LABEL


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Office]:
    made = office(f"sqlite:///{tmp_path / 'records.db'}", tmp_path / "var")
    yield made
    made.close()


def printed(office: Office, case_id: uuid.UUID, paper: str = "a4", language: str = "en") -> bytes:
    dossier = read(office.database, case_id)
    assert dossier is not None
    with speaking(language):
        readable = describe(dossier, bundle.digests(dossier), language)
    with tempfile.TemporaryFile() as file:
        pdf.write(dossier, office.store, cast(BinaryIO, file), readable, paper)
        file.seek(0)
        return file.read()


def told(data: bytes, program: str, *options: str) -> str:
    servers.poppler()
    command = [program, *options, "-"] if program == "pdfinfo" else [program, *options, "-", "-"]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout.decode()


def test_the_same_records_give_the_same_bytes(here: Office) -> None:
    case = full_case(here)
    first = printed(here, case.id)
    assert first.startswith(b"%PDF-")
    assert printed(here, case.id) == first


def test_it_is_tagged_numbered_and_of_the_paper_that_was_asked_for(here: Office) -> None:
    case = full_case(here)
    facts = dict(line.split(":", 1) for line in told(printed(here, case.id), "pdfinfo").splitlines())
    assert facts["Tagged"].strip() == "yes"
    assert facts["Title"].strip() == "Case 2026-00001"
    assert "(A4)" in facts["Page size"]
    assert "(letter)" in told(printed(here, case.id, "letter"), "pdfinfo")
    text = told(printed(here, case.id), "pdftotext", "-layout")
    pages = int(facts["Pages"])
    assert all(f"{page}/{pages}" in text.replace(" ", "") for page in range(1, pages + 1))


def test_every_likeness_has_its_label_and_every_hash_is_there(here: Office) -> None:
    case = full_case(here)
    text = told(here.export(case, ExportFormat.PDF), "pdftotext", "-layout")
    assert text.count(LABEL) == 3 + 1, "three likenesses and the cover"
    dossier = read(here.database, case.id)
    assert dossier is not None
    flat = "".join(text.split()).replace("\u200b", "")
    for name, digest in bundle.digests(dossier).items():
        if name != "custody.jsonl":  # which has got the entry of this export since
            assert digest in flat, name


def test_what_people_wrote_is_never_markup(here: Office) -> None:
    wicked = '#panic("x") $x$ *bold* \\ `raw` <label> @ref // comment'
    case = open_case(here, title=wicked, description=wicked)
    assert '#panic("x")' in told(here.export(case, ExportFormat.PDF), "pdftotext")


def test_without_a_font_for_thai_it_says_so(here: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    case = open_case(here)
    monkeypatch.setattr(pdf, "THAI", ())
    assert "no font with Thai letters" in told(printed(here, case.id), "pdftotext").replace("\n", " ")
    plain = open_case(here, "2", description="Two men", incident_place="")
    with_tags = told(printed(here, plain.id), "pdftotext").replace("\n", " ")
    assert "no font with Thai letters" in with_tags, "its tags are Thai"


def test_thai_is_set_in_a_font_that_has_it(here: Office) -> None:
    servers.poppler()
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(printed(here, open_case(here).id, language="th"))
        file.flush()
        fonts = subprocess.run(["pdffonts", file.name], capture_output=True, text=True, check=True).stdout
    assert any(name.replace(" ", "") in fonts for name in pdf.THAI), "sudo apt-get install -y fonts-thai-tlwg"
