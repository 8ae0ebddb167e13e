"""Groups of people as the sets label them, in words or numbers."""

import re
from typing import Any

from training.data import Face

NAMED = ("generated", "mebeauty", "scut", "faker")  # sets that label by the names of their files
_ETHNICITY = {"caucasian": "white", "hispanic": "latino"}  # sets name the same group differently
_GENDER = dict.fromkeys(("men", "man", "male", "m", "0"), "men")
_GENDER |= dict.fromkeys(("women", "woman", "female", "f", "w", "1"), "women")
_MALE = dict.fromkeys(("true", "1"), "men") | dict.fromkeys(("false", "-1", "0"), "women")


def labels_of(face: Face) -> dict[str, str]:
    """`gender`, `ethnicity`, as far as the set labels them, and `both`; empty where a label is not understood.

    `gender` is a word, or FS2K's 0 for men and 1 for women; `Male` is CelebA's, true or 1 for men.
    """
    for name, meanings in (("gender", _GENDER), ("Male", _MALE)):
        if (gender := meanings.get(_word(face.attributes.get(name)))) is not None:
            return {"gender": gender}
    if face.set == "scut" and (code := re.match(r"([AC])([FM])\d", face.source)):
        return _labels("women" if code[2] == "F" else "men", {"A": "asian", "C": "white"}[code[1]])
    if face.set in NAMED and (code := re.match(r"(female|male)_([a-z]+)?", face.source)):
        gender = "women" if code[1] == "female" else "men"
        return _labels(gender, _ETHNICITY.get(code[2], code[2]) if code[2] else None)
    return {}


def _word(value: Any) -> str:
    """1, 1.0 and "1" are one value, and so are "Female" and "female"."""
    return f"{value:g}" if isinstance(value, float) else str(value).strip().lower()


def _labels(gender: str, ethnicity: str | None) -> dict[str, str]:
    if ethnicity is None:
        return {"gender": gender}
    return {"gender": gender, "ethnicity": ethnicity, "both": f"{ethnicity} {gender}"}
