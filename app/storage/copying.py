"""Bringing objects from one store to another. What is there already is checked, so it can go on where it stopped."""

import enum
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from app.storage.store import DamagedObject, Kept, MissingObject, ObjectStore

PARALLEL = 8
BATCH = 64


class Outcome(enum.Enum):
    COPIED = "copied"
    PRESENT = "there already"
    GONE = "removed from the source meanwhile"
    BAD_SOURCE = "damaged at the source"
    BAD_TARGET = "damaged at the destination"


@dataclass
class Tally:
    """What became of the objects so far; ``sound`` are the keys whose bytes were read back at the destination."""

    copied: int = 0
    present: int = 0
    gone: int = 0
    size: int = 0
    sound: set[str] = field(default_factory=set)
    damaged: list[tuple[str, Outcome]] = field(default_factory=list)

    @property
    def done(self) -> int:
        return self.copied + self.present + self.gone + len(self.damaged)

    def add(self, kept: Kept, outcome: Outcome) -> None:
        if outcome in (Outcome.BAD_SOURCE, Outcome.BAD_TARGET):
            self.damaged.append((kept.key, outcome))
            return
        self.copied += outcome is Outcome.COPIED
        self.present += outcome is Outcome.PRESENT
        self.gone += outcome is Outcome.GONE
        if outcome is not Outcome.GONE:
            self.size += kept.size
            self.sound.add(kept.key)


def copy_objects(
    source: ObjectStore, target: ObjectStore, listed: Sequence[Kept], progress: Callable[[Tally], None]
) -> Tally:
    """Copy what is not there yet and read everything back, comparing its sha256 with its key.

    ``progress`` is told now and then. Nothing at the destination is ever replaced. Raises StorageUnavailable and
    StorageFull; what has been copied until then stays.
    """
    tally = Tally()
    with ThreadPoolExecutor(PARALLEL) as pool:
        for batch in _batches(listed):
            outcomes = pool.map(lambda kept: _bring(source, target, kept.key), batch)
            for kept, outcome in zip(batch, outcomes, strict=True):
                tally.add(kept, outcome)
            progress(tally)
    return tally


def _bring(source: ObjectStore, target: ObjectStore, key: str) -> Outcome:
    """One object. Both stores check what they read against the key."""
    try:
        target.get(key)
        return Outcome.PRESENT
    except MissingObject:
        pass
    except DamagedObject:
        return Outcome.BAD_TARGET
    try:
        data = source.get(key)
    except MissingObject:
        return Outcome.GONE
    except DamagedObject:
        return Outcome.BAD_SOURCE
    try:
        target.put(key, data)
        target.get(key)
    except (MissingObject, DamagedObject):
        return Outcome.BAD_TARGET
    return Outcome.COPIED


def is_sound(store: ObjectStore, key: str) -> bool:
    """Whether the object is there with the bytes that its key speaks of."""
    try:
        store.get(key)
    except (MissingObject, DamagedObject):
        return False
    return True


def _batches(listed: Sequence[Kept]) -> Iterator[Sequence[Kept]]:
    for start in range(0, len(listed), BATCH):
        yield listed[start : start + BATCH]
