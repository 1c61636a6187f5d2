"""ProcessService: processes in, problems or revisions out."""

from __future__ import annotations

import asyncio

from failures import InvalidInput, shown
from fairlead.v1 import deadlines_pb2 as deadlines
from fairlead.v1 import processes_pb2 as processes
from gateway import fields
from gateway.calls.call import Call
from resource_names import check_id, tenant_of
from router.deadlines.approval_queries import ApprovalQueries
from router.deadlines.digest_queries import DigestQueries
from router.deadlines.figures import Figures
from router.deadlines.migrating import Migrating
from router.deadlines.queries import DeadlineQueries
from router.deadlines.surveying import SurveyQueries
from router.process.definition.processes import Process
from router.process.due.standings import DeadlineState
from router.process.revisions.codec import loads
from router.process.revisions.publication import ProcessPublication
from router.process.revisions.publishing import ProcessPublishing
from router.rpc.deadline_messages import (
    STATES,
    deadline_message,
    digest_message,
    figures_message,
    migration_message,
    pending_message,
    pending_survey_message,
)
from router.rpc.fields import MAX_NOTE, etag_number, period, start_of
from router.rpc.messages import KIND_NUMBERS
from router.rpc.pool_scope import PoolScope
from router.rpc.problems import optional_tenant, problems_of, results_of
from router.wording.languages import Language, language_of
from router.wording.process_pictures import mermaid, svg

_COLLECTION = "processes"
_FORMATS = frozenset(processes.DrawProcessRequest.Format.values())


class ProcessServicer:
    """Answers ProcessService."""

    def __init__(
        self,
        publishing: ProcessPublishing,
        deadlines: DeadlineQueries,
        migrating: Migrating,
        approvals: ApprovalQueries,
        digests: DigestQueries,
        surveys: SurveyQueries,
        figures: Figures,
        scope: PoolScope,
    ) -> None:
        self._scope = scope
        self._publishing = publishing
        self._approvals = approvals
        self._digests = digests
        self._surveys = surveys
        self._figures = figures
        self._migrating = migrating
        self._deadlines = deadlines

    async def ValidateProcess(
        self, request: processes.ValidateProcessRequest, _: Call
    ) -> processes.ValidateProcessResponse:
        trial = await self._publishing.check(request.source, optional_tenant(request.parent))
        return processes.ValidateProcessResponse(problems=problems_of(trial.problems))

    async def TestProcess(self, request: processes.TestProcessRequest, _: Call) -> processes.TestProcessResponse:
        trial = await self._publishing.check(request.source, optional_tenant(request.parent))
        return processes.TestProcessResponse(
            problems=problems_of(trial.problems), results=results_of(trial.test_results)
        )

    async def PublishProcess(self, request: processes.PublishProcessRequest, call: Call) -> processes.Process:
        tenant = tenant_of(request.parent)
        published = await self._publishing.publish(
            tenant,
            request.source,
            note=fields.text(request.note, MAX_NOTE, "note"),
            expected=_expected(request.etag),
            request_id=fields.request_id(request),
            actor=call.actor,
            preview=request.validate_only,
        )
        return _process(tenant, published, is_active=bool(published.revision))

    async def RollbackProcess(self, request: processes.RollbackProcessRequest, call: Call) -> processes.Process:
        tenant, process, revision = name_of_process(request.name)
        if revision is not None:
            raise InvalidInput.of("name", f"{shown(request.name)}: must be without @: which to go back to is revision")
        if request.revision < 0:
            raise InvalidInput.of("revision", f"{request.revision}: must be 0 (the one before) or a revision")
        published = await self._publishing.roll_back(
            tenant,
            process,
            request.revision or None,
            request_id=fields.request_id(request),
            actor=call.actor,
        )
        return _process(tenant, published, is_active=True)

    async def ListProcessRevisions(
        self, request: processes.ListProcessRevisionsRequest, _: Call
    ) -> processes.ListProcessRevisionsResponse:
        tenant = tenant_of(request.parent)
        before, count = fields.page_number(request.page_token) or None, fields.page_size(request.page_size)
        publications, position = await self._publishing.revisions(tenant, before=before, count=count)
        active = {each.revision for each in (await self._publishing.published(tenant)).active.values()}
        listed = [
            _process(tenant, publication, is_active=publication.revision in active, with_source=False)
            for publication in publications
        ]
        return processes.ListProcessRevisionsResponse(processes=listed, next_page_token=fields.page_token(position))

    async def GetProcess(self, request: processes.GetProcessRequest, _: Call) -> processes.Process:
        tenant, process, revision = name_of_process(request.name)
        found = await self._publishing.revision(tenant, process, revision)
        active = (await self._publishing.published(tenant)).active.get(process)
        return _process(tenant, found, is_active=active is not None and found.revision == active.revision)

    async def DrawProcess(self, request: processes.DrawProcessRequest, _: Call) -> processes.DrawProcessResponse:
        language = language_of(request.language_code)
        if request.format not in _FORMATS:
            allowed = ", ".join(processes.DrawProcessRequest.Format.keys()[1:])
            raise InvalidInput.of("format", f"{request.format}: must be one of {allowed}")
        if bool(request.name) == bool(request.source):
            raise InvalidInput.of("source", "must be given where no process is named, and nowhere else")
        if request.source:
            process = await self._publishing.read(request.source)
        else:
            tenant, name, revision = name_of_process(request.name)
            process = loads((await self._publishing.revision(tenant, name, revision)).stored)
        picture = await asyncio.to_thread(_picture, process, request.format, language)  # the loop serves others
        return processes.DrawProcessResponse(picture=picture)

    async def MigrateWorkItems(
        self, request: processes.MigrateWorkItemsRequest, call: Call
    ) -> processes.MigrateWorkItemsResponse:
        tenant, process, revision = name_of_process(request.name)
        if revision is not None:
            raise InvalidInput.of("name", f"{shown(request.name)}: must be without @: it is the active revision")
        asked = f"{process} {sorted(request.stages.items())}"
        page = await self._migrating.page(
            tenant,
            process,
            request.stages,
            after=fields.page_number(request.page_token, asked, of="name or stages"),
            count=fields.page_size(request.page_size),
            actor=call.actor,
            preview=request.preview,
        )
        migrations = [migration_message(tenant, item) for item in page.items]
        token = fields.page_token(page.after, asked)
        return processes.MigrateWorkItemsResponse(migrations=migrations, next_page_token=token)

    async def ListDeadlines(
        self, request: processes.ListDeadlinesRequest, call: Call
    ) -> processes.ListDeadlinesResponse:
        state = _state(request.state)
        tenant, item_id = _tenant_and_item(request.parent)
        rep = fields.reference(request.rep, "reps", tenant, "rep") if request.rep else ""
        if request.moved_by < 0:
            raise InvalidInput.of("moved_by", f"{request.moved_by}: must be a revision of the workforce, or 0")
        asked = f"{item_id} {rep} {request.state} {request.moved_by}"
        after = fields.page_number(request.page_token, asked, of="parent, rep, state or moved_by")
        count = fields.page_size(request.page_size)
        if item_id:
            if rep or request.moved_by:
                field = "rep" if rep else "moved_by"
                raise InvalidInput.of(field, "must be absent where the parent is one work item")
            listed, place = await self._deadlines.of_item(
                tenant, item_id, state=state, after=after, count=count, check_owner=call.check_own
            )
            return processes.ListDeadlinesResponse(
                deadlines=[deadline_message(tenant, each) for each in listed],
                next_page_token=fields.page_token(place, asked),
            )
        call.check_own(rep)
        page = await self._deadlines.running(tenant, rep=rep, moved_by=request.moved_by, after=after, count=count)
        seen = await self._scope.seen(call, tenant, [each.item_id for item in page.items for each in item.deadlines])
        answer, room = processes.ListDeadlinesResponse(), fields.PageRoom()
        place = page.after
        for item in page.items:
            part = processes.ListDeadlinesResponse(
                deadlines=[
                    deadline_message(tenant, each)
                    for each in item.deadlines
                    if state in (None, each.state) and each.item_id in seen
                ]
            )
            if not room.takes(part):
                place = after
                break
            answer.deadlines.extend(part.deadlines)
            after = item.first
        answer.next_page_token = fields.page_token(place, asked)
        return answer

    async def ListApprovals(
        self, request: processes.ListApprovalsRequest, call: Call
    ) -> processes.ListApprovalsResponse:
        tenant = tenant_of(request.parent)
        rep = fields.reference(request.rep, "reps", tenant, "rep") if request.rep else call.only_rep
        call.check_own(rep)
        after, count = fields.page_number(request.page_token, rep, of="rep"), fields.page_size(request.page_size)
        page = await self._approvals.pending(tenant, rep=rep, after=after, count=count)
        is_seen = await self._scope.view(call, tenant)
        answer, room, place = processes.ListApprovalsResponse(), fields.PageRoom(), page.after
        for pending in page.pending:
            if is_seen and not is_seen(pending.item.stored):
                after = pending.asked.ask.event
                continue
            message = pending_message(tenant, pending)
            if not room.takes(message):
                place = after
                break
            answer.approvals.append(message)
            after = pending.asked.ask.event
        answer.next_page_token = fields.page_token(place, rep)
        return answer

    async def ListDigests(self, request: processes.ListDigestsRequest, call: Call) -> processes.ListDigestsResponse:
        tenant = tenant_of(request.parent)
        rep = fields.reference(request.rep, "reps", tenant, "rep") if request.rep else call.only_rep
        call.check_own(rep)
        before, count = fields.page_number(request.page_token, rep, of="rep"), fields.page_size(request.page_size)
        page = await self._digests.made(tenant, rep=rep, before=before or None, count=count)
        answer, room, place = processes.ListDigestsResponse(), fields.PageRoom(), page.before
        for each in page.digests:
            message = digest_message(tenant, each)
            if not room.takes(message):
                place = each.digested.number + 1
                break
            answer.digests.append(message)
        answer.next_page_token = fields.page_token(place, rep)
        return answer

    async def ListSurveys(self, request: processes.ListSurveysRequest, call: Call) -> processes.ListSurveysResponse:
        tenant = tenant_of(request.parent)
        start = start_of(request)
        since, since_ms = (str(start), int(start)) if start > 0 else ("", 0)
        before = fields.page_number(request.page_token, since, of="start_time")
        count = fields.page_size(request.page_size)
        page = await self._surveys.pending(tenant, before=before or None, count=count, since_ms=since_ms)
        seen = await self._scope.seen(call, tenant, {each.noted.item_id for each in page.pending})
        answer, room, place = processes.ListSurveysResponse(), fields.PageRoom(), page.before
        for pending in (each for each in page.pending if each.noted.item_id in seen):
            message = pending_survey_message(tenant, pending)
            if not room.takes(message):
                place = pending.noted.number + 1
                break
            answer.surveys.append(message)
        answer.next_page_token = fields.page_token(place, since)
        return answer

    async def GetProcessFigures(
        self, request: processes.GetProcessFiguresRequest, _: Call
    ) -> processes.GetProcessFiguresResponse:
        tenant = tenant_of(request.parent)
        start, end = period(request)
        asked = f"{start} {end}"
        before = fields.page_number(request.page_token, asked, of="start_time or end_time") or None
        part = await self._figures.part(tenant, from_ms=start, until_ms=end, before=before)
        figures = [figures_message(process, counts) for process, counts in sorted(part.counts.items())]
        return processes.GetProcessFiguresResponse(
            figures=figures, next_page_token=fields.page_token(part.below, asked)
        )


def _tenant_and_item(parent: str) -> tuple[str, str]:
    """Read whose deadlines are asked for: a tenant's, or one work item's; without one its id is empty.

    Raises
    ------
    InvalidInput
        If it names neither.
    """
    if parent.count("/") > 1:
        return fields.name_of(parent, "workItems", "parent")
    return tenant_of(parent), ""


def _state(number: int) -> DeadlineState | None:
    """Read to which state a list is limited; None: to none.

    Raises
    ------
    InvalidInput
        If there is no such state.
    """
    if number and number not in STATES.values():
        allowed = ", ".join(deadlines.Deadline.State.keys()[1:])
        raise InvalidInput.of("state", f"{number}: must be one of {allowed}, or absent")
    return next((state for state, each in STATES.items() if each == number), None)


def _expected(etag: str) -> int | None:
    """Read which revision of a process is expected to be active, 0: it is not published; None: any.

    Raises
    ------
    InvalidInput
        If it is no etag of a process.
    """
    if etag and not fields.is_number(etag):
        allowed = "must be the etag of the process's active revision, 0 where none is published, or absent"
        raise InvalidInput.of("etag", f"{shown(etag)}: {allowed}")
    return etag_number(etag)


def _picture(process: Process, picture_format: int, language: Language) -> str:
    draw = mermaid if picture_format == processes.DrawProcessRequest.FORMAT_MERMAID else svg
    return draw(process, language)


def name_of_process(name: str) -> tuple[str, str, int | None]:
    """Read ``tenants/{tenant}/processes/{process}``, with ``@{revision}`` or without, into its parts.

    Raises
    ------
    InvalidInput
        If it is not of that form.
    """
    tenant, record_id = fields.name_of(name, _COLLECTION)
    process, at, revision = record_id.partition("@")
    if check_id(process) or (at and not (fields.is_number(revision) and revision[0] != "0")):
        form = f"tenants/{{tenant}}/{_COLLECTION}/{{process}}, with @{{revision}} or without"
        raise InvalidInput.of("name", f"{shown(name)}: must be {form}")
    return tenant, process, int(revision) if at else None


def _process(
    tenant: str, publication: ProcessPublication, *, is_active: bool, with_source: bool = True
) -> processes.Process:
    revision = publication.revision
    return processes.Process(
        name=f"tenants/{tenant}/{_COLLECTION}/{publication.process}@{revision}" if revision else "",
        process=publication.process,
        revision=revision,
        source=publication.source if with_source else "",
        note=publication.note,
        active=is_active,
        rollback_of=publication.rollback_of,
        stages=publication.stages,
        etag=str(revision) if revision else "",
        actor=publication.actor,
        kinds=[KIND_NUMBERS[kind] for kind in publication.kinds],
        create_time=fields.timestamp(publication.at_ms * 1000) if revision else None,
    )
