"""The table: what is answered, and where all stands afterwards, for whatever happens wherever it may.

A line says: standings, what happens, who is there, the answer, then the state, the owner, by how much the epoch grows,
and the deficits of ann, bo and cy in thousandths of a work item; ``=``, or nothing, is as before, and ``-`` nobody. An
owner in brackets has an offer of it. It holds for every combination of what its first three columns name; a word with
``@`` is one of ``GROUPS``.

Deficits by hand: all who are there are entitled to 500, 300 and 200 of a work item, bo and cy alone to 600 and 400, ann
and bo alone to 625 and 375; whoever gets it received 1000.
"""

from __future__ import annotations

from collections.abc import Mapping

from router.model.decision import Way

WAYS_OF: Mapping[str, Way] = {
    "route": Way.GREEDY,
    "route_other_data": Way.GREEDY,
    "route_other_spelling": Way.GREEDY,
    "route_in_batch": Way.GREEDY,
    "submit": Way.GREEDY,
    "submit_in_batch": Way.GREEDY,
    "wake": Way.GREEDY,
    "ann_is_away": Way.GREEDY,  # what waited for her is woken for others, and so it is in the two below
    "ann_goes_on_leave": Way.APART,
    "ann_is_back": Way.APART,
    "ann_is_inactive": Way.GREEDY,
    "ann_leaves_the_pool": Way.GREEDY,
    "reassign": Way.GREEDY,
    "reassign_many": Way.GREEDY,
    "reassign_to_bo": Way.OVERRIDE,
    "reassign_many_to_bo": Way.OVERRIDE,
    "reassign_to_ann": Way.OVERRIDE,
    "reopen": Way.APART,
    "accept_as_ann": Way.GREEDY,
    "accept_as_bo": Way.GREEDY,
    "quarter_passes": Way.GREEDY,  # what waits is woken
    "update_phone": Way.GREEDY,  # of what waits
    "advance": Way.GREEDY,  # likewise
    "update_region": Way.GREEDY,
    "escalate": Way.GREEDY,
    "import_for_ann": Way.APART,
    "import_for_bo": Way.APART,
}
"""In which way each path to another owner enters the ledger: see docs/fairness.md."""
WAYS_AT: Mapping[tuple[str, str], Way] = {
    ("broadcast", "accept_as_ann"): Way.OVERRIDE,  # whoever was first chose, whatever their claims
    ("broadcast", "accept_as_bo"): Way.OVERRIDE,
}
"""The same where it is another one, by where the work item stood."""
GROUPS: Mapping[str, str] = {
    "@absent": "absent absent_offering absent_broadcasting",
    "@waiting": "queued unrouted",
    "@offering": "queued_offering unrouted_offering",  # it waits, and is to be offered
    "@to_ann": "offered offered_hurried",
    "@offered": "@to_ann offered_anew",
    "@many": "broadcast broadcast_in_band",
    "@accepted": "accepted accepted_of_many",
    "@open": "@waiting reopened_waiting @offering @owned @accepted covered",
    "@one": "routed hurried reopened erased",  # ann has it, and was charged for one
    "@owned": "@one named imported",
    "@ended": "converted disqualified closed erased_closed accepted_closed",
    "@out": "@offered @many",
    "@opened": "@open @out",
    "@known": "@open @out @ended closed_waiting",
    "@same": "route route_other_spelling route_in_batch",
    "@route": "@same route_other_data",
    "@submit": "submit submit_in_batch",
    "@move": "reassign reassign_many",
    "@to_bo": "reassign_to_bo reassign_many_to_bo",
    "@many_moved": "reassign_many reassign_many_to_bo",
    "@named": "reassign_to_bo reassign_to_ann reassign_to_a_stranger",
    "@stale": "reassign_stale close_stale",
    "@won": "convert advance_won",
    "@complete": "@won disqualify close",
    "@as_ann": "accept_as_ann decline_as_ann",
    "@as_bo": "accept_as_bo decline_as_bo",
    "@answer": "@as_ann @as_bo",
    "@decline": "decline_as_ann decline_as_bo",
    "@quiet": "update_phone advance",
    "@update": "@quiet update_region",
    "@late": "update_stale advance_stale",
    "@import": "import_for_ann import_for_bo",
    "@absence": "ann_is_away ann_is_inactive",
    "@any": "all others ann nobody",
}
TABLE = """
@absent               | @many_moved              | @any       | NONE
@absent @waiting      | ann_goes_on_leave        | all        | OK
@absent @waiting      | ann_is_back              | all        | NOT_FOUND
@absent               | @update @late            | @any       | NOT_FOUND
absent                | @route                   | all        | ASSIGNED | ASSIGNED     | ann    | +1 | -500  300  200
absent                | @submit                  | all        | OK       | ASSIGNED     | ann    | +1 | -500  300  200
absent                | route                    | others     | ASSIGNED | ASSIGNED     | bo     | +1 |    0 -400  400
absent                | route                    | ann        | ASSIGNED | ASSIGNED     | ann    | +1 | =
absent_offering       | @route                   | all        | OFFERED  | OFFERED      | (ann)  | =  | -500  300  200
absent_offering       | @submit                  | all        | OK       | OFFERED      | (ann)  | =  | -500  300  200
absent_offering       | route                    | others     | OFFERED  | OFFERED      | (bo)   | =  |    0 -400  400
absent_offering       | route                    | ann        | OFFERED  | OFFERED      | (ann)  | =  | =
absent_broadcasting   | @route                   | all        | OFFERED  | OFFERED      | (many) | =  | =
absent_broadcasting   | @submit                  | all        | OK       | OFFERED      | (many) | =  | =
absent_broadcasting   | route                    | others ann | OFFERED  | OFFERED      | (many) | =  | =
@absent               | @same                    | nobody     | WAITING  | QUEUED       | -      | =  | =
@absent               | @submit                  | nobody     | OK       | QUEUED       | -      | =  | =
@absent               | route_other_data         | nobody     | UNROUTED | UNROUTED     | -      | =  | =
@absent               | reassign reassign_stale  | @any       | NOT_FOUND
@absent               | @named @complete reopen  | @any       | NOT_FOUND
@absent               | close_stale reopen_stale | @any       | NOT_FOUND
@absent               | @answer                  | @any       | NOT_FOUND
@absent               | call note erase          | @any       | NOT_FOUND
@absent               | escalate                 | @any       | NOT_FOUND
@absent               | pause resume             | all        | NOT_FOUND
@absent               | approve reject           | all        | NOT_FOUND
@absent               | satisfaction             | all        | NOT_FOUND
@known                | satisfaction             | all        | FAILED_PRECONDITION
@opened               | pause                    | all        | OK
@opened               | resume approve reject    | all        | FAILED_PRECONDITION
@ended closed_waiting | pause resume             | all        | FAILED_PRECONDITION
@ended closed_waiting | approve reject           | all        | FAILED_PRECONDITION
@absent               | import_for_ann           | @any       | OK       | ASSIGNED     | ann    | +1 | =
@absent               | import_for_bo            | @any       | OK       | ASSIGNED     | bo     | +1 | =
@absent               | wake @absence            | @any       | OK
@absent               | ann_leaves_the_pool      | all        | OK
@absent @known        | timers                   | all        | OK

@waiting              | @update                  | all        | OK       | ASSIGNED     | ann    | +1 | -500  300  200
@waiting              | update_region            | others     | OK       | ASSIGNED     | bo     | +1 |    0 -400  400
@waiting              | update_region            | ann        | OK       | ASSIGNED     | ann    | +1 | =
@waiting @offering    | @update                  | nobody     | OK
@waiting              | @route                   | all        | ASSIGNED | ASSIGNED     | ann    | +1 | -500  300  200
@waiting              | @submit                  | all        | OK       | ASSIGNED     | ann    | +1 | -500  300  200
@waiting              | route @move              | others     | ASSIGNED | ASSIGNED     | bo     | +1 |    0 -400  400
@waiting              | route @move              | ann        | ASSIGNED | ASSIGNED     | ann    | +1 | =
@waiting @offering    | @submit                  | nobody     | OK
queued                | @same @move              | nobody     | WAITING
unrouted              | @same @move              | nobody     | UNROUTED
queued                | route_other_data         | nobody     | UNROUTED | UNROUTED     | -      | =  | =
unrouted              | route_other_data         | nobody     | WAITING  | QUEUED       | -      | =  | =
@waiting              | @move                    | all        | ASSIGNED | ASSIGNED     | ann    | +1 | -500  300  200
@waiting @offering    | @to_bo                   | all        | ASSIGNED | ASSIGNED     | bo     | +1 |  500 -700  200
@waiting @offering    | @to_bo                   | others     | ASSIGNED | ASSIGNED     | bo     | +1 |    0 -400  400
@waiting @offering    | @to_bo                   | ann        | ASSIGNED | ASSIGNED     | bo     | +1 |  625 -625    0
@waiting @offering    | @to_bo                   | nobody     | ASSIGNED | ASSIGNED     | bo     | +1 | =
@waiting @offering    | reassign_to_ann          | all        | ASSIGNED | ASSIGNED     | ann    | +1 | -500  300  200
queued                | wake                     | all        | WOKEN    | ASSIGNED     | ann    | +1 | -500  300  200
queued                | wake                     | others     | WOKEN    | ASSIGNED     | bo     | +1 |    0 -400  400
queued                | wake                     | ann        | WOKEN    | ASSIGNED     | ann    | +1 | =
queued                | @absence                 | all        | WOKEN    | ASSIGNED     | bo     | +1 |    0 -400  400
queued                | ann_leaves_the_pool      | all        | WOKEN    | ASSIGNED     | bo     | +1 |    0 -400  400
queued                | wake                     | nobody     | OK
unrouted              | wake @absence            | @any       | OK
unrouted              | ann_leaves_the_pool      | all        | OK
queued                | quarter_passes           | all        | OK       | ASSIGNED     | ann    | +1 | -500  300  200
queued                | quarter_passes           | others     | OK       | ASSIGNED     | bo     | +1 |    0 -400  400
queued                | quarter_passes           | ann        | OK       | ASSIGNED     | ann    | +1 | =
queued                | quarter_passes           | nobody     | OK
unrouted              | quarter_passes           | @any       | OK
@waiting @offering    | @answer                  | @any       | FAILED_PRECONDITION
@waiting @one named   | import_for_ann           | all        | ALREADY_EXISTS

@offering @out        | ann_goes_on_leave        | all        | OK
@offering @out        | ann_is_back              | all        | NOT_FOUND
@offering             | @update                  | all        | OK       | OFFERED      | (ann)  | =  | -500  300  200
@offering             | update_region            | others     | OK       | OFFERED      | (bo)   | =  |    0 -400  400
@offering             | update_region            | ann        | OK       | OFFERED      | (ann)  | =  | =
@offering             | @route                   | all        | OFFERED  | OFFERED      | (ann)  | =  | -500  300  200
@offering             | @submit                  | all        | OK       | OFFERED      | (ann)  | =  | -500  300  200
@offering             | @move                    | all        | OFFERED  | OFFERED      | (ann)  | =  | -500  300  200
@offering             | route @move              | others     | OFFERED  | OFFERED      | (bo)   | =  |    0 -400  400
@offering             | route @move              | ann        | OFFERED  | OFFERED      | (ann)  | =  | =
queued_offering       | @same @move              | nobody     | WAITING
queued_offering       | route_other_data         | nobody     | UNROUTED | UNROUTED     | -      | =  | =
queued_offering       | wake                     | all        | WOKEN    | OFFERED      | (ann)  | =  | -500  300  200
queued_offering       | wake                     | others     | WOKEN    | OFFERED      | (bo)   | =  |    0 -400  400
queued_offering       | wake                     | ann        | WOKEN    | OFFERED      | (ann)  | =  | =
queued_offering       | @absence                 | all        | WOKEN    | OFFERED      | (bo)   | =  |    0 -400  400
queued_offering       | ann_leaves_the_pool      | all        | WOKEN    | OFFERED      | (bo)   | =  |    0 -400  400
queued_offering       | quarter_passes           | all        | OK       | OFFERED      | (ann)  | =  | -500  300  200
queued_offering       | quarter_passes           | others     | OK       | OFFERED      | (bo)   | =  |    0 -400  400
queued_offering       | quarter_passes           | ann        | OK       | OFFERED      | (ann)  | =  | =
queued_offering       | wake quarter_passes      | nobody     | OK
unrouted_offering     | @same @move              | nobody     | UNROUTED
unrouted_offering     | route_other_data         | nobody     | WAITING  | QUEUED       | -      | =  | =
unrouted_offering     | wake quarter_passes      | @any       | OK
unrouted_offering     | @absence                 | all        | OK
unrouted_offering     | ann_leaves_the_pool      | all        | OK
@offering @offered    | import_for_ann           | all        | ALREADY_EXISTS

reopened_waiting      | ann_goes_on_leave        | all        | OK
reopened_waiting      | ann_is_back              | all        | NOT_FOUND
reopened_waiting      | @update                  | all        | OK       | ASSIGNED     | bo     | +1 |    0 -400  400
reopened_waiting      | update_region            | others     | OK       | ASSIGNED     | bo     | +1 | -500 -100  600
reopened_waiting      | update_region            | ann        | OK       | ASSIGNED     | ann    | +1 | =
reopened_waiting      | @update                  | nobody     | OK
reopened_waiting      | @route                   | all        | ASSIGNED | ASSIGNED     | bo     | +1 |    0 -400  400
reopened_waiting      | @submit                  | all        | OK       | ASSIGNED     | bo     | +1 |    0 -400  400
reopened_waiting      | route                    | others     | ASSIGNED | ASSIGNED     | bo     | +1 | -500 -100  600
reopened_waiting      | route                    | ann        | ASSIGNED | ASSIGNED     | ann    | +1 | =
reopened_waiting      | @same                    | nobody     | WAITING
reopened_waiting      | @submit                  | nobody     | OK
reopened_waiting      | route_other_data         | nobody     | UNROUTED | UNROUTED     | -      | =  | =
reopened_waiting      | @move                    | all        | ASSIGNED | ASSIGNED     | bo     | +1 |    0 -400  400
reopened_waiting      | @move                    | others     | ASSIGNED | ASSIGNED     | bo     | +1 | -500 -100  600
reopened_waiting      | @move                    | ann        | ASSIGNED | ASSIGNED     | ann    | +1 | =
reopened_waiting      | @move                    | nobody     | WAITING
reopened_waiting      | @to_bo                   | all        | ASSIGNED | ASSIGNED     | bo     | +1 |    0 -400  400
reopened_waiting      | @to_bo                   | others     | ASSIGNED | ASSIGNED     | bo     | +1 | -500 -100  600
reopened_waiting      | @to_bo                   | ann        | ASSIGNED | ASSIGNED     | bo     | +1 |  125 -325  200
reopened_waiting      | @to_bo                   | nobody     | ASSIGNED | ASSIGNED     | bo     | +1 | =
reopened_waiting      | reassign_to_ann          | all        | ASSIGNED | ASSIGNED     | ann    | +1 | -1000  600  400
reopened_waiting      | wake                     | all        | WOKEN    | ASSIGNED     | bo     | +1 |    0 -400  400
reopened_waiting      | wake                     | others     | WOKEN    | ASSIGNED     | bo     | +1 | -500 -100  600
reopened_waiting      | wake                     | ann        | WOKEN    | ASSIGNED     | ann    | +1 | =
reopened_waiting      | wake                     | nobody     | OK
reopened_waiting      | quarter_passes           | all        | OK       | ASSIGNED     | bo     | +1 |    0 -400  400
reopened_waiting      | quarter_passes           | others     | OK       | ASSIGNED     | bo     | +1 | -500 -100  600
reopened_waiting      | quarter_passes           | ann        | OK       | ASSIGNED     | ann    | +1 | =
reopened_waiting      | quarter_passes           | nobody     | OK
reopened_waiting      | @absence                 | all        | WOKEN    | ASSIGNED     | bo     | +1 | -500 -100  600
reopened_waiting      | ann_leaves_the_pool      | all        | WOKEN    | ASSIGNED     | bo     | +1 |    0 -400  400
reopened_waiting      | @answer                  | @any       | FAILED_PRECONDITION
reopened_waiting      | import_for_ann           | all        | ALREADY_EXISTS

@to_ann offered_anew  | @update                  | all        | OK
@many                 | @update                  | all        | OK
@to_ann               | update_region            | others     | OK       | =            | (bo)   | =  |    0 -400  400
@to_ann offered_anew  | update_region            | ann        | OK       | =            | (ann)  | =  |    0    0    0
offered_anew          | update_region            | others     | OK
@many                 | update_region            | others ann | OK
offered offered_anew  | @update                  | nobody     | OK       | QUEUED       | -      | =  |    0    0    0
offered_hurried       | @update                  | nobody     | OK       | UNROUTED     | -      | =  |    0    0    0
@many                 | @update                  | nobody     | OK       | QUEUED       | -      | =  |    0    0    0
@out                  | @route                   | @any       | OFFERED
@out                  | @submit                  | @any       | OK
@to_ann               | @move                    | all others | OFFERED  | =            | (bo)   | =  |    0 -400  400
offered               | @move                    | ann nobody | WAITING
offered_hurried       | @move                    | ann nobody | UNROUTED
offered_anew          | @move                    | all others | OFFERED  | =            | (cy)   | =  |    0    0    0
offered_anew          | @move                    | ann        | OFFERED  | =            | (ann)  | =  |    0    0    0
offered_anew          | @move                    | nobody     | WAITING
@many                 | @move                    | all others | OFFERED
@many                 | @move                    | ann        | OFFERED
@many                 | @move                    | nobody     | WAITING
@out                  | @to_bo                   | all        | ASSIGNED | ASSIGNED     | bo     | +1 |  500 -700  200
@out                  | @to_bo                   | others     | ASSIGNED | ASSIGNED     | bo     | +1 |    0 -400  400
@out                  | @to_bo                   | ann        | ASSIGNED | ASSIGNED     | bo     | +1 |  625 -625    0
@out                  | @to_bo                   | nobody     | ASSIGNED | ASSIGNED     | bo     | +1 |    0    0    0
@out                  | reassign_to_ann          | all        | ASSIGNED | ASSIGNED     | ann    | +1 | -500  300  200
@out                  | @won                     | all        | OK       | CONVERTED    | -      | =  |    0    0    0
@out                  | disqualify               | all        | OK       | DISQUALIFIED | -      | =  |    0    0    0
@out                  | close                    | all        | OK       | CLOSED       | -      | =  |    0    0    0
@to_ann               | accept_as_ann            | all        | OK       | ASSIGNED     | ann    | +1 | =
offered_anew          | accept_as_bo             | all        | OK       | ASSIGNED     | bo     | +1 | =
broadcast             | accept_as_ann            | all        | OK       | ASSIGNED     | ann    | +1 | -500  300  200
broadcast             | accept_as_bo             | all        | OK       | ASSIGNED     | bo     | +1 |  500 -700  200
broadcast_in_band     | accept_as_ann            | all        | OK       | ASSIGNED     | ann    | +1 | -375  375    0
broadcast_in_band     | accept_as_bo             | all        | OK       | ASSIGNED     | bo     | +1 |  625 -625    0
@to_ann               | @as_bo                   | all        | FAILED_PRECONDITION
offered_anew          | @as_ann                  | @any       | FAILED_PRECONDITION
@to_ann               | decline_as_ann           | all others | OK       | =            | (bo)   | =  |    0 -400  400
@to_ann               | decline_as_ann           | ann        | OK       | =            | (ann)  | =  |    0    0    0
offered               | decline_as_ann           | nobody     | OK       | QUEUED       | -      | =  |    0    0    0
offered_hurried       | decline_as_ann           | nobody     | OK       | UNROUTED     | -      | =  |    0    0    0
offered_anew          | decline_as_bo            | all        | OK       | =            | (cy)   | =  |    0    0    0
@many                 | @decline                 | @any       | OK
@to_ann               | quarter_passes           | all others | OK       | =            | (bo)   | =  |    0 -400  400
@to_ann               | quarter_passes           | ann        | OK       | =            | (ann)  | =  |    0    0    0
offered_anew          | quarter_passes           | all others | OK       | =            | (cy)   | =  |    0    0    0
offered_anew          | quarter_passes           | ann        | OK       | =            | (ann)  | =  |    0    0    0
offered offered_anew  | quarter_passes           | nobody     | OK       | QUEUED       | -      | =  |    0    0    0
@many                 | quarter_passes           | nobody     | OK       | QUEUED       | -      | =  |    0    0    0
offered_hurried       | quarter_passes           | nobody     | OK       | UNROUTED     | -      | =  |    0    0    0
@many                 | quarter_passes           | all others | OK
@many                 | quarter_passes           | ann        | OK
@out                  | wake ann_is_away         | @any       | OK
@to_ann               | ann_is_inactive          | all        | WOKEN    | =            | (bo)   | =  |    0 -400  400
offered_anew          | ann_is_inactive          | all        | OK
@to_ann               | ann_leaves_the_pool      | all        | WOKEN    | =            | (bo)   | =  |    0 -400  400
offered_anew          | ann_leaves_the_pool      | all        | WOKEN
@many                 | ann_is_inactive          | all        | WOKEN
@many                 | ann_leaves_the_pool      | all        | WOKEN

@owned @accepted      | ann_goes_on_leave        | all        | COVERED  | ASSIGNED     | bo     | +1 | =
@owned @accepted      | ann_is_back              | all        | NOT_FOUND
@one                  | escalate                 | all others | ASSIGNED | ASSIGNED     | bo     | +1 | -500 -100  600
named                 | escalate                 | all others | ASSIGNED | ASSIGNED     | cy     | +1 | =
imported              | escalate                 | all others | ASSIGNED | ASSIGNED     | bo     | +1 |    0 -400  400
@owned @accepted      | escalate                 | ann nobody | OK
accepted              | escalate                 | all others | OFFERED  | OFFERED      | (bo)   | =  | -500 -100  600
accepted_of_many      | escalate                 | all others | OFFERED  | OFFERED      | (many) | =  | =
covered               | escalate                 | all others | ASSIGNED | ASSIGNED     | cy     | +1 | =
covered               | escalate                 | ann nobody | OK
@waiting @offering    | escalate                 | @any       | OK
reopened_waiting      | escalate                 | @any       | OK
@out @ended           | escalate                 | @any       | OK
closed_waiting        | escalate                 | @any       | OK
@owned @accepted      | @quiet                   | @any       | OK
@one                  | update_region            | all others | OK       | ASSIGNED     | bo     | +1 | -500 -100  600
named                 | update_region            | all others | OK       | ASSIGNED     | cy     | +1 | =
imported              | update_region            | all others | OK       | ASSIGNED     | bo     | +1 |    0 -400  400
@owned @accepted      | update_region            | ann nobody | OK
@owned @ended         | quarter_passes           | @any       | OK
@owned @ended         | @answer                  | @any       | FAILED_PRECONDITION
@owned                | @route                   | @any       | EXISTING_OWNER
@owned @accepted      | @submit                  | @any       | OK
@one                  | @move                    | all others | ASSIGNED | ASSIGNED     | bo     | +1 | -500 -100  600
named                 | @move                    | all others | ASSIGNED | ASSIGNED     | cy     | +1 | =
imported              | @move                    | all others | ASSIGNED | ASSIGNED     | bo     | +1 |    0 -400  400
routed reopened       | @move                    | ann nobody | WAITING
erased                | @move                    | ann nobody | WAITING
named imported        | @move                    | ann nobody | WAITING
hurried               | @move                    | ann nobody | UNROUTED
@one @accepted        | @to_bo                   | all        | ASSIGNED | ASSIGNED     | bo     | +1 |    0 -400  400
@one @accepted        | @to_bo                   | others     | ASSIGNED | ASSIGNED     | bo     | +1 | -500 -100  600
@one @accepted        | @to_bo                   | ann        | ASSIGNED | ASSIGNED     | bo     | +1 |  125 -325  200
named                 | @to_bo                   | all        | ASSIGNED | ASSIGNED     | bo     | +1 |    0 -800  800
named                 | @to_bo                   | others     | ASSIGNED | ASSIGNED     | bo     | +1 | -500 -500 1000
named                 | @to_bo                   | ann        | ASSIGNED | ASSIGNED     | bo     | +1 |  125 -725  600
imported              | @to_bo                   | all        | ASSIGNED | ASSIGNED     | bo     | +1 |  500 -700  200
imported              | @to_bo                   | others     | ASSIGNED | ASSIGNED     | bo     | +1 |    0 -400  400
imported              | @to_bo                   | ann        | ASSIGNED | ASSIGNED     | bo     | +1 |  625 -625    0
@owned @accepted      | @to_bo                   | nobody     | ASSIGNED | ASSIGNED     | bo     | +1 | =
@owned @accepted      | reassign_to_ann          | all        | FAILED_PRECONDITION
@owned @accepted      | wake @absence            | @any       | OK
@one @accepted @ended | ann_leaves_the_pool      | all        | OK       | =            | =      | =  |    0    0    0
named                 | ann_leaves_the_pool      | all        | OK       | =            | =      | =  |    0 -400  400
imported              | ann_leaves_the_pool      | all        | OK
imported              | import_for_ann           | all        | OK

accepted              | update_region            | all others | OK       | OFFERED      | (bo)   | =  | -500 -100  600
accepted_of_many      | update_region            | all others | OK       | OFFERED      | (many) | =  | =
@accepted             | @route                   | @any       | EXISTING_OWNER
accepted              | @move                    | all others | OFFERED  | OFFERED      | (bo)   | =  | -500 -100  600
accepted_of_many      | @move                    | all others | OFFERED  | OFFERED      | (many) | =  | =
@accepted             | @move                    | ann nobody | WAITING
@accepted             | accept_as_ann            | all        | OK
@accepted             | @as_bo decline_as_ann    | @any       | FAILED_PRECONDITION
@accepted @absent     | quarter_passes           | @any       | OK
@accepted @many       | import_for_ann           | all        | ALREADY_EXISTS

covered               | reassign_many_to_bo      | @any       | NONE
covered               | @route                   | @any       | EXISTING_OWNER
covered               | @submit                  | @any       | OK
covered               | @move                    | all others | ASSIGNED | ASSIGNED     | cy     | +1 | =
covered               | @move                    | ann nobody | WAITING
covered               | reassign_to_bo           | @any       | FAILED_PRECONDITION
covered               | reassign_to_ann          | all        | ASSIGNED | ASSIGNED     | ann    | +1 | -1000  600  400
covered               | @quiet                   | @any       | OK
covered               | update_region            | all others | OK       | ASSIGNED     | cy     | +1 | =
covered               | update_region            | ann nobody | OK
covered               | wake @absence            | @any       | OK
covered               | ann_leaves_the_pool      | all        | OK       | =            | =      | =  |    0    0    0
covered               | ann_goes_on_leave        | all        | OK
covered               | ann_is_back              | all        | RETURNED | ASSIGNED     | ann    | +1 | =
covered               | import_for_ann           | all        | ALREADY_EXISTS
covered               | quarter_passes           | @any       | OK
covered               | @answer                  | @any       | FAILED_PRECONDITION

@opened               | @late                    | all        | ABORTED
@opened               | @stale                   | all        | ABORTED
@opened               | reassign_to_a_stranger   | all        | NOT_FOUND
@open                 | @won                     | all        | OK       | CONVERTED    | =      | =  | =
@open                 | disqualify               | all        | OK       | DISQUALIFIED | =      | =  | =
@open                 | close                    | all        | OK       | CLOSED       | =      | =  | =
@opened               | reopen reopen_stale      | @any       | FAILED_PRECONDITION

@ended closed_waiting | @many_moved              | @any       | NONE
@ended closed_waiting | ann_goes_on_leave        | all        | OK
@ended closed_waiting | ann_is_back              | all        | NOT_FOUND
@ended closed_waiting | @update                  | @any       | FAILED_PRECONDITION
@ended closed_waiting | @late                    | all        | ABORTED
@ended                | @submit                  | @any       | OK
@ended                | wake @absence            | @any       | OK
@ended                | @route                   | @any       | EXISTING_OWNER
@ended                | reopen                   | all ann    | ASSIGNED | ASSIGNED     | ann    | +1 | =
@ended                | reopen                   | others     | ASSIGNED | ASSIGNED     | bo     | +1 | =
@ended                | reopen                   | nobody     | WAITING  | QUEUED       | -      | =  | =
@ended                | reassign reassign_stale  | @any       | FAILED_PRECONDITION
@ended                | @named                   | @any       | FAILED_PRECONDITION
@ended                | @complete close_stale    | all        | FAILED_PRECONDITION
@ended                | reopen_stale             | all        | ABORTED
@ended                | import_for_ann           | all        | ALREADY_EXISTS

closed_waiting        | quarter_passes           | @any       | OK
closed_waiting        | @answer                  | @any       | FAILED_PRECONDITION
closed_waiting        | @route                   | @any       | FAILED_PRECONDITION
closed_waiting        | @submit                  | @any       | OK
closed_waiting        | reassign reassign_stale  | @any       | FAILED_PRECONDITION
closed_waiting        | @named                   | @any       | FAILED_PRECONDITION
closed_waiting        | @complete close_stale    | all        | FAILED_PRECONDITION
closed_waiting        | reopen_stale             | all        | ABORTED
closed_waiting        | reopen                   | all ann    | ASSIGNED | ASSIGNED     | ann    | +1 | =
closed_waiting        | reopen                   | others     | ASSIGNED | ASSIGNED     | bo     | +1 | =
closed_waiting        | reopen                   | nobody     | WAITING  | QUEUED       | -      | =  | =
closed_waiting        | wake @absence            | @any       | OK
closed_waiting        | ann_leaves_the_pool      | all        | OK
closed_waiting        | import_for_ann           | all        | ALREADY_EXISTS

@known                | import_for_bo            | @any       | ALREADY_EXISTS
@known                | call note erase          | all        | OK
"""
