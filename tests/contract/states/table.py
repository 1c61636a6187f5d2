"""The table: what is answered, and where all stands afterwards, for whatever happens wherever it may.

A line says: standings, what happens, who is there, the answer, then the state, the owner, by how much the epoch grows,
and the deficits of ann, bo and cy in thousandths of a work item; ``=``, or nothing, is as before, and ``-`` nobody. It
holds for every combination of what its first three columns name; a word with ``@`` is one of ``GROUPS``.

Deficits by hand: everybody there are entitled to 500, 300 and 200 of a work item, bo and cy alone to 600 and 400, ann
and bo alone to 625 and 375; whoever gets it received 1000.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import NamedTuple

from router.model.decision import Way
from tests.contract.states.events import EVENTS
from tests.contract.states.standings import STANDINGS

WAYS_OF: Mapping[str, Way] = {
    "route": Way.GREEDY,
    "route_other_data": Way.GREEDY,
    "route_other_spelling": Way.GREEDY,
    "route_in_batch": Way.GREEDY,
    "submit": Way.GREEDY,
    "submit_in_batch": Way.GREEDY,
    "wake": Way.GREEDY,
    "ann_is_away": Way.GREEDY,  # what waited for her is woken for others, and so it is in the two below
    "ann_is_inactive": Way.GREEDY,
    "ann_leaves_the_pool": Way.GREEDY,
    "reassign": Way.GREEDY,
    "reassign_to_bo": Way.OVERRIDE,
    "reassign_to_ann": Way.OVERRIDE,
    "reopen": Way.APART,
    "update_phone": Way.GREEDY,  # of what waits
    "update_region": Way.GREEDY,
    "import_for_ann": Way.APART,
    "import_for_bo": Way.APART,
    "ann_goes_on_leave": Way.APART,
    "ann_is_back": Way.APART,
}
"""In which way each path to another owner enters the ledger: see docs/fairness.md."""
GROUPS: Mapping[str, str] = {
    "@waiting": "queued unrouted",
    "@open": "queued unrouted reopened_waiting @owned covered",
    "@one": "routed hurried reopened erased",  # ann has it, and was charged for one
    "@owned": "@one named imported",
    "@ended": "converted disqualified closed erased_closed",
    "@known": "@open @ended closed_waiting",
    "@route": "route route_other_spelling route_in_batch",
    "@submit": "submit submit_in_batch",
    "@named": "reassign_to_bo reassign_to_ann reassign_to_a_stranger",
    "@complete": "convert disqualify close",
    "@update": "update_phone update_region",
    "@import": "import_for_ann import_for_bo",
    "@absence": "ann_is_away ann_is_inactive",
    "@any": "everybody others ann nobody",
}
TABLE = """
absent              | @route route_other_data   | everybody        | ASSIGNED | ASSIGNED     | ann | +1 | -500  300  200
absent              | @submit                   | everybody        | OK       | ASSIGNED     | ann | +1 | -500  300  200
absent              | route                     | others           | ASSIGNED | ASSIGNED     | bo  | +1 |    0 -400  400
absent              | route                     | ann              | ASSIGNED | ASSIGNED     | ann | +1 | =
absent              | @route                    | nobody           | WAITING  | QUEUED       | -   | =  | =
absent              | @submit                   | nobody           | OK       | QUEUED       | -   | =  | =
absent              | route_other_data          | nobody           | UNROUTED | UNROUTED     | -   | =  | =
absent              | reassign reassign_stale   | @any             | NOT_FOUND
absent              | @named @complete reopen   | @any             | NOT_FOUND
absent              | close_stale reopen_stale  | @any             | NOT_FOUND
absent              | @update update_stale      | @any             | NOT_FOUND
absent              | call note erase           | @any             | NOT_FOUND
absent              | import_for_ann            | @any             | OK       | ASSIGNED     | ann | +1 | =
absent              | import_for_bo             | @any             | OK       | ASSIGNED     | bo  | +1 | =

@waiting            | @route route_other_data   | everybody        | ASSIGNED | ASSIGNED     | ann | +1 | -500  300  200
@waiting            | @submit                   | everybody        | OK       | ASSIGNED     | ann | +1 | -500  300  200
@waiting            | route reassign            | others           | ASSIGNED | ASSIGNED     | bo  | +1 |    0 -400  400
@waiting            | route reassign            | ann              | ASSIGNED | ASSIGNED     | ann | +1 | =
@waiting            | @submit                   | nobody           | OK
@waiting            | @update                   | everybody        | OK       | ASSIGNED     | ann | +1 | -500  300  200
@waiting            | update_region             | others           | OK       | ASSIGNED     | bo  | +1 |    0 -400  400
@waiting            | update_region             | ann              | OK       | ASSIGNED     | ann | +1 | =
@waiting            | @update                   | nobody           | OK
queued              | @route reassign           | nobody           | WAITING
unrouted            | @route reassign           | nobody           | UNROUTED
queued              | route_other_data          | nobody           | UNROUTED | UNROUTED     | -   | =  | =
unrouted            | route_other_data          | nobody           | WAITING  | QUEUED       | -   | =  | =
@waiting            | reassign                  | everybody        | ASSIGNED | ASSIGNED     | ann | +1 | -500  300  200
@waiting            | reassign_to_bo            | everybody        | ASSIGNED | ASSIGNED     | bo  | +1 |  500 -700  200
@waiting            | reassign_to_bo            | others           | ASSIGNED | ASSIGNED     | bo  | +1 |    0 -400  400
@waiting            | reassign_to_bo            | ann              | ASSIGNED | ASSIGNED     | bo  | +1 |  625 -625    0
@waiting            | reassign_to_bo            | nobody           | ASSIGNED | ASSIGNED     | bo  | +1 | =
@waiting            | reassign_to_ann           | everybody        | ASSIGNED | ASSIGNED     | ann | +1 | -500  300  200
queued              | wake                      | everybody        | WOKEN    | ASSIGNED     | ann | +1 | -500  300  200
queued              | wake                      | others           | WOKEN    | ASSIGNED     | bo  | +1 |    0 -400  400
queued              | wake                      | ann              | WOKEN    | ASSIGNED     | ann | +1 | =
queued              | @absence                  | everybody        | WOKEN    | ASSIGNED     | bo  | +1 |    0 -400  400
queued              | ann_leaves_the_pool       | everybody        | WOKEN    | ASSIGNED     | bo  | +1 |    0 -400  400
queued              | wake                      | nobody           | OK
unrouted            | wake @absence             | @any             | OK
unrouted            | ann_leaves_the_pool       | everybody        | OK

reopened_waiting    | @route route_other_data   | everybody        | ASSIGNED | ASSIGNED     | bo  | +1 |    0 -400  400
reopened_waiting    | @submit                   | everybody        | OK       | ASSIGNED     | bo  | +1 |    0 -400  400
reopened_waiting    | route                     | others           | ASSIGNED | ASSIGNED     | bo  | +1 | -500 -100  600
reopened_waiting    | route                     | ann              | ASSIGNED | ASSIGNED     | ann | +1 | =
reopened_waiting    | @route                    | nobody           | WAITING
reopened_waiting    | @submit                   | nobody           | OK
reopened_waiting    | @update                   | everybody        | OK       | ASSIGNED     | bo  | +1 |    0 -400  400
reopened_waiting    | update_region             | others           | OK       | ASSIGNED     | bo  | +1 | -500 -100  600
reopened_waiting    | update_region             | ann              | OK       | ASSIGNED     | ann | +1 | =
reopened_waiting    | @update                   | nobody           | OK
reopened_waiting    | route_other_data          | nobody           | UNROUTED | UNROUTED     | -   | =  | =
reopened_waiting    | reassign                  | everybody others | ASSIGNED | ASSIGNED     | bo  | +1 | -500 -100  600
reopened_waiting    | reassign                  | ann nobody       | WAITING
reopened_waiting    | reassign_to_bo            | everybody        | ASSIGNED | ASSIGNED     | bo  | +1 |    0 -400  400
reopened_waiting    | reassign_to_bo            | others           | ASSIGNED | ASSIGNED     | bo  | +1 | -500 -100  600
reopened_waiting    | reassign_to_bo            | ann              | ASSIGNED | ASSIGNED     | bo  | +1 |  125 -325  200
reopened_waiting    | reassign_to_bo            | nobody           | ASSIGNED | ASSIGNED     | bo  | +1 | =
reopened_waiting    | reassign_to_ann           | everybody        | ASSIGNED | ASSIGNED     | ann | +1 | -1000 600  400
reopened_waiting    | wake                      | everybody        | WOKEN    | ASSIGNED     | bo  | +1 |    0 -400  400
reopened_waiting    | wake                      | others           | WOKEN    | ASSIGNED     | bo  | +1 | -500 -100  600
reopened_waiting    | wake                      | ann              | WOKEN    | ASSIGNED     | ann | +1 | =
reopened_waiting    | wake                      | nobody           | OK
reopened_waiting    | @absence                  | everybody        | WOKEN    | ASSIGNED     | bo  | +1 | -500 -100  600
reopened_waiting    | ann_leaves_the_pool       | everybody        | WOKEN    | ASSIGNED     | bo  | +1 |    0 -400  400

@owned              | @route route_other_data   | @any             | EXISTING_OWNER
@owned @ended       | @submit                   | @any             | OK
@owned              | update_phone              | @any             | OK
@one                | update_region             | everybody others | OK       | ASSIGNED     | bo  | +1 | -500 -100  600
named               | update_region             | everybody others | OK       | ASSIGNED     | cy  | +1 | =
imported            | update_region             | everybody others | OK       | ASSIGNED     | bo  | +1 |    0 -400  400
@owned              | update_region             | ann nobody       | OK
@one                | reassign                  | everybody others | ASSIGNED | ASSIGNED     | bo  | +1 | -500 -100  600
named               | reassign                  | everybody others | ASSIGNED | ASSIGNED     | cy  | +1 | =
imported            | reassign                  | everybody others | ASSIGNED | ASSIGNED     | bo  | +1 |    0 -400  400
routed reopened     | reassign                  | ann nobody       | WAITING
erased              | reassign                  | ann nobody       | WAITING
named imported      | reassign                  | ann nobody       | WAITING
hurried             | reassign                  | ann nobody       | UNROUTED
@one                | reassign_to_bo            | everybody        | ASSIGNED | ASSIGNED     | bo  | +1 |    0 -400  400
@one                | reassign_to_bo            | others           | ASSIGNED | ASSIGNED     | bo  | +1 | -500 -100  600
@one                | reassign_to_bo            | ann              | ASSIGNED | ASSIGNED     | bo  | +1 |  125 -325  200
named               | reassign_to_bo            | everybody        | ASSIGNED | ASSIGNED     | bo  | +1 |    0 -800  800
named               | reassign_to_bo            | others           | ASSIGNED | ASSIGNED     | bo  | +1 | -500 -500 1000
named               | reassign_to_bo            | ann              | ASSIGNED | ASSIGNED     | bo  | +1 |  125 -725  600
imported            | reassign_to_bo            | everybody        | ASSIGNED | ASSIGNED     | bo  | +1 |  500 -700  200
imported            | reassign_to_bo            | others           | ASSIGNED | ASSIGNED     | bo  | +1 |    0 -400  400
imported            | reassign_to_bo            | ann              | ASSIGNED | ASSIGNED     | bo  | +1 |  625 -625    0
@owned              | reassign_to_bo            | nobody           | ASSIGNED | ASSIGNED     | bo  | +1 | =
@owned              | reassign_to_ann           | everybody        | FAILED_PRECONDITION
@owned @ended       | wake @absence             | @any             | OK
@one @ended         | ann_leaves_the_pool       | everybody        | OK       | =            | =   | =  |    0    0    0
named               | ann_leaves_the_pool       | everybody        | OK       | =            | =   | =  |    0 -400  400
imported            | ann_leaves_the_pool       | everybody        | OK

covered             | @route route_other_data   | @any             | EXISTING_OWNER
covered             | @submit                   | @any             | OK
covered             | reassign                  | everybody others | ASSIGNED | ASSIGNED     | cy  | +1 | =
covered             | reassign                  | ann nobody       | WAITING
covered             | reassign_to_bo            | @any             | FAILED_PRECONDITION
covered             | reassign_to_ann           | everybody        | ASSIGNED | ASSIGNED     | ann | +1 | -1000 600  400
covered             | update_phone              | @any             | OK
covered             | update_region             | everybody others | OK       | ASSIGNED     | cy  | +1 | =
covered             | update_region             | ann nobody       | OK
covered             | wake @absence             | @any             | OK
covered             | ann_leaves_the_pool       | everybody        | OK       | =            | =   | =  |    0    0    0
covered             | ann_goes_on_leave         | everybody        | OK
covered             | ann_is_back               | everybody        | COVER_ENDED | ASSIGNED  | ann | +1 | =
@owned              | ann_goes_on_leave         | everybody        | COVERED  | ASSIGNED     | bo  | +1 | =
absent @waiting     | ann_goes_on_leave         | everybody        | OK
reopened_waiting    | ann_goes_on_leave         | everybody        | OK
@ended closed_waiting | ann_goes_on_leave       | everybody        | OK
absent @waiting     | ann_is_back               | everybody        | NOT_FOUND
reopened_waiting    | ann_is_back               | everybody        | NOT_FOUND
@owned              | ann_is_back               | everybody        | NOT_FOUND
@ended closed_waiting | ann_is_back             | everybody        | NOT_FOUND

@open               | reassign_stale close_stale | everybody       | ABORTED
@open               | update_stale              | everybody        | ABORTED
@open               | reassign_to_a_stranger    | everybody        | NOT_FOUND
@open               | convert                   | everybody        | OK       | CONVERTED    | =   | =  | =
@open               | disqualify                | everybody        | OK       | DISQUALIFIED | =   | =  | =
@open               | close                     | everybody        | OK       | CLOSED       | =   | =  | =
@open               | reopen reopen_stale       | @any             | FAILED_PRECONDITION

@ended              | @route route_other_data   | @any             | EXISTING_OWNER
@ended              | reopen                    | everybody ann    | ASSIGNED | ASSIGNED     | ann | +1 | =
@ended              | reopen                    | others           | ASSIGNED | ASSIGNED     | bo  | +1 | =
@ended              | reopen                    | nobody           | WAITING  | QUEUED       | -   | =  | =
@ended              | reassign reassign_stale   | @any             | FAILED_PRECONDITION
@ended              | @named                    | @any             | FAILED_PRECONDITION
@ended              | @complete close_stale     | everybody        | FAILED_PRECONDITION
@ended              | @update                   | @any             | FAILED_PRECONDITION
@ended              | update_stale              | everybody        | ABORTED
@ended              | reopen_stale              | everybody        | ABORTED
closed_waiting      | @route route_other_data   | @any             | FAILED_PRECONDITION
closed_waiting      | @submit                   | @any             | OK
closed_waiting      | reassign reassign_stale   | @any             | FAILED_PRECONDITION
closed_waiting      | @named                    | @any             | FAILED_PRECONDITION
closed_waiting      | @complete close_stale     | everybody        | FAILED_PRECONDITION
closed_waiting      | @update                   | @any             | FAILED_PRECONDITION
closed_waiting      | update_stale              | everybody        | ABORTED
closed_waiting      | reopen_stale              | everybody        | ABORTED
closed_waiting      | reopen                    | everybody ann    | ASSIGNED | ASSIGNED     | ann | +1 | =
closed_waiting      | reopen                    | others           | ASSIGNED | ASSIGNED     | bo  | +1 | =
closed_waiting      | reopen                    | nobody           | WAITING  | QUEUED       | -   | =  | =
closed_waiting      | wake @absence             | @any             | OK
closed_waiting      | ann_leaves_the_pool       | everybody        | OK

imported            | import_for_ann            | everybody        | OK
@waiting @one named | import_for_ann            | everybody        | ALREADY_EXISTS
covered             | import_for_ann            | everybody        | ALREADY_EXISTS
reopened_waiting    | import_for_ann            | everybody        | ALREADY_EXISTS
@ended              | import_for_ann            | everybody        | ALREADY_EXISTS
closed_waiting      | import_for_ann            | everybody        | ALREADY_EXISTS
@known              | import_for_bo             | @any             | ALREADY_EXISTS
@known              | call note erase           | everybody        | OK
absent              | wake @absence             | @any             | OK
absent              | ann_leaves_the_pool       | everybody        | OK
absent @known       | timers                    | everybody        | OK
"""


class Pair(NamedTuple):
    """A standing, what happens there, and who is there then."""

    standing: str
    event: str
    present: str


class Expected(NamedTuple):
    """The answer, and where all stands then; ``deficits`` and ``owner`` absent: as before."""

    answer: str
    state: str
    owner: str
    grows: int
    deficits: tuple[int, ...]


def rows() -> Iterator[tuple[Pair, Expected]]:
    """Yield every row of the table."""
    for line in filter(None, TABLE.splitlines()):
        standings, events, present, answer, *after = [cell.strip() for cell in line.split("|")]
        for standing, event, who in product(_words(standings), _words(events), _words(present)):
            if who in EVENTS[event].present:
                yield Pair(standing, event, who), _expected(standing, answer, *after)


def pairs() -> Iterator[Pair]:
    """Yield everything that may happen wherever it may."""
    for standing, (name, event) in product(STANDINGS, EVENTS.items()):
        yield from [Pair(standing, name, who) for who in event.present]


def _words(cell: str) -> list[str]:
    return [each for word in cell.split() for each in (_words(GROUPS[word]) if word in GROUPS else [word])]


def _expected(
    standing: str, answer: str, state: str = "=", owner: str = "=", grows: str = "=", deficits: str = "="
) -> Expected:
    before = STANDINGS[standing]
    return Expected(
        answer,
        before.state if state == "=" else state,
        before.owner if owner == "=" else owner.strip("-"),
        0 if grows == "=" else int(grows),
        before.deficits if deficits == "=" else tuple(map(int, deficits.split())),
    )
