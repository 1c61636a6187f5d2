"""Work items: routed at once, or taken in and routed soon; looked at, moved, closed, watched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from google.longrunning.operations_pb2 import Operation

from fairlead.client.calls import PAGE, Attributes, Calls, new_id, number, plain, stamp, view
from fairlead.errors import FairleadError
from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import queue_pb2 as queues
from fairlead.v1 import routing_pb2 as routing


class RoutingCalls(Calls):
    """RoutingService."""

    def route(
        self,
        attributes: Attributes,
        *,
        kind: str = "LEAD",
        source: str = "",
        external_id: str = "",
        value: float = 0.0,
        priority: int = 0,
        request_id: str = "",
        preview: bool = False,
        full: bool = False,
        language: str = "",
    ) -> decisions.Decision:
        """Find a work item's owner, or make one; ``full`` brings every candidate, ``preview`` writes nothing.

        In a ``language``, ``en`` or ``zh``, the answer explains itself; without one only a full one does, in English.
        """
        item = work_item(attributes, kind=kind, source=source, external_id=external_id, value=value, priority=priority)
        request = self._route_request(item, full=full, language=language, preview=preview, request_id=request_id)
        request.parent = self.parent
        return self._connection.call("RoutingService/RouteWorkItem", request, decisions.Decision)

    def route_many(
        self, items: Iterable[routing.WorkItem], *, full: bool = False, language: str = "", batch_size: int = 500
    ) -> Iterator[decisions.Decision | FairleadError]:
        """Route as many as there are, in batches of at most 1,000; one decision or error each, in their order.

        ``full`` and ``language`` are as in `route`.
        """
        remaining = iter(items)
        while batch := list(islice(remaining, batch_size)):
            request = routing.BatchRouteWorkItemsRequest(
                parent=self.parent, requests=[self._route_request(item, full=full, language=language) for item in batch]
            )
            answer = self._connection.call(
                "RoutingService/BatchRouteWorkItems", request, routing.BatchRouteWorkItemsResponse
            )
            for result in answer.results:
                failed = result.WhichOneof("result") == "error"
                yield FairleadError.of_status(result.error) if failed else result.decision

    def submit(
        self,
        attributes: Attributes,
        *,
        kind: str = "LEAD",
        source: str = "",
        external_id: str = "",
        value: float = 0.0,
        priority: int = 0,
        request_id: str = "",
    ) -> queues.Submission:
        """Have a work item taken in at once and routed soon; `get_work_item` of its name follows it."""
        item = work_item(attributes, kind=kind, source=source, external_id=external_id, value=value, priority=priority)
        request = routing.SubmitWorkItemRequest(parent=self.parent, work_item=item, request_id=request_id or new_id())
        return self._connection.call("RoutingService/SubmitWorkItem", request, queues.Submission)

    def submit_many(
        self, items: Iterable[routing.WorkItem], *, batch_size: int = 500
    ) -> Iterator[queues.Submission | FairleadError]:
        """Submit as many as there are, in batches of at most 1,000; one submission or error each, in their order.

        What a full queue refuses is an error with ``retry_delay_s``: whoever has many waits for it and submits again.
        """
        remaining = iter(items)
        while batch := list(islice(remaining, batch_size)):
            request = routing.BatchSubmitWorkItemsRequest(
                parent=self.parent,
                requests=[routing.SubmitWorkItemRequest(work_item=item, request_id=new_id()) for item in batch],
            )
            answer = self._connection.call(
                "RoutingService/BatchSubmitWorkItems", request, routing.BatchSubmitWorkItemsResponse
            )
            for result in answer.results:
                failed = result.WhichOneof("result") == "error"
                yield FairleadError.of_status(result.error) if failed else result.submission

    def get_work_item(self, name: str = "", *, source: str = "", external_id: str = "") -> routing.WorkItem:
        """Get a work item, by its name or by where it comes from and what it is called there.

        Its id is ``source~external_id`` where those are plain, in any case; by source and external id it is found
        whatever their characters are.
        """
        request = routing.GetWorkItemRequest(name=self._name("workItems", name) if name else "")
        if source or external_id:
            request.parent, request.source, request.external_id = self.parent, source, external_id
        return self._connection.call("RoutingService/GetWorkItem", request, routing.WorkItem)

    def list_work_items(
        self, *, owner: str = "", state: str = "", filter: str = ""  # noqa: A002 (as the contract calls it)
    ) -> Iterator[routing.WorkItem]:  # fmt: skip
        """List work items, oldest first; ``state`` is e.g. ``ASSIGNED`` or ``QUEUED``, ``filter`` e.g.
        ``source = crm AND create_time >= 2026-11-01T00:00:00Z``.
        """
        request = routing.ListWorkItemsRequest(parent=self.parent, page_size=PAGE, filter=filter)
        request.owner = self._name("reps", owner) if owner else ""
        if state:
            request.state = number(routing.WorkItem.State, "STATE", state)
        for page in self._connection.pages("RoutingService/ListWorkItems", request, routing.ListWorkItemsResponse):
            yield from page.work_items

    def reassign(
        self, work_item: str, rep: str = "", *, note: str = "", etag: str = "", preview: bool = False,
        full: bool = False, language: str = "",
    ) -> decisions.Decision:  # fmt: skip
        """Move a work item to a rep, or to whom the rules and the ledger choose among those who have not had it.

        ``preview``, ``full`` and ``language`` are as in `route`.
        """
        request = routing.ReassignWorkItemRequest(
            name=self._name("workItems", work_item),
            rep=self._name("reps", rep) if rep else "",
            note=note,
            etag=etag,
            request_id=new_id(),
            validate_only=preview,
            view=view(full),
            language_code=language,
        )
        return self._connection.call("RoutingService/ReassignWorkItem", request, decisions.Decision)

    def reassign_many(
        self, filter: str, rep: str = "", *, note: str = "", preview: bool = False, request_id: str = ""  # noqa: A002
    ) -> Operation:  # fmt: skip
        """Have up to 10,000 open work items moved to a rep, or each to whom the rules and the ledger choose.

        ``filter`` is as in `list_work_items`. Follow it with `operations`; its result is a
        ``BatchReassignWorkItemsResponse``. With ``preview`` that is in the answer, and says who would get what.
        """
        request = routing.BatchReassignWorkItemsRequest(
            parent=self.parent,
            filter=filter,
            rep=self._name("reps", rep) if rep else "",
            note=note,
            request_id=request_id or new_id(),
            validate_only=preview,
        )
        return self._connection.call("RoutingService/BatchReassignWorkItems", request, Operation)

    def update(
        self, work_item: str, attributes: Attributes | None = None, *, value: float | None = None,
        priority: int | None = None, etag: str = "", preview: bool = False, request_id: str = "",
    ) -> routing.WorkItem:  # fmt: skip
        """Change what an open work item is; ``preview`` writes nothing.

        An attribute that is None is taken out; what is not given stays. Where its route says `on_change` of what
        changes, or nobody owns it, it is decided anew.
        """
        given = attributes or {}
        item = routing.WorkItem(
            name=self._name("workItems", work_item), value=value or 0, priority=priority or 0, etag=etag
        )
        item.attributes.update({name: plain(each) for name, each in given.items() if each is not None})
        numbers = {"value": value, "priority": priority}
        paths = [f"attributes.{name}" for name in given]
        paths += [name for name, each in numbers.items() if each is not None]
        if not paths:
            raise ValueError("nothing is to be changed: give attributes, value or priority")
        request = routing.UpdateWorkItemRequest(
            work_item=item, request_id=request_id or new_id(), validate_only=preview, update_mask={"paths": paths}
        )
        return self._connection.call("RoutingService/UpdateWorkItem", request, routing.WorkItem)

    def advance(
        self, work_item: str, stage: str, attributes: Attributes | None = None, *, note: str = "",
        etag: str = "", preview: bool = False, request_id: str = "",
    ) -> routing.WorkItem:  # fmt: skip
        """Have an open work item enter a stage of its process, with attributes that become known with it.

        ``note`` says why. An attribute that is None is taken out; ``preview`` writes nothing. Where the stage is to
        be approved the answer's ``approval`` says whom it is for, and the work item stays in its stage until then.
        """
        request = routing.AdvanceWorkItemRequest(
            name=self._name("workItems", work_item),
            stage=stage,
            note=note,
            etag=etag,
            request_id=request_id or new_id(),
            validate_only=preview,
        )
        given = attributes or {}
        request.attributes.update({name: None if each is None else plain(each) for name, each in given.items()})
        return self._connection.call("RoutingService/AdvanceWorkItem", request, routing.WorkItem)

    def pause(
        self, work_item: str, reason: str, until: datetime | None = None, *, preview: bool = False, request_id: str = ""
    ) -> routing.Pause:
        """Pause the deadlines of a work item, for a reason as a code; without an end for a week at most."""
        request = routing.PauseWorkItemRequest(
            name=self._name("workItems", work_item),
            reason=reason,
            request_id=request_id or new_id(),
            validate_only=preview,
        )
        if until is not None:
            request.until_time.CopyFrom(stamp(until))
        return self._connection.call("RoutingService/PauseWorkItem", request, routing.Pause)

    def resume(self, work_item: str, *, preview: bool = False, request_id: str = "") -> routing.Pause:
        """Have the deadlines of a paused work item run again; return the pause."""
        request = routing.ResumeWorkItemRequest(
            name=self._name("workItems", work_item), request_id=request_id or new_id(), validate_only=preview
        )
        return self._connection.call("RoutingService/ResumeWorkItem", request, routing.Pause)

    def record_satisfaction(
        self,
        work_item: str,
        *,
        csat: int | None = None,
        nps: int | None = None,
        comment: str = "",
        preview: bool = False,
        request_id: str = "",
    ) -> routing.WorkItem:
        """Record what the customer answered: how it went, 1 to 5, or whether they would recommend us, 0 to 10."""
        request = routing.RecordSatisfactionRequest(
            name=self._name("workItems", work_item),
            csat=csat,
            nps=nps,
            comment=comment,
            request_id=request_id or new_id(),
            validate_only=preview,
        )
        return self._connection.call("RoutingService/RecordSatisfaction", request, routing.WorkItem)

    def approve(
        self, work_item: str, rep: str = "", reason: str = "", *, preview: bool = False, request_id: str = ""
    ) -> routing.WorkItem:
        """Approve the stage that is asked for, as a rep, and have the work item enter it; of a rep it is themselves."""
        request = routing.ApproveWorkItemRequest(
            name=self._name("workItems", work_item),
            rep=self._name("reps", rep) if rep else "",
            reason=reason,
            request_id=request_id or new_id(),
            validate_only=preview,
        )
        return self._connection.call("RoutingService/ApproveWorkItem", request, routing.WorkItem)

    def reject(
        self, work_item: str, rep: str = "", reason: str = "", *, preview: bool = False, request_id: str = ""
    ) -> routing.WorkItem:
        """Reject it: the work item stays in its stage, or enters the one that its process names for that."""
        request = routing.RejectWorkItemRequest(
            name=self._name("workItems", work_item),
            rep=self._name("reps", rep) if rep else "",
            reason=reason,
            request_id=request_id or new_id(),
            validate_only=preview,
        )
        return self._connection.call("RoutingService/RejectWorkItem", request, routing.WorkItem)

    def complete(self, work_item: str, resolution: str = "CLOSED", *, etag: str = "") -> routing.WorkItem:
        """Close a work item as CONVERTED, DISQUALIFIED or CLOSED."""
        request = routing.CompleteWorkItemRequest(
            name=self._name("workItems", work_item),
            resolution=number(routing.CompleteWorkItemRequest.Resolution, "RESOLUTION", resolution),
            etag=etag,
            request_id=new_id(),
        )
        return self._connection.call("RoutingService/CompleteWorkItem", request, routing.WorkItem)

    def accept_work_item(
        self, work_item: str, offer: int, rep: str = "", *, request_id: str = "", preview: bool = False
    ) -> routing.WorkItem:
        """Accept an open offer, by its number, see ``WorkItem.offer``; ``rep`` may be absent for a rep alone.

        ``preview`` writes nothing.
        """
        request = routing.AcceptWorkItemRequest(
            name=self._name("workItems", work_item),
            rep=self._name("reps", rep) if rep else "",
            offer=offer,
            request_id=request_id or new_id(),
            validate_only=preview,
        )
        return self._connection.call("RoutingService/AcceptWorkItem", request, routing.WorkItem)

    def decline_work_item(
        self, work_item: str, offer: int, rep: str = "", reason: str = "", *, request_id: str = "",
        preview: bool = False,
    ) -> routing.WorkItem:  # fmt: skip
        """Decline an open offer, by its number; ``rep`` and ``preview`` are as in `accept_work_item`."""
        request = routing.DeclineWorkItemRequest(
            name=self._name("workItems", work_item),
            rep=self._name("reps", rep) if rep else "",
            offer=offer,
            reason=reason,
            request_id=request_id or new_id(),
            validate_only=preview,
        )
        return self._connection.call("RoutingService/DeclineWorkItem", request, routing.WorkItem)

    def reopen(
        self, work_item: str, reason: str = "", *, etag: str = "", preview: bool = False, full: bool = False,
        language: str = "",
    ) -> decisions.Decision:  # fmt: skip
        """Have a closed work item back: for its former owner if they are there within two hours, else by the rules.

        ``preview`` writes nothing; ``full`` and ``language`` are as in `route`.
        """
        request = routing.ReopenWorkItemRequest(
            name=self._name("workItems", work_item),
            reason=reason,
            etag=etag,
            request_id=new_id(),
            validate_only=preview,
            view=view(full),
            language_code=language,
        )
        return self._connection.call("RoutingService/ReopenWorkItem", request, decisions.Decision)

    def import_work_items(
        self, items: Iterable[routing.ImportedWorkItem], *, request_id: str = "", preview: bool = False
    ) -> Operation:
        """Have up to 10,000 work items imported with their owners, see `imported`; follow it with `operations`.

        Its result is an ``ImportWorkItemsResponse``; of a preview it is there at once, and says what would be refused.
        """
        request = routing.ImportWorkItemsRequest(
            parent=self.parent, items=items, request_id=request_id or new_id(), validate_only=preview
        )
        return self._connection.call("RoutingService/ImportWorkItems", request, Operation)

    def imported(
        self, item: routing.WorkItem, owner: str, assigned: datetime, stage: str = ""
    ) -> routing.ImportedWorkItem:
        """Say that a work item has an owner, a rep, since an instant, and in which stage of its process it stands."""
        imported = routing.ImportedWorkItem(work_item=item, owner=self._name("reps", owner), stage=stage)
        imported.assigned_time.FromDatetime(assigned)
        return imported

    def watch(self, resume_token: str = "") -> Iterator[routing.WatchWorkItemsResponse]:
        """Yield the changes of work items as they come, for ever, each at least once and in order.

        Parameters
        ----------
        resume_token
            Behind which change to begin: the token that came with it, kept once the change was dealt with. ``start``:
            with the first one ever; absent: only what happens from now on.
        """
        request = routing.WatchWorkItemsRequest(parent=self.parent, resume_token=resume_token)
        for answer in self._connection.stream("RoutingService/WatchWorkItems", request, routing.WatchWorkItemsResponse):
            if answer.HasField("change"):
                yield answer

    def _route_request(
        self, item: routing.WorkItem, *, full: bool, language: str, preview: bool = False, request_id: str = ""
    ) -> routing.RouteWorkItemRequest:
        return routing.RouteWorkItemRequest(
            work_item=item,
            request_id=request_id or new_id(),
            validate_only=preview,
            view=view(full),
            language_code=language,
        )


def work_item(
    attributes: Attributes,
    *,
    kind: str = "LEAD",
    source: str = "",
    external_id: str = "",
    value: float = 0.0,
    priority: int = 0,
) -> routing.WorkItem:
    """Make a work item of plain values; attributes that are None are left out."""
    item = routing.WorkItem(
        kind=number(routing.WorkItem.Kind, "KIND", kind),
        source=source,
        external_id=external_id,
        value=value,
        priority=priority,
    )
    item.attributes.update({name: plain(given) for name, given in attributes.items() if given is not None})
    return item
