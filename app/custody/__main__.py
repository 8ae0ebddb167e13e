"""Custody for the operator: ``python -m app.custody --help``."""

import argparse
import json
import sys
import uuid
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import logs
from app.custody import AGENCY_CHAIN, Chain, of_case
from app.custody.anchoring import mirror, take
from app.custody.comparing import compare, find
from app.custody.verifying import Fault, Report, snapshot, verify
from app.custody.words import fault_words
from app.database import Database
from app.errors import AppError
from app.settings import Settings, SettingsError
from app.storage import ObjectStore, StorageUnavailable, open_anchors, open_store
from imaging.words import N_
from models import Case, ChainKind, DeletionRequest, Sketch

GOOD, FAULTY, BROKEN_OFF = 0, 1, 3


def main(arguments: list[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    try:
        settings = Settings.from_env()
        logs.configure(settings.production)
        database = Database(settings.database_url)
        try:
            return int(chosen.act(chosen, settings, database))
        finally:
            database.close()
    except StorageUnavailable as error:
        print(f"The objects cannot be used: {error.reason}", file=sys.stderr)
    except (AppError, SettingsError) as error:
        print(error, file=sys.stderr)
    except SQLAlchemyError as error:
        hint = "check DATABASE_URL, and run `python -m app.database upgrade`."
        print(f"The records cannot be used ({type(error).__name__}): {hint}", file=sys.stderr)
    return BROKEN_OFF


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m app.custody",
        description="The chains of custody, for the operator.",
        epilog="Exit codes: 0 all is well, 1 a chain or an anchor is not as it was written, 2 the command was "
        "misspelt, 3 broken off: nothing is known.",
    )
    actions = parser.add_subparsers(required=True)
    verifying = actions.add_parser("verify", help="verify chains and compare them with their anchors")
    which = verifying.add_mutually_exclusive_group()
    which.add_argument("--case", metavar="NUMBER", help="the case of this number, with the sketches filed in it")
    which.add_argument("--agency", action="store_true", help="the agency's own chain")
    which.add_argument("--all", action="store_true", help="every chain (the default)")
    verifying.add_argument("--json", action="store_true", help="print the result as JSON")
    verifying.set_defaults(act=_verify)
    anchoring = actions.add_parser("anchor", help="take today's anchor now, unless there is one")
    anchoring.set_defaults(act=_anchor)
    return parser


def _verify(chosen: argparse.Namespace, settings: Settings, database: Database) -> int:
    with database.session(read_only=True) as db:
        only = {chain.id for chain in _chosen(db, chosen)} or None
    found, report = find(_stores(settings)), Report()
    with snapshot(database) as connection:
        verify(connection, report, only)
        compare(connection, found, report, only)
    with database.session(read_only=True) as db:
        _print_json(report) if chosen.json else _print_words(db, report)
    return GOOD if report.good else FAULTY


def _chosen(db: Session, chosen: argparse.Namespace) -> Collection[Chain]:
    if chosen.agency:
        return [AGENCY_CHAIN]
    if chosen.case is None:
        return []
    case_id = _case(db, chosen.case)
    lineages = db.scalars(select(Sketch.lineage_id).where(Sketch.case_id == case_id).distinct())
    return [of_case(case_id), *(Chain(ChainKind.SKETCH, one) for one in lineages)]


def _case(db: Session, number: str) -> uuid.UUID:
    """Also of a case that was deleted, whose chain stays. Raises AppError."""
    found = db.scalar(select(Case.id).where(Case.number == number))
    found = found or db.scalar(select(DeletionRequest.case_id).where(DeletionRequest.case_number == number))
    if found is None:
        raise AppError(N_("There is no case %(number)s."), number=number)
    return found


def _stores(settings: Settings) -> list[ObjectStore]:
    return [open_store(settings), *([open_anchors(settings)] if settings.anchor_url else [])]


def _print_words(db: Session, report: Report) -> None:
    print(f"{report.entries:,} entries in {report.chains:,} chains, compared with {report.anchors:,} anchors.")
    for fault in report.faults:
        print(f"{_title(db, fault)}: {fault_words(fault)}")
    print("All is well." if report.good else f"{len(report.faults):,} faults, of each chain the first.")


def _title(db: Session, fault: Fault) -> str:
    if fault.chain is None:
        return "Anchors" if fault.what.startswith("anchor") else "Records"
    if fault.chain.kind == ChainKind.AGENCY:
        return "The agency"
    if fault.chain.kind == ChainKind.SKETCH:
        return f"Sketch {fault.chain.subject_id}"
    number = db.scalar(select(Case.number).where(Case.id == fault.chain.subject_id))
    return f"Case {number or fault.chain.subject_id}"


def _print_json(report: Report) -> None:
    faults = [
        {
            "what": fault.what,
            "words": fault_words(fault),
            "kind": fault.chain and str(fault.chain.kind),
            "subject": fault.chain and str(fault.chain.subject_id),
            "entry": fault.number or None,
        }
        for fault in report.faults
    ]
    counts = {"chains": report.chains, "entries": report.entries, "anchors": report.anchors}
    print(json.dumps({"good": report.good, **counts, "faults": faults}, indent=2))


def _anchor(chosen: argparse.Namespace, settings: Settings, database: Database) -> int:  # noqa: ARG001
    stores = _stores(settings)
    row = take(database, stores[0])
    print(f"Anchored {row.heads:,} heads in {row.object_key}." if row else "There is an anchor of today already.")
    for second in stores[1:]:
        print(f"Copied {mirror(stores[0], second):,} anchors to the second place.")
    return GOOD


if __name__ == "__main__":
    sys.exit(main())
