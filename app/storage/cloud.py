"""Objects in a Google Cloud Storage bucket.

Nothing here touches access lists: the bucket has uniform access and is never public. An object is created only
where there is none, which the bucket itself makes sure of, and its checksum travels with it in both directions.
"""

import base64
import contextlib
import datetime as dt
import io
import tempfile
import uuid
from collections.abc import Iterator
from typing import BinaryIO, cast

import google_crc32c
import structlog
from google.api_core.exceptions import ClientError, Forbidden, GoogleAPIError, NotFound, PreconditionFailed
from google.api_core.retry import Retry
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError
from google.cloud import storage
from google.cloud.storage.exceptions import DataCorruption, InvalidResponse
from google.cloud.storage.retry import DEFAULT_RETRY
from requests import RequestException
from urllib3.exceptions import HTTPError

from app.errors import AppError
from app.storage.address import Bucket
from app.storage.breaker import Breaker
from app.storage.keys import KEY, check_bytes, check_file, file_sha256, split_key
from app.storage.store import (
    RENEW_AGE,
    DamagedObject,
    Kept,
    MissingObject,
    RemovalRefused,
    StorageUnavailable,
)

log = structlog.get_logger(__name__)

MIME = "application/octet-stream"
TIMEOUT = (5.0, 10.0)
"""Seconds of one try: to connect, and between two bytes."""
READ_SECONDS, WRITE_SECONDS = 8.0, 20.0
"""For how long tries are repeated: people wait for pictures, and an upload is worth more patience."""
IN_MEMORY = 4 * 2**20
"""Bytes of an object that is being read that are held in memory; the rest goes to a temporary file."""
READING = ("storage.objects.get",)
NEEDED = ("storage.objects.create", "storage.objects.get", "storage.objects.list")
ADDING = ("storage.objects.create",)
NO_BUCKET = "specified bucket does not exist"
FAILURES = (GoogleAPIError, GoogleAuthError, InvalidResponse, DataCorruption, RequestException, HTTPError, OSError)


def patience(seconds: float) -> Retry:
    """Tries again what may succeed the next time (429, 5xx, broken connections), backing off at random."""
    retry: Retry = DEFAULT_RETRY.with_delay(initial=0.1, maximum=2.0, multiplier=1.6).with_timeout(seconds)
    return retry


class CloudStore:
    """Safe to share between threads, not across a fork."""

    def __init__(self, place: Bucket, emulator: str | None = None, *, adds_only: bool = False) -> None:
        """``emulator`` is the address of one, which is spoken to without credentials. Without it the account is
        the one that Google's libraries find; with ``adds_only`` it may put objects and do nothing else. Raises
        StorageUnavailable when they find none."""
        self._needed = ADDING if adds_only else NEEDED
        self._name, self._prefix = place.name, place.prefix
        self._client = client(emulator)
        # Otherwise the library asks for the bucket's own metadata in the background, for traces that nobody takes and
        # with a permission that our account does not have.
        self._client._bucket_metadata_cache = None
        self._bucket = self._client.bucket(place.name)
        self._breaker = Breaker()

    def put(self, key: str, data: bytes) -> bool:
        check_bytes(key, data)
        return self._keep(key, io.BytesIO(data))

    def put_file(self, key: str, file: BinaryIO) -> bool:
        check_file(key, file)
        return self._keep(key, file)

    def _keep(self, key: str, file: BinaryIO) -> bool:
        size, checksum = file.seek(0, io.SEEK_END), _crc32c(file)
        with self._answering():
            for _ in range(3):
                file.seek(0)
                try:
                    self._blob(key).upload_from_file(
                        file,
                        size=size,
                        content_type=MIME,
                        if_generation_match=0,
                        checksum="crc32c",
                        crc32c_checksum_value=checksum,
                        timeout=TIMEOUT,
                        retry=patience(WRITE_SECONDS),
                    )
                    return True
                except PreconditionFailed:
                    # Kept before; or by our own first try, whose answer was lost. Who may only add cannot look, and
                    # takes the name for it: it is the digest of what was put.
                    if self._needed is ADDING or self._is_kept(key, size, checksum):
                        return False
        raise StorageUnavailable(f"The object {key} in {self._name} changed while it was being put.")

    def get(self, key: str) -> bytes:
        with self.open(key) as file:
            return file.read()

    def open(self, key: str) -> BinaryIO:
        digest = split_key(key)[1]
        # Twice: the bucket's own checksum does not cover a download that was broken off and resumed.
        for _ in range(2):
            file = self._download(key)
            if file_sha256(file) == digest:
                return file
            file.close()
        raise DamagedObject(key)

    def exists(self, key: str) -> bool:
        try:
            self.size(key)
        except MissingObject:
            return False
        return True

    def size(self, key: str) -> int:
        split_key(key)
        with self._answering(key):
            return int(self._described(key).size)

    def describe(self, key: str) -> Kept:
        split_key(key)
        with self._answering(key):
            return _listed(key, self._described(key))

    def objects(self, owner: uuid.UUID | None = None) -> Iterator[Kept]:
        with self._answering():
            blobs = self._client.list_blobs(
                self._bucket,
                prefix=f"{self._prefix}{owner}/" if owner else self._prefix,
                fields="items(name,size,updated,customTime,generation,metageneration),nextPageToken",
                timeout=TIMEOUT,
                retry=patience(WRITE_SECONDS),
            )
            for blob in blobs:
                key = blob.name.removeprefix(self._prefix)
                if KEY.fullmatch(key):
                    yield _listed(key, blob)

    def remove(self, kept: Kept) -> bool:
        generation, metageneration = (int(text) for text in kept.version.split("/"))
        with self._answering():
            try:
                self._blob(kept.key).delete(
                    if_generation_match=generation,
                    if_metageneration_match=metageneration,
                    timeout=TIMEOUT,
                    retry=patience(WRITE_SECONDS),
                )
            except NotFound:
                return True
            except PreconditionFailed:
                return False
            except Forbidden as error:
                raise RemovalRefused(f"{self._name} does not let {kept.key} be removed: {error.message}") from error
        return True

    @property
    def resting(self) -> bool:
        return self._breaker.is_open

    def tidy(self, older_than: float = 3600.0) -> int:  # noqa: ARG002
        return 0  # a bucket shows an object when it is whole, and forgets half an upload by itself

    def check(self, *, writing: bool = True) -> None:
        needed = self._needed if writing else READING
        with self._answering():
            granted = self._bucket.test_iam_permissions(needed, timeout=(2.0, 4.0), retry=patience(4.0))
        lacking = sorted(set(needed) - set(granted))
        if lacking:
            raise StorageUnavailable(f"The bucket {self._name} does not give this account {', '.join(lacking)}.")

    def _blob(self, key: str) -> storage.Blob:
        return self._bucket.blob(f"{self._prefix}{key}")

    def _described(self, key: str) -> storage.Blob:
        """The object with its size, checksum and times. Raises NotFound."""
        blob = self._blob(key)
        blob.reload(timeout=TIMEOUT, retry=patience(READ_SECONDS))
        return blob

    def _download(self, key: str) -> BinaryIO:
        file = cast(BinaryIO, tempfile.SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115
        options = {"raw_download": True, "checksum": "crc32c", "timeout": TIMEOUT, "retry": patience(READ_SECONDS)}
        try:
            with self._answering(key), contextlib.suppress(DataCorruption):  # the sha256 will tell
                self._blob(key).download_to_file(file, **options)
        except BaseException:
            file.close()
            raise
        return file

    def _is_kept(self, key: str, size: int, checksum: str) -> bool:
        """Whether these bytes are there; what has been there for long gets a new time. False when it vanished."""
        try:
            blob = self._described(key)
            if (int(blob.size), blob.crc32c) != (size, checksum):
                raise DamagedObject(key)
            if dt.datetime.now(dt.UTC) - _changed(blob) > RENEW_AGE:
                self._renew(blob)
        except (NotFound, PreconditionFailed):
            return False
        return True

    def _renew(self, blob: storage.Blob) -> None:
        blob.custom_time = dt.datetime.now(dt.UTC)
        try:
            blob.patch(if_metageneration_match=blob.metageneration, timeout=TIMEOUT, retry=patience(WRITE_SECONDS))
        except Forbidden:
            log.warning("object_not_renewed", bucket=self._name, lacking="storage.objects.update")

    @contextlib.contextmanager
    def _answering(self, key: str = "") -> Iterator[None]:
        """Turn whatever goes wrong between here and the bucket into one error, and what is not there, when a key
        was asked for, into MissingObject."""
        if not self._breaker.lets_through():
            raise StorageUnavailable(f"The bucket {self._name} did not answer a moment ago.")
        try:
            yield
        except FAILURES as error:
            if isinstance(error, ClientError):  # a refusal is an answer too
                self._breaker.close()
            else:
                self._breaker.trip()
            if key and isinstance(error, NotFound) and NO_BUCKET not in str(error):
                raise MissingObject(key) from None
            log.warning("storage_failed", bucket=self._name, kind=type(error).__name__)
            raise StorageUnavailable(f"The bucket {self._name} cannot be used: {error}") from error
        except AppError:
            self._breaker.close()
            raise
        else:
            self._breaker.close()


def client(emulator: str | None) -> storage.Client:
    """Google's client for the account that its libraries find. Raises StorageUnavailable when they find none."""
    if emulator:
        nobody = AnonymousCredentials()  # type: ignore[no-untyped-call]
        return storage.Client(project="emulated", credentials=nobody, client_options={"api_endpoint": emulator})
    try:
        return storage.Client(project=None)
    except (DefaultCredentialsError, OSError, ValueError) as error:
        raise StorageUnavailable(
            f"STORAGE_URL is a bucket, but Google's libraries find no account to use it with: {error}"
        ) from error


def _crc32c(file: BinaryIO) -> str:
    """Of the whole file, as the bucket writes it."""
    found = 0
    file.seek(0)
    while chunk := file.read(2**18):
        found = google_crc32c.extend(found, chunk)
    return base64.b64encode(found.to_bytes(4, "big")).decode()


def _listed(key: str, blob: storage.Blob) -> Kept:
    return Kept(key, int(blob.size), _changed(blob), f"{blob.generation}/{blob.metageneration}")


def _changed(blob: storage.Blob) -> dt.datetime:
    """When the object was last put: the bucket's own times, or ours when it was put again."""
    times = [time for time in (blob.updated, blob.custom_time) if time is not None]
    return cast(dt.datetime, max(times))
