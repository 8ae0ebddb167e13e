"""A notice exactly as the public will see it, and the files that were made of its pictures: for those who see its
case."""

import uuid

from flask import Response, url_for
from flask_babel import gettext as _

from app import context, custody, gate
from app.custody.looking import Evidence
from app.errors import NotFound
from app.notices import document, files, publications, service
from app.notices.blueprint import blueprint
from app.notices.page import notice_here
from app.objects import send_object
from app.public import pages, shown
from app.public.addresses import FORMATS
from app.public.shown import Shown, ShownFile
from models import Notice, NoticeFile, Publication, utc_now


@blueprint.get("/notices/<uuid:notice_id>/preview/<language>")
@gate.case_reader
def preview(notice_id: uuid.UUID, language: str) -> str:
    """By the public's own templates, from a publication that is made up and never stored."""
    found = notice_here(notice_id)
    if language not in found.content.words:
        raise NotFound(_("The notice is not written in this language."))
    made = files.files_of(context.db(), found.notice)
    by_key = {one.key: one for one in made}

    def picture(_position: int, file: ShownFile) -> str:
        return url_for("notices.picture", notice_id=notice_id, file_id=by_key[file.key].id)

    seen = _shown(found.notice, made, language)
    return pages.render_notice(context.settings(), seen, language, picture=picture)


@blueprint.get("/notices/<uuid:notice_id>/files/<uuid:file_id>")
@gate.case_reader
def picture(notice_id: uuid.UUID, file_id: uuid.UUID) -> Response:
    found = notice_here(notice_id)
    file = next((one for one in files.files_of(context.db(), found.notice) if one.id == file_id), None)
    if file is None:
        raise NotFound(_("This picture is not there any more: the notice was changed."))
    seen = Evidence(None, custody.Thing("notice", file.id), "picture", file.sha256, found.notice.case_id)
    return send_object(file.key, file.mime, f"{found.notice.slug}.{FORMATS[file.mime]}", seen=seen)


def _shown(notice: Notice, made: list[NoticeFile], language: str) -> Shown:
    db = context.db()
    former, first = publications.current(db, notice.id), publications.first_published(db, notice.id)
    row = Publication(notice_id=notice.id, slug=notice.slug, version=(former.version if former else 0) + 1)
    content = service.content_of(notice)
    document.write(row, content)
    row.published_at = utc_now()
    row.expires_at = publications.expires(db, content) if content.expires_on else row.published_at
    return shown.of_publication(row, made, language, first_published_at=first if former else None)
