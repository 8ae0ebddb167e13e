"""Whether the list of cases stays as fast with a million cases as with a thousand: ``python -m benchmarks.cases``.

Two databases on one PostgreSQL server, made alike but for their size, are asked in turns, so that whatever else the
machine does slows both. A time is that of the whole page as the server makes it: session, queries, template. A ratio in
brackets is of pages that show unlike numbers of cases. Writes the table and, beside it, the plans of the queries with
the larger number.
"""

import argparse
import contextlib
import datetime as dt
import random
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from flask import Flask
from sqlalchemy import make_url, select, text
from sqlalchemy.orm import Session

from app import create_app, trigrams
from app.cases import listing
from app.cases.filters import Filter
from app.cases.forms import CaseFacts
from app.cases.service import search_text
from app.database import Database, transaction, upgrade
from app.identity import accounts, units
from app.settings import Settings
from models import Account, CaseStatus, Role, fold
from tests.app.web import Browser, services
from tests.people import add_person, quick_hashes
from tests.servers import postgres

UNITS, PEOPLE = 4, 200
BUSY, BUSY_PERSON = 16, 21
"""One person is on one case in so many, and so on more than a page of them in the smaller database, too."""
FIRST_DAY = dt.date(2016, 1, 1)
WORDS = (  # noqa: SIM905 - easier to read
    "robbery burglary assault fraud theft harbour market station bridge school kiosk bank garage hotel river night "
    "morning witness two three men woman bicycle scooter van red blue green knife mask gloves bag watch ring necklace "
    "phone wallet"
).split()
PLACES = ["Harbour gate", "Market street", "Central station", "ถนนสุขุมวิท กรุงเทพมหานคร", "เชียงใหม่", "River bank"]
TAGS = ["robbery", "burglary", "night", "two witnesses", "kiosk"]
COLUMNS = (
    "id, number, title, unit_id, status, description, incident_on, incident_place, search_text, revision, created_at, "
    "created_by, changed_at, status_since, hold_reason"
)
RARE_TAG, RARE, MIDDLING = "serial", "zeppelin", "quarry"
"""A tag and a word of one case in 10,000 each, and a word of one in 1,000; the first case has all."""


HEAD = """# Query plans of the list of cases

What PostgreSQL 15 does for each line of the table in [cases.md](cases.md#with-a-million-cases), with 1,000,000 cases:
`EXPLAIN (ANALYZE, COSTS OFF)`, written by `python -m benchmarks.cases --plans docs/cases-plans.md`.

"""


@dataclass(frozen=True)
class World:
    """An installation with so many cases, and a supervisor of two of its units in front of it."""

    app: Flask
    browser: Browser
    database: Database
    account_id: uuid.UUID
    asked: dict[str, dict[str, str]]

    def ask(self, said: dict[str, str]) -> tuple[float, int]:
        """Milliseconds, and how many cases the page shows."""
        began = time.perf_counter()
        answer = self.browser.client.get("/cases", query_string=said)
        took = (time.perf_counter() - began) * 1000
        assert answer.status_code == 200, answer.status
        return took, answer.text.count('name="case"')


def facts(number: int, chance: random.Random) -> CaseFacts:
    words = chance.choices(WORDS, k=5)
    words += [RARE] if chance.random() < 1e-4 or number == 0 else []
    words += [MIDDLING] if chance.random() < 1e-3 or number == 0 else []
    tags = chance.sample(TAGS, chance.randint(0, 2)) + ([RARE_TAG] if chance.random() < 1e-4 or number == 0 else [])
    day = FIRST_DAY + dt.timedelta(days=chance.randrange(3650))
    description = " ".join(chance.choices(WORDS, k=25))
    return CaseFacts(" ".join(words), description, day, chance.choice(PLACES), tuple(tags))


def fill(url: str, count: int, unit_ids: list[uuid.UUID], people: list[uuid.UUID]) -> None:
    """So many cases by COPY, spread over units, people, days and statuses in the same shares whatever the number."""
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    chance = random.Random(1)
    began = dt.datetime(2016, 1, 1, tzinfo=dt.UTC)
    ids = [uuid.UUID(int=chance.getrandbits(128), version=4) for _ in range(count)]
    step = dt.timedelta(days=3650) / count
    with psycopg.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX IF EXISTS {trigrams.INDEX}")
        tags: list[tuple[uuid.UUID, str]] = []
        with cursor.copy(f"COPY case_file ({COLUMNS}) FROM STDIN") as copy:
            for number, case_id in enumerate(ids):
                said, at = facts(number, chance), began + step * number
                status = chance.choices(list(CaseStatus), (40, 5, 15, 30, 10))[0]
                name = f"{at.year}-{number:07}"
                row = (
                    case_id,
                    name,
                    said.title,
                    unit_ids[number % len(unit_ids)],
                    str(status),
                    said.description,
                    said.incident_on,
                )
                copy.write_row((*row, said.incident_place, search_text(name, said), 1, at, people[0], at, at, ""))
                tags += [(case_id, tag) for tag in said.tags]
        with cursor.copy("COPY case_tag (case_id, folded, name) FROM STDIN") as copy:
            for case_id, tag in tags:
                copy.write_row((case_id, fold(tag), tag))
        with cursor.copy("COPY case_assignment (case_id, account_id, since) FROM STDIN") as copy:
            for number, case_id in enumerate(ids):
                if number % 10 == 3:
                    copy.write_row((case_id, people[chance.randrange(len(people))], began))
                elif number % BUSY == 5:  # of one of the supervisor's own units, so that a page of them is seen
                    copy.write_row((case_id, people[BUSY_PERSON], began))


def member(db: Session, name: str, of: list[uuid.UUID], role: Role) -> Account:
    account = add_person(db, f"{name}@example.org", name, role)
    with transaction(db):
        accounts.locked(db, account.id).units = units.kept(db, of)
    return account


@contextmanager
def world(server: str, folder: Path, count: int) -> Iterator[World]:
    """In a database of its own, which is filled unless it is there already."""
    name = f"cases_{count}"
    with psycopg.connect(server + "postgres", autocommit=True) as admin:
        there = admin.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is not None
        if not there:
            admin.execute(f'CREATE DATABASE "{name}"')
    url = server.replace("postgresql://", "postgresql+psycopg://") + name
    upgrade(url)
    app = create_app(Settings.from_env({"SEMBLANCE_VAR": str(folder / name), "DATABASE_URL": url}))
    database = services(app).database
    if not there:
        populate(database, url, count)
    with database.session() as db:
        me, *others = db.scalars(select(Account).order_by(Account.created_at))
        unit_ids = [unit.id for unit in units.list_units(db)]
    browser = Browser(app)
    assert browser.sign_in(me).status_code == 303
    yield World(app, browser, database, me.id, asked(database, me.id, unit_ids[1], others[BUSY_PERSON - 1].id, count))
    database.close()


def populate(database: Database, url: str, count: int) -> None:
    began = time.perf_counter()
    with database.session() as db:
        unit_ids = [units.add_unit(db, f"Unit {number:02}").id for number in range(UNITS)]
        me = member(db, "Supervisor", unit_ids[:2], Role.SUPERVISOR)
        others = [member(db, f"Person{n}", [unit_ids[n % UNITS]], Role.INVESTIGATOR) for n in range(1, PEOPLE)]
        people = [account.id for account in (me, *others)]
    fill(url, count, unit_ids, people)
    trigrams.ensure_index(database.engine)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    print(f"# {count:,} cases in {time.perf_counter() - began:.0f} s", file=sys.stderr)


def asked(
    database: Database, me: uuid.UUID, unit_id: uuid.UUID, person_id: uuid.UUID, count: int
) -> dict[str, dict[str, str]]:
    """What the list is asked for, under the names of the table's lines."""
    with database.session() as db:
        account = accounts.get_account(db, me)
        number = listing.list_cases(db, account, Filter(), None, 1).items[0].case.number
        after = listing.list_cases(db, account, Filter(), None, min(400, count // 25)).after
    return {
        "plain": {},
        "a later page": {"after": str(after or "")},
        "number, whole": {"number": number},
        "status, 5 % of cases": {"status": "published"},
        "status, 40 %": {"status": "open"},
        "unit": {"unit": str(unit_id)},
        "person, 6 % of cases": {"person": str(person_id)},
        "nobody assigned": {"person": "nobody"},
        "days, one month of ten years": {"from": "2020-03-01", "to": "2020-03-31"},
        "days, one year": {"from": "2020-01-01", "to": "2020-12-31"},
        "tag, 20 %": {"tag": "kiosk"},
        "tag, 0.01 %": {"tag": RARE_TAG},
        "search, common word": {"q": "harbour"},
        "search, two common words": {"q": "harbour knife"},
        "search, 0.1 %": {"q": MIDDLING},
        "search, 0.01 %": {"q": RARE},
        "search, Thai": {"q": "สุขุมวิท"},
        "search, part of a word": {"q": "epp"},
        "search, two letters": {"q": "kn"},
        "search, nothing found": {"q": "xylophone"},
        "search and status": {"q": "robbery", "status": "identified"},
    }


def plans(large: World) -> str:
    """EXPLAIN ANALYZE of the list's query for every line."""
    told = []
    with large.database.session() as db:
        account = accounts.get_account(db, large.account_id)
        for name, said in large.asked.items():
            by = Filter.read(said)
            query = listing.newest_seen(account, by, by.conditions(db), None, listing.COUNTED + 1)
            compiled = query.compile(large.database.engine, compile_kwargs={"literal_binds": True})
            rows = db.connection().exec_driver_sql(f"EXPLAIN (ANALYZE, COSTS OFF) {compiled}")
            told.append(f"## {name}\n\n" + "\n".join(f"    {row[0]}" for row in rows))
    return "\n\n".join(told) + "\n"


def table(small: World, large: World, rounds: int) -> None:
    """The median of so many rounds of every line, after two that fill caches."""
    print("| the list | 1,000 cases | shows | 1,000,000 cases | shows | ratio |\n|---|---|---|---|---|---|")
    for name in large.asked:
        times: dict[int, list[float]] = {0: [], 1: []}
        shown = [0, 0]
        for one in range(rounds + 2):
            for which, asked_of in enumerate((small, large)):
                took, shown[which] = asked_of.ask(asked_of.asked[name])
                times[which] += [took] if one >= 2 else []
        low, high = statistics.median(times[0]), statistics.median(times[1])
        # Drawing a row takes time of its own: a page of few beside a full one says nothing of the queries.
        ratio = f"{high / low:.2f}" if shown[1] <= 2 * shown[0] + 10 else f"({high / low:.2f})"
        print(f"| {name} | {low:.1f} ms | {shown[0]} | {high:.1f} ms | {shown[1]} | {ratio} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cases", description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000, help="in the larger database")
    parser.add_argument("--rounds", type=int, default=15, help="times that each line is asked of each database")
    parser.add_argument("--server", help="a PostgreSQL server's URL that ends in /; what it has is not made anew")
    parser.add_argument("--plans", type=Path, help="where to write the plans")
    chosen = parser.parse_args()
    with (
        quick_hashes(),
        contextlib.nullcontext(chosen.server) if chosen.server else postgres() as server,
        tempfile.TemporaryDirectory() as folder,
        world(server, Path(folder), 1000) as small,
        world(server, Path(folder), chosen.cases) as large,
    ):
        table(small, large, chosen.rounds)
        if chosen.plans:
            chosen.plans.write_text(HEAD + plans(large))


if __name__ == "__main__":
    main()
