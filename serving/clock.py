"""``fairlead clock``: the simulated time of a private store, shown and moved.

Exit codes: 0 done; 1 the store does not answer, or its time is real; 2 an option is not as it must be.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from failures import Failure
from router.adapters.redis.repositories import Stores
from router.adapters.redis.simulated_time import SimulatedTime, newest_event_us
from router.cli.failing import InputFailed
from router.cli.stores import connected_stores, running_store
from store.clock import LAST_US, SimulatedClock, simulated

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_DURATION = re.compile(r"(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
MAX_RATE = 1_000_000
"""Seconds of simulated time in a real one: a month in three seconds."""
_SIGNED = {"ignore_unknown_options": True}
"""What begins with a minus is taken as a value, and refused in words that are about it."""
_NEGATIVE = re.compile(r"-[0-9].*")
_data = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("fairlead-data"),
    show_default=True,
    help="Folder of the service, which runs with --simulated-clock.",
)


class _OfSigned(click.Command):
    """A command of which a value may be negative: ``-1h`` is no option, and not a plea for help for the h in it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put negative values where nothing is an option."""
        negative = [each for each in args if _NEGATIVE.fullmatch(each)]
        others = [each for each in args if each not in negative]
        return super().parse_args(ctx, [*others, "--", *negative] if negative and "--" not in args else args)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def clock() -> None:
    """Show and move the simulated time of a private store, so that a week can be tried in a minute.

    Every time that Fairlead stores or compares is read from the store's one clock: of events, of leases of
    the queue, of what is put off. `fairlead serve --simulated-clock` has its private store read a clock that you move;
    its events keep those times, so the folder is one for trying out, and is served with that option ever after. A real
    store has no such clock, and is refused if it has.

    \b
      $ fairlead serve --simulated-clock --data try      in one terminal; in another:
      $ fairlead clock set 2026-03-02T09:00 --data try   Monday morning
      $ fairlead clock advance 2d12h --data try          two days and a half later, at once
      $ fairlead clock rate 60 --data try                a minute each second; 0 lets it stand
      $ fairlead clock show --data try

    Whatever falls due on the way of `set` and `advance` happens at its own instant, in order: what waits is woken when
    somebody comes on duty, and has its owner from then on.

    Time never runs back in a log: an instant before the newest event is refused, and a folder of its own (--data) is
    where to begin earlier. A lease that a worker holds lasts as long in simulated time: a jump ends it, and another
    worker does the work again, as it does when one is lost. Under a high rate it may end before the work does: serve
    with a longer FAIRLEAD_LEASE_S, or let time jump instead. How long request ids and remembered scores are kept is
    real time.
    """


@clock.command()
@_data
def show(data: Path) -> None:
    """Show the time, and how fast it runs."""
    _with(data, lambda _, clock: _shown(clock))


@clock.command("set", cls=_OfSigned, context_settings=_SIGNED)
@click.argument("instant")
@_data
def set_to(instant: str, data: Path) -> None:
    """Let it be INSTANT, e.g. 2026-03-02T09:00 or 2026-03-02T09:00+08:00; without a zone it is UTC. The rate stays."""
    at_us = _instant(instant)

    async def move(stores: Stores, clock: SimulatedClock) -> str:
        _refuse_before(await newest_event_us(stores), at_us)
        return await _moved(stores, clock, at_us)

    _with(data, move)


@clock.command(cls=_OfSigned, context_settings=_SIGNED)
@click.argument("duration")
@_data
def advance(duration: str, data: Path) -> None:
    """Let DURATION pass at once: weeks, days, hours, minutes and seconds, e.g. 2d12h or 90m. The rate stays."""
    by_us = _microseconds(duration)

    async def move(stores: Stores, clock: SimulatedClock) -> str:
        return await _moved(stores, clock, _checked((await clock.read())[0] + by_us))

    _with(data, move)


@clock.command(cls=_OfSigned, context_settings=_SIGNED)
@click.argument("seconds", type=click.FloatRange(0, MAX_RATE))
@_data
def rate(seconds: float, data: Path) -> None:
    """Let SECONDS pass in each real one from now on: 1 as in real life, 60 a minute, 0 none."""

    async def move(_: Stores, clock: SimulatedClock) -> str:
        await clock.set((await clock.read())[0], seconds)
        return await _shown(clock)

    _with(data, move)


_Use = Callable[[Stores, SimulatedClock], Awaitable[str]]


def _with(data: Path, use: _Use) -> None:
    """Use the clock of a folder's service, and print what comes of it."""
    url = running_store(data, "the folder that `fairlead serve --simulated-clock --data` uses")
    try:
        click.echo(asyncio.run(_used(url, use)))
    except ValueError as error:
        raise InputFailed(str(error)) from None
    except Failure as error:
        raise click.ClickException(str(error)) from error


async def _used(url: str, use: _Use) -> str:
    async with connected_stores(url) as stores:
        clock = SimulatedClock(stores.redis)
        if not await clock.is_there():
            raise click.ClickException("the time of this store is real: serve it with --simulated-clock to move it")
        with simulated():
            return await use(stores, clock)


async def _moved(stores: Stores, clock: SimulatedClock, to_us: int) -> str:
    fired = await SimulatedTime(stores).move(to_us)
    return await _shown(clock) + (f"; {fired} timer{'s' * (fired > 1)} fired on the way" if fired else "")


def _refuse_before(newest_us: int, at_us: int) -> None:
    """Insist on an instant that no event of the log lies behind."""
    if at_us < newest_us:
        asked, newest = (_written(us, "milliseconds") for us in (at_us, newest_us))
        raise InputFailed(
            f"INSTANT is {asked}, before the newest event, of {newest}: time never runs back in a log; allowed is that "
            "instant or a later one; to begin earlier, serve another folder with --data"
        )


async def _shown(clock: SimulatedClock) -> str:
    at_us, rate = await clock.read()
    runs = "stands" if rate == 0 else f"runs {rate:,.15g} seconds a second"
    return f"{_written(at_us)}, and {runs}; really it is {_written(await clock.real_us())}"


def _written(at_us: int, digits: str = "seconds") -> str:
    instant = (_EPOCH + timedelta(microseconds=at_us)).replace(tzinfo=None)
    return f"{instant.isoformat(' ', digits)} UTC"


def _instant(text: str) -> int:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise InputFailed(f"INSTANT is {text!r}; allowed is e.g. 2026-03-02T09:00 or 2026-03-02T09:00+08:00") from None
    at_us = (instant if instant.tzinfo else instant.replace(tzinfo=UTC)) - _EPOCH
    return _checked(at_us // timedelta(microseconds=1))


def _checked(at_us: int) -> int:
    if 0 <= at_us < LAST_US:
        return at_us
    raise InputFailed("the time would lie before 1970 or after 9998; allowed is any between")


def _microseconds(text: str) -> int:
    numbers: Any = _DURATION.fullmatch(text)
    if not text or numbers is None:
        raise InputFailed(f"DURATION is {text!r}; allowed are e.g. 2d12h, 90m or 1w, larger units first")
    return sum(int(number or 0) * s for number, s in zip(numbers.groups(), _SECONDS.values(), strict=True)) * 1_000_000
