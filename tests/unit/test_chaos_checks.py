"""The checks of the harness: a sound history passes, and each fault in one is named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from google.longrunning.operations_pb2 import Operation

from fairlead.v1.routing_pb2 import ImportWorkItemsResponse
from router.model.decision import Cause, Decision, DecisionInputs, ObservedState, Outcome, Way
from router.model.digests import DigestKind, MadeDigest
from router.model.dispatch import Answer
from router.model.events import (
    Completed,
    Credited,
    Digested,
    Event,
    Fired,
    LeaveCredit,
    Note,
    Noted,
    OfferAnswered,
    PresenceChanged,
    RulesPublished,
    WorkforceChanged,
)
from router.model.workitem import Kind, State, WorkItem
from tests.chaos import register
from tests.chaos.altered import Edits
from tests.chaos.book import POOL, Books, book_facts
from tests.chaos.checks import (
    Change,
    Evidence,
    Seen,
    each_wish_is_carried_out_once,
    leave_is_credited_once,
    no_cap_is_exceeded,
    somebody_was_told_of_the_first_owner,
    timers_fire_once,
    violations,
    without_a_log,
)
from tests.chaos.complaints import complaint_facts
from tests.chaos.history import Reply, Try
from tests.chaos.lenders import Lendings
from tests.chaos.lists import list_facts
from tests.chaos.moves import Movers, move_facts
from tests.chaos.offers import offers_hold
from tests.chaos.processes import Process
from tests.chaos.system import System
from tests.chaos.terms import HOUR_MS, Terms, drawn

HEAD = DecisionInputs(WorkItem(Kind.LEAD), Cause.ROUTED, 1, 1, (), ())
ROUTED = Decision(1, "x", Kind.LEAD, Outcome.ASSIGNED, "ann", "p", 1, 0, (), None, "", 0, 0, HEAD)
MOVED = ROUTED._replace(number=2, rep="bob", epoch=2, previous=1, head=HEAD._replace(cause=Cause.OVERRIDE), freed="ann")
CLOSED = Completed(3, "x", Kind.LEAD, State.CONVERTED, "bob", "p", 2, 2, 0)
TOLD_ROUTED = Reply(1, "ASSIGNED", "ann", 1, "a")
TOLD_MOVED = Reply(2, "ASSIGNED", "bob", 2, "b")
TOLD_CLOSED = Reply(3, "CONVERTED", "bob", 2, "c")
ROUTE = Try("route", "x", "r-1", 0, 1, "OK", TOLD_ROUTED)
MOVE = Try("reassign", "x", "r-2", 2, 3, "OK", TOLD_MOVED, expected=1)
FOUND_OWNED = replace(ROUTE, answer=replace(TOLD_ROUTED, state="EXISTING_OWNER"))
CLOSE = Try("complete", "x", "r-3", 4, 5, "OK", TOLD_CLOSED)
SEEN = [Seen("1", "x", 1), Seen("2", "x", 2), Seen("3", "x", 2)]
ARRANGED: list[Event] = [RulesPublished(0, 1, 0, "", 0), WorkforceChanged(0, 1, (), "", 0)]
AWAY = PresenceChanged(0, "ann", 0, 0)
WAITS = ROUTED._replace(outcome=Outcome.WAITING, rep="", pool="", epoch=0)
FIRED = Fired(2, "x", "wake", 1, 1, 5, 5)
CREDITED = Credited(1, LeaveCredit("p", "ann", 0, 0, 5, 9, 4, 2, ()), 2, 1, 5)
GIVEN_BACK = Credited(2, LeaveCredit("p", "ann", 1, 5, 5, 9, 0, 0, ()), -2, 1, 9)
BACK, BACK_AT_5 = [*ARRANGED, CREDITED], Terms({"ann": [(1, 5)]})
OFFER = ROUTED._replace(outcome=Outcome.OFFERED, pool="offered", epoch=0)
MANY = OFFER._replace(rep="", pool="many")
ACCEPTED = OfferAnswered(
    2, "x", Kind.LEAD, Answer.ACCEPTED, 1, "ann", "offered", 1, 0, Way.GREEDY, (), 0, False, False, 0, 1, 0
)
DECLINED = replace(ACCEPTED, answer=Answer.DECLINED, epoch=0, way=None)
LAPSED = replace(DECLINED, answer=Answer.LAPSED, lapses=1, set_away=True, at_ms=1000)
THEREFORE = replace(AWAY, number=1)
AGAIN = OFFER._replace(number=3, previous=2)
OF_ANN_AND_BOB = Terms({"ann": [], "bob": []})
LOG: list[Event] = [*ARRANGED, ROUTED, MOVED, CLOSED]
SOUND = Evidence([ROUTE, MOVE, CLOSE], LOG, {"x": "CONVERTED"}, [SEEN], {"ann": 1, "bob": 1})


def test_a_sound_round_has_no_violation() -> None:
    assert list(violations(SOUND)) == []


def test_a_leave_that_was_credited_and_given_back_is_no_violation() -> None:
    assert list(leave_is_credited_once([*BACK, GIVEN_BACK], BACK_AT_5)) == []


def test_work_for_who_is_back_or_was_named_by_a_person_is_no_violation() -> None:
    back, over, bob = replace(AWAY, until_ms=None), replace(AWAY, until_ms=1), replace(AWAY, rep="bob")
    later = [change._replace(at_ms=1) for change in (ROUTED, MOVED)]

    for events in ([AWAY, back, *LOG], [bob, *LOG], [over, *ARRANGED, *later, CLOSED]):
        assert list(violations(replace(SOUND, events=events))) == []


def test_terms_that_somebody_keeps_to_or_that_a_person_overrides_are_no_violation() -> None:
    before_and_behind = Terms({"ann": [(-9, 0), (1, 9)], "bob": [(0, 9)]}, {"ann": 1, "bob": 0}, {"ann": 1, "bob": 0})

    assert list(violations(replace(SOUND, terms=before_and_behind))) == []


def test_a_cap_of_an_hour_is_free_again_in_the_next() -> None:
    other = ROUTED._replace(number=9, item_id="y", at_ms=HOUR_MS)

    for at_ms, found in ((HOUR_MS, []), (HOUR_MS - 1, ["event 9: ann has reached a cap, 1 this hour, and got work"])):
        changes = [ROUTED, other._replace(at_ms=at_ms)]
        assert list(no_cap_is_exceeded(changes, Terms(hourly_caps={"ann": 1}))) == found


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([OFFER, ACCEPTED], ""),
        ([OFFER, DECLINED, AGAIN._replace(rep="bob")], ""),
        ([OFFER, DECLINED, AGAIN._replace(rep="bob"), replace(DECLINED, offer=3, rep="bob"), OFFER], ""),
        ([MANY, replace(ACCEPTED, pool="many", rep="bob", workforce=1, entitled=(("bob", 0),))], ""),
        ([OFFER, ACCEPTED, replace(ACCEPTED, number=3)], "ACCEPTED 1 of x: is not open"),
        ([OFFER, replace(ACCEPTED, rep="bob")], "ACCEPTED 1 of x: is not open"),
        ([OFFER, replace(ACCEPTED, offer=9)], "ACCEPTED 9 of x: is not open"),
        ([OFFER, AGAIN], "x is offered already"),
        ([OFFER, MOVED], "x is given away while it is offered"),
        ([OFFER._replace(item_id=name) for name in "abc"], "ann has 2 offers open, of 2"),
        ([OFFER, DECLINED, AGAIN], "ann refused x before, and others were not asked"),
        ([OFFER, THEREFORE, LAPSED], ""),
        ([OFFER, AWAY, replace(LAPSED, set_away=False)], ""),
        ([OFFER, THEREFORE, replace(LAPSED, at_ms=999)], "999 ms old, of 1000"),
        ([OFFER, LAPSED], "who is not away for it, or for nothing"),
        ([OFFER, replace(LAPSED, set_away=False)], "who is not away for it, or for nothing"),
        ([OFFER, AWAY, LAPSED], "who is not away for it, or for nothing"),
    ],
)
def test_each_fault_in_what_became_of_offers_is_named(events: list[Event], said: str) -> None:
    found = list(offers_hold(events, OF_ANN_AND_BOB))

    assert [said in text for text in found] == ([True] if said else [])


def test_an_offer_takes_room_until_it_is_undone_and_its_acceptance_takes_no_more() -> None:
    at_cap = Terms(open_caps={"ann": 1}, hourly_caps={"ann": 1})

    assert list(no_cap_is_exceeded([OFFER, DECLINED, AGAIN], at_cap)) == []
    other = AGAIN._replace(item_id="y")
    for changes in list[list[Change]]([[OFFER, other], [OFFER, ACCEPTED, other]]):
        (said,) = no_cap_is_exceeded(changes, at_cap)
        assert "event 3: ann has reached a cap, 1 open" in said


def test_an_owner_who_was_offered_it_first_is_told_by_the_offer() -> None:
    accept = Try("accept", "x", "r-7", 1, 2, "OK", Reply(2, "ASSIGNED", "ann", 1, "b"), expected=1)
    told = [replace(TOLD_ROUTED, state="OFFERED", epoch=0), replace(TOLD_ROUTED, state="EXISTING_OWNER")]
    calls = [replace(ROUTE, answer=told[0]), accept, Try("route", "x", "r-8", 3, 4, "OK", told[1])]
    sound = Evidence(calls, [*ARRANGED, OFFER, ACCEPTED], {"x": "ASSIGNED"}, [], {"ann": 1}, OF_ANN_AND_BOB)

    assert list(violations(sound)) == []
    (said,) = violations(replace(sound, calls=[*calls, replace(accept, request_id="r-9", expected=4)]))
    assert "the log has no such answer to offer 4" in said


def test_every_step_of_what_waits_may_fire_once() -> None:
    again = replace(FIRED, number=3, step=2)

    assert list(timers_fire_once([WAITS, FIRED, again])) == []


def test_the_terms_of_a_seed_are_the_same_and_leave_is_never_without_a_break() -> None:
    terms = drawn(Random(1), ["ann", "bob"], 1000, 10)

    assert terms == drawn(Random(1), ["ann", "bob"], 1000, 10)
    for spans in terms.leave.values():
        ends = [instant for span in spans for instant in span]
        assert ends == sorted(set(ends))
        assert len(spans) > 5


def test_who_finds_nobody_else_changes_nothing_that_others_may_insist_on() -> None:
    found_nobody = MOVED._replace(outcome=Outcome.WAITING, rep="", pool="", epoch=1, freed="")
    told = Reply(2, "WAITING", "", 1, "b")
    closed = replace(CLOSED, rep="ann", epoch=1)
    calls = [
        ROUTE,
        replace(MOVE, answer=told),
        replace(CLOSE, answer=Reply(3, "CONVERTED", "ann", 1, "c"), expected=1),
    ]

    evidence = Evidence(calls, [*ARRANGED, ROUTED, found_nobody, closed], {"x": "CONVERTED"}, [], {"ann": 1})

    assert list(violations(evidence)) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"calls": [ROUTE, MOVE, CLOSE, replace(ROUTE, answer=replace(TOLD_ROUTED, mark="z"))]}, "answered in 2 ways"),
        ({"calls": [ROUTE, MOVE, CLOSE, replace(ROUTE, request_id="r-9", status="INTERNAL", answer=None)]}, "INTERNAL"),
        ({"calls": [FOUND_OWNED, replace(FOUND_OWNED, request_id=""), MOVE]}, "all 2 who asked were told that it had"),
        ({"events": [*LOG, ROUTED._replace(number=4)]}, "routed 2 times, which 1 wished"),
        ({"events": [*LOG, MOVED._replace(number=4)]}, "moved 2 times, which 1 wished"),
        ({"calls": [replace(FOUND_OWNED, method="batch"), CLOSE]}, "moved 1 times, which 0 wished"),
        ({"events": [ROUTED, MOVED._replace(epoch=1), CLOSED]}, "is at epoch 1, after 1"),
        ({"events": [ROUTED, MOVED._replace(previous=0), CLOSED]}, "follows event 0"),
        ({"caps": {"ann": 1, "bob": 0}}, "bob has 1, the cap is 0"),
        ({"caps": {"bob": 1}}, "ann has 1, the cap is 0"),
        ({"events": [AWAY, *LOG]}, "ann is away until told otherwise, and got work"),
        ({"events": [replace(AWAY, until_ms=1), *LOG]}, "ann is away until 1, and got work"),
        ({"terms": Terms({"ann": [(0, 1)]})}, "ann is on leave, and got work"),
        ({"terms": Terms(open_caps={"ann": 0})}, "ann has reached a cap, 0 open, and got work"),
        ({"terms": Terms(hourly_caps={"ann": 0})}, "ann has reached a cap, 0 this hour, and got work"),
        ({"events": [*ARRANGED, WAITS, FIRED, replace(FIRED, number=3)]}, "wake 1 of work item x fired again"),
        ({"events": [*ARRANGED, WAITS, replace(FIRED, due_ms=6)]}, "fired, which it was not to"),
        ({"events": [*ARRANGED, ROUTED, FIRED]}, "fired, which it was not to"),
        ({"events": [CREDITED, *LOG]}, "ann is credited again, or for no leave"),
        ({"events": [*BACK, CREDITED, *LOG], "terms": BACK_AT_5}, "ann is credited again, or for no leave"),
        ({"events": [*BACK, GIVEN_BACK, GIVEN_BACK], "terms": BACK_AT_5}, "ann gave back 2 of 0"),
        ({"events": [*BACK, replace(GIVEN_BACK, amount=-1)], "terms": BACK_AT_5}, "ann gave back 1 of 2"),
        ({"events": [*LOG[:3], RulesPublished(0, 2, 0, "", 0), *LOG[3:]]}, "by rules 1 and workforce 1, while 2"),
        ({"events": [ROUTED, MOVED]}, "the log has no such event"),
        ({"events": [ROUTED, MOVED._replace(rep="eve"), CLOSED]}, "the log has x with 'eve'"),
        ({"calls": [ROUTE, replace(MOVE, expected=7), CLOSE]}, "insisted on version 7"),
        ({"states": {}}, "acknowledged, and nowhere now"),
        ({"watched": [SEEN[:2]]}, "never told of event 3"),
        ({"watched": [[*SEEN, SEEN[2]]]}, "dealt with event 3 2 times"),
        ({"watched": [[SEEN[1], SEEN[0], SEEN[2]]]}, "event 1 after 2"),
        ({"watched": [[*SEEN, Seen("9", "x", 3)]]}, "event 9, which is not in the log"),
        ({"calls": [ROUTE, replace(MOVE, began=-5, ended=-4), CLOSE]}, "fit no order"),
        ({"calls": [ROUTE, MOVE, CLOSE, Try("get", "x", "", 6, 7, "OK", replace(TOLD_MOVED))]}, "fit no order"),
    ],
)  # fmt: skip
def test_each_violation_is_named(change: dict[str, Any], said: str) -> None:
    caps = {"ann": 1, "bob": 1, "eve": 1}

    found = list(violations(replace(SOUND, **{"caps": caps, **change})))

    assert any(said in text for text in found), found


def test_answers_without_a_log_are_held_against_each_other() -> None:
    told_eve = replace(ROUTE, request_id="r-9", answer=replace(TOLD_ROUTED, owner="eve"))
    told_twice = replace(ROUTE, answer=replace(TOLD_ROUTED, mark="z"))
    broken = replace(ROUTE, request_id="r-9", status="INTERNAL", answer=None)
    lost = replace(ROUTE, request_id="r-9", status="DATA_LOSS", answer=None)

    offered = [replace(ROUTE, request_id=f"o-{rep}", answer=Reply(1, "OFFERED", rep, 0, rep)) for rep in ("ann", "bob")]

    assert list(without_a_log([ROUTE, MOVE, lost, *offered])) == []
    assert list(without_a_log([ROUTE, told_eve])) == [
        "work item x: told to have 2 owners at epoch 1: ['ann', 'eve']"
    ]  # fmt: skip
    assert [*map(len, (list(without_a_log([ROUTE, told_twice])), list(without_a_log([broken]))))] == [1, 1]


def test_what_a_batch_has_many_times_is_one_wish_and_who_asks_again_without_a_request_id_has_another() -> None:
    in_batch = [replace(ROUTE, method="batch")] * 3
    again = replace(FOUND_OWNED, method="batch", request_id="")
    woken = MOVED._replace(number=4, item_id="y", head=HEAD._replace(cause=Cause.WOKEN))

    for calls in ([*in_batch, MOVE, CLOSE], [*in_batch, again, MOVE, CLOSE]):
        assert list(violations(replace(SOUND, calls=calls))) == []
    assert list(each_wish_is_carried_out_once([ROUTE, MOVE, CLOSE], [ROUTED, MOVED, woken])) == []
    assert list(each_wish_is_carried_out_once([again, replace(again), MOVE], [ROUTED, ROUTED, MOVED])) == []


def test_whoever_got_no_answer_may_be_the_one_who_was_told_of_the_first_owner() -> None:
    lost, submitted = (
        replace(ROUTE, answer=None),
        replace(ROUTE, method="submit", answer=Reply(0, "SUBMITTED", "", 0, "")),
    )

    for other in (lost, submitted, ROUTE):
        assert list(somebody_was_told_of_the_first_owner([FOUND_OWNED, other])) == []


def test_a_lost_answer_that_was_carried_out_fits() -> None:
    unheard = replace(MOVE, status="UNAVAILABLE", answer=None)

    assert list(register.faults([ROUTE, unheard, CLOSE], SOUND.changes)) == []


def test_what_is_imported_twice_or_not_apart_or_not_as_told_is_named() -> None:
    books, moved = Books([], ["ann"], Random(1)), ObservedState((1,))
    entered, again = (ROUTED._replace(pool=POOL, item_id="old~B-12", number=number) for number in (1, 2))
    assert book_facts(books, [ROUTED, entered]).violations == []

    books.told["old~B-13"] = Operation(done=True)
    books.told["old~B-13"].response.Pack(ImportWorkItemsResponse(imported_count=11, refused=[{}]))
    books.report.decisions = 1
    books.report.received_by["ann"].greedy = 1

    assert book_facts(books, [entered, again._replace(seen=(moved,))]).violations == [
        "event 2: old~B-12 is imported again",
        "event 2: old~B-12 is imported where others moved a deficit",
        "old~B-13: imported 11 of 12, 1 refused",
        "old~B-13: imported, and nowhere",
        "the ledger of imports has 1 decisions, and was off by 0.0",
        "what is imported was not received apart",
    ]


def test_a_complaint_that_comes_to_who_it_is_about_is_named_by_the_way() -> None:
    about_bob, accepted = ROUTED._replace(item_id="crm~C-bob-1"), replace(ACCEPTED, item_id="crm~C-ann-2")

    rated = Noted(5, "x", Kind.TICKET, "ann", "p", 1, Note.CSAT, "", 4, 0)

    sound, broken = (
        complaint_facts([MOVED, about_bob, rated]),
        complaint_facts([about_bob._replace(rep="bob"), accepted]),
    )

    assert (sound.got, sound.rated, sound.violations) == ({"ROUTED ASSIGNED": 1}, 1, [])
    assert complaint_facts([rated, rated]).violations == ["event 5: how x went is recorded again"]
    assert broken.violations == [
        "event 1: crm~C-bob-1 is bob's, whom it is about: ROUTED ASSIGNED",
        "event 2: crm~C-ann-2 is ann's, whom it is about: ACCEPTED",
    ]


def test_what_migrates_twice_or_was_not_previewed_is_named() -> None:
    movers = Movers([], Random(1))
    movers.listed = {2: {"x"}, 3: {"x", "y"}}
    moved = Noted(4, "x", Kind.RENEWAL, "ann", "p", 1, Note.MIGRATED, "new", 2, 0)
    again, unlisted = replace(moved, number=5), replace(moved, number=6, item_id="y")

    sound = move_facts(movers, [ROUTED, moved, replace(moved, number=5, value=3)])

    assert (sound.moved, sound.violations) == (2, [])
    assert move_facts(movers, [moved, again, unlisted]).violations == [
        "event 5: x goes on by revision 2 again",
        "event 6: y goes on by revision 2, which no preview listed",
    ]


def test_a_list_that_is_made_twice_is_named() -> None:
    made = Digested(7, MadeDigest("ann", DigestKind.DAY, 5, 0, ()), 1, 0, 0, 9)
    later, of_bob = (
        replace(made, number=8, made=made.made._replace(**other)) for other in ({"due_ms": 6}, {"rep": "bob"})
    )

    sound, broken = list_facts([made, later, of_bob]), list_facts([made, replace(made, number=8)])

    assert (sound.made, sound.violations) == (3, [])
    assert broken.violations == ["event 8: list day of ann, due at 5, is made again"]


def test_a_job_ended_by_whom_it_was_taken_from_is_named() -> None:
    granted = [("job", 1, 0.0), ("job", 2, 1.0)]

    assert list(Lendings(granted, [("job", 1, 0.5), ("job", 2, 2.0)]).violations()) == []
    assert list(Lendings(granted, [("job", 1, 1.5)]).violations()) == [
        "job job: ended with token 1 while token 2 had it"
    ]


def test_an_exception_that_was_logged_is_named_once(tmp_path: Path) -> None:
    server, log = Process("server0", tmp_path, [], {}), tmp_path / "server0.log"
    log.write_text(
        "ready\nTraceback (most recent call last):\n  File x\n    return 1 / 0\nZeroDivisionError: by zero\nready\n"
    )

    assert [server.crashes(), server.crashes()] == [["ZeroDivisionError: by zero"], []]


@pytest.mark.parametrize(
    ("ending", "deaths"),
    [
        ("echo 'Error: Redis at x does not answer'; exit 1", []),
        ("echo bye; exit 3", ["worker0 ended with code 3: bye"]),
    ],
)
async def test_who_ended_is_started_again_and_named_unless_it_found_no_store(
    tmp_path: Path, ending: str, deaths: list[str]
) -> None:
    system = System(tmp_path, Edits())
    (worker,) = system.workers
    worker.command = ["sh", "-c", ending]
    worker.start()
    await worker.ended()
    worker.command = ["sleep", "infinity"]

    found = system.unasked_deaths()

    assert (found, worker.died) == (deaths, None)
    await worker.kill()
