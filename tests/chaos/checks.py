"""The verdict on a round: what clients were told, held against the store's log. Each check names what it found."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from router.model.decision import Cause, Decision, Outcome
from router.model.dispatch import Answer
from router.model.events import (
    Completed,
    Credited,
    Event,
    Fired,
    OfferAnswered,
    PresenceChanged,
    RulesPublished,
    WorkforceChanged,
)
from tests.chaos import register
from tests.chaos.history import Reply, Try, wishes
from tests.chaos.offers import offers_hold
from tests.chaos.terms import HOUR_MS, Terms

Change = Decision | OfferAnswered | Completed
EXPECTED = frozenset(
    {"OK", "NOT_FOUND", "ABORTED", "FAILED_PRECONDITION", "RESOURCE_EXHAUSTED", "UNAVAILABLE", "DEADLINE_EXCEEDED"}
    | {"CANCELLED"}  # by the caller itself
)
"""What a call may end with, whatever goes wrong."""
_Account = tuple[str, str]
"""A pool and a rep."""
ANSWERS = {"accept": Answer.ACCEPTED, "decline": Answer.DECLINED}
"""Calls that answer offers: each is told how the work item stands then, repeated or not."""
_BINDING = ("route", "batch", "submit", "reassign")
"""Calls that may give a work item an owner."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A change as a watcher was told of it, after it dropped what it knew already."""

    id: str
    item_id: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a round leaves behind.

    Parameters
    ----------
    calls
        What clients wrote down.
    events
        The log, from its first event to its last.
    states
        Where each item of the calls stands at last: its state, or ``DEAD`` for a dead letter; empty: it is nowhere.
    watched
        What each watcher was told, in its order.
    caps
        Open units a rep may have.
    terms
        When they are on leave, and their caps beside that.
    """

    calls: Sequence[Try]
    events: Sequence[Event]
    states: Mapping[str, str]
    watched: Sequence[Sequence[Seen]]
    caps: Mapping[str, int]
    terms: Terms = field(default_factory=Terms)

    @property
    def changes(self) -> list[Change]:
        """Those events that are about work items."""
        return [event for event in self.events if isinstance(event, Change)]


def violations(evidence: Evidence) -> Iterator[str]:
    """Yield everything that must not be, in words."""
    yield from failures_say_what_they_are(evidence.calls)
    yield from one_answer_to_one_request(evidence.calls)
    yield from somebody_was_told_of_the_first_owner(evidence.calls)
    yield from each_wish_is_carried_out_once(evidence.calls, evidence.changes)
    yield from one_owner_per_epoch(evidence.changes)
    yield from caps_hold(evidence.changes, evidence.caps)
    yield from nobody_away_gets_work(evidence.events)
    yield from nobody_on_leave_gets_work(evidence.changes, evidence.terms)
    yield from no_cap_is_exceeded(evidence.changes, evidence.terms)
    yield from timers_fire_once(evidence.events)
    yield from offers_hold(evidence.events, evidence.terms)
    yield from leave_is_credited_once(evidence.events, evidence.terms)
    yield from revisions_are_those_of_the_log(evidence.events)
    yield from answers_are_in_the_log(evidence.calls, evidence.changes)
    yield from nothing_is_lost(evidence.calls, evidence.states)
    for watcher, seen in enumerate(evidence.watched):
        yield from every_change_once(watcher, seen, evidence.changes)
    yield from register.faults(evidence.calls, evidence.changes)


def without_a_log(calls: Sequence[Try]) -> Iterator[str]:
    """Yield what must not be even where the log is lost, and whatever was acknowledged with it.

    What was carried out, in which order, and where the work items are, nobody can say any more: but each answer must
    still agree with every other.
    """
    yield from failures_say_what_they_are(calls, EXPECTED | {"DATA_LOSS"})
    yield from one_answer_to_one_request(calls)
    yield from one_owner_told_per_epoch(calls)


def failures_say_what_they_are(calls: Iterable[Try], expected: Set[str] = EXPECTED) -> Iterator[str]:
    """Yield failures that tell a caller neither what is wrong with the call nor that it may be repeated."""
    for (method, status), count in Counter((call.method, call.status) for call in calls).items():
        if status not in expected:
            yield f"{method} ended {count} times with {status}"


def one_answer_to_one_request(calls: Iterable[Try]) -> Iterator[str]:
    """Yield requests that were answered in two ways."""
    marks: dict[str, dict[str, Reply]] = defaultdict(dict)
    for call in calls:
        if call.request_id and call.answer and call.method not in ("submit", *ANSWERS):
            marks[call.request_id][call.answer.mark] = call.answer
    for request_id, answers in marks.items():
        if len(answers) > 1:
            yield f"request {request_id}: answered in {len(answers)} ways: {[*answers.values()]}"


def somebody_was_told_of_the_first_owner(calls: Iterable[Try]) -> Iterator[str]:
    """Yield work items that had an owner already, whoever asked, though each who asked was answered."""
    asked: dict[str, list[Try]] = defaultdict(list)
    for call in calls:
        if call.method in ("route", "batch", "submit"):
            asked[call.item_id].append(call)
    for item_id, of_item in asked.items():
        if all(call.answer and call.answer.state == "EXISTING_OWNER" for call in of_item):
            yield f"work item {item_id}: all {len(of_item)} who asked were told that it had an owner already"


def each_wish_is_carried_out_once(calls: Iterable[Try], changes: Iterable[Change]) -> Iterator[str]:
    """Yield work items that were routed, or moved, more often than anybody wished."""
    wished = Counter((wish.item_id, wish.method == "reassign") for wish in wishes(calls) if wish.method in _BINDING)
    known = {item_id for item_id, _ in wished}
    done = Counter(
        (change.item_id, change.head.cause is not Cause.ROUTED)
        for change in changes
        if isinstance(change, Decision) and change.head.cause is not Cause.WOKEN and change.item_id in known
    )
    for (item_id, moved), times in done.items():
        if times > wished[item_id, moved]:
            what = "moved" if moved else "routed"
            yield f"work item {item_id}: {what} {times} times, which {wished[item_id, moved]} wished"


_OFFERED = ("OFFERED", "KNOWN_OFFER")


def one_owner_told_per_epoch(calls: Iterable[Try]) -> Iterator[str]:
    """Yield epochs for which clients were told two owners; whom something is offered to does not own it."""
    owners: dict[tuple[str, int], set[str]] = defaultdict(set)
    for call in calls:
        if call.answer and call.answer.owner and call.answer.state not in _OFFERED:
            owners[call.item_id, call.answer.epoch].add(call.answer.owner)
    for (item_id, epoch), names in owners.items():
        if len(names) > 1:
            yield f"work item {item_id}: told to have {len(names)} owners at epoch {epoch}: {sorted(names)}"


def one_owner_per_epoch(changes: Iterable[Change]) -> Iterator[str]:
    """Yield epochs that fall back or have two owners, and events that do not follow the one before."""
    epochs: dict[str, int] = {}
    latest: dict[str, int] = {}
    for change in changes:
        epoch, name = epochs.get(change.item_id, 0), f"event {change.number}: work item {change.item_id}"
        if change.previous != latest.get(change.item_id, 0):
            yield f"{name} follows event {change.previous}, but event {latest.get(change.item_id, 0)} was its latest"
        grows = _owner_of(change) != "" and not isinstance(change, Completed)
        if change.epoch != epoch + grows:
            yield f"{name} is at epoch {change.epoch}, after {epoch}"
        epochs[change.item_id], latest[change.item_id] = change.epoch, change.number


@dataclass(slots=True)
class Room:
    """What reps have open, or are offered, and got in each hour, as changes say."""

    terms: Terms = field(default_factory=Terms)
    open_units: Counter[str] = field(default_factory=Counter)
    _given: Counter[tuple[str, int]] = field(default_factory=Counter)
    _holders: dict[str, tuple[str, int]] = field(default_factory=dict)

    def enter(self, change: Change) -> None:
        """Take in a change."""
        if _lets_go(change) and change.item_id in self._holders:
            since = self._holders.pop(change.item_id)
            self.open_units[since[0]] -= 1
            self._given[since] -= isinstance(change, OfferAnswered)  # it is as if it had never been
        if _takes(change):
            since = self._holders[change.item_id] = change.rep, change.at_ms // HOUR_MS
            self.open_units[change.rep] += 1
            self._given[since] += 1

    def reached(self, rep: str, at_ms: int) -> str:
        """Name the cap beside capacity that leaves a rep no room; empty: none."""
        return self.terms.reached(rep, self.open_units[rep], self._given[rep, at_ms // HOUR_MS])

    def fits(self, rep: str, at_ms: int, cap: int) -> bool:
        """Say whether a rep has room."""
        return self.open_units[rep] < cap and not self.reached(rep, at_ms)


def caps_hold(changes: Iterable[Change], caps: Mapping[str, int]) -> Iterator[str]:
    """Yield every moment of the log at which a rep had more than they may."""
    room = Room()
    for change in changes:
        room.enter(change)
        if _takes(change) and room.open_units[change.rep] > (cap := caps.get(change.rep, 0)):
            # whom nobody hired may have nothing
            yield f"event {change.number}: {change.rep} has {room.open_units[change.rep]}, the cap is {cap}"


def nobody_away_gets_work(events: Iterable[Event]) -> Iterator[str]:
    """Yield decisions for who was away then, but those that a person made."""
    away: dict[str, int] = {}
    for event in events:
        match event:
            case PresenceChanged(rep=rep, until_ms=None):
                away.pop(rep, None)
            case PresenceChanged(rep=rep, until_ms=int(until_ms)):
                away[rep] = until_ms
            case Decision(rep=rep, head=head) if rep in away and head.cause is not Cause.OVERRIDE:
                if not away[rep] or away[rep] > event.at_ms:
                    yield f"event {event.number}: {rep} is away until {away[rep] or 'told otherwise'}, and got work"


def nobody_on_leave_gets_work(changes: Iterable[Change], terms: Terms) -> Iterator[str]:
    """Yield decisions for who was on leave then, but those that a person made."""
    for change in changes:
        if isinstance(change, Decision) and _is_routed(change) and terms.is_on_leave(change.rep, change.at_ms):
            yield f"event {change.number}: {change.rep} is on leave, and got work"


def no_cap_is_exceeded(changes: Iterable[Change], terms: Terms) -> Iterator[str]:
    """Yield decisions for who had reached a cap, but those that a person made; these count as all others."""
    room = Room(terms)
    for change in changes:
        if _is_routed(change) and (reached := room.reached(change.rep, change.at_ms)):
            yield f"event {change.number}: {change.rep} has reached a cap, {reached}, and got work"
        room.enter(change)


def _is_routed(change: Change) -> bool:
    """Say whether somebody got work, or is offered it, and no person said who."""
    return _takes(change) and not (isinstance(change, Decision) and change.head.cause is Cause.OVERRIDE)


def _takes(change: Change) -> bool:
    """Say whether somebody gets work, or is offered it alone: both take room, which acceptance does not take again."""
    if isinstance(change, OfferAnswered):
        return change.enters_ledger
    return isinstance(change, Decision) and bool(change.rep)


def _lets_go(change: Change) -> bool:
    """Say whether whoever had a work item, or was offered it, has it no more."""
    if isinstance(change, OfferAnswered):
        return change.answer is not Answer.ACCEPTED and not change.stays_open
    return isinstance(change, Completed) or bool(change.rep) or change.outcome is Outcome.OFFERED


def _owner_of(change: Change) -> str:
    """Return whose a work item is by a change; empty: nobody's, or whose it was."""
    match change:
        case Decision(outcome=Outcome.OFFERED):
            return ""
        case OfferAnswered(answer=Answer.ACCEPTED) | Decision() | Completed():
            return change.rep
    return ""


def timers_fire_once(events: Iterable[Event]) -> Iterator[str]:
    """Yield timers that fired again, before they were due, or for what had gone on by then."""
    fired, waits_since = set[tuple[str, str, int, int]](), dict[str, int]()
    for event in events:
        match event:
            case OfferAnswered(item_id=item_id, offer=offer) if _lets_go(event):
                waits_since[item_id] = offer
            case OfferAnswered(item_id=item_id) | Decision(item_id=item_id, outcome=Outcome.OFFERED):
                waits_since.pop(item_id, None)
            case Decision(item_id=item_id, number=number, rep=""):
                waits_since[item_id] = number
            case Decision(item_id=item_id) | Completed(item_id=item_id):
                waits_since.pop(item_id, None)
            case Fired(item_id=item_id, name=name, entry=entry, step=step):
                said = f"event {event.number}: {name} {step} of work item {item_id} fired"
                if (item_id, name, entry, step) in fired:
                    yield f"{said} again"
                if event.at_ms < event.due_ms or waits_since.get(item_id) != entry:
                    yield f"{said}, which it was not to"
                fired.add((item_id, name, entry, step))


def leave_is_credited_once(events: Iterable[Event], terms: Terms) -> Iterator[str]:
    """Yield credits for what was credited before or is no leave that is over, and any taken back but what is left."""
    credited_ms, rest, outstanding = Counter[_Account](), Counter[_Account](), Counter[_Account]()
    used = dict[int, tuple[int, int]]()
    for event in events:
        match event:
            case Decision(rep=rep, stand=stand) if rep and stand:
                of = event.pool, rep
                before, rest[of] = rest[of], max(0, rest[of] - max(0, event.charge - stand.entitlement))
                used[event.number] = before - rest[of], outstanding[of]
            case OfferAnswered(rep=rep) if event.enters_ledger:
                of = event.pool, rep
                rest[of] = max(0, rest[of] - max(0, event.charge - dict(event.entitled)[rep]))
            case OfferAnswered(offer=offer, rep=rep) if event.answer is not Answer.ACCEPTED and offer in used:
                amount, entry = used.pop(offer)
                rest[event.pool, rep] += amount if entry == outstanding[event.pool, rep] else 0
            case Credited(credit=credit, amount=amount) if credit.entry:
                of = credit.pool, credit.rep
                if (credit.entry, -amount) != (outstanding[of], rest[of]):
                    yield f"event {event.number}: {credit.rep} gave back {-amount} of {rest[of]}"
                rest[of] = outstanding[of] = 0
            case Credited(credit=credit, amount=amount):
                of = credit.pool, credit.rep
                ends = {end_ms for _, end_ms in terms.leave.get(credit.rep, ()) if end_ms <= event.at_ms}
                if credit.until_ms not in ends or credit.since_ms < credited_ms[of]:
                    yield f"event {event.number}: {credit.rep} is credited again, or for no leave"
                credited_ms[of] = credit.until_ms
                rest[of] += amount
                outstanding[of] = event.number if amount else outstanding[of]


def revisions_are_those_of_the_log(events: Iterable[Event]) -> Iterator[str]:
    """Yield decisions by other rules or reps than those that the log made the active ones before them."""
    rules = workforce = 0
    for event in events:
        match event:
            case RulesPublished(revision=revision):
                rules = revision
            case WorkforceChanged(revision=revision):
                workforce = revision
            case Decision(head=head) if (head.rule_set_revision, head.workforce_revision) != (rules, workforce):
                by = f"by rules {head.rule_set_revision} and workforce {head.workforce_revision}"
                yield f"event {event.number}: decided {by}, while {rules} and {workforce} are active"


def answers_are_in_the_log(calls: Iterable[Try], changes: Iterable[Change]) -> Iterator[str]:
    """Yield answers that the log knows nothing of, or tells otherwise, or that broke what the caller insisted on."""
    logged, answered = dict[int, tuple[Change, int]](), dict[tuple[str, int, Answer], OfferAnswered]()
    for change, version in with_versions(changes):
        logged[change.number] = change, version
        if isinstance(change, OfferAnswered):
            answered[change.item_id, change.offer, change.answer] = change
    for call in calls:
        if call.answer is None or call.method in ("get", "submit"):
            continue
        said = f"{call.method} of {call.item_id} was answered {call.answer}"
        if call.method in ANSWERS:
            if (call.item_id, call.expected, ANSWERS[call.method]) not in answered:
                yield f"{said}: the log has no such answer to offer {call.expected}"
            continue
        if call.answer.event not in logged:
            yield f"{said}: the log has no such event"
            continue
        change, version = logged[call.answer.event]
        if call.answer.state == "EXISTING_OWNER":  # the owner may have been offered it first
            change = answered.get((call.item_id, change.number, Answer.ACCEPTED), change)
        if (change.item_id, change.rep, change.epoch) != (call.item_id, call.answer.owner, call.answer.epoch):
            yield f"{said}: the log has {change.item_id} with {change.rep!r} at epoch {change.epoch}"
        elif call.expected and version != call.expected:
            yield f"{said}: it insisted on version {call.expected}, and was done upon {version}"


def with_versions(changes: Iterable[Change]) -> Iterator[tuple[Change, int]]:
    """Yield each change with the version of the work item that it was done upon: who finds nobody changes nothing."""
    versions, taken = dict[str, int](), set[str]()
    for change in changes:
        yield change, versions.get(change.item_id, 0)
        if isinstance(change, OfferAnswered) and change.answer is Answer.RESCINDED:
            continue  # it is part of what rescinds it, and was done upon the same version
        is_offer = isinstance(change, Decision) and change.outcome is Outcome.OFFERED
        if isinstance(change, Completed | OfferAnswered) or change.rep or is_offer or change.item_id not in taken:
            versions[change.item_id] = change.number
        if isinstance(change, OfferAnswered) and change.answer is not Answer.ACCEPTED:
            taken.discard(change.item_id)
        elif change.rep or is_offer:
            taken.add(change.item_id)


def nothing_is_lost(calls: Iterable[Try], states: Mapping[str, str]) -> Iterator[str]:
    """Yield work items that somebody was promised and that are nowhere."""
    for item_id in {call.item_id for call in calls if call.answer and call.method != "get"}:
        if not states.get(item_id):
            yield f"work item {item_id}: acknowledged, and nowhere now"


def every_change_once(watcher: int, seen: Sequence[Seen], changes: Sequence[Change]) -> Iterator[str]:
    """Yield what a watcher was not told, was told twice, or was told in the wrong order."""
    counts, logged = Counter(change.id for change in seen), {str(change.number) for change in changes}
    for change_id in logged - counts.keys():
        yield f"watcher {watcher}: was never told of event {change_id}"
    for change_id in counts.keys() - logged:
        yield f"watcher {watcher}: was told of event {change_id}, which is not in the log"
    for change_id, count in counts.items():
        if count > 1:
            yield f"watcher {watcher}: dealt with event {change_id} {count} times"
    latest: dict[str, int] = {}
    for change in seen:
        if int(change.id) < latest.get(change.item_id, 0):
            yield f"watcher {watcher}: was told of event {change.id} after {latest[change.item_id]} of {change.item_id}"
        latest[change.item_id] = int(change.id)
