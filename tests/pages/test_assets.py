"""Styles, scripts and pictures: found, versioned, and nothing from elsewhere or inline."""

import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from flask import Flask

from app.assets import STATIC, version
from app.identity import invitations, units
from app.settings import ROOT
from app.studio import geometry
from imaging.portrait import SEED, portrait
from imaging.sketcher import draw_sketch
from models import Role
from tests.app.web import Browser
from tests.pages.desk import Desk
from tests.people import PASSWORD, Person

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
MODULES = sorted((STATIC / "js").glob("*.js"))
SHEETS = sorted((STATIC / "css").glob("*.css"))
NAMED = re.compile(r"static_url\('([^']+)'\)")
IMPORT = re.compile(r'(?:from|import) "(\./[^"]+)"|import\("(\./[^"]+)"\)')
USED_ICON = re.compile(r'icon\("([\w-]+)"')


def test_every_file_that_templates_name_is_there() -> None:
    named = {name for path in TEMPLATES for name in NAMED.findall(path.read_text())}
    assert "css/studio.css" in named
    assert [name for name in sorted(named) if not (STATIC / name).is_file()] == []


def test_every_import_of_a_module_is_there() -> None:
    missing = [
        (path.name, found)
        for path in MODULES
        for found in (one or two for one, two in IMPORT.findall(path.read_text()))
        if not (path.parent / found).is_file()
    ]
    assert missing == []


def test_every_icon_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "img/icons.svg").read_text()))
    publics = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "img/public.svg").read_text()))
    for path in TEMPLATES:
        public = path.is_relative_to(ROOT / "templates" / "public")
        assert set(USED_ICON.findall(path.read_text())) - (publics if public else drawn) == set(), path
    assert {"queued", "running", "done", "failed", "parked", "cancelled", "ready"} <= drawn


@pytest.mark.parametrize("path", [*MODULES, *SHEETS, *TEMPLATES], ids=lambda path: path.name)
def test_files_stay_small_and_at_home(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 150
    addresses = re.findall(r"https?://[^\s\"')]+", text)
    assert [one for one in addresses if not one.startswith("http://www.w3.org/")] == []


def test_a_file_under_this_version_may_be_kept_for_ever(stranger: Browser) -> None:
    answer = stranger.get(f"/assets/{version()}/js/studio.js")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.mimetype == "text/javascript"
    old = stranger.get("/assets/older/js/studio.js")
    assert old.headers["Cache-Control"] == "no-cache"
    assert stranger.get(f"/assets/{version()}/manifest.webmanifest").mimetype == "application/manifest+json"


@pytest.mark.parametrize("name", ["../wsgi.py", "js/%2e%2e/%2e%2e/wsgi.py", "nothing.css", "js"])
def test_nothing_but_static_files(stranger: Browser, name: str) -> None:
    assert stranger.get(f"/assets/{version()}/{name}").status_code == 404


class Strict(HTMLParser):
    """Collects what the content security policy would block, and what a page needs."""

    def __init__(self) -> None:
        super().__init__()
        self.blocked: list[str] = []
        self.headings = 0
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.headings += tag == "h1"
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "style" or (tag == "script" and "src" not in given):
            self.blocked.append(tag)
        self.blocked += [name for name in given if name == "style" or name.startswith("on")]
        self.blocked += [
            str(given[name]) for name in ("src", "href", "action") if re.match(r"(?:[a-z]+:|//)", given.get(name) or "")
        ]


def test_no_page_needs_what_the_policy_blocks(desk: Desk, app: Flask, person: Person) -> None:
    sketch = desk.add()
    desk.work()
    desk.render(sketch)
    desk.work()
    admin, head = Browser(app), person("Head", Role.ADMIN)
    admin.sign_in(head, PASSWORD)
    units.add_unit(desk.db, "Cold cases")
    invitations.invite(desk.db, "invited@example.org", "Invited", [Role.ADMIN])
    pages = {
        path: browser.get(path).text
        for browser, paths in (
            (
                desk.browser,
                ("/sketches", "/sketches?q=x", "/sketches/new", f"/sketches/new?parent={sketch.id}"),
            ),
            (desk.browser, (f"/sketches/{sketch.id}", "/account", "/about", "/nothing")),
            (admin, ("/admin/accounts", f"/admin/accounts/{head.id}", f"/admin/accounts/{desk.account.id}")),
            (admin, ("/admin/invitations", "/admin/invitations/new", "/admin/accounts/import", "/admin/units")),
            (admin, ("/confirm", "/admin/accounts?q=nobody")),
            (Browser(app), ("/sign-in",)),
        )
        for path in paths
    }
    for path, text in pages.items():
        page = Strict()
        page.feed(text)
        assert page.blocked == [], path
        assert page.headings == 1, path
        assert len(page.ids) == len(set(page.ids)), path
        assert re.search(r"<title>[^<]+ · Semblance</title>", text), path


def test_the_page_and_the_pipeline_agree_on_where_eyes_are() -> None:
    """Read from their sources: neither may import the other."""
    ours = [(int(eye.real), int(eye.imag)) for eye in geometry.EYES]
    template = (ROOT / "imaging" / "template.py").read_text()
    assert str(ours)[1:-1] in template
    script = (STATIC / "js" / "frame.js").read_text()
    assert str([list(eye) for eye in ours]) in script


def test_the_sketch_is_laid_where_its_eyes_meet_the_likeness() -> None:
    numbers = re.findall(r"-?\d+\.\d+", geometry.svg_matrix([[300.0, 200.0], [300.0, 452.0]]))
    a, b, c, d, e, f = (float(number) for number in numbers)
    for (x, y), eye in zip(((300, 200), (300, 452)), geometry.EYES, strict=True):
        assert a * x + c * y + e == pytest.approx(eye.real, abs=0.02)
        assert b * x + d * y + f == pytest.approx(eye.imag, abs=0.02)
    assert geometry.frame(geometry_eyes()) == "0.0,0.0 512.0,0.0 512.0,512.0 0.0,512.0"


def geometry_eyes() -> list[list[float]]:
    return [[eye.real, eye.imag] for eye in geometry.EYES]


def test_the_picture_at_the_door_is_half_line_and_half_tone() -> None:
    drawn = np.asarray(draw_sketch(SEED, 256, "pencil").image.convert("L"), np.int16)
    picture = np.asarray(portrait(side=256), np.int16)
    assert np.abs(picture[:, :128] - drawn[:, :128]).max() <= 1
    engraved = picture[:, 128:]
    # Lines across: rows differ from each other far more than neighbours in a row do.
    assert np.abs(np.diff(engraved, axis=0)).mean() > 3 * np.abs(np.diff(engraved, axis=1)).mean()
