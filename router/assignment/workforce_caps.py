"""The caps of a workforce: whose they are, and by which clocks their windows begin. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from router.assignment.caps import ALWAYS, AppliedCap, CapClock, applied
from router.model.caps import Cap
from router.model.workforce import Pool, WorkforceRecords
from router.model.workitem import Kind
from router.workforce.open_hours import open_hours


class WorkforceCaps:
    """The caps of one revision of a workforce."""

    def __init__(self, records: WorkforceRecords) -> None:
        self._records = records
        self._of_reps = {rep.id: rep.caps for rep in records.reps.values() if rep.caps}

    @property
    def are_there(self) -> bool:
        """Whether anybody, or any pool, has a cap."""
        return bool(self._of_reps) or any(pool.caps for pool in self._records.pools.values())

    def among(self, pool: Pool | None, reps: Sequence[str], kind: Kind, at_ms: int) -> tuple[AppliedCap, ...]:
        """Return what limits candidates for a kind of work at an instant: the pool's caps, then those of reps.

        Caps that are equal but for whose they are stand there once.
        """
        caps = list(self._of_pool(pool, kind, at_ms)) if pool and pool.caps else []
        positions: dict[tuple[str, Cap], list[int]] = {}
        for calendar, cap, position in self._own(reps, kind) if self._of_reps else ():
            positions.setdefault((calendar, cap), []).append(position)
        caps += [
            applied(cap, self._clock(calendar), "", tuple(places), at_ms)
            for (calendar, cap), places in positions.items()
        ]
        return tuple(caps)

    def of_all(self, at_ms: int) -> Iterator[tuple[str, AppliedCap, str]]:
        """Yield whose each cap is, ``pools/east`` or ``reps/ann``, how it stands, and the rep who is counted; none
        where it is the pool as a whole.
        """
        for pool in self._records.pools.values():
            for cap in pool.caps:
                stands = applied(cap, self._clock(pool.calendar), pool.id, (), at_ms)
                counted = [""] if stands.is_whole else [member.rep for member in pool.members]
                yield from ((f"pools/{pool.id}", stands, rep) for rep in counted)
        for rep_id, caps in self._of_reps.items():
            clock = self._clock(self._records.reps[rep_id].calendar)
            yield from ((f"reps/{rep_id}", applied(cap, clock, "", (), at_ms), rep_id) for cap in caps)

    def _of_pool(self, pool: Pool, kind: Kind, at_ms: int) -> Iterator[AppliedCap]:
        clock = self._clock(pool.calendar)
        return (applied(cap, clock, pool.id, (), at_ms) for cap in pool.caps if cap.counts(kind))

    def _own(self, reps: Sequence[str], kind: Kind) -> Iterator[tuple[str, Cap, int]]:
        for position, rep in enumerate(reps):
            for cap in self._of_reps.get(rep, ()):
                if cap.counts(kind):
                    yield self._records.reps[rep].calendar, cap, position

    def _clock(self, calendar_id: str) -> CapClock:
        """Return the clock of a calendar; without one the tenant's."""
        settings = self._records.settings
        calendar = self._records.calendars.get(calendar_id or settings.calendar)
        return CapClock(calendar.time_zone, open_hours(calendar)) if calendar else CapClock(settings.time_zone, ALWAYS)
