"""Looking up what is to be approved: of one who approves, or all. Writes nothing."""

from __future__ import annotations

from typing import NamedTuple

from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.assignment.roster import Roster
from router.deadlines.approving import Approving, AskedApproval
from router.deadlines.noting import NotedItem
from router.model.errors import NotFound
from router.process.life.asks import AskState

_LOOKS = 20
"""Entries of the index that a call looks at, at most, for each that it is to return: others may be answered by now."""


class PendingApproval(NamedTuple):
    """A work item, and what is asked of it."""

    item: NotedItem
    asked: AskedApproval


class ApprovalPage(NamedTuple):
    """What is pending, the oldest first; ``after`` is the event to go on after, None: there is no more."""

    pending: list[PendingApproval]
    after: int | None


class ApprovalQueries:
    """The use case.

    Parameters
    ----------
    store, planners
        The index of what is asked, and the workforce.
    approving
        Reads work items, and what is asked of them.
    """

    def __init__(self, store: Assignments, planners: PlannerCache, approving: Approving) -> None:
        self._store = store
        self._planners = planners
        self._approving = approving

    async def pending(self, tenant: str, *, rep: str = "", after: int = 0, count: int) -> ApprovalPage:
        """Return up to ``count`` of what was asked after an event and is not answered.

        Parameters
        ----------
        rep
            Who is asked, or told instead; empty: anybody.

        Raises
        ------
        NotFound
            If there is no such rep.
        """
        roster = (await self._planners.newest(tenant)).roster
        if rep and rep not in roster.reps:
            raise NotFound("rep", f"tenants/{tenant}/reps/{rep}")
        found, looked_at = list[PendingApproval](), 0
        while looked_at < _LOOKS * count:
            entries = await self._store.asked(tenant, after=after, count=count)
            for number, item_id in entries:
                after, looked_at = number, looked_at + 1
                pending = await self._pending(tenant, number, item_id)
                if pending and (not rep or _is_for(rep, pending, roster)):
                    found.append(pending)
                if len(found) == count:
                    return ApprovalPage(found, after)
            if len(entries) < count:
                return ApprovalPage(found, None)
        return ApprovalPage(found, after)

    async def _pending(self, tenant: str, number: int, item_id: str) -> PendingApproval | None:
        """Return what an event asked of a work item; None: it is not asked any more."""
        item, asked = await self._approving.read(tenant, item_id)
        is_pending = asked is not None and asked.state is AskState.PENDING and asked.ask.event == number
        return PendingApproval(item, asked) if asked and is_pending else None


def _is_for(rep: str, pending: PendingApproval, roster: Roster) -> bool:
    """Say whether a rep is asked, or is told by now instead of who is."""
    who, now_ms, due_ms = pending.asked.who, pending.item.now_ms, pending.asked.due_ms
    is_late = due_ms is not None and due_ms <= now_ms
    return rep in who.asked or rep in who.told(roster, now_ms, is_late=is_late).told
