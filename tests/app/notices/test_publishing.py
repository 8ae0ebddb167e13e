"""From draft to publication and to its end, on both databases."""

import datetime as dt
import json
import threading
import zoneinfo
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from app.agency import settings
from app.cases.statuses import set_status
from app.database import Database, transaction
from app.errors import AppError, Conflict, Forbidden, NotFound, Refused
from app.notices import deciding, expiring, publications, service, submitting
from app.notices.content import Content, Picture, Wording
from app.retention import deletion, removal
from app.storage import PUBLISHED, split_key
from models import (
    Account,
    Case,
    CaseStatus,
    CustodyEntry,
    Ended,
    EndedSlug,
    FileUse,
    Job,
    JobKind,
    Notice,
    NoticeDecision,
    NoticeFile,
    NoticeStage,
    Notification,
    Publication,
    PublicationFile,
    Purge,
    SettingSection,
    utc_now,
)
from tests.app.notices.desk import ENGLISH, TICKS, Desk, content, make_pictures


def test_a_notice_is_published_by_two_people(desk: Desk) -> None:
    notice, row = desk.published()
    db = desk.db
    assert (row.version, row.slug, row.languages, row.ended_at) == (1, notice.slug, ["en", "th"], None)
    assert notice.stage == NoticeStage.APPROVED
    assert db.get_one(Case, desk.case.id, populate_existing=True).status == CaseStatus.PUBLISHED
    made = db.scalars(select(NoticeFile).where(NoticeFile.notice_id == notice.id)).all()
    shown = db.scalars(select(PublicationFile).where(PublicationFile.publication_id == row.id)).all()
    assert {one.sha256 for one in shown} == {one.sha256 for one in made}
    assert {split_key(one.key)[0] for one in shown} == {str(PUBLISHED)}
    for one in shown:
        assert desk.office.store.size(one.key) == one.size
    assert len(shown) == len(made) == 8
    assert desk.told(notice) == ["notice.drafted", "notice.submitted", "notice.published"]
    kinds = {
        one.kind: one.account_id for one in db.scalars(select(Notification).where(Notification.path.like("/not%")))
    }
    assert kinds["approved"] == desk.office.investigator.id
    assert kinds["submitted"] in {desk.office.supervisor.id, desk.office.other.id}
    assert db.get_one(Purge, notice.slug).attempts == 0


def test_what_is_published_names_nothing_inside(desk: Desk) -> None:
    notice, row = desk.published(minor=True)
    text = json.dumps(row.content)
    inside = [notice.id, desk.case.id, *desk.likenesses(), desk.office.investigator.id]
    assert not [one for one in inside if str(one) in text or one.hex in text]
    assert "minor" not in text
    assert row.content["pictures"] == [{"alt": {"en": "A man with short hair.", "th": "ชายผมสั้น"}, "morphed": 1}]


def test_it_expires_when_its_last_day_is_over_where_the_agency_is(desk: Desk) -> None:
    with transaction(desk.db):
        here = {"time_zone": "Asia/Bangkok"}
        desk.db.add(SettingSection(name="agency", values=here, revision=1, changed_at=utc_now()))
    settings._known.clear()
    last = utc_now().date() + dt.timedelta(days=3)
    _notice, row = desk.published(expires_on=last)
    midnight = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), zoneinfo.ZoneInfo("Asia/Bangkok"))
    assert row.expires_at == midnight


def test_nobody_approves_what_they_drafted_or_submitted(desk: Desk) -> None:
    supervisor, db = desk.office.supervisor, desk.db
    notice = service.draft(db, supervisor, desk.case.id, desk.content())
    desk.submit(notice)
    with pytest.raises(Forbidden, match="yourself"):
        desk.approve(notice, supervisor)
    submitted = desk.draft()
    submitting.submit(db, supervisor, submitted.id, 1)
    make_pictures(db, desk.office.store, submitted.id)
    with pytest.raises(Forbidden, match="yourself"):
        desk.approve(submitted, supervisor)
    assert desk.approve(submitted, desk.office.other).version == 1


def test_nobody_approves_what_they_wrote_into_the_draft_of_another(desk: Desk) -> None:
    supervisor, other, db = desk.office.supervisor, desk.office.other, desk.db
    notice = desk.draft()
    text = replace(ENGLISH, headline="What the supervisor would say")
    service.change(db, supervisor, notice.id, 1, desk.content(words={"en": text}))
    desk.submit(notice)
    with pytest.raises(Forbidden, match="yourself"):
        desk.approve(notice, supervisor)
    assert desk.approve(notice, other).version == 1
    service.change(db, desk.office.investigator, notice.id, notice.revision, desk.content(words={"en": ENGLISH}))
    desk.submit(notice)
    assert desk.approve(notice, supervisor).version == 2, "of the correction they wrote nothing"


def test_an_agency_of_one_may_switch_the_second_person_off(desk: Desk) -> None:
    supervisor = desk.office.supervisor
    notice = service.draft(desk.db, supervisor, desk.case.id, desk.content())
    desk.submit(notice)
    with transaction(desk.db):
        desk.db.add(SettingSection(name="cases", values={"two_people": False}, revision=1, changed_at=utc_now()))
    assert desk.approve(notice, supervisor).version == 1


@pytest.mark.parametrize("who", ["investigator", "stranger"])
def test_only_a_supervisor_who_works_on_the_case_decides(desk: Desk, who: str) -> None:
    notice, db, account = desk.submitted(), desk.db, getattr(desk.office, who)
    error = NotFound if who == "stranger" else Forbidden
    for act in (
        lambda: deciding.approve(db, desk.office.store, account, notice.id, notice.revision, TICKS),
        lambda: deciding.give_back(db, account, notice.id, notice.revision, "Change this"),
        lambda: deciding.withdraw(db, account, notice.id),
    ):
        with pytest.raises(error):
            act()
    assert db.scalar(select(func.count()).select_from(Publication)) == 0


def test_of_many_approvals_at_once_one_publishes(desk: Desk) -> None:
    notice = desk.submitted()
    people = [desk.office.supervisor, desk.office.other] * 4
    outcomes: list[Exception | None] = [None] * len(people)
    together = threading.Barrier(len(people))

    def approve(place: int, who: Account) -> None:
        database = Database(desk.office.settings.database_url)
        with database.session() as db:
            account = db.get_one(Account, who.id)
            together.wait()
            try:
                deciding.approve(db, desk.office.store, account, notice.id, notice.revision, TICKS)
            except AppError as error:
                outcomes[place] = error
        database.close()

    threads = [threading.Thread(target=approve, args=pair) for pair in enumerate(people)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [type(one) for one in outcomes if one] == [Conflict] * (len(people) - 1)
    desk.db.rollback()
    assert desk.db.scalar(select(func.count()).select_from(Publication)) == 1
    assert desk.db.scalar(select(func.count()).select_from(NoticeDecision)) == 1
    assert desk.told(notice).count("notice.published") == 1


def test_a_correction_takes_the_place_of_what_was_public(desk: Desk) -> None:
    notice, first = desk.published()
    said = service.content_of(notice)
    better = replace(said, words={"en": replace(ENGLISH, known="Two kiosks were robbed.")})
    service.change(desk.db, desk.office.investigator, notice.id, notice.revision, better)
    assert publications.current(desk.db, notice.id) is not None  # until the correction is approved
    desk.submit(notice)
    second = desk.approve(notice)
    former = desk.db.get_one(Publication, first.id, populate_existing=True)
    assert (former.ended_why, former.ended_at) == (Ended.CORRECTED, second.published_at)
    assert (second.version, second.slug, second.languages) == (2, first.slug, ["en"])
    assert desk.told(notice)[-3:] == ["notice.changed", "notice.submitted", "notice.corrected"]
    old = select(PublicationFile).where(PublicationFile.publication_id == first.id)
    assert desk.db.scalars(old).all()


def test_what_is_withdrawn_is_gone_at_once_and_may_come_back(desk: Desk) -> None:
    notice, row = desk.published()
    with pytest.raises(Refused, match="public already"):
        submitting.submit(desk.db, desk.office.investigator, notice.id, notice.revision)
    deciding.withdraw(desk.db, desk.office.supervisor, notice.id)
    ended = desk.db.get_one(Publication, row.id, populate_existing=True)
    assert ended.ended_why == Ended.WITHDRAWN
    assert desk.db.get_one(Case, desk.case.id, populate_existing=True).status == CaseStatus.OPEN
    with pytest.raises(Conflict):
        deciding.withdraw(desk.db, desk.office.supervisor, notice.id)
    desk.submit(notice)
    assert desk.approve(notice).version == 2
    assert desk.told(notice)[-3:] == ["notice.withdrawn", "notice.submitted", "notice.published"]


def test_identified_takes_everything_down_in_one_action(desk: Desk) -> None:
    notices = [desk.published()[0] for _ in range(2)]
    set_status(desk.db, desk.office.supervisor, desk.case.id, CaseStatus.IDENTIFIED, CaseStatus.PUBLISHED)
    rows = desk.db.scalars(select(Publication).execution_options(populate_existing=True)).all()
    assert {row.ended_why for row in rows} == {Ended.IDENTIFIED}
    assert all(desk.told(notice)[-1] == "notice.identified" for notice in notices)
    with pytest.raises(Refused, match="while its case is open"):
        desk.submit(notices[0])


@pytest.mark.parametrize("after", [CaseStatus.OPEN, CaseStatus.CLOSED])
def test_a_case_that_is_not_published_shows_nothing(desk: Desk, after: CaseStatus) -> None:
    _notice, row = desk.published()
    set_status(desk.db, desk.office.supervisor, desk.case.id, after, CaseStatus.PUBLISHED)
    assert desk.db.get_one(Publication, row.id, populate_existing=True).ended_why == Ended.WITHDRAWN


def test_what_has_expired_is_ended_by_the_program(desk: Desk) -> None:
    notice, row = desk.published()
    assert expiring.expire(desk.db) == 0
    with transaction(desk.db):
        desk.db.get_one(Publication, row.id).expires_at = utc_now() - dt.timedelta(seconds=1)
    assert expiring.expire(desk.db) == 1
    assert expiring.expire(desk.db) == 0
    assert desk.db.get_one(Publication, row.id, populate_existing=True).ended_why == Ended.EXPIRED
    assert desk.told(notice)[-1] == "notice.expired"
    query = select(CustodyEntry).where(CustodyEntry.action == "notice.expired")
    assert desk.db.scalars(query).one().actor == "worker"
    assert desk.db.get_one(Case, desk.case.id, populate_existing=True).status == CaseStatus.OPEN


def test_a_returned_notice_is_a_draft_of_the_next_revision(desk: Desk) -> None:
    notice, db = desk.submitted(), desk.db
    with pytest.raises(Refused, match="what has to be changed"):
        deciding.give_back(db, desk.office.supervisor, notice.id, notice.revision, "  ")
    deciding.give_back(db, desk.office.supervisor, notice.id, notice.revision, "Say more about the coat.")
    db.refresh(notice)
    assert (notice.stage, notice.revision, notice.job_id) == (NoticeStage.DRAFT, 2, None)
    assert db.scalars(select(NoticeFile)).all() == []
    assert deciding.returned(db, notice) == deciding.Returned("Say more about the coat.", desk.office.supervisor.name)
    with pytest.raises(Conflict):
        deciding.approve(db, desk.office.store, desk.office.supervisor, notice.id, notice.revision, TICKS)
    desk.submit(notice)
    assert desk.approve(notice).version == 1


def test_a_submitted_notice_is_frozen_until_it_is_taken_back(desk: Desk) -> None:
    notice, db, drafter = desk.submitted(), desk.db, desk.office.investigator
    job = db.scalars(select(Job).where(Job.kind == JobKind.NOTICE)).one()
    assert (job.subject_id, job.params) == (notice.id, {"revision": 1})
    other = replace(service.content_of(notice), minor=True)
    with pytest.raises(Conflict, match="Take it back"):
        service.change(db, drafter, notice.id, 1, other)
    with pytest.raises(Conflict):
        submitting.submit(db, drafter, notice.id, 1)
    submitting.take_back(db, drafter, notice.id, 1)
    assert service.change(db, drafter, notice.id, 2, other).revision == 3
    with pytest.raises(service.ChangedMeanwhile):
        service.change(db, drafter, notice.id, 2, other)
    with pytest.raises(service.ChangedMeanwhile):
        submitting.submit(db, drafter, notice.id, 1)


def test_without_its_pictures_nothing_is_published(desk: Desk) -> None:
    notice = desk.draft()
    submitting.submit(desk.db, desk.office.investigator, notice.id, 1)
    with pytest.raises(deciding.Unchecked) as error:
        desk.approve(notice)
    assert error.value.names == {"label"}
    make_pictures(desk.db, desk.office.store, notice.id)
    with transaction(desk.db):
        for file in desk.db.scalars(select(NoticeFile).where(NoticeFile.use == FileUse.SHARE)):
            file.revision = 9
    with pytest.raises(deciding.Unchecked):
        desk.approve(notice)


@pytest.mark.parametrize("left_out", sorted(TICKS))
def test_what_a_person_must_tick_is_asked_for(desk: Desk, left_out: str) -> None:
    known = replace(ENGLISH, known="As Witness 7 said.", caution="")
    facts = {"minor": True, "words": {"en": known}, "category": "missing"}
    notice = desk.submitted(**facts)
    with pytest.raises(deciding.Unchecked) as error:
        deciding.approve(
            desk.db, desk.office.store, desk.office.supervisor, notice.id, notice.revision, TICKS - {left_out}
        )
    assert error.value.names == {left_out}
    desk.approve(notice)
    row = desk.db.scalars(select(NoticeDecision)).one()
    assert row.checklist["witness"] == {"verified": False, "ticked": True, "found": 1}


def test_a_notice_shows_likenesses_of_its_case_only(desk: Desk) -> None:
    said = Content(category=desk.content().category, pictures=(Picture(likenesses=(desk.case.id,)),))
    with pytest.raises(Refused, match="its own case"):
        service.draft(desk.db, desk.office.investigator, desk.case.id, said)


def test_what_lacks_something_is_not_submitted(desk: Desk) -> None:
    bare = content(desk.likenesses()[:1], words={"en": Wording(headline="Who?")})
    bare = replace(bare, pictures=(replace(bare.pictures[0], alt={}),))
    notice = service.draft(desk.db, desk.office.investigator, desk.case.id, bare)
    with pytest.raises(submitting.Incomplete) as error:
        desk.submit(notice)
    told = [one.sentence for one in error.value.lacks]
    assert [one.split("“")[-1] for one in told[:4]] == ["What is known”.", "Area”.", "Contact”.", "Caution”."]
    assert "say what picture 1 shows" in told[-1]
    assert desk.db.get_one(Notice, notice.id, populate_existing=True).stage == NoticeStage.DRAFT


def test_a_deleted_case_takes_its_publications_along_and_their_names_stay(desk: Desk) -> None:
    notice, _row = desk.published()
    other = desk.draft()
    deciding.withdraw(desk.db, desk.office.supervisor, notice.id)
    keys = set(desk.db.scalars(select(PublicationFile.key)))
    request = deletion.ask(desk.db, desk.office.supervisor, desk.case.id, "The time has run out.")
    deletion.approve(desk.db, desk.office.other, request.id)
    for record in (Notice, NoticeFile, Publication, PublicationFile):
        assert desk.db.scalars(select(record)).all() == []
    assert [one.slug for one in desk.db.scalars(select(EndedSlug))] == [notice.slug] != [other.slug]
    removal.carry_out(desk.office.database, desk.office.store, utc_now() + dt.timedelta(days=2))
    assert not [key for key in keys if desk.office.store.exists(key)]
