"""Two paragraphs of what processes are to do, through a service on the simulated clock: by its commands alone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from service import main
from store.embedded.orphans import socket_path
from tests.api import differences
from tests.served import Served

pytestmark = pytest.mark.long

SETUP = """\
walk: complaints
setup:
  tenant: {time_zone: Asia/Shanghai, calendar: cn-office}
  calendars:
    cn-office:
      weekly: {mon-fri: ["09:00-18:00"]}
      exceptions: {2026-10-10: ["09:00-18:00"]}
  reps: {zhou-min: {manager: chen-jie}, wu-qiang: {manager: chen-jie}, wang-fang: {manager: chen-jie}, chen-jie: {}}
  pools: {complaints: {members: {zhou-min: 2, wu-qiang: 1, wang-fang: 3}, managers: [chen-jie]}}
  rules:
    fields:
      customer: {type: string}
      class: {type: string}
      severity: {type: string}
      impact: {type: string}
      urgency: {type: string}
      complained_of: {type: string}
      cause: {type: string}
      remedy: {type: string}
    known_customer: {id: customer}
    default: {route: {pool: complaints, exclude: [complained_of]}}
  process:
    process: complaints
    kinds: [TICKET]
    severity: {field: severity, by: [impact, urgency], table: {high: {high: P1, low: P2}, low: {high: P2}}, else: P3}
    repeats: {same: class, within: 30cd, raise: {field: severity, order: [P4, P3, P2, P1]}}
    deadlines:
      - {id: resolution, within: {by: severity, P1: 4h, P2: 2d, else: 5d}, until: completion, from: arrival}
      - {id: decision, within: 15cd, clock: wall, until: completion, from: arrival, statutory: true}
    stages:
      - {id: open}
      - {id: solved, require: [cause, remedy], closes: CLOSED}
steps:
"""
SEVERITY = (
    SETUP
    + """\
  - at: 2026-10-08T17:40
    do: {route: {id: T-1, kind: TICKET, attributes: {customer: C-88, impact: low, urgency: low}}}
    expect: {item: T-1, priority: 0, due: {resolution: 2026-10-14T17:40, decision: 2026-10-23T17:40}}
  - at: 2026-10-09T10:00
    do: {update: {item: T-1, attributes: {urgency: high}, priority: 7}}
    expect: {item: T-1, priority: 7, due: {resolution: 2026-10-10T17:40, decision: 2026-10-23T17:40}}
  - at: 2026-10-09T10:30
    do: {update: {item: T-1, attributes: {severity: P1}}}
    expect: {item: T-1, due: {resolution: 2026-10-09T12:40}}
  - at: 2026-10-09T10:40
    do: {update: {item: T-1, attributes: {severity: P3}}}
    expect: {item: T-1, due: {resolution: 2026-10-14T17:40}, missed: []}
  - at: 2026-10-09T17:00
    do: {update: {item: T-1, attributes: {impact: high}}}
    expect: {item: T-1, due: {resolution: 2026-10-09T12:40}, missed: [resolution]}
"""
)
COMPLAINTS = (
    SETUP
    + """\
  - at: 2026-10-08T17:40
    do:
      route:
        id: T-1
        kind: TICKET
        attributes: {customer: C-88, class: 服务, severity: P2, complained_of: wang-fang}
    expect: {item: T-1, owner: zhou-min, conflict: [wang-fang], repeat_of: "", due: {resolution: 2026-10-10T17:40}}
  - at: 2026-10-12T10:55
    do: {advance: {item: T-1, stage: solved}}
    expect: {refused: FAILED_PRECONDITION, names: [cause, remedy]}
  - at: 2026-10-12T11:00
    do: {advance: {item: T-1, stage: solved, attributes: {cause: 培训不足, remedy: 补偿}}}
    expect: {item: T-1, state: CLOSED, missed: [resolution], met: [decision]}
  - at: 2026-10-20T10:00
    do: {route: {id: T-2, kind: TICKET, attributes: {customer: C-88, class: 服务, severity: P3}}}
    expect: {item: T-2, repeat_of: T-1, due: {resolution: 2026-10-22T10:00}}
  - at: 2026-10-20T10:01
    do: {route: {id: T-3, kind: TICKET, attributes: {customer: C-88, class: 价格, severity: P3}}}
    expect: {item: T-3, repeat_of: "", due: {resolution: 2026-10-27T10:01}}
"""
)
Run = Callable[..., str]


@pytest.fixture(scope="module")
def going(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Run]]:
    """Yield the folder of a service, and what runs a command against it."""
    data = tmp_path_factory.mktemp("data")
    served = Served(data, options=("--simulated-clock",))
    address = served.ready()

    def run(*arguments: object) -> str:
        ended = CliRunner().invoke(main, [*map(str, arguments), "--server", address])
        assert ended.exit_code == 0, ended.output
        return ended.stdout

    yield data, run
    served.close()


def walked(going: tuple[Path, Run], walk: str, folder: Path) -> str:
    """Go a walk, see that its log is replayed clean, and return the tenant that it was gone in."""
    data, run = going
    file = folder / "walk.yaml"
    file.write_text(walk, "utf-8")
    tenant: str = json.loads(run("process", "walk", file, "--json", "--data", data))["tenant"]
    assert asyncio.run(differences(f"unix://{socket_path(data)}", tenant)) == []
    return tenant


def test_severity_and_priority_are_two_fields(going: tuple[Path, Run], tmp_path: Path) -> None:
    tenant, run = walked(going, SEVERITY, tmp_path), going[1]

    told, zh = (run("timeline", "crm~T-1", "--tenant", tenant, *language) for language in ((), ("--language", "zh")))
    moved = run("update", "crm~T-1", "--set", "impact=low", "--tenant", tenant)

    words = " ".join(told.split())
    assert "severity from P3 to P2, urgency from low to high, priority from 0 to 7." in words
    assert "Deadline resolution is now due on Saturday at 17:40; it was on Wednesday at 17:40." in words
    assert "时限 resolution 改至周六 17:40，原为周三 17:40。" in " ".join(zh.split())
    assert moved.splitlines() == [
        "crm~T-1: Updated: impact from high to low, severity from P1 to P2. The owner stays: wang-fang.",
        "It moved deadlines: 1; times of Asia/Shanghai",
        "  crm~T-1 resolution: 2026-10-09 12:40+08:00 → 2026-10-10 17:40+08:00",
    ]


def test_complaints_close_with_cause_and_remedy_and_the_same_class_again_goes_up_one(
    going: tuple[Path, Run], tmp_path: Path
) -> None:
    tenant, run = walked(going, COMPLAINTS, tmp_path), going[1]

    told = [run("timeline", "crm~T-2", "--tenant", tenant, "--language", language) for language in ("en", "zh")]

    en, zh = (" ".join(each.split()) for each in told)
    assert "Raised from P3 to P2: it repeats crm~T-1." in en
    assert "严重程度由 P3 升为 P2：与该客户此前的 crm~T-1 重复。" in zh
