"""A notice before the public: what its page says, and that it says nothing once it is over."""

import datetime as dt
import re

import pytest

from models import Category, Ended
from tests.public.conftest import Reader
from tests.published import BOTH, ENGLISH, THAI, Press


def test_its_page_says_all_of_it(reader: Reader, press: Press) -> None:
    press.publish("harbour", seeds=(1, 2))
    page = reader.get("/en/notices/harbour")
    assert page.status_code == 200
    for text in vars(ENGLISH).values():
        assert text in page.text
    assert page.text.count("Computer-generated likeness from a witness sketch. Not a photograph.</figcaption>") == 2
    assert "1 May 2026" in page.text
    assert "These are several guesses at one face." in page.text
    assert "http://127.0.0.1:8000/tips/en/new?notice=harbour" in page.text
    for kind in ("this_is_me", "wrong"):
        assert f"http://127.0.0.1:8000/tips/en/report?notice=harbour&amp;kind={kind}" in page.text
    assert "<script" not in page.text


def test_it_is_read_in_the_language_of_its_address(reader: Reader, press: Press) -> None:
    press.publish("harbour")
    page = reader.get("/th/notices/harbour").text
    assert THAI.headline in page
    assert ENGLISH.headline not in page
    assert "1 พฤษภาคม พ.ศ. 2569" in page
    assert "/pictures/harbour/1/1/th/view-480.webp" in page


def test_what_is_not_in_that_language_is_marked(reader: Reader, press: Press) -> None:
    press.publish("harbour", words={"th": THAI})
    page = reader.get("/en/notices/harbour").text
    assert f'<h1 lang="th">{THAI.headline}</h1>' in page
    assert '<html lang="en">' in page
    assert "This notice is not written in English." in page
    assert re.search(r'<img [^>]*lang="th"', page)
    assert "/pictures/harbour/1/1/th/view-480.webp" in page
    assert '<link rel="canonical" href="https://notices.example.org/th/notices/harbour">' in page


def test_pictures_come_in_the_size_that_a_screen_needs(reader: Reader, press: Press) -> None:
    press.publish("harbour", seeds=(1, 2))
    images = re.findall(r"<img src=[^>]+>", reader.get("/en/notices/harbour").text)
    for number, image in enumerate(images, 1):
        assert f"/pictures/harbour/1/{number}/en/view-240.webp 240w" in image
        assert 'width="480" height="480"' in image
        assert 'alt="A man with short dark hair and a scar over his left brow"' in image
    assert "loading" not in images[0]
    assert 'loading="lazy"' in images[1]


def test_a_correction_is_said_with_its_date(reader: Reader, press: Press) -> None:
    press.publish("harbour", days_ago=9)
    assert "Corrected" not in reader.get("/en/notices/harbour").text
    press.correct("harbour", words={"en": THAI})
    press.correct("harbour", words=BOTH)
    page = reader.get("/en/notices/harbour").text
    today, first = (dt.datetime.now(dt.UTC) - dt.timedelta(days=days) for days in (0, 9))
    corrected = re.search(r"Corrected on</dt><dd><time[^>]*>([^<]+)<", page)
    published = re.search(r"Published on</dt><dd><time[^>]*>([^<]+)<", page)
    assert corrected
    assert corrected[1] == f"{today.day} {today:%B %Y}"
    assert published
    assert published[1] == f"{first.day} {first:%B %Y}"
    assert ENGLISH.headline in page


def test_one_that_was_withdrawn_and_published_again_corrects_nothing(reader: Reader, press: Press) -> None:
    press.publish("harbour")
    press.end("harbour")
    press.publish("harbour", version=2, days_ago=0)
    page = reader.get("/en/notices/harbour")
    assert page.status_code == 200
    assert "Corrected" not in page.text


@pytest.mark.parametrize("why", [Ended.WITHDRAWN, Ended.IDENTIFIED, Ended.EXPIRED])
def test_what_is_over_says_so_and_no_more(reader: Reader, press: Press, why: Ended) -> None:
    press.publish("harbour")
    press.publish("station", days_ago=40, lasts=30)  # nobody has noted yet that its time is up
    press.end("harbour", why)
    pages = [reader.get(f"/en/notices/{slug}") for slug in ("harbour", "station", "harbour/print")]
    assert {page.status_code for page in pages} == {410}
    assert len({page.data for page in pages}) == 1
    assert "This notice is over" in pages[0].text
    assert not re.search(r"withdrawn|identified|expired|Bang Rak", pages[0].text, re.IGNORECASE)
    assert reader.get("/notices/harbour.json").status_code == 410
    assert reader.get("/notices/harbour/misp.json").status_code == 410


@pytest.mark.parametrize("slug", ["neverused", "%00", "a%27b", "ก", "x" * 400])
def test_a_name_that_no_notice_ever_had(reader: Reader, press: Press, slug: str) -> None:
    for path in (f"/en/notices/{slug}", f"/notices/{slug}.json", f"/pictures/{slug}/1/1/en/view-240.webp"):
        assert reader.get(path).status_code == 404, path


def test_pictures_go_with_their_notice(reader: Reader, press: Press) -> None:
    row = press.publish("harbour")
    address = "/pictures/harbour/1/1/en/view-240.webp"
    picture = reader.get(address)
    assert (picture.status_code, picture.mimetype) == (200, "image/webp")
    assert picture.data[8:12] == b"WEBP"
    assert picture.headers["Cache-Control"] == "public, max-age=60, must-revalidate"
    assert "Set-Cookie" not in picture.headers
    tag = {"If-None-Match": picture.headers["ETag"]}
    assert reader.get(address, headers=tag).status_code == 304
    press.correct("harbour")
    assert reader.get(address, headers=tag).status_code == 410
    assert reader.get(address.replace("/1/1/", "/2/1/")).status_code == 200
    press.end("harbour")
    assert reader.get(address.replace("/1/1/", "/2/1/")).status_code == 410
    assert row.version == 1


@pytest.mark.parametrize(
    "name", ["1/1/en/view-241.webp", "1/2/en/view-240.webp", "1/1/xx/view-240.webp", "1/1/en/view-240.png",
             "1/1/en/other-240.webp", "9/1/en/view-240.webp", "99999999999/1/en/view-240.webp"]
)  # fmt: skip
def test_a_picture_that_there_is_not(reader: Reader, press: Press, name: str) -> None:
    press.publish("harbour")
    assert reader.get(f"/pictures/harbour/{name}").status_code == 404


def test_other_sites_show_the_picture_that_bears_the_label(reader: Reader, press: Press) -> None:
    press.publish("harbour")
    page = reader.get("/en/notices/harbour").text
    image = re.search(r'property="og:image" content="https://notices\.example\.org(/[^"]+)"', page)
    assert image
    assert image[1] == "/pictures/harbour/1/1/en/share-1200.jpg"
    assert reader.get(image[1]).mimetype == "image/jpeg"
    assert 'og:image:width" content="1200"' in page
    assert 'og:image:alt" content="Computer-generated likeness' in page
    assert 'hreflang="th" href="https://notices.example.org/th/notices/harbour"' in page


def test_a_page_may_be_kept_for_a_minute_and_no_longer(reader: Reader, press: Press) -> None:
    press.publish("harbour")
    for path in ("/en/notices/harbour", "/en/", "/en/notices/harbour/print", "/notices.json", "/th/feed.atom"):
        page = reader.get(path)
        assert page.headers["Cache-Control"] == "public, max-age=60, must-revalidate", path
        assert "Cookie" not in page.headers.get("Vary", "")
        again = reader.get(path, headers={"If-None-Match": page.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b""), path
    press.end("harbour")
    assert reader.get("/en/notices/harbour", headers={"If-None-Match": page.headers["ETag"]}).status_code == 410
    styles = re.findall(r'href="(/assets/[^"]+\.css)"', reader.get("/en/").text)
    assert styles
    assert all("immutable" in reader.get(one).headers["Cache-Control"] for one in styles)


def test_the_printed_page_tells_where_to_look(reader: Reader, press: Press) -> None:
    press.publish("harbour", category=Category.MISSING)
    page = reader.get("/en/notices/harbour/print").text
    assert "<strong>https://notices.example.org/en/notices/harbour</strong>" in page
    assert "Missing person" in page
    assert "Not a photograph." in page
