"""What is submitted and not routed yet."""

from __future__ import annotations

from collections.abc import Iterator

from fairlead.client.calls import PAGE, Calls, new_id, number
from fairlead.v1 import queue_pb2 as queues


class QueueCalls(Calls):
    """QueueService."""

    def queue(self) -> queues.Queue:
        """Count what is submitted and not routed yet, and what became of the rest."""
        request = queues.GetQueueRequest(name=f"{self.parent}/queue")
        return self._connection.call("QueueService/GetQueue", request, queues.Queue)

    def list_submissions(self, state: str = "DEAD") -> Iterator[queues.Submission]:
        """List what is READY, DELAYED, LEASED or DEAD, in the order of that state."""
        request = queues.ListSubmissionsRequest(
            parent=self.parent, page_size=PAGE, state=number(queues.Submission.State, "STATE", state)
        )
        for page in self._connection.pages("QueueService/ListSubmissions", request, queues.ListSubmissionsResponse):
            yield from page.submissions

    def redrive(self, *work_items: str, preview: bool = False) -> int:
        """Have dead letters tried again, all where none is named; return how many."""
        request = queues.RedriveSubmissionsRequest(
            parent=self.parent, work_items=work_items, validate_only=preview, request_id=new_id()
        )
        answer = self._connection.call("QueueService/RedriveSubmissions", request, queues.RedriveSubmissionsResponse)
        return answer.redriven_count

    def purge(self, state: str, *work_items: str, preview: bool = False) -> int:
        """Remove what is READY, DELAYED or DEAD for good, all where none is named; return how many."""
        request = queues.PurgeSubmissionsRequest(
            parent=self.parent,
            state=number(queues.Submission.State, "STATE", state),
            work_items=work_items,
            validate_only=preview,
            request_id=new_id(),
        )
        return self._connection.call(
            "QueueService/PurgeSubmissions", request, queues.PurgeSubmissionsResponse
        ).purged_count
