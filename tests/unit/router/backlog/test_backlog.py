"""The backlog against a plain list: the oldest who have a chance, and nobody else."""

from __future__ import annotations

import math
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from router.backlog.backlog import Backlog, Takers, Waiting, helps
from router.model.caps import Cap, CapMeasure, CapScope, CapWindow
from router.model.workitem import Kind

REPS = st.frozensets(st.sampled_from("abcd"), min_size=1)


def takers(reps: frozenset[str], limit: int = 1) -> Takers:
    return ((tuple(sorted(reps)), (limit,) * len(reps)),)


@given(items=st.lists(REPS, max_size=20), most=st.integers(1, 10))
def test_the_oldest_of_all_groups_come_first(items: list[frozenset[str]], most: int) -> None:
    room = Backlog()
    for first, reps in enumerate(items):
        room.enter(Waiting(first, str(first), Kind.LEAD, takers(reps)), tries=math.inf)

    assert room.due(most) == [str(first) for first in range(len(items))][:most]


def test_a_higher_priority_comes_before_age() -> None:
    room = Backlog()
    for first, priority in enumerate([0, 7, 7]):
        room.enter(Waiting(first, str(first), Kind.LEAD, takers(frozenset("a")), priority), tries=math.inf)

    assert room.due(2) == ["1", "2"]


def test_who_is_back_gives_all_chances_to_the_groups_they_belong_to_of_every_kind() -> None:
    room = Backlog()
    for first, (kind, reps) in enumerate([(Kind.LEAD, "ab"), (Kind.LEAD, "ab"), (Kind.TICKET, "b"), (Kind.LEAD, "c")]):
        room.enter(Waiting(first, str(first), kind, takers(frozenset(reps))))

    room.came_back("b")

    assert room.due(9) == ["0", "1", "2"]


def test_who_is_gone_gives_all_chances_to_the_groups_they_belong_to_in_which_somebody_refused() -> None:
    room = Backlog()
    for first, (reps, refused) in enumerate([("ab", "b"), ("ab", "b"), ("ab", ""), ("b", "b")]):
        room.enter(Waiting(first, str(first), Kind.LEAD, takers(frozenset(reps)), refused=tuple(refused)))

    room.gone("a")

    assert room.due(9) == ["0", "1"]


def test_who_could_take_it_from_another_pool_alone_gives_it_a_chance_once_they_may_from_the_first() -> None:
    room, nobody = Backlog(), takers(frozenset())
    lead = Waiting(0, "0", Kind.LEAD, nobody + takers(frozenset("a")))
    room.enter(lead)

    room.enter(replace(lead, takers=takers(frozenset("a")) + takers(frozenset("a"))))

    assert room.due(9) == ["0"]


def test_what_somebody_refused_has_a_chance_once_fewer_could_take_it() -> None:
    room = Backlog()
    lead = Waiting(0, "0", Kind.LEAD, takers(frozenset("ab")), refused=("b",))
    room.enter(lead)

    room.enter(replace(lead, takers=takers(frozenset("b"))))

    assert room.due(9) == ["0"]


def test_who_could_be_taken_by_fewer_reps_keeps_the_chance_that_one_of_them_gave() -> None:
    room, lead = Backlog(), Waiting(1, "1", Kind.LEAD, takers(frozenset("ab")))
    room.enter(lead)

    room.freed("a", Kind.LEAD)
    room.enter(replace(lead, takers=takers(frozenset("a"))))

    assert room.due(9) == ["1"]


@given(items=st.lists(REPS, max_size=20), freed=st.sampled_from("abcd"))
def test_a_freed_rep_gives_one_chance_to_each_group_they_belong_to(items: list[frozenset[str]], freed: str) -> None:
    room = Backlog()
    for first, reps in enumerate(items):
        room.enter(Waiting(first, str(first), Kind.LEAD, takers(reps)))

    assert room.due(99) == []
    room.freed(freed, Kind.LEAD)
    room.freed(freed, Kind.TICKET)

    oldest = {reps: str(first) for first, reps in reversed(list(enumerate(items))) if freed in reps}
    assert room.due(99) == sorted(oldest.values(), key=int)


def test_what_a_pool_as_a_whole_counts_no_more_gives_a_chance_to_the_oldest_it_holds_back_whoever_had_it() -> None:
    room, shared = Backlog(), Cap("all", CapMeasure.COUNT, 1, CapScope.POOL, window=CapWindow.WEEK)
    own = replace(shared, id="own", scope=CapScope.REP)
    for first, (reps, pool, cap) in enumerate(
        [("b", "east", shared), ("ab", "east", shared), ("b", "west", shared), ("b", "east", own)]
    ):
        room.enter(Waiting(first, str(first), Kind.LEAD, takers(frozenset(reps)), caps=((pool, cap, ()),)))

    room.freed("a", Kind.LEAD, uncounted="east")
    assert room.due(9) == ["0", "1"]

    room.again(["0", "1"])
    room.refused(room.due(9))
    room.freed("a", Kind.LEAD)
    assert room.due(9) == ["1"]


def test_what_counts_no_more_under_caps_of_value_gives_all_tries_for_it_may_be_worth_many() -> None:
    room = Backlog()
    for first in range(5):
        room.enter(Waiting(first, str(first), Kind.LEAD, takers(frozenset("a")), value=3))

    room.freed("a", Kind.LEAD)
    assert room.due(9) == ["0"]
    room.freed("a", Kind.LEAD, uncounted="east")
    assert room.due(9) == ["1", "2", "3", "4"]


def test_one_that_is_woken_gives_its_group_one_chance_which_the_oldest_has() -> None:
    room = Backlog()
    for first, reps in enumerate(["a", "a", "b"]):
        room.enter(Waiting(first, str(first), Kind.LEAD, takers(frozenset(reps))))

    room.woken("1")
    room.woken("nobody knows of it")

    assert room.due(9) == ["0"]


def test_nobody_for_one_is_nobody_for_all_of_the_group() -> None:
    room = Backlog()
    for first in range(3):
        room.enter(Waiting(first, str(first), Kind.LEAD, takers(frozenset("a"))), tries=math.inf)

    room.refused(room.due(1))

    assert room.due(9) == []
    room.freed("a", Kind.LEAD)
    assert room.due(9) == ["0"]


def test_whoever_is_not_told_yet_is_tried_once_whatever_the_tries_of_its_equals() -> None:
    room = Backlog()
    equals = [Waiting(first, str(first), Kind.LEAD, takers(frozenset("a")), is_told=first == 0) for first in range(4)]
    for waiting in equals:
        room.enter(waiting, tries=1 - waiting.is_told)

    assert room.due(1) == ["1"]
    room.refused(["1"])
    assert room.due(9) == ["2", "3"]

    for waiting in equals:
        room.enter(replace(waiting, is_told=True))
    assert room.due(9) == []
    room.freed("a", Kind.LEAD)
    assert room.due(9) == ["0"]


def test_who_could_not_be_tried_keeps_the_chance() -> None:
    room = Backlog()
    room.enter(Waiting(0, "0", Kind.LEAD, takers(frozenset("a"))))
    room.freed("a", Kind.LEAD)

    room.again(room.due(9))

    assert room.due(9) == ["0"]


def test_who_left_is_not_tried_and_comes_back_once() -> None:
    room = Backlog()
    waiting = Waiting(0, "0", Kind.LEAD, takers(frozenset("a")))
    room.enter(waiting, tries=math.inf)
    room.leave("0")
    assert room.due(9) == []

    room.enter(waiting, tries=math.inf)
    room.enter(waiting, tries=math.inf)

    assert room.due(9) == ["0"]
    assert room.due(9) == []


@given(before=REPS, after=REPS, limit=st.integers(0, 2), later=st.integers(0, 2))
def test_new_takers_give_a_chance_if_somebody_can_take_who_could_not(
    before: frozenset[str], after: frozenset[str], limit: int, later: int
) -> None:
    room = Backlog()
    room.enter(Waiting(0, "0", Kind.LEAD, takers(before, limit)))

    room.enter(Waiting(0, "0", Kind.LEAD, takers(after, later)))

    helped = bool(after - before) or later > limit
    assert room.due(9) == ["0"] * helped
    assert helps(takers(before, limit), takers(after, later)) == helped
