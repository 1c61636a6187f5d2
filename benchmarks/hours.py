"""What do hours, leave and caps cost? This tree with them, without them, and a commit that has none, in turn.

``python -m benchmarks.hours REVISION``: three servers, driven by one client in an order that changes from round to
round, as in ``benchmarks.compare``. The tenant with hours is the one without, but that everybody has a calendar, leave
behind them and ahead, and three caps, none of which is ever reached: both choose among the same reps. In each round
each server answers single calls and batches, and the store says how long its script took, as in ``benchmarks.script``.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import NamedTuple

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

import serving as _serving  # noqa: F401 (before all that imports gRPC: it settles what gRPC reads from the environment)

import grpc  # isort: skip

from benchmarks import load, world
from benchmarks.compare import ROOT, MeasuredServer, Taken, checked_out, interval, verdict, works
from benchmarks.script import Bind
from fairlead.v1 import calendars_pb2 as calendars
from fairlead.v1 import caps_pb2 as caps
from fairlead.v1 import workforce_pb2 as workforce
from fairlead.v1 import workforce_pb2_grpc

WITH, WITHOUT = "this tree with hours, leave and caps", "this tree without"
UNARY, BATCH = "RouteWorkItem, 64 in flight", "BatchRouteWorkItems of 100"
LEAST = {UNARY: 0.95, BATCH: 0.90}
"""What hours, leave and caps may leave of the calls a second."""
SCRIPT_ITEMS = {1: 160, 64: 1280}
"""Work items of a round by the size of the batch, of which each is a multiple."""
PLENTY = 1_000_000
"""What a cap allows: more than are routed."""
DAY = timedelta(days=1)
AT_WORK = timedelta(hours=8)
"""How long everybody works before and after the measurement, so that no hours end meanwhile."""


class Compared(NamedTuple):
    """Two that are compared; ``least`` is the least ratio of calls a second that will do, by the name of a work."""

    ours: str
    theirs: str
    least: dict[str, float]


class Series(NamedTuple):
    """One figure of one server, round by round; ``limited`` names the work whose limit holds for it."""

    title: str
    values: list[float]
    more_is_better: bool = False
    limited: str = ""


def add_hours(address: str) -> None:
    """Give everybody of the measured tenant a calendar, leave and caps."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    with grpc.insecure_channel(address) as channel:
        staff = workforce_pb2_grpc.WorkforceServiceStub(channel)
        day = calendar(now)
        staff.CreateCalendar(calendars.CreateCalendarRequest(parent=world.PARENT, calendar_id="day", calendar=day))
        staff.UpdateTenant(
            calendars.UpdateTenantRequest(tenant=calendars.Tenant(name=world.PARENT, time_zone="UTC", calendar="day"))
        )
        pool = staff.GetPool(workforce.GetPoolRequest(name=f"{world.PARENT}/pools/everyone"))
        for place, member in enumerate(pool.members):
            for start in (now - (7 + place) * DAY, now + (7 + place) * DAY):
                staff.CreateAbsence(leave(member.rep, start))
        pool.caps.extend(three_caps())
        pool.leave_buffer_duration.FromTimedelta(DAY)
        staff.UpdatePool(workforce.UpdatePoolRequest(pool=pool))


def calendar(now: datetime) -> calendars.Calendar:
    """Return hours around the present one, every day of the week."""
    start, end = (f"{instant:%H:%M}" for instant in (now - AT_WORK, now + AT_WORK))
    return calendars.Calendar(
        time_zone="UTC", weekly=[calendars.WeeklyHours(day=day, start=start, end=end) for day in range(1, 8)]
    )


def leave(rep: str, start: datetime) -> calendars.CreateAbsenceRequest:
    """Ask for two days of leave."""
    absence = calendars.Absence()
    absence.start_time.FromDatetime(start)
    absence.end_time.FromDatetime(start + 2 * DAY)
    return calendars.CreateAbsenceRequest(parent=rep, absence_id=f"{start:%Y-%m-%d}", absence=absence)


def three_caps() -> list[caps.Cap]:
    """Return caps of what a member gets in a day, has open, and gets in any seven days."""
    rolling = caps.Cap(id="week", measure=caps.Cap.MEASURE_COUNT, window=caps.Cap.WINDOW_ROLLING, limit=PLENTY)
    rolling.rolling_duration.FromTimedelta(7 * DAY)
    return [
        caps.Cap(id="day", measure=caps.Cap.MEASURE_COUNT, window=caps.Cap.WINDOW_DAY, limit=PLENTY),
        caps.Cap(id="open", measure=caps.Cap.MEASURE_OPEN, limit=PLENTY),
        rolling,
    ]


class Measured:
    """One of those that are compared, and what was measured of it.

    Parameters
    ----------
    server
        It runs.
    """

    def __init__(self, server: MeasuredServer) -> None:
        self.server = server
        self.bind = Bind(server)
        self._works = {UNARY: works(server.n_regions)[1], BATCH: works(server.n_regions)[2]}
        self._taken: dict[str, list[Taken]] = {name: [] for name in self._works}
        self._script_us: dict[int, list[float]] = {batch: [] for batch in SCRIPT_ITEMS}

    def measure(self, seconds: float) -> None:
        """Play one round."""
        for name, work in self._works.items():
            self._taken[name].append(self.server.put(work, seconds))
        for batch, items in SCRIPT_ITEMS.items():
            self._script_us[batch].append(self.bind.us_an_item(batch, items))

    def series(self) -> Iterator[Series]:
        """Yield what was measured, in the order of the table."""
        for name, taken in self._taken.items():
            yield Series(f"{name}: calls/s", [one.calls_per_s for one in taken], more_is_better=True, limited=name)
            yield Series("  server, µs of processor time a call", [one.server_us for one in taken])
            yield Series("  store, µs of processor time a call", [one.store_us for one in taken])
        for batch, script_us in self._script_us.items():
            yield Series(f"bind.lua, batch of {batch}: µs an item", script_us)

    def stop(self) -> None:
        """End it."""
        self.bind.stop()


def row(ours: Series, theirs: Series, least: float | None) -> tuple[str, ...]:
    """Return the cells of a figure; above 1 ours is the better, whatever the figure is.

    Examples
    --------
    >>> row(Series("calls/s", [90.0] * 6, True), Series("calls/s", [100.0] * 6, True), 0.95)[2:]
    ('0.900', '0.900 … 0.900', '≥ 0.95', 'missed')
    """
    pairs = list(zip(ours.values, theirs.values, strict=True))
    ratios = [our / their if ours.more_is_better else their / our for our, their in pairs]
    low, high = interval(ratios)
    shown = verdict(low, high) if least is None else held(low, high, least)
    limit = "" if least is None else f"≥ {least:.2f}"
    medians = f"{median(theirs.values):,.1f} → {median(ours.values):,.1f}"
    return ours.title, medians, f"{median(ratios):.3f}", f"{low:.3f} … {high:.3f}", limit, shown


def held(low: float, high: float, least: float) -> str:
    """Say whether an interval of ratios keeps to a limit.

    Examples
    --------
    >>> held(0.97, 1.02, 0.95), held(0.88, 0.93, 0.95), held(0.93, 0.99, 0.95), held(0.7, 1.3, 0.95)
    ('held', 'missed', 'open', 'not shown')
    """
    if verdict(low, high) == "not shown":
        return "not shown"
    return "held" if low >= least else "missed" if high < least else "open"


def table_of(measured: Mapping[str, Measured], compared: Sequence[Compared], title: str) -> Table:
    """Show every figure of everything compared."""
    table = Table("", "theirs → ours", "ratio", "95 % interval", "limit", "shown", title=title)
    for each in compared:
        table.add_row(f"[bold]{each.ours} beside {each.theirs}[/]")
        sides = measured[each.ours].series(), measured[each.theirs].series()
        for ours, theirs in zip(*sides, strict=True):
            table.add_row(*row(ours, theirs, each.least.get(ours.limited)))
        table.add_section()
    return table


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--pairs", type=click.IntRange(6), default=15, show_default=True, help="Rounds; each gives a pair.")
@click.option("--seconds", type=click.FloatRange(0.1), default=1.5, show_default=True, help="Of each load.")
@click.argument("revision")
def main(pairs: int, seconds: float, revision: str) -> None:
    """Compare this tree without hours with REVISION of git, and with hours with itself; about five minutes."""
    console = Console(width=140)
    with ExitStack() as running:
        measured = {
            WITH: Measured(MeasuredServer(ROOT)),
            WITHOUT: Measured(MeasuredServer(ROOT)),
            revision: Measured(MeasuredServer(running.enter_context(checked_out(revision)))),
        }
        for each in measured.values():
            running.callback(each.stop)
        add_hours(measured[WITH].server.address)
        for number in track(range(pairs), description="hours", console=console, transient=True):
            order = list(measured.values())
            random.Random(number).shuffle(order)
            for each in order:
                each.measure(seconds)
        compared = [
            Compared(WITHOUT, revision, {}),
            Compared(WITH, WITHOUT, LEAST),
        ]
        title = (
            f"{pairs} pairs of {seconds:g} s, load by {load.generator()}, 100 rules, 100 reps; above 1 ours is better"
        )
        console.print(table_of(measured, compared, title))


if __name__ == "__main__":
    main()
