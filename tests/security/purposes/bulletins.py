"""What the forms of bulletins are for: asking for one, or for a pack of several notices."""

from tests.security.purposes.purpose import Purpose
from tests.security.purposes.states import chosen

ASKED = frozenset({"bulletin+", "bulletin_publication+", "job+"})
PURPOSES = [
    Purpose(
        "POST /bulletins",
        {"publication": chosen("publication_id"), "format": "png", "paper": "letter", "language": "en"},
        ASKED,
        documented=frozenset({"dots"}),
    ),
    Purpose(
        "POST /publications/<slug>/bulletins",
        {"format": "png", "paper": "a4", "language": "both"},
        ASKED,
        documented=frozenset({"dots"}),
    ),
]
