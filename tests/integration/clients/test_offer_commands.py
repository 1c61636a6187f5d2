"""``fairlead offers`` and what other commands tell of offers, against a real service, as a user runs them."""

from __future__ import annotations

import json

import pytest

from fairlead.client import FairleadClient
from fairlead.v1.dispatch_pb2 import DISPATCH_BROADCAST, DISPATCH_OFFER, DispatchPolicy
from fairlead.v1.workforce_pb2 import Rep
from tests.integration.clients.arranging import Restartable, fairlead, tried

RULES = "fields: {}\nrules: []\ndefault: {route: {pool: east}}\n"
CALLED = {"ann": "安娜", "bo": "Bo"}
Options = tuple[str, ...]


@pytest.fixture
def tenant(request: pytest.FixtureRequest) -> str:
    return request.node.name.partition("[")[0][-60:]  # type: ignore[no-any-return]


@pytest.fixture
def at(shared: Restartable, tenant: str) -> Options:
    """The options that lead to a tenant of the test's own, whose pool offers one at a time."""
    with FairleadClient(shared.address, tenant) as client:
        client.update_tenant(time_zone="Asia/Shanghai")
        client.upsert_reps([Rep(name=rep, display_name=called) for rep, called in CALLED.items()])
        client.upsert_pool("east", {"ann": 1.0, "bo": 1.0}, dispatch=DispatchPolicy(mode=DISPATCH_OFFER))
        client.publish_rules(RULES)
    return ("--server", shared.address, "--tenant", tenant)


def to_whom(at: Options, item: str) -> str:
    """Return whom a work item is offered to."""
    listed = json.loads(fairlead("offers", "list", "--json", *at))["offers"]
    return str(next(each["offer"]["rep"] for each in listed if each["name"].endswith(item)).rpartition("/")[2])


def test_an_offer_is_listed_declined_offered_to_the_other_accepted_and_told(
    shared: Restartable, tenant: str, at: Options
) -> None:
    with FairleadClient(shared.address, tenant) as client:
        routed = client.route({}, source="crm", external_id="L-1", value=2.5, language="zh")
    first = to_whom(at, "L-1")
    other = {"ann": "bo", "bo": "ann"}[first]

    listed = fairlead("offers", "list", *at)
    items = fairlead("items", "list", "--state", "offered", "--language", "zh", *at)
    agenda = fairlead("agenda", first, *at)
    dry = fairlead("offers", "decline", "crm~L-1", "--rep", first, "--dry-run", *at)
    declined = fairlead("offers", "decline", "crm~L-1", "--rep", first, "--reason", "on the road", *at)
    while not (offers := json.loads(fairlead("offers", "list", "--rep", other, "--json", *at))["offers"]):
        pass
    accepted = fairlead("offers", "accept", "crm~L-1", "--rep", other, *at)
    told = fairlead("timeline", "crm~L-1", "--language", "zh", *at)
    explained = fairlead("explain", routed.name, *at)

    number = routed.name.rpartition("/")[2]
    assert "待接单" in routed.explanation
    assert "offers to answer: 1; times of Asia/Shanghai" in listed
    assert "1/1" in listed
    assert "派给" in items
    assert "crm~L-1" in agenda
    assert dry == f"crm~L-1: offer {number} declined; it is offered anew; nothing is written\n"
    assert declined == f"crm~L-1: offer {number} declined; it is offered anew\n"
    assert accepted == f"crm~L-1: offer {offers[0]['offer']['number']} accepted; {CALLED[other]} owns it, epoch 1\n"
    for words in ("拒单（on the road）。", "已接单。"):
        assert words in told
    assert "declined it (on the road)." in explained
    assert "to be accepted" in explained


def test_what_many_are_offered_is_the_firsts_and_the_other_is_told_whose(
    shared: Restartable, tenant: str, at: Options
) -> None:
    with FairleadClient(shared.address, tenant) as client:
        client.upsert_pool("east", {"ann": 1.0, "bo": 1.0}, dispatch=DispatchPolicy(mode=DISPATCH_BROADCAST))
        number = client.route({}, source="crm", external_id="L-1").name.rpartition("/")[2]

    listed = fairlead("offers", "list", "--language", "zh", *at)
    assert "there is no pool nope now" in fairlead("offers", "list", "--pool", "nope", *at)
    assert "there is no such rep" in tried("reassign", "--filter", "owner = nope", "--by-rules", *at)[1]
    won = fairlead("offers", "accept", "crm~L-1", "--rep", "bo", *at)
    status, lost = tried("offers", "accept", "crm~L-1", "--rep", "ann", "--offer", number, *at)
    fairness = fairlead("fairness", *at)

    assert "抢单，先接先得" in listed
    assert won == f"crm~L-1: offer {number} accepted; Bo owns it, epoch 1\n"
    assert status == 1
    assert "bo" in lost
    assert "(n 2 − 1)/2" in fairness


def test_what_cannot_be_answered_is_said_with_why(shared: Restartable, tenant: str, at: Options) -> None:
    with FairleadClient(shared.address, tenant) as client:
        client.route({}, source="crm", external_id="L-1")

    for status, says, *arguments in (
        (1, "there is no work item", "accept", "crm~none", "--rep", "ann"),
        (2, "0 is not in the range", "accept", "crm~L-1", "--rep", "ann", "--offer", "0"),
        (1, "there is no offer 999", "accept", "crm~L-1", "--rep", "ann", "--offer", "999"),
        (1, "/reps/ghost'", "accept", "crm~L-1", "--rep", "ghost"),
        (1, "/reps/ghost'", "decline", "crm~L-1", "--rep", "ghost"),
        (1, "there is no rep", "list", "--rep", "nobody"),
    ):
        code, said = tried("offers", *map(str, arguments), *at)

        assert (code, str(says) in said) == (status, True), said


def test_what_is_not_offered_cannot_be_accepted_without_a_number(shared: Restartable, tenant: str, at: Options) -> None:
    with FairleadClient(shared.address, tenant) as client:
        client.route({}, source="crm", external_id="L-1")
        client.reassign("crm~L-1", "ann")

    code, said = tried("offers", "accept", "crm~L-1", "--rep", "ann", *at)

    assert (code, "crm~L-1 is not offered: it is ASSIGNED, 安娜's" in said) == (1, True), said
