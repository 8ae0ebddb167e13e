"""What programs read: the JSON list, the Atom feed, the sitemap, MISP's event."""

import base64
import hashlib
import json
import random
import re
from xml.etree import ElementTree

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymisp import MISPEvent, MISPObject

from models import Category
from tests.public.conftest import ADDRESS, Reader
from tests.published import ENGLISH, THAI, Press

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def test_the_json_of_a_notice(reader: Reader, press: Press) -> None:
    row = press.publish("pier", seeds=(1, 2))
    answer = reader.get("/notices.json")
    assert answer.mimetype == "application/json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    facts = json.loads(answer.data)
    assert facts.keys() == {"shape", "agency", "notices", "next"}
    (one,) = facts["notices"]
    assert one == json.loads(reader.get("/notices/pier.json").data)["notice"]
    pictures = one.pop("pictures")
    assert one == {
        "slug": "pier",
        "version": 1,
        "category": "suspect",
        "published_at": row.published_at.isoformat(timespec="seconds"),
        "corrected_at": None,
        "expires_at": row.expires_at.isoformat(timespec="seconds"),
        "happened_from": "2026-05-01",
        "happened_to": None,
        "words": {"en": vars(ENGLISH), "th": vars(THAI)},
        "pages": {"en": f"{ADDRESS}/en/notices/pier", "th": f"{ADDRESS}/th/notices/pier"},
    }
    assert [one["position"] for one in pictures] == [1, 2]
    for file in (file for one in pictures for file in one["files"]):
        data = reader.get(file["url"].removeprefix(ADDRESS)).data
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file["size"], file["sha256"])
    assert {file["use"] for file in pictures[0]["files"]} == {"view", "share", "signed"}


def test_it_says_nothing_that_the_page_does_not(reader: Reader, press: Press) -> None:
    row = press.publish("pier")
    text = reader.get("/notices.json").text
    assert str(row.notice_id) not in text
    assert str(press.case.id) not in text
    assert press.case.number not in text


def test_the_json_goes_on_where_it_ended(reader: Reader, press: Press) -> None:
    slugs = [f"notice{number:03}" for number in range(52)]
    for number, slug in enumerate(slugs):
        press.publish(slug, words={"en": ENGLISH}, days_ago=1 + number / 100, category=Category.MISSING)
    first = json.loads(reader.get("/notices.json?category=missing").data)
    assert first["next"].startswith(f"{ADDRESS}/notices.json?category=missing&after=")
    last = json.loads(reader.get(first["next"].removeprefix(ADDRESS)).data)
    assert [one["slug"] for one in first["notices"] + last["notices"]] == slugs
    assert last["next"] is None


def test_the_feed(reader: Reader, press: Press) -> None:
    assert ElementTree.fromstring(reader.get("/en/feed.atom").data).find(f"{ATOM}updated") is not None
    press.publish("pier", days_ago=2)
    press.publish("station", words={"th": THAI}, days_ago=1)
    press.correct("pier")
    answer = reader.get("/en/feed.atom")
    assert answer.mimetype == "application/atom+xml"
    feed = ElementTree.fromstring(answer.data)
    assert [one.findtext(f"{ATOM}id") for one in feed.iter(f"{ATOM}entry")] == [
        f"{ADDRESS}/en/notices/pier",
        f"{ADDRESS}/en/notices/station",
    ]
    for element in (feed, *feed.iter(f"{ATOM}entry")):
        assert all(element.findtext(f"{ATOM}{name}") for name in ("id", "title", "updated"))
    newest, other = feed.iter(f"{ATOM}entry")
    assert (newest.findtext(f"{ATOM}updated") or "") > (newest.findtext(f"{ATOM}published") or "")
    assert other.get("{http://www.w3.org/XML/1998/namespace}lang") == "th"
    assert feed.findtext(f"{ATOM}updated") == newest.findtext(f"{ATOM}updated")
    (enclosure,) = (one for one in newest.iter(f"{ATOM}link") if one.get("rel") == "enclosure")
    picture = reader.get(str(enclosure.get("href")).removeprefix(ADDRESS))
    assert len(picture.data) == int(str(enclosure.get("length")))
    assert "Not a photograph." in (newest.findtext(f"{ATOM}summary") or "")
    assert 'href="/en/feed.atom"' in reader.get("/en/").text


def test_crawlers_are_led_to_what_is_current(reader: Reader, press: Press) -> None:
    press.publish("pier")
    press.publish("station")
    press.end("station")
    assert f"Sitemap: {ADDRESS}/sitemap.xml" in reader.get("/robots.txt").text
    found = [one.text or "" for one in ElementTree.fromstring(reader.get("/sitemap.xml").data).iter(f"{MAP}loc")]
    assert f"{ADDRESS}/th/notices/pier" in found
    assert not [one for one in found if "station" in one]
    for address in found:
        page = reader.get(address.removeprefix(ADDRESS))
        assert page.status_code == 200
        assert f'rel="canonical" href="{address}"' in page.text
        assert page.headers["X-Robots-Tag"] == "noarchive, noimageindex"


def test_misp_takes_the_event(reader: Reader, press: Press) -> None:
    """By MISP's own library, with its own template of the object."""
    press.publish("pier", seeds=(1, 2))
    answer = reader.get("/notices/pier/misp.json")
    assert "attachment" in answer.headers["Content-Disposition"]
    event = MISPEvent(strict_validation=True)
    event.load(answer.text)
    assert event.info == f"Suspect sought: {ENGLISH.headline}"
    assert len(event.objects) == 2
    template = MISPObject("facial-composite", strict=True)
    assert template._definition
    for number, one in enumerate(event.objects, 1):
        assert (one.name, one.template_uuid, str(one.template_version)) == (
            template.name,
            template.template_uuid,
            str(template.template_version),
        )
        assert one["meta-category"] == template["meta-category"]
        for attribute in one.attributes:
            again = template.add_attribute(attribute.object_relation, attribute.value, data=attribute.data)
            assert again
            assert again.type == attribute.type
            assert again.category in (attribute.category, None) or attribute.type == "attachment"
        (picture,) = one.get_attributes_by_relation("facial-composite")
        signed = reader.get(f"/pictures/pier/1/{number}/en/signed-960.png").data
        assert picture.data
        assert picture.data.getvalue() == signed
        (said,) = one.get_attributes_by_relation("text")
        assert said.value.startswith("Computer-generated likeness from a witness sketch. Not a photograph.")
        (technique,) = one.get_attributes_by_relation("technique")
        assert technique.value in template._definition["attributes"]["technique"]["values_list"]
    assert base64.b64encode(signed).decode() in answer.text
    assert reader.get("/notices/pier/misp.json").data == answer.data


VALUES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["suspect", "2026-05-01", "9999-12-31", "0001-01-01", "A" * 32, "%", "\\"]),
)
NAMES = st.sampled_from(["q", "area", "category", "from", "to", "after", "page", "ก"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.dictionaries(NAMES, VALUES, max_size=5), path=st.sampled_from(["/notices.json", "/en/", "/th/"]))
def test_no_question_breaks_it(reader: Reader, query: dict[str, str], path: str) -> None:
    answer = reader.get(path, query_string=query)
    assert answer.status_code in (200, 400, 422), (query, answer.status_code)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(min_size=1, max_size=20), seed=st.integers(0, 10**6))
def test_no_address_breaks_it(reader: Reader, name: str, seed: int) -> None:
    part = random.Random(seed).choice(["/en/notices/{}", "/notices/{}", "/pictures/{}/1/1/en/view-240.webp", "/{}"])
    name = re.sub(r"[/?#%]", "", name) or "x"
    assert reader.get(part.format(name)).status_code in (200, 302, 308, 404)
