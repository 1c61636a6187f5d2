"""How much of each cap is used, by whoever it limits: for people who look, beside what the store decides by."""

from __future__ import annotations

from typing import NamedTuple

from router.assignment.caps import ONE, AppliedCap
from router.assignment.ports import Assignments
from router.assignment.workforce_caps import WorkforceCaps
from router.history.cap_counts import CapCounts
from router.workforce.service import WorkforceService


class CapUse(NamedTuple):
    """How a cap stands with somebody.

    Parameters
    ----------
    holder
        Whose cap it is, ``pools/east`` or ``reps/ann``.
    rep
        Who is counted; empty: the pool as a whole.
    used
        As the cap's limit counts.
    lift_ms
        When time alone leaves room again; 0: none is lacking, or time gives none.
    """

    holder: str
    stands: AppliedCap
    rep: str
    used: int
    reached: bool
    lift_ms: int

    @property
    def place(self) -> str:
        """What it is listed by: whose, which cap, who is counted."""
        return f"{self.holder}/{self.stands.cap.id}/{self.rep}"


class CapUses:
    """The use case: list all, as of now by the store's clock.

    Parameters
    ----------
    store
        Counts, and the clock.
    workforce_service
        Knows the caps.
    """

    def __init__(self, store: Assignments, workforce_service: WorkforceService) -> None:
        self._store = store
        self._workforce_service = workforce_service

    async def listed(self, tenant: str, after: str = "") -> list[CapUse]:
        """Return uses in the order of their places, from behind one on."""
        caps = WorkforceCaps(await self._workforce_service.records(tenant))
        at_ms = await self._store.now_us(tenant) // 1000
        counts = CapCounts(
            await self._store.loads(tenant), await self._store.counts(tenant), await self._store.worked(tenant)
        )
        uses = (_use(counts, *one, at_ms) for one in caps.of_all(at_ms))
        behind = (use for use in uses if _parts(use.place) > _parts(after))
        return sorted(behind, key=lambda use: _parts(use.place))


def _parts(place: str) -> list[str]:
    return place.split("/")


def _use(counts: CapCounts, holder: str, cap: AppliedCap, rep: str, at_ms: int) -> CapUse:
    use = counts.use(cap, rep, ONE, at_ms)
    reached = cap.reached(use.counted, 1)
    lift_ms = (use.lifts_ms if cap.slot_ms else cap.lifts_ms(at_ms, use.counted, 1)) if reached else 0
    return CapUse(holder, cap, rep, use.counted, reached, lift_ms)
