"""Tables of a TOML file, checked by types: every message names the key, what it may be, and what was meant perhaps."""

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from difflib import get_close_matches
from math import inf
from types import UnionType
from typing import Annotated, Any, Literal, Required, Union, get_args, get_origin, get_type_hints, is_typeddict

Count = Annotated[int, 1, inf]
Whole = Annotated[int, 0, inf]
Amount = Annotated[float, 0, inf]
Share = Annotated[float, 0, 1]
"""Numbers with their least and largest value."""

_NAMES: Mapping[Any, str] = {
    int: "a whole number", float: "a number", bool: "true or false", str: "a text", dict: "a table",
}  # fmt: skip


def check(table: Mapping[str, Any], shape: Any, name: str) -> None:
    """`shape` is a TypedDict, a dataclass, or a dict of Literal keys or of any; its values' types may be such again.

    Raises ValueError for a key that is missing or unknown, and for a value of another type.
    """
    known = dict.fromkeys(table, get_args(shape)[1]) if _has_any_key(shape) else _keys_of(shape)
    for key, value in table.items():
        if key not in known:
            near = get_close_matches(key, known, 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise ValueError(f"{name}: there is no key {key}.{hint} Choose from: {', '.join(known)}.")
        if _is_section(known[key]) and isinstance(value, dict):
            check(value, known[key], f"{name}, [{key}]")
        elif not _fits(value, known[key]):
            raise ValueError(f"{name}: {key} is {_words(known[key])}, not {json.dumps(value, default=str)}.")
    for key in _required(shape):
        if key not in table:
            raise ValueError(f"{name}: {key} is missing; it is {_words(known[key])}.")


def _is_section(shape: Any) -> bool:
    return _has_any_key(shape) or bool(_keys_of(shape))


def _has_any_key(shape: Any) -> bool:
    """A dict with names that only the user knows. One of values that may be anything is not looked into."""
    return get_origin(shape) is dict and get_args(shape)[0] is str and get_args(shape)[1] is not Any


def _keys_of(shape: Any) -> dict[str, Any]:
    """The keys of a section with their types; none for what is no section."""
    if get_origin(shape) is dict:
        names, wanted = get_args(shape)
        return dict.fromkeys(get_args(names), wanted)
    if not (is_typeddict(shape) or is_dataclass(shape)):
        return {}
    hints = get_type_hints(shape, include_extras=True)
    return {key: get_args(hint)[0] if get_origin(hint) is Required else hint for key, hint in hints.items()}


def _required(shape: Any) -> list[str]:
    if is_dataclass(shape):
        return [field.name for field in fields(shape) if field.default is MISSING]
    return sorted(shape.__required_keys__) if is_typeddict(shape) else []


def _fits(value: Any, wanted: Any) -> bool:
    origin, inner = get_origin(wanted), get_args(wanted)
    if origin is Annotated:
        low, high = wanted.__metadata__
        return _fits(value, inner[0]) and bool(low <= value <= high)
    if origin in (Union, UnionType):
        return any(_fits(value, one) for one in inner)
    if origin is Literal:
        return value in inner
    if origin is list:
        return isinstance(value, list) and all(_fits(one, inner[0]) for one in value)
    if origin is tuple:
        return isinstance(value, list) and len(value) == len(inner) and all(map(_fits, value, inner))
    if _is_section(wanted):
        return False  # a section, and this is a value
    return type(value) in ((int, float) if wanted is float else (origin or wanted,))  # True is no whole number


def _words(wanted: Any) -> str:
    origin, inner = get_origin(wanted), get_args(wanted)
    if origin is Annotated:
        low, high = wanted.__metadata__
        return f"{_words(inner[0])} " + (f"of at least {low}" if high == inf else f"from {low} to {high}")
    if origin in (Union, UnionType):
        return " or ".join(map(_words, inner))
    if origin is Literal:
        return " or ".join(map(json.dumps, inner))
    if origin in (list, tuple):
        return f"a list, each {_words(inner[0])}" if origin is list else f"a list of {len(inner)} numbers"
    return "a section" if _is_section(wanted) else _NAMES[origin or wanted]
