"""Was anything in the log altered? Each entry's link is made again from the entry and the link before it. Pure.

Who can write to the store can also write a whole new chain. So note the last link elsewhere from time to time: a log
that once had that link cannot have had another past.

References
----------
S. Haber and W. S. Stornetta, "How to Time-Stamp a Digital Document", J. Cryptology 3, 1991.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha1

BEGINNING = "0-1"
"""What stands before the first event, ``1-0``: the stream has no entry ``0-0``."""


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it is stored, unread; a rewritten log begins with number 0."""

    number: int
    type: bytes
    facts: bytes
    head: bytes
    link: str


def link_of(entry: StoredEvent, previous: str) -> str:
    """Return the link that an entry must have; ``scripts/log.lua`` makes it."""
    entry_id = f"{entry.number}-0" if entry.number else BEGINNING
    frame = f"{previous}|{entry_id}|".encode() + entry.type + f"|{len(entry.facts)}|".encode()
    return sha1(frame + entry.facts + entry.head, usedforsecurity=False).hexdigest()


def breaks(entries: Iterable[StoredEvent], number: int = 0, link: str = "") -> Iterator[str]:
    """Yield in words where a chain does not hold together, behind the entry of a number and link (0: from the start).

    Examples
    --------
    >>> list(breaks([StoredEvent(1, b"rules", b"facts", b"", "ab12")]))
    ["event 1: its link is 'ab12'; it and the event before it give '2eba441c7e77fdbc83fb11c4b9007f21cac7b48e'"]
    """
    for entry in entries:
        if entry.number != number + 1:
            yield f"event {entry.number} follows event {number}: events are missing"
        expected = link_of(entry, link)
        if entry.link != expected:
            yield f"event {entry.number}: its link is {entry.link!r}; it and the event before it give {expected!r}"
        number, link = entry.number, entry.link
