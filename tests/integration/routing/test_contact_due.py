"""Decisions say by when contact is to be made, in every view, by the rules that they were made by."""

from __future__ import annotations

from typing import Any

from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2 as routing
from tests.api import BASIC, FULL, Api
from tests.integration.routing.arranging import everyone


def within(contact_within: Any) -> dict[str, Any]:
    """Return rules that say by when contact is to be made."""
    route = {"pool": "everyone", "contact_within": contact_within}
    return {"fields": {"severity": {"type": "string"}}, "default": {"route": route}}


def seconds(decision: decisions.Decision) -> int:
    """Return how long after a decision contact is to be made."""
    return int((decision.contact_due_time.ToDatetime() - decision.decide_time.ToDatetime()).total_seconds())


async def again(api: Api, decision: decisions.Decision, view: decisions.DecisionView = FULL) -> decisions.Decision:
    told: decisions.Decision = await api.decisions.GetDecision(
        decisions.GetDecisionRequest(name=decision.name, view=view)
    )
    return told


async def test_a_decision_says_by_when_contact_is_to_be_made_in_each_view_and_in_words(api: Api) -> None:
    await everyone(api, "ann")
    await api.adopt(within({"by": "severity", "P1": "30m", "else": "2h"}))

    urgent, other = await api.route("L-1", severity="P1"), await api.route("L-2")

    assert (seconds(urgent), seconds(other)) == (1_800, 7_200)
    for view in (BASIC, FULL):
        assert (await again(api, urgent, view)).contact_due_time == urgent.contact_due_time
    moment = urgent.contact_due_time.ToDatetime()
    assert (await again(api, urgent)).sentences[-1].endswith(f" at {moment:%H:%M}.")


async def test_an_old_decision_says_it_by_the_rules_of_its_time_on_any_server(api: Api, neighbour: Api) -> None:
    await everyone(api, "ann")
    unlimited = await api.route("L-0")
    await api.adopt(within("30m"))
    first = await api.route("L-1")
    await api.adopt(within("1d"))
    second = await api.route("L-2")

    told = [await again(neighbour, decision, BASIC) for decision in (unlimited, first, second)]

    assert [decision.HasField("contact_due_time") for decision in told] == [False, True, True]
    assert [seconds(decision) for decision in told[1:]] == [1_800, 86_400]


async def test_who_watches_is_told_it_too(api: Api) -> None:
    await everyone(api, "ann")
    await api.adopt(within("30m"))
    watch = api.routing.WatchWorkItems(routing.WatchWorkItemsRequest(parent=api.parent))
    await watch.read()

    decision = await api.route("L-1")

    assert (await watch.read()).change.decision.contact_due_time == decision.contact_due_time
    watch.cancel()


async def test_what_nobody_owns_has_no_such_time(api: Api) -> None:
    await api.pool("everyone", [])
    await api.adopt(within("30m"))

    decision = await api.route("L-1")

    assert not decision.HasField("contact_due_time")
