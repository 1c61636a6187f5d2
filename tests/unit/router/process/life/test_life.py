"""What a work item's events come to: who had it when, by which clocks of the time, and its lives."""

from __future__ import annotations

from dataclasses import replace

from router.model.activities import Activity, ActivityEvidence, ActivityKind, Direction, NextChange
from router.model.decision import Cause, Decision, DecisionInputs, Outcome, Way
from router.model.dispatch import Answer
from router.model.events import ActivityRecorded, Completed, Event, Fired, Note, Noted, OfferAnswered
from router.model.workitem import Kind, State, WorkItem
from router.process.life.lives import Done, Occurrence, Pause, Spell, lives_of


def decided(
    number: int,
    rep: str,
    at_ms: int,
    outcome: Outcome = Outcome.ASSIGNED,
    *,
    cause: Cause = Cause.ROUTED,
    workforce: int = 1,
    assigned_ms: int = 0,
) -> Decision:
    head = DecisionInputs(WorkItem(Kind.LEAD), cause, 1, workforce, (), (), assigned_ms=assigned_ms)
    return Decision(number, "crm~1", Kind.LEAD, outcome, rep, "east", 1, 0, (), None, "", 0, at_ms, head)


def answered(number: int, answer: Answer, offer: int, rep: str, at_ms: int) -> OfferAnswered:
    return OfferAnswered(
        number, "crm~1", Kind.LEAD, answer, offer, rep, "east", 1, 0, Way.GREEDY, (), 0, False, False, 0, 0, at_ms
    )


def recorded(number: int, occur_ms: int, at_ms: int, *evidence: ActivityEvidence) -> ActivityRecorded:
    activity = Activity(ActivityKind.CALL, Direction.OUTBOUND, "ann", occur_ms)
    return ActivityRecorded(
        number, "crm~1", Kind.LEAD, "ann", "east", 0, activity, evidence, False, NextChange.NONE, at_ms
    )


def closed(number: int, at_ms: int) -> Completed:
    return Completed(number, "crm~1", Kind.LEAD, State.CLOSED, "ann", "east", 1, 0, at_ms)


def test_an_owner_has_it_until_somebody_else_does_by_the_workforce_of_that_decision() -> None:
    events = [
        decided(1, "ann", 10),
        decided(2, "ann", 20, Outcome.WAITING, cause=Cause.REASSIGNED, workforce=7),  # nobody else could
        decided(3, "bo", 30, cause=Cause.REASSIGNED, workforce=8),
    ]

    (life,) = lives_of(events)

    assert life.spells == (Spell(1, "ann", "east", 10, 30, 8), Spell(3, "bo", "east", 30))
    assert (life.begun, life.owner) == (Occurrence(1, 10), "bo")


def test_what_is_offered_is_nobodys_until_somebody_accepts_it() -> None:
    events: list[Event] = [
        decided(1, "", 10, Outcome.WAITING),
        decided(2, "ann", 20, Outcome.OFFERED, workforce=4),
        answered(3, Answer.DECLINED, 2, "ann", 25),
        decided(4, "bo", 30, Outcome.OFFERED, workforce=4),
        answered(5, Answer.ACCEPTED, 4, "bo", 40),
    ]

    (life,) = lives_of(events)

    assert [(spell.rep, spell.since_ms, spell.until_ms) for spell in life.spells] == [
        ("", 10, 20), ("", 20, 30), ("", 30, 40), ("bo", 40, None)
    ]  # fmt: skip
    assert life.spells[-1].event == 4


def test_what_is_imported_came_when_its_owner_got_it() -> None:
    (life,) = lives_of([decided(1, "ann", 900, cause=Cause.IMPORTED, assigned_ms=100)])

    assert (life.begun, life.spells) == (Occurrence(1, 100), (Spell(1, "ann", "east", 100),))


def test_what_is_reopened_has_another_life_with_what_is_done_from_then_on() -> None:
    events: list[Event] = [
        decided(1, "ann", 10),
        recorded(2, 15, 16, ActivityEvidence.ATTEMPT),
        recorded(3, 17, 17),  # a note proves nothing
        Fired(4, "crm~1", "next", 2, 1, 18, 18, 3),
        closed(5, 20),
        decided(6, "ann", 50, cause=Cause.REOPENED),
    ]

    first, second = lives_of(events)

    assert first.closed == Occurrence(5, 20)
    assert first.done == (Done(2, ActivityKind.CALL, (ActivityEvidence.ATTEMPT,), 15),)
    assert (second.begun, second.done, second.closed) == (Occurrence(6, 50), (), None)


def test_an_activity_is_of_the_life_that_it_occurred_in_however_late_it_is_recorded() -> None:
    attempt, answered = ActivityEvidence.ATTEMPT, ActivityEvidence.CUSTOMER
    events: list[Event] = [
        decided(1, "ann", 10),
        closed(2, 20),
        decided(3, "ann", 50, cause=Cause.REOPENED),
        recorded(4, 15, 60, answered),
        recorded(5, 18, 61, attempt),
        recorded(6, 5, 62, attempt),
        recorded(7, 50, 63, attempt),
    ]

    first, second = lives_of(events)

    assert [done.event for done in first.done] == [4, 5, 6]
    assert [done.event for done in second.done] == [7]


def test_what_nobody_answered_before_it_is_reopened_is_carried_into_each_life_until_somebody_does() -> None:
    attempt, wrote = ActivityEvidence.ATTEMPT, ActivityEvidence.CUSTOMER
    events: list[Event] = [
        decided(1, "ann", 10),
        recorded(2, 11, 11, wrote),
        recorded(3, 12, 12, attempt),
        recorded(4, 14, 14, wrote),
        closed(5, 20),
        recorded(6, 30, 30, wrote),
        decided(7, "ann", 50, cause=Cause.REOPENED),
        closed(8, 60),
        decided(9, "ann", 70, cause=Cause.REOPENED),
        recorded(10, 75, 75, attempt),
        closed(11, 80),
        decided(12, "ann", 90, cause=Cause.REOPENED),
    ]

    assert [[done.event for done in life.done] for life in lives_of(events)] == [[2, 3, 4, 6], [4, 6], [4, 6, 10], []]


def test_what_the_customer_writes_is_contact_only_behind_an_answer_of_ours_in_the_same_life() -> None:
    attempt, contact, wrote = ActivityEvidence.ATTEMPT, ActivityEvidence.CONTACT, ActivityEvidence.CUSTOMER

    def message(number: int, at_ms: int) -> ActivityRecorded:
        activity = Activity(ActivityKind.MESSAGE, Direction.INBOUND, "", at_ms)
        head = number, "crm~1", Kind.LEAD, "ann", "east", 0
        return ActivityRecorded(*head, activity, (contact, wrote), False, NextChange.NONE, at_ms)

    events: list[Event] = [
        decided(1, "ann", 10),
        message(2, 11),
        message(3, 13),
        recorded(4, 12, 14, attempt),  # recorded behind what answers it
        message(5, 15),
        closed(6, 20),
        message(7, 50),
        decided(8, "ann", 50, cause=Cause.REOPENED),
        recorded(9, 55, 55, contact, wrote),  # a call from the customer
        message(10, 60),
    ]

    lives = lives_of(events)

    contacts = [[done.event for done in life.done if contact in done.evidence] for life in lives]
    assert contacts == [[3, 5], [9, 10]]
    customers = [[done.event for done in life.done if wrote in done.evidence] for life in lives]
    assert customers == [[2, 3, 5], [3, 5, 7, 9, 10]]


def test_a_later_life_knows_when_the_work_item_came_and_what_was_done_since() -> None:
    attempt, contact = ActivityEvidence.ATTEMPT, ActivityEvidence.CONTACT
    events: list[Event] = [
        decided(1, "ann", 10),
        recorded(2, 5, 11, contact),  # before it came
        closed(3, 20),
        decided(4, "ann", 30, cause=Cause.REOPENED),
        recorded(5, 35, 35, attempt),
        closed(6, 40),
        decided(7, "ann", 50, cause=Cause.REOPENED),
    ]

    came = Occurrence(1, 10)
    assert [(life.came, life.proved) for life in lives_of(events)] == [
        (None, frozenset()), (came, frozenset()), (came, frozenset({attempt})),
    ]  # fmt: skip


def test_what_a_person_writes_down_is_a_note_of_the_life_in_which_they_do() -> None:
    def note(number: int, at_ms: int, rep: str = "ann", kind: ActivityKind = ActivityKind.NOTE) -> ActivityRecorded:
        activity = Activity(kind, Direction.INTERNAL, rep, at_ms)
        return replace(recorded(number, at_ms, at_ms), activity=activity)

    events: list[Event] = [
        decided(1, "ann", 10),
        note(2, 15),
        note(3, 16, rep=""),  # a machine
        note(4, 17, kind=ActivityKind.MESSAGE),
        closed(5, 20),
        decided(6, "ann", 30, cause=Cause.REOPENED),
        note(7, 35),
    ]

    assert [(life.notes, life.done, life.had_notes) for life in lives_of(events)] == [
        ((Occurrence(2, 15), Occurrence(4, 17)), (), False),
        ((Occurrence(7, 35),), (), True),
    ]


def test_a_work_item_without_events_has_no_life() -> None:
    assert lives_of([]) == []


def noted(number: int, at_ms: int) -> Noted:
    return Noted(number, "crm~1", Kind.LEAD, "ann", "east", 1, Note.PAUSED, "waiting", 90, at_ms)


def test_a_message_of_the_millisecond_in_which_a_pause_begins_ends_it_only_if_it_was_recorded_behind_it() -> None:
    heard = [recorded(number, 20, 20, ActivityEvidence.CUSTOMER) for number in (2, 4)]

    (held,) = lives_of([decided(1, "ann", 10), heard[0], noted(3, 20)])
    (ended,) = lives_of([decided(1, "ann", 10), heard[0], noted(3, 20), heard[1]])

    assert held.pauses == (Pause(3, 20, 90, "waiting"),)
    assert ended.pauses == (Pause(3, 20, 20, "waiting", 4),)
