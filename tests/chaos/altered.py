"""``python -m tests.chaos.altered serve …``: the service, altered as the harness asks for in variables.

``CHAOS_EDITS``  JSON of ``Edits``: scripts and modules that are another than they are
``CHAOS_STEP``   a folder that may hold a step of a commit at which the process kills itself; see ``failpoints``
``CHAOS_REPLIES`` a file to which every word is appended with which a script answers, behind the script's name
``CHAOS_CLOCK``  a file with the seconds by which the process's wall clock is off; it may change at any time

Whoever starts the service as usual imports none of this.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from hashlib import sha1
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from typing import Any

from tests.chaos.failpoints import STEP, stopping, stopping_straight, with_places

EDITS = "CHAOS_EDITS"
REPLIES = "CHAOS_REPLIES"
CLOCK = "CHAOS_CLOCK"
_NEW_PLACES = 3


@dataclass(frozen=True, slots=True)
class Edits:
    """What is to be another than it is; nothing by default.

    Parameters
    ----------
    edits
        By a script's name, or a module's: pairs of a text that must be there and what stands in its place.
    fail_points
        Whether there is a place to stop at before every write of every script.
    """

    edits: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    fail_points: bool = False

    def environ(self) -> dict[str, str]:
        """Return the variable that tells a process."""
        return {EDITS: json.dumps({"edits": dict(self.edits), "fail_points": self.fail_points})}

    def with_others(self, other: Edits) -> Edits:
        """Return them with what another edits beside."""
        names = {**self.edits, **other.edits}
        return replace(self, edits={name: [*self.edits.get(name, ()), *other.edits.get(name, ())] for name in names})

    def applied(self, name: str, source: str) -> str:
        """Return a script's source, or a module's, as edited.

        Raises
        ------
        LookupError
            If a text to be replaced is not in it.
        """
        for before, after in self.edits.get(name, ()):
            if before not in source:
                raise LookupError(f"{name} does not contain {before!r}: the edit is out of date")
            source = source.replace(before, after)
        return with_places(name, source) if self.fail_points and not is_module(name) else source


def is_module(name: str) -> bool:
    """Say whether what is edited is a module, and not a script."""
    return "." in name


def edit_modules(edits: Edits) -> None:
    """Have every module that is edited be so in this process; whatever imports it must be imported behind it."""
    for name in filter(is_module, edits.edits):
        spec = find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        sys.modules[name] = module = module_from_spec(spec)
        source = edits.applied(name, Path(spec.origin).read_text("utf-8"))
        exec(compile(source, spec.origin, "exec"), module.__dict__)


def _script() -> Any:
    from store.scripts import Script

    return Script


@contextmanager
def in_force(edits: Edits) -> Iterator[None]:
    """Have every script that is read meanwhile in this process edited."""
    script = _script()
    read = script.__init__
    script.__init__ = _edited(read, edits)
    try:
        yield
    finally:
        script.__init__ = read


def _edited(read: Any, edits: Edits) -> Any:
    def read_and_edited(self: Any, *where: Any) -> None:
        read(self, *where)
        self.source = edits.applied(self.name, self.source)
        self.sha1 = sha1(self.source.encode(), usedforsecurity=False).hexdigest()

    return read_and_edited


def stop_where_told(told: Path) -> None:
    """Have this process kill itself at the step that the folder holds, once it gets there."""
    script = _script()
    script.__call__, script._sent = stopping(script.__call__, told), stopping_straight(script._sent, told)


def tell_replies(to: Path) -> None:
    """Have this process write down with which words scripts answer it: what it wrote outlives it, however it ends."""
    script = _script()
    call, sent, told = script.__call__, script._sent, os.open(to, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def tell(name: str, words: Sequence[str]) -> None:
        if lines := "".join(f"{name} {word}\n" for word in words):
            os.write(told, lines.encode())

    async def call_and_tell(self: Any, redis: Any, keys: Any, arguments: Any) -> Any:
        reply = await call(self, redis, keys, arguments)
        number = _NUMBERS.get(self.name)
        tell(self.name, [number(reply, keys, arguments)] if number else words_of(reply))
        return reply

    def send_and_tell(self: Any, channel: Any, keys: Any, arguments: Any, read: Any) -> Any:
        def read_and_tell(reply: Any) -> Any:
            tell(self.name, words_of(reply))
            return read(reply)

        return sent(self, channel, keys, arguments, read_and_tell)

    script.__call__, script._sent = call_and_tell, send_and_tell


_NUMBERS: Mapping[str, Callable[[int, Sequence[Any], Sequence[Any]], str]] = {
    "add_messages": lambda reply, keys, arguments: f"TOLD {keys[0]} {arguments[0]}" if reply else "KNOWN",
    "write_turn": lambda reply, *_: "WRITTEN" if reply else "REFUSED",
}
"""Scripts that answer by a number: what is written down of it."""


def words_of(reply: Any) -> list[str]:
    r"""Return the words in a script's answer: of the whole, or of each job it did.

    A decision that comes with its head was made before: ``KEPT`` where it is answered as if it had just been.

    Examples
    --------
    >>> words_of([b"STALE"]), words_of([[b"NEW", 7, b"..."], [b"CONFLICT"]]), words_of([b"DONE", b"\x8aA"])
    (['STALE'], ['NEW', 'CONFLICT'], ['DONE'])
    >>> words_of([[b"NEW", 7, b"facts", b"head", b"decision.3"], [b"EXISTING", 6, b"facts", b"head", b"decision.3"]])
    ['KEPT', 'EXISTING']
    >>> words_of([1, 0]), words_of([b"12", [b"JOB"]]), words_of(None)
    ([], [], [])
    """
    parts = reply if isinstance(reply, list) else []
    parts = parts if parts and isinstance(parts[0], list) else [parts]
    firsts = [b"KEPT" if part[0] == b"NEW" and len(part) > _NEW_PLACES else part[0] for part in parts if part]
    return [first.decode() for first in firsts if isinstance(first, bytes) and first.isascii() and first.isupper()]


def set_the_clock(by: Path) -> None:
    """Let this process's wall clock be off by as many seconds as the file says."""
    true_time = time.time

    def shown() -> float:
        off_s = 0.0
        with suppress(FileNotFoundError, ValueError):  # not there yet, or just being written
            off_s = float(by.read_text("utf-8"))
        return true_time() + off_s

    time.time = shown


if __name__ == "__main__":
    if CLOCK in os.environ:
        set_the_clock(Path(os.environ[CLOCK]))
    if REPLIES in os.environ:
        tell_replies(Path(os.environ[REPLIES]))
    if STEP in os.environ:
        stop_where_told(Path(os.environ[STEP]))
    asked = Edits(**json.loads(os.environ.get(EDITS, "{}")))
    edit_modules(asked)
    with in_force(asked):
        from service import main

        main()
