"""The first way in with Firebase: an account here gets a user there, and its owner a code to choose a password."""

import structlog
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.database import transaction
from app.errors import Conflict
from app.identity import links
from app.identity.accounts import clean_email, clean_name
from app.identity.entries import record
from app.identity.firebase.client import Firebase, User
from app.identity.units import FIRST_UNIT, clean_unit_name
from models import Account, LinkPurpose, Role, utc_now

log = structlog.get_logger(__name__)


def first_account(db: Session, firebase: Firebase, token: str, email: str, name: str, unit: str = FIRST_UNIT) -> str:
    """Make the first account, holding every role, in the first unit. The code with which its owner chooses a password.

    Raises Gone, Refused, Conflict and FirebaseUnreachable; the link then still works.
    """
    email, name, unit = clean_email(email), clean_name(name), clean_unit_name(unit)
    links.find(db, token, LinkPurpose.FIRST_ADMIN)
    user = _user(firebase, email, None)
    code = firebase.reset_code(user.email)
    with transaction(db):
        links.find(db, token, LinkPurpose.FIRST_ADMIN).used_at = utc_now()
        account = Account(email=email, name=name, firebase_uid=user.uid, claims_due_at=utc_now())
        account.set_roles(Role)
        links.first_unit(db, account, unit)
        db.add(account)
        links.record_first(db, account)
    log.info("first_account_created", account=str(account.id))
    return code


def open_link(db: Session, firebase: Firebase, token: str) -> str:
    """Use up an administrator's link or invitation. The code with which the account's owner chooses a password.

    Raises Gone, Conflict and FirebaseUnreachable; the link then still works.
    """
    known = links.find(db, token, *links.PASSWORD_PURPOSES).account
    assert known is not None
    account_id, uid = known.id, known.firebase_uid
    user = _user(firebase, known.email, uid)
    code = firebase.reset_code(user.email)
    with transaction(db):
        account = links.held_before_link(db, account_id)
        link = links.find(db, token, *links.PASSWORD_PURPOSES)
        if account.firebase_uid not in (None, uid, user.uid):
            raise Conflict(_("This account got a user at Firebase meanwhile; open the link again."))
        link.used_at = utc_now()
        account.firebase_uid, account.claims_due_at = user.uid, utc_now()
        account.failed_attempts, account.locked_until = 0, None
        record(db, "account.linked", account, by=account, way=str(link.purpose))
    log.info("firebase_link_opened", account=str(account.id))
    return code


def _user(firebase: Firebase, email: str, uid: str | None) -> User:
    """The account's user at Firebase, made if there is none.

    It is made as verified: the administrator who handed over the link says whose address it is. One that is there
    already must have been verified, since whoever made it may be somebody else.
    """
    user = (uid and firebase.user(uid)) or firebase.create_user(email) or firebase.user_by_email(email)
    if user is None:
        raise Conflict(_("The user at Firebase was removed meanwhile; open the link again."))
    if user.disabled:
        raise Conflict(
            _("This account's user is disabled at Firebase. Have it enabled there, then open the link again.")
        )
    if not user.email_verified:
        raise Conflict(
            _(
                "Firebase has a user with this e-mail address that nobody verified. Have it removed in the Firebase "
                "console, then open the link again."
            )
        )
    return user
