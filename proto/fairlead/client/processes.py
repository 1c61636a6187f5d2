"""Processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from fairlead.client.calls import PAGE, Calls, new_id, number
from fairlead.v1 import deadlines_pb2 as deadlines
from fairlead.v1 import processes_pb2 as processes
from fairlead.v1 import rules_pb2 as rules


class ProcessCalls(Calls):
    """ProcessService."""

    def publish_process(self, source: str, *, note: str = "", etag: str = "") -> processes.Process:
        """Publish a process as YAML or JSON text, as the next revision of it."""
        request = processes.PublishProcessRequest(
            parent=self.parent, source=source, note=note, etag=etag, request_id=new_id()
        )
        return self._connection.call("ProcessService/PublishProcess", request, processes.Process)

    def rollback_process(self, process: str, revision: int = 0) -> processes.Process:
        """Make an earlier revision of a process hold again; 0: the one before the active one."""
        name = self._name("processes", process)
        request = processes.RollbackProcessRequest(name=name, revision=revision, request_id=new_id())
        return self._connection.call("ProcessService/RollbackProcess", request, processes.Process)

    def validate_process(self, source: str) -> list[rules.RuleSetProblem]:
        """Return what is wrong with a process; no ERROR among it means valid."""
        request = processes.ValidateProcessRequest(parent=self.parent, source=source)
        answer = self._connection.call("ProcessService/ValidateProcess", request, processes.ValidateProcessResponse)
        return list(answer.problems)

    def test_process(self, source: str) -> processes.TestProcessResponse:
        """Run a process's own tests without publishing it."""
        request = processes.TestProcessRequest(parent=self.parent, source=source)
        return self._connection.call("ProcessService/TestProcess", request, processes.TestProcessResponse)

    def get_process(self, process: str, revision: int = 0) -> processes.Process:
        """Get a revision of a process with its source; 0: the active one."""
        name = self._name("processes", f"{process}@{revision}" if revision else process)
        request = processes.GetProcessRequest(name=name)
        return self._connection.call("ProcessService/GetProcess", request, processes.Process)

    def draw_process(self, process: str = "", *, source: str = "", mermaid: bool = False, language: str = "") -> str:
        """Draw a published process by its name, or one by its source, as SVG or as the text of a Mermaid diagram."""
        formats = processes.DrawProcessRequest
        request = processes.DrawProcessRequest(
            name=self._name("processes", process) if process else "",
            source=source,
            format=formats.FORMAT_MERMAID if mermaid else formats.FORMAT_SVG,
            language_code=language,
        )
        return self._connection.call("ProcessService/DrawProcess", request, processes.DrawProcessResponse).picture

    def list_processes(self) -> Iterator[processes.Process]:
        """List the revisions of all processes, newest first, without their sources."""
        request = processes.ListProcessRevisionsRequest(parent=self.parent, page_size=PAGE)
        for page in self._connection.pages(
            "ProcessService/ListProcessRevisions", request, processes.ListProcessRevisionsResponse
        ):
            yield from page.processes

    def migrate_work_items(
        self, process: str, stages: Mapping[str, str] | None = None, *, preview: bool = False
    ) -> Iterator[processes.WorkItemMigration]:
        """Have open work items go on by the active revision of a process, all of them; ``preview`` writes nothing.

        Parameters
        ----------
        stages
            In which stage what stands in another goes on; the others keep theirs.
        """
        request = processes.MigrateWorkItemsRequest(
            name=self._name("processes", process), stages=stages or {}, preview=preview, page_size=PAGE
        )
        for page in self._connection.pages(
            "ProcessService/MigrateWorkItems", request, processes.MigrateWorkItemsResponse
        ):
            yield from page.migrations

    def list_deadlines(
        self, work_item: str = "", *, rep: str = "", state: str = "", moved_by: int = 0
    ) -> Iterator[deadlines.Deadline]:
        """List all deadlines that a work item ever had, as they began; without one, those that run, of a rep or of all.

        Parameters
        ----------
        state
            E.g. ``OPEN`` or ``OVERDUE``.
        moved_by
            A revision of the workforce: only those that were due at another time before it.
        """
        request = processes.ListDeadlinesRequest(
            parent=self._name("workItems", work_item) if work_item else self.parent,
            rep=self._name("reps", rep) if rep else "",
            moved_by=moved_by,
            page_size=PAGE,
        )
        if state:
            request.state = number(deadlines.Deadline.State, "STATE", state)
        for page in self._connection.pages("ProcessService/ListDeadlines", request, processes.ListDeadlinesResponse):
            yield from page.deadlines

    def list_approvals(self, rep: str = "") -> Iterator[deadlines.Approval]:
        """List what is asked of work items and not decided yet, the oldest first; of a rep, or of all."""
        request = processes.ListApprovalsRequest(
            parent=self.parent, rep=self._name("reps", rep) if rep else "", page_size=PAGE
        )
        for page in self._connection.pages("ProcessService/ListApprovals", request, processes.ListApprovalsResponse):
            yield from page.approvals

    def list_surveys(self, since: datetime | None = None) -> Iterator[deadlines.Survey]:
        """List customers who are to be asked and did not answer yet, the newest first; since an instant, or all."""
        request = processes.ListSurveysRequest(parent=self.parent, page_size=PAGE)
        if since is not None:
            request.start_time.FromDatetime(since)
        for page in self._connection.pages("ProcessService/ListSurveys", request, processes.ListSurveysResponse):
            yield from page.surveys

    def process_figures(
        self, *, start: datetime | None = None, end: datetime | None = None
    ) -> list[processes.ProcessFigures]:
        """Sum up how processes fared in a period, ``end`` not included, by the ids of processes; all time without it.

        Of less than 30 a share says little.
        """
        request, whole = processes.GetProcessFiguresRequest(parent=self.parent), dict[str, processes.ProcessFigures]()
        for field, moment in (("start_time", start), ("end_time", end)):
            if moment is not None:
                getattr(request, field).FromDatetime(moment)
        for page in self._connection.pages(
            "ProcessService/GetProcessFigures", request, processes.GetProcessFiguresResponse
        ):
            for part in page.figures:
                _add(whole.setdefault(part.process, processes.ProcessFigures(process=part.process)), part)
        return [whole[process] for process in sorted(whole)]

    def list_digests(self, rep: str = "") -> Iterator[deadlines.Digest]:
        """List which lists of what falls due were made, the newest first; for a rep, or for all."""
        request = processes.ListDigestsRequest(
            parent=self.parent, rep=self._name("reps", rep) if rep else "", page_size=PAGE
        )
        for page in self._connection.pages("ProcessService/ListDigests", request, processes.ListDigestsResponse):
            yield from page.digests


def _add(whole: processes.ProcessFigures, part: processes.ProcessFigures) -> None:
    """Add a part of how a process fared to those before."""
    for field in part.DESCRIPTOR.fields:
        if field.type == field.TYPE_INT64:
            setattr(whole, field.name, getattr(whole, field.name) + getattr(part, field.name))
    cells = {(each.stage, each.closed, each.field): each for each in whole.completeness}
    for more in part.completeness:
        if cell := cells.get((more.stage, more.closed, more.field)):
            cell.work_items += more.work_items
            cell.filled += more.filled
        else:
            whole.completeness.append(more)
