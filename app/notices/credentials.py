"""Content Credentials (C2PA) of a published picture: what made it, signed, inside the file.

They name the program, the models by their sha256, the sketch's sha256, and the notice by its public name. They name
nobody: no person, no case, no account. Nothing is asked of a network, so there is no time stamp of an authority.
"""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.errors import Refused
from app.health import code_version
from app.notices.certificates import UNREADABLE, Credentials
from models import Likeness

TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
LIKENESS = "semblance.likeness"
"""The label of the assertion that is the product's own."""
OFFLINE: dict[str, Any] = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
    "builder": {"thumbnail": {"enabled": False}},
}


@dataclass(frozen=True)
class Told:
    """What a file's credentials say. ``intact``: they are of these very pixels. ``ours``: and signed by one of the
    certificates that were asked about. ``title`` names the notice, ``signer`` is the certificate's own name."""

    intact: bool
    ours: bool
    title: str
    signer: str


def manifest(title: str, mime: str, likenesses: Sequence[Likeness], edits: Sequence[str]) -> dict[str, Any]:
    """What is signed. ``edits`` are sentences on what was done to the likeness on the way."""
    created = {"action": "c2pa.created", "digitalSourceType": TRAINED, "softwareAgent": _agent(likenesses)}
    actions = [created, *({"action": "c2pa.edited", "description": edit} for edit in edits)]
    return {
        "claim_generator_info": [{"name": "Semblance", "version": code_version()}],
        "title": title,
        "format": mime,
        "assertions": [
            {"label": "c2pa.actions", "data": {"actions": actions}},
            {"label": LIKENESS, "data": {"made_of": [_source(one.provenance, one) for one in likenesses]}},
        ],
    }


def _agent(likenesses: Sequence[Likeness]) -> dict[str, str]:
    engines = sorted({one.engine for one in likenesses})
    return {"name": ", ".join(engines), "version": code_version()}


def _source(provenance: Mapping[str, Any], likeness: Likeness) -> dict[str, Any]:
    """Digests alone: whoever holds the evidence can compare them, and nobody else learns anything from them."""
    weights = provenance.get("weights", {})
    return {
        "engine": likeness.engine,
        "sketch_sha256": provenance.get("input", {}).get("sha256"),
        "likeness_sha256": likeness.image_sha256,
        "models": {part: {"name": one["name"], "sha256": one["sha256"]} for part, one in sorted(weights.items())},
    }


def sign(picture: bytes, mime: str, said: Mapping[str, Any], credentials: Credentials) -> bytes:
    """The file with its credentials. Raises Refused when the certificate cannot sign."""
    import c2pa

    info = c2pa.C2paSignerInfo(
        alg=_algorithm(credentials.chain), sign_cert=credentials.chain, private_key=credentials.key, ta_url=None
    )
    signed = io.BytesIO()
    try:
        context = c2pa.Context.from_dict(OFFLINE)
        with c2pa.Signer.from_info(info) as signer, c2pa.Builder(dict(said), context) as builder:
            builder.sign(signer, mime, io.BytesIO(picture), signed)
    except c2pa.C2paError as error:
        raise Refused(UNREADABLE) from error
    return signed.getvalue()


def _algorithm(chain: bytes) -> bytes:
    """As C2PA calls it, by the signer's key."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    key = x509.load_pem_x509_certificates(chain)[0].public_key()
    if isinstance(key, ed25519.Ed25519PublicKey):
        return b"ed25519"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return {256: b"es256", 384: b"es384", 521: b"es512"}[key.curve.key_size]
    return b"ps256"


def read(data: bytes, mime: str, trusted: bytes | None) -> Told | None:
    """What the file says of itself; None where it carries no credentials that can be read. ``trusted`` are the
    certificates, PEM, that make it ours."""
    import c2pa

    anchors = {"trust": {"trust_anchors": trusted.decode()}} if trusted else {}
    try:
        context = c2pa.Context.from_dict({**OFFLINE, **anchors})
        with c2pa.Reader(mime, io.BytesIO(data), context=context) as reader:
            state = reader.get_validation_state()
            found = json.loads(reader.json())
    except c2pa.C2paError:
        return None
    active = found["manifests"][found["active_manifest"]]
    signer = active.get("signature_info", {})
    name = signer.get("common_name") or signer.get("issuer") or ""
    return Told(state in ("Valid", "Trusted"), state == "Trusted", str(active.get("title", "")), str(name))
