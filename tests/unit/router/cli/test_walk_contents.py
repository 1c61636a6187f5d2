"""What a walk publishes, in it or beside it: what is wrong is said where it stands, and names are looked up."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.cli.walk_contents import LoadedWalk, load_walk

PROCESS = """\
process: sales
kinds: [LEAD]
stages:
  - {id: new, deadlines: [{id: reply, within: 1h, from: assigned, until: attempt}]}
  - {id: won, closes: CONVERTED, require: [budget]}
"""
WALK = """\
walk: small
setup:
  reps: {ann: {}}
  pools: {east: {members: {ann: 1}}}
  rules: {fields: {budget: {type: number}}, default: {route: {pool: east}}}
  process: sales.yaml
steps:
  - {at: 2026-09-18T17:20, do: {route: {id: L-1}}, expect: {item: L-1, stage: new, due: {reply: 2026-09-18T18:20}}}
"""


def loaded(folder: Path, walk: str = WALK, process: str = PROCESS) -> LoadedWalk:
    (folder / "sales.yaml").write_text(process, "utf-8")
    return load_walk(folder / "walk.yaml", walk)


def problems(walk: LoadedWalk) -> list[tuple[str, int, int, str]]:
    """Return what is wrong: in which file, where, and in which words it begins."""
    return [(file.name, each.line, each.column, each.message.split(";")[0]) for file, each in walk.problems]


def test_a_walk_is_loaded_with_what_it_publishes(tmp_path: Path) -> None:
    walk = loaded(tmp_path)

    assert walk.walk is not None
    assert (problems(walk), walk.process) == ([], PROCESS)
    assert walk.rules == '{"fields": {"budget": {"type": "number"}}, "default": {"route": {"pool": "east"}}}'


def test_what_is_wrong_in_a_file_beside_it_is_said_of_that_file(tmp_path: Path) -> None:
    walk = loaded(tmp_path, process=PROCESS.replace("attempt", "attemt"))

    assert walk.walk is None
    assert problems(walk) == [("sales.yaml", 4, 74, "found 'attemt'")]


def test_what_is_wrong_in_content_of_its_own_is_said_where_it_stands(tmp_path: Path) -> None:
    held = "process: {process: s, kinds: [LEAD], stages: [{id: new}, {id: won, closes: GONE}]}"
    walk = loaded(tmp_path, WALK.replace("type: number", "type: numbr").replace("process: sales.yaml", held))

    assert walk.walk is None
    assert problems(walk) == [("walk.yaml", 5, 35, "found 'numbr'"), ("walk.yaml", 6, 78, "found 'GONE'")]


def test_a_warning_keeps_nobody_from_going(tmp_path: Path) -> None:
    walk = loaded(tmp_path, WALK.replace("budget: {type: number}", ""))

    assert walk.walk is not None
    assert problems(walk) == [
        (
            "sales.yaml",
            5,
            44,
            "the rules declare no field 'budget': no work item can have it, so that none enters the stage",
        )
    ]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("expect: {item: L-1, stage: old}", "there is no stage 'old' in the process; there are new, won"),
        ("expect: {item: L-1, due: {answer: null}}", "there is no deadline 'answer' in the process; there are reply"),
        ("expect: {item: L-1, met: [answer]}", "there is no deadline 'answer' in the process; there are reply"),
        ("expect: {item: L-1, missed: [answer]}", "there is no deadline 'answer' in the process; there are reply"),
        ("do: {advance: {item: L-1, stage: old}}", "there is no stage 'old' in the process; there are new, won"),
    ],
)  # fmt: skip
def test_what_the_process_does_not_have_is_said_at_its_row(tmp_path: Path, row: str, says: str) -> None:
    walk = loaded(tmp_path, f"{WALK}  - {{at: 2026-09-19, {row}}}\n")

    assert walk.walk is None
    assert [(file.name, each.line, each.message) for file, each in walk.problems] == [("walk.yaml", 9, says)]


def test_a_stage_that_is_to_be_refused_need_not_be_there(tmp_path: Path) -> None:
    row = "do: {advance: {item: L-1, stage: old}}, expect: {refused: INVALID_ARGUMENT, names: [old]}"

    assert loaded(tmp_path, f"{WALK}  - {{at: 2026-09-19, {row}}}\n").walk is not None


def test_a_file_that_is_not_there_is_said_where_it_is_named(tmp_path: Path) -> None:
    walk = loaded(tmp_path, WALK.replace("sales.yaml", "none.yaml"))

    assert walk.walk is None
    assert problems(walk) == [("walk.yaml", 6, 12, f"{tmp_path / 'none.yaml'}: No such file or directory")]


def test_a_child_is_named_by_its_parent_and_its_entry_which_the_process_has_to_know(tmp_path: Path) -> None:
    opening = PROCESS.replace("require: [budget]", "open: [{id: call, pool: east, within: 1h}]")
    named = "item: L-1/call/2, stage: won~call, due: {done: 2026-09-18T18:20}, children: [{entry: call}]"
    rest = "do: {route: {id: a/b}}, expect: [{item: a/b, owner: ann}, {told: [{who: ann, about: L-1/cal}]}]"
    steps = f"  - {{at: 2026-09-19, expect: {{{named}}}}}\n  - {{at: 2026-09-19, {rest}}}\n"

    right, wrong = (
        loaded(tmp_path, WALK + steps.replace("L-1/cal}", "L-1/call}"), opening),
        loaded(tmp_path, WALK + steps.replace("[{entry: call}]", "[{entry: cal}]"), opening),
    )

    assert (problems(right), right.opens_children) == ([], True)
    assert [(line, said) for _, line, _, said in problems(wrong)] == [
        (9, "there is no child 'cal' in the process"), (10, "there is no child 'cal' in the process"),
    ]  # fmt: skip
    assert not loaded(tmp_path).opens_children
