"""Activities: recorded; a rep's work and agenda; what happened to a work item."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from fairlead.client.calls import PAGE, Calls, new_id, number, stamp
from fairlead.v1 import activities_pb2 as activities
from fairlead.v1 import routing_pb2 as routing


class ActivityCalls(Calls):
    """RoutingService, of activities. Instants are ``datetime`` with a zone."""

    def record_activity(
        self,
        work_item: str,
        kind: str,
        direction: str = "",
        *,
        rep: str = "",
        automatic: bool = False,
        outcome: str = "",
        duration: timedelta | None = None,
        note: str = "",
        occurred: datetime | None = None,
        next_time: datetime | None = None,
        next_step: str = "",
        external_id: str = "",
        request_id: str = "",
        preview: bool = False,
    ) -> activities.Activity:
        """Record what somebody did about a work item; what it proves, the answer's ``evidence`` says.

        Parameters
        ----------
        kind, direction
            E.g. ``CALL`` and ``OUTBOUND``; a ``NOTE`` needs no direction.
        rep
            Who acted; absent: the owner, from a service account nobody.
        automatic
            Nobody of ours acted, as in an automatic reply; then there is no ``rep``.
        occurred
            Absent: now.
        next_time, next_step
            When somebody is to turn to it again, and for what.
        preview
            Write nothing.
        """
        activity = activities.Activity(
            rep=self._name("reps", rep) if rep else "",
            kind=number(activities.Activity.Kind, "KIND", kind),
            outcome=outcome,
            note=note,
            next_step=next_step,
            external_id=external_id,
        )
        if direction:
            activity.direction = number(activities.Activity.Direction, "DIRECTION", direction)
        if duration is not None:
            activity.duration.FromTimedelta(duration)
        if occurred is not None:
            activity.occur_time.CopyFrom(stamp(occurred))
        if next_time is not None:
            activity.next_time.CopyFrom(stamp(next_time))
        request = activities.RecordActivityRequest(
            name=self._name("workItems", work_item),
            activity=activity,
            request_id=request_id or new_id(),
            validate_only=preview,
            automatic=automatic,
        )
        return self._connection.call("RoutingService/RecordActivity", request, activities.Activity)

    def list_my_work(self, rep: str, *, language: str = "") -> Iterator[routing.OpenWork]:
        """List what a rep has open, the oldest first, each with its next date and the deadlines that run of it."""
        request = routing.ListMyWorkRequest(rep=self._name("reps", rep), page_size=PAGE, language_code=language)
        for page in self._connection.pages("RoutingService/ListMyWork", request, routing.ListMyWorkResponse):
            yield from page.work

    def my_offers(self, rep: str) -> routing.ListMyWorkResponse:
        """Tell what is offered to a rep, and whether they are ``away`` because offers lapsed.

        There are up to 100 ``offers``, and ``more_offers_count`` behind them.
        """
        request = routing.ListMyWorkRequest(rep=self._name("reps", rep), page_size=1)
        return self._connection.call("RoutingService/ListMyWork", request, routing.ListMyWorkResponse)

    def list_agenda(self, rep: str, date: str = "", *, language: str = "") -> Iterator[activities.ListAgendaResponse]:
        """List what a rep is to follow up on a day, e.g. ``2026-11-28``, absent: today; page by page, at least one.

        A page has next dates and deadlines, each by time.
        """
        request = activities.ListAgendaRequest(
            rep=self._name("reps", rep), date=date, page_size=PAGE, language_code=language
        )
        yield from self._connection.pages("RoutingService/ListAgenda", request, activities.ListAgendaResponse)

    def timeline(self, work_item: str, *, language: str = "") -> Iterator[routing.TimelineEntry]:
        """Tell everything that happened to a work item, from the latest back."""
        request = routing.GetTimelineRequest(
            name=self._name("workItems", work_item), page_size=PAGE, language_code=language
        )
        for page in self._connection.pages("RoutingService/GetTimeline", request, routing.GetTimelineResponse):
            yield from reversed(page.entries)
