"""Deadlines, steps, pauses and where time went, as one is told of them: through a service on the simulated clock."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from fairlead.client import FairleadClient
from service import main
from store.embedded.orphans import socket_path
from tests.api import differences
from tests.conftest import ROOT
from tests.served import Served

pytestmark = pytest.mark.long

SHIPPED = ROOT / "examples" / "processes"
SETUP = """\
walk: paragraph
setup:
  tenant: {time_zone: Asia/Shanghai, calendar: cn-office}
  calendars: {cn-office: {weekly: {mon-fri: ["09:00-18:00"]}}}
  reps: {ann: {manager: mo}, bob: {manager: mo}, cyd: {manager: mo}, mo: {manager: boss}, boss: {}}
  pools: {east: {members: {ann: 3, bob: 2, cyd: 1}, managers: [mo]}}
  rules:
    fields: {severity: {type: string}, contract_end: {type: date}}
    default: {route: {pool: east}}
  process:
"""
DEADLINES = (
    SETUP
    + """\
    process: care
    kinds: [TICKET]
    deadlines:
      - {id: first-response, within: {by: severity, P1: 30m, else: 2h}, clock: pool, from: arrival, until: contact}
      - {id: next-response, within: 2h, from: last_inbound}
      - {id: update, within: 1d, from: last_outbound, until: attempt}
      - {id: resolution, within: 2d, from: arrival, until: completion}
      - {id: safety, within: 3h, clock: wall, from: assigned, until: attempt}
      - {id: renewal, before: 30d, of: contract_end, on_closed: before, until: completion}
    stages: [{id: open}, {id: done, closes: CLOSED}]
steps:
  - at: 2026-11-02T17:00
    do: {route: {id: T-1, kind: TICKET, attributes: {severity: P2, contract_end: 2026-12-15}}}
    expect:
      item: T-1
      owner: ann
      due:
        first-response: 2026-11-03T10:00
        next-response: null
        update: 2026-11-03T17:00
        resolution: 2026-11-04T17:00
        safety: 2026-11-02T20:00
        renewal: 2026-11-13T09:00
  - at: 2026-11-02T17:10
    do: {route: {id: T-2, kind: TICKET, attributes: {severity: P1}}}
    expect: {item: T-2, due: {first-response: 2026-11-02T17:40, renewal: null}}
  - at: 2026-11-03T09:10
    do: {activity: {item: T-1, rep: ann, kind: CALL, direction: OUTBOUND, duration: 240s}}
    expect: {item: T-1, missed: [safety], due: {first-response: null, safety: null, update: 2026-11-04T09:10}}
  - at: 2026-11-03T09:30
    do: {activity: {item: T-1, kind: MESSAGE, direction: INBOUND}}
    expect: {item: T-1, due: {next-response: 2026-11-03T11:30}}
  - at: 2026-11-03T09:40
    do: {activity: {item: T-1, kind: MESSAGE, direction: INBOUND}}
    expect: {item: T-1, due: {next-response: 2026-11-03T11:30}}
  - at: 2026-11-03T10:00
    do: {pause: {item: T-1, reason: supplier}}
  - at: 2026-11-03T12:00
    do: {resume: {item: T-1}}
    expect:
      item: T-1
      missed: [next-response, safety]
      due: {resolution: 2026-11-05T10:00, update: 2026-11-04T11:10, renewal: 2026-11-13T09:00}
  - at: 2026-11-03T14:00
    do: {activity: {item: T-1, rep: ann, kind: MESSAGE, direction: OUTBOUND}}
    expect: {item: T-1, due: {next-response: null, update: 2026-11-04T14:00}}
  - at: 2026-11-05T09:30
    do: {advance: {item: T-1, stage: done}}
    expect: {item: T-1, state: CLOSED, missed: [next-response, safety, update]}
"""
)
STEPS = (
    SETUP
    + """\
    process: sales
    kinds: [LEAD]
    stages:
      - id: new
        deadlines:
          - id: first-response
            within: 2h
            from: assigned
            until: attempt
            steps:
              - {at: 5m, do: remind}
              - {at: 50%, do: raise_priority, by: 20}
              - {before: 30m, do: remind, every: 15m, at_most: 2}
              - {at: 100%, do: notify, to: manager}
              - {at: 150%, do: reassign}
      - {id: won, closes: CONVERTED}
steps:
  - at: 2026-11-02T08:50
    do: {absence: {rep: mo, start: 2026-11-02T08:50, end: 2026-11-03T00:00}}
  - at: 2026-11-02T09:00
    do: {route: {id: L-1}}
    expect: {item: L-1, owner: ann, priority: 0, due: {first-response: 2026-11-02T11:00}}
  - at: 2026-11-02T09:05
    expect: {told: [{who: ann, about: L-1, step: remind}]}
  - at: 2026-11-02T10:00
    expect: [{item: L-1, priority: 20}, {nobody_told: true}]
  - at: 2026-11-02T10:30
    expect: {told: [{who: ann, about: L-1, step: remind}]}
  - at: 2026-11-02T10:45
    expect: {told: [{who: ann, about: L-1, step: remind}]}
  - at: 2026-11-02T11:00
    expect: [{item: L-1, owner: ann, missed: [first-response]}, {told: [{who: boss, about: L-1, step: notify}]}]
  - at: 2026-11-02T12:00
    expect: {item: L-1, owner: bob, due: {first-response: 2026-11-02T14:00}}
  - at: 2026-11-02T15:00
    expect: {item: L-1, owner: cyd, due: {first-response: 2026-11-02T17:00}}
  - at: 2026-11-02T17:59
    expect: {item: L-1, owner: cyd}
  - at: 2026-11-02T18:00
    expect:
      - {item: L-1, owner: boss, due: {first-response: 2026-11-03T11:00}}
      - {told: [{who: boss, about: L-1, step: reassign}]}
"""
)
PAUSING = (
    SETUP
    + """\
    process: care
    kinds: [TICKET]
    deadlines:
      - {id: resolution, within: 2d, from: arrival, until: completion}
      - {id: receipt, within: 1h, clock: wall, from: arrival, until: completion, statutory: true}
      - {id: decision, within: 3cd, clock: wall, from: arrival, until: completion, statutory: true}
    stages: [{id: open}, {id: done, closes: CLOSED}]
steps:
  - at: 2026-11-02T09:00
    do: {route: {id: T-1, kind: TICKET}}
    expect: {item: T-1, due: {resolution: 2026-11-03T18:00, decision: 2026-11-05T09:00}}
  - at: 2026-11-02T09:00
    do: {route: {id: T-2, kind: TICKET}}
  - at: 2026-11-02T09:30
    do: {pause: {item: T-1, reason: supplier, until: 2026-11-02T11:30}}
  - at: 2026-11-02T10:00
    expect: {item: T-1, missed: [receipt], due: {decision: 2026-11-05T09:00}}
  - at: 2026-11-02T11:30
    expect: {item: T-1, due: {resolution: 2026-11-04T11:00, decision: 2026-11-05T09:00}}
  - at: 2026-11-02T13:00
    do: {pause: {item: T-1, reason: waiting-for-customer, until: 2026-11-02T17:00}}
  - at: 2026-11-02T13:49
    do: {activity: {item: T-2, kind: MESSAGE, direction: INBOUND}}
  - at: 2026-11-02T14:00
    do: {activity: {item: T-1, kind: MESSAGE, direction: INBOUND}}
    expect: {item: T-1, due: {resolution: 2026-11-04T12:00, decision: 2026-11-05T09:00}}
"""
)

WENT = (
    [
        "Deadline first-response missed, after 41 h 0 min: 39 h 0 min outside hours (王芳) + 2 h 0 min with 王芳;"
        " cause: owner idle.",
        "Deadline first-response met after 41 h 25 min: 39 h 0 min outside hours (王芳) + 2 h 0 min with 王芳"
        " + 25 min with 李娜.",
    ],
    [
        "时限 first-response 未按时完成，历时 41 小时 0 分钟：非工作时间 39 小时 0 分钟（王芳），当前归属人王芳"
        " 2 小时 0 分钟；主要原因：归属人未处理。",
        "时限 first-response 按时完成，历时 41 小时 25 分钟：非工作时间 39 小时 0 分钟（王芳），前归属人王芳"
        " 2 小时 0 分钟，当前归属人李娜 25 分钟。",
    ],
    [
        "Deadline first-response met after 16 h 35 min: 15 h 0 min outside hours (周敏) + 1 h 35 min with 周敏.",
        "Deadline resolution met after 89 h 20 min: 5 h 0 min paused (waiting-for-customer) + 78 h 0 min outside hours"
        " (周敏) + 6 h 20 min with 周敏.",
    ],
    [
        "时限 first-response 按时完成，历时 16 小时 35 分钟：非工作时间 15 小时 0 分钟（周敏），当前归属人周敏"
        " 1 小时 35 分钟。",
        "时限 resolution 按时完成，历时 89 小时 20 分钟：暂停 5 小时 0 分钟（waiting-for-customer），非工作时间"
        " 78 小时 0 分钟（周敏），当前归属人周敏 6 小时 20 分钟。",
    ],
)
"""Of a lead that was given away, and of a complaint that was paused: in English and in Chinese each."""


class Going:
    """A service on the simulated clock, and what is done at it."""

    def __init__(self, data: Path, address: str) -> None:
        self._data = data
        self.address = address

    def run(self, *arguments: object) -> str:
        """Run a command that is to succeed."""
        ended = CliRunner().invoke(main, [*map(str, arguments), "--server", self.address])
        assert ended.exit_code == 0, ended.output
        return ended.stdout

    def walked(self, file: Path) -> str:
        """Go a walk, see that its log is replayed clean, and return the tenant that it was gone in."""
        tenant: str = json.loads(self.run("process", "walk", file, "--json", "--data", self._data))["tenant"]
        assert asyncio.run(differences(f"unix://{socket_path(self._data)}", tenant)) == []
        return tenant

    def timeline(self, item: str, tenant: str) -> tuple[str, str]:
        """Return what happened to a work item, in words, in English and in Chinese."""
        with FairleadClient(self.address, tenant) as client:
            en, zh = ([entry.words for entry in client.timeline(item, language=each)] for each in ("en", "zh"))
        return "\n".join(en), "\n".join(zh)


@pytest.fixture(scope="module")
def going(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Going]:
    """Yield a service that all walks of this module are gone at, each in a tenant of its own."""
    data = tmp_path_factory.mktemp("data")
    served = Served(data, options=("--simulated-clock",))
    yield Going(data, served.ready())
    served.close()


def written(folder: Path, walk: str) -> Path:
    file = folder / "walk.yaml"
    file.write_text(walk, "utf-8")
    return file


def shipped_until(folder: Path, name: str, last: str) -> Path:
    """Write a shipped walk up to the rows of an instant, beside its process."""
    head, *rows = re.split(r"\n(?=  - )", (SHIPPED / f"{name}-walk.yaml").read_text("utf-8"))
    kept = [row for row in rows if row.partition("at: ")[2][: len(last)] <= last]
    (folder / f"{name}.yaml").write_bytes((SHIPPED / f"{name}.yaml").read_bytes())
    return written(folder, "\n".join([head, *kept, ""]))


def test_deadlines_are_four_by_tables_clocks_and_dates_and_only_update_and_resolution_pause(
    going: Going, tmp_path: Path
) -> None:
    tenant = going.walked(written(tmp_path, DEADLINES))

    en, zh = going.timeline("crm~T-1", tenant)

    assert "Standing still: update, resolution." in en
    assert "停表的时限：update、resolution。" in zh


def test_steps_remind_raise_and_tell_whoever_is_above_and_give_it_away_twice_before_the_manager_keeps_it(
    going: Going, tmp_path: Path
) -> None:
    tenant = going.walked(written(tmp_path, STEPS))

    en, zh = going.timeline("crm~L-1", tenant)

    assert en.count("Rule default, pool east: ") == 3  # to ann, and given away twice
    assert en.count("Deadline first-response: boss to be told instead of mo, on leave.") == 3
    assert "priority from 0 to 20." in en
    assert "It was not attended to in time, and given away often enough: boss, the manager, keeps it." in en
    assert "未在时限内处理，且转派次数已满，由主管 boss 接手。" in zh


def test_pausing_says_why_and_until_when_is_flagged_soon_behind_the_customer_and_never_stops_what_is_statutory(
    going: Going, tmp_path: Path
) -> None:
    tenant = going.walked(written(tmp_path, PAUSING))

    with FairleadClient(going.address, tenant) as client:
        soon, later = client.pause("crm~T-1", "supplier"), client.pause("crm~T-2", "supplier")
        entry = next(each.pause for each in client.timeline("crm~T-1") if each.HasField("pause"))
        due = {each.deadline: each for each in client.list_deadlines("crm~T-1")}
    en, zh = going.timeline("crm~T-1", tenant)

    assert (soon.soon_after_customer, entry.soon_after_customer, later.soon_after_customer) == (True, True, False)
    assert (list(soon.deadlines), list(later.deadlines)) == (["resolution"], ["resolution"])
    assert due["decision"].due_time.ToDatetime(UTC) == datetime(2026, 11, 5, 1, tzinfo=UTC)
    assert en.count("The customer had been heard from less than ten minutes before.") == 1
    assert zh.count("注意：此前十分钟内客户刚有消息。") == 1


def test_where_did_the_time_go_is_said_in_parts_that_add_up(going: Going, tmp_path: Path) -> None:
    sales = going.walked(shipped_until(tmp_path, "sales", "2026-09-20T10:45"))
    complaints = going.walked(shipped_until(tmp_path, "complaints", "2026-10-12T11:00"))

    said = [*going.timeline("crm~L-1", sales), *going.timeline("crm~T-1", complaints)]
    assert [[each for each in expected if each not in words] for words, expected in zip(said, WENT, strict=True)] == [
        []
    ] * 4
