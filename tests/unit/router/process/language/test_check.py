"""What a process may say, and where it says anything else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from router.process.definition.deadlines import Act, RecipientRole, Until
from router.process.definition.processes import Process
from router.process.definition.tasks import Approval
from router.process.language.check import NO_RULES, check_process
from router.process.language.schema import SCHEMA_FILE, schema_text
from router.process.revisions.codec import FORMAT, dumps, loads
from router.rules.check import check
from router.wording.languages import Language
from router.wording.processes import deadline_told
from rules.conditions import Predicate
from rules.durations import Duration

ROOT = Path(__file__).parents[5]
SHIPPED = (ROOT / "examples" / "processes" / "sales.yaml").read_text("utf-8")
OF_FIELDS = "approve:", "open:", "- {id: first-contact,"
PLAIN = "".join(
    re.sub(r"within: \{by: asked_for, .*, else: 1h\}", "within: 1h", line)
    for case in re.split(r"(?m)^(?=  - name: |workforce:)", SHIPPED)
    if not case.startswith("  - name: ") or "asked_for" not in case
    for line in case.splitlines(keepends=True)
    if not line.strip().startswith(OF_FIELDS)
)
"""It without what no process has where rules declare no fields."""
SALES = PLAIN.partition("\n# fairlead process test")[0]
"""It without its tests."""
RULES = check(
    "fields: {severity: {type: string, ignore: [case]}, n: {type: number}, vip: {type: bool}, budget: {type: number},"
    " phone: {type: string, personal: true}, end: {type: date}, born: {type: date, personal: true}}"
    "\ndefault: {route: {pool: p}}"
).rule_set
HEAD = "process: p\nkinds: [LEAD]\nstages:\n"
STAGE = HEAD + "  - id: new\n    deadlines:\n      - "


def process_of(source: str) -> Process:
    checked = check_process(source, rules=RULES, reps=["mo"])
    assert checked.process is not None, checked.problems
    return checked.process


def test_the_shipped_process_is_what_the_walk_asks_for() -> None:
    process = check_process(SHIPPED).process
    assert process is not None

    first = process.first.deadlines[0]
    assert [stage.id for stage in process.stages] == ["new", "qualified", "quote", "contract", "payment", "won", "lost"]
    required = [stage.required for stage in process.stages[1:5]]
    assert required == [("budget",), ("amount",), ("contract_no",), ("instalments",)]
    assert [(str(step.at), step.act, step.to) for step in first.steps] == [
        ("1/2", Act.REMIND, (RecipientRole.OWNER,)),
        ("1", Act.NOTIFY, (RecipientRole.MANAGER,)),
        ("2", Act.REASSIGN, ()),
    ]
    assert process.may_follow("new", "lost")
    assert not process.may_follow("quote", "new")


def test_what_is_left_out_has_its_default() -> None:
    stages = "  - {id: new, title: 新, deadlines: [{id: a, within: 4s}]}\n  - {id: won, closes: CLOSED}\n"
    process = process_of(f"{HEAD}{stages}deadlines: [{{id: b, within: 2d}}]\ntitle: {{zh: 销售}}")

    (of_stage,), (of_process,) = process.first.deadlines, process.deadlines
    assert (of_stage.clock, of_stage.since, of_stage.until, of_stage.steps) == ("owner", "entered", Until.STAGE, ())
    assert (of_process.until, str(of_process.within.otherwise)) == (Until.COMPLETION, "2d")
    assert (process.title, process.first.title) == (("销售", "销售"), ("新", "新"))


def test_what_is_to_be_solved_or_told_of_again_pauses_and_no_response_nor_what_is_statutory_does() -> None:
    process = process_of(
        STAGE
        + "\n      - ".join(
            f"{{id: d{place}, within: 1h, {more}}}"
            for place, more in enumerate(
                [
                    "from: assigned, until: attempt", "from: last_inbound", "from: last_activity, until: any",
                    "until: attempt, pauses: false", "statutory: true", "until: stage, pauses: false",
                    "from: last_outbound, until: attempt", "until: stage", "until: completion",
                    "until: any, pauses: true",
                ]
            )
        )
    )  # fmt: skip

    assert [each.pausable for each in process.first.deadlines] == [False] * 6 + [True] * 4


def test_an_approval_is_asked_of_whom_it_names_where_its_condition_holds_as_it_was_written() -> None:
    process = process_of(
        "process: p\nkinds: [LEAD]\nstages:\n  - {id: new}\n  - {id: quote, approve: {by: manager, on_reject: lost,"
        " when: {field: n, op: gt, value: 0.1}, within: 4h}}\n"
        "  - {id: won, closes: CONVERTED, approve: {by: mo, when: {field: severity, op: in, value: [P1, p2]}}}\n"
        "  - {id: lost, closes: CLOSED}"
    )

    assert [stage.approve for stage in process.stages] == [
        None,
        Approval(RecipientRole.MANAGER, Predicate("n", "gt", 0.1), Duration(4, "h"), "lost"),
        Approval("mo", Predicate("severity", "in", ("P1", "p2")), Duration(1, "d")),
        None,
    ]


def test_what_is_odd_about_an_approval_is_told_and_published_all_the_same() -> None:
    source = (
        HEAD + "  - {id: new, approve: {by: mo}}\n"
        "  - {id: quote, approve: {by: ma, on_reject: quote, when: {field: severity, op: eq, value: P1}}}"
    )

    checked = check_process(source, rules=RULES, reps=["mo"])

    assert checked.process
    assert checked.process.stages[1].approve == Approval("ma", Predicate("severity", "eq", "P1"))
    assert [(each.path, each.message.partition(";")[0]) for each in checked.problems if "approve" in each.path] == [
        ("stages[0].approve", "what is new is in new as it comes: nobody is asked before, only when it comes back"),
        ("stages[1].approve.by", "there is no rep 'ma' yet"),
        ("stages[1].approve.on_reject", "quote is what was rejected: it stays where it is, as if this was left out"),
        ("stages[1].approve.when.field", "severity is compared as it was written, whatever rules ignore"),
    ]


@pytest.mark.parametrize("value", ["0.1", "true", "big", "[big, small]", "[1, 2.5]"])
def test_what_nobody_looks_up_is_of_the_type_that_it_is_compared_with(value: str) -> None:
    op = "in" if value[0] == "[" else "eq"
    source = f"{HEAD}  - {{id: new}}\n  - {{id: q, approve: {{by: mo, when: {{field: f, op: {op}, value: {value}}}}}}}"

    checked = check_process(source)

    assert checked.process, checked.problems
    again = loads(dumps(checked.process))
    assert repr(again.stages) == repr(checked.process.stages)


def test_a_deadline_from_the_customers_message_ends_with_an_answer_written_or_not() -> None:
    process = process_of(
        STAGE
        + "{id: a, within: 1h, from: last_inbound}\n      - {id: b, within: 1h, from: last_inbound, until: answer}"
        "\ndeadlines: [{id: c, within: 1h, from: last_inbound}]"
    )

    assert [each.until for each in (*process.first.deadlines, *process.deadlines)] == [Until.ANSWER] * 3


def marked(deadline: str, message: str) -> tuple[str, int, int, str]:
    """Return a process with a deadline, where ¦ stands what is wrong with it, and what is told."""
    source = f"{STAGE}{deadline}"
    return source.replace("¦", ""), 6, source.splitlines()[5].index("¦") + 1, message


def approving(approval: str, message: str) -> tuple[str, int, int, str]:
    """Return the same of a stage that somebody is to approve."""
    others = "  - {id: new, next: [quote]}\n  - {id: lost, closes: CLOSED}\n"
    stages = f"{HEAD}{others}  - {{id: quote, approve: {approval}}}"
    return stages.replace("¦", ""), 6, stages.splitlines()[5].index("¦") + 1, message


IN_ORDER = "; steps stand in the order of their times"
MARKED = [
    marked("¦{id: d, until: any}", "within is missing, or of: the field with the date that it is due by"),
    marked("{id: d, before: ¦30d}", "only what is due by a date takes it: of is missing, the field with it"),
    marked("{id: d, within: 1h, yearly: ¦true}", "only what is due by a date takes it: of is missing"),
    marked("{id: d, of: end, within: ¦1h}", "what is due by a date has no within: it is due so long before it as bef"),
    marked("{id: d, of: end, from: ¦arrival}", "what is due by a date has no from: it is due so long before it as bef"),
    marked("{id: d, of: ¦edn}", "found 'edn'; allowed are date fields: end; 'end' was probably meant"),
    marked("{id: d, of: ¦n}", "found 'n'; allowed are date fields: end"),
    marked("{id: d, of: ¦born}", "born is personal: what is due would tell of it when it is erased"),
    marked("{id: d, of: end, before: ¦1y}", "found '1y'; a duration such as 45s"),
    marked("{id: d, of: end, before: ¦{by: n, '1': 30d}}", "else is missing"),
    marked("{id: d, of: end, on_closed: ¦never}", "found 'never'; allowed are 'before', 'after' or 'as_is'"),
    marked("¦{id: d, of: end, yearly: true}", "what returns each year ends with an activity: write one of attempt, co"),
    marked("{id: d, of: end, yearly: true, until: ¦stage}", "what returns each year ends with an activity: write one"),
    marked("{id: d, of: end, pauses: ¦true}", "what is due by a date never pauses: leave one of the two out"),
    *(
        marked(f"{{id: d, {within}, steps: [{steps}]}}", message)
        for within, steps, message in [
            ("within: 1h", "¦{do: remind}", "at is missing: when it is due; or before or after"),
            ("within: 1h", "{at: 5m, before: ¦5m, do: remind}", "at says when it is due: leave one of the two out"),
            ("within: 1h", "{before: ¦50%, do: remind}", "found '50%'; a duration such as 45s"),
            ("of: end", "{at: ¦50%, do: remind}", "found 50%; what is due by a date has no length: at: 100%, or"),
            ("of: end", "{at: ¦2d, do: remind}", "found 2d; what is due by a date has no length"),
            ("within: 1h", "¦{every: 5m, do: remind}", "at_most is missing: how many times"),
            ("within: 1h", "{at: 5m, at_most: ¦2, do: remind}", "every is missing: how long after each time"),
            ("within: 1h", "{every: ¦5m, at_most: 2, do: reassign}", "only what tells somebody is done again"),
            ("within: 1h", "{every: ¦5m, at_most: 2, do: raise_priority}", "only what tells somebody is done again"),
            ("within: 1h", "{at: 5m, do: raise_priority, by: ¦0}", "found 0; at least 1"),
            ("within: 1h", "{at: 5m, do: reassign, by: ¦2}", "only raise_priority takes by"),
            ("within: 1h", "{at: 5m, do: raise_priority, to: ¦mo}", "only notify and return take to; nobody is told"),
            ("within: 1h", "¦{at: 5m, do: return}", "to names the pool that it is returned to: one"),
            ("within: 1h", "{at: 5m, do: return, to: ¦[p, q]}", "to names the pool that it is returned to: one"),
            ("within: 1h", "{at: 5m, do: return, to: ¦pool managers}", "the id of a pool is expected"),
            ("within: 1h", "{every: ¦5, at_most: 2, do: remind}", "found 5; a duration such as 45s"),
            ("within: 1h", "{every: 5m, at_most: ¦21, do: remind}", "found 21; at most 20"),
            (
                "within: 1h", "{before: 10m, do: remind}, {before: ¦20m, do: reassign}",
                f"found before 20m behind before 10m{IN_ORDER}",
            ),
            ("within: 1h", "{at: 50m, do: remind}, {before: ¦20m, do: remind}", "found before 20m behind 50m"),
            ("within: 1h", "{after: 10m, do: remind}, {at: ¦100%, do: remind}", "found 100% behind after 10m"),
            (
                "within: 2d", "{every: 30m, at_most: 3, do: remind}, {after: ¦50m, do: reassign}",
                "found after 50m behind 100%, 3 times every 30m",
            ),
            (
                "of: end", "{after: 1d, do: remind}, ¦{every: 1h, at_most: 2, do: remind}",
                "found 100%, 2 times every 1h behind after 1d",
            ),
        ]
    ),
    approving("¦{within: 4h}", "by is missing"),
    approving("{by: ¦owner}", "found 'owner'; nobody approves their own: manager, manager's manager, pool managers or"),
    approving("{by: ¦the boss}", "found 'the boss'; owner, manager"),
    approving("{by: manager, within: ¦1y}", "found '1y'; a duration such as 45s"),
    approving("{by: manager, on_reject: ¦qoute}", "there is no stage 'qoute'; there are new, lost, quote"),
    approving("{by: manager, on_reject: ¦lost}", "lost may not follow new, from where quote is entered: add it"),
    *(
        approving(f"{{by: manager, when: {when}}}", message)
        for when, message in [
            ("{field: ¦nn, op: gt, value: 1}", "found 'nn'; allowed are string, number, bool and list fields: s"),
            ("{field: ¦end, op: exists}", "found 'end'; allowed are string, number, bool and list fields"),
            ("{field: ¦phone, op: exists}", "phone is personal: that somebody is asked would tell of it when it"),
            ("{field: n, op: ¦has_any, value: [1]}", "has_any does not fit the number field n; allowed are eq, ne"),
            ("{field: severity, op: ¦contains, value: P}", "contains is for rules alone; allowed are eq, ne"),
            ("{field: n, op: gt, value: ¦ten}", "found 'ten'; a number between"),
            ("¦{field: n, op: gt}", "value is missing; gt compares with one"),
            ("{field: n, ¦opp: gt, op: gt, value: 1}", "unknown key 'opp'; allowed are field, op, value"),
        ]
    ),
    marked("{id: ¦approval, within: 1h}\n  - {id: won, approve: {by: mo}}", "approval is what approvals are due by"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "line", "column", "message"),
    [
        (HEAD + "  - {title: x}", 4, 5, "id is missing"),
        (HEAD + "  - {id: a b}", 4, 10, "'a b' holds ' '"),
        (HEAD + "  - {id: new}\n  - {id: new}", 5, 10, "the stage 'new' is there already, in line 4"),
        (
            HEAD + "  - {id: new, next: [wn]}\n  - {id: won, closes: CLOSED}",
            4,
            22,
            "there is no stage 'wn'; there are new, won",
        ),
        (HEAD + "  - {id: new, closes: CLOSED}", 4, 23, "what is new would be closed as it comes"),
        (
            HEAD + "  - {id: new}\n  - {id: won, closes: WON}",
            5,
            23,
            "found 'WON'; allowed are 'CLOSED', 'CONVERTED' or",
        ),
        (
            HEAD + "  - {id: new}\n  - {id: won, closes: CLOSED, next: new}",
            5,
            37,
            "nothing follows a stage that closes",
        ),
        (
            HEAD + "  - {id: new}\n  - {id: w, closes: CLOSED, deadlines: [{id: d, within: 1h}]}",
            5,
            40,
            "nothing falls due",
        ),
        ("process: p\nkinds: [LEED]\nstages: [{id: new}]", 2, 9, "found 'LEED'; allowed are 'LEAD', 'CUSTOMER'"),
        (STAGE + "{id: d, within: 1y}", 6, 25, "found '1y'; a duration such as 45s"),
        (STAGE + "{id: d, within: {by: size, else: 1h}}", 6, 30, "found 'size'; allowed are string, number and bool"),
        (STAGE + "{id: d, within: {by: phone, else: 1h}}", 6, 30, "phone is personal"),
        (STAGE + "{id: d, within: {by: vip, 'true': 1h}}", 6, 25, "else is missing"),
        (STAGE + "{id: d, within: 1h, from: asigned}", 6, 35, "found 'asigned'; allowed are 'arrival', 'assigned'"),
        (
            STAGE + "{id: d, within: 1h, unitl: stage}",
            6,
            29,
            "unknown key 'unitl'; allowed are id, title, within, clock, from",
        ),
        (
            STAGE + "{id: d, within: 1h}\n      - {id: d, within: 2h}",
            7,
            14,
            "the deadline 'd' is there already, in line 6",
        ),
        (
            STAGE + "{id: d, within: 1h}\ndeadlines: [{id: d, within: 2h}]",
            6,
            14,
            "a deadline of the process is called 'd'",
        ),
        (
            HEAD + "  - {id: new}\ndeadlines: [{id: d, within: 1h, until: stage}]",
            5,
            40,
            "ends with no stage; allowed are",
        ),
        *(
            (
                STAGE + f"{{id: d, within: 1h, from: last_inbound, until: {until}}}",
                6,
                56,
                "a deadline from last_inbound ends as somebody answers: write answer, or leave it out",
            )
            for until in Until
            if until is not Until.ANSWER
        ),
        (
            STAGE + "{id: d, within: 1h, from: arrival, until: answer}",
            6,
            51,
            "only what is from last_inbound ends with an answer; allowed are attempt, contact, customer, any, note, s",
        ),
        (
            HEAD + "  - {id: new}\ndeadlines: [{id: d, within: 1h, until: answer}]",
            5,
            40,
            "only what is from last_inbound ends with an answer; allowed are attempt, contact, customer, any, note, c",
        ),
        (
            STAGE + "{id: d, within: 1h, steps: [{at: 0%, do: remind}]}",
            6,
            42,
            "found '0%'; a share of the deadline's time",
        ),
        (STAGE + "{id: d, within: 1h, steps: [{at: 1001%, do: remind}]}", 6, 42, "found '1001%'"),
        (
            STAGE + "{id: d, within: 1h, steps: [{at: 50%, do: notify}]}",
            6,
            37,
            "to is missing: whom to tell: owner, manager",
        ),
        (
            STAGE + "{id: d, within: 1h, steps: [{at: 50%, do: remind, to: mo}]}",
            6,
            63,
            "only notify and return take to; a reminder",
        ),
        (
            STAGE + "{id: d, within: 1h, steps: [{at: 50%, do: notify, to: the boss}]}",
            6,
            63,
            "found 'the boss'; owner, manager",
        ),
        (
            STAGE + "{id: d, within: 1h, steps: [{at: 90%, do: remind}, {at: 50%, do: reassign}]}",
            6,
            65,
            "found 50% behind 90%",
        ),
        (
            STAGE + "{id: d, within: 1h, steps: [{at: 50%, do: remind}, {at: 20m, do: reassign}]}",
            6,
            65,
            "found 20m behind 50%",
        ),
        (
            STAGE + "{id: d, within: 1h, statutory: true, pauses: true}",
            6,
            54,
            "what is statutory never pauses: leave one of the two out",
        ),
        (
            STAGE + "{id: d, within: 2d, steps: [{at: 4h, do: remind}, {at: 90m, do: reassign}]}",
            6,
            64,
            "found 90m behind 4h",
        ),
        *MARKED,
    ],
)
def test_what_is_wrong_is_told_with_its_place(source: str, line: int, column: int, message: str) -> None:
    checked = check_process(source, rules=RULES, reps=["mo"])

    errors = [problem for problem in checked.problems if problem.is_error]
    assert checked.process is None
    assert [(each.line, each.column) for each in errors] == [(line, column)], errors
    assert message in errors[0].message


@pytest.mark.parametrize(
    ("stages", "deadlines", "steps", "title", "faults"),
    [
        (15, 20, 0, 1, []),
        (16, 20, 0, 1, ["320 deadlines, those of its stages included; at most 300"]),
        (5, 10, 20, 1, []),
        (5, 11, 20, 1, ["1,100 steps in all its deadlines, each as often as it is done; at most 1,000"]),
        (50, 0, 0, 3_990, []),
        (51, 0, 0, 3_990, ["characters in all that it says, its tests apart; at most 200,000"]),
    ],
)
def test_a_process_as_a_whole_has_a_size(
    stages: int, deadlines: int, steps: int, title: int, faults: list[str]
) -> None:
    due = [{"id": f"d{n}", "within": "1h", "steps": [{"at": "1m", "do": "remind"}] * steps} for n in range(deadlines)]
    ways = [{"id": f"s{n}", "title": "x" * title, "deadlines": due} for n in range(stages)]

    checked = check_process(json.dumps({"process": "p", "kinds": [], "stages": ways}))

    errors = [each for each in checked.problems if each.is_error]
    assert (checked.process is None) == bool(faults)
    assert [each.path for each in errors] == ["stages"] * len(faults)
    assert all(fault in each.message for fault, each in zip(faults, errors, strict=True))


@pytest.mark.parametrize(
    ("written", "meant", "told"),
    [
        ("at: 50%", "at: 50", "is expected; '50%' was probably meant"),
        ("at: 50%", "at: 50％", "is expected; '50%' was probably meant"),
        ("kinds: [LEAD]", "kinds: [LEAD，TICKET]", "; LEAD, TICKET was probably meant: a full-width comma"),
        ("kinds: [LEAD]", "kinds: 【LEAD】", "; [LEAD] was probably meant: full-width brackets"),
    ],
)
def test_a_slip_of_the_keyboard_is_told_with_what_was_meant(written: str, meant: str, told: str) -> None:
    (problem,) = check_process(SALES.replace(written, meant)).problems

    assert told in problem.message


def test_what_stands_twice_is_told_and_taken_once() -> None:
    step = "{at: 50%, do: notify, to: [manager, manager]}"
    source = (
        "process: p\nkinds: [LEAD, LEAD]\nstages:\n  - id: new\n    require: [n, vip, n]\n    next: [won, won]\n"
        f"    deadlines: [{{id: d, within: 1h, steps: [{step}]}}]\n  - {{id: won, closes: CLOSED}}"
    )

    problems = check_process(source, rules=RULES).problems

    assert {each.message.partition(" ")[2] for each in problems} == {"stands there already: once is enough"}
    assert [each.path for each in problems] == [
        "kinds[1]", "stages[0].require[2]", "stages[0].next[1]", "stages[0].deadlines[0].steps[0].to[1]",
    ]  # fmt: skip
    assert process_of(source).first.deadlines[0].steps[0].to == (RecipientRole.MANAGER,)


def test_of_a_stage_that_is_there_twice_nothing_else_is_said() -> None:
    problems = check_process(HEAD + "  - {id: new}\n  - {id: new, closes: CLOSED}").problems

    assert [each.message for each in problems] == ["the stage 'new' is there already, in line 4"]


def test_what_is_odd_is_told_and_published_all_the_same() -> None:
    source = HEAD + (
        "  - {id: new, next: [won], require: [bugdet]}\n  - {id: aside}\n"
        "  - {id: won, closes: CLOSED}\n  - {id: kept}\n"
        "deadlines: [{id: d, within: 1d, steps: [{at: 4h, do: remind}, {at: 50%, do: notify, to: [ma, mo]}]}]"
    )

    checked = check_process(source, rules=RULES, reps=["mo"])
    alone = check_process(source)

    assert checked.process is not None
    assert [(each.line, each.column, each.message.partition(";")[0]) for each in checked.problems] == [
        (4, 38, "the rules declare no field 'bugdet': no work item can have it, so that none enters the stage"),
        (5, 10, "no way leads from new to aside"),
        (7, 10, "no way leads from new to kept"),
        (7, 10, "nothing may follow kept, and it does not close"),
        (8, 90, "there is no rep 'ma' yet"),
    ]
    assert "'budget' was probably meant" in checked.problems[0].message
    assert [each.line for each in alone.problems] == [5, 7, 7]


def test_a_table_is_read_as_the_rules_read_its_field() -> None:
    within = [
        process_of(f"{STAGE}{{id: d, within: {{by: {table}}}}}").first.deadlines[0].within
        for table in ("severity, P1: 30m, else: 2d", "n, 1: 1h, 2.5: 2h, else: 1d", "vip, 'true': 1h, 'false': 15cd")
    ]

    assert [[(case.value, str(case.duration)) for case in table.cases] for table in within] == [
        [("p1", "30m")], [(1, "1h"), (2.5, "2h")], [(True, "1h"), (False, "15cd")],
    ]  # fmt: skip
    assert check_process(f"{STAGE}{{id: d, within: {{by: severity, P1: 30m, else: 2d}}}}").problems[0].is_error is False
    refused = check_process(f"{STAGE}{{id: d, within: {{by: severity, else: 2d}}}}", rules=NO_RULES)
    assert "allowed are string, number and bool fields: none" in refused.problems[-1].message


def test_a_table_may_say_that_nothing_is_due_and_is_written_so() -> None:
    def source(within: str) -> str:
        return f"{STAGE}{{id: d, within: {within}}}"

    within = process_of(source("{by: severity, P4: none, P1: 30m, else: none}")).first.deadlines[0].within

    assert [within.of({"severity": value}) for value in ("p4", "p1", "p2")] == [None, Duration(30, "m"), None]
    told = deadline_told(process_of(source("{by: severity, P4: none, else: 2d}")).first.deadlines[0], Language.ZH)
    assert told == ["d：自进入本阶段起限时离开本阶段（按归属人工作时间）；按 severity：p4 不设时限，其余 2 个工作日"]
    for refused in ("none", "{by: severity, P1: never, else: 2d}"):
        checked = check_process(source(refused), rules=RULES)
        assert (checked.process, [problem.is_error for problem in checked.problems]) == (None, [False, True])


@pytest.mark.parametrize("source", ["", "[]", "a: 1", "process: [", "process: p\nkinds: 3\nstages: {}"])
def test_what_is_no_process_is_refused(source: str) -> None:
    assert check_process(source).process is None


def test_the_published_schema_is_that_of_the_forms_and_takes_the_shipped_process() -> None:
    assert SCHEMA_FILE.read_text("utf-8") == schema_text()
    validator = jsonschema.Draft202012Validator(json.loads(schema_text()))

    assert list(validator.iter_errors(yaml.safe_load(SHIPPED))) == []
    assert list(validator.iter_errors({"process": "p", "kinds": ["LEAD"], "stages": [{"id": "new", "nxt": []}]}))


_IDS = st.sampled_from(["a", "b", "回访", "1"])
_DURATIONS = st.sampled_from(["45s", "30m", "4h", "2d", "15cd"])
_STEP_TIMES: list[dict[str, Any]] = [
    *({"at": at} for at in ("12.5%", "50%", "5m", "200%", "3cd", "100%")),
    *({"before": "2d"}, {"after": "30m"}, {"every": "30m", "at_most": 3}, {"at": "1h", "every": "1cd", "at_most": 2}),
]
_STEPS = st.builds(
    dict[str, Any].__or__,
    st.sampled_from(_STEP_TIMES),
    st.fixed_dictionaries(
        {"do": st.sampled_from(list(map(str, Act)))},
        optional={"to": st.lists(st.sampled_from([*map(str, RecipientRole), "mo"]), max_size=2)},
    ),
)
_TABLES = st.sampled_from(
    [
        {"by": "severity", "P1": "30m", "else": "2d"},
        {"by": "n", "1": "1h", "else": "4h"},
        {"by": "vip", "true": "1h", "false": "2h"},
    ]
)
_DATED = st.fixed_dictionaries(
    {"id": _IDS, "of": st.just("end")},
    optional={
        "before": _DURATIONS | _TABLES,
        "on_closed": st.sampled_from(["before", "after", "as_is"]),
        "yearly": st.booleans(),
        "until": st.sampled_from(["attempt", "contact"]),
        "steps": st.lists(_STEPS, max_size=2),
    },
)
_DEADLINES = st.lists(
    _DATED
    | st.fixed_dictionaries(
        {"id": _IDS, "within": _DURATIONS | _TABLES},
        optional={
            "clock": st.sampled_from(["owner", "pool", "wall"]),
            "from": st.sampled_from(["arrival", "last_inbound"]),
            "until": st.sampled_from(["attempt", "stage", "answer"]),
            "steps": st.lists(_STEPS, max_size=2),
            "statutory": st.booleans(),
            "pauses": st.booleans(),
        },
    ),
    max_size=2,
)
_STAGES = st.fixed_dictionaries(
    {"id": _IDS},
    optional={
        "title": st.sampled_from(["x", {"en": "x"}]),
        "require": st.lists(st.sampled_from(["n", "vip"]), max_size=2),
        "next": st.lists(_IDS, max_size=2),
        "closes": st.sampled_from(["CONVERTED", "CLOSED"]),
        "deadlines": _DEADLINES,
        "approve": st.sampled_from(
            [
                {"by": "manager", "when": {"field": "n", "op": "gt", "value": 0.1}, "within": "4h", "on_reject": "a"},
                {"by": "mo", "when": {"field": "vip", "op": "eq", "value": True}},
                {"by": "pool managers"},
            ]
        ),
    },
)
PROCESSES = st.fixed_dictionaries(
    {"process": _IDS, "kinds": st.lists(st.sampled_from(["LEAD", "TICKET"]), unique=True),
     "stages": st.lists(_STAGES, min_size=1, max_size=3)},
    optional={"deadlines": _DEADLINES, "title": st.just("x")},
)  # fmt: skip


@given(PROCESSES)
def test_whatever_is_a_process_is_stored_and_read_as_it_is(form: dict[str, Any]) -> None:
    checked = check_process(json.dumps(form), rules=RULES, reps=["mo"])

    if checked.process is None:
        assert any(each.is_error and each.line for each in checked.problems)
        return
    text = dumps(checked.process)
    again = loads(text)
    assert (again, dumps(again)) == (checked.process, text)
    # by its text, because to Python True is 1 and 1.0; a set has no order, and its text any
    assert repr((again.stages, again.deadlines)) == repr((checked.process.stages, checked.process.deadlines))
    assert (loads(text, 3, 7).revision, loads(text, 3, 7).event) == (3, 7)


def test_a_stored_process_of_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match=f"this version reads {FORMAT}"):
        loads('{"format": 99}')
