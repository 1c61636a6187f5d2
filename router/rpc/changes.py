"""What happened to work items, as those who watch are told, and those who subscribed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from fairlead.v1 import routing_pb2 as routing
from gateway.calls.shared_answers import SharedAnswer
from gateway.fields import timestamp
from resource_names import tenant_of
from router.assignment.queries import WorkItemQueries
from router.deadlines.reached import ReachedSteps
from router.history.watch import Change, WatchService
from router.model.decision import Decision
from router.model.events import ActivityRecorded, Completed, Fired, Noted, OfferAnswered, Updated
from router.rpc.activity_messages import activity_message
from router.rpc.deadline_messages import reached_message, survey_message
from router.rpc.fields import resume_number, resume_token
from router.rpc.messages import STATES, decision_message
from router.rpc.offer_messages import offer_answer_message
from router.rpc.update_messages import update_message

FIELDS: dict[type[Change], str] = {
    Decision: "decision",
    Completed: "closed",
    ActivityRecorded: "activity",
    Updated: "update",
    OfferAnswered: "offer_answer",
    Fired: "reached_step",
    Noted: "survey",
}
"""Which field of ``WorkItemChange.event`` an event is written into."""


class ChangeMessages:
    """Writes what happened.

    Parameters
    ----------
    queries
        Say by when contact is to be made.
    reached
        Says what a step of a deadline is.
    """

    def __init__(self, queries: WorkItemQueries, reached: ReachedSteps) -> None:
        self._queries = queries
        self._reached = reached

    async def message(self, tenant: str, event: Change) -> routing.WorkItemChange:
        """Write an event; a decision without words.

        Raises
        ------
        CorruptHistory
            If what is to be read for it was altered.
        """
        message = routing.WorkItemChange(
            id=str(event.number),
            work_item=f"tenants/{tenant}/workItems/{event.item_id}",
            epoch=0 if isinstance(event, ActivityRecorded | Fired | Noted) else event.epoch,
            change_time=timestamp(event.at_ms * 1000),
        )
        match event:
            case Decision():
                message.decision.CopyFrom(decision_message(tenant, event))
                await self._add_times(tenant, event, message)
            case OfferAnswered():
                message.offer_answer.CopyFrom(offer_answer_message(tenant, event))
            case ActivityRecorded():
                message.activity.CopyFrom(activity_message(tenant, event))
            case Updated():
                message.update.CopyFrom(update_message(event))
            case Fired():
                message.reached_step.CopyFrom(reached_message(tenant, await self._reached.of(tenant, event)))
            case Noted():
                message.survey.CopyFrom(survey_message(tenant, event))
            case Completed():
                message.closed = STATES[event.state]
        return message

    async def answer(self, tenant: str, event: Change) -> SharedAnswer:
        """Write what all who watch are told of an event.

        Raises
        ------
        CorruptHistory
            As above.
        """
        change = await self.message(tenant, event)
        return SharedAnswer(routing.WatchWorkItemsResponse(resume_token=resume_token(event.number), change=change))

    async def _add_times(self, tenant: str, decision: Decision, message: routing.WorkItemChange) -> None:
        """Write into a message what falls due after its decision."""
        due = await self._queries.contact_due(tenant, decision)
        if due is not None:
            message.decision.contact_due_time.FromMilliseconds(due.at_ms)
            message.decision.contact_due_official_until = due.official_until


class WatchAnswers:
    """Answers those who watch.

    Parameters
    ----------
    watches
        Follow the log.
    """

    def __init__(self, watches: WatchService[SharedAnswer]) -> None:
        self._watches = watches

    async def stream(
        self, request: routing.WatchWorkItemsRequest
    ) -> AsyncIterator[routing.WatchWorkItemsResponse | Sequence[SharedAnswer]]:
        """Yield a token, then what happens, for ever.

        Raises
        ------
        CorruptHistory
            If the log ends before the token.
        FellBehind
            If whoever watches reads too slowly.
        """
        tenant = tenant_of(request.parent)
        after = await self._watches.begin(tenant, resume_number(request.resume_token))
        yield routing.WatchWorkItemsResponse(resume_token=resume_token(after))
        async for changes in self._watches.changes(tenant, after):
            yield changes
