"""The certificate that published pictures are signed with: the operator's, or one for development made here once.

Signing needs the key, which workers alone read; whoever checks a picture needs the certificates.
"""

import contextlib
import datetime as dt
import os
import secrets
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from app.errors import Refused
from app.settings import Settings
from imaging.words import N_

FOLDER = "credentials"
CHAIN, KEY = "chain.pem", "key.pem"
YEARS = 10
UNREADABLE = N_(
    "The certificate that published pictures are signed with cannot be used. Tell the operator to look at "
    "C2PA_CERTIFICATE and C2PA_KEY, then have the pictures made again."
)


@dataclass(frozen=True)
class Credentials:
    """``chain`` is PEM, the signer's own certificate first; ``key`` is PEM too."""

    chain: bytes
    key: bytes = field(repr=False)
    development: bool


def load(settings: Settings) -> Credentials:
    """What pictures are signed with; for development it is made when first asked for. Raises Refused."""
    if settings.c2pa_certificate is None or settings.c2pa_key is None:
        folder = settings.var / FOLDER
        if not folder.exists():
            _make(folder)
        return Credentials((folder / CHAIN).read_bytes(), (folder / KEY).read_bytes(), development=True)
    try:
        chain, key = settings.c2pa_certificate.read_bytes(), settings.c2pa_key.read_bytes()
        x509.load_pem_x509_certificates(chain)
    except (OSError, ValueError) as error:
        raise Refused(UNREADABLE) from error
    return Credentials(chain, key, development=False)


def trusted(settings: Settings) -> bytes | None:
    """The certificates, PEM, that a picture of this installation is signed by; None where there are none yet, or this
    process is on a machine that does not have them."""
    path = settings.c2pa_certificate or settings.var / FOLDER / CHAIN
    try:
        return path.read_bytes()
    except OSError:
        return None


def is_development(settings: Settings) -> bool:
    return settings.c2pa_certificate is None


def _make(folder: Path) -> None:
    """An authority and a signer's certificate by it. The authority's key is forgotten: it signs nothing else."""
    authority, signer = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _certificate("Semblance development authority", authority, None, authority)
    leaf = _certificate("Semblance development certificate", signer, root, authority)
    made = folder.with_name(f".{FOLDER}.{secrets.token_hex(8)}")
    made.mkdir(mode=0o700)
    (made / CHAIN).write_bytes(leaf.public_bytes(Encoding.PEM) + root.public_bytes(Encoding.PEM))
    private = signer.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(os.open(made / KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(private)
    # Moved into place whole: of two workers that begin at once, one's is kept and both use it.
    with contextlib.suppress(OSError):
        made.rename(folder)
    shutil.rmtree(made, ignore_errors=True)


def _certificate(
    name: str, own: ec.EllipticCurvePrivateKey, root: x509.Certificate | None, by: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    """As C2PA asks of a signer: for signatures, by e-mail protection's usage, and no authority itself."""
    began = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    subject = _name(name)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(root.subject if root else subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(began + dt.timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=root is None, path_length=0 if root is None else None), critical=True)
        .add_extension(_usage(authority=root is None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )
    if root is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    return builder.sign(by, hashes.SHA256())


def _name(common: str) -> x509.Name:
    names = {NameOID.ORGANIZATION_NAME: "Semblance (development)", NameOID.COMMON_NAME: common}
    return x509.Name([x509.NameAttribute(kind, text) for kind, text in names.items()])


def _usage(*, authority: bool) -> x509.KeyUsage:
    names = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only")
    off: dict[str, Any] = dict.fromkeys((*names, "decipher_only"), False)
    return x509.KeyUsage(digital_signature=not authority, key_cert_sign=authority, crl_sign=authority, **off)
