"""Walks as files: each row is read with its line, and what cannot be is said with what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.cli.walk_files import Walk, read_walk
from router.cli.walk_forms import WALK_PARTS, DoForm
from rules.values import as_instant_ms

EXAMPLE = Path(__file__).parents[4] / "examples" / "offers.walk.yaml"
SHOWN = {
    "push", "offer", "lapse", "decline", "offers_open reached", "second round", "fallback",
    "lapse that sets away and tells", "acceptance", "a stranger's acceptance", "broadcast with two acceptances",
    "note against call", "next date on the agenda", "update with on_change", "reopening", "substitute and back",
    "CONFLICT",
}  # fmt: skip
"""What it has at least a row for."""
SMALL = """\
walk: small
setup:
  tenant: {time_zone: Asia/Shanghai}
  reps: {ann: {}, bo: {}}
  pools: {east: {members: {ann: 2, bo: 1}}}
  rules: east.yaml
  process: sales.yaml
steps:
  - {at: 2026-09-18T17:20, do: {route: {id: L-1}}, expect: {item: L-1, owner: ann}}
"""


def walk(source: str) -> Walk:
    read = read_walk(source)
    assert read.walk is not None, read.problems
    return read.walk


def problems(*lines: str) -> list[tuple[int, str]]:
    """Return what is wrong in lines below the small walk: the line from there, and the message."""
    read = read_walk(SMALL + "\n".join(lines))
    assert read.walk is None
    return [(problem.line - SMALL.count("\n"), problem.message) for problem in read.problems]


def test_the_example_has_rows_for_all_that_it_shows() -> None:
    steps = walk(EXAMPLE.read_text("utf-8")).steps

    assert {step.shows for step in steps} == SHOWN
    for shown in SHOWN:
        seen = [expected for step in steps if step.shows == shown for expected in step.expected]
        assert any(expected.epoch is not None and expected.owner is not None for expected in seen), shown
        assert any(expected.deficits is not None for expected in seen), shown


def test_a_row_is_read_with_its_line_its_instant_and_what_is_done() -> None:
    (step,) = walk(SMALL).steps

    assert (step.line, step.verb, step.at_ms) == (9, "route", as_instant_ms("2026-09-18T17:20+08:00", "UTC"))
    assert [(expected.item, expected.owner) for expected in step.expected] == [("L-1", "ann")]


def test_every_verb_has_a_form_of_its_own() -> None:
    assert DoForm.model_fields.keys() <= WALK_PARTS.keys()


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("at: soon, expect: {away: []}", "found 'soon'; a time such as 2026-10-10T10:00+08:00"),
        ("at: 2026-09-18T17:19, expect: {away: []}", "which is before the row above: time goes on"),
        ("shows: x", "nothing is done and nothing expected; a row has do, expect or both"),
        ("do: {}", "found none; exactly one is allowed of route, activity"),
        ("do: {sell: {}}", "unknown key 'sell'; allowed are route, activity"),
        ("do: {reopen: {item: L-1}, complete: {item: L-1}}", "found complete, reopen; exactly one"),
        ("do: {reopen: {item: L-2}}", "there is no work item 'L-2' so far; there are L-1"),
        ("do: {reassign: {item: L-1, rep: cy}}", "there is no rep 'cy' so far; there are ann, bo"),
        ("do: {activity: {item: L-1, kind: FAX}}", "found 'FAX'; allowed are 'CALL', 'VISIT'"),
        ("do: {activity: {item: L-1, kind: CALL, next: soon}}", "found 'soon'; a time such as"),
        ("expect: {}", "nothing is expected; allowed are item, owner"),
        ("expect: {owner: ann}", "item is missing; owner is of one"),
        ("expect: {refused: ABORTED}", "nothing is done in this row, so nothing can be refused"),
        ("do: {reopen: {item: L-1}}, expect: {refused: NO}", "found 'NO'; allowed are CANCELLED"),
        ("do: {reopen: {item: L-1}}, expect: {names: [x]}", "it names nothing that is not refused"),
        ("expect: {deficits: {west: {}}}", "there is no pool 'west' so far; there are east"),
        ("expect: {deficits: {east: {cy: 1}}}", "there is no rep 'cy' so far; there are ann, bo"),
        ("expect: {told: [{who: ann}]}", "about is missing"),
        ("expect: {told: [{about: L-1}]}", "who is missing, or channel: whom the process tells"),
        ("expect: {told: [{who: ann, channel: a, about: L-1}]}", "found who beside it; allowed is one of the two"),
        ("expect: {told: [{who: cy, about: L-1}]}", "there is no rep 'cy' so far; there are ann, bo"),
        ("expect: {told: [{who: ann, about: L-2}]}", "there is no work item 'L-2' so far; there are L-1"),
        ("expect: {told: [{who: ann, about: L-1, step: tell}]}", "found 'tell'; allowed are 'remind', 'notify'"),
        ("expect: {told: [], nobody_told: true}", "found told beside it; allowed is one of the two"),
        ("expect: {stage: new}", "item is missing; stage is of one"),
        ("expect: {item: L-1, due: {d: soon}}", "found 'soon'; a time such as"),
        ("do: {update: {item: L-1}}", "nothing is to be changed; allowed are attributes, value, priority"),
        ("do: {activity: {item: L-1, kind: CALL, duration: 3}}", "found 3; text is expected"),
        ("do: {activity: {item: L-1, kind: CALL, duration: long}}", "found 'long'; how long, such as 45s, 3m or 1h"),
        ("do: {activity: {item: L-1, kind: CALL, by: service, rep: ann}}", "by: service says that nobody"),
        ("do: {calendar: {office: {weekly: {mo: 09:00-18:00}}}}", "found 'mo'; allowed are mon, tue"),
        ("do: {advance: {item: L-1}}", "stage is missing"),
        ("do: {reopen: {item: L-2/call}}", "there is no work item 'L-2/call' so far; there are L-1"),
        ("expect: {item: L-1, children: [{owner: ann}]}", "entry is missing"),
        ("expect: {item: L-1, children: [{entry: a, owner: cy}]}", "there is no rep 'cy' so far; there are ann, bo"),
        ("expect: {item: L-1, children: [{entry: a, due: soon}]}", "found 'soon'; a time such as"),
        ("expect: {item: L-1, children: [{entry: a, opens: soon}]}", "found 'soon'; a time such as"),
        ("expect: {says: [x]}", "item is missing; says is of one"),
        ("expect: {repeat_of: L-1}", "item is missing; repeat_of is of one"),
        ("expect: {item: L-1, took: {d: {}}}", "nothing is expected; allowed are counted, wall, parts"),
        ("expect: {item: L-1, took: {d: {counted: long}}}", "found 'long'; how long, such as 45s, 3m or 1h"),
        ("expect: {item: L-1, took: {d: {parts: {OWNER: 1h30}}}}", "found '1h30'; how long, such as 45s, 3m or 1h"),
        ("expect: {item: L-1, took: {d: {parts: {IDLE: 1h}}}}", "'IDLE'; allowed are 'PAUSED', 'ON_LEAVE'"),
        ("expect: {item: L-1, reasons: {cy: TIRED}}", "there is no rep 'cy' so far; there are ann, bo"),
        ("expect: {moved: [{item: L-2, deadline: d, before: 2026-09-19, due: 2026-09-20}]}", "no work item 'L-2'"),
        ("expect: {moved: [{item: L-1, deadline: d, before: soon, due: 2026-09-20}]}", "found 'soon'; a time such as"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_at_its_line_with_what_is_allowed(row: str, says: str) -> None:
    at = "" if row.startswith("at:") else "at: 2026-09-19, "

    ((below, message),) = problems(f"  - {{{at}{row}}}")

    assert (below, says in message) == (1, True), message


@pytest.mark.parametrize(
    "left",
    [
        *(f"item: L-1, {name}:" for name in ("due", "took", "children", "says", "reasons", "met", "owner", "state")),
        *(f"{name}:" for name in ("told", "lists", "surveys", "deficits", "agenda", "away", "moved", "nobody_told")),
        *(f"item: L-1, {name}: {{}}" for name in ("due", "took", "reasons")),
        *("agenda: {}", "deficits: {}", "item: L-1, says: []"),
        *("item: L-1, took: {d: {wall: }}", "item: L-1, children: [{entry: a, pool: }]"),
        "told: [{who: ann, about: L-1, step: }]",
    ],
)
def test_what_is_expected_and_left_empty_is_refused_where_it_stands(left: str) -> None:
    (found,) = problems(f"  - {{at: 2026-09-19, expect: {{{left} }}}}")

    assert found[0] == 1
    assert found[1].startswith(("found null", "found {}", "found []")), found


def test_that_there_is_no_such_time_is_expected_as_null() -> None:
    children = "children: [{entry: a, due: null, opens: null}]"
    row = f"  - {{at: 2026-09-19, expect: {{item: L-1, next: null, expires: null, {children}, met: []}}}}"

    assert not read_walk(SMALL + row).problems


def test_a_member_who_is_no_rep_is_named() -> None:
    read = read_walk(SMALL.replace("bo: 1}", "cy: 1}"))

    assert [(each.line, each.message) for each in read.problems] == [
        (5, "there is no rep 'cy' so far; there are ann, bo")
    ]


def test_what_only_a_process_has_is_not_expected_without_one() -> None:
    read = read_walk(SMALL.replace("  process: sales.yaml\n", "").replace("owner: ann", "stage: new, met: []"))

    assert [(each.line, each.message) for each in read.problems] == [
        (8, "there is no process: the set-up names none")
    ] * 2


@pytest.mark.parametrize(
    ("before", "after", "wrong", "says"),
    [
        ("Asia/Shanghai", "Asia/Nowhere", "Asia/Nowhere", "found 'Asia/Nowhere'"),
        ("bo: 1}", "bo: 1}, managers: [cy]", "cy", "there is no rep 'cy' so far; there are ann, bo"),
        (
            "  rules:",
            "  calendars: {office: {weekly: {mon: 9-18}}}\n  rules:",
            "9-18",
            "found '9-18'; allowed are hours",
        ),
    ],
)
def test_what_cannot_be_set_up_is_said_where_it_stands(before: str, after: str, wrong: str, says: str) -> None:
    source = SMALL.replace(before, after)
    (problem,) = read_walk(source).problems

    assert source.splitlines()[problem.line - 1][problem.column - 1 :].startswith(wrong)
    assert says in problem.message
