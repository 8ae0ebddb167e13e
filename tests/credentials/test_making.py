"""What a worker makes of a notice's pictures."""

import io
import json
import uuid
from dataclasses import replace

import c2pa
import pytest
from PIL import Image
from sqlalchemy import delete, func, select

from app import handlers
from app.database import transaction
from app.errors import NotFound, Refused
from app.leases import Claim
from app.notices import certificates, credentials
from app.notices.content import Content, Picture
from models import CustodyEntry, FileUse, JobKind, Likeness, Notice, NoticeFile
from tests.app.exchange.cases import Office
from tests.app.renderers import QuickRenderer
from tests.credentials.conftest import SLUG


def perform(records: Office, notice: Notice, revision: int = 1) -> handlers.Record:
    params, nobody = {"revision": revision}, uuid.uuid4()
    claim = Claim(nobody, 1, nobody, JobKind.NOTICE, notice.id, notice.created_by, params, alone=False)
    return handlers.perform(claim, records.database, records.store, QuickRenderer(), records.settings)


def make(records: Office, notice: Notice, revision: int = 1) -> list[NoticeFile]:
    record = perform(records, notice, revision)
    with transaction(records.db):
        record(records.db)
    return list(records.db.scalars(select(NoticeFile).order_by(NoticeFile.position, NoticeFile.language)))


def test_every_file_of_every_picture_in_every_language(records: Office, notice: Notice) -> None:
    files = make(records, notice)
    kinds = {(file.use, file.mime, file.width) for file in files}
    assert kinds == {
        (FileUse.SIGNED, "image/jpeg", 768),
        (FileUse.VIEW, "image/webp", 320),
        (FileUse.VIEW, "image/webp", 512),
        (FileUse.VIEW, "image/webp", 768),
        (FileUse.SHARE, "image/jpeg", 1200),
    }
    assert len(files) == 2 * 2 * len(kinds)
    for file in files:
        data = records.store.get(file.key)
        image = Image.open(io.BytesIO(data))
        assert (image.size, Image.MIME[str(image.format)]) == ((file.width, file.height), file.mime)
        assert (file.size, file.key) == (len(data), f"{notice.created_by}/{file.sha256}")
        assert (file.perceptual_hash is not None) == (file.use == FileUse.SIGNED)
        assert (file.face_hash is not None) == (file.use == FileUse.SIGNED)
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "loop", "background"}


def test_doing_it_twice_changes_nothing(records: Office, notice: Notice) -> None:
    twice = [perform(records, notice), perform(records, notice)]
    for record in twice:
        with transaction(records.db):
            record(records.db)
    before = sorted(file.key for file in make(records, notice))
    assert len(before) == 20
    entries = records.db.scalar(select(func.count()).where(CustodyEntry.action == "notice.pictured"))
    assert entries == 1


def test_a_stale_revision_makes_nothing(records: Office, notice: Notice) -> None:
    record = perform(records, notice)
    with transaction(records.db):
        records.db.get_one(Notice, notice.id).revision = 2
    with transaction(records.db):
        record(records.db)
    assert make(records, notice, revision=1) == []


def test_what_is_wrong_is_said(records: Office, notice: Notice) -> None:
    content = Content.from_json(notice.content)
    with transaction(records.db):
        notice.content = replace(content, pictures=(Picture(likenesses=(uuid.uuid4(),)),)).to_json()
    with pytest.raises(NotFound, match="Choose another for its picture"):
        perform(records, notice)
    with transaction(records.db):
        notice.content = replace(content, pictures=()).to_json()
    with pytest.raises(Refused, match="Choose a picture"):
        perform(records, notice)
    with transaction(records.db):
        records.db.execute(delete(Notice))
    with pytest.raises(NotFound, match="no longer there"):
        perform(records, notice)


def signed(records: Office, notice: Notice) -> bytes:
    file = next(file for file in make(records, notice) if file.use == FileUse.SIGNED)
    return records.store.get(file.key)


def test_the_credentials_say_what_made_it_and_name_nobody(records: Office, notice: Notice) -> None:
    data = signed(records, notice)
    with c2pa.Reader("image/jpeg", io.BytesIO(data)) as reader:
        told = reader.json()
    active = json.loads(told)["manifests"][json.loads(told)["active_manifest"]]
    assertions = {one["label"]: one["data"] for one in active["assertions"]}
    created, *edits = assertions["c2pa.actions.v2"]["actions"]
    assert created["digitalSourceType"] == credentials.TRAINED
    assert [one["description"] for one in edits] == ["Cropped.", "Parts were covered.", "The label was written on it."]
    assert active["title"] == f"{SLUG}, revision 1"
    assert active["claim_generator_info"][0]["name"] == "Semblance"
    likeness = records.db.get_one(Likeness, Content.from_json(notice.content).pictures[0].likenesses[0])
    (source,) = assertions[credentials.LIKENESS]["made_of"]
    assert source["sketch_sha256"] == likeness.provenance["input"]["sha256"]
    assert source["likeness_sha256"] == likeness.image_sha256
    everything = (told + data.decode("latin-1")).lower()
    for account in (records.investigator, records.supervisor):
        assert not any(word in everything for word in (account.name.lower(), account.email, str(account.id)))
    for word in ("2026-00001", "pier", "witness 7", str(notice.case_id), str(notice.id), str(likeness.sketch_id)):
        assert word not in everything


def test_one_flipped_bit_shows(records: Office, notice: Notice) -> None:
    data, trusted = signed(records, notice), certificates.trusted(records.settings)
    told = credentials.read(data, "image/jpeg", trusted)
    assert told == credentials.Told(True, True, f"{SLUG}, revision 1", "Semblance development certificate")
    scan = data.rindex(b"\xff\xda") + 100
    flipped = bytearray(data)
    flipped[scan] ^= 1
    told = credentials.read(bytes(flipped), "image/jpeg", trusted)
    assert told is not None
    assert (told.intact, told.ours) == (False, False)


def test_somebody_elses_certificate_is_not_ours(records: Office, notice: Notice) -> None:
    data = signed(records, notice)
    records.settings.var.joinpath("credentials").rename(records.settings.var / "former")
    assert certificates.trusted(records.settings) is None
    certificates.load(records.settings)
    told = credentials.read(data, "image/jpeg", certificates.trusted(records.settings))
    assert told is not None
    assert (told.intact, told.ours) == (True, False)


def test_a_picture_without_credentials_has_none(records: Office, notice: Notice) -> None:
    file = next(file for file in make(records, notice) if file.use == FileUse.SHARE)
    assert credentials.read(records.store.get(file.key), "image/jpeg", None) is None
