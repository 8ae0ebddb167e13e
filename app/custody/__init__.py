"""Custody: the append-only, hash-chained record of who did what to which object.

Whatever changes something says so here in the same transaction:

    custody.record(db, custody.of_case(case.id), account, "case.status", custody.Thing("case", case.id), to="closed")
"""

from app.custody.actions import ACTIONS
from app.custody.recording import AGENCY_CHAIN, Actor, Chain, Thing, of_case, of_sketch, program, record

__all__ = ["ACTIONS", "AGENCY_CHAIN", "Actor", "Chain", "Thing", "of_case", "of_sketch", "program", "record"]
