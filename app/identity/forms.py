"""What is wrong with a form about a person, told field by field."""

from collections.abc import Callable, Iterable, Mapping

from flask_babel import gettext as _

from app.errors import Refused
from app.identity.accounts import clean_email, clean_name
from app.identity.passwords import refuse_weak
from app.identity.units import clean_unit_name


class Errors(dict[str, str]):
    """A sentence for each field that is wrong; ``form`` for the whole. Empty when all is well."""


Values = Mapping[str, str]


def check(form: Values, fields: Iterable[str], email: str | None = None) -> Errors:
    """Look at these fields of a form. ``email`` is the account's when the form does not ask for it."""
    values = {**form, "email": form.get("email", "") if email is None else email}
    errors = Errors()
    for field in fields:
        try:
            CHECKS[field](values)
        except Refused as error:
            errors[field] = str(error)
    return errors


def _name(values: Values) -> None:
    clean_name(values.get("name", ""))


def _email(values: Values) -> None:
    clean_email(values["email"])


def _password(values: Values) -> None:
    refuse_weak(values.get("password", ""), values["email"])


def _repeat(values: Values) -> None:
    if values.get("repeat", "") != values.get("password", ""):
        raise Refused(_("The two passwords differ; type the same one twice."))


def _unit(values: Values) -> None:
    clean_unit_name(values.get("unit", ""))


CHECKS: Mapping[str, Callable[[Values], None]] = {
    "name": _name,
    "email": _email,
    "password": _password,
    "repeat": _repeat,
    "unit": _unit,
}
