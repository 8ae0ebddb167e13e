"""Posters as others read them: a telephone, a screen reader, a printer."""

import io
import subprocess
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from app.agency import logo, settings
from app.bulletins import fonts, reading, setting
from app.bulletins.code import address_of
from app.database import clock, transaction
from app.notices.content import Wording
from models import BulletinFormat, Case, Category, Job, Role
from tests import servers
from tests.app.bulletins.asked import PLACE, ask, data, make, wish
from tests.app.bulletins.publications import WORDS, publish
from tests.app.drawings import drawing_png
from tests.app.exchange.cases import Office
from tests.app.exchange.test_export import LABEL
from tests.app.exchange.test_pdf import told
from tests.people import add_person

EN = WORDS["en"]


def flat(pdf: bytes, *options: str) -> str:
    return " ".join(told(pdf, "pdftotext", *options).replace("\u200b", "").split())


def code_on(page: bytes) -> str:
    """What a telephone reads that is held to the sheet's lower right quarter."""
    pixels = np.array(Image.open(io.BytesIO(page)).convert("RGB"))
    pixels = pixels[pixels.shape[0] // 2 :, pixels.shape[1] // 2 :]
    return cv2.QRCodeDetector().detectAndDecode(pixels)[0]


@pytest.mark.parametrize("paper, sides", [("a4", (1240, 1754)), ("letter", (1275, 1650))])
@pytest.mark.parametrize("language", ["en", "th"])
def test_a_telephone_reads_the_address_from_the_picture(
    here: Office, case: Case, paper: str, sides: tuple[int, int], language: str
) -> None:
    notice = publish(here.db, here.store, here.supervisor, case.id, "7kq2m9xw", pictures=2)
    made = make(here, [notice], wish(BulletinFormat.PNG, [language], paper))
    page = data(here, made)
    assert Image.open(io.BytesIO(page)).size == sides
    assert code_on(page) == address_of(PLACE, language, "7kq2m9xw") == f"{PLACE}/{language}/notices/7kq2m9xw"


def test_the_code_of_the_printed_pdf_is_lines(here: Office, case: Case) -> None:
    servers.poppler()
    notice = publish(here.db, here.store, here.supervisor, case.id, "7kq2m9xw")
    pdf = data(here, make(here, [notice], wish()))
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        images = subprocess.run(["pdfimages", "-list", file.name], capture_output=True, text=True, check=True).stdout
        command = ["pdftoppm", "-png", "-r", "150", file.name]
        page = subprocess.run(command, capture_output=True, check=True).stdout
    assert len(images.splitlines()) - 2 == 1, "the likeness is the only picture made of pixels"
    assert code_on(page) == f"{PLACE}/en/notices/7kq2m9xw"


def test_the_same_matter_gives_the_same_bytes(here: Office, case: Case) -> None:
    notice = publish(here.db, here.store, here.supervisor, case.id, "7kq2m9xw", pictures=4)
    for kind in BulletinFormat:
        asked = ask(here, [notice], wish(kind, ["en", "th"]))
        matter = reading.read(here.db, asked, clock(here.db))
        first, again = (setting.make(matter, here.store.get) for _turn in range(2))
        assert (first.data, first.preview) == (again.data, again.preview)


def test_it_is_tagged_and_says_no_more_of_itself_than_it_shows(here: Office, case: Case) -> None:
    head = add_person(here.db, "head@north.example", "Head North", Role.ADMIN)
    form = {"name": ["Harbour Police"], "address": ["1 Quay"], "email": [""], "phone": ["191"], "time_zone": ["UTC"]}
    settings.change(here.db, head, "agency", 0, form)
    logo.set_logo(here.db, here.store, head, 0, drawing_png(1))
    notice = publish(here.db, here.store, here.supervisor, case.id, "7kq2m9xw", pictures=2)
    pdf = data(here, make(here, [notice], wish()))
    facts = {name: said.strip() for name, said in (one.split(":", 1) for one in told(pdf, "pdfinfo").splitlines())}
    assert facts["Tagged"] == "yes"
    assert facts["Title"] == EN.headline
    assert facts["Author"] == "Harbour Police"
    assert "supervisor" not in told(pdf, "pdfinfo", "-meta")
    assert b"(en)" in pdf or b"/Lang" in pdf
    tags = told(pdf, "pdfinfo", "-struct")
    assert tags.count("Figure") == 2 + 1 + 1, "two likenesses, the logo, the code"
    assert tags.count("H1") == 1
    text = flat(pdf, "-raw")
    order = [EN.headline, LABEL, EN.caution, EN.known.split("\n\n")[0], EN.reward, EN.contact, "Current until"]
    places = [text.index(one) for one in order]
    assert places == sorted(places)
    assert text.count(LABEL) == 2


@pytest.mark.parametrize("pictures", [1, 2, 3, 4])
def test_everything_that_is_known_stands_on_one_sheet(here: Office, case: Case, pictures: int) -> None:
    notice = publish(here.db, here.store, here.supervisor, case.id, "7kq2m9xw", pictures=pictures)
    made = make(here, [notice], wish())
    assert made.sheets == 1
    text = flat(data(here, made))
    for said in (EN.headline, EN.appearance, EN.area, EN.caution, EN.reward, EN.contact, "12 May 2026", "7kq2m9xw"):
        assert said in text
    for said in ("DO YOU RECOGNISE THIS PERSON?", "notices.example.org/en/notices/7kq2m9xw", "Made on", "Version 1"):
        assert said in text
    assert text.count(LABEL) == pictures


def test_thai_is_set_in_thai_with_years_of_the_buddhist_era(here: Office, case: Case) -> None:
    notice = publish(here.db, here.store, here.supervisor, case.id, "7kq2m9xw")
    made = make(here, [notice], wish(languages=["th"]))
    text = flat(data(here, made))
    assert "12 พฤษภาคม พ.ศ. 2569" in text
    assert "2026" not in text
    assert WORDS["th"].area in text
    assert not made.lacks_font, "sudo apt-get install -y fonts-thai-tlwg"
    for line in told(data(here, made), "pdftotext", "-layout").splitlines():
        assert not line.strip().startswith(tuple("ะาำิีึืุูๅๆ็่้๊๋์ํ")), "a line does not begin within a word's letter"


def test_without_a_font_for_thai_it_says_so_at_its_foot(
    here: Office, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = publish(here.db, here.store, here.supervisor, case.id, "7kq2m9xw")
    monkeypatch.setattr(fonts, "installed", lambda: frozenset({"Libertinus Serif"}))
    plain = make(here, [publish(here.db, here.store, here.supervisor, case.id, "plain", words={"en": EN})], wish())
    assert not plain.lacks_font
    made = make(here, [notice], wish(languages=["en", "th"]))
    assert made.lacks_font
    assert "no font with Thai letters" in flat(data(here, made))


def test_long_text_goes_on_overleaf_and_nothing_of_it_is_lost(here: Office, case: Case) -> None:
    long = replace(
        EN,
        known="\n\n".join(f"Paragraph {n}. {EN.known}" for n in range(12)),
        appearance="Verylongword" * 30,
        headline="A headline that goes on " * 6,
        caution=EN.caution * 4,
    )
    notice = publish(here.db, here.store, here.supervisor, case.id, "7kq2m9xw", pictures=4, words={"en": long})
    made = make(here, [notice], wish())
    assert made.sheets == 2
    pdf = data(here, made)
    text = flat(pdf)
    assert all(f"Paragraph {n}." in text for n in range(12))
    assert text.replace(" ", "").count("Verylongword") == 30
    first = told(pdf, "pdftotext", "-l", "1")
    for said in (EN.contact, "Current until"):
        assert said in " ".join(first.split()), "how to tell the agency is on the first sheet"
    assert " ".join(first.split()).count("Do not approach him.") == 4, "and so is the caution"
    assert " ".join(first.split()).count(LABEL) == 4, "and so are all the pictures"
    assert "1/2" in first.replace(" ", "")


def test_nothing_leaves_the_paper(here: Office, case: Case) -> None:
    """Every word of the largest and the smallest poster has its place within the margins."""
    servers.poppler()
    long = Wording(headline="Word " * 30, known="x" * 400, contact="1234567890" * 12, area="y" * 90)
    for slug, words in (("long", long), ("short", Wording(headline="Who?", contact="191"))):
        notice = publish(here.db, here.store, here.supervisor, case.id, slug, pictures=3, words={"en": words})
        boxes = told(data(here, make(here, [notice], wish())), "pdftotext", "-bbox")
        for line in (one for one in boxes.splitlines() if "<word" in one):
            left, right = (float(line.split(f'{name}="')[1].split('"')[0]) for name in ("xMin", "xMax"))
            assert left > 20, line
            assert right < 595.3 - 20, line


def test_what_people_wrote_is_never_markup(here: Office, case: Case) -> None:
    wicked = '#panic("x") $x$ *bold* \\ `raw` <label> @ref // comment'
    words = {"en": replace(EN, headline=wicked, known=wicked)}
    notice = publish(here.db, here.store, here.supervisor, case.id, "7kq2m9xw", words=words)
    assert flat(data(here, make(here, [notice], wish()))).count('#panic("x")') == 2


def test_a_pack_has_a_sheet_for_each_notice_and_language(here: Office, case: Case) -> None:
    notices = [
        publish(here.db, here.store, here.supervisor, case.id, f"notice{n}", pictures=n, category=category)
        for n, category in enumerate(Category, 1)
    ]
    made = make(here, notices, wish(languages=["en", "th"], paper="letter"))
    assert made.sheets == 8
    assert made.file_name == "4-notices-en-th-letter.pdf"
    facts = told(data(here, made), "pdfinfo")
    assert "(letter)" in facts
    assert "4 notices" in facts
    pictures = make(here, notices[:2], wish(BulletinFormat.PNG, ["en", "th"]))
    archive = zipfile.ZipFile(io.BytesIO(data(here, pictures)))
    assert archive.namelist() == [f"sheet-0{n}.png" for n in range(1, 5)]
    found = [code_on(archive.read(name)) for name in archive.namelist()]
    assert found == [f"{PLACE}/{lang}/notices/notice{n}" for n in (1, 2) for lang in ("en", "th")]


def test_colours_of_the_agency_are_used(here: Office, case: Case) -> None:
    head = add_person(here.db, "head@north.example", "Head North", Role.ADMIN)
    settings.change(here.db, head, "colours", 0, {"main_colour": ["#005f20"], "alarm_colour": ["#4a004a"]})
    notice = publish(here.db, here.store, here.supervisor, case.id, "7kq2m9xw")
    page = Image.open(io.BytesIO(data(here, make(here, [notice], wish(BulletinFormat.PNG))))).convert("RGB")
    found = {colour for _count, colour in page.getcolors(page.width * page.height) or []}
    assert {(0x00, 0x5F, 0x20), (0x4A, 0x00, 0x4A)} <= found


def test_a_lost_picture_fails_the_job_and_leaves_no_bulletin(here: Office, case: Case, tmp_path: Path) -> None:
    notice = publish(here.db, here.store, here.supervisor, case.id, "7kq2m9xw")
    asked = ask(here, [notice], wish())
    with transaction(here.db):
        for file in reading.read(here.db, asked, clock(here.db)).notices[0].files:
            here.db.delete(file)
    here.work()
    job = here.db.query(Job).filter_by(subject_id=asked).one()
    assert (str(job.state), job.reason) == ("failed", reading.NO_PICTURES)
