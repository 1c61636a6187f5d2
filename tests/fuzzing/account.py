"""What is kept account of while a target is attacked: how inputs ended, how long they took, how the process grew."""

from __future__ import annotations

import gc
import os
import time
import traceback
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from mmap import mmap
from pathlib import Path
from random import Random
from typing import Any, Protocol

WARM = 0.2
"""Share of the inputs after which caches are full and memory must stay flat."""
MOST_GROWTH_MIB = 32.0
MOST_GROWTH_OBJECTS = 20_000
SLOW_S = 5.0
"""An input that takes longer, in processor time, is a violation: those under test take milliseconds."""
_PAGE_BYTES = 1 << 20
_MOST_KINDS = 50


class Target(Protocol):
    """Something that reads what strangers write."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def is_text(self) -> bool:
        """Whether bytes may be spoilt anywhere; else they are structured, and changed as such."""

    @property
    def seeds(self) -> Sequence[bytes]:
        """Inputs that are understood."""

    def changed(self, random: Random, data: bytes) -> bytes:
        """Make another input of one."""

    def run(self, data: bytes) -> str:
        """Feed it, and return how it ended; raise for what must never be."""

    def close(self) -> None:
        """Check what can only be checked at the end."""


class Page:
    """Where a process notes what it is about to try, so that others can tell when it died of it, or hangs.

    Parameters
    ----------
    file
        Made by whoever watches, `_PAGE_BYTES` long.
    """

    def __init__(self, file: Path) -> None:
        if not file.exists():
            file.write_bytes(bytes(_PAGE_BYTES))
        with file.open("r+b") as opened:
            self._map = mmap(opened.fileno(), _PAGE_BYTES)

    def note(self, count: int, data: bytes) -> None:
        """Write the number of an input, and the input."""
        shown = data[: _PAGE_BYTES - 16]
        self._map[16 : 16 + len(shown)] = shown
        self._map[:16] = count.to_bytes(8) + len(shown).to_bytes(8)

    def read(self) -> tuple[int, bytes]:
        """Read both."""
        return int.from_bytes(self._map[:8]), self._map[16 : 16 + int.from_bytes(self._map[8:16])]


@dataclass
class Account:
    """How an attack went; RSS in MiB and objects when warm and at the end."""

    target: str
    requests: int = 0
    seconds: float = 0.0
    outcomes: Mapping[str, int] = field(default_factory=dict)
    slowest_s: float = 0.0
    rss_mib: tuple[float, float] = (0.0, 0.0)
    objects: tuple[int, int] = (0, 0)
    found: str = ""
    violations: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return it as a document."""
        return asdict(self)


class Accountant:
    """Feeds a target, and keeps account.

    Parameters
    ----------
    wanted
        How many inputs there will be, 0 if nobody knows: then memory is not judged.
    """

    def __init__(self, target: Target, wanted: int = 0, page: Page | None = None) -> None:
        self._target = target
        self._wanted = wanted
        self._page = page
        self._outcomes: Counter[str] = Counter()
        self._began = time.perf_counter()
        self.account = Account(target.name)

    def feed(self, data: bytes) -> bool:
        """Feed one input; return whether it was the last that is wanted."""
        account = self.account
        account.requests += 1
        if self._page is not None:
            self._page.note(account.requests, data)
        began = time.process_time()
        try:
            self._outcomes[self._target.run(data)] += 1
        except Exception as error:
            self._note(error, data)
        took = time.process_time() - began
        if took > account.slowest_s:
            account.slowest_s = took
            if took > SLOW_S:
                account.violations.setdefault("too slow", f"{took:.1f} s\ninput: {data!r}")
        if account.requests == int(self._wanted * WARM):
            self._weigh(0)
        return account.requests == self._wanted

    def _note(self, error: Exception, data: bytes) -> None:
        """Remember each kind of violation once: by what was raised, and where."""
        self._outcomes["violation"] += 1
        cause = error.__cause__ or error
        frames = traceback.extract_tb(cause.__traceback__)
        kind = f"{type(cause).__name__} at {frames[-1]}" if frames else type(cause).__name__
        if len(self.account.violations) < _MOST_KINDS:
            text = "".join(traceback.format_exception(error)).encode("utf-8", "backslashreplace").decode()
            self.account.violations.setdefault(kind, f"{text}\ninput: {data[:2_000]!r}")

    def end(self) -> Account:
        """Settle, judge and return the account."""
        account = self.account
        account.seconds = time.perf_counter() - self._began
        try:
            self._target.close()
        except Exception as error:
            self._note(error, b"")
        account.outcomes = dict(self._outcomes.most_common())
        if self._wanted and account.rss_mib[0]:
            self._weigh(1)
            self._judge()
        return account

    def _weigh(self, place: int) -> None:
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
        rss_mib, objects = pages * os.sysconf("SC_PAGE_SIZE") / 2**20, len(gc.get_objects())
        account = self.account
        first = place == 0
        account.rss_mib = (rss_mib, rss_mib) if first else (account.rss_mib[0], rss_mib)
        account.objects = (objects, objects) if first else (account.objects[0], objects)

    def _judge(self) -> None:
        account = self.account
        grown_mib, grown = account.rss_mib[1] - account.rss_mib[0], account.objects[1] - account.objects[0]
        if grown_mib > MOST_GROWTH_MIB or grown > MOST_GROWTH_OBJECTS:
            account.violations["leak"] = f"{grown_mib:+.1f} MiB and {grown:+,} objects since it was warm"
