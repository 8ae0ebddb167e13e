"""The notices for programs, in the shape that `app.public.shape` has."""

import datetime as dt

import msgspec
from flask import Response, request

from app import context, gate
from app.agency.declared import AgencySettings
from app.keyset import Cursor
from app.public import addresses, current
from app.public.addresses import Addresses
from app.public.answers import open_to_others
from app.public.blueprint import blueprint
from app.public.filters import Filter
from app.public.found import Found, load, load_one
from app.public.remembered import remembered
from app.public.shape import SHAPE, Agency, File, Notice, Notices, OneNotice, Picture, Wording
from app.public.shown import FileRow, file_of

PAGE = 50
"""Notices of one answer."""
JSON = "application/json"


@blueprint.get("/notices.json")
@gate.public
def notices() -> Response:
    """Takes the filters of the list and its ``after``. Raises Refused for what they cannot be."""
    wanted, after = Filter.read(request.args), Cursor.read(request.args.get("after", ""))
    some = current.page(context.db(), wanted, after, PAGE)
    at = addresses.absolute(context.settings())
    further = at.listing(**wanted.said, after=str(some.after)) if some.after else None

    def make() -> bytes:
        listed = [described(one, at) for one in load(context.db(), some.items)]
        of = agency(context.agency().settings)
        return msgspec.json.encode(Notices(shape=SHAPE, agency=of, notices=listed, next=further))

    return open_to_others(remembered(("notices.json", further), some.items, make, JSON))


@blueprint.get("/notices/<slug>.json")
@gate.public
def one_notice(slug: str) -> Response:
    """Raises Over and NotFound."""
    db, at = context.db(), addresses.absolute(context.settings())
    one = current.find(db, slug)

    def make() -> bytes:
        return msgspec.json.encode(OneNotice(shape=SHAPE, notice=described(load_one(db, one), at)))

    return open_to_others(remembered(("notice.json",), [one], make, JSON))


def agency(known: AgencySettings) -> Agency:
    return Agency(name=known.name, address=known.address, email=known.email, phone=known.phone)


def described(found: Found, at: Addresses) -> Notice:
    """A notice in all its languages, with every file of its pictures."""
    row, facts = found.publication, found.publication.content
    shown = found.shown(next(iter(facts["words"]), ""))
    return Notice(
        slug=row.slug,
        version=row.version,
        category=shown.category,
        published_at=_moment(shown.published_at),
        corrected_at=_moment(shown.corrected_at) if shown.corrected_at else None,
        expires_at=_moment(shown.expires_at),
        happened_from=shown.happened_from,
        happened_to=shown.happened_to,
        words={language: Wording(**words) for language, words in facts["words"].items()},
        pages={language: at.notice(language, row.slug) for language in facts["words"]},
        pictures=[
            Picture(
                position=position,
                morphed=one.get("morphed", 1),
                alt=one["alt"],
                files=[_file(row.slug, row.version, file, at) for file in found.files if file.position == position],
            )
            for position, one in enumerate(facts["pictures"], 1)
        ],
    )


def _file(slug: str, version: int, row: FileRow, at: Addresses) -> File:
    file = file_of(row)
    return File(
        use=file.use,
        language=file.language,
        type=file.mime,
        width=file.width,
        height=file.height,
        size=file.size,
        sha256=file.sha256,
        url=at.picture(slug, version, row.position, file),
    )


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="seconds")
