"""Sending notifications by e-mail: each once, with nothing of the case in it but the way to it.

A mail is claimed before it is sent, and given back only when the server surely did not take it. Whoever dies in
between, or loses the connection while the server was taking it, leaves it unsent: the notification is in the product,
and a second mail would be worse than none.
"""

import datetime as dt
import smtplib
import ssl
import uuid
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import structlog
from sqlalchemy import ColumnElement, Update, select, update
from sqlalchemy.orm import Session

from app.agency import settings as agency
from app.database import Database, clock, transaction
from app.languages import catalogue
from app.notifications.kinds import KINDS
from app.settings import Settings
from app.settings.mail import MailSettings
from imaging.words import N_
from models import Account, Notification

log = structlog.get_logger(__name__)

BACKOFF = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480))
"""How long after each try that failed the next one comes; after the last of them it is given up."""
STALE = dt.timedelta(days=2)
"""What could not be sent for so long, or came before SMTP was set, is not worth a mail any more."""
BATCH = 50
TIMEOUT = 15.0
WHY = N_("You choose on the page of your notifications what comes by e-mail:")


class NotTaken(Exception):
    """The server surely did not take the mail; ``code`` is its answer, 0 when the connection was lost before."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Letter:
    """A claimed notification and whom it is for."""

    id: uuid.UUID
    attempt: int
    message: EmailMessage


def send_due(database: Database, settings: Settings) -> int:
    """Send what is due. How many were sent; a server that cannot be reached ends it for now."""
    if settings.mail is None:
        return 0
    with database.session() as db:
        _forget_stale(db)
        if not _anything_due(db):
            return 0
    sent = 0
    try:
        with _connect(settings.mail) as server:
            while sent < BATCH and (letter := _claim(database, settings, settings.mail)) is not None:
                sent += _send(database, server, letter)
    except (OSError, smtplib.SMTPException) as error:
        log.warning("mail_server_unreachable", kind=type(error).__name__)
    return sent


def _connect(mail: MailSettings) -> smtplib.SMTP:
    trusted = ssl.create_default_context()
    if mail.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(mail.host, mail.port, timeout=TIMEOUT, context=trusted)
    else:
        server = smtplib.SMTP(mail.host, mail.port, timeout=TIMEOUT)
    try:
        if mail.security == "starttls":
            server.starttls(context=trusted)
        if mail.user:
            server.login(mail.user, mail.password)
    except BaseException:
        server.close()
        raise
    return server


def _send(database: Database, server: smtplib.SMTP, letter: Letter) -> bool:
    """Whether the server took it. Raises when the connection is lost."""
    try:
        _hand_over(server, letter.message)
    except NotTaken as refusal:
        log.warning("mail_not_taken", notification=str(letter.id), attempt=letter.attempt, code=refusal.code)
        _give_back(database, letter)
        if refusal.__cause__ is not None:
            raise refusal.__cause__ from None
        server.rset()
        return False
    with database.session() as db, transaction(db):
        db.execute(_this(letter.id).values(mailed_at=clock(db)))
    log.info("mail_sent", notification=str(letter.id))
    return True


def _hand_over(server: smtplib.SMTP, message: EmailMessage) -> None:
    """Raises NotTaken while it is certain, and OSError or SMTPException once it is not."""
    try:
        server.ehlo_or_helo_if_needed()
        for code, _answer in (server.mail(str(message["From"])), server.rcpt(str(message["To"]))):
            if code not in (250, 251):
                raise NotTaken(code)
    except (OSError, smtplib.SMTPException) as error:
        raise NotTaken(0) from error
    try:
        code = server.data(message.as_bytes(policy=SMTP))[0]
    except smtplib.SMTPDataError as error:
        raise NotTaken(error.smtp_code) from None
    if code != 250:
        raise NotTaken(code)


def _claim(database: Database, settings: Settings, mail: MailSettings) -> Letter | None:
    """The next one that is due, which nobody else sends from here on. None when nothing is."""
    with database.session() as db, transaction(db):
        query = select(Notification).where(*_due(db)).order_by(Notification.mail_due_at)
        one = db.scalar(query.limit(1).with_for_update(skip_locked=True))
        if one is None:
            return None
        one.mail_due_at, one.mail_attempts = None, one.mail_attempts + 1
        account = db.get_one(Account, one.account_id)
        message = _write(one, account.email, _language(db, account, settings), settings.address, mail)
        return Letter(one.id, one.mail_attempts, message)


def _give_back(database: Database, letter: Letter) -> None:
    """Have it tried again later, unless it was tried often enough."""
    if letter.attempt > len(BACKOFF):
        log.warning("mail_given_up", notification=str(letter.id))
        return
    with database.session() as db, transaction(db):
        db.execute(_this(letter.id).values(mail_due_at=clock(db) + BACKOFF[letter.attempt - 1]))


def _forget_stale(db: Session) -> None:
    old = Notification.mail_due_at.is_not(None) & (Notification.created_at < clock(db) - STALE)
    if db.scalar(select(Notification.id).where(old).limit(1)) is not None:
        with transaction(db):
            db.execute(update(Notification).where(old).values(mail_due_at=None))


def _anything_due(db: Session) -> bool:
    return db.scalar(select(Notification.id).where(*_due(db)).limit(1)) is not None


def _due(db: Session) -> tuple[ColumnElement[bool], ...]:
    """Of those that this code has words for: a newer version may run beside it."""
    return Notification.mail_due_at <= clock(db), Notification.kind.in_(KINDS)


def _this(notification_id: uuid.UUID) -> Update:
    return update(Notification).where(Notification.id == notification_id)


def _language(db: Session, account: Account, settings: Settings) -> str:
    """The account's own, else the agency's, else the installation's: as pages choose it, but for a browser's wish."""
    for wish in (account.language, agency.current(db).language):
        if wish in settings.languages:
            return str(wish)
    return settings.languages[0]


def _write(one: Notification, to: str, language: str, address: str, mail: MailSettings) -> EmailMessage:
    say = catalogue.translations(language).gettext
    words = say(KINDS[one.kind].mail)
    message = EmailMessage()
    message["Subject"] = f"Semblance: {words.rstrip('.')}"
    message["From"], message["To"] = mail.sender, to
    message["Date"] = format_datetime(one.created_at)
    message["Message-ID"] = f"<{one.id}@{mail.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    lines = [words, f"{address}{one.path}", "", say(WHY), f"{address}/notifications"]
    message.set_content("\n".join(lines) + "\n", cte="quoted-printable")
    return message
