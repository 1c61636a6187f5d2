"""``fairlead decisions`` and ``fairlead items`` against a real service: as a table, as JSON, as a CSV file."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fairlead.v1 import workforce_pb2 as workforce
from tests.integration.clients.arranging import RULES, Restartable, fairlead, tried

Where = tuple[str, ...]


@pytest.fixture(scope="module")
def where(shared: Restartable) -> Where:
    """A tenant with four leads: by rule east to 安娜, by the default, and one that looks like a formula."""
    with shared.client("lists") as client:
        reps = [workforce.Rep(name="anna", display_name="安娜"), workforce.Rep(name="bo", display_name="=Bo")]
        reps[0].attributes.update({"regions": ["east"]})
        client.upsert_reps(reps)
        client.upsert_pool("team", {"anna": 1.0, "bo": 1.0})
        client.publish_rules(RULES)
        client.route({"region": "east"}, source="crm", external_id="L-1")
        client.route({}, source="web", external_id="=cmd()")
        client.route({}, source="web", external_id="L-3", kind="TICKET")
        client.reassign("crm~L-1", "bo", note="@holiday")
    return ("--server", shared.address, "--tenant", "lists")


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_decisions_are_listed_newest_first_with_names(where: Where) -> None:
    printed = fairlead("decisions", "list", *where)

    lines = [line for line in printed.splitlines() if "crm~L-1" in line]
    assert ["=Bo" in line and "OVERRIDE" in line for line in lines] == [True, False]
    assert "安娜" in lines[1]
    assert " default " in printed


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ((), 4), (("--rule", "east"), 2), (("--rule", "default", "--rule", "east"), 4),
        (("--rep", "安娜", "--rule", "east"), 1),
        (("--pool", "team", "--kind", "ticket"), 1), (("--source", "WEB"), 2), (("--outcome", "unrouted"), 0),
        (("--cause", "override"), 1), (("--since", "1h"), 4), (("--until", "2020-01-01"), 0),
        (("--since", "2020-01-01", "--until", "2100-01-01T00:00:00+08:00"), 4), (("--count", "2"), 2),
        (("--filter", "rule = east OR kind = TICKET", "--source", "web"), 1),
    ],
)  # fmt: skip
def test_options_say_which_decisions(where: Where, options: tuple[str, ...], count: int) -> None:
    printed = fairlead("decisions", "list", *options, "--json", *where)

    decisions = [json.loads(line) for line in printed.splitlines()]
    assert len(decisions) == count
    assert all(decision["decide_time"] for decision in decisions)


def test_a_table_that_is_cut_says_so(where: Where) -> None:
    assert "there are more" in fairlead("decisions", "list", "--count", "3", *where)
    assert "there are more" not in fairlead("decisions", "list", "--count", "4", *where)
    assert "no decisions" in fairlead("decisions", "list", "--outcome", "waiting", *where)


def test_who_is_not_there_is_named_with_the_nearest(where: Where) -> None:
    printed = fairlead("decisions", "list", "--pool", "taem", "--rep", "bo", *where)

    assert "there is no pool taem now; the nearest is team" in printed
    assert "no rep" not in printed
    assert "no decisions" in printed


def test_decisions_go_into_a_file_in_which_nothing_is_a_formula(where: Where, tmp_path: Path) -> None:
    file = tmp_path / "d.csv"

    assert f"4 decisions in {file}" in fairlead("decisions", "list", "--csv", str(file), *where).replace("\n", "")

    newest, *_, oldest = rows_of(file)
    assert (newest["rep"], newest["rep_name"], newest["note"], newest["cause"]) == (
        "bo",
        "'=Bo",
        "'@holiday",
        "OVERRIDE",
    )
    assert (oldest["rule"], oldest["rep_name"], oldest["pool_name"], oldest["epoch"]) == ("east", "安娜", "team", "1")
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")


def test_work_items_are_listed_as_they_stand(where: Where, tmp_path: Path) -> None:
    file = tmp_path / "i.csv"

    printed = fairlead("items", "list", "--owner", "=Bo", "--state", "assigned", "--since", "1d", *where)
    fairlead("items", "list", "--filter", 'external_id = "=cmd()" OR kind = TICKET', "--csv", str(file), *where)
    (moved,) = [
        json.loads(line) for line in fairlead("items", "list", "--source", "crm", "--json", *where).splitlines()
    ]

    assert "crm~L-1" in printed
    assert [(row["external_id"], row["kind"], row["attributes"]) for row in rows_of(file)] == [
        ("'=cmd()", "LEAD", "{}"), ("L-3", "TICKET", "{}"),
    ]  # fmt: skip
    assert (moved["external_id"], moved["epoch"]) == ("L-1", "2")


def test_a_list_has_chinese_headings_and_no_column_of_waiting_where_nothing_waits(where: Where) -> None:
    printed = fairlead("decisions", "list", "--language", "zh", *where)

    heading = next(line for line in printed.splitlines() if "决策" in line)
    assert heading.split() == ["决策", "时间", "工作项", "结果", "销售", "分配池", "规则", "起因"]
    assert "时间按 UTC" in printed


def test_what_the_service_refuses_leaves_a_file_as_it_was(where: Where, tmp_path: Path) -> None:
    file = tmp_path / "d.csv"
    file.write_text("of last month")

    status, _ = tried("decisions", "list", "--filter", "polo = team", "--csv", str(file), *where)

    assert (status, file.read_text()) == (1, "of last month")


@pytest.mark.parametrize("command", ["decisions", "items"])
def test_times_without_a_zone_are_on_the_clocks_that_the_list_is_on(where: Where, command: str) -> None:
    fairlead("tenant", "set", "--time-zone", "Pacific/Kiritimati", *where)  # 14 hours ahead
    there = datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=14)
    before, after = ((there + timedelta(hours=hours)).isoformat(timespec="seconds") for hours in (-2, 2))

    on_these, in_utc = (
        fairlead(command, "list", "--since", before, "--until", after, "--json", *utc, *where).splitlines()
        for utc in ((), ("--utc",))
    )
    fairlead("tenant", "set", "--time-zone", "UTC", *where)

    assert len(on_these) >= 3
    assert in_utc == []


@pytest.mark.parametrize("command", ["decisions", "items"])
def test_what_cannot_be_read_is_told_with_what_is_allowed(where: Where, command: str) -> None:
    of_filter = tried(command, "list", "--filter", "polo = team", "--source", "web", *where)
    of_time = tried(command, "list", "--since", "yesterday", *where)
    of_year = tried(command, "list", "--since", "0001-01-01", *where)
    of_both = tried(command, "list", "--json", "--csv", "x.csv", *where)

    assert of_filter[0] == 1
    assert "filter: character 1: no field 'polo'" in of_filter[1]
    assert "the nearest is pool" in of_filter[1]
    assert of_time[0] == of_year[0] == of_both[0] == 2
    assert "'0001-01-01'; allowed: 7d" in of_year[1].replace("\n", " ")
    assert "'yesterday'; allowed: 7d (or 30m, 12h, 2w), a date 2026-11-28" in of_time[1].replace("\n", " ")
    assert "--csv and --json: allowed is one of them" in of_both[1]
