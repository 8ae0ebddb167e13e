"""The second factor: codes of an authenticator app (RFC 6238), with a secret that is kept encrypted."""

import base64
import datetime as dt
import hmac
import uuid

import pyotp
import structlog
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.database import transaction
from app.errors import Conflict, Refused
from app.identity import accounts
from app.identity.entries import record
from app.identity.passwords import verify_password
from app.settings import Settings
from models import Account, Role, utc_now

log = structlog.get_logger(__name__)

STEP = 30
"""Seconds that a code is shown."""
WINDOW = 1
"""Steps by which a telephone's clock may be wrong, either way."""
ISSUER = "Semblance"


class CodeRefused(accounts.SignInRefused):
    """The code is wrong, was used before, or the account rests."""

    def __init__(self) -> None:
        Refused.__init__(
            self,
            _(
                "That code is not right, or was used before. Wait for the next one and type it as shown; after five "
                "wrong tries an account rests for 15 minutes."
            ),
        )


class SecretUnreadable(Conflict):
    """SECRET_KEY is another one than when the second factor was set up."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Your second factor cannot be checked any more, because this installation's secret key was changed. "
                "Ask an administrator to make you a one-time link that removes the second factor too; then set it up "
                "again."
            )
        )


def seal(secret_key: str, account: Account, secret: str) -> str:
    """Encrypt an account's secret; it cannot be read for another account."""
    return _fernet(secret_key).encrypt(f"{account.id}:{secret}".encode()).decode()


def unseal(secret_key: str, account: Account) -> str:
    """The account's secret. Raises SecretUnreadable."""
    try:
        whose, _, secret = _fernet(secret_key).decrypt((account.totp_secret or "").encode()).decode().partition(":")
    except InvalidToken as error:
        raise SecretUnreadable from error
    if whose != str(account.id):
        raise SecretUnreadable
    return secret


def _fernet(secret_key: str) -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=b"semblance second factor").derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


def begin(db: Session, secret_key: str, account: Account) -> None:
    """Make a secret, which counts once a code has shown that the person has it. Raises Conflict."""
    with transaction(db):
        account = accounts.locked(db, account.id)
        if account.totp_confirmed_at is not None:
            raise Conflict(_("You have a second factor already; remove it first."))
        account.totp_secret = seal(secret_key, account, pyotp.random_base32())
        account.totp_last_step = None


def address(secret: str, account: Account) -> str:
    """What the QR code says to an authenticator app."""
    return pyotp.TOTP(secret).provisioning_uri(name=account.email, issuer_name=ISSUER)


def finish(db: Session, secret_key: str, account: Account, code: str) -> None:
    """From now on the code is asked for at sign-in. Raises CodeRefused, Conflict and SecretUnreadable."""
    with transaction(db):
        account = accounts.locked(db, account.id)
        if account.totp_confirmed_at is not None or account.totp_secret is None:
            raise Conflict(_("This page is out of date; reload it to see how your second factor stands now."))
        step = _step_of(unseal(secret_key, account), code)
        if step is None:
            raise CodeRefused
        account.totp_confirmed_at, account.totp_last_step = utc_now(), step
        record(db, "account.factor", account, by=account, present=True)
    log.info("second_factor_set_up", account=str(account.id))


def check(db: Session, secret_key: str, account: Account, code: str, *, device_of: uuid.UUID | None = None) -> None:
    """Take a code, which then works no more. Wrong ones count towards the account's rest like wrong passwords,
    for which the owner of a browser, ``device_of``, need not wait.

    Raises CodeRefused and SecretUnreadable.
    """
    with transaction(db):
        account = accounts.locked(db, account.id)
        right = _use(account, secret_key, code, device_of == account.id)
    if not right:
        log.info("code_refused", account=str(account.id))
        raise CodeRefused


def _use(account: Account, secret_key: str, code: str, known: bool = False) -> bool:
    if not known and account.locked_until is not None and account.locked_until > utc_now():
        return False
    if account.totp_confirmed_at is None or account.suspended_at is not None:
        return False
    step = _step_of(unseal(secret_key, account), code)
    right = step is not None and step > (account.totp_last_step or 0)
    if right:
        account.totp_last_step = step
    accounts.count_try(account, right)
    return right


def _step_of(secret: str, code: str) -> int | None:
    """The time step whose code this is, within WINDOW of now."""
    typed = "".join(code.split())
    if not (typed.isascii() and typed.isdigit() and len(typed) == 6):
        return None
    now = int(utc_now().timestamp()) // STEP
    for step in range(now - WINDOW, now + WINDOW + 1):
        shown = pyotp.TOTP(secret).at(dt.datetime.fromtimestamp(step * STEP, dt.UTC))
        if hmac.compare_digest(shown, typed):
            return step
    return None


def remove(db: Session, secret_key: str, account: Account, password: str | None, code: str) -> None:
    """Give the second factor up; ``password`` is None where passwords are not kept here.

    Raises Refused, CodeRefused, Conflict and SecretUnreadable.
    """
    checked_hash = account.password_hash
    known = password is None or verify_password(checked_hash, password)
    with transaction(db):
        account = accounts.locked(db, account.id)
        if account.totp_confirmed_at is None:
            raise Conflict(_("This page is out of date; reload it to see how your second factor stands now."))
        # Both are counted as one try, and neither answer tells which was wrong.
        right = known and account.password_hash == checked_hash and _use(account, secret_key, code)
        if not known:
            accounts.count_try(account, right=False)
        if right:
            clear(account)
            record(db, "account.factor", account, by=account, present=False)
    if not right:
        raise Refused(
            _("The password or the code is not right. After five wrong tries an account rests for 15 minutes.")
        )
    log.info("second_factor_removed", account=str(account.id))


def clear(account: Account) -> None:
    """Forget the second factor. Belongs inside a transaction."""
    account.totp_secret = account.totp_confirmed_at = account.totp_last_step = None


def missing(settings: Settings, account: Account) -> bool:
    """Whether this account must set a second factor up before it may go on."""
    if account.totp_confirmed_at is not None or settings.second_factor == "no":
        return False
    return settings.second_factor == "all" or account.has_role(Role.ADMIN)
