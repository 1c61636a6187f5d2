"""Walks by their command, on the simulated clock: those in ``examples/``, and the smallest with what may go wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from redis import Redis

from service import main
from store.clock import KEY, simulated
from store.embedded.orphans import socket_path
from store.embedded.server import EmbeddedServer
from tests.api import differences
from tests.conftest import ROOT, serving
from tests.served import Served

EXAMPLES = ROOT / "examples"
HOLIDAYS = EXAMPLES / "processes" / "holidays-walk.yaml"
WALKS = sorted({*EXAMPLES.glob("*.walk.yaml"), *EXAMPLES.glob("processes/*-walk.yaml")} - {HOLIDAYS})
PROCESS = """\
process: sales
kinds: [LEAD]
stages:
  - id: new
    deadlines:
      - id: first-response
        within: 1h
        clock: owner
        from: assigned
        until: attempt
        steps:
          - {at: 50%, do: remind}
          - {at: 100%, do: notify, to: manager}
          - {at: 200%, do: reassign}
  - {id: qualified, require: [budget]}
  - {id: won, closes: CONVERTED}
"""
SMALLEST = """\
walk: first-response
setup:
  tenant: {time_zone: Asia/Shanghai, calendar: cn-office}
  calendars:
    cn-office: {weekly: {mon-fri: ["09:00-18:00"]}, exceptions: {2026-09-20: ["09:00-18:00"], 2026-10-01: []}}
  reps: {wang-fang: {manager: chen-jie}, li-na: {manager: chen-jie}, chen-jie: {}}
  pools: {east: {members: {wang-fang: 2, li-na: 1}, managers: [chen-jie]}}
  rules: {fields: {region: {type: string}}, rules: [], default: {route: {pool: east}}}
  process: sales.yaml
steps:
  - at: 2026-09-18T17:20+08:00
    do: {route: {id: L-1, kind: LEAD, attributes: {region: 上海}}}
    expect: {item: L-1, owner: wang-fang, stage: new, due: {first-response: 2026-09-20T09:20+08:00}}
  - at: 2026-09-18T17:50+08:00
    expect: {told: [{who: wang-fang, about: L-1, step: remind}]}
  - at: 2026-09-20T10:45+08:00
    do: {activity: {item: L-1, rep: li-na, kind: CALL, direction: OUTBOUND, duration: 180s}}
    expect: {item: L-1, met: [first-response]}
  - at: 2026-09-20T11:00+08:00
    do: {advance: {item: L-1, stage: qualified}}
    expect: {refused: FAILED_PRECONDITION, names: [budget]}
"""
REST = (
    SMALLEST.partition("  process:")[0].replace("{type: string}", "{type: string}, budget: {type: number}")
    + """\
  process:
    process: sales
    kinds: [LEAD]
    deadlines: [{id: solution, within: 2h, from: arrival, until: completion}]
    stages:
      - id: new
        deadlines:
          - id: first-response
            within: 1h
            from: assigned
            until: attempt
            steps: [{at: 50%, do: remind}, {at: 100%, do: notify, to: [manager, {channel: east-bot}]}]
      - {id: qualified, require: [budget]}
      - id: quote
        require: [budget]
        approve: {when: {field: budget, op: gt, value: 100}, by: manager, within: 1h, on_reject: qualified}
      - {id: won, closes: CONVERTED}
steps:
  - at: 2026-09-18T17:20
    do: {route: {id: L-1, source: web, value: 2, priority: 5}}
    expect: {item: L-1, owner: wang-fang, priority: 5, due: {first-response: 2026-09-20T09:20}, met: [], missed: []}
  - at: 2026-09-18T17:25
    do: {calendar: {cn-office: {exceptions: {2026-09-20: [], 2026-09-22: ["10:00-12:00"]}}}}
    expect: {item: L-1, due: {first-response: 2026-09-21T09:20}}
  - at: 2026-09-18T17:30
    do: {presence: {rep: wang-fang, until: 2026-09-21T09:00}}
    expect: [{away: [wang-fang]}, {nobody_told: true}]
  - at: 2026-09-18T17:31
    do: {route: {id: L-2}}
    expect: {item: L-2, owner: li-na, due: {first-response: 2026-09-21T09:31}}
  - at: 2026-09-21T09:00
    expect: [{away: []}, {told: [{who: wang-fang, about: L-1, step: remind}]}]
  - at: 2026-09-21T09:20
    do: {update: {item: L-1, priority: 9, attributes: {region: 上海}}}
    expect:
      - {item: L-1, priority: 9, missed: [first-response]}
      - told: [{who: chen-jie, about: L-1, step: notify}, {channel: east-bot, about: L-1, step: notify},
               {who: li-na, about: L-2, step: remind}]
      - {item: L-1, says: ["chen-jie, channel east-bot to be told"]}
  - at: 2026-09-21T09:21
    do: {reassign: {item: L-2, note: 太忙}}
    expect: {item: L-2, owner: wang-fang, due: {first-response: 2026-09-21T10:21}}
  - at: 2026-09-21T09:21
    do: {activity: {item: L-2, kind: CALL, next: 2026-09-21T09:30, next_step: 再打}}
    expect: {item: L-2, met: [first-response], next: 2026-09-21T09:30}
  - at: 2026-09-21T09:22
    do: {advance: {item: L-1, stage: qualified, attributes: {budget: 3}}}
    expect: {item: L-1, stage: qualified, state: ASSIGNED, due: {first-response: null}}
  - at: 2026-09-21T09:23
    do: {advance: {item: L-1, stage: won, note: signed today}}
    expect: [{item: L-1, stage: won, state: CONVERTED, missed: [first-response]}, {nobody_told: true}]
  - at: 2026-09-21T09:30
    expect: {told: [{who: wang-fang, about: L-2, step: remind}]}
  - at: 2026-09-21T09:34
    do: {presence: {rep: li-na}}
    expect: {away: [li-na]}
  - at: 2026-09-21T09:35
    do: {presence: {rep: li-na, away: false}}
    expect: {away: []}
  - at: 2026-09-21T09:40
    do: {pause: {item: L-2, reason: waiting-for-customer, until: 2026-09-21T12:00}}
  - at: 2026-09-21T10:00
    do: {resume: {item: L-2}}
    expect: {item: L-2, due: {solution: 2026-09-21T10:51}, missed: []}
  - at: 2026-09-21T10:51
    expect: {item: L-2, met: [first-response], missed: [solution]}
  - at: 2026-09-22T11:00
    expect: {told: [{who: chen-jie, about: L-2, step: notify}]}
  - at: 2026-09-22T11:10
    do: {advance: {item: L-2, stage: quote, attributes: {budget: 300}}}
    expect:
      - {item: L-2, stage: new, due: {approval: 2026-09-23T09:10}}
      - told: [{who: chen-jie, about: L-2, step: notify}]
  - at: 2026-09-22T11:20
    do: {approve: {item: L-2, rep: wang-fang}}
    expect: {refused: PERMISSION_DENIED, names: [wang-fang, chen-jie]}
  - at: 2026-09-23T09:00
    do: {approve: {item: L-2, rep: chen-jie, reason: 老客户}}
    expect: {item: L-2, stage: quote, met: [approval]}
  - at: 2026-09-23T09:01
    do: {route: {id: L-3}}
  - at: 2026-09-23T09:02
    do: {advance: {item: L-3, stage: quote, attributes: {budget: 300}}}
  - at: 2026-09-23T09:03
    do: {reject: {item: L-3, rep: chen-jie}}
    expect: {item: L-3, stage: qualified}
"""
)
"""What the examples do not do."""

ROUTED = """\
walk: pools-of-stages
setup:
  tenant: {time_zone: Asia/Shanghai}
  reps: {wang-fang: {manager: chen-jie}, li-na: {manager: chen-jie}, chen-jie: {}, zhao-lei: {}, lawyer: {}}
  pools:
    east: {members: {wang-fang: 2, li-na: 1}, managers: [chen-jie]}
    hotline: {members: {zhao-lei: 1}}
    legal: {members: {lawyer: 1}}
  rules: {fields: {region: {type: string}}, rules: [], default: {route: {pool: east, priority: 3}}}
  process:
    process: sales
    kinds: [LEAD]
    stages:
      - id: new
        deadlines:
          - id: call
            within: 1h
            clock: wall
            from: arrival
            until: attempt
            steps:
              - {at: 50%, do: raise_priority, by: 20}
              - {at: 100%, do: notify, to: manager}
              - {at: 200%, do: return, to: hotline}
      - {id: review, pool: legal}
      - {id: won, closes: CONVERTED}
steps:
  - at: 2026-09-18T10:00
    do: {route: {id: L-1, kind: LEAD}}
    expect: {item: L-1, owner: wang-fang, priority: 3}
  - at: 2026-09-18T10:30
    expect: [{item: L-1, priority: 23, owner: wang-fang}, {nobody_told: true}]
  - at: 2026-09-18T11:00
    expect: {told: [{who: chen-jie, about: L-1, step: notify}]}
  - at: 2026-09-18T12:00
    expect: [{item: L-1, owner: zhao-lei, way: GREEDY}, {told: [{who: zhao-lei, about: L-1, step: return}]}]
  - at: 2026-09-18T12:10
    do: {advance: {item: L-1, stage: review}}
    expect: {item: L-1, owner: lawyer, stage: review, way: GREEDY}
"""
"""Stages and steps that route to pools, and a priority that rises."""

CALL_BACK = """\
walk: call-back
setup:
  tenant: {time_zone: Asia/Shanghai, calendar: cn-office}
  calendars: {cn-office: {weekly: {mon-fri: ["09:00-18:00"]}}}
  reps: {zhou-min: {manager: chen-jie}, wu-qiang: {manager: chen-jie}, wang-fang: {name: 王芳}, chen-jie: {}}
  pools:
    complaints: {members: {zhou-min: 2, wu-qiang: 1, wang-fang: 3}, managers: [chen-jie]}
    callback: {members: {zhou-min: 3, wu-qiang: 1, wang-fang: 3}, managers: [chen-jie]}
  rules:
    fields: {complained_of: {type: string}}
    default: {route: {pool: complaints, exclude: complained_of}}
  process:
    process: complaints
    kinds: [TICKET]
    stages:
      - id: new
      - id: solved
        closes: CLOSED
        open: [{id: call-back, title: 回访, pool: callback, within: 3d, exclude: [handlers, complained_of]}]
steps:
  - at: 2026-10-09T17:40
    do: {route: {id: T-1, kind: TICKET, attributes: {complained_of: 王芳}}}
    expect: {item: T-1, owner: zhou-min, conflict: [wang-fang], children: []}
  - at: 2026-10-12T11:00
    do: {advance: {item: T-1, stage: solved}}
    expect:
      - item: T-1
        state: CLOSED
        children: [{entry: call-back, owner: wu-qiang, pool: callback, state: ASSIGNED, due: 2026-10-15T11:00}]
      - {item: T-1/call-back, conflict: [wang-fang, zhou-min]}
  - at: 2026-10-14T09:30
    do: {reopen: {item: T-1, reason: 没解决}}
    expect:
      - {item: T-1, owner: zhou-min, state: ASSIGNED, children: []}
      - {item: T-1/call-back, state: CLOSED, due: {done: null}}
      - {told: [{who: wu-qiang, about: T-1/call-back, step: remind}]}
  - at: 2026-10-14T10:00
    do: {reassign: {item: T-1/call-back, rep: zhou-min}}
    expect: {refused: FAILED_PRECONDITION}
  - at: 2026-10-14T16:00
    do: {advance: {item: T-1, stage: solved}}
    expect:
      - {item: T-1, state: CLOSED, children: [{entry: call-back, owner: wu-qiang, due: 2026-10-19T16:00}]}
      - {item: T-1/call-back/1, state: CLOSED}
      - {nobody_told: true}
  - at: 2026-10-15T12:00
    do: {reassign: {item: T-1/call-back, rep: zhou-min}}
    expect: {refused: FAILED_PRECONDITION, names: [parent.handlers]}
  - at: 2026-10-16T11:30
    do: {activity: {item: T-1/call-back, rep: wu-qiang, kind: CALL, direction: OUTBOUND, duration: 90s}}
    expect: {told: [{who: wu-qiang, about: T-1/call-back, step: remind}]}
  - at: 2026-10-19T15:00
    do: {complete: {item: T-1/call-back}}
    expect: [{item: T-1/call-back, state: CLOSED, met: [done], missed: []}, {nobody_told: true}]
"""
"""A complaint that is solved, reopened, and solved again; 3d are 27 working hours."""

Going = Callable[..., Awaitable[Result]]
"""Goes a walk of which the text is given, against a service in this process."""


def gone(file: Path, *options: object) -> Result:
    return CliRunner().invoke(main, ["process", "walk", str(file), *map(str, options)])


@pytest.mark.long
@pytest.mark.parametrize("file", WALKS, ids=lambda file: file.name)
def test_every_row_of_a_walk_is_as_it_says(file: Path, data_folder: Path) -> None:
    served = Served(data_folder, options=("--simulated-clock",))

    ended = gone(file, "--server", served.ready(), "--data", data_folder, "--json")
    assert ended.exit_code == 0, ended.output
    tenant = json.loads(ended.stdout)["tenant"]
    replayed = asyncio.run(differences(f"unix://{socket_path(data_folder)}", tenant))
    served.close()

    assert replayed == []


@pytest.mark.long
def test_a_walk_without_a_service_has_one_of_its_own_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)

    ended = gone(EXAMPLES / "processes" / "sales-walk.yaml")

    assert (ended.exit_code, ended.stderr) == (0, "")
    assert ended.stdout.startswith("walk first-response: 29 rows run, ")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
async def go(own_store: EmbeddedServer, tmp_path: Path) -> AsyncIterator[Going]:
    (tmp_path / "sales.yaml").write_text(PROCESS, "utf-8")
    file = tmp_path / "walk.yaml"
    with simulated():
        async with serving(own_store.url, simulated_clock=True) as address:

            async def going(walk: str, *options: object) -> Result:
                file.write_text(walk, "utf-8")
                of_service = ("--server", address, "--data", own_store.folder)
                return await asyncio.to_thread(gone, file, *of_service, *options)

            yield going


async def test_the_smallest_walk_is_as_it_says_and_what_cannot_be_set_up_is_named_where_it_stands(go: Going) -> None:
    well = await go(SMALLEST)
    refused = await go(SMALLEST.replace("wang-fang: {manager: chen-jie}", "wang-fang: {calendar: nowhere}"))

    assert (well.exit_code, well.stdout.partition(";")[0]) == (
        0, "walk first-response: 4 rows run, 7 expectations checked, all as expected",
    )  # fmt: skip
    assert "warning: the rules declare no field 'budget'" in well.stderr
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "walk.yaml:6:32 error: " in refused.stderr
    assert "nowhere" in refused.stderr


@pytest.mark.long
async def test_the_first_that_is_otherwise_is_named_and_nothing_is_gone_behind_it(go: Going) -> None:
    badly = await go(SMALLEST.replace("who: wang-fang", "who: chen-jie"))
    as_json = await go(
        SMALLEST.replace("names: [budget]", "names: [amount]"), "--json"
    )  # begins before the other's end
    otherwise = "says: [called nobody], reasons: {li-na: ALREADY_TRIED}"
    more = await go(SMALLEST.replace("stage: new, due", f"stage: new, {otherwise}, due"), "--json")

    assert badly.exit_code == 1
    row, counts = badly.stdout.splitlines()
    assert row.endswith(
        "walk.yaml:14: row 2, 2026-09-18T17:50+08:00: who was told: "
        'expected ["chen-jie of L-1 (remind)"], found ["wang-fang of L-1 (remind)"]'
    )
    assert counts.startswith(
        "walk first-response: 2 of 4 rows run, 4 expectations checked, 1 not as expected; it is in"
    )
    said = json.loads(as_json.stdout)
    assert (as_json.exit_code, said["rows_run"], said["failed"]["row"], said["failed"]["line"]) == (1, 4, 4, 19)
    assert [fault["expected"] for fault in said["failed"]["faults"]] == ["amount"]
    faults = json.loads(more.stdout)["failed"]["faults"]
    assert [fault["expected"] for fault in faults] == ["called nobody", {"li-na": "ALREADY_TRIED"}]


@pytest.mark.long
async def test_what_the_examples_do_not_do_is_done_too(go: Going) -> None:
    ended = await go(REST)

    assert ended.exit_code == 0, ended.output


@pytest.mark.long
async def test_stages_and_steps_route_to_their_pools_whatever_the_rules_say(
    go: Going, own_store: EmbeddedServer
) -> None:
    ended = await go(ROUTED, "--json")

    assert ended.exit_code == 0, ended.output
    assert await differences(own_store.url, json.loads(ended.stdout)["tenant"]) == []


@pytest.mark.long
async def test_recusal_the_call_back_is_never_made_by_the_handler_and_waits_while_its_parent_is_reopened(
    go: Going, own_store: EmbeddedServer
) -> None:
    ended = await go(CALL_BACK, "--json")

    assert ended.exit_code == 0, ended.output
    assert await differences(own_store.url, json.loads(ended.stdout)["tenant"]) == []


@pytest.mark.long
async def test_no_surprise_at_holidays_on_the_last_working_day_before_owners_and_managers_get_what_falls_due_in_them(
    go: Going, own_store: EmbeddedServer
) -> None:
    walk = HOLIDAYS.read_text("utf-8")
    ended = await go(walk, "--json")
    badly = await go(walk.replace("lists: {li-na: [L-2], chen-jie: [L-2]}", "lists: {li-na: [L-2], chen-jie: [L-1]}"))

    assert ended.exit_code == 0, ended.output
    assert await differences(own_store.url, json.loads(ended.stdout)["tenant"]) == []
    assert 'expected {"chen-jie": ["L-1"], "li-na": ["L-2"]}, found {"chen-jie": ["L-2"], ' in badly.stdout


@pytest.mark.long
async def test_a_walk_is_refused_where_the_time_is_real_or_of_another_service(
    go: Going, own_store: EmbeddedServer, tmp_path: Path
) -> None:
    nobody = await go(SMALLEST, "--data", tmp_path)
    own = Served(tmp_path / "other", options=("--simulated-clock",))
    own.ready()
    another = await go(SMALLEST, "--data", tmp_path / "other")
    own.close()
    with Redis.from_url(own_store.url) as redis:
        redis.delete(KEY)
    real = await go(SMALLEST)

    assert (nobody.exit_code, "no service runs with it" in nobody.stderr) == (2, True)
    assert another.exit_code == 1
    assert "its clock is not that of the service at" in another.stderr
    assert (real.exit_code, "the time of this store is real" in real.stderr) == (1, True)


def published(file: Path, *options: object) -> Result:
    """Publish a process to where nobody listens: what is refused before is refused without asking anybody."""
    return CliRunner().invoke(main, ["process", "publish", str(file), "--server", "127.0.0.1:1", *map(str, options)])


def test_a_process_is_not_published_while_a_walk_beside_it_has_an_error_or_cannot_be_read(tmp_path: Path) -> None:
    process = tmp_path / "sales.yaml"
    process.write_text(PROCESS, "utf-8")
    (tmp_path / "of-another-walk.yaml").write_text("setup: {process: other.yaml}", "utf-8")
    walk = tmp_path / "first-walk.yaml"

    for text, named in (("setup: {process: sales.yaml}", "walk is missing"), ("walk: [", "first-walk.yaml:2")):
        walk.write_text(text, "utf-8")
        refused = published(process)
        assert (refused.exit_code, named in refused.stderr) == (1, True), refused.stderr
        assert f"nothing is published: {walk} is otherwise" in refused.stderr

    assert "no service answers" in published(process, "--without-walks").stderr
    walk.unlink()
    assert "no service answers" in published(process).stderr


@pytest.mark.long
def test_a_process_is_not_published_while_a_walk_beside_it_is_otherwise_than_it_says(tmp_path: Path) -> None:
    process, walk = tmp_path / "sales.yaml", tmp_path / "first-walk.yaml"
    process.write_text(PROCESS, "utf-8")
    walk.write_text(SMALLEST, "utf-8")

    well = published(process)
    process.write_text(PROCESS.replace("within: 1h", "within: 2h"), "utf-8")
    refused = published(process)

    assert well.stdout.startswith("walk first-response: 4 rows run, 7 expectations checked, all as expected")
    assert "no service answers" in well.stderr
    assert (refused.exit_code, "when first-response of L-1 is due" in refused.stdout) == (1, True), refused.output
    assert f"nothing is published: {walk} is otherwise" in refused.stderr
