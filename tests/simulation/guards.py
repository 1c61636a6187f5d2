"""Would the company notice? Each guard that keeps a promise is removed once, and that very promise must miss it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib import import_module
from itertools import count
from types import SimpleNamespace
from typing import Any

from tests.chaos.altered import Edits, in_force


@dataclass(frozen=True, slots=True)
class Guard:
    """What is removed.

    Parameters
    ----------
    promises
        Names of the promises of which one must miss it first.
    edits
        What removes it from the scripts: it is then played on Valkey.
    patch
        What removes it from the code: module, class and name of a method, and what stands in its place.
    """

    promises: str
    edits: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    patch: tuple[str, str, str, Any] | None = None

    @property
    def store(self) -> str:
        """What it is played on."""
        return "valkey" if self.edits else "memory"


def _nothing(*_: Any) -> None:
    """Say that nothing falls due."""


def _nobody(*_: Any) -> tuple[int, None]:
    """Say that nobody is on leave."""
    return 0, None


def _by_the_wall(_: Any, offer: Any) -> int:
    """Let an offer lapse as if everybody always worked."""
    due_ms: int = offer.at_ms + offer.timeout_ms
    return due_ms


def _newest(waiting: Any) -> tuple[int, int]:
    """Take the newest first."""
    return -waiting.priority, -waiting.first


def _everybody(roster: Any, *_: Any) -> int:
    """Say that everybody meets what is required."""
    everyone: int = roster._everyone
    return everyone


def _first(attempts: Any, seen: Any, rotation: int, named: str = "", *way: Any) -> Any:
    """Pick whoever comes first among the eligible, whatever they had before; what many are offered all have."""
    from router.assignment.choice import choose

    choice = choose(attempts, seen, rotation, named, *way)
    if choice.rep:
        candidates = attempts[choice.step - 1][0]
        first = choose(attempts, seen, rotation, candidates.reps[choice.eligible[0]], *way)
        return replace(first, offers=choice.offers)
    return choice


def _never_back(planner: Any, record: Any, item: Any, rep: str, *more: Any) -> Any:
    """Hand over to who stands in, and never back."""
    from router.assignment.jobs import cover_command
    from router.workforce.covers import Hindrance

    return Hindrance.GIVEN if rep == record.whose else cover_command(planner, record, item, rep, *more)


def _named_alone(covers: Any, rep: str, at_ms: int) -> Any:
    """Let who is named stand in, on leave themselves or not."""
    from router.workforce.covers import Responsible

    return Responsible(covers.named(rep, at_ms) or rep)


def _not_known_again(tenant: str, planner: Any, request: Any, *rest: Any) -> Any:
    """Forget what a request is known by."""
    from router.assignment.jobs import reassign_command

    return reassign_command(tenant, planner, replace(request, request_id=""), *rest)


def _never(*_: Any) -> Iterator[Any]:
    """Say that nothing ever was."""
    return iter(())


def _early(item_id: str, seen: int, step: Any) -> Any:
    """Make the timer of a step a minute early."""
    from router.timers.timer import Timer

    return Timer(item_id, step.name, seen, step.step, step.due_ms - 60_000)


def _to_who_had_it(*arguments: Any) -> Any:
    """Forget who had it."""
    planner, record, item, step, at_ms, _, *where = arguments
    escalate = import_module("router.assignment.jobs").escalate_command
    return escalate(planner, record, item, step, at_ms, (), *where)


def _anywhere(_: str, place: Any, stage: str) -> Any:
    """Let every stage follow."""
    return place._replace(stage=place.process.by_id[stage])


async def _not_there(_: Any, record: Any, children: Any) -> list[Any]:
    """Say that no child is there, and number each anew."""
    planned = children.to_open(record)
    places = [child.opened_by._replace(number=next(_NUMBERS)) for child in planned]
    pairs = zip(planned, places, strict=True)
    return [child._replace(opened_by=place, item=child.item._replace(opened_by=place)) for child, place in pairs]


def _while_open(hours: Any, span: Any) -> Iterator[Any]:
    """Yield when it is open, and forget when it is not."""
    from router.process.due.time_parts import Stretch

    stretches = hours.stretches(*span) if hours else [(*span, True)]
    return (Stretch(*stretch) for stretch in stretches if stretch[2])


def _no(*_: Any) -> bool:
    """Say that it is not so."""
    return False


async def _passed(*_: Any) -> None:
    """Refuse nothing."""


async def _no_complaint(*_: Any) -> str:
    """Find no complaint."""
    return ""


def _as_changed(*arguments: Any, **_: Any) -> Any:
    """Leave a work item as it was changed."""
    return arguments[-1]


def _as_it_came(era: Any, events: Any) -> Iterator[Any]:
    """Have a work item be what it was as it came, for good."""
    yield era, events[0]


async def _none_told(*_: Any) -> None:
    """Tell nobody."""


def _yes(*_: Any) -> bool:
    """Say that it is so."""
    return True


async def _none_made(*_: Any) -> int:
    """Make nothing."""
    return 0


async def _nothing_there(*_: Any) -> AsyncIterator[Any]:
    """Find nothing."""
    for nothing in list[Any]():
        yield nothing


_NUMBERS = count(1)
_UNDOING = ("answer_offer", "fire")
"""Scripts by which offers end without being accepted."""
GUARDS: Mapping[str, Guard] = {
    "a plan holds for its interval alone": Guard(
        "HOURS WAKING LEDGER", {"bind": [("then return {'MOVED', log.now_ms} end", "then end")]}
    ),
    "who is away has no room": Guard(
        "AWAY", {"bind": [("if #blocked > 0 then set.present", "if false then set.present")]}
    ),
    "who is full has no room": Guard("CAPACITY", {"bind": [("if units and units >= limit then", "if false then")]}),
    "the epoch grows with the owner": Guard("EPOCH", {"bind": [("(outcome == 'ASSIGNED' and 1 or 0)", "0")]}),
    "who has an owner keeps it": Guard(
        "AGAIN",
        {"bind": [("record[3] ~= '' and existing_owner(record)", "false"), ("if request then", "if false then")]},
    ),
    "the log's time is never before its last event": Guard(
        "TIME", {script: [("now_ms = math.max(now_ms, then_ms)", "")] for script in ("bind", "complete", "fire")}
    ),
    "the chosen rep pays for what they get": Guard(
        "SUM", {"bind": [("before[chosen] + entitlement - charge", "before[chosen] + entitlement")]}
    ),
    "a timer fires for what it is about alone": Guard(
        "FIRED", {"fire": [("if not may_fire(", "if (name == 'lapse' or is_of_deadline(name)) and not may_fire(")]}
    ),
    "a record keeps what fired": Guard(
        "FIRED TIMERS", {"fire": [("note_fired(record, name, entry, step, log.now_ms)", "")]}
    ),
    "a cap that is reached keeps work away": Guard(
        "CAPS", {"bind": [("if not is_counted and (counted + amount > cap[5]", "if false and (false")]}
    ),
    "what is known to be below a cap is used up": Guard(
        "CAPS", {"bind": [("string.sub(headroom[rep], 12 + 1)) - 1", "string.sub(headroom[rep], 12 + 1))")]}
    ),
    "who closes frees a unit": Guard(
        "REPLAY WAKING UNDONE",
        {"complete": [("shift_load(owner, pool, record[2], -1)", "shift_load(owner, pool, record[2], 0)")]},
    ),
    "a leave that is credited is noted": Guard("CREDIT", {"credit": [("stands.until_ms = until_ms\n", "\n")]}),
    "a credit has an upper limit": Guard("MAX_UNITS", {"credit": [("math.min(most - rest, ", "math.min(1e12, ")]}),
    "what one is credited the others pay": Guard("SUM LEDGER", {"credit": [("deficit - sign * shares[i]", "deficit")]}),
    "a credit is used up by who is served": Guard("TTL", {"bind": [("if rest > 0 then", "if false then")]}),
    "a credit ends": Guard("TTL", {"credit": [("local amount = -rest", "local amount = 0")]}),
    "who had their share is left out": Guard("SHARE", {"bind": [("if count >= set.share then return count end", "")]}),
    "what a credit disturbs is measured": Guard(
        "PARTS BOUND",
        {"credit": [("disturb(LEDGER, #members)", "")]},
    ),
    "acceptance raises the epoch": Guard("OFFERED", {"answer_offer": [("(answer == 'ACCEPTED' and 1 or 0)", "0")]}),
    "an offer has one who may answer it": Guard(
        "ANSWERED", {"answer_offer": [("if not place then return", "if not place and entry[2] == '' then return")]}
    ),
    "who has an offer has room for no more than they may": Guard(
        "OPEN", {"bind": [("units[field] >= most then", "false then")]}
    ),
    "what was entitled is taken back": Guard(
        "SUM LEDGER UNDONE",
        {script: [("add_amount(book, field, -entitled[i + 1])", "")] for script in _UNDOING},
    ),
    "what was reserved is free again": Guard(
        "UNDONE CAPACITY", {script: [("shift_load(rep, pool, entry[4], -1)", "")] for script in _UNDOING}
    ),
    "what was counted under caps is taken back": Guard(
        "UNDONE", {script: [("caps.take_back(entry[7], rep)", "")] for script in _UNDOING}
    ),
    "who refused is asked behind the others": Guard(
        "REFUSED", {"bind": [("(times[rep] or 0) > may then", "false then")]}
    ),
    "there are two rounds": Guard("REFUSED SECOND_ROUND", {"bind": [("math.min(fewest or 0, 1)", "fewest or 0")]}),
    "who lets so many offers lapse is set away": Guard("SET_AWAY", {"fire": [("entry[9] > 0 and", "false and")]}),
    "what lapses of who is away is not counted": Guard(
        "SET_AWAY", {"fire": [(" and not away_until(redis.call('HGET', presence, rep))", "")]}
    ),
    "what open offers entitle to is added up": Guard(
        "PARTS", {"bind": [("raise_amount(book, 'largest_entitled', most)", "")]}
    ),
    "the indexes follow an answer": Guard(
        "REPLAY WAKING FOUND COVERED LISTS", {"answer_offer": [("index_item(KEYS[4], id, 'OFFERED', '', record)", "")]}
    ),
    "what enters apart is counted apart": Guard("WAYS", {"bind": [("way == 2 and 'a:' or 'o:'", "'o:'")]}),
    "what enters apart is nothing that was missed": Guard(
        "CREDIT", patch=("router.timers.credits", "", "Way", SimpleNamespace(APART=None))
    ),
    "a decision says from whom a lead goes": Guard("ONE_OWNER", {"bind": [("is_found and owner or ''", "''")]}),
    "who stands in has it for somebody": Guard(
        "COVERED RETURNED KEPT", {"bind": [("elseif covered == '' then cover(", "elseif false then cover(")]}
    ),
    "what is moved on is covered no more": Guard(
        "COVERED RETURNED KEPT", {"bind": [("~= 'COVER' then cover(", "== 'RETURN' then cover(")]}
    ),
    "a leave hands over what is open": Guard("COVERED", patch=("router.timers.covers", "Covers", "due", _nothing)),
    "what is covered comes back": Guard("RETURNED", patch=("router.timers.covers", "", "cover_command", _never_back)),
    "who stands in is there": Guard(
        "COVERED", patch=("router.workforce.covers", "Substitutes", "holder", _named_alone)
    ),
    "what somebody on leave was given stays": Guard(
        "COVERED", patch=("router.timers.covers", "", "_stays_until_ms", lambda *_: 0)
    ),
    "who would stand in for one another is refused": Guard(
        "NO_CIRCLE", patch=("router.workforce.edits", "", "circle_faults", lambda *_: ())
    ),
    "what is closed is not moved": Guard("FOUND", patch=("router.assignment.bulk", "", "CLOSED_STATES", frozenset())),
    "what is closed for long stays closed": Guard(
        "REOPENED", patch=("router.assignment.reopening", "", "_over", _nothing)
    ),
    "what was moved by a request is not moved again": Guard(
        "MANY", patch=("router.assignment.bulk", "", "reassign_command", _not_known_again)
    ),
    "a route says what moves": Guard("ON_CHANGE", patch=("router.assignment.content", "", "_moves", lambda *_: False)),
    "a step is void once its work item went on": Guard(
        "STOPPED STEPS",
        {"fire": [("if not may_fire(", "if not is_of_deadline(name) and not may_fire(")]},
    ),
    "of what is told late the last is told alone": Guard(
        "STEPS", {"fire": [("return not is_superseded(name, entry, step, id) and record or nil", "return record")]}
    ),
    "what is done stops what reminds of it": Guard(
        "STOPPED", patch=("router.process.due.standings", "", "_evidence", _never)
    ),
    "a step waits for its time": Guard("STEPS", patch=("router.timers.deadlines", "", "_timer", _early)),
    "who had it does not get it again": Guard(
        "ESCALATED", patch=("router.timers.deadlines", "", "escalate_command", _to_who_had_it)
    ),
    "nothing is given away for ever": Guard("ESCALATED", patch=("router.timers.deadlines", "", "MOST_MOVED", 99)),
    "what is statutory never rests": Guard(
        "PAUSED LISTS", patch=("router.process.definition.deadlines", "Deadline", "pausable", property(lambda _: True))
    ),
    "what is paused rests": Guard(
        "PAUSED", patch=("router.process.definition.deadlines", "Deadline", "pausable", property(lambda _: False))
    ),
    "a stage says what it requires": Guard(
        "STAGE", patch=("router.assignment.updating", "", "check_required", _nothing)
    ),
    "a stage says what may follow": Guard("STAGE", patch=("router.assignment.updating", "", "next_place", _anywhere)),
    "what is to be approved is asked": Guard(
        "APPROVED", patch=("router.deadlines.approving", "Approving", "_is_to_be_asked", lambda *_: False)
    ),
    "nobody approves their own": Guard(
        "APPROVED", patch=("router.deadlines.approving", "Approving", "_check", _nothing)
    ),
    "what blocks is waited for": Guard("CHILD", patch=("router.assignment.updating", "", "check_unblocked", _nothing)),
    "what is to be opened is": Guard("CHILD", patch=("router.timers.children", "", "opening_timers", lambda *_: [])),
    "what is there is not opened again": Guard("CHILD", patch=("router.timers.children", "", "unopened", _not_there)),
    "hours that are off are a part": Guard("SPENT", patch=("router.process.due.time_parts", "", "_open", _while_open)),
    "a complaint that comes is as severe as it is": Guard(
        "SEVERITY", patch=("router.assignment.enrichment", "", "with_severity", lambda _, item: item)
    ),
    "a complaint that changes is as severe as it is": Guard(
        "SEVERITY", patch=("router.assignment.updating", "", "with_severity_again", _as_changed)
    ),
    "a changed severity moves what is due": Guard(
        "STEPS SPENT LISTS", patch=("router.deadlines.lives", "", "_contents", _as_it_came)
    ),
    "what comes again is known": Guard("REPEATS", patch=("router.assignment.repeats", "", "_is_like", _no)),
    "what comes too late is nothing again": Guard(
        "REPEATS", patch=("router.process.arrival.repeats", "Repeats", "since_ms", lambda *_: 0)
    ),
    "what comes again is more severe": Guard(
        "REPEATS", patch=("router.assignment.repeats", "", "raised", lambda _, __, item: item)
    ),
    "how it went is asked once, and of what ended": Guard(
        "ASKED", patch=("router.deadlines.satisfaction", "", "_check_csat", _nothing)
    ),
    "an nps is asked once in 90 days": Guard(
        "ASKED", patch=("router.deadlines.satisfaction", "Satisfied", "_check_apart", _passed)
    ),
    "who complains is not asked for an nps": Guard(
        "ASKED", patch=("router.deadlines.complaints", "Complaints", "open_of", _no_complaint)
    ),
    "a bad answer opens a call": Guard("CALLED", patch=("router.process.stages.children", "", "follow_up", _nothing)),
    "who had it does not call": Guard(
        "CALLED LEDGER", patch=("router.assignment.planner", "", "recused_of_child", lambda _: {})
    ),
    "a list that is due is made": Guard("LISTS", patch=("router.timers.digests", "Digests", "make_due", _none_made)),
    "a list is made once": Guard("LISTS", {"make_digest": [("KEYS[4], field, integer(due_ms), rep", "KEYS[4], rep")]}),
    "who leads others hears what falls due of theirs": Guard(
        "LISTS", patch=("router.deadlines.digest_lists", "", "people_of", lambda *_: set())
    ),
    "what nobody has yet is in a list": Guard(
        "LISTS", patch=("router.deadlines.digest_lists", "DigestLists", "_of_nobody", _nothing_there)
    ),
    "who is on leave is passed over": Guard("TOLD", patch=("router.deadlines.recipients", "", "is_there", _yes)),
    "what happens is told": Guard("TOLD", patch=("router.timers.follower", "TimerFollower", "_tell", _none_told)),
    "what no route asks for moves nothing": Guard(
        "ON_CHANGE", patch=("router.assignment.content", "", "_moves", lambda *_: True)
    ),
    "an offer lapses in working time": Guard("LAPSE", patch=("router.offers.lapses", "", "expires_ms", _by_the_wall)),
    "what waits has timers": Guard("WAKING", patch=("router.backlog.wakes", "Wakes", "due", _nothing)),
    "who is on leave is no candidate": Guard(
        "LEAVE LEDGER", patch=("router.assignment.availability", "Availability", "_on_leave", _nobody)
    ),
    "the oldest comes first": Guard("ORDER", patch=("router.backlog.backlog", "Waiting", "turn", property(_newest))),
    "requirements are met": Guard("SKILL LEDGER", patch=("router.assignment.roster", "Roster", "_meeting", _everybody)),
    "the largest claim is served": Guard("BOUND", patch=("router.history.rehearsal", "", "choose", _first)),
}


@contextmanager
def without(guard: Guard | None) -> Iterator[None]:
    """Have a guard be missing; whatever reads scripts must be imported behind it."""
    with in_force(Edits(guard.edits if guard else {})):
        if guard and guard.patch:
            module, owner, name, instead = guard.patch
            where = import_module(module)
            setattr(getattr(where, owner) if owner else where, name, instead)
        yield
