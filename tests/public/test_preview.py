"""The preview of a draft is the page that the public would see, drawn in the staff's process from rows that are not
stored."""

import dataclasses
import datetime as dt

import pytest
from sqlalchemy.orm import Session

from app import create_app
from app.public.pages import render_notice
from app.public.shown import ShownFile, of_publication
from app.settings import Settings
from models import Category, NoticeFile, Publication, PublicationFile, SettingSection, utc_now
from tests.public.conftest import ADDRESS, Reader
from tests.published import BOTH, THAI, Press, document, files


@pytest.fixture(autouse=True)
def agency(db: Session) -> None:
    db.add(SettingSection(name="agency", values={"name": "Harbour Police", "time_zone": "Asia/Bangkok"}, revision=1))
    db.commit()


@pytest.mark.parametrize("language", ["en", "th"])
def test_it_is_the_page(reader: Reader, press: Press, settings: Settings, language: str) -> None:
    row = press.publish("harbour", seeds=(1, 2))
    made = press.db.query(PublicationFile).filter(PublicationFile.publication_id == row.id).all()
    with create_app(settings).test_request_context("/notices/1/preview"):
        shown = of_publication(row, made, language)

        def at(position: int, file: ShownFile) -> str:
            ending = file.mime.removeprefix("image/").replace("jpeg", "jpg")
            return f"/pictures/harbour/1/{position}/{file.language}/{file.use}-{file.width}.{ending}"

        page = render_notice(settings, shown, language, picture=at)
    public = reader.get(f"/{language}/notices/harbour").text
    assert page.replace(ADDRESS, "") == public.replace(ADDRESS, "")
    assert "Harbour Police" in page


def test_a_draft_without_pictures_can_be_looked_at(press: Press, settings: Settings) -> None:
    row = Publication(slug="draft", version=1, content=document(Category.WITNESS, {"th": THAI}, (1,), (None, None)))
    row.published_at, row.expires_at = utc_now(), utc_now() + dt.timedelta(days=30)
    with create_app(settings).test_request_context("/"):
        page = render_notice(settings, of_publication(row, [], "en"), "en", picture=lambda *_: "")
    assert THAI.headline in page
    assert 'class="no-picture"' in page
    assert "og:image" not in page


def test_the_label_of_a_picture_is_in_the_pages_language_where_there_is_one() -> None:
    row = Publication(slug="draft", version=1, content=document(Category.WITNESS, BOTH, (1,), (None, None)))
    row.published_at, row.expires_at = utc_now(), utc_now()
    some = [
        NoticeFile(position=1, use=use, mime=mime, width=width, height=height, size=1, sha256="", key="", language=one)
        for use, mime, width, height, _data in files(1)
        for one in ("th", "en")
    ]
    for language in ("en", "th"):
        (picture,) = of_publication(row, some, language).pictures
        assert {one.language for one in picture.views} == {language}
        assert [one.width for one in picture.views] == [240, 480, 960]
        assert picture.view(300) == picture.views[1]
        assert picture.view(5000) == picture.views[2]
    (picture,) = of_publication(row, [one for one in some if one.language == "th"], "en").pictures
    assert {one.language for one in picture.views} == {"th"}
    assert dataclasses.replace(picture, views=()).view(100) is None
