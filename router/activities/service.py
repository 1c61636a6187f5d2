"""Recording activities: the use case.

A work item is read, what the activity proves is worked out from who acted, and the store writes it if the work item
still stands so; otherwise it is worked out anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from router.activities.ports import Activities, ActivityCommand, InFuture, KnownActivity, NotAhead, TooFar
from router.assignment.commands import Refusal
from router.assignment.customers import customer_of
from router.assignment.planner_cache import PlannerCache
from router.assignment.queries import StoredItem, WorkItemQueries
from router.model.activities import TEXTS, Activity
from router.model.errors import ActivityExists, Conflict, InvalidInput, NotPossible, RequestIdReused
from router.model.events import ActivityRecorded
from router.model.evidence import ends_next_date, evidence_of
from router.model.instants import written
from router.model.opening import ACTIVITY
from router.model.sealing import seal_texts
from router.model.workitem import State, fingerprint_of
from router.workforce.open_hours import HORIZON_MS

_TRIES = 8
"""Rounds before a request gives up because the work item changes faster than one can write."""


@dataclass(frozen=True, slots=True)
class RecordRequest:
    """A wish to record an activity.

    Parameters
    ----------
    activity
        As it was sent; an empty ``rep`` is filled in, ``occur_ms`` 0 is now.
    by_owner
        Whether an empty ``rep`` means the owner; else it means nobody of ours.
    """

    item_id: str
    activity: Activity
    by_owner: bool = True
    request_id: str = ""
    actor: str = ""


class ActivityService:
    """Records activities.

    Parameters
    ----------
    activities
        Where.
    queries
        Work items as they stand.
    planners
        Rules, which say whose customer a work item is of.
    """

    def __init__(self, activities: Activities, queries: WorkItemQueries, planners: PlannerCache) -> None:
        self._activities = activities
        self._queries = queries
        self._planners = planners

    async def record(
        self,
        tenant: str,
        request: RecordRequest,
        *,
        preview: bool = False,
        check_owner: Callable[[str], object] = lambda _: None,
    ) -> ActivityRecorded:
        """Record an activity; one whose external id is known already is that one.

        Parameters
        ----------
        check_owner
            Raises where whoever owns the work item is not whose it may be.

        Raises
        ------
        NotFound
            If there is no such work item, or rep.
        InvalidInput
            If it would occur in the future, or its next date does not, or lies further ahead than calendars are known.
        NotPossible
            If it sets a next date of a work item that is closed.
        ActivityExists
            If its external id is that of another activity.
        RequestIdReused, StoreUnavailable
            As ``router.assignment.service.Router.route``.
        """
        name = f"tenants/{tenant}/workItems/{request.item_id}"
        for _ in range(_TRIES):
            stored = await self._queries.item(tenant, request.item_id)
            check_owner(stored.record.owner)
            command = await self._command(tenant, request, stored)
            answer = await self._activities.record(tenant, command, preview=preview)
            if answer is Refusal.CONFLICT:
                continue
            recorded = _recorded(name, request, stored.record.state, answer)
            if isinstance(answer, KnownActivity) and not preview:
                await self._activities.keep_request(
                    tenant, command.request_id, command.fingerprint, command.item_id, expected=0, number=recorded.number
                )
            return recorded
        raise Conflict(name, "changes faster than one can write: try again")

    async def _command(self, tenant: str, request: RecordRequest, stored: StoredItem) -> ActivityCommand:
        record, sent = stored.record, request.activity
        rep = sent.rep or (record.owner if request.by_owner else "")
        evidence = evidence_of(sent.kind, sent.direction, by_person=bool(rep), duration_ms=sent.duration_ms)
        texts, openings = seal_texts(ACTIVITY, {name: getattr(sent, name) for name in TEXTS})
        planner = await self._planners.current(tenant)
        return ActivityCommand(
            item_id=record.item_id,
            activity=sent._replace(rep=rep, **texts),
            evidence=evidence,
            ends=ends_next_date(evidence, by_person=bool(rep)),
            expected=record.version,
            actor=request.actor,
            key=sent.external_id,
            request_id=request.request_id,
            fingerprint=fingerprint_of(request.request_id, "activity", record.item_id, *sent, request.by_owner),
            openings=openings,
            customer=customer_of(planner.rule_set.known_customer, stored.item) if openings else "",
            assigned_ms=stored.decision.head.assigned_ms,
            ahead_ms=HORIZON_MS,
            is_named=bool(sent.rep),
        )


def _recorded(
    name: str,
    request: RecordRequest,
    state: State,
    answer: ActivityRecorded | KnownActivity | InFuture | NotAhead | TooFar | Refusal,
) -> ActivityRecorded:
    match answer:
        case ActivityRecorded():
            return answer
        case KnownActivity(event) if _is_same(request.activity, event):
            return event
        case KnownActivity(event):
            raise ActivityExists(f"{name}/activities/{event.number}")
        case InFuture() | NotAhead() | TooFar():
            raise _ill_timed(request.activity, answer)
        case Refusal.CLOSED:
            raise NotPossible(name, f"is {state}: leave activity.next_time out")
        case Refusal.REQUEST_ID_REUSED:
            raise RequestIdReused(request.request_id)
        case _:
            raise Conflict(name, "was recorded before, by an event that somebody deleted")


def _ill_timed(sent: Activity, answer: InFuture | NotAhead | TooFar) -> InvalidInput:
    now, date = written(answer.now_ms), written(sent.next_ms)
    match answer:
        case InFuture():
            return InvalidInput.of("activity.occur_time", f"{written(sent.occur_ms)}: must be at most now, {now}")
        case NotAhead():
            return InvalidInput.of("activity.next_time", f"{date}: must be later than now, {now}, or absent")
        case TooFar():
            latest = written(answer.now_ms + HORIZON_MS)
            return InvalidInput.of("activity.next_time", f"{date}: must be at most three years ahead, {latest}")


def _is_same(sent: Activity, recorded: ActivityRecorded) -> bool:
    """Say whether an activity was sent before: what was left out, or is erased by now, may be anything."""
    before = recorded.activity
    optional = {name for name in ("rep", "occur_ms") if not getattr(sent, name)}
    fields = {*Activity._fields} - optional - {*recorded.erased}
    return all(getattr(sent, name) == getattr(before, name) for name in fields)
