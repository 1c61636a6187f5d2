"""How processes fared in a period: as independent lines count it while it happens; on both stores."""

from __future__ import annotations

import math
from collections import Counter
from random import Random
from typing import Any

import pytest

from router.activities.service import RecordRequest
from router.deadlines.figures import Figures, FiguresPart
from router.erasure.ports import Erasure
from router.model.activities import Activity, ActivityKind, Direction
from router.model.decision import Decision
from router.model.workforce import Member, Pool, Rep
from router.model.workitem import Kind
from router.rules.check import check
from tests.contract.staging import process_publication
from tests.contract.test_caps import DAY_MS, HOUR_MS, START_MS, World, world
from tests.contract.test_stages import advance, reopened, routed
from tests.contract.test_surveys import Asking, personal_values

__all__ = ["world"]  # a fixture

RULES = """
fields: {customer: {type: string}, cause: {type: string}, remedy: {type: string}}
known_customer: {id: customer}
rules: []
default: {route: {pool: east, fallback: [wait]}}
"""
CARE = """
process: care
kinds: [TICKET, RENEWAL]
stages:
  - {id: new}
  - {id: handling, require: [cause]}
  - {id: solved, require: [remedy], closes: CLOSED, open: [{id: call-back, pool: east, within: 3cd, clock: wall}]}
satisfaction: {csat: {ask: {after: 1h}}, nps: {ask: {after: 2cd}}}
"""


@pytest.fixture
async def firm(world: World) -> Asking:
    await world.save(Rep("ann"), pool=Pool("east", (Member("ann"),)))
    firm = Asking(world)
    await firm.publish(RULES)
    rule_set = check(RULES).rule_set
    assert rule_set is not None
    await world.processes.publish_process(world.tenant, None, process_publication(CARE, rule_set))
    await firm.at(0)
    return firm


async def summed(firm: Asking, from_ms: float = -math.inf, until_ms: float = math.inf) -> tuple[Any, ...]:
    """Return all counts of the process, and how many have each field, of all parts."""
    figures = Figures(firm.world.store, firm.world.queries, firm.world.planners)
    counts, items, filled = Counter[str](), Counter[Any](), Counter[Any]()
    before: int | None = None
    while True:
        part: FiguresPart = await figures.part(firm.world.tenant, from_ms=from_ms, until_ms=until_ms, before=before)
        for process, each in part.counts.items():
            assert process == "care"
            counts.update({str(figure): n for figure, n in each.figures.items()})
            items.update({tuple(cell): n for cell, n in each.work_items.items()})
            filled.update({tuple(cell): n for cell, n in each.filled.items()})
        if (before := part.below) is None:
            return dict(counts), dict(items), dict(+filled)


async def test_what_is_counted_is_what_independent_lines_count(firm: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("router.deadlines.figures._EVENTS", 7)  # many parts
    chance, said = Random(14), Counter[str]()
    items, filled = Counter[Any](), Counter[Any]()
    tickets = [await routed(firm.world, Kind.TICKET, customer=f"C-{n}") for n in range(12)]
    for place, ticket in enumerate(tickets):
        if place % 4 == 3:  # stays open, in one stage or another
            stage = chance.choice(["new", "handling"])
            if stage == "handling":
                await advance(firm.world, ticket, "handling", given={"cause": "rain"})
                items["handling", False, "cause"] += 1
                filled["handling", False, "cause"] += 1
            continue
        passes = chance.random() < 0.5
        if passes:
            await advance(firm.world, ticket, "handling", given={"cause": "rain"})
            items["solved", True, "cause"] += 1
            filled["solved", True, "cause"] += 1
        await advance(firm.world, ticket, "solved", given={"remedy": "roof"})
        items["solved", True, "remedy"] += 1
        filled["solved", True, "remedy"] += 1
    solved = [ticket for place, ticket in enumerate(tickets) if place % 4 != 3]
    opened = [event for event in await firm.at(HOUR_MS + 1000) if isinstance(event, Decision)]
    said["call_backs"] = said["csat_asked"] = len(solved)
    for call in opened:
        if chance.random() < 0.5:
            await talk(firm, call)
            said["called"] += 1
    for ticket in solved:
        if chance.random() < 0.6:
            csat = chance.randint(1, 5)
            await firm.answer(ticket, csat=csat)
            said.update({"csat_answered": 1, "csat_answers": 1, "csat_satisfied": int(csat >= 4)})
    await firm.at(2 * DAY_MS + 1000)
    said["nps_asked"] = len(solved)
    for ticket in solved:
        if chance.random() < 0.6:
            nps = chance.randint(0, 10)
            await firm.answer(ticket, nps=nps)
            grade = {"nps_promoters": int(nps >= 9), "nps_detractors": int(nps <= 6)}
            said.update({"nps_answered": 1, "nps_answers": 1} | grade)

    counted = await summed(firm)

    assert counted == (dict(+said), dict(items), dict(filled))
    assert all(said[name] for name in ("called", "csat_satisfied", "nps_detractors"))
    assert await summed(firm, until_ms=START_MS) == ({}, {}, {})
    (late, *none) = await summed(firm, from_ms=START_MS + DAY_MS)
    assert late == {name: n for name, n in (+said).items() if name.startswith("nps")}
    assert none == [{}, {}]


async def test_what_is_reopened_wants_no_call_back_and_is_complete_as_it_stands(firm: Asking) -> None:
    ticket = await routed(firm.world, Kind.TICKET)
    await advance(firm.world, ticket, "solved", given={"remedy": "roof"})
    await firm.at(0)
    assert (await summed(firm))[0] == {"call_backs": 1}
    await reopened(firm.world, ticket)
    await firm.at(1)

    assert await summed(firm) == ({}, {}, {})  # the first stage requires nothing


async def test_who_is_erased_counts_in_no_response_rate_whatever_their_work_items_hold(firm: Asking) -> None:
    tickets = [await routed(firm.world, Kind.TICKET, customer=who) for who in ("C-1", "C-1", "C-1", "C-2")]
    for ticket in tickets:
        await advance(firm.world, ticket, "solved", given={"remedy": "roof"})
    await firm.at(HOUR_MS + 1000)
    await firm.answer(tickets[0], csat=4, comment="the roof at 5 Mill Lane holds")
    await firm.answer(tickets[1], csat=5)
    values = personal_values(firm)
    await values.erase(firm.world.tenant, Erasure(await values.items_of(firm.world.tenant, "C-1"), "C-1"))

    counted, _, _ = await summed(firm)

    assert counted == {"csat_asked": 1, "call_backs": 4, "csat_answers": 2, "csat_satisfied": 2}


async def test_what_ends_of_tickets_open_is_covered_and_nothing_that_others_do(firm: Asking) -> None:
    for kind in (Kind.TICKET, Kind.RENEWAL):
        await advance(firm.world, await routed(firm.world, kind), "solved", given={"remedy": "roof"})
    opened = [event for event in await firm.at(0) if isinstance(event, Decision)]

    assert len(opened) == 2
    assert (await summed(firm))[0] == {"call_backs": 1}


async def talk(firm: Asking, call: Decision) -> None:
    """Talk with the customer."""
    at_ms = firm.world.clock.now_ms()
    activity = Activity(ActivityKind.CALL, Direction.OUTBOUND, call.rep, at_ms, duration_ms=60_000)
    await firm.activities.record(firm.world.tenant, RecordRequest(call.item_id, activity, by_owner=True))
