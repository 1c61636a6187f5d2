"""What is nothing beyond the ports with two stores: their lone ports, the scripts' arguments, and commands' options."""

from __future__ import annotations

from typing import NamedTuple


class Told(NamedTuple):
    """What 0, "" or an empty list means, what "not given" does, and the test that passes both."""

    means: str
    absent: str
    test: str


_STORAGE = "contract/scoring/test_storage.py"
_TRIALS = "contract/test_rule_trials.py"
_PAGES = "contract/test_import_pages.py"

_PROCESSES = "contract/test_process_trials.py"

_NOTHING_IN_PAGES = f"{_PAGES}::test_page_0_is_one_like_any_other_and_nothing_is_nothing"
_LOST_AT_A_PAGE = f"{_PAGES}::test_who_was_lost_at_a_page_keeps_nobody_from_being_erased_for_longer_than_a_page_takes"

_SOURCES = "contract/test_sources.py"
_NOTHING_FAILED = f"{_SOURCES}::test_nothing_is_nothing"

PORTS = {
    "Sources.put source": Told(
        "it is deleted", "must be given", f"{_SOURCES}::test_nothing_of_a_source_is_left_to_another_of_its_id"
    ),
    "Sources.put before": Told(
        "there was none", "must be given", f"{_SOURCES}::test_nothing_is_written_over_what_is_another_by_now"
    ),
    **dict.fromkeys(["Sources.count taken", "Sources.count junk"], Told("none", "likewise", _NOTHING_FAILED)),
    **dict.fromkeys(
        ["Sources.keep failed", "Sources.failed_of ids", "Sources.remove ids", "Sources.failed count"],
        Told("none", "must be given", _NOTHING_FAILED),
    ),
    "Sources.failed after": Told("from the first", "must be given", _NOTHING_FAILED),
    **dict.fromkeys(
        ["ImportPages.page number", "ImportPages.begin number", "ImportPages.finish number"],
        Told("the first page", "must be given", _NOTHING_IN_PAGES),
    ),
    "ImportPages.begin lasts_ms": Told("it does not count as being done", "must be given", _LOST_AT_A_PAGE),
    "ImportPages.put pages": Told("an import of nothing, which is known", "must be given", _NOTHING_IN_PAGES),
    "ImportPages.finish refused": Told("all of it was imported", "must be given", _NOTHING_IN_PAGES),
    "ImportPages.take_out places": Told("nothing is taken out", "must be given", _NOTHING_IN_PAGES),
    **dict.fromkeys(
        ["Timers.digests reps", "MadeDigests.digests reps"],
        Told(
            "the last of all alone", "everybody's",
            "contract/test_digests.py::test_of_nobody_the_last_of_all_is_known_alone",
        ),
    ),
    "Timers.skip processes": Told(
        "none are published", "must be given", "contract/test_timers.py::test_what_may_make_something_fall_due_is_read"
    ),
    "ModelStorage.has_entry number": Told(
        "there is no entry 0", "must be given", f"{_STORAGE}::test_there_is_no_entry_0_and_an_empty_entry_is_one"
    ),
    "ModelStorage.read_entry number": Told(
        "there is no entry 0", "must be given", f"{_STORAGE}::test_there_is_no_entry_0_and_an_empty_entry_is_one"
    ),
    "ModelStorage.create_entry number": Told(
        "nobody creates it: a journal begins with 1", "must be given",
        f"{_STORAGE}::test_a_journal_counts_from_one_and_never_replaces",
    ),
    "ModelStorage.create_entry data": Told(
        "an entry like any other", "must be given", f"{_STORAGE}::test_there_is_no_entry_0_and_an_empty_entry_is_one"
    ),
    "RuleSetTrial.__call__ source": Told(
        "a document without a rule set: a problem", "must be given",
        f"{_TRIALS}::test_an_empty_document_is_not_what_is_missing",
    ),
    "ProcessTrialRun.__call__ source": Told(
        "a document without a process: a problem", "must be given",
        f"{_PROCESSES}::test_an_empty_document_no_rules_and_nobody_are_not_what_is_not_looked_up",
    ),
    "ProcessTrialRun.__call__ rules": Told(
        "none are published: each field is missing", "not looked up",
        f"{_PROCESSES}::test_an_empty_document_no_rules_and_nobody_are_not_what_is_not_looked_up",
    ),
    "ProcessTrialRun.__call__ workforce": Told(
        "nobody: each rep is missing", "not looked up",
        f"{_PROCESSES}::test_an_empty_document_no_rules_and_nobody_are_not_what_is_not_looked_up",
    ),
    "RuleSetTrial.__call__ pools": Told(
        "there are none: each route's is missing", "not looked up",
        f"{_TRIALS}::test_no_pools_is_not_pools_that_are_not_looked_up",
    ),
    "RuleSetTrial.__call__ workforce": Told(
        "nobody (it has no empty form of its own)", "nobody",
        f"{_TRIALS}::test_other_tests_can_be_run_instead_of_its_own",
    ),
    "RuleSetTrial.__call__ tests": Told(
        "a document without tests: a problem", "its own tests",
        f"{_TRIALS}::test_an_empty_document_is_not_what_is_missing",
    ),
}  # fmt: skip

SCRIPTS = {
    "router/bind": {
        "pool ('': none)": "BindCommand named",
        "limits ({}: none, -1: unlimited)": "BindCommand named",
        "scores ({}: all 0)": "BindCommand named",
        "request key's (0: none)": "BindCommand request_id",
        "named rep ('': none)": "BindCommand named",
        "lead to (0: it is its own)": "BindCommand normal_id",
        "customer's set (0: none)": "BindCommand customer",
        "and leaves (0: none)": "CustomerMove joins",
        "may have (0: it credits none)": "BindCommand named",
        "one lapses (0: never)": "BindCommand named",
        "set away (0: never)": "BindCommand named",
        "closes it ('': none)": "BindCommand change",
    },
    "router/offers": {
        "rep ('': many)": "AnswerCommand entering",
        "set away (0: never)": "AnswerCommand entering",
    },
    "router/answer_offer": {
        "kept unread ('': none)": "AnswerCommand head",
        "request key's (0: none)": "AnswerCommand request_id",
        "customer's set (0: none)": "AnswerCommand customer",
        "actor ('': nobody is asked who they are)": "AnswerCommand actor",
        "the last (0: any)": "AnswerCommand entering",
    },
    "router/keep_request": {
        "answered from (0: any)": "Assignments.keep_request expected",
        "answered with (0: none)": "Assignments.keep_request number",
    },
    "router/erase": {
        "request's key (absent: none)": "Erasure request_id",
        "actor ('': nobody is asked who they are)": "Erasure actor",
    },
    "router/change_workforce": {
        "request's key (absent: none)": "Workforce.write request_id",
        "workforce revision (0: none yet)": "Workforce.write expected",
        "JSON ('': deleted)": "Workforce.write idle",
        "of members ({}: nobody is left, the ledger is dropped)": "Workforce.write settlements",
        "actor ('': nobody is asked who they are)": "Workforce.write actor",
        "expected revision ('': of none yet)": "Workforce.write event_hash",
    },
    "router/record_activity": {
        "who acted ('': nobody of ours)": "ActivityCommand actor",
        "since 1970 (0: now)": "ActivityCommand actor",
        "next date (0: none)": "ActivityCommand actor",
        "actor ('': nobody is asked who they are)": "ActivityCommand actor",
        "external id ('': none)": "ActivityCommand key",
        "request's key (absent: none)": "ActivityCommand request_id",
    },
    "router/note": {
        "actor ('': nobody is asked who they are)": "NoteCommand actor",
        "request's key (absent: none)": "NoteCommand request_id",
        "for it (0: none)": "NoteCommand nps_before",
        "depends on (0: none)": "NoteCommand rules",
    },
    "router/history": {"begin with (0: none)": "Assignments.history last"},
    "router/set_timers": {"followed to (0: never was)": "Position event"},
    "router/complete": {
        "request's key (absent: none)": "Completion request_id",
        "actor ('': nobody is asked who they are)": "Completion actor",
        "parent's id (absent: somebody closes it)": "Completion withdrawn",
    },
    "router/keep_customer_scores": {"any text ('': the known one stays)": "LastScore value_tier"},
    "router/set_presence": {
        "the epoch (0: until told otherwise, -1: they are there)": "Presences.set_presence until_ms",
        "request's key (absent: none)": "Presences.set_presence request_id",
        "actor ('': nobody is asked who they are)": "Presences.set_presence actor",
    },
    "router/publish": {
        "request's key (absent: none)": "RuleSets.publish request_id",
        "newest revision ('': any)": "RuleSets.publish expected",
        "back to (0: none)": "Publication rollback_of",
        "actor ('': nobody is asked who they are)": "Publication actor",
    },
    "workqueue/purge": {"the ids (absent: the first in the state's order)": "Queue.purge job_ids"},
    "workqueue/redrive": {"the ids (absent: the first to die)": "Queue.redrive job_ids"},
    "workqueue/submit": {"in KEYS (0: none)": "NewJob request_id"},
}
"""By script: each argument that may be nothing, in the words of its head, and the line of the list that passes it."""

_EVERYBODYS = "everybody's"
_NOTHING_SAID = "nothing is said"
_COLUMN = "there is no such column"

COMMANDS = {
    **dict.fromkeys(["decisions list --filter", "items list --filter"], ("everything", "everything")),
    "models audit --noted": ("no etag is empty: another past", "not checked"),
    **dict.fromkeys(
        [f"models {name} --tenant"
         for name in ("audit", "challenge", "compare", "list", "promote", "rollback", "show")],
        ("refused", _EVERYBODYS),
    ),
    **dict.fromkeys(
        [f"models {name} --etag" for name in ("challenge", "promote", "rollback")], ("refused", "not checked")
    ),
    **dict.fromkeys(
        [f"models {name} --reason" for name in ("challenge", "promote", "rollback")], (_NOTHING_SAID, _NOTHING_SAID)
    ),
    **dict.fromkeys(
        ["operations list --tenant", "operations train --tenant", "rescore --tenant", "train --tenant"],
        (_EVERYBODYS, _EVERYBODYS),
    ),
    **dict.fromkeys(["operations train --positive", "train --positive"], ("yes, true or 1", "yes, true or 1")),
    **dict.fromkeys(["operations train --drop", "train --drop"], ("none", "none")),
    **dict.fromkeys(
        ["operations train --id", "train --id", "operations train --time", "train --time", "rescore --id",
         "operations rescore --id"],
        (_COLUMN, _COLUMN),
    ),
    "operations rescore --version": ("what scores the tenant's customers", "likewise"),
    **dict.fromkeys(
        [f"remember {name}" for name in ("--token", "--tls-ca", "--certificate", "--key")], ("none", "none")
    ),
    **dict.fromkeys(
        [f"{name} {option}"
         for name in (
             *("dataset", "inspect", "operations rescore", "operations train", "remember", "rescore", "route", "train"),
             *("workforce load", "absences load", "import"),
         )
         for option in ("--encoding", "--delimiter", "--date-format", "--timezone", "--sheet", "--allow-unreadable")],
        ("what the file tells, or the usual", "likewise"),
    ),
    "train --negative": ("no, false or 0, or the one other value", "likewise"),
    "operations train --negative": ("no, false or 0, or the one other value", "likewise"),
    "rescore --dask": ("none: on this machine", "likewise"),
    **dict.fromkeys(["rules publish --note", "process publish --note"], (_NOTHING_SAID, _NOTHING_SAID)),
    **dict.fromkeys(["explain --source", "explain --external-id"], ("none: DECISION is given", "likewise")),
    **dict.fromkeys(
        ["rules publish --etag", "process publish --etag", "workforce load --etag", "templates set --etag",
         *(f"{what} {name} --etag" for what in ("channels", "sources", "subscriptions")
           for name in ("delete", "update"))],
        ("not checked", "not checked"),
    ),
    **dict.fromkeys(
        ["calendars import --country", "calendars import --subdivision"], ("none: a file's days; nobody's", "likewise")
    ),
    **dict.fromkeys(
        [f"activity {option}" for option in ("--outcome", "--note", "--step")], (_NOTHING_SAID, _NOTHING_SAID)
    ),
    "activity --rep": ("the owner, or nobody", "likewise"),
    "activity --lasted": ("nobody says", "likewise"),
    "activity --external-id": ("none: a new activity each time", "likewise"),
    "agenda --date": ("today", "likewise"),
    "absences add --id": ("made of the day it begins", "likewise"),
    "absences add --substitute": ("nobody stands in", "likewise"),
    **dict.fromkeys(
        ["absences add --reason", "reopen --reason", "reassign --note", "advance --note"],
        (_NOTHING_SAID, _NOTHING_SAID),
    ),
    **dict.fromkeys(
        ["offers list --rep", "offers list --pool", "approvals --rep", "deadlines --rep", "deadlines item"],
        ("everything", "everything"),
    ),
    **dict.fromkeys(
        [f"deliveries {name} {option}"
         for name in ("list", "redrive") for option in ("--subscription", "--channel", "--work-item")],
        ("refused", "everything"),
    ),
    "digests --rep": ("everything", "everything"),
    **dict.fromkeys(
        ["offers accept --rep", "offers decline --rep", "approve --rep", "reject --rep"],
        ("whose token it is", "likewise"),
    ),
    **dict.fromkeys(
        ["offers decline --reason", "approve --reason", "reject --reason", "satisfaction --comment"],
        (_NOTHING_SAID, _NOTHING_SAID),
    ),
    **dict.fromkeys(
        [f"caps {name} {option}" for name in ("remove", "set") for option in ("--pool", "--rep")],
        ("none: the other is given", "likewise"),
    ),
    **dict.fromkeys(["absences list rep", "caps list --pool", "caps list --rep"], (_EVERYBODYS, _EVERYBODYS)),
    "reassign --filter": ("nothing is named: work items have to be", "likewise"),
    "reassign --to": ("nobody is named: --by-rules has to be given", "likewise"),
    "serve --private-store": ("none: it starts its own, or goes to the one named", "likewise"),
    "token mint --rep": ("they are no rep", "likewise"),
}  # fmt: skip
"""By option whose "not given" is an empty text: what an empty one given means, and what none does."""
