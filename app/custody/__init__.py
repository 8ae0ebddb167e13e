"""Custody: the append-only, hash-chained record of who did what to which object.

Whatever changes something says so here in the same transaction:

    custody.record(db, custody.of_case(case.id), account, "case.status", custody.Thing("case", case.id), to="closed")
"""

from app.custody.acting import OPERATOR, STRANGER, WORKER, Actor, act_as, acting, program
from app.custody.actions import ACTIONS
from app.custody.appending import Chain, Thing
from app.custody.canonical import Detail, digest
from app.custody.recording import AGENCY_CHAIN, bind, of_case, of_sketch, record

__all__ = [
    "ACTIONS",
    "AGENCY_CHAIN",
    "OPERATOR",
    "STRANGER",
    "WORKER",
    "Actor",
    "Chain",
    "Detail",
    "Thing",
    "act_as",
    "acting",
    "bind",
    "digest",
    "of_case",
    "of_sketch",
    "program",
    "record",
]
