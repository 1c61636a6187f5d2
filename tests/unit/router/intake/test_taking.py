"""Leads are in the queue before anything is counted or kept; where there is no room, nothing of a payload is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from failures import Unauthenticated
from gateway.payloads import JSON, payload_fields
from router.adapters.queue import QueuedSubmissions
from router.intake import taking
from router.intake.mapping import Junk
from router.intake.ports import FailedLead, IntakeCounts
from router.intake.service import hashed
from router.intake.source import JunkRule, LeadSource, MappedAttribute
from router.intake.taking import LeadIntake, Payload, TakenLead
from router.model.errors import QueueFull, TooManyFailures
from router.submission.service import SubmissionService
from store.durability import DurabilityStatus
from tests.twins.queue import MemoryQueue
from tests.twins.sources import MemorySources
from tests.twins.store import MemoryStore
from workqueue.jobs import Bounds

TENANT = "default"
SITE = LeadSource(
    "site",
    attributes=(MappedAttribute("phone", "tel", required=True),),
    external_id_field="id",
    junk=(JunkRule("trap"),),
    token_hash=hashed("token"),
)


class Taking:
    """An intake with room for so many submissions."""

    def __init__(self, jobs: int = 100) -> None:
        self.sources = MemorySources()
        self.queue = MemoryQueue(lambda: 1_700_000_000_000_000, bounds=Bounds(jobs=jobs))
        no_queries: Any = None
        submissions = SubmissionService(QueuedSubmissions(self.queue, DurabilityStatus()), no_queries)
        self.intake = LeadIntake(self.sources, submissions, MemoryStore(lambda: 1_700_000_000_000), payload_fields)

    async def take(self, *leads: dict[str, Any], token: str = "token") -> Any:
        return await self.intake.take(TENANT, "site", Payload(JSON, json.dumps(leads).encode()), token)

    async def counts(self) -> IntakeCounts:
        return await self.sources.counts(TENANT, "site")

    async def waiting(self) -> int:
        return sum((await self.queue.stats(TENANT)).counts.values())


@pytest.fixture
async def site() -> Taking:
    taking = Taking()
    await taking.sources.put(TENANT, "site", SITE, "")
    return taking


async def test_each_lead_of_a_list_goes_its_own_way_and_in_order(site: Taking) -> None:
    taken, junk, failed, other = await site.take(
        {"id": 1, "tel": "138"}, {"id": 2, "trap": "x"}, {"id": 3}, {"id": 4, "tel": "139"}
    )

    assert (taken, junk, other) == (TakenLead("site~1"), Junk("trap"), TakenLead("site~4"))
    assert isinstance(failed, FailedLead)
    assert failed.fields == {"id": 3}
    assert await site.counts() == IntakeCounts(2, 1, 1, 1)
    assert await site.waiting() == 2


async def test_where_the_queue_is_full_nothing_is_counted_or_kept_and_sent_again_it_is_the_same(site: Taking) -> None:
    full = Taking(jobs=1)
    await full.sources.put(TENANT, "site", SITE, "")
    leads = ({"id": 1, "tel": "138"}, {"id": 2, "tel": "139"}, {"id": 3}, {"trap": "x"})

    with pytest.raises(QueueFull):
        await full.take(*leads)

    assert (await full.counts(), await full.sources.failed(TENANT, "site", None, 9)) == (IntakeCounts(), [])
    first, again = [await site.take(*leads) for _ in range(2)]
    assert first == again
    assert await site.waiting() == 2
    assert await site.counts() == IntakeCounts(4, 2, 1, 1)


async def test_beyond_what_may_wait_nothing_is_taken_in_but_what_waits_already(
    site: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "MAX_FAILED", 2)
    await site.take({"id": 1}, {"id": 2})

    with pytest.raises(TooManyFailures, match="2 leads of tenants/default/sources/site wait"):
        await site.take({"id": 3}, {"id": 4, "tel": "138"})
    await site.take({"id": 1}, {"id": 5, "tel": "138"})

    assert await site.counts() == IntakeCounts(1, 0, 2, 2)
    assert await site.waiting() == 1


async def test_a_token_in_the_leads_must_be_in_each_and_is_kept_nowhere(site: Taking) -> None:
    kept = await site.sources.get(TENANT, "site")
    assert kept
    source = LeadSource("site", attributes=SITE.attributes, token_field="key", token_hash=SITE.token_hash)
    await site.sources.put(TENANT, "site", source, kept.etag)

    (failed,) = await site.take({"key": "token", "name": "x"}, token="")
    with_header = await site.take({"key": "token", "tel": "138"}, token="another")
    for leads in (
        ({"key": "token", "tel": "1"}, {"tel": "2"}),
        ({"key": ["token", "x"], "tel": "1"},),
        ({"tel": "1"},),
    ):
        with pytest.raises(Unauthenticated):
            await site.take(*leads, token="")

    assert failed.fields == {"name": "x"}
    assert isinstance(with_header[0], TakenLead)


async def test_a_redrive_takes_the_named_alone_and_keeps_what_still_cannot_be_mapped(site: Taking) -> None:
    first, second, _ = await site.take({"id": 1, "mobile": "138"}, {"id": 2, "mobile": "139"}, {"id": 3})
    kept = await site.sources.get(TENANT, "site")
    assert kept
    mended = LeadSource(
        "site", attributes=(MappedAttribute("phone", "mobile", required=True),), token_hash=SITE.token_hash
    )
    await site.sources.put(TENANT, "site", mended, kept.etag)

    would = await site.intake.redrive(TENANT, "site", None, preview=True)
    named = await site.intake.redrive(TENANT, "site", [first.id, "unknown"])
    rest = await site.intake.redrive(TENANT, "site", None)

    assert (would, named, rest) == ((2, 0, 1), (1, 0, 0), (1, 0, 1))
    assert (await site.counts(), await site.waiting()) == (IntakeCounts(2, 0, 3, 1), 2)
    assert await site.intake.purge(TENANT, "site", None, preview=True) == 1
    assert await site.intake.purge(TENANT, "site", [second.id]) == 0
    assert await site.intake.purge(TENANT, "site", None) == 1
