"""The settings of a fleet: how many workers on which devices, whose proxies and probes are trusted."""

import ipaddress
import re
from collections.abc import Mapping

from models import JobKind

DEVICE = re.compile(r"auto|cpu|cuda(:\d{1,3})?")
MAX_WORKERS = 64
MIN_TOKEN = 16

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Proxies = int | tuple[Network, ...]
"""How many proxies every request comes through, or the addresses of those that are believed."""


def parse_device(text: str) -> str:
    """A device's name as workers take it. Raises ValueError, in words."""
    if not DEVICE.fullmatch(text):
        raise ValueError(f"{text!r} is not a device; it can be auto, cpu, cuda or cuda:N.")
    return text


def parse_kinds(text: str) -> tuple[JobKind, ...]:
    """The kinds of job in a list like ``align,render``. Raises ValueError, in words."""
    known = {str(kind): kind for kind in JobKind}
    names = [name.strip() for name in text.split(",") if name.strip()]
    wrong = [name for name in names if name not in known]
    if wrong or not names:
        raise ValueError(f"{text!r} names no kinds of job; name one or more of {', '.join(known)}, with commas.")
    return tuple(kind for name, kind in known.items() if name in names)


def parse_proxies(text: str) -> Proxies:
    """A count, or a list of addresses and networks. Raises ValueError, in words."""
    if text.isascii() and text.isdigit():
        if int(text) > 9:
            raise ValueError("more than nine proxies are a mistake.")
        return int(text)
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(","))


class FleetReader:
    """Reads these settings, and keeps what is wrong with them in ``problems``."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.problems: list[str] = []

    def _device(self) -> str:
        text = self.env.get("SEMBLANCE_DEVICE", "auto")
        try:
            return parse_device(text)
        except ValueError as error:
            self.problems.append(f"SEMBLANCE_DEVICE is wrong: {error}")
            return "auto"

    def _devices(self) -> tuple[str, ...]:
        names = [name.strip() for name in self.env.get("SEMBLANCE_DEVICES", "").split(",") if name.strip()]
        try:
            return tuple(parse_device(name) for name in names)
        except ValueError as error:
            self.problems.append(f"SEMBLANCE_DEVICES is wrong: {error} Separate several with commas.")
            return ()

    def _workers(self, devices: tuple[str, ...]) -> int:
        text = self.env.get("WORKERS", str(len(devices) or 1))
        if not (text.isascii() and text.isdigit() and len(text) < 3 and int(text) <= MAX_WORKERS):
            self.problems.append(f"WORKERS is {text!r}; it must be a number from 0 to {MAX_WORKERS}.")
            return 1
        if devices and int(text) != len(devices):
            self.problems.append("WORKERS and SEMBLANCE_DEVICES differ: each device has one worker, so leave WORKERS.")
        return int(text)

    def _metrics_token(self) -> str | None:
        text = self.env.get("METRICS_TOKEN")
        if text is not None and len(text) < MIN_TOKEN:
            self.problems.append(
                f"METRICS_TOKEN must have at least {MIN_TOKEN} characters; make one with `openssl rand -hex 16`."
            )
        return text

    def _trusted_proxies(self) -> Proxies:
        text = self.env.get("TRUSTED_PROXIES", "0")
        try:
            return parse_proxies(text)
        except ValueError as error:
            self.problems.append(
                "TRUSTED_PROXIES must be the number of proxies that every request comes through, or their "
                f"addresses with commas, like 10.0.0.0/8: {error}"
            )
            return 0
