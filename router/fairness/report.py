"""The fairness report: what a pool's ledger says, beside what it can never exceed. Pure but for reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from router.assignment.ledger import bound, jain_index
from router.assignment.ports import Assignments
from router.assignment.queries import WorkItemQueries
from router.fairness.period import PeriodPart, period_part
from router.model.decision import Way
from router.model.records import LedgerState
from router.model.workforce import MICROS, MILLIS, Pool
from router.workforce.service import WorkforceService


@dataclass(frozen=True, slots=True)
class FairnessReport:
    """A pool's fairness in lead units; mappings are by rep and hold the present members.

    ``received_by`` splits what was received among the ways into the ledger: what came by GREEDY alone is under the
    bound that is known beforehand. The largest that one rep was charged, and was entitled to, in open offers at once
    are parts of the bound.
    """

    pool: str
    bound: float
    worst: float
    worst_ever: float
    deficits: Mapping[str, float]
    entitled: Mapping[str, float]
    received: Mapping[str, float]
    weights: Mapping[str, float]
    jain_index: float
    decisions: int
    overrides: int
    disturbance: float
    largest_charge: float
    band: float
    received_by: Mapping[str, Mapping[Way, float]]
    largest_offered: float = 0.0
    largest_entitled: float = 0.0


def report(pool: Pool, state: LedgerState) -> FairnessReport:
    """Report a pool's ledger."""
    deficits = {member.rep: state.deficits.get(member.rep, 0) / MICROS for member in pool.members}
    received = {member.rep: state.received.get(member.rep, 0) / MICROS for member in pool.members}
    entitled = {rep: received[rep] + deficits[rep] for rep in received}
    band = max(state.largest_band, pool.band)
    marks = state.largest_offered, state.largest_entitled
    limit = bound(len(pool.members), state.largest_charge, band, *marks) + state.disturbance
    return FairnessReport(
        pool=pool.id,
        bound=limit / MICROS,
        worst=max(map(abs, deficits.values()), default=0.0),
        worst_ever=state.worst / MICROS,
        deficits=deficits,
        entitled=entitled,
        received=received,
        weights={member.rep: member.weight / MILLIS for member in pool.members},
        jain_index=jain_index(list(received.values()), list(entitled.values())),
        decisions=state.decisions,
        overrides=state.overrides,
        disturbance=state.disturbance / MICROS,
        largest_charge=state.largest_charge / MICROS,
        band=band / MICROS,
        received_by={member.rep: _received_by(state, member.rep) for member in pool.members},
        largest_offered=state.largest_offered / MICROS,
        largest_entitled=state.largest_entitled / MICROS,
    )


def _received_by(state: LedgerState, rep: str) -> dict[Way, float]:
    """Split what a rep received."""
    apart, override = state.received_apart.get(rep, 0), state.received_by_override.get(rep, 0)
    greedy = state.received.get(rep, 0) - apart - override
    return {Way.GREEDY: greedy / MICROS, Way.APART: apart / MICROS, Way.OVERRIDE: override / MICROS}


class Fairness:
    """The use cases: report a pool by its name, as it stands and of a period.

    Parameters
    ----------
    store
        Ledgers.
    workforce_service
        Knows the pools.
    queries
        Find decisions.
    """

    def __init__(self, store: Assignments, workforce_service: WorkforceService, queries: WorkItemQueries) -> None:
        self._store = store
        self._workforce_service = workforce_service
        self._queries = queries

    async def report(self, tenant: str, pool_id: str) -> FairnessReport:
        """Report a pool.

        Raises
        ------
        NotFound
            If there is no such pool.
        """
        pool = (await self._workforce_service.get(tenant, "pool", pool_id)).record
        assert isinstance(pool, Pool)
        return report(pool, await self._store.ledger(tenant, pool_id))

    async def period(
        self, tenant: str, pool_id: str, *, from_ms: float, until_ms: float, before: int | None
    ) -> PeriodPart:
        """Sum up a part of a period; see ``period_part``."""
        return await period_part(self._queries, tenant, pool_id, from_ms=from_ms, until_ms=until_ms, before=before)
