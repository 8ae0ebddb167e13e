"""What the forms of bulletins are for: asking for one, or for a pack of several notices."""

from sqlalchemy import update

from app.database import transaction
from models import Publication
from tests.security.purposes.purpose import Purpose
from tests.security.purposes.states import chosen
from tests.security.world import World


def public(world: World) -> None:
    """What a case that was closed took down is before the public again."""
    with world.session() as db, transaction(db):
        mine = Publication.id == world.values["publication_id"]
        db.execute(update(Publication).where(mine).values(ended_at=None, ended_why=None))


ASKED = frozenset({"bulletin+", "bulletin_publication+", "job+"})
PURPOSES = [
    Purpose(
        "POST /bulletins",
        {"publication": chosen("publication_id"), "format": "png", "paper": "letter", "language": "en"},
        ASKED,
        public,
        documented=frozenset({"dots"}),
    ),
    Purpose(
        "POST /publications/<slug>/bulletins",
        {"format": "png", "paper": "a4", "language": "both"},
        ASKED,
        public,
        documented=frozenset({"dots"}),
    ),
]
