"""A turn on top of what somebody asked for meanwhile."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from notifications.webhooks.parking import MAX_PARKED, Chain, Dead, ParkedChange, revived, untried
from notifications.webhooks.ports import CursorPlace, Turned
from notifications.webhooks.rebasing import rebased

BEFORE = CursorPlace(10, 1, 3)
NOW_MS = 1_796_000_000_000


def changes(*events: int) -> tuple[ParkedChange, ...]:
    return tuple(ParkedChange(event, "decision", event, NOW_MS) for event in events)


def chain(*events: int, next_ms: int = NOW_MS) -> Chain:
    return untried("crm~1", changes(*events), next_ms)


@given(st.sets(st.integers(1, 20), min_size=1), st.data())
def test_what_was_delivered_stays_so_and_what_came_back_stands_in_its_place(
    parked: set[int], data: st.DataObject
) -> None:
    events = sorted(parked)
    dead = sorted(data.draw(st.sets(st.integers(1, 20)).map(lambda drawn: drawn - parked)))
    done = data.draw(st.integers(0, len(events)))
    was = chain(*events)
    back = tuple(Dead(event, "crm~1", "decision", event, 1, 1, "500") for event in dead)
    now = revived(was, "crm~1", back, NOW_MS) if back else was
    left = chain(*events[done:]) if events[done:] else None
    before, place = CursorPlace(10, 1, len(events)), CursorPlace(10, 2, len(events) + len(dead))

    found = rebased(Turned(15, len(events) - done, {"crm~1": left}), before, {"crm~1": was}, place, {"crm~1": now})

    assert found
    kept = found.chains["crm~1"]
    assert [each.event for each in kept.changes] == sorted([*events[done:], *dead]) if kept else not dead
    assert (found.event, found.parked) == (15, len(kept.changes) if kept else 0)


def test_what_comes_back_of_a_work_item_that_the_turn_saw_first_is_parked() -> None:
    found = rebased(Turned(12, 3), BEFORE, {"crm~1": None}, CursorPlace(10, 2, 4), {"crm~1": chain(7)})

    assert found
    assert (found.chains, found.parked) == ({"crm~1": chain(7)}, 4)


def test_what_is_to_be_tried_at_once_is_though_it_has_failed_meanwhile() -> None:
    failed = Chain("crm~1", changes(7), 4, NOW_MS, "500", NOW_MS + 86_400_000)

    found = rebased(
        Turned(10, 3, {"crm~1": failed}),
        BEFORE,
        {"crm~1": chain(7, next_ms=1)},
        CursorPlace(10, 2, 3),
        {"crm~1": chain(7)},
    )

    assert found
    assert found.chains == {"crm~1": Chain("crm~1", changes(7), 4, NOW_MS, "500", NOW_MS)}


def test_where_somebody_else_took_a_turn_nothing_is_written() -> None:
    turned, was = Turned(12, 2, {"crm~1": None}), {"crm~1": chain(7)}

    assert rebased(turned, BEFORE, was, CursorPlace(11, 2, 3), {"crm~1": chain(7)}) is None
    assert rebased(turned, BEFORE, was, CursorPlace(10, 2, 2), {}) is None
    assert rebased(turned, BEFORE, was, CursorPlace(10, 2, 3), {"crm~1": chain(8)}) is None


def test_no_more_is_parked_than_there_is_room_for() -> None:
    assert rebased(Turned(12, 4), BEFORE, {}, CursorPlace(10, 2, MAX_PARKED), {}) is None
    assert rebased(Turned(12, 2), BEFORE, {}, CursorPlace(10, 2, MAX_PARKED), {})
