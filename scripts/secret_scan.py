"""Looks for secrets in every tracked file and in everything that the history ever held.

.venv/bin/python -m scripts.secret_scan

Ends with status 1 when it finds one, naming place and kind, never the secret. A secret that was ever committed
is known to others: replace it where it is used; removing it from the history does not help.
"""

import math
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAX_BYTES = 2 * 2**20
KINDS = {
    "a private key": r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----",
    "an AWS access key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a Google or Firebase API key": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "a Google OAuth secret": r"\bGOCSPX-[0-9A-Za-z_-]{24,}",
    "a Google access token": r"\bya29\.[0-9A-Za-z_-]{20,}",
    "a service account's key": r'"private_key_id"\s*:\s*"[0-9a-f]{40}"',
    "a GitHub token": r"\b(?:gh[pousr]_[0-9A-Za-z]{36,}|github_pat_[0-9A-Za-z_]{40,})",
    "an access token of Semblance": r"\bsemb_[0-9a-f]{64}\b",
    "a Slack token": r"\bxox[abeoprs]-[0-9A-Za-z-]{10,}",
    "a Stripe key": r"\b[rs]k_live_[0-9A-Za-z]{20,}",
    "a package registry's token": r"\b(?:npm_[0-9A-Za-z]{36}|pypi-AgE[0-9A-Za-z_-]{40,})",
    "a signed token": r"\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}",
}
_KNOWN = [(kind, re.compile(pattern)) for kind, pattern in KINDS.items()]
_IN_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s:/@'\"<>{}$]*:(?P<secret>[^\s:/@'\"<>{}$]+)@(?P<host>[\w.-]+)")
_NOWHERE = re.compile(r"[\w-]+|127\.0\.0\.1|(?:[\w-]+\.)+example|(?:[\w-]+\.)*example\.(?:com|net|org)")
"""Hosts of made-up addresses in tests: names without a dot, this machine, and what RFC 2606 keeps for examples."""
_ASSIGNED = re.compile(
    r"(?i)(?:secret|token|passw(?:or)?d|pwd|api_?key|credential)[a-z_]*['\"]?\s*(?::=|=>|[:=])\s*['\"]?"
    r"(?P<secret>[A-Za-z0-9+/_=-]{24,})"
)
# What examples say instead of a secret; compared with the whole of it.
_EXAMPLE = re.compile(r"(?i)%s|p|pw|pass|password|secret|changeme|change-me|example|placeholder|hunter2|x+|\*+|\.+")
RANDOM = 4.0
"""Bits a sign: hexadecimal and base64 secrets have at least this, words and names do not reach it."""


@dataclass(frozen=True)
class Finding:
    place: str
    line: int
    kind: str

    def __str__(self) -> str:
        return f"{self.place}:{self.line}: {self.kind}"


def entropy(text: str) -> float:
    """Shannon's, in bits a sign."""
    shares = [text.count(sign) / len(text) for sign in set(text)]
    return -sum(share * math.log2(share) for share in shares)


def kinds_in(line: str, *, of_test: bool = False) -> Iterator[str]:
    """What a line of text gives away. A test may have addresses with passwords, of hosts that are nowhere."""
    yield from (kind for kind, pattern in _KNOWN if pattern.search(line))
    for found in _IN_ADDRESS.finditer(line):
        if not _EXAMPLE.fullmatch(found["secret"]) and not (of_test and _NOWHERE.fullmatch(found["host"])):
            yield "a password in an address"
    for found in _ASSIGNED.finditer(line):
        if _random(found["secret"]):
            yield "what looks like a secret"


def _random(text: str) -> bool:
    # A hexadecimal secret of 32 signs has less than 4 bits a sign by chance, so its own bound.
    bound = 3.0 if re.fullmatch(r"[0-9a-f]{32,}", text) else RANDOM
    return bool(re.search(r"\d", text) and re.search("[A-Za-z]", text) and entropy(text) >= bound)


def scan(place: str, data: bytes) -> list[Finding]:
    if b"\0" in data[:8192] or len(data) > MAX_BYTES:
        return []
    numbered = enumerate(data.decode("utf-8", "replace").splitlines(), 1)
    of_test = place.startswith("tests/")
    return [Finding(place, number, kind) for number, line in numbered for kind in kinds_in(line, of_test=of_test)]


def _git(*arguments: str, sent: bytes = b"") -> bytes:
    return subprocess.run(["git", "-C", str(ROOT), *arguments], input=sent, capture_output=True, check=True).stdout


def tracked() -> Iterator[tuple[str, bytes]]:
    """Every tracked file as it lies here, and what is new and not ignored."""
    for name in _git("ls-files", "-z", "--cached", "--others", "--exclude-standard").decode().split("\0"):
        path = ROOT / name
        if name and path.is_file() and not path.is_symlink():
            yield name, path.read_bytes()


def history() -> Iterator[tuple[str, bytes]]:
    """Every text that any commit of any branch ever held, once."""
    listed = _git("rev-list", "--objects", "--all").decode("utf-8", "replace").splitlines()
    names = dict(line.split(" ", 1) for line in listed if " " in line)
    wanted = [digest for digest in names if _small_blob(digest, names)]
    raw = _git("cat-file", "--batch", sent="\n".join(_blobs(wanted)).encode())
    offset = 0
    while offset < len(raw):
        end = raw.index(b"\n", offset)
        digest, _, size = raw[offset:end].decode().split(" ")
        yield f"{names[digest]} ({digest[:12]})", raw[end + 1 : end + 1 + int(size)]
        offset = end + 1 + int(size) + 1


def _small_blob(digest: str, names: dict[str, str]) -> bool:
    return not names[digest].endswith((".png", ".jpg", ".webp", ".safetensors"))


def _blobs(digests: list[str]) -> list[str]:
    told = _git("cat-file", "--batch-check", sent="\n".join(digests).encode()).decode().splitlines()
    found = (line.split(" ") for line in told)
    return [digest for digest, kind, size in found if kind == "blob" and int(size) <= MAX_BYTES]


def main() -> int:
    found = [one for place, data in (*tracked(), *history()) for one in scan(place, data)]
    for one in found:
        print(one)
    print(f"{len(found)} secrets found." if found else "No secrets found in the files or their history.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
