"""What customers answer, by commands alone against a service on a simulated clock."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fairlead.client import FairleadClient
from service import main
from store.clock import simulated
from store.embedded.server import EmbeddedServer
from tests.api import differences
from tests.conftest import serving

WALK = """\
walk: satisfaction
setup:
  tenant: {time_zone: Asia/Shanghai}
  reps: {zhou-min: {manager: chen-jie}, wu-qiang: {manager: chen-jie}, chen-jie: {}}
  pools:
    complaints: {members: {zhou-min: 2}, managers: [chen-jie]}
    callback: {members: {zhou-min: 2, wu-qiang: 1}}
  rules:
    fields: {customer: {type: string, personal: true}}
    known_customer: {id: customer}
    rules: []
    default: {route: {pool: complaints}}
  process:
    process: complaint
    kinds: [TICKET]
    complaints: true
    stages: [{id: new}, {id: solved, closes: CLOSED}]
    satisfaction:
      csat:
        ask: {after: 1h}
        at_most: 2
        open: {id: call, pool: callback, title: {zh: 回访}, within: 24h, clock: wall, exclude: handlers}
      nps: {ask: {after: 7cd}, at_most: 6}
steps:
  - at: 2026-10-08T17:40
    do: {route: {id: T-1, kind: TICKET, attributes: {customer: C-88}}}
    expect: {item: T-1, owner: zhou-min}
  - at: 2026-10-09T09:00
    do: {route: {id: L-1, kind: LEAD, attributes: {customer: C-88}}}
  - at: 2026-10-09T09:01
    do: {satisfaction: {item: L-1, nps: 9}}
    expect: {refused: FAILED_PRECONDITION, names: [complaint, crm~T-1]}
  - at: 2026-10-09T09:02
    do: {satisfaction: {item: T-1, csat: 2}}
    expect: {refused: FAILED_PRECONDITION, names: [once it is closed]}
  - at: 2026-10-12T11:00
    do: {advance: {item: T-1, stage: solved}}
    expect: {item: T-1, state: CLOSED}
  - at: 2026-10-12T12:00
    expect: {surveys: {T-1: [csat]}}
  - at: 2026-10-13T20:00
    do: {satisfaction: {item: T-1, csat: 2, comment: 没解决}}
    expect: [{told: [{who: chen-jie, about: T-1, step: notify}]}, {surveys: {}}]
  - at: 2026-10-14T09:30
    do: {reopen: {item: T-1}}
    expect: {item: T-1, owner: zhou-min}
  - at: 2026-10-14T10:00
    do: {satisfaction: {item: T-1, csat: 5}}
    expect: {refused: FAILED_PRECONDITION, names: [once of a ticket]}
  - at: 2026-10-14T16:00
    do: {advance: {item: T-1, stage: solved}}
  - at: 2026-10-14T16:01
    do: {satisfaction: {item: T-1, csat: 5}}
    expect: [{refused: FAILED_PRECONDITION, names: [once of a ticket]}, {nobody_told: true}]
  - at: 2026-10-15T09:00
    do: {satisfaction: {item: L-1, nps: 9}}
  - at: 2026-10-16T09:00
    do: {satisfaction: {item: T-1, nps: 3}}
    expect: {refused: FAILED_PRECONDITION, names: [90 days, 2027-01-13T09:00:00+08:00]}
  - at: 2026-10-22T09:00
    do: {route: {id: T-2, kind: TICKET, attributes: {customer: C-89}}}
  - at: 2026-10-22T10:00
    do: {advance: {item: T-2, stage: solved}}
    expect: {surveys: {}}
  - at: 2026-10-22T12:00
    expect: {surveys: {T-2: [csat]}}
  - at: 2026-10-29T12:00
    expect: {surveys: {T-2: [nps]}}
  - at: 2027-01-13T09:00
    do: {satisfaction: {item: T-1, nps: 3}}
    expect: {told: [{who: chen-jie, about: T-1, step: notify}]}
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


@pytest.mark.long
async def test_satisfaction_is_asked_as_often_as_it_may_be_and_a_bad_answer_opens_a_call_by_somebody_else(
    own_store: EmbeddedServer, tmp_path: Path
) -> None:
    file = tmp_path / "walk.yaml"
    file.write_text(WALK, "utf-8")
    with simulated():
        async with serving(own_store.url, simulated_clock=True) as address:
            options = ("--server", address, "--data", str(own_store.folder), "--json")
            ended = await asyncio.to_thread(run, "process", "walk", str(file), *options)
            assert ended.exit_code == 0, ended.output
            tenant = json.loads(ended.stdout)["tenant"]
            at = ("--server", address, "--tenant", tenant)
            refused = await asyncio.to_thread(run, "satisfaction", "crm~T-1", "--csat", "4", *at)
            wrong = await asyncio.to_thread(run, "satisfaction", "crm~T-1", *at)
            asked = await asyncio.to_thread(run, "surveys", "--csv", "-", *at)
            listed = await asyncio.to_thread(run, "surveys", "--language", "zh", "--since", "2026-10-23", *at)
            late = await asyncio.to_thread(run, "surveys", "--csv", "-", "--since", "80d", *at)
            none = await asyncio.to_thread(run, "figures", "--since", "1d", "--until", "2d", *at)
            counted = await asyncio.to_thread(run, "figures", "--csv", "-", *at)
            shown = await asyncio.to_thread(run, "figures", "--language", "zh", *at)
            called, due, said, words = await asyncio.to_thread(_call, address, tenant)
    replayed = await differences(own_store.url, tenant)

    assert (called, due) == ("wu-qiang", datetime(2026, 10, 14, 12, tzinfo=UTC))
    assert said == (2, 3, datetime(2027, 1, 13, 1, tzinfo=UTC))
    assert (refused.exit_code, wrong.exit_code) == (1, 2)
    assert [line.split(",")[:3] for line in asked.stdout.splitlines()[1:]] == [
        ["crm~T-2", "NPS", "C-89"], ["crm~T-2", "CSAT", "C-89"],
    ]  # fmt: skip
    assert [line.split(",")[1] for line in late.stdout.splitlines()[1:]] == ["NPS"]  # by the time of the service
    assert (none.exit_code, "'--until'" in none.output) == (2, True)
    assert ("推荐意愿" in listed.output, "满意度" in listed.output) == (True, False), listed.output
    figures = [tuple(line.split(",")) for line in counted.stdout.splitlines()[1:]]
    assert [each for each in figures if each[0] == "complaint"] == [
        ("complaint", "csat_response", "", "", "50.0", "1", "2", "0", "true"),
        ("complaint", "nps_response", "", "", "0.0", "0", "1", "0", "true"),
        ("complaint", "csat", "", "", "0.0", "0", "1", "0", "true"),
        ("complaint", "nps", "", "", "-100.0", "0", "1", "1", "true"),
    ]
    assert "（50%）" in shown.output
    assert "不向客户发送推荐意愿调查：90天内已经调查过或答复过。" in words
    assert "客户满意度评分：2 分（满分5分）（没解决）。应通知 chen-jie。" in words
    assert "客户推荐意愿评分：3 分（满分10分）。应通知 chen-jie。" in words
    assert replayed == []


def _call(address: str, tenant: str) -> tuple[str, datetime, tuple[int, int, datetime], list[str]]:
    """Return who is to call, until when, what the work item says of its customer's answers, and its timeline."""
    with FairleadClient(address, tenant=tenant) as client:
        ticket = client.get_work_item("crm~T-1")
        (child,) = ticket.children
        words = [entry.words for entry in client.timeline("crm~T-1", language="zh")]
        (deadline,) = client.list_deadlines(child.work_item)
    said = ticket.satisfaction
    answers = (said.csat, said.nps, said.record_time.ToDatetime(UTC))
    return child.owner.rpartition("/")[2], deadline.due_time.ToDatetime(UTC), answers, words
