"""When somebody could take what waits who cannot now: whoever comes on duty, or has a cap no more, or may be asked
again once those are gone who were to be asked before. Pure.

That somebody is back who was away is a timer of its own, see ``router.timers.timer``.

It counts too who is there now and goes before they come again: they may be full now, and have room by then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from weakref import WeakKeyDictionary

from router.assignment.caps import next_lift_ms
from router.assignment.explanation import plan_again, reached_caps
from router.assignment.planner import Attempt, Planner
from router.assignment.roster import Roster
from router.model.decision import Block, Decision
from router.model.errors import InvalidInput
from router.model.workforce import Pool
from router.model.workitem import WorkItem
from router.timers.ports import Present
from router.workforce.open_hours import Span

NO_CAPS: Mapping[str, int] = MappingProxyType({})
_MEMO_ENTRIES = 1000
"""Each holds the names of all who could take a work item."""


def lifts(
    present: Present,
    item: WorkItem,
    at_ms: int,
    reached: Mapping[str, int] | None = None,
    pool: str = "",
    refused: Sequence[str] = (),
) -> int | None:
    r"""Return the first instant behind another at which somebody comes who could have a work item, or at which time may
    lift a cap of who is there, or at which somebody goes who may hold up a round of offers; None: never.
    ``reached`` is as in ``router.assignment.caps.next_lift_ms``, ``pool`` as in ``Planner.plan``, ``refused`` as in
    ``router.model.records.ItemRecord``.

    Examples
    --------
    >>> from rules.index import IndexEngine
    >>> from router.assignment.planner import Planner
    >>> from router.model.calendars import Calendar, Hours, TenantSettings, WeeklyHours
    >>> from router.model.workforce import Member, Pool, Rep, WorkforceRecords
    >>> from router.rules.check import check
    >>> rules = check("fields: {}\nrules: []\ndefault: {route: {pool: east, fallback: [wait]}}").rule_set
    >>> day = Calendar("day", weekly=(WeeklyHours(3, Hours(9 * 60, 18 * 60)),))
    >>> records = {
    ...     "rep": {"bo": Rep("bo")}, "pool": {"east": Pool("east", (Member("bo"),))},
    ...     "calendar": {"day": day}, "tenant": {"settings": TenantSettings(calendar="day")},
    ... }
    >>> planner = Planner(1, rules, IndexEngine(rules), Roster(WorkforceRecords(1, records)))
    >>> lifts(Present(planner), WorkItem("LEAD"), 0) == 9 * 3_600_000  # 1970 began on a Thursday
    True
    """
    if not ever_lifts(present):
        return None
    returns = _returns(present.planner.roster)
    try:
        attempts = present.planner.plan(item, at_ms, pool=pool).attempts
    except InvalidInput:
        return None
    comings = [returns.first_behind(at_ms, attempt) for attempt in attempts]
    comings += [next_lift_ms(attempt.candidates.caps, at_ms, reached) for attempt in attempts]
    comings += [_next_round_ms(present.planner.roster, attempt, at_ms, refused) for attempt in attempts if refused]
    return min((instant for instant in comings if instant is not None and instant > at_ms), default=None)


def ever_lifts(present: Present) -> bool:
    """Say whether there is such an instant for anything: there are calendars, leaves or caps."""
    roster = present.planner.roster
    return roster.availability.has_hours or roster.has_caps


def lifts_of(present: Present, decision: Decision, at_ms: int, refused: Sequence[str] = ()) -> int | None:
    """Return the same for what waits by a decision, which says by which caps it waits.

    Who had a chance since, and did not get it, may wait by others: then any cap may be one of them.
    """
    reached = _reached(present.planner, decision) if at_ms == decision.at_ms else None
    return lifts(present, decision.head.item, at_ms, reached, decision.head.pool, refused)


def _reached(planner: Planner, decision: Decision) -> Mapping[str, int] | None:
    """Return the caps by which something waits, and when time lifts them; None where they may be others by now."""
    if not any(block[1] == Block.REACHED_CAP for seen in decision.seen for block in seen.blocked):
        return NO_CAPS
    head = decision.head
    if (head.rule_set_revision, head.workforce_revision) != planner.revisions[:2]:
        return None
    return reached_caps(decision, plan_again(decision, planner))


def _next_round_ms(roster: Roster, attempt: Attempt, at_ms: int, refused: Sequence[str]) -> int | None:
    """Return when somebody next goes, home or on leave, who refused an offer less often than others: those may be asked
    again once all are gone who hold up their round; None: nobody does, as far as is known.
    """
    if not attempt.candidates.dispatch.offers:
        return None
    most, pool = max(map(refused.count, refused)), roster.pools.get(attempt.step.pool)
    goings = (
        roster.availability.first_gone(rep, pool, at_ms, counts_hours=attempt.step.counts_hours)
        for rep in everybody(attempt)
        if refused.count(rep) < most
    )
    return min((gone_ms for gone_ms in goings if gone_ms is not None and gone_ms > at_ms), default=None)


def everybody(attempt: Attempt) -> tuple[str, ...]:
    """Return all who pass an attempt's filter whenever they are there."""
    candidates = attempt.candidates
    return candidates.reps + candidates.outside_hours + candidates.on_leave


class _Returns:
    """When the reps of one roster come on duty or back."""

    def __init__(self, roster: Roster) -> None:
        self._pools = roster.pools
        self._availability = roster.availability
        self._known: dict[tuple[str, bool, frozenset[str]], Span] = {}

    def first_behind(self, at_ms: int, attempt: Attempt) -> int | None:
        """Return the first instant behind another at which any of an attempt's reps comes."""
        reps, pool_id, counts_hours = frozenset(everybody(attempt)), attempt.step.pool, attempt.step.counts_hours
        key = pool_id, counts_hours, reps
        since_ms, until_ms = self._known.get(key, (0, 0))
        if since_ms <= at_ms < until_ms:
            return until_ms
        comings = (self._coming(rep, self._pools.get(pool_id), at_ms, counts_hours) for rep in reps)
        first = min((coming for coming in comings if coming is not None), default=None)
        if first is not None:  # until then the answer is the same: what waits mostly came at about the same time
            if len(self._known) >= _MEMO_ENTRIES:
                self._known.clear()
            self._known[key] = at_ms, first
        return first

    def _coming(self, rep: str, pool: Pool | None, at_ms: int, counts_hours: bool) -> int | None:
        gone_ms = self._availability.first_gone(rep, pool, at_ms, counts_hours=counts_hours)
        if gone_ms is None:
            return None
        buffer_ms = pool.leave_buffer_ms if pool else 0
        return self._availability.first_there(rep, pool, gone_ms, counts_hours=counts_hours, buffer_ms=buffer_ms)


_known_returns: WeakKeyDictionary[Roster, _Returns] = WeakKeyDictionary()


def _returns(roster: Roster) -> _Returns:
    if roster not in _known_returns:
        _known_returns[roster] = _Returns(roster)
    return _known_returns[roster]
