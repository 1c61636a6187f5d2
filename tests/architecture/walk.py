"""The way of one RouteWorkItem, as a tracer saw it: ``python -m tests.architecture.walk``.

A service runs in this process on a private store; a warm tenant routes one lead while every call of a function of ours
is noted. Printed is who called whom, room by room; then the calls that went back up, that is from a room to one that
stands before it on the way; then the rooms entered a second time, which values and leaves are by everybody.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import click

import serving as _serving  # noqa: F401 (before all that imports gRPC: it settles what gRPC reads from the environment)

ROOT = Path(__file__).parents[2]
WAY = (
    "gateway",
    "router.rpc",
    "router.assignment",
    "router.rules",
    "rules",
    "router.workforce",
    "router.adapters",
    "router.history",
    "store",
    "router.model",
)
"""The rooms in the order of the way; a call from one of them to one before it is a turn-back."""
LEAVES = (
    "failures.py",
    "missing_words.py",
    "resource_names.py",
    "telemetry",
    "proto",
    "gateway/fields.py",
    "gateway/calls/call.py",
    "rules/normal_form.py",
    "tests",
)
"""What everybody may call, and is left out: it holds or reads a value, and decides nothing."""
BESIDE = ("background/rounds.py", "background/leadership.py", "router/timers/runner.py", "router/backlog/runner.py")
"""Where what runs beside calls begins: how much of it falls into the walk says how slow the machine is."""
RULES = """
fields: {region: {type: string}}
rules: [{id: east, when: {field: region, op: eq, value: east}, route: {pool: east}}]
default: {route: {pool: east}}
"""


@dataclass(frozen=True, slots=True)
class Step:
    """A call: from a room to a function in a room."""

    depth: int
    caller: str
    room: str
    function: str
    file: str

    @property
    def goes_back(self) -> bool:
        """Whether it leads to a room that stands before its caller's on the way."""
        return self.caller in WAY and self.room in WAY and WAY.index(self.room) < WAY.index(self.caller)


def place_of(code: CodeType) -> tuple[str, str] | None:
    """Return the room and the file of what is ours; None for the rest, and for leaves."""
    if not code.co_filename.startswith(str(ROOT)) or "/.venv/" in code.co_filename or code.co_name.startswith("<"):
        return None
    file = Path(code.co_filename).relative_to(ROOT)
    if any(file.is_relative_to(leaf) for leaf in LEAVES):
        return None
    room = file.parts[:2] if file.parts[0] == "router" else file.parts[:1]
    return ".".join(room).removesuffix(".py"), str(file)


class Tracer:
    """Notes the calls of ours while it is on; each coroutine once, however often it goes on."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._frames: dict[int, FrameType] = {}  # held, so that no other frame gets its number

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        """Be told by the interpreter."""
        if event != "call" or id(frame) in self._frames or (place := place_of(frame.f_code)) is None:
            return
        self._frames[id(frame)] = frame
        callers = list(self._callers(frame))
        if (callers[-1] if callers else place)[1] in BESIDE:
            return
        function = frame.f_code.co_qualname if sys.version_info >= (3, 11) else frame.f_code.co_name
        self.steps.append(Step(len(callers), callers[0][0] if callers else "", place[0], function, place[1]))

    def _callers(self, frame: FrameType) -> Iterator[tuple[str, str]]:
        """Yield room and file of who called, inside out."""
        caller = frame.f_back
        while caller is not None:
            if (place := place_of(caller.f_code)) is not None:
                yield place
            caller = caller.f_back

    @contextmanager
    def on(self) -> Iterator[None]:
        """Note what happens meanwhile in this thread."""
        sys.setprofile(self)
        try:
            yield
        finally:
            sys.setprofile(None)


async def walk() -> list[Step]:
    """Route one lead on a warm service, traced."""
    from store.embedded.server import EmbeddedServer
    from tests.api import connected
    from tests.conftest import serving

    with ExitStack() as running:
        store = EmbeddedServer(Path(running.enter_context(tempfile.TemporaryDirectory())))
        store.start()
        running.callback(store.stop)
        async with serving(store.url) as address, connected(address, "walk", store.url) as api:
            await api.hire("ann")
            await api.pool("east", ["ann"])
            await api.publish(RULES)
            await api.route("L-0", region="east")
            tracer = Tracer()
            with tracer.on():
                await api.route("L-1", region="east")
    return tracer.steps


def report(steps: Sequence[Step]) -> Iterator[str]:
    """Write the walk in lines."""
    for step in steps:
        yield f"{'  ' * step.depth}{step.room}  {step.function}{'   ← back' if step.goes_back else ''}"
    yield ""
    yield f"{len(steps)} calls in {len({step.file for step in steps})} files of {len({s.room for s in steps})} rooms"
    back = [step for step in steps if step.goes_back]
    yield f"{len(back)} turn-backs" + "".join(f"\n  {s.caller} → {s.room}  {s.function}" for s in back)
    entered = Counter(step.room for step in steps if step.room != step.caller)
    again = ", ".join(f"{room} {times} times" for room, times in entered.most_common() if times > 1)
    yield f"entered a second time: {again or 'none'}"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Print the way of one RouteWorkItem, from the bytes down to the script."""
    for line in report(asyncio.run(walk())):
        click.echo(line)


if __name__ == "__main__":
    main()
