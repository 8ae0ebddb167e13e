"""Publications to make bulletins of, as approving a notice leaves them, with faces that the project paints."""

import datetime as dt
import functools
import io
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from sqlalchemy.orm import Session

from app.database import transaction
from app.notices import document
from app.notices.content import Content, Picture, Wording
from app.storage import ObjectStore, object_key
from models import Account, Category, FileUse, Notice, NoticeStage, Publication, PublicationFile, utc_now
from training.data.drawn import imagine_sitter, paint

LABEL = "LIKENESS - NOT A PHOTO"
WORDS = {
    "en": Wording(
        headline="Robbery at the night market",
        known="A man took a handbag from a stall holder at knife point and left on foot towards the river.\n\n"
        "He spoke to her for some minutes before.",
        appearance="About 35 years old, about 175 cm, slim. Short dark hair. Grey jacket.",
        area="Bang Rak, Bangkok",
        caution="He may carry a knife. Do not approach him. Call 191.",
        reward="20,000 baht for information that leads to an arrest.",
        contact="Call 02 123 4567, day and night, or tell any police officer.",
    ),
    "th": Wording(
        headline="ชิงทรัพย์ที่ตลาดกลางคืน",
        known="ชายคนหนึ่งใช้มีดจี้ชิงกระเป๋าถือของแม่ค้าที่แผงขายของ แล้วเดินหลบหนีไปทางแม่น้ำ\n\nก่อนเกิดเหตุเขายืนพูดคุยกับแม่ค้าอยู่หลายนาที",
        appearance="อายุประมาณ 35 ปี สูงประมาณ 175 ซม. รูปร่างผอม ผมสั้นสีดำ สวมเสื้อแจ็กเก็ตสีเทา",
        area="เขตบางรัก กรุงเทพมหานคร",
        caution="อาจพกมีด อย่าเข้าใกล้ โทรแจ้ง 191 ทันที",
        reward="20,000 บาท สำหรับเบาะแสที่นำไปสู่การจับกุม",
        contact="โทร 02 123 4567 ตลอด 24 ชั่วโมง หรือแจ้งเจ้าหน้าที่ตำรวจ",
    ),
}
ALT = {"en": "A man of about 35 with short dark hair.", "th": "ชายอายุประมาณ 35 ปี ผมสั้นสีดำ"}


def publish(
    db: Session,
    store: ObjectStore,
    account: Account,
    case_id: uuid.UUID,
    slug: str,
    *,
    pictures: int = 1,
    words: Mapping[str, Wording] | None = None,
    category: Category = Category.SUSPECT,
    version: int = 1,
    **facts: Any,
) -> Publication:
    """A notice of the case that is public from now on for 30 days."""
    words, now = words or WORDS, utc_now()
    shown = tuple(Picture(likenesses=(), alt=ALT) for _ in range(pictures))
    days = {"happened_from": dt.date(2026, 5, 12), "expires_on": None}
    content = Content(category=category, words=words, pictures=shown, **{**days, **facts})
    notice = Notice(
        id=uuid.uuid4(),
        case_id=case_id,
        slug=slug,
        stage=NoticeStage.APPROVED,
        content=content.to_json(),
        created_by=account.id,
    )
    publication = Publication(
        id=uuid.uuid4(),
        notice_id=notice.id,
        slug=slug,
        version=version,
        published_at=now,
        expires_at=now + dt.timedelta(days=30),
    )
    document.write(publication, content)
    with transaction(db):
        db.add(notice)
        db.flush()
        db.add(publication)
        db.flush()
        db.add_all(_files(store, account.id, publication.id, pictures, list(words)))
    return publication


def _files(
    store: ObjectStore, owner: uuid.UUID, publication_id: uuid.UUID, count: int, languages: Sequence[str]
) -> list[PublicationFile]:
    made = []
    for position in range(1, count + 1):
        for language in languages:
            data = picture(position, language)
            key = object_key(owner, data)
            store.put(key, data)
            made.append(
                PublicationFile(
                    publication_id=publication_id,
                    position=position,
                    language=language,
                    use=FileUse.SIGNED,
                    mime="image/jpeg",
                    width=512,
                    height=576,
                    size=len(data),
                    sha256=key.rpartition("/")[2],
                    key=key,
                )
            )
    return made


@functools.cache
def picture(number: int, language: str) -> bytes:
    """A published picture: a painted face with its mark and a band beneath."""
    painted = paint(imagine_sitter(number + 3), size=256).photo
    face = Image.fromarray(np.asarray(painted)).resize((512, 512), Image.Resampling.LANCZOS)
    whole = Image.new("RGB", (512, 576), "#111111")
    whole.paste(face, (0, 0))
    draw = ImageDraw.Draw(whole)
    large, small = ImageFont.load_default(30), ImageFont.load_default(26)
    draw.text((256, 470), LABEL, "white", large, "mm", stroke_width=2, stroke_fill="black")
    draw.text((256, 544), f"{LABEL} ({language})", "white", small, "mm")
    out = io.BytesIO()
    whole.save(out, "JPEG", quality=90)
    return out.getvalue()
