"""Trying secrets of receipts is slow: counted by receipt, by network, and altogether."""

from flask import request
from flask_babel import gettext as _

from app import context
from app.errors import TooManyRequests
from app.tips.admission import NETWORK, door

OF_RECEIPT = (10, 900.0)
OF_NETWORK = (20, 900.0)
OF_ALL = (300, 60.0)
TRIES = (60, 600.0)
"""Right or wrong, of one network: each costs the machine some work."""


class TooManyTries(TooManyRequests):
    def __init__(self) -> None:
        super().__init__(_("There were too many tries in a short time. Wait a quarter of an hour, then try again."))


def check(receipt: str) -> None:
    """Before a try. Raises TooManyTries, for receipts that do not exist too."""
    if not context.settings().rate_limits:
        return
    flood, network = door().flood, str(request.environ.get(NETWORK, ""))
    rooms = [flood.room("wrong receipt", receipt, *OF_RECEIPT), flood.room("wrong", "", *OF_ALL)]
    if network:
        rooms += [flood.room("wrong network", network, *OF_NETWORK), flood.count("tries", network, *TRIES)]
    if not all(rooms):
        raise TooManyTries


def wrong(receipt: str) -> None:
    """After a try that was wrong."""
    flood, network = door().flood, str(request.environ.get(NETWORK, ""))
    flood.count("wrong receipt", receipt, *OF_RECEIPT)
    flood.count("wrong", "", *OF_ALL)
    if network:
        flood.count("wrong network", network, *OF_NETWORK)
