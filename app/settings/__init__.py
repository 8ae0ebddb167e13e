"""Everything the product can be told from outside, read once and checked all at once."""

import contextlib
import dataclasses
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from app.identity.firebase import settings as firebase
from app.identity.firebase.settings import FirebaseSettings
from app.languages import names
from app.settings import mail, purge, web
from app.settings.fleet import FleetReader, Proxies
from app.settings.mail import MailSettings
from app.settings.purge import PurgeSettings
from app.settings.secret import ADDRESSES, MIN_SECRET, guessed_password, is_placeholder, read_secret_files
from app.storage.address import Folder, parse_place

ROOT = Path(__file__).resolve().parents[2]
PUBLIC_FOLDER, TIPS_FOLDER = "/public", "/tips"
"""Where one web server serves the other surfaces beside that of the staff."""
MAX_HEARTBEAT = 5.0
"""Seconds: pages take a worker that has been silent for three times as long for dead."""


class SettingsError(ValueError):
    """Names every setting that is wrong, one line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("The settings cannot be used:\n" + "\n".join(f"- {line}" for line in problems))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One process's settings. Paths are absolute; times are in seconds."""

    database_url: str = field(repr=False)
    storage_url: str
    secret_key: str = field(repr=False)
    var: Path
    weights: Path = ROOT / "weights"
    storage_emulator: str | None = None
    anchor_url: str | None = None
    remove_orphans: bool = False
    redis_url: str | None = field(default=None, repr=False)
    identity: str = "local"
    firebase: FirebaseSettings | None = None
    second_factor: str = "no"
    production: bool = False
    device: str = "auto"
    host: str = "127.0.0.1"
    port: int = 8000
    lease_seconds: float = 15.0
    heartbeat_seconds: float = 3.0
    job_seconds: float = 600.0
    stop_seconds: float = 3.0
    surface: str = "all"
    public_url: str | None = None
    notices_url: str | None = None
    """Where the public reads notices, when that is a host of its own."""
    tips_url: str | None = None
    """Where the public leaves tips, when that is a host of its own."""
    public_database_url: str | None = field(default=None, repr=False)
    """The same records for a role that may only read what is published; None: the public pages use database_url."""
    tips_database_url: str | None = field(default=None, repr=False)
    """The same records for a role that may only add to tips; None: the tip forms use database_url."""
    tips_spool: int = 2000 * 10**6
    """Bytes that tips and their files may take on this machine's disk while they wait."""
    tips_day: int = 20_000 * 10**6
    """Bytes that are taken from the public in a day."""
    rate_limits: bool = True
    languages: tuple[str, ...] = tuple(names.NAMES)
    """Those that pages can be read in, the default first."""
    clamav_url: str | None = None
    """Where clamd is asked about files of tips: tcp://host:port or unix:///path; None: nowhere."""
    mail: MailSettings | None = None
    """How notifications leave by e-mail; None: they do not."""
    purge: PurgeSettings | None = None
    """Who is told what changed on the public pages, so that no CDN goes on showing it; None: nobody."""

    c2pa_certificate: Path | None = None
    """The certificates that published pictures are signed with, PEM; None: one is made for development."""
    c2pa_key: Path | None = None

    workers: int = 1
    devices: tuple[str, ...] = ()
    metrics_token: str | None = field(default=None, repr=False)
    trusted_proxies: Proxies = 0

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings and make the folders they name.

        Raises SettingsError naming everything that is wrong at once.
        """
        env = {key: value for key, value in (os.environ if environ is None else environ).items() if value}
        problems: list[str] = []
        reader = _Reader(read_secret_files(env, problems))
        settings = reader.settings()
        if problems := problems + reader.problems:
            raise SettingsError(problems)
        settings.var.mkdir(parents=True, exist_ok=True, mode=0o700)
        return settings if settings.secret_key else _with_kept_secret(settings)

    @property
    def address(self) -> str:
        """Where people open the product: PUBLIC_URL, else the web server's own address on this machine."""
        if self.public_url is not None:
            return self.public_url
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def notices_address(self) -> str:
        """Where the public reads notices: NOTICES_URL, else a folder of the product's own address."""
        return self.notices_url or f"{self.address}{PUBLIC_FOLDER}"

    @property
    def tips_address(self) -> str:
        """Where the public leaves tips: TIPS_URL, else a folder of the product's own address."""
        return self.tips_url or f"{self.address}{TIPS_FOLDER}"

    @property
    def tips_by_onion(self) -> bool:
        """Whether tips come over an onion service, and so all from the same place."""
        return (urlsplit(self.tips_url or "").hostname or "").endswith(".onion")

    @property
    def storage_path(self) -> Path | None:
        """The folder of a ``file://`` storage, None for any other."""
        place = parse_place(self.storage_url)
        return place.path if isinstance(place, Folder) else None


class _Reader(FleetReader):
    def settings(self) -> Settings:
        var = self._path("SEMBLANCE_VAR", ROOT / "var")
        production = self._one_of("SEMBLANCE_ENV", ("development", "production")) == "production"
        devices = self._devices()
        lease = self._seconds("SEMBLANCE_LEASE_SECONDS", 15.0)
        heartbeat = self._seconds("SEMBLANCE_HEARTBEAT_SECONDS", 3.0)
        if heartbeat * 2 > lease or heartbeat > MAX_HEARTBEAT:
            self.problems.append(
                "SEMBLANCE_HEARTBEAT_SECONDS must be at most half of SEMBLANCE_LEASE_SECONDS, "
                f"and at most {MAX_HEARTBEAT:g}: a busy worker would be taken for dead."
            )
        if production:
            self._refuse_guessed_secrets()
        return Settings(
            database_url=self._database(var),
            storage_url=self._storage(var),
            storage_emulator=self._storage_emulator(production),
            anchor_url=self._anchor(),
            remove_orphans=self._one_of("SEMBLANCE_REMOVE_ORPHANS", ("no", "yes")) == "yes",
            secret_key=self._secret(production),
            var=var,
            weights=self._path("SEMBLANCE_WEIGHTS", ROOT / "weights"),
            redis_url=self._redis(),
            identity=self._one_of("IDENTITY", ("local", "firebase")),
            firebase=firebase.read(self.env, production, self.problems),
            second_factor=self._one_of("REQUIRE_SECOND_FACTOR", ("no", "admins", "all")),
            production=production,
            device=self._device(),
            host=self.env.get("HOST", "127.0.0.1"),
            port=self._port(),
            lease_seconds=lease,
            heartbeat_seconds=heartbeat,
            job_seconds=self._seconds("SEMBLANCE_JOB_SECONDS", 600.0),
            workers=self._workers(devices),
            devices=devices,
            metrics_token=self._metrics_token(),
            trusted_proxies=self._trusted_proxies(),
            surface=self._one_of("SURFACE", web.SURFACES),
            public_url=web.public_url(self.env, production, self.problems),
            notices_url=web.public_url(self.env, production, self.problems, "NOTICES_URL"),
            tips_url=web.public_url(self.env, production, self.problems, "TIPS_URL"),
            public_database_url=self._role("PUBLIC_DATABASE_URL"),
            tips_database_url=self._role("TIPS_DATABASE_URL"),
            tips_spool=web.megabytes(self.env, self.problems, "TIPS_SPOOL_MB", 2000),
            tips_day=web.megabytes(self.env, self.problems, "TIPS_DAY_MB", 20_000),
            rate_limits=web.rate_limits(self.env, self.problems),
            languages=names.read(self.env, self.problems),
            clamav_url=web.clamav_url(self.env, self.problems),
            mail=mail.read(self.env, production, self.problems),
            purge=purge.read(self.env, production, self.problems),
            c2pa_certificate=self._file("C2PA_CERTIFICATE"),
            c2pa_key=self._file("C2PA_KEY"),
        )

    def _file(self, name: str) -> Path | None:
        text = self.env.get(name)
        path = (ROOT / text).resolve() if text else None
        if path is not None and not path.is_file():
            self.problems.append(f"{name} names {text}, which is no file that can be read.")
        return path

    def _path(self, name: str, default: Path) -> Path:
        return (ROOT / self.env.get(name, str(default))).resolve()

    def _one_of(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self.env.get(name, allowed[0])
        if value not in allowed:
            self.problems.append(f"{name} is {value!r}; it can be {' or '.join(allowed)}.")
        return value

    def _seconds(self, name: str, default: float) -> float:
        try:
            value = float(self.env.get(name, default))
        except ValueError:
            value = 0.0
        if not 0 < value < 86_400:
            self.problems.append(f"{name} must be a number of seconds above 0 and below a day.")
        return value

    def _port(self) -> int:
        text = self.env.get("PORT", "8000")
        if not (text.isascii() and text.isdigit() and 0 < int(text) < 65_536):
            self.problems.append(f"PORT is {text!r}; it must be a number from 1 to 65535.")
            return 8000
        return int(text)

    def _role(self, name: str) -> str | None:
        """The records' address for a role with fewer rights, which only PostgreSQL knows."""
        text = self.env.get(name)
        if text is None:
            return None
        address = self._address(name, text)
        if address.startswith("sqlite"):
            self.problems.append(f"{name} must be a postgresql address: SQLite knows no roles.")
        return address

    def _database(self, var: Path) -> str:
        return self._address("DATABASE_URL", self.env.get("DATABASE_URL", f"sqlite:///{var / 'semblance.db'}"))

    def _address(self, name: str, text: str) -> str:
        try:
            url = make_url(text)
        except ArgumentError:
            self.problems.append(f"{name} is not a database address like postgresql://user@host/name.")
            return text
        backend = "postgresql" if url.drivername == "postgres" else url.get_backend_name()
        if backend not in ("sqlite", "postgresql"):
            self.problems.append(f"{name} names {backend!r}; it can be sqlite or postgresql.")
        elif backend == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        elif url.database in (None, "", ":memory:"):
            self.problems.append(f"{name} must name a SQLite file: the web server and the worker share it.")
        else:
            url = url.set(database=str((ROOT / str(url.database)).resolve()))
        return url.render_as_string(hide_password=False)

    def _storage(self, var: Path) -> str:
        text = self.env.get("STORAGE_URL", (var / "objects").as_uri())
        try:
            parse_place(text)
        except ValueError as error:
            self.problems.append(f"STORAGE_URL {error}")
        return text

    def _anchor(self) -> str | None:
        text = self.env.get("ANCHOR_URL")
        try:
            if text:
                parse_place(text)
        except ValueError as error:
            self.problems.append(f"ANCHOR_URL {error}")
        return text

    def _storage_emulator(self, production: bool) -> str | None:
        text = self.env.get("STORAGE_EMULATOR_HOST")
        if text and production:
            self.problems.append("STORAGE_EMULATOR_HOST is set; an emulator keeps nothing and lets anybody in.")
        elif text and urlsplit(text).scheme not in ("http", "https"):
            self.problems.append("STORAGE_EMULATOR_HOST must be an address like http://127.0.0.1:9023.")
        return text

    def _redis(self) -> str | None:
        text = self.env.get("REDIS_URL")
        if text is not None and urlsplit(text).scheme not in ("redis", "rediss", "unix"):
            self.problems.append("REDIS_URL must be an address like redis://127.0.0.1:6379/0.")
        return text

    def _secret(self, production: bool) -> str:
        value = self.env.get("SECRET_KEY", "")
        if value and len(value) < MIN_SECRET:
            self.problems.append(f"SECRET_KEY must have at least {MIN_SECRET} characters.")
        elif value and production and is_placeholder(value):
            self.problems.append("SECRET_KEY looks like a placeholder; make one with `openssl rand -hex 32`.")
        elif not value and production and self.env.get("REDIS_URL"):
            # Each machine would make one of its own, and could not read what the others have sealed.
            self.problems.append("SECRET_KEY must be set, to the same on every machine that shares REDIS_URL.")
        return value

    def _refuse_guessed_secrets(self) -> None:
        if (token := self.env.get("METRICS_TOKEN")) and is_placeholder(token):
            self.problems.append("METRICS_TOKEN looks like a placeholder; make one with `openssl rand -hex 16`.")
        found = (guessed_password(name, self.env.get(name, "")) for name in ADDRESSES)
        self.problems += [problem for problem in found if problem]


def _with_kept_secret(settings: Settings) -> Settings:
    """Use the secret kept in ``var/secret.key``; the first process to need it makes it."""
    path = settings.var / "secret.key"
    if not path.exists():
        # Linked into place whole: another process starting now must not read half a secret.
        made = settings.var / f".secret.{secrets.token_hex(8)}"
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        with contextlib.suppress(FileExistsError):
            os.link(made, path)
        made.unlink()
    secret = path.read_text().strip()
    if len(secret) < MIN_SECRET:
        raise SettingsError([f"{path} is damaged; remove it and start again."])
    return dataclasses.replace(settings, secret_key=secret)
