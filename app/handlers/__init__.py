"""Doing a job: the slow part without the records, and then what to write into them.

A kind of job has a handler, each in a file of its own. It gives back a function that records its result; the caller
runs that in the one transaction that also ends the job, so a job is done exactly when its result is there.
"""

from app.database import Database
from app.handlers.align import align
from app.handlers.bulletin import bulletin
from app.handlers.export import export
from app.handlers.importing import import_case
from app.handlers.notice import notice
from app.handlers.photo import photo
from app.handlers.render import render
from app.handlers.work import Compared, Found, Handler, Made, Record, Renderer, Tools, Wish
from app.leases import Claim
from app.settings import Settings
from app.storage import ObjectStore
from models import JobKind

__all__ = ["HANDLERS", "Compared", "Found", "Handler", "Made", "Record", "Renderer", "Tools", "Wish", "perform"]

HANDLERS: dict[JobKind, Handler] = {
    JobKind.ALIGN: align,
    JobKind.RENDER: render,
    JobKind.PHOTO: photo,
    JobKind.EXPORT: export,
    JobKind.IMPORT: import_case,
    JobKind.NOTICE: notice,
    JobKind.BULLETIN: bulletin,
}


def perform(claim: Claim, database: Database, store: ObjectStore, renderer: Renderer, settings: Settings) -> Record:
    """Do the claimed job and give back what records it."""
    return HANDLERS[claim.kind](claim, Tools(database, store, renderer, settings))
