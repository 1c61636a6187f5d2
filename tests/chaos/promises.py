"""The promises: what was checked of each, how often it decided something, and the guard without which it is broken.

A promise that never had to decide anything in a run was not tested by it, whatever was checked. To add one is to add
it to ``PROMISES``, and to let ``python -m tests.chaos guards`` find that its guard is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from router.model.decision import Block, Cause
from router.model.dispatch import Answer
from tests.chaos.altered import Edits
from tests.chaos.facts import Facts
from tests.chaos.guards import Guard
from tests.chaos.plan import Fault, Topology
from tests.chaos.tally import Tally

_KNOWN, _REPEATED = "external ~= '' and redis.call('HGET', KNOWN, external)", "if request_key then known ="
_EXISTS, _IS_NEW = "local existing = mode == 'ROUTE' and (", "and expected ~= 0 and (version"
_RECUSAL, _EXCLUDED = "router.assignment.recusal", "for name in route.exclude:"
_APART = "if way == 2 then return "
_OWNER_LEASE = "\n    and string.match(redis.call('HGET', KEYS[6], id), '^(%d+) ') == integer(token)"
_SAME_PAST = "\n  or (current[3] or '') ~= header[3] or (current[4] or '') ~= header[4]"
_MOVED = "return {'MOVED', log.now_ms} end"
_REACHED = "counted + amount > cap[5] or (cap[6] >= 0 and counted > cap[6])"
_NOTED = "note_fired(record, name, entry, step, log.now_ms)"
_STEPPED, _VOID = "record[6] = append_event('fired.3', ", "if not may_fire("
_OTHERS = "not is_of_deadline(name)"
_NOTED_UPON = "if record[6] ~= expected then return {'CONFLICT'} end"
_NOTED_OTHERS_UPON = "if record[6] ~= expected and note ~= 'MIGRATED' then return {'CONFLICT'} end"
_NOTED_BUT_CSAT = _NOTED_OTHERS_UPON.replace("MIGRATED", "CSAT")
_LIST_NOTED = "KEYS[4], field, integer(due_ms), rep"
_ITEM_KEPT = "  local key, packed, n = KEYS[job[1]], cmsgpack.pack(record), #kept\n"
_IS_CHILD = "  if string.sub(job[4], 1, 1) == '~' then return end\n"
_CREDITED = "stands.until_ms = until_ms\n"
_BEFORE = "  return answered_before(stored_value[call_key])\n"
_CHAINS_KNOWN = "self._take_in(item_id, changes, known.get(item_id))"
_TURN = "notifications.webhooks.turn"
_TURN_TAKEN = "redis.call('HGET', KEYS[1], 'turn') ~= ARGV[1] then"
_TOLD_BEFORE = "if event <= tonumber(redis.call('GET', KEYS[1]) or '0') then"
_AWAY_NOW = "until_ms == 0 or until_ms > log.now_ms"
_RECORD_WRITTEN = "redis.call('MSET', unpack(kept, from, math.min(from + 1000 - 1, #kept)))"
_ACCEPTED = "(answer == 'ACCEPTED' and 1 or 0)"
_FAILOVERS = tuple(fault for fault in Fault if fault.startswith("primary"))
_OF_CONNECTIONS = (Fault.REPLY_CUT, Fault.LINE_CUT, Fault.REPLIES_LOST)
_IN_COMMIT = (
    Fault.STORE_KILLED_IN_COMMIT, Fault.PRIMARY_KILLED_IN_COMMIT,
    Fault.SERVER_KILLED_AT_STEP, Fault.WORKER_KILLED_AT_STEP,
)  # fmt: skip


Count = Callable[[Facts], int]


@dataclass(frozen=True, slots=True)
class Promise:
    """What the service promises.

    Parameters
    ----------
    text
        The promise.
    guard
        Without which it is broken.
    checked
        How much was held against it in a round.
    decided
        How often it mattered there; absent: as often as one of its faults fell.
    faults
        Those without which it never matters; only rounds in which one fell count. Empty: calls are enough.
    """

    text: str
    guard: Guard
    checked: Count
    decided: Count | None = None
    faults: tuple[Fault, ...] = ()

    def counted(self, facts: Facts) -> tuple[int, int]:
        """Return how often it was checked in a round, and how often it decided something."""
        fallen = sum(facts.faults[fault] for fault in self.faults)
        if self.faults and not fallen:
            return 0, 0
        return self.checked(facts), self.decided(facts) if self.decided else fallen


def replied(reply: str) -> Count:
    """Return what counts how often a script answered so."""
    return lambda facts: facts.replies[reply]


PROMISES = (
    Promise(
        "one owner per epoch, and epochs only grow",
        Guard("the epoch grows with the owner", Edits({"bind": [("(outcome == 'ASSIGNED' and 1 or 0)", "0")]})),
        checked=lambda facts: len(facts.evidence.changes),
        decided=lambda facts: sum(bool(decision.freed) for decision in facts.assigned),
    ),
    Promise(
        "a move is made upon the version that it insists on",
        Guard(
            "a move insists on the item's latest event",
            Edits({"bind": [("version ~= expected", "not version")]}),
        ),
        checked=lambda facts: facts.answered("reassign"),
        decided=replied("bind CONFLICT"),
    ),
    Promise(
        "a work item is closed upon the version that is insisted on",
        Guard(
            "an ending insists on the item's latest event",
            Edits({"complete": [("version ~= expected or not after", "not after")]}),
        ),
        checked=lambda facts: facts.answered("complete"),
        decided=replied("complete CONFLICT"),
    ),
    Promise(
        "what has an owner keeps them when it is sent again",
        Guard(
            "what has an owner is not routed again",
            Edits({"bind": [("record[3] ~= '' and existing_owner(record)", "false")]}),
        ),
        checked=lambda facts: facts.answered("route"),
        decided=replied("bind EXISTING_OWNER"),
    ),
    Promise(
        "one request is carried out once, and answered from memory after that",
        Guard(
            "a request is carried out once",
            Edits({"bind": [("if request then", "if false then")], "complete": [("if known then", "if false then")]}),
        ),
        checked=lambda facts: len({call.request_id for call in facts.evidence.calls if call.answer}),
        decided=replied("bind REPEATED"),
    ),
    Promise(
        "a call whose connection breaks is carried out once, and answered as if it had not broken",
        Guard(
            "what a call was answered is kept for when it is sent again",
            Edits({"bind": [(_BEFORE, "")]}),
            faults=(Fault.REPLIES_LOST,),
        ),
        checked=lambda facts: facts.unnamed,
        decided=replied("bind KEPT"),
        faults=_OF_CONNECTIONS,
    ),
    Promise(
        "no rep has more than their cap, at any moment of the log",
        Guard(
            "caps are looked at in the commit",
            Edits({"bind": [("units and units >= limit", "false")]}),
        ),
        checked=lambda facts: len(facts.decisions),
        decided=lambda facts: sum(any(state.full for state in decision.seen) for decision in facts.decisions),
    ),
    Promise(
        "nobody who is away gets work, unless a person gives it to them",
        Guard("who is away is looked at in the commit", Edits({"bind": [(_AWAY_NOW, "false")]})),
        checked=lambda facts: len(facts.assigned),
        decided=lambda facts: facts.kept_from(Block.AWAY),
    ),
    Promise(
        "a plan holds for its interval alone, and gives nobody on leave work",
        Guard("a plan for another instant is made anew", Edits({"bind": [(_MOVED, "end")]})),
        checked=lambda facts: len(facts.assigned),
        decided=replied("bind MOVED"),
    ),
    Promise(
        "no cap beside capacity is exceeded, unless a person gives more",
        Guard("caps beside capacity are looked at in the commit", Edits({"bind": [(_REACHED, "false")]})),
        checked=lambda facts: len(facts.assigned),
        decided=lambda facts: facts.kept_from(Block.REACHED_CAP),
    ),
    Promise(
        "a timer fires once, and for what still waits",
        Guard("a work item remembers what fired", Edits({"fire": [(_NOTED, "")]})),
        checked=lambda facts: len(facts.fired),
        decided=lambda facts: len(facts.fired),
    ),
    Promise(
        "each step of a deadline is done once, and in order",
        Guard("a work item moves on with what tells of it", Edits({"fire": [(_STEPPED, "append_event('fired.3', ")]})),
        checked=lambda facts: facts.desk.steps,
        decided=lambda facts: facts.desk.late,
    ),
    Promise(
        "nobody is told of a deadline behind what ended it",
        Guard(
            "a step is void once its work item went on", Edits({"fire": [(_VOID, f"if {_OTHERS} and not may_fire(")]})
        ),
        checked=lambda facts: facts.desk.steps,
        decided=lambda facts: facts.desk.stops,
    ),
    Promise(
        "what is to be approved is answered once",
        Guard("an answer is of what was read", Edits({"note": [(_NOTED_UPON, "")]})),
        checked=lambda facts: facts.desk.answers,
        decided=replied("note CONFLICT"),
    ),
    Promise(
        "a child is opened once",
        Guard("what is opened is there from then on", Edits({"bind": [(_ITEM_KEPT, _IS_CHILD + _ITEM_KEPT)]})),
        checked=lambda facts: facts.desk.children,
        decided=lambda facts: facts.desk.children,
    ),
    Promise(
        "an activity is recorded once, however often it is sent",
        Guard("an activity is known by its id elsewhere", Edits({"record_activity": [(_KNOWN, "false")]})),
        checked=lambda facts: facts.desk.calls,
        decided=replied("record_activity KNOWN"),
    ),
    Promise(
        "a request to record an activity is carried out once",
        Guard(
            "an activity is known by its request",
            Edits({"record_activity": [(_REPEATED, "if false then known =")]}),
        ),
        checked=lambda facts: facts.desk.calls,
        decided=replied("record_activity REPEATED"),
    ),
    Promise(
        "what is imported is entered once, though its worker is lost and its page done again",
        Guard(
            "a page that is done again knows what it entered",
            Edits({"bind": [(_EXISTS, f"{_EXISTS}expected == 0) and ("), (_IS_NEW, "and expected > 0 and (version")]}),
            faults=(Fault.WORKER_KILLED_AT_STEP,),
        ),
        checked=lambda facts: facts.book.entered,
        decided=lambda facts: facts.book.again,
    ),
    Promise(
        "what is imported moves nobody's deficit",
        Guard("what enters apart is left out of the ledger", Edits({"bind": [(_APART, "if false then return ")]})),
        checked=lambda facts: facts.book.entered,
        decided=lambda facts: facts.book.entered,
    ),
    Promise(
        "whoever a route excludes never gets the work item, however it moves",
        Guard("whom a route excludes is a candidate of nothing", Edits({_RECUSAL: [(_EXCLUDED, "for name in ():")]})),
        checked=lambda facts: facts.complaints.got.total(),
        decided=lambda facts: facts.complaints.got.total(),
    ),
    Promise(
        "open work items go on by another revision once each, and none that the preview did not list",
        Guard("what migrates is what was read", Edits({"note": [(_NOTED_UPON, _NOTED_OTHERS_UPON)]})),
        checked=lambda facts: facts.moves.moved,
        decided=lambda facts: facts.moves.moved,
    ),
    Promise(
        "how a ticket went is recorded once",
        Guard("what a customer says is of what was read", Edits({"note": [(_NOTED_UPON, _NOTED_BUT_CSAT)]})),
        checked=lambda facts: facts.complaints.rated,
        decided=lambda facts: facts.complaints.rated,
    ),
    Promise(
        "each list of what falls due is made once",
        Guard("a list that was made is noted", Edits({"make_digest": [(_LIST_NOTED, "KEYS[4], rep")]})),
        checked=lambda facts: facts.lists.made,
        decided=lambda facts: facts.lists.made,
    ),
    Promise(
        "leave is credited once, and what is left of a credit taken back once",
        Guard("a ledger remembers what it credited", Edits({"credit": [(_CREDITED, "")]})),
        checked=lambda facts: len(facts.credited),
        decided=lambda facts: sum(bool(step.amount) for step in facts.credited),
    ),
    Promise(
        "a decision is by the rules and reps of its place in the log",
        Guard("a stale plan is refused, and made anew", Edits({"bind": [("  return {'STALE'}\n", "")]})),
        checked=lambda facts: len(facts.decisions),
        decided=replied("bind STALE"),
    ),
    Promise(
        "what waits is given an owner when somebody has room",
        Guard(
            "what waits is tried again",
            Edits({"bind": [("not is_found and (", "("), ("== 'WAKE' and is_told or", "== 'WAKE' or")]}),
            found_at_rest=True,
        ),
        checked=lambda facts: len({decision.item_id for decision in facts.decisions if decision.outcome == "WAITING"}),
        decided=lambda facts: sum(decision.head.cause == Cause.WOKEN for decision in facts.assigned),
    ),
    Promise(
        "what is offered is nobody's until somebody accepts it, and then one's",
        Guard("acceptance raises the epoch", Edits({"answer_offer": [(_ACCEPTED, "0")]})),
        checked=lambda facts: len(facts.offered),
        decided=lambda facts: facts.ended(Answer.ACCEPTED),
    ),
    Promise(
        "an offer ends once, and by whom it is made to",
        Guard(
            "whom an offer is made to alone answers it",
            Edits({"answer_offer": [("if not place then return", "if not place and entry[2] == '' then return")]}),
        ),
        checked=lambda facts: len(facts.answers),
        decided=replied("answer_offer NOT_OPEN"),
    ),
    Promise(
        "an offer that is not accepted leaves ledger, loads and caps as if it had never been",
        Guard(
            "an offer that ends takes back what it entered",
            Edits({script: [("shift_load(rep, pool, entry[4], -1)", "")] for script in ("answer_offer", "fire")}),
        ),
        checked=lambda facts: len(facts.answers),
        decided=lambda facts: len(facts.answers) - facts.ended(Answer.ACCEPTED),
    ),
    Promise(
        "nobody has more offers open than they may",
        Guard(
            "open offers are looked at in the commit", Edits({"bind": [("units[field] >= most then", "false then")]})
        ),
        checked=lambda facts: len(facts.offered),
        decided=lambda facts: facts.kept_from(Block.OFFERS_OPEN),
    ),
    Promise(
        "who refused a work item is asked again when all others have, and then once",
        Guard(
            "who refused is looked at in the commit", Edits({"bind": [("(times[rep] or 0) > may then", "false then")]})
        ),
        checked=lambda facts: len(facts.offered),
        decided=lambda facts: facts.kept_from(Block.OFFER_REFUSED),
    ),
    Promise(
        "who lets so many offers lapse is away",
        Guard(
            "the last lapse sets away",
            Edits({"fire": [("redis.call('HSET', presence, rep, '0')", "")]}),
        ),
        checked=lambda facts: facts.ended(Answer.LAPSED),
        decided=lambda facts: sum(event.set_away for event in facts.answers),
    ),
    Promise(
        "a job whose worker is lost goes to another",
        Guard(
            "a lease ends by itself",
            Edits({"lease": [("local expired = due(KEYS[4])", "local expired = {}")]}),
            faults=(Fault.WORKER_KILLED_AT_STEP,),
            found_at_rest=True,
        ),
        checked=lambda facts: facts.submitted,
        decided=lambda facts: facts.expired,
    ),
    Promise(
        "a job is ended only by whom it was given to last",
        Guard("a late worker is refused", Edits({"settle": [(_OWNER_LEASE, "")]})),
        checked=lambda facts: len(facts.lendings.ended) + facts.lendings.refused,
        decided=lambda facts: facts.lendings.refused,
    ),
    Promise(
        "each consumer deals with each change once, in order",
        Guard("a consumer drops what it knows by its id", watchers_drop=False),
        checked=lambda facts: sum(map(len, facts.evidence.watched)),
        decided=lambda facts: facts.told_again,
    ),
    Promise(
        "whoever is told outside hears of each change, and of a work item in order",
        Guard(
            "what comes behind a change that was not taken waits for it",
            Edits({_TURN: [(_CHAINS_KNOWN, "self._take_in(item_id, changes, None)")]}),
        ),
        checked=lambda facts: facts.crm.taken,
        decided=lambda facts: facts.crm.refused,
    ),
    Promise(
        "of two who deliver to one subscription at once, one alone writes down what it came to",
        Guard(
            "a turn is written upon the one that was read",
            Edits({"write_turn": [(_TURN_TAKEN, "false then")]}),
            faults=(Fault.ROLES_TWICE,),
        ),
        checked=lambda facts: facts.replies["write_turn WRITTEN"],
        decided=replied("write_turn REFUSED"),
    ),
    Promise(
        "what concerns somebody is put into the outbox once, and whoever has a channel hears of it",
        Guard(
            "an event that people were told of is told no more",
            Edits({"add_messages": [(_TOLD_BEFORE, "if false then")]}),
            faults=(Fault.ROLES_TWICE,),
        ),
        checked=lambda facts: facts.told.due,
        decided=lambda facts: facts.told.again,
    ),
    Promise(
        "a commit is kept whole or not at all",
        Guard(
            "every write of a commit is kept with the others",
            Edits({"bind": [(_RECORD_WRITTEN, f"redis.set_repl(0) {_RECORD_WRITTEN} redis.set_repl(3)")]}),
            faults=(Fault.STORE_KILLED,),
        ),
        checked=lambda facts: len(facts.evidence.events),
        faults=_IN_COMMIT,
    ),
    Promise(
        "nothing is done by what a server remembers of a lost past",
        Guard(
            "revisions of a lost past are no revisions",
            Edits({"bind": [(_SAME_PAST, "")]}),
            faults=(Fault.STORE_EMPTIED,),
        ),
        checked=lambda facts: len(facts.decisions),
        faults=(Fault.STORE_EMPTIED,),
    ),
    Promise(
        "what was acknowledged outlives the primary",
        Guard(
            "an answer waits for the replica",
            durability="always",
            topology=Topology.SENTINEL,
            faults=(Fault.PRIMARY_KILLED_AHEAD,),
        ),
        checked=lambda facts: facts.acknowledged,
        faults=_FAILOVERS,
    ),
)  # fmt: skip


def count(tally: Tally, facts: Facts) -> None:
    """Add to a tally how often each promise was checked in a round, and how often it decided something."""
    for promise in PROMISES:
        tally.checked[promise.text], tally.decided[promise.text] = promise.counted(facts)


def promises_under(faults: Collection[Fault]) -> list[Promise]:
    """Return the promises that matter where these faults fall."""
    return [promise for promise in PROMISES if not promise.faults or not set(promise.faults).isdisjoint(faults)]


def undecided(tally: Tally, promises: Iterable[Promise]) -> list[str]:
    """Name those that were never checked, or never decided anything."""
    return [each.text for each in promises if not (tally.checked[each.text] and tally.decided[each.text])]
