"""``fairlead caps`` against a real service: what is used of each, when it lifts, set and removed, in both languages."""

from __future__ import annotations

import json
import re

import pytest

from fairlead.client import FairleadClient
from fairlead.v1.workforce_pb2 import Rep
from tests.integration.clients.arranging import Restartable, fairlead, tried

RULES = "fields: {}\nrules: []\ndefault: {route: {pool: east}}\n"


@pytest.fixture
def at(shared: Restartable, request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The options that lead to a tenant of the test's own, who has a pool, and two reps in it."""
    tenant = request.node.name.partition("[")[0][-60:]
    with FairleadClient(shared.address, tenant) as client:
        client.update_tenant(time_zone="Asia/Shanghai")
        client.upsert_reps([Rep(name="ann"), Rep(name="bo")])
        client.upsert_pool("east", {"ann": 1.0, "bo": 1.0})
        client.publish_rules(RULES)
    return ("--server", shared.address, "--tenant", tenant)


def route(at: tuple[str, ...], *ids: str) -> None:
    with FairleadClient(at[1], at[3]) as client:
        for external_id in ids:
            client.route({}, source="crm", external_id=external_id)


def uses(*options: str) -> list[list[str]]:
    """The rows of the table."""
    _, below = re.split(r"─\s*\n", fairlead("caps", "list", *options), maxsplit=1)
    return [re.split(r"\s{2,}", line.strip()) for line in below.splitlines() if line.strip()]


def test_what_is_used_of_caps_is_listed_with_when_each_lifts_in_both_languages(at: tuple[str, ...]) -> None:
    fairlead("caps", "set", "daily", "COUNT", "1", "DAY", "--pool", "east", *at)
    fairlead("caps", "set", "all", "pool 5 count month", "--pool", "east", *at)
    said = fairlead("caps", "set", "in-hand", "UNWORKED", "1", "--rep", "ann", *at)
    route(at, "L-1", "L-2", "L-3")

    rows, chinese = uses(*at), uses("--language", "zh", "--pool", "east", *at)
    head = fairlead("caps", "list", *at).splitlines()[0].rstrip()
    in_utc = uses("--utc", "--pool", "east", *at)

    assert said == "rep ann: in-hand UNWORKED 1\n"
    assert head == "4 uses of caps; times of Asia/Shanghai"
    assert rows[0] == ["pool east", "all", "whole pool", "monthly 5 work items", "2/5"]
    assert [row[:5] for row in rows[1:3]] == [
        ["pool east", "daily", rep, "daily 1 work item", "1/1"] for rep in ("ann", "bo")
    ]
    assert re.fullmatch(r"20\d\d-\d\d-\d\d 00:00\+08:00", rows[1][5])
    assert rows[3] == ["rep ann", "in-hand", "ann", "1 not worked on", "1/1", "when one is worked on or gone"]
    assert chinese[0] == ["分配池 east", "all", "整个分配池", "每月5 条", "2/5"]
    assert in_utc[1][5].endswith(" 16:00+00:00")


def test_a_cap_is_set_anew_and_removed_and_others_stay(at: tuple[str, ...]) -> None:
    fairlead("caps", "set", "daily", "COUNT", "1", "DAY", "--rep", "ann", *at)
    fairlead("caps", "set", "open", "OPEN", "3", "LEAD", "--rep", "ann", *at)
    route(at, "L-1", "L-2")
    fairlead("caps", "set", "daily", "COUNT", "20", "DAY", "EVEN", "--rep", "ann", *at)

    listed = json.loads(fairlead("caps", "list", "--json", "--rep", "ann", *at))["cap_uses"]
    removed = fairlead("caps", "remove", "daily", "--rep", "ann", *at)
    again = tried("caps", "remove", "daily", "--rep", "ann", *at)

    assert [(use["cap"]["id"], use["used"], use["cap"]["limit"]) for use in listed] == [
        ("daily", 1, 20),
        ("open", 1, 3),
    ]
    assert removed == "rep ann: daily removed\n"
    assert (again[0], "rep ann has no cap 'daily'; there are: open" in again[1]) == (1, True), again[1]
    assert [row[1] for row in uses(*at)] == ["open"]


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (
            ("daily", "COUNT", "20", "DAYS", "--rep", "ann"),
            2,
            "found 'DAYS' in 'daily:COUNT 20 DAYS'; allowed: ID:MEASURE",
        ),
        (("daily", "COUNT", "20", "--rep", "ann"), 1, "COUNT needs one, or what was reached would never lift"),
        (("daily", "COUNT", "20", "DAY", "--rep", "zoe"), 1, "there is no rep"),
        (("daily", "COUNT", "20", "DAY"), 2, "say whose cap it is: --rep or --pool"),
    ],
)
def test_what_is_no_cap_is_refused_with_what_is_allowed(
    at: tuple[str, ...], words: tuple[str, ...], status: int, says: str
) -> None:
    code, printed = tried("caps", "set", *words, *at)

    assert (code, says in printed) == (status, True), printed
    assert uses(*at) == []


def test_lists_show_instants_on_the_tenants_clocks_with_their_offset_or_in_utc(at: tuple[str, ...]) -> None:
    route(at, "L-1")

    for command in (("decisions", "list"), ("items", "list"), ("rules", "list")):
        shown, in_utc = fairlead(*command, *at), fairlead(*command, "--utc", *at)

        assert shown.splitlines()[0].rstrip() == "times of Asia/Shanghai"
        assert re.search(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\+08:00", shown)
        assert in_utc.splitlines()[0].rstrip() == "times of UTC"
        assert re.search(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\+00:00", in_utc)
