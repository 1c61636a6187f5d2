"""What the reps of a round may, beside their capacity: leave that begins and ends again and again, and caps.

Leave is known to the millisecond, so that within seconds many a plan comes to the store after its interval, and what
waits is woken by time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from router.adapters.redis.workforce import RedisWorkforce
from router.model.calendars import Absence
from router.model.caps import Cap, CapMeasure, CapWindow
from router.model.dispatch import Dispatch
from router.model.workforce import MICROS, CreditPolicy, Record, Rep
from store.clients import RedisClient

OPEN = 3
"""What every other rep may have open: less than their capacity."""
HOURLY = 12
"""What the last one may get in an hour: so little that it is soon reached."""
POLICY = CreditPolicy(2 * MICROS, 1_500, 25)
"""What everybody is credited for their leave: for so short a time that many a credit ends in a round."""
HOUR_MS = 3_600_000
_THERE_MS = (200, 900)
_ON_LEAVE_MS = (80, 400)
_BEFORE_MS = 500
_BEHIND_MS = 1500
"""Leave goes on for so long when nobody calls any more: what waits then is woken when it is over."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Terms:
    """Leave and caps by rep; whoever is not named has none.

    Parameters
    ----------
    leave
        From when until when, in milliseconds since 1970.
    open_caps, hourly_caps
        What they may have open, and may get in an hour.
    dispatches
        By pool, how its work is offered; any other pushes.
    """

    leave: Mapping[str, Sequence[Span]] = field(default_factory=dict)
    open_caps: Mapping[str, int] = field(default_factory=dict)
    hourly_caps: Mapping[str, int] = field(default_factory=dict)
    dispatches: Mapping[str, Dispatch] = field(default_factory=dict)

    def is_on_leave(self, rep: str, at_ms: int) -> bool:
        """Say whether a rep is on leave at an instant."""
        return any(start_ms <= at_ms < end_ms for start_ms, end_ms in self.leave.get(rep, ()))

    def reached(self, rep: str, open_units: int, given: int) -> str:
        """Name the cap that leaves no room for one more, by what they have open and got in this hour; empty: none."""
        if open_units >= self.open_caps.get(rep, open_units + 1):
            return f"{open_units} open"
        return f"{given} this hour" if given >= self.hourly_caps.get(rep, given + 1) else ""

    async def agree(self, redis: RedisClient, tenant: str) -> None:
        """Have them hold for reps who are hired: in one revision."""
        workforce = RedisWorkforce(redis)
        present = await workforce.read(tenant)
        records: dict[tuple[str, str], Record] = {
            ("rep", rep): replace(present.reps[rep], caps=tuple(self._caps(present.reps[rep]))) for rep in self.leave
        }
        for pool in present.pools.values():
            records["pool", pool.id] = replace(pool, absence_policy=POLICY, dispatch=self.dispatches.get(pool.id))
        for rep, spans in self.leave.items():
            for number, span in enumerate(spans):
                absence = Absence(f"{rep}/{number}", *span)
                records["absence", absence.id] = absence
        await workforce.write(tenant, present.revision, records, event_hash=present.event_hash)

    def _caps(self, rep: Rep) -> Iterator[Cap]:
        if limit := self.open_caps.get(rep.id):
            yield Cap("open", CapMeasure.OPEN, limit)
        if limit := self.hourly_caps.get(rep.id):
            yield Cap("hourly", CapMeasure.COUNT, limit, window=CapWindow.HOUR)


def drawn(
    random: Random, reps: Sequence[str], begin_ms: int, lasts_s: float, dispatches: Mapping[str, Dispatch] | None = None
) -> Terms:
    """Draw terms for a round."""
    end_ms = begin_ms + round(lasts_s * 1000) + _BEHIND_MS
    return Terms(
        {rep: tuple(_spans(random, begin_ms + _BEFORE_MS, end_ms)) for rep in reps},
        dict.fromkeys(reps[::2], OPEN),
        {reps[-1]: HOURLY},
        dispatches or {},
    )


def _spans(random: Random, begin_ms: int, end_ms: int) -> Iterator[Span]:
    while (begin_ms := begin_ms + random.randint(*_THERE_MS)) < end_ms:
        yield begin_ms, (begin_ms := begin_ms + random.randint(*_ON_LEAVE_MS))
