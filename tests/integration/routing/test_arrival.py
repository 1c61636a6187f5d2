"""Rules by when a work item came: stamped once, by the store's clock, whichever way it comes and however often.

The clock of the service is simulated and stands, so that nothing depends on when the tests run.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import queue_pb2
from fairlead.v1 import workforce_pb2 as workforce
from store.clients import client_for, close
from store.clock import SimulatedClock
from store.embedded.orphans import socket_path
from tests.api import (
    ASSIGNED,
    EXISTING_OWNER,
    FULL,
    UNROUTED,
    WAITING,
    Api,
    connected,
    differences,
    last,
    violated_fields,
)
from tests.integration.routing.arranging import refused
from tests.served import Served

pytestmark = pytest.mark.long
FRIDAY_EVENING = "2026-03-06T18:30:00+08:00"
SATURDAY = "2026-03-07T10:00:00+08:00"
MONDAY = "2026-03-09T10:00:00+08:00"
STAMP_OF_FRIDAY = "2026-03-06T10:30:00Z"
OUT_OF_HOURS = [
    {"field": "arrived.weekday", "op": "in", "value": ["sat", "sun"]},
    {"not": {"field": "arrived.hour", "op": "between", "value": [9, 17]}},
]
RULES: dict[str, Any] = {
    "fields": {"region": {"type": "string"}},
    "arrival": {"field": "arrived", "timezone": "Asia/Shanghai"},
    "rules": [{"id": "duty", "when": {"any": OUT_OF_HOURS}, "route": {"pool": "duty", "fallback": ["wait"]}}],
    "default": {"route": {"pool": "day", "fallback": ["wait"]}},
}
BEFORE = {"fields": RULES["fields"], "default": RULES["default"]}


@pytest.fixture(scope="module")
def data(short_path: Path) -> Path:
    """Return the folder of a service whose clock is simulated."""
    return short_path / "arrival"


@pytest.fixture(scope="module")
def simulated(data: Path) -> Iterator[Served]:
    """Yield a service whose clock is simulated, and which routes nothing that is submitted."""
    served = Served(data, {"FAIRLEAD_WORKERS": "0"}, options=("--simulated-clock",))
    served.ready()
    yield served
    served.close()


class Company(Api):
    """A tenant with a team for the day and one on duty, and hands on the clock."""

    async def at(self, time: str) -> None:
        """Have the clock stand at a time."""
        redis = client_for(self.redis_url)
        await SimulatedClock(redis).set(int(datetime.fromisoformat(time).timestamp() * 1_000_000), rate=0)
        await close(redis)

    async def stamp(self, work_item: str) -> str:
        """Return when a work item came, as it is stored."""
        return str((await self.item(work_item)).attributes["arrived"])


@pytest.fixture
async def company(simulated: Served, data: Path, tenant: str) -> AsyncIterator[Company]:
    async with connected(simulated.address, tenant, f"unix://{socket_path(data)}") as api:
        company = Company(api.channel, tenant, api.redis_url)
        await company.at(FRIDAY_EVENING)
        for rep, pool in (("dee", "duty"), ("dan", "day")):
            await company.hire(rep)
            await company.pool(pool, [rep])
        await company.publish(RULES)
        yield company


@contextmanager
def working(data: Path) -> Iterator[None]:
    """Run a process that routes what is submitted."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("FAIRLEAD_")}
    command = [str(Path(sys.executable).parent / "fairlead"), "work", "--data", str(data)]
    with subprocess.Popen(command, env=environ) as process:
        try:
            yield
        finally:
            process.kill()


async def routed(company: Company, work_item: str) -> decisions.Decision:
    """Wait until a submission is routed; return its decision."""
    while not (item := await company.item(work_item)).decision:
        pass
    return await company.decision(item.decision)


async def test_a_lead_is_routed_by_the_weekday_and_hour_where_its_rules_are_read(company: Company) -> None:
    evening = await company.route("L-1", view=FULL)
    await company.at(MONDAY)
    by_day = await company.route("L-2")
    await company.at(SATURDAY)
    weekend = await company.route("L-3")

    assert [list(each.matched_rules) for each in (evening, by_day, weekend)] == [["duty"], [], ["duty"]]
    assert [last(each.rep) for each in (evening, by_day, weekend)] == ["dee", "dan", "dee"]
    assert await company.stamp(evening.work_item) == STAMP_OF_FRIDAY
    assert await differences(company.redis_url, company.tenant) == []


async def test_an_explanation_says_what_time_it_was(company: Company) -> None:
    decision = await company.route("L-1", view=FULL)
    await company.at(MONDAY)

    explained = await company.decision(decision.name)

    compared = [(each.field, each.op, each.actual, each.holds) for each in explained.predicates]
    assert compared == [("arrived.weekday", "in", '"fri"', False), ("arrived.hour", "between", "18", False)]
    assert (explained.rep, explained.predicates) == (decision.rep, decision.predicates)


async def test_each_of_a_batch_is_stamped(company: Company) -> None:
    results = await company.route_batch([company.wish("L-1"), company.wish("L-2", arrived=MONDAY), company.wish("L-3")])

    assert [last(each.decision.rep) for each in results] == ["dee", "", "dee"]
    assert results[1].error.message == (
        "work_item.attributes.arrived: found '2026-03-09T10:00:00+08:00'; "
        "the server says when a work item came, and nobody else: leave it out"
    )


async def test_who_sends_it_is_refused_by_its_name_and_who_sends_nothing_in_it_is_not(company: Company) -> None:
    for name in ("arrived", "arrived.hour"):
        error = await refused(company.route("L-1", **{name: "2026-03-09"}))
        assert violated_fields(error) == [f"work_item.attributes.{name}"]

    decision = await company.route("L-1", arrived=None)

    assert await company.stamp(decision.work_item) == STAMP_OF_FRIDAY


async def test_a_request_that_is_repeated_later_is_answered_as_before(company: Company) -> None:
    first = await company.route("L-1", request_id="r-1")
    await company.at(MONDAY)

    assert await company.route("L-1", request_id="r-1") == first


async def test_a_known_lead_does_not_differ_by_when_it_came(company: Company) -> None:
    first = await company.route("L-1", region="east")
    await company.at(MONDAY)

    again = await company.route("L-1", region="west")

    assert (again.outcome, again.rep) == (EXISTING_OWNER, first.rep)
    assert [each.field for each in again.known_work_item.differences] == ["attributes.region"]
    assert await company.stamp(first.work_item) == STAMP_OF_FRIDAY


async def test_a_lead_that_waits_and_is_sent_again_keeps_its_first_stamp(company: Company) -> None:
    await company.switch("dee", active=False)
    first = await company.route("L-1", region="east")
    await company.at(MONDAY)

    preview = await company.route("L-1", region="west", validate_only=True)
    again, other, spelt = [
        each.decision
        for each in await company.route_batch(
            [company.wish("L-1", region="west"), company.wish("L-2"), company.wish(" l-1", region="north")]
        )
    ]

    assert [each.outcome for each in (first, preview, again, other, spelt)] == [
        *(WAITING, WAITING, WAITING, ASSIGNED, WAITING)
    ]
    item = await company.item(first.work_item)
    assert dict(item.attributes.items()) == {"region": "north", "arrived": STAMP_OF_FRIDAY}
    assert await differences(company.redis_url, company.tenant) == []


async def test_a_lead_that_waits_is_woken_by_when_it_came(company: Company) -> None:
    await company.switch("dee", active=False)
    waiting = await company.route("L-1")
    await company.at(MONDAY)

    await company.switch("dee", active=True)

    while not (item := await company.item(waiting.work_item)).owner:
        pass
    assert (last(item.owner), item.attributes["arrived"]) == ("dee", STAMP_OF_FRIDAY)


async def test_who_reassigns_a_lead_does_so_by_when_it_came(company: Company) -> None:
    first = await company.route("L-1")
    await company.hire("dot")
    await company.at(MONDAY)
    pool = workforce.Pool(
        name=f"{company.parent}/pools/duty", members=[workforce.PoolMember(rep=company.rep_name("dot"), weight=1)]
    )
    await company.workforce.UpdatePool(workforce.UpdatePoolRequest(pool=pool))

    moved = await company.reassign(first.work_item)

    assert (last(moved.rep), list(moved.matched_rules)) == ("dot", ["duty"])
    assert await company.stamp(first.work_item) == STAMP_OF_FRIDAY


async def test_a_preview_is_of_now_and_keeps_nothing(company: Company) -> None:
    preview = await company.route("L-1", validate_only=True)
    await company.at(MONDAY)

    decision = await company.route("L-1")

    assert [last(preview.rep), last(decision.rep)] == ["dee", "dan"]
    assert await company.stamp(decision.work_item) == "2026-03-09T02:00:00Z"


async def test_what_is_submitted_came_when_it_was_taken_in(company: Company, data: Path) -> None:
    submitted = await company.submit("L-1")
    await company.at(MONDAY)

    with working(data):
        decision = await routed(company, submitted.work_item)

    assert last(decision.rep) == "dee"
    assert await company.stamp(submitted.work_item) == STAMP_OF_FRIDAY


async def test_a_dead_letter_that_is_given_another_chance_came_when_it_was_submitted(
    company: Company, data: Path
) -> None:
    submitted = await company.submit("L-1", phone="139")
    with working(data):
        while not await company.submissions(queue_pb2.Submission.STATE_DEAD):
            pass
        await company.at(MONDAY)
        await company.publish({**RULES, "undeclared": "ignore"})
        await company.queue.RedriveSubmissions(
            queue_pb2.RedriveSubmissionsRequest(parent=company.parent, work_items=[submitted.work_item])
        )
        decision = await routed(company, submitted.work_item)

    assert last(decision.rep) == "dee"


async def test_a_lead_from_before_the_rules_asked_is_stamped_with_when_it_first_came(company: Company) -> None:
    await company.publish(
        {**BEFORE, "default": {"route": {"pool": "day"}}}
    )  # else it waits, and may be woken meanwhile
    await company.switch("dan", active=False)
    unrouted = await company.route("L-1")
    await company.publish(RULES)
    await company.at(MONDAY)

    again = await company.route("L-1")

    assert (unrouted.outcome, last(again.rep)) == (UNROUTED, "dee")
    assert await company.stamp(unrouted.work_item) == STAMP_OF_FRIDAY
