"""``fairlead deadlines``, and what edits moved, against a real service, as a user runs them."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest

from fairlead.v1.workforce_pb2 import Rep
from tests.integration.clients.arranging import Restartable, fairlead, tried

RULES = "fields: {}\nrules: []\ndefault: {route: {pool: east, hours: ignore}}\n"
PROCESS = """
process: sales
kinds: [LEAD]
stages:
  - id: new
    deadlines:
      - id: first-response
        within: 48h
        clock: owner
        from: assigned
        until: attempt
        steps: [{at: 50%, do: remind}, {at: 100%, do: notify, to: manager}]
  - {id: won, closes: CONVERTED}
"""
CALENDAR = """
calendars:
  always:
    time_zone: Asia/Shanghai
    weekly: {mon-sun: 00:00-24:00}
    exceptions: {%s}
"""


@pytest.fixture(scope="module")
def at(shared: Restartable, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """The options that lead to a tenant where ann has two leads, each with a deadline."""
    options = ("--server", shared.address, "--tenant", "deadlines")
    file = tmp_path_factory.mktemp("calendars") / "calendars.yaml"
    file.write_text(CALENDAR % "", "utf-8")
    with shared.client("deadlines") as client:
        client.upsert_reps([Rep(name="ann", display_name="安娜")])
        client.upsert_pool("east", {"ann": 1.0})
        client.publish_rules(RULES)
        client.publish_process(PROCESS)
        fairlead("calendars", "load", str(file), *options)
        client.update_tenant(time_zone="Asia/Shanghai", calendar="always")
        for number in (1, 2):
            client.route({}, source="crm", external_id=f"L-{number}")
    return options


def test_deadlines_are_shown_written_and_printed(at: tuple[str, ...], tmp_path: Path) -> None:
    file = tmp_path / "deadlines.csv"

    table = fairlead("deadlines", *at)
    chinese = fairlead("deadlines", "crm~L-1", "--language", "zh", *at)
    overdue = fairlead("deadlines", "--state", "overdue", *at)
    fairlead("deadlines", "--rep", "安娜", "--csv", str(file), *at)
    lines = [json.loads(line) for line in fairlead("deadlines", "--json", "--count", "1", *at).splitlines()]

    words = " ".join(table.split())
    for expected in ("times of Asia/Shanghai", "first-response", "安娜", "(in 1", "d 23 h)", "remind", "OPEN"):
        assert expected in words
    assert "时间按 Asia/Shanghai" in chinese
    title, line = chinese.splitlines()[-2:]
    assert (title, line.startswith("  first-response：当前归属人安娜 ")) == ("时间去向：", True)
    assert overdue == "no deadlines\n"
    assert fairlead("digests", "--language", "zh", *at) == "没有通知过到期清单\n"  # nothing is due for two days
    rows = list(csv.DictReader(StringIO(file.read_text("utf-8-sig"))))
    assert [(row["work_item"], row["state"], row["owner"], row["next_step"]) for row in rows] == [
        ("crm~L-1", "OPEN", "ann", "REMIND"), ("crm~L-2", "OPEN", "ann", "REMIND"),
    ]  # fmt: skip
    assert [line["work_item"].rpartition("/")[2] for line in lines] == ["crm~L-1"]


def test_an_edit_of_the_workforce_says_what_it_moved(at: tuple[str, ...], tmp_path: Path) -> None:
    file = tmp_path / "calendars.yaml"
    china = datetime.now(UTC) + timedelta(hours=8)
    tomorrow = f"{china + timedelta(days=1):%Y-%m-%d}"
    file.write_text(CALENDAR % f"{tomorrow}: {{}}", "utf-8")

    dry = fairlead("calendars", "load", str(file), "--dry-run", *at)
    loaded = fairlead("calendars", "load", str(file), *at)
    same = fairlead("calendars", "load", str(file), *at)
    days = [f"{china + timedelta(days=ahead):%Y-%m-%d}" for ahead in (2, 3)]
    added = fairlead("absences", "add", "ann", "--from", days[0], "--back", days[1], "--id", "x", *at)
    deleted = fairlead("absences", "delete", "ann", "x", *at)
    revision = json.loads(fairlead("calendars", "list", "--json", *at))["calendars"][0]["workforce_revision"]
    wall = fairlead("tenant", "set", "--calendar", "", *at)
    by_first = fairlead("deadlines", "--moved-by", str(int(revision) - 1), *at)

    assert "moved" not in dry + same
    title, *moved = loaded.splitlines()[1:]
    assert title == "It moved deadlines: 2; times of Asia/Shanghai"
    assert [line.split()[:2] for line in moved] == [[f"crm~L-{number}", "first-response:"] for number in (1, 2)]
    before, after = [datetime.fromisoformat(each) for each in moved[0].partition(": ")[2].split(" → ")]
    assert after - before == timedelta(days=1)
    assert deleted == "ann/x: deleted\n"  # a leave stops no clock
    assert "→" not in added
    assert wall.splitlines()[1] == title
    assert by_first.count(" OPEN ") == 2
    assert "was due" in by_first


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("crm~none",), 1, "there is no work item"),
        (("--rep", "nobody"), 1, "there is no rep"),
        (("crm~L-1", "--rep", "ann"), 1, "--rep: must be absent where the parent is one work item"),
        (("--moved-by", "999999"), 1, "--moved-by: 999999: must be a revision of the workforce"),
        (("--state", "late"), 2, "'late' is not one of"),
    ],
)
def test_what_cannot_be_is_said_with_what_is_allowed(
    at: tuple[str, ...], arguments: tuple[str, ...], status: int, says: str
) -> None:
    ended, printed = tried("deadlines", *arguments, *at)

    assert (ended, says in printed) == (status, True), printed
