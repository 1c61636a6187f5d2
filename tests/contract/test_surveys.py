"""Customers who are to be asked: so long behind the end, once, spared where they must be, listed until they answer; on
both stores.
"""

from __future__ import annotations

import pytest

from router.adapters.redis.erasure import RedisPersonalValues
from router.deadlines.notices import AskedCustomer
from router.deadlines.ports import NoteCommand
from router.deadlines.surveying import EXTERNAL_ID, SurveyQueries
from router.erasure.ports import Counts, Erasure, PersonalValues
from router.model.decision import Decision
from router.model.events import Note, Noted
from router.model.workforce import Member, Pool, Rep
from router.model.workitem import Kind
from router.rules.check import check
from tests.contract.staging import process_publication
from tests.contract.test_caps import DAY_MS, HOUR_MS, START_MS, World, world
from tests.contract.test_listed_deadlines import timeline_entries
from tests.contract.test_satisfaction import RULES, Firm
from tests.contract.test_stages import advance, reopened, routed
from tests.twins.store import MemoryStore

__all__ = ["world"]  # a fixture

ASKING = """
process: care
kinds: [TICKET, LEAD]
stages: [{id: new}, {id: solved, closes: CLOSED}, {id: double, closes: DISQUALIFIED}]
satisfaction:
  csat: {ask: {after: 1h}, at_most: 2, notify: [mo]}
  nps: {ask: {after: 2cd}}
"""
COMPLAINT = """
process: complaint
kinds: [RESCUE]
complaints: true
stages: [{id: new}, {id: solved, closes: CLOSED}]
"""
BOOK = """
process: book
kinds: [CUSTOMER]
stages: [{id: new}, {id: left, closes: CLOSED}]
satisfaction:
  nps: {ask: {after: 1h}}
"""


class Asking(Firm):
    """A firm that has customers asked."""

    async def happened(self, ms: int) -> list[tuple[str, str, str]]:
        """Have it be so long behind the start; return who was to be asked by then, or spared, of which work item."""
        noted = [event for event in await self.at(ms) if isinstance(event, Noted)]
        return [(str(event.note), event.subject, event.item_id) for event in noted]

    async def pending(self, since_ms: int = 0) -> list[tuple[str, str, str]]:
        """Return who is to be asked and did not answer, the newest first."""
        queries, found, before = (
            SurveyQueries(self.world.store, self.world.planners),
            list[tuple[str, str, str]](),
            None,
        )
        while True:
            page = await queries.pending(self.world.tenant, before=before, count=2, since_ms=since_ms)
            found += [(each.noted.subject, each.noted.item_id, each.customer) for each in page.pending]
            if (before := page.before) is None:
                return found

    async def closed(self, customer: str = "C-1", stage: str = "solved", kind: Kind = Kind.TICKET) -> Decision:
        item = await routed(self.world, kind, customer=customer)
        await advance(self.world, item, stage)
        return item


@pytest.fixture
async def firm(world: World) -> Asking:
    await world.save(Rep("ann", manager="mo"), Rep("mo"), pool=Pool("east", (Member("ann"),), managers=("mo",)))
    firm = Asking(world)
    await firm.publish(RULES)
    rule_set = check(RULES).rule_set
    assert rule_set is not None
    for source in (ASKING, COMPLAINT):
        await world.processes.publish_process(world.tenant, None, process_publication(source, rule_set))
    await firm.at(0)
    return firm


async def test_a_customer_is_to_be_asked_so_long_behind_the_end_once_and_is_listed_until_they_answer(
    firm: Asking,
) -> None:
    ticket, lead = await firm.closed(), await firm.closed("C-2", kind=Kind.LEAD)
    assert await firm.happened(HOUR_MS - 1) == []

    assert await firm.happened(HOUR_MS + 1000) == [("SURVEYED", "csat", ticket.item_id)]

    asked = [each.about for each in firm.notices if isinstance(each.about, AskedCustomer)]
    assert asked == [AskedCustomer(ticket.item_id, "csat", "C-1")]
    assert await firm.pending() == [("csat", ticket.item_id, "C-1")]
    both = [("SURVEYED", "nps", ticket.item_id), ("SURVEYED", "nps", lead.item_id)]
    assert await firm.happened(2 * DAY_MS + 1000) == both
    assert await firm.pending() == [(name, item, who) for (_, name, item), who in [
        (both[1], "C-2"), (both[0], "C-1"), (("", "csat", ticket.item_id), "C-1"),
    ]]  # fmt: skip
    assert await firm.differences() == []
    await firm.answer(ticket, csat=4)
    await firm.answer(await routed(firm.world, customer="C-1"), nps=9)  # with another work item
    assert await firm.pending() == [("nps", lead.item_id, "C-2")]
    assert await firm.happened(200 * DAY_MS) == []
    assert await firm.pending(START_MS + 2 * DAY_MS) == [("nps", lead.item_id, "C-2")]
    assert await firm.pending(START_MS + 3 * DAY_MS) == []
    assert await firm.differences() == []


async def test_who_is_reopened_answered_or_was_never_one_is_not_asked(firm: Asking) -> None:
    back, told, _ = await firm.closed("C-1"), await firm.closed("C-2"), await firm.closed("C-3", "double")
    await reopened(firm.world, back)
    await firm.answer(told, csat=4)
    await firm.answer(told, nps=4)

    assert await firm.happened(3 * DAY_MS) == []

    await advance(firm.world, back, "solved")
    assert await firm.happened(3 * DAY_MS + HOUR_MS + 1000) == [("SURVEYED", "csat", back.item_id)]
    await reopened(firm.world, back)
    await advance(firm.world, back, "solved")
    assert await firm.happened(6 * DAY_MS) == [("SURVEYED", "nps", back.item_id)]  # satisfaction once of a ticket
    assert await firm.pending() == [("nps", back.item_id, "C-1"), ("csat", back.item_id, "C-1")]
    assert await firm.differences() == []


async def test_nobody_is_asked_for_an_nps_within_90_days_or_while_they_complain_and_why_is_said(firm: Asking) -> None:
    first = await firm.closed(kind=Kind.LEAD)
    assert await firm.happened(3 * DAY_MS) == [("SURVEYED", "nps", first.item_id)]
    second, unknown = await firm.closed(kind=Kind.LEAD), await routed(firm.world)
    await advance(firm.world, unknown, "solved")
    complaint = await routed(firm.world, Kind.RESCUE, customer="C-2")
    third = await firm.closed("C-2", kind=Kind.LEAD)

    spared = await firm.happened(6 * DAY_MS)

    assert sorted(spared) == sorted([
        ("SPARED", "RECENT", second.item_id), ("SPARED", "UNKNOWN", unknown.item_id),
        ("SPARED", f"COMPLAINT/{complaint.item_id}", third.item_id),
    ])  # fmt: skip
    assert await firm.pending() == [("nps", first.item_id, "C-1")]
    assert (await firm.answer(first, nps=9)).nps == 9  # to what was asked: less than 90 days ago
    assert await firm.pending() == []
    (said,) = [entry.words for entry in await timeline_entries(firm.world, third, "en") if entry.HasField("survey")]
    assert said == (
        "The customer is not asked how likely they would recommend us: they have a complaint open,"
        f" {complaint.item_id}."
    )
    later = await firm.closed(kind=Kind.LEAD)
    assert await firm.happened(92 * DAY_MS) == [("SPARED", "RECENT", later.item_id)]  # from the answer on
    late = await firm.closed(kind=Kind.LEAD)
    assert await firm.happened(98 * DAY_MS) == [("SURVEYED", "nps", late.item_id)]
    assert await firm.differences() == []


async def test_a_replay_names_who_was_asked_what_was_not_due_and_who_is_listed_without(firm: Asking) -> None:
    ticket = await firm.closed()
    item = await firm.noting.read(firm.world.tenant, ticket.item_id)
    await firm.noting.write(
        firm.world.tenant, item, NoteCommand(ticket.item_id, item.stored.record.event, Note.SURVEYED, "csat")
    )

    (fault,) = await firm.differences()

    assert fault.endswith(f"its customer was not to be asked for csat of {ticket.item_id}")


async def test_who_is_erased_is_not_asked(firm: Asking) -> None:
    await firm.publish(RULES.replace("{type: string}", "{type: string, personal: true}"))
    asked, due = await firm.closed("C-1"), await firm.closed("C-2")
    await firm.happened(HOUR_MS + 1000)
    assert len(await firm.pending()) == 2

    for each, customer in ((asked, "C-1"), (due, "C-2")):
        await personal_values(firm).erase(firm.world.tenant, Erasure([each.item_id], customer))

    assert await firm.pending() == []
    assert await firm.happened(3 * DAY_MS) == []
    assert await firm.differences() == []


async def test_nothing_of_who_is_erased_is_asked_whatever_their_work_items_hold(firm: Asking) -> None:
    noted, plain, still_open = await firm.closed(), await firm.closed(), await routed(firm.world, customer="C-1")
    other = await firm.closed("C-2")
    await firm.happened(HOUR_MS + 1000)
    await firm.answer(noted, csat=4, comment="the roof at 5 Mill Lane holds")
    soon = await firm.closed()
    values, theirs = personal_values(firm), [noted, plain, still_open, soon]
    erasure = Erasure(await values.items_of(firm.world.tenant, "C-1"), "C-1")

    preview, erased, again = [
        await values.erase(firm.world.tenant, erasure, preview=preview) for preview in (True, False, False)
    ]

    assert preview == erased == Counts(items=len(theirs), values=1)
    assert again == Counts()  # as they were erased
    assert await firm.pending() == [("csat", other.item_id, "C-2")]
    await advance(firm.world, still_open, "solved")
    assert await firm.happened(100 * DAY_MS) == [("SURVEYED", "nps", other.item_id)]
    new = await firm.closed()
    asked = await firm.happened(103 * DAY_MS)
    assert [each for each in asked if each[2] != new.item_id] == []  # what comes afterwards is new data
    assert len(asked) == 2
    assert await firm.differences() == []


def personal_values(firm: Asking) -> PersonalValues:
    """Return what holds the personal values of a firm."""
    store = firm.world.store
    return store if isinstance(store, MemoryStore) else RedisPersonalValues(store._redis)


async def test_of_a_customer_that_is_a_work_item_itself_the_external_id_says_who_is_asked(firm: Asking) -> None:
    rule_set = check(RULES).rule_set
    assert rule_set is not None
    await firm.world.processes.publish_process(firm.world.tenant, None, process_publication(BOOK, rule_set))
    ticket, customer = await firm.closed("C-1"), await routed(firm.world, Kind.CUSTOMER)
    await advance(firm.world, customer, "left")
    assert ("SURVEYED", "nps", customer.item_id) in await firm.happened(2 * HOUR_MS)

    page = await SurveyQueries(firm.world.store, firm.world.planners).pending(firm.world.tenant, count=10)

    said = {each.noted.item_id: (each.customer, each.field) for each in page.pending}
    assert said[ticket.item_id] == ("C-1", "customer")
    assert said[customer.item_id] == (customer.head.item.external_id, EXTERNAL_ID)
