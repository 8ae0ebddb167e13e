"""The languages that there is a catalogue for, each by its own name."""

from collections.abc import Mapping

SOURCE = "en"
"""The language of the code: the commands, the logs and whatever is told to no person in particular."""
NAMES = {SOURCE: "English", "th": "ไทย"}


def read(env: Mapping[str, str], problems: list[str]) -> tuple[str, ...]:
    """The languages of LANGUAGES, the default first; all when it is unset. What is wrong is added to ``problems``."""
    wanted = tuple(code.strip().lower() for code in env.get("LANGUAGES", ",".join(NAMES)).split(","))
    unknown = [code for code in wanted if code not in NAMES]
    if unknown or len(set(wanted)) < len(wanted):
        problems.append(f"LANGUAGES can name {' and '.join(NAMES)}, each once, the default first: LANGUAGES=th,en.")
        return tuple(NAMES)
    return wanted
