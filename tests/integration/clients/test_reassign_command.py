"""``fairlead reassign`` against a real service, as a user runs it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from fairlead.client import FairleadClient
from fairlead.client.routing import work_item
from fairlead.v1.workforce_pb2 import Rep
from tests.integration.clients.arranging import Restartable, fairlead, tried

RULES = "fields: {}\nrules: []\ndefault: {route: {pool: east}}\n"


@pytest.fixture
def at(shared: Restartable, request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The options that lead to a tenant of the test's own, where three have 50 leads each."""
    tenant = request.node.name.partition("[")[0][-60:]
    with FairleadClient(shared.address, tenant) as client:
        client.upsert_reps([Rep(name="ann", display_name="安娜"), Rep(name="bo"), Rep(name="cy")])
        client.upsert_pool("east", {"ann": 1.0, "bo": 1.0, "cy": 1.0})
        client.publish_rules(RULES)
        items = [work_item({}, source="crm", external_id=f"L-{number}") for number in range(150)]
        assert len(list(client.route_many(items))) == 150
    return ("--server", shared.address, "--tenant", tenant)


def test_a_leaver_s_work_is_rehearsed_moved_by_the_rules_and_told_in_a_file(
    at: tuple[str, ...], tmp_path: Path
) -> None:
    of_ann = ("reassign", "--filter", "owner = ann", "--by-rules")

    rehearsed = fairlead(*of_ann, "--dry-run", *at)
    moved = fairlead(*of_ann, "--note", "left", "--csv", str(tmp_path / "moved.csv"), *at)
    again = fairlead(*of_ann, *at)

    with (tmp_path / "moved.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert "50 would be reassigned, 0 stay, 0 refused" in rehearsed
    assert "50 reassigned, 0 stay, 0 refused" in moved
    assert "0 reassigned, 0 stay, 0 refused" in again
    assert [line.split() for line in rehearsed.splitlines() if " 25" in line] == [
        ["bo", "bo", "25"],
        ["cy", "cy", "25"],
    ]
    assert {(row["former_owner"], row["outcome"]) for row in rows} == {("ann", "reassigned")}
    assert len({row["decision"] for row in rows}) == len(rows) == 50
    assert "It was routed again" in fairlead("explain", rows[0]["work_item"], *at)


def test_to_somebody_by_name_and_what_cannot_be_is_refused(at: tuple[str, ...]) -> None:
    to_ann = fairlead("reassign", "--filter", "owner = bo OR owner = cy", "--to", "安娜", *at)

    assert "100 reassigned, 0 stay, 0 refused" in to_ann
    assert tried("reassign", "--filter", "owner = ann", *at)[0] == 2
    assert tried("reassign", "--filter", "owner = ann", "--to", "bo", "--by-rules", *at)[0] == 2
    status, said = tried("reassign", "--filter", "owner = ann", "--to", "eve", *at)
    assert (status, "eve" in said) == (1, True)
    status, said = tried("reassign", "--filter", "colour = red", "--to", "bo", *at)
    assert (status, "filter" in said) == (1, True)


@pytest.mark.long
def test_some_that_are_named_go_to_whom_one_says_or_to_whom_the_rules_choose(at: tuple[str, ...]) -> None:
    with FairleadClient(at[1], at[3]) as client:
        owner = client.get_work_item("crm~L-1").owner.rpartition("/")[2]
    other = next(rep for rep in ("bo", "cy") if rep != owner)

    tried_only = fairlead("reassign", "crm~L-1", "crm~L-2", "--by-rules", "--dry-run", *at)
    named = fairlead("reassign", "crm~L-1", "--to", other, "--note", "speaks German", *at)
    by_rules = fairlead("reassign", "crm~L-3", "--by-rules", "--language", "zh", *at)

    assert [line.partition(":")[0] for line in tried_only.splitlines()] == ["crm~L-1", "crm~L-2"]
    assert named.startswith("crm~L-1: ")
    assert other in named
    assert by_rules.startswith("crm~L-3：")
    for wrong in ((), ("crm~L-1", "--filter", "owner = bo"), ("crm~L-1", "--csv", "moved.csv")):
        assert tried("reassign", *wrong, "--to", "bo", *at)[0] == 2
