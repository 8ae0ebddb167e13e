"""Notices before the public, for tests and benchmarks: rows as an approval writes them, pictures that we drew."""

import datetime as dt
import functools
import hashlib
import io
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from PIL import Image, ImageDraw, ImageFilter
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from app.database import transaction
from app.notices.content import Wording
from app.storage import PUBLISHED, ObjectStore, object_key
from imaging.sketcher import draw_sketch
from models import (
    Account,
    Case,
    Category,
    Ended,
    FileUse,
    Notice,
    Publication,
    PublicationFile,
    Role,
    Unit,
    fold,
    searched,
    utc_now,
)
from tests.people import add_person

VIEWS = (240, 480, 960)
DAY = dt.timedelta(days=1)
ENGLISH = Wording(
    headline="Do you know this man?",
    known="On a Friday evening a man took a bag from a woman at the ferry pier and ran towards the market.",
    appearance="About forty, slim, short dark hair, a scar over the left brow.",
    area="Bang Rak, Bangkok",
    caution="Do not approach him. Call the police.",
    reward="Up to 20,000 baht for what leads to the person.",
    contact="Investigations, telephone 02 123 4567",
)
THAI = Wording(
    headline="คุณรู้จักชายคนนี้หรือไม่",
    known="เย็นวันศุกร์ ชายคนหนึ่งชิงกระเป๋าของหญิงที่ท่าเรือแล้ววิ่งไปทางตลาด",
    appearance="อายุราวสี่สิบปี รูปร่างผอม ผมสั้นสีเข้ม มีแผลเป็นเหนือคิ้วซ้าย",
    area="บางรัก กรุงเทพฯ",
    caution="อย่าเข้าใกล้ ให้โทรแจ้งตำรวจ",
    reward="ไม่เกิน 20,000 บาท สำหรับข้อมูลที่นำไปสู่ตัวบุคคล",
    contact="ฝ่ายสืบสวน โทรศัพท์ 02 123 4567",
)
BOTH: Mapping[str, Wording] = {"en": ENGLISH, "th": THAI}


@functools.cache
def face(seed: int, side: int = 960) -> Image.Image:
    """A drawn face, as soft as a likeness is so that its files weigh as much, with a band that says what it is."""
    soft = draw_sketch(seed, 512).image.filter(ImageFilter.GaussianBlur(2.5))
    drawn = soft.resize((side, side), Image.Resampling.LANCZOS)
    pen = ImageDraw.Draw(drawn)
    pen.rectangle((0, side * 0.93, side, side), fill=(24, 24, 24))
    pen.text((side / 2, side * 0.965), "LIKENESS - NOT A PHOTO", (255, 255, 255), font_size=side * 0.04, anchor="mm")
    return drawn


@functools.cache
def files(seed: int) -> Sequence[tuple[FileUse, str, int, int, bytes]]:
    """Use, MIME type, sides and bytes of every file of a picture."""
    whole = face(seed)
    made = [(FileUse.VIEW, "image/webp", _encoded(whole.resize((side, side)), "WEBP", quality=75)) for side in VIEWS]
    share = Image.new("RGB", (1200, 630), (201, 201, 201))
    share.paste(whole.resize((630, 630)), (285, 0))
    made.append((FileUse.SHARE, "image/jpeg", _encoded(share, "JPEG", quality=80)))
    made.append((FileUse.SIGNED, "image/png", _encoded(whole, "PNG")))
    return [(use, mime, *Image.open(io.BytesIO(data)).size, data) for use, mime, data in made]


def _encoded(image: Image.Image, kind: str, **options: int) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


@dataclass
class Press:
    """Publishes. Its notices are all of one case."""

    db: Session
    store: ObjectStore
    case: Case = field(init=False)
    author: Account = field(init=False)

    def __post_init__(self) -> None:
        self.author = add_person(self.db, "press@example.org", "Press", Role.INVESTIGATOR)
        unit = Unit(id=uuid.uuid4(), name="Press")
        with transaction(self.db):
            self.db.add(unit)
            self.db.flush()
            self.case = Case(
                id=uuid.uuid4(), number="PRESS-7", title="Pier", unit_id=unit.id, created_by=self.author.id
            )
            self.db.add(self.case)

    def publish(
        self,
        slug: str = "abcdefghjk",
        *,
        words: Mapping[str, Wording] = BOTH,
        category: Category = Category.SUSPECT,
        seeds: Sequence[int] = (1,),
        days_ago: float = 1,
        lasts: float = 30,
        happened: tuple[dt.date | None, dt.date | None] = (dt.date(2026, 5, 1), None),
        version: int = 1,
    ) -> Publication:
        """A publication, current unless ``days_ago`` is longer than it ``lasts``."""
        published_at = utc_now() - days_ago * DAY
        with transaction(self.db):
            notice_id = self._notice(slug, version)
            row = Publication(id=uuid.uuid4(), notice_id=notice_id, slug=slug, version=version)
            row.content = document(category, words, seeds, happened)
            row.languages, row.category = list(words), category
            row.area_folded = fold(next(iter(words.values())).area)
            row.happened_on = happened[0] or happened[1]
            row.search_text = searched(row.content)
            row.published_at, row.expires_at = published_at, published_at + lasts * DAY
            self.db.add(row)
            self.db.flush()
            self.db.execute(insert(PublicationFile), self.file_rows(row.id, words, seeds))
        return row

    def _notice(self, slug: str, version: int) -> uuid.UUID:
        if version > 1:
            return self.db.query(Notice.id).filter(Notice.slug == slug).scalar()  # type: ignore[no-any-return]
        notice = Notice(id=uuid.uuid4(), case_id=self.case.id, slug=slug, content={}, created_by=self.author.id)
        self.db.add(notice)
        self.db.flush()
        return notice.id

    def file_rows(
        self, publication_id: uuid.UUID, languages: Mapping[str, Wording], seeds: Sequence[int]
    ) -> list[dict[str, object]]:
        """The rows of its pictures, whose objects are kept first."""
        rows = []
        for position, seed in enumerate(seeds, 1):
            for use, mime, width, height, data in files(seed):
                key = object_key(PUBLISHED, data)
                self.store.put(key, data)
                facts = {"use": use, "mime": mime, "width": width, "height": height, "size": len(data), "key": key}
                facts |= {"position": position, "sha256": hashlib.sha256(data).hexdigest()}
                for language in languages:
                    made = {"id": uuid.uuid4(), "publication_id": publication_id, "language": language}
                    rows.append({**facts, **made})
        return rows

    def end(self, slug: str, why: Ended = Ended.WITHDRAWN) -> None:
        """Take down what is current of the notice."""
        with transaction(self.db):
            is_it = Publication.slug == slug, Publication.ended_at.is_(None)
            self.db.execute(update(Publication).where(*is_it).values(ended_at=utc_now(), ended_why=why))

    def correct(self, slug: str, **facts: object) -> Publication:
        """Have another version take the place of the current one."""
        newest = max(row.version for row in self.db.query(Publication).filter(Publication.slug == slug))
        self.end(slug, Ended.CORRECTED)
        return self.publish(slug, version=newest + 1, **{"days_ago": 0, **facts})  # type: ignore[arg-type]


def document(
    category: Category,
    words: Mapping[str, Wording],
    seeds: Sequence[int],
    happened: tuple[dt.date | None, dt.date | None],
) -> dict[str, object]:
    """What `Publication.content` holds."""
    first, last = (day.isoformat() if day else None for day in happened)
    alts = {"en": "A man with short dark hair and a scar over his left brow", "th": "ชายผมสั้นสีเข้ม มีแผลเป็นเหนือคิ้วซ้าย"}
    alt = {language: alts[language] for language in words}
    return {
        "category": str(category),
        "words": {language: asdict(one) for language, one in words.items()},
        "pictures": [{"alt": alt, "morphed": 1} for _seed in seeds],
        "happened_from": first,
        "happened_to": last,
        "expires_on": None,
    }
