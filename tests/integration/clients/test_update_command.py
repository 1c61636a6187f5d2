"""``fairlead update`` against a real service, as a user runs it."""

from __future__ import annotations

import pytest

from fairlead.client import FairleadClient
from fairlead.v1.workforce_pb2 import Rep
from tests.integration.clients.arranging import Restartable, fairlead, tried

RULES = """
fields:
  region: {type: string}
  size: {type: number}
  vip: {type: bool}
  tags: {type: list}
rules:
  - id: north
    when: {field: region, op: eq, value: north}
    route: {pool: north, on_change: region}
default: {route: {pool: east}}
"""


@pytest.fixture(scope="module")
def at(shared: Restartable) -> tuple[str, ...]:
    """The options that lead to a tenant where ann has two leads of the north."""
    with FairleadClient(shared.address, "updates") as client:
        client.upsert_reps([Rep(name="ann", display_name="安娜"), Rep(name="cy")])
        client.upsert_pool("north", {"ann": 1.0})
        client.upsert_pool("east", {"cy": 1.0})
        client.publish_rules(RULES)
        for number in (1, 2):
            client.route({"region": "north"}, source="crm", external_id=f"L-{number}", value=1)
    return ("--server", shared.address, "--tenant", "updates")


def test_what_changed_and_who_has_it_is_told_in_both_languages(at: tuple[str, ...]) -> None:
    moved = ("--set", "region=east", "--value", "3")

    dry = fairlead("update", "crm~L-1", *moved, "--dry-run", *at)
    stays = fairlead("update", "crm~L-1", "--set", "size=40", "--set", "vip=yes", "--set", "tags=a; b", *at)
    done = fairlead("update", "crm~L-1", *moved, "--unset", "size", "--language", "zh", *at)
    again = fairlead("update", "crm~L-1", *moved, *at)
    timeline = fairlead("timeline", "crm~L-1", *at)
    explained = fairlead("explain", "crm~L-1", *at)
    back = fairlead("update", "crm~L-1", "--set", "region=north", *at)
    nobody_else = fairlead("timeline", "crm~L-1", "--count", "1", *at)

    assert dry == (
        "crm~L-1: Updated: region from north to east, value from 1 to 3. Owner: 安娜 → cy, pool east. "
        "Nothing is written.\n"
    )
    assert stays == (
        "crm~L-1: Updated: size 40 (was not given), tags a, b (was not given), vip true (was not given). "
        "The owner stays: 安娜.\n"
    )
    assert done == (
        "crm~L-1：信息更新：region 由 north 改为 east、size 已清空（原为 40）、金额由 1 改为 3。"
        "归属人：安娜 → cy，分配池 east。\n"
    )
    assert again == "crm~L-1: It is so already: nothing is written.\n"
    assert "region from north to east" in " ".join(timeline.split())
    assert "It was decided anew because it was updated." in " ".join(explained.split())
    assert "region from north to east" in " ".join(explained.split())
    assert "The owner stays: cy." in back
    assert "nobody else can take it, so it stays where it is." in " ".join(nobody_else.split())


@pytest.mark.parametrize(
    ("options", "status", "fault"),
    [
        ((), 2, "nothing is to be changed"),
        (("--set", "region"), 2, "must be NAME=VALUE"),
        (("--set", "size=many"), 2, "size='many': must be a number"),
        (("--set", "vip=maybe"), 2, "vip='maybe': must be true or false"),
        (("--set", "regoin=east"), 1, "regoin"),
        (("--value", "-1"), 1, "work_item.value"),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    at: tuple[str, ...], options: tuple[str, ...], status: int, fault: str
) -> None:
    ended, said = tried("update", "crm~L-2", *options, *at)

    assert (ended, fault in said) == (status, True), said
