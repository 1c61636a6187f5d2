"""Every format of an event that there ever was is read; what follows from it is the same."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgpack
import pytest

from router.history.codec import (
    pack_head,
    pack_update,
    read_content,
    read_effect,
    read_event,
    read_head,
    record_from,
    record_text,
)
from router.model.calendars import Absence, Calendar, CalendarException, TenantSettings
from router.model.decision import (
    Block,
    Cause,
    Decision,
    DecisionEffect,
    DecisionInputs,
    EnteredStage,
    ObservedState,
    StepOfDeadline,
)
from router.model.errors import CorruptHistory
from router.model.events import Completed, Credited, LeaveCredit, PresenceChanged, Updated, Withdrawal
from router.model.workforce import Member, Pool, Record, Rep, Territory
from router.model.workitem import Kind, WorkItem

ITEM = WorkItem(Kind.LEAD)
HEAD = pack_head(DecisionInputs(ITEM, Cause.ROUTED, 1, 1, (), ()), ITEM.pack())
PLAIN, BLOCKED = [[5], [[1, 2]]], [[5], [[1, 2]], [[2, "AWAY", 90, 0]]]


def facts(seen: list[Any]) -> list[Any]:
    return ["x", "LEAD", "ASSIGNED", "ann", "east", 1, 9, seen, [4, 5, 0, 0], "h", 0, ""]


@pytest.mark.parametrize(
    ("form", "packed"),
    [
        (b"decision", msgpack.packb([7, *facts([PLAIN])])),
        (b"decision.2", msgpack.packb(7) + msgpack.packb(facts([PLAIN]))),
        (b"decision.3", msgpack.packb(7) + msgpack.packb(facts([PLAIN]))),
    ],
    ids=["unversioned", "2", "3"],
)
def test_decisions_of_every_format_say_the_same(form: bytes, packed: bytes) -> None:
    decision = read_event(3, form, packed, HEAD)

    assert isinstance(decision, Decision)
    assert (decision.at_ms, decision.rep, decision.seen) == (7, "ann", (ObservedState((5,), ((1, 2),)),))


def test_closings_of_every_format_say_the_same_and_that_of_a_child_why_it_was_withdrawn() -> None:
    closing = ["x", "TASK", "CLOSED", "ann", "east", 1, 4, ""]
    unversioned = read_event(5, b"completed", msgpack.packb([7, *closing]), b"")
    second, third = (
        read_event(5, form, msgpack.packb(7) + msgpack.packb(fields), b"")
        for form, fields in ((b"completed.2", closing), (b"completed.3", [*closing, "crm~1", 3]))
    )

    assert isinstance(third, Completed)
    assert unversioned == second == replace(third, withdrawn=None)
    assert third.withdrawn == Withdrawal("crm~1", 3)
    with pytest.raises(CorruptHistory):
        read_event(5, b"completed.3", msgpack.packb(7) + msgpack.packb([*closing, 1, "crm~1"]), b"")


@pytest.mark.parametrize("size", [0, 300, 70_000])
@pytest.mark.parametrize(("seen", "met_full"), [([PLAIN], True), ([[[5], []], PLAIN], True), ([[[5], []]], False)])
def test_what_a_decision_changed_is_read_without_what_it_was_chosen_from(
    size: int, seen: list[Any], met_full: bool
) -> None:
    item = WorkItem(Kind.TICKET, attributes={"text": "x" * size}, value=7.0)
    head = pack_head(DecisionInputs(item, Cause.WOKEN, 4, 5, ("vip",), ("pool east",), note="n"), item.pack())
    packed = msgpack.packb(1_764_000_000_000) + msgpack.packb(facts(seen))

    decision, effect = read_event(3, b"decision.3", packed, head), read_effect(3, b"decision.3", packed, head)

    assert isinstance(decision, Decision)
    assert isinstance(effect, DecisionEffect)
    shared = [name for name in DecisionEffect._fields if name in Decision._fields]
    assert [getattr(effect, name) for name in shared] == [getattr(decision, name) for name in shared]
    assert effect.met_full is met_full
    assert effect[-5:-1] == (Cause.WOKEN, 4, 5, "")
    assert read_content(3, effect.content) == item
    assert read_effect(3, b"decision.3", packed, head, whole=decision.outcome) == decision


@pytest.mark.parametrize("head", [b"", HEAD[:1], b"\x9d\x01" + HEAD[2:], HEAD[:20], b"\x00" + HEAD[1:]])
def test_a_head_that_was_altered_is_named_where_only_its_cause_is_read(head: bytes) -> None:
    with pytest.raises(CorruptHistory, match="event 3: it cannot be read"):
        read_effect(3, b"decision.3", msgpack.packb(7) + msgpack.packb(facts([PLAIN])), head)


@pytest.mark.parametrize("content", [b"", b"\xc1", b"\x91\x01"])
def test_a_content_that_was_altered_is_named(content: bytes) -> None:
    with pytest.raises(CorruptHistory, match="event 3: it cannot be read"):
        read_content(3, content)


def test_who_was_blocked_is_read_and_hashed_as_the_script_packed_it() -> None:
    decision = read_event(3, b"decision.3", msgpack.packb(7) + msgpack.packb(facts([PLAIN, BLOCKED])), HEAD)

    assert isinstance(decision, Decision)
    assert decision.seen[1].blocked == ((2, Block.AWAY, 90, 0),)
    assert [attempt.packed() for attempt in decision.seen] == [msgpack.packb(PLAIN), msgpack.packb(BLOCKED)]


@pytest.mark.parametrize(("stored", "until_ms"), [(-2, None), (-1, None), (0, 0), (90, 90)])
def test_presence_is_until_an_instant_until_told_otherwise_back_or_gone(stored: int, until_ms: int | None) -> None:
    event = read_event(3, b"presence.1", msgpack.packb(7) + msgpack.packb(["ann", stored, "mo"]), b"")

    assert event == PresenceChanged(3, "ann", until_ms, 7, "mo", is_gone=stored == -2)


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        (b"presence.1", ["ann", "soon", "mo"]),
        (b"presence.1", ["ann"]),
        (b"decision.3", facts([[[5], [], [[2, "ASLEEP", 0, 0]]]])),
        (b"decision.3", facts([[[5], [], [[2, "AWAY"]]]])),
    ],
)
def test_one_that_was_altered_is_named(form: bytes, fields: list[Any]) -> None:
    with pytest.raises(CorruptHistory, match="event 3: it cannot be read"):
        read_event(3, form, msgpack.packb(7) + msgpack.packb(fields), HEAD)


def test_a_credit_for_a_leave_is_read_with_all_that_it_follows_from() -> None:
    packed = ["east", "ann", 0, 10, 90, 400, 6_000, 3_000, 2_000, 5, [["ann", 1000], ["bob", 2000]]]

    event = read_event(3, b"credited.1", msgpack.packb(95) + msgpack.packb(packed), b"")

    members = (Member("ann", 1000), Member("bob", 2000))
    assert event == Credited(3, LeaveCredit("east", "ann", 0, 10, 90, 400, 6_000, 3_000, members), 2_000, 5, 95)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"priority": 1000},
        {"matched_rules": ("vip",), "outcomes": (True, False)},
        {"note": msgpack.ExtType(5, b"sealed"), "tried": ("a", "b"), "actor": "张三"},
        {"cause": Cause.REOPENED, "entered": EnteredStage(7, "new")},
        {"cause": Cause.ESCALATED, "escalates": StepOfDeadline("act/7/new/call", 1)},
        {"cause": Cause.UPDATED, "pool": "legal"},
    ],
)
@pytest.mark.parametrize("size", [0, 40, 300, 70_000])
def test_what_many_decisions_share_is_packed_once_and_reads_as_if_each_were_packed_for_itself(
    changed: dict[str, Any], size: int
) -> None:
    head = DecisionInputs(WorkItem(Kind.LEAD), Cause.ROUTED, 1, 2, (), ("pool p",))._replace(**changed)

    is_usual = changed.keys().isdisjoint({"entered", "escalates", "pool"})
    # who enters nothing, or is routed to no pool by its process, writes what was written before
    written = head[1:-3] if is_usual else head[1:] if "pool" in changed else head[1:-1]
    for content in (bytes(size), b"x" * size):
        assert pack_head(head, content) == msgpack.packb((content, *written))
    read = read_head(pack_head(head, head.item.pack()))
    assert read._replace(item=head.item) == head


@pytest.mark.parametrize("entered", [None, EnteredStage(0, ""), EnteredStage(12, "qualified")])
def test_what_a_decision_changed_is_read_whatever_stage_it_enters(entered: EnteredStage | None) -> None:
    item = WorkItem(Kind.LEAD, "crm", "L-1")
    head = DecisionInputs(item, Cause.IMPORTED, 1, 2, ("r",), ("pool p",), (), "ann", entered=entered)
    facts = ["crm~L-1", "LEAD", "ASSIGNED", "ann", "east", 1, 1000, [[[0], []]], None, "h", 0, ""]

    packed = pack_head(head, item.pack())
    effect = read_effect(3, b"decision.3", msgpack.packb(9) + msgpack.packb(facts), packed)

    assert isinstance(effect, DecisionEffect)
    assert (effect.cause, effect.rule_set_revision, effect.workforce_revision, effect.named) == (
        Cause.IMPORTED,
        1,
        2,
        "ann",
    )
    assert effect.content == item.pack()
    assert read_head(packed).entered == entered


@pytest.mark.parametrize(("form", "behind"), [(b"updated.1", []), (b"updated.2", [0, ""]), (b"updated.2", [4, "won"])])
def test_an_update_is_read_with_the_stage_that_it_enters(form: bytes, behind: list[Any]) -> None:
    item = WorkItem(Kind.LEAD, "crm", "L-1")
    packed = ["crm~L-1", "LEAD", "ann", "east", 1, 2, ["value"], 0, "mo", *behind]
    head = pack_update(DecisionInputs(item, Cause.UPDATED, 1, 2, (), ()), item)

    event = read_event(3, form, msgpack.packb(9) + msgpack.packb(packed), head)

    assert isinstance(event, Updated)
    assert event.entered == (EnteredStage(4, "won") if behind[-1:] == ["won"] else None)


@pytest.mark.parametrize(
    ("kind", "record", "fields"),
    [
        ("rep", Rep("ann"), ["id", "display_name", "attributes", "active", "capacity"]),
        ("pool", Pool("east"), ["id", "members", "display_name", "band", "value_weighted"]),
        ("territory", Territory("east"), ["id", "parent", "display_name"]),
        ("calendar", Calendar("c"), ["id", "time_zone", "weekly", "exceptions", "display_name", "official_until"]),
        ("absence", Absence("ann/1", 0, 1), ["id", "start_ms", "end_ms", "reason"]),
        ("tenant", TenantSettings(), ["id", "time_zone", "calendar"]),
    ],
)  # fmt: skip
def test_what_later_versions_added_is_left_out_where_it_is_empty_so_that_older_digests_hold(
    kind: str, record: Record, fields: list[str]
) -> None:
    assert [*json.loads(record_text(kind, record))] == fields


def test_a_day_entered_by_hand_is_written_as_before_days_had_a_source() -> None:
    days = CalendarException("2026-03-02"), CalendarException("2026-05-01", (), "Labour Day", "country:DE")
    office = Calendar("office", exceptions=days)

    text = record_text("calendar", office)

    assert '{"date":"2026-03-02","hours":[],"display_name":""}' in text
    assert record_from("calendar", text) == office
