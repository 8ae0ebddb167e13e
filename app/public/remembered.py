"""Answers that were made before. A publication never changes while it is current, so what is made of some of them is
the same each time. Which ones are current is asked anew with every request: only the making is saved.
"""

import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence

from flask import Response, current_app, request

from app import context
from app.public.answers import Prepared, answer, prepare

MOST, MOST_BYTES = 512, 64 * 2**20
"""Answers that a process holds, and their bytes: a page is a few dozen kilobytes, a list for programs may be a
megabyte, and whoever searches for something else each time could fill the memory with it."""
NAME = "semblance_public_remembered"


class Remembered:
    """The answers that were asked for last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: OrderedDict[Hashable, Prepared] = OrderedDict()
        self._bytes = 0

    def get(self, key: Hashable, make: Callable[[], Prepared]) -> Prepared:
        with self._lock:
            found = self._answers.get(key)
            if found is not None:
                self._answers.move_to_end(key)
                return found
        made = make()
        with self._lock:
            former = self._answers.pop(key, None)  # somebody else may have made it, too
            self._bytes += made.size - (former.size if former else 0)
            self._answers[key] = made
            while len(self._answers) > MOST or self._bytes > MOST_BYTES:
                self._bytes -= self._answers.popitem(last=False)[1].size
        return made


def remembered(
    what: tuple[Hashable, ...], ids: Sequence[uuid.UUID], make: Callable[[], str | bytes], mime: str = "text/html"
) -> Response:
    """What ``make`` makes of these publications, in this order, and of nothing else but the agency's settings and
    ``what``, which names it."""
    store: Remembered = current_app.extensions.setdefault(NAME, Remembered())
    known = context.agency()
    key = (what, tuple(ids), known.settings, known.logo_key, request.script_root)
    return answer(store.get(key, lambda: prepare(make(), mime)))
