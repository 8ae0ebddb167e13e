"""What entries and faults say to a person: every action and every fault has its words here."""

from collections.abc import Mapping

FAULTS: Mapping[str, str] = {
    "altered": "Entry {number} is not what it was when it was written: it does not have its own hash.",
    "missing": "Entry {number} is missing.",
    "double": "There is more than one entry {number}.",
    "unbound": "Entry {number} does not follow from the one before it.",
    "cut": "Entry {number} and those after it are missing: the chain was longer.",
    "beyond": "Entry {number} was added behind the end of the chain.",
    "head": "The chain's head is another one than that of its last entry, {number}.",
    "renamed": "The chain is about something else than it was made for.",
    "stray": "There are entries of a chain that is gone: {note}.",
    "filed": "Entry {number} names an end of the sketch's own chain that it does not have.",
    "unanchored": "Entry {number} is another one than on {note}, when it was anchored: the chain was rewritten since.",
    "anchored_gone": "Entry {number}, which was anchored on {note}, is missing: the chain was cut.",
    "anchor_gone": "The anchor of {note} is missing from where the objects are.",
    "anchor_damaged": "An anchor is damaged: {note}.",
}
