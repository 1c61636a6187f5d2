"""Leads in: who sends shows the source's token; then each is junk, goes into the queue, or is kept until it can.

A lead is taken in before anything is counted or kept, and by a request id that is a hash of what it became: so a
payload that is sent again, for its answer was lost or the queue was full, is the same leads.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, NamedTuple

from failures import Failure, InvalidInput, NotFound, Unauthenticated
from router.assignment.commands import RouteRequest
from router.assignment.ports import StoreClock
from router.intake.mapping import Junk, Unmapped, mapped
from router.intake.ports import FailedLead, KeptSource, ReadPayload, Sources
from router.intake.service import hashed, name_of
from router.intake.source import Fields, LeadSource
from router.model.errors import TooManyFailures
from router.model.workitem import WorkItem
from router.submission.service import SubmissionService

MAX_FAILED = 1_000
"""Leads of a source that wait for its declaration to be mended."""
MAX_UNREADABLE_BYTES = 64 * 1024
"""Of what cannot be read, and is kept to be looked at."""
_HIDDEN = "***"
_STRANGER = "the token is not that of this source, or there is no such source"


class Payload(NamedTuple):
    """What was sent, and of which kind the sender says that it is."""

    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class TakenLead:
    """A lead that is in the queue, or was: the id of its work item."""

    item_id: str


Result = TakenLead | Junk | FailedLead


class SourceTrial(NamedTuple):
    """What would become of leads, and the fields that nothing takes."""

    results: Sequence[WorkItem | Junk | Unmapped]
    item_ids: Sequence[str]
    unused: Sequence[str]


class RedrivenLeads(NamedTuple):
    """How many leads were taken in, were junk, and could not be mapped again."""

    taken: int = 0
    junk: int = 0
    failed: int = 0


class LeadIntake:
    """Takes leads in.

    Parameters
    ----------
    sources
        Which there are.
    submissions
        The queue in front of routing.
    clock
        When a lead came.
    read
        Reads payloads.
    """

    def __init__(self, sources: Sources, submissions: SubmissionService, clock: StoreClock, read: ReadPayload) -> None:
        self._sources = sources
        self._submissions = submissions
        self._clock = clock
        self._read = read

    async def take(self, tenant: str, source_id: str, payload: Payload, token: str) -> list[Result]:
        """Take in what a source sent.

        Parameters
        ----------
        token
            That was shown beside it; empty: none was.

        Raises
        ------
        Unauthenticated
            If the token is not the source's, or there is no such source.
        InvalidInput
            If the payload is large and cannot be read.
        TooManyFailures
            If as much as may waits for the declaration to be mended.
        Exhausted
            If the queue takes nothing more in.
        """
        kept = await self._sources.get(tenant, source_id)
        source = kept.source if kept else LeadSource(source_id)
        is_shown = _is_token(source, token)
        if not is_shown and not source.token_field:
            raise Unauthenticated(_STRANGER)
        leads: Sequence[Fields] = []
        fault = ""
        try:
            leads = self._read(*payload)
        except InvalidInput as error:
            if len(payload.data) > MAX_UNREADABLE_BYTES:
                raise
            fault = str(error)
        if not is_shown and not (leads and all(_is_token(source, lead.get(source.token_field)) for lead in leads)):
            raise Unauthenticated(_STRANGER)
        now_us = await self._clock.now_us(tenant)
        if fault:
            text = payload.data.decode("utf-8", "replace").replace(token, _HIDDEN)  # nothing was read without one
            failed = [_failed_lead({}, (fault,), now_us, text)]
            await self._check_room(tenant, source_id, failed)
            await self._sources.keep(tenant, source_id, failed)
            return list(failed)
        return await self._taken(tenant, source, [_without_token(source, lead) for lead in leads], now_us)

    async def try_out(self, tenant: str, source_id: str, payload: Payload) -> SourceTrial:
        """Say what would become of a payload.

        Raises
        ------
        NotFound
            If there is no such source.
        InvalidInput
            If the payload cannot be read.
        """
        source = (await self._source(tenant, source_id)).source
        leads = [_without_token(source, lead) for lead in self._read(*payload)]
        results = [mapped(source, lead) for lead in leads]
        items = [each for each in results if isinstance(each, WorkItem)]
        receipts = await self._submissions.submit_many(tenant, list(map(_request, items)), preview=True)
        unused = dict.fromkeys(name for lead in leads for name in lead if name not in source.taken_fields)
        return SourceTrial(results, [each.id for each in receipts if not isinstance(each, Failure)], list(unused))

    async def failed(
        self, tenant: str, source_id: str, after: tuple[int, str] | None, count: int
    ) -> Sequence[FailedLead]:
        """Return what could not be mapped, the oldest first; ``after``: behind the time and id of one.

        Raises
        ------
        NotFound
            If there is no such source.
        """
        await self._source(tenant, source_id)
        return await self._sources.failed(tenant, source_id, after, count)

    async def redrive(
        self, tenant: str, source_id: str, ids: Collection[str] | None, *, preview: bool = False
    ) -> RedrivenLeads:
        """Map anew what could not be mapped, the named or, for None, all; what succeeds is taken in and kept no more.

        Raises
        ------
        NotFound
            If there is no such source.
        Exhausted
            If the queue takes nothing more in: what was not taken in is kept.
        """
        source = (await self._source(tenant, source_id)).source
        total = RedrivenLeads()
        for page in await self._pages(tenant, source_id, ids):
            readable = [each for each in page if not each.unreadable]
            results = [mapped(source, each.fields) for each in readable]
            items = [each for each in results if isinstance(each, WorkItem)]
            junk = sum(isinstance(each, Junk) for each in results)
            total = RedrivenLeads(
                total.taken + len(items), total.junk + junk, total.failed + len(page) - len(items) - junk
            )
            if not preview:
                await self._submit(tenant, source, items)
                done = [
                    each.id for each, result in zip(readable, results, strict=True) if not isinstance(result, Unmapped)
                ]
                await self._sources.remove(tenant, source_id, done)
                await self._sources.count(tenant, source_id, taken=len(items), junk=junk)
        return total

    async def purge(self, tenant: str, source_id: str, ids: Collection[str] | None, *, preview: bool = False) -> int:
        """Remove for good what could not be mapped, the named or, for None, all; return how many there were.

        Raises
        ------
        NotFound
            If there is no such source.
        """
        await self._source(tenant, source_id)
        found = [each.id for page in await self._pages(tenant, source_id, ids) for each in page]
        return len(found) if preview else await self._sources.remove(tenant, source_id, found)

    async def _taken(self, tenant: str, source: LeadSource, leads: Sequence[Fields], now_us: int) -> list[Result]:
        results = [mapped(source, lead) for lead in leads]
        failed = {
            place: _failed_lead(leads[place], each.faults, now_us)
            for place, each in enumerate(results)
            if isinstance(each, Unmapped)
        }
        await self._check_room(tenant, source.id, list(failed.values()))
        ids = iter(await self._submit(tenant, source, [each for each in results if isinstance(each, WorkItem)]))
        answers: list[Result] = [
            failed[place] if isinstance(each, Unmapped) else each if isinstance(each, Junk) else TakenLead(next(ids))
            for place, each in enumerate(results)
        ]
        if failed:
            await self._sources.keep(tenant, source.id, list(failed.values()))
        taken, junk = (sum(isinstance(each, kind) for each in answers) for kind in (TakenLead, Junk))
        await self._sources.count(tenant, source.id, taken=taken, junk=junk)
        return answers

    async def _submit(self, tenant: str, source: LeadSource, items: Sequence[WorkItem]) -> list[str]:
        """Put work items into the queue; return their ids."""
        if not items:
            return []
        actor = f"sources/{source.id}"
        receipts = await self._submissions.submit_many(tenant, [_request(item)._replace(actor=actor) for item in items])
        for receipt in receipts:
            if isinstance(receipt, Failure):
                raise receipt
        return [receipt.id for receipt in receipts if not isinstance(receipt, Failure)]

    async def _check_room(self, tenant: str, source_id: str, failed: Sequence[FailedLead]) -> None:
        if not failed:
            return
        known = {each.id for each in await self._sources.failed_of(tenant, source_id, [each.id for each in failed])}
        new = {each.id for each in failed} - known
        waiting = (await self._sources.counts(tenant, source_id)).waiting
        if new and waiting + len(new) > MAX_FAILED:
            raise TooManyFailures(name_of(tenant, source_id), waiting, MAX_FAILED)

    async def _source(self, tenant: str, source_id: str) -> KeptSource:
        kept = await self._sources.get(tenant, source_id)
        if kept is None:
            raise NotFound("source", name_of(tenant, source_id))
        return kept

    async def _pages(self, tenant: str, source_id: str, ids: Collection[str] | None) -> Sequence[Sequence[FailedLead]]:
        if ids is not None:
            return [await self._sources.failed_of(tenant, source_id, ids)]
        return [await self._sources.failed(tenant, source_id, None, MAX_FAILED)]


def _is_token(source: LeadSource, shown: object) -> bool:
    return isinstance(shown, str) and hmac.compare_digest(hashed(shown), source.token_hash)


def _without_token(source: LeadSource, lead: Fields) -> Fields:
    return {name: value for name, value in lead.items() if name != source.token_field} if source.token_field else lead


def _request(item: WorkItem) -> RouteRequest:
    """Return the request to route a lead: the same content makes the same request."""
    content: Mapping[str, Any] = {"kind": item.kind, "key": [item.source, item.external_id], "a": item.attributes}
    return RouteRequest(item, f"intake-{_hash(content)}")


def _failed_lead(fields: Fields, faults: tuple[str, ...], now_us: int, unreadable: str = "") -> FailedLead:
    return FailedLead(_hash([fields, unreadable]), now_us, faults, fields, unreadable)


def _hash(content: object) -> str:
    written = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return blake2b(written.encode(), digest_size=16).hexdigest()
