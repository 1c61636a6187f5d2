"""IntakeService: sources by AIP's standard methods; leads in, and what could not be mapped."""

from __future__ import annotations

import logging
import re
from itertools import takewhile
from typing import Any

from google.protobuf.empty_pb2 import Empty

from fairlead.v1 import intake_pb2 as intake
from gateway import fields
from gateway.calls.call import Call
from resource_names import check_id, tenant_of
from router.intake.service import SourceService
from router.intake.taking import LeadIntake
from router.rpc import intake_messages as read
from router.rpc.workforce_messages import masked

_BEARER = "bearer "
_PLACE = re.compile(r"(\d{1,17}) ([0-9a-f]{32})")
"""Behind which failure a page of them begins: when it came, and its id."""

_log = logging.getLogger("fairlead.intake")
"""Is told who changed from where leads come: such changes stand in no log of decisions. Who made the call is added."""


class IntakeServicer:
    """Answers IntakeService; errors are raised and become statuses in ``gateway.calls.pipeline``."""

    def __init__(self, sources: SourceService, intake_: LeadIntake) -> None:
        self._sources = sources
        self._intake = intake_

    async def CreateSource(self, request: intake.CreateSourceRequest, _: Call) -> intake.LeadSource:
        tenant = tenant_of(request.parent)
        source = read.source_of(request.source, request.source_id, "source_id")
        view = await self._sources.create(tenant, source, preview=request.validate_only)
        _note(request, f"tenants/{tenant}/sources/{source.id}", "created")
        return read.source_message(tenant, view)

    async def GetSource(self, request: intake.GetSourceRequest, _: Call) -> intake.LeadSource:
        tenant, source_id = fields.name_of(request.name, "sources")
        return read.source_message(tenant, await self._sources.get(tenant, source_id))

    async def ListSources(self, request: intake.ListSourcesRequest, _: Call) -> intake.ListSourcesResponse:
        tenant, after = tenant_of(request.parent), fields.page_place(request.page_token, _is_id)
        views, position = await self._sources.page(tenant, after, fields.page_size(request.page_size))
        messages = [read.source_message(tenant, view) for view in views]
        listed = list(takewhile(fields.PageRoom().takes, messages))
        if len(listed) < len(views):
            position = views[len(listed) - 1].source.id
        return intake.ListSourcesResponse(sources=listed, next_page_token=fields.page_token(position))

    async def UpdateSource(self, request: intake.UpdateSourceRequest, _: Call) -> intake.LeadSource:
        message = request.source
        tenant, source_id = fields.name_of(message.name, "sources", "source.name")
        paths = masked(request.update_mask.paths, read.SOURCE_FIELDS, message)
        if list(request.update_mask.paths) == ["*"]:  # a new token only for who names it: senders would be shut out
            paths -= {"token"}
        view = await self._sources.update(
            tenant,
            source_id,
            lambda present: read.changed_source(present, message, paths),
            message.etag,
            renews_token="token" in paths,
            preview=request.validate_only,
        )
        _note(request, f"tenants/{tenant}/sources/{source_id}", "changed")
        return read.source_message(tenant, view)

    async def DeleteSource(self, request: intake.DeleteSourceRequest, _: Call) -> Empty:
        tenant, source_id = fields.name_of(request.name, "sources")
        await self._sources.delete(tenant, source_id, request.etag, preview=request.validate_only)
        _note(request, f"tenants/{tenant}/sources/{source_id}", "deleted")
        return Empty()

    async def TestSource(self, request: intake.TestSourceRequest, _: Call) -> intake.TestSourceResponse:
        tenant, source_id = fields.name_of(request.name, "sources")
        return read.trial_message(tenant, await self._intake.try_out(tenant, source_id, read.payload_of(request)))

    async def IntakeLeads(self, request: intake.IntakeLeadsRequest, call: Call) -> intake.IntakeLeadsResponse:
        tenant, source_id = fields.name_of(request.name, "sources")
        shown = call.header("authorization")
        token = shown[len(_BEARER) :].strip() if shown[: len(_BEARER)].lower() == _BEARER else ""
        results = await self._intake.take(tenant, source_id, read.payload_of(request), token)
        return intake.IntakeLeadsResponse(results=[read.result_message(tenant, source_id, each) for each in results])

    async def ListIntakeFailures(
        self, request: intake.ListIntakeFailuresRequest, _: Call
    ) -> intake.ListIntakeFailuresResponse:
        tenant, source_id = fields.name_of(request.parent, "sources", "parent")
        place = _PLACE.fullmatch(fields.page_place(request.page_token, _PLACE.fullmatch))
        after = (int(place[1]), place[2]) if place else None
        count = fields.page_size(request.page_size)
        page = await self._intake.failed(tenant, source_id, after, count + 1)
        messages = (read.failure_message(tenant, source_id, each) for each in page[:count])
        listed = list(takewhile(fields.PageRoom().takes, messages))
        token = ""
        if len(listed) < len(page):
            last = page[len(listed) - 1]
            token = fields.page_token(f"{last.received_us} {last.id}")
        return intake.ListIntakeFailuresResponse(failures=listed, next_page_token=token)

    async def RedriveIntakeFailures(
        self, request: intake.RedriveIntakeFailuresRequest, _: Call
    ) -> intake.RedriveIntakeFailuresResponse:
        tenant, source_id = fields.name_of(request.parent, "sources", "parent")
        ids = read.failure_ids(request.failures, tenant, source_id)
        redriven = await self._intake.redrive(tenant, source_id, ids, preview=request.validate_only)
        return intake.RedriveIntakeFailuresResponse(
            taken_count=redriven.taken, junk_count=redriven.junk, failed_count=redriven.failed
        )

    async def PurgeIntakeFailures(
        self, request: intake.PurgeIntakeFailuresRequest, _: Call
    ) -> intake.PurgeIntakeFailuresResponse:
        tenant, source_id = fields.name_of(request.parent, "sources", "parent")
        ids = read.failure_ids(request.failures, tenant, source_id)
        purged = await self._intake.purge(tenant, source_id, ids, preview=request.validate_only)
        return intake.PurgeIntakeFailuresResponse(purged_count=purged)


def _note(request: Any, name: str, done: str) -> None:
    if not request.validate_only:
        _log.info("%s: %s", name, done)


def _is_id(text: str) -> bool:
    return check_id(text) is None
