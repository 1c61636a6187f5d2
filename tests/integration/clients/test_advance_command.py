"""``fairlead advance`` against a real service, as a user runs it."""

from __future__ import annotations

import pytest

from fairlead.client import FairleadClient
from fairlead.v1.workforce_pb2 import Rep
from tests.integration.clients.arranging import Restartable, fairlead, tried

RULES = "fields: {region: {type: string}, budget: {type: number}}\nrules: []\ndefault: {route: {pool: east}}\n"
PROCESS = """
process: sales
kinds: [LEAD]
stages: [{id: new, title: New lead}, {id: qualified, require: [budget]}, {id: won, closes: CONVERTED}]
"""


@pytest.fixture(scope="module")
def at(shared: Restartable) -> tuple[str, ...]:
    """The options that lead to a tenant where ann has two leads, in a process."""
    with FairleadClient(shared.address, "stages") as client:
        client.upsert_reps([Rep(name="ann")])
        client.upsert_pool("east", {"ann": 1.0})
        client.publish_rules(RULES)
        client.publish_process(PROCESS)
        for number in (1, 2):
            client.route({"region": "north"}, source="crm", external_id=f"L-{number}")
    return ("--server", shared.address, "--tenant", "stages")


def test_a_lead_goes_through_its_stages_and_every_answer_says_where_it_is(
    at: tuple[str, ...], shared: Restartable
) -> None:
    lacks = tried("advance", "crm~L-1", "qualified", *at)
    dry = fairlead("advance", "crm~L-1", "qualified", "--set", "budget=300000", "--dry-run", *at)
    done = fairlead("advance", "crm~L-1", "qualified", "--set", "budget=300000", "--language", "zh", *at)
    back = tried("advance", "crm~L-1", "new", *at)
    with FairleadClient(shared.address, "stages") as client:
        item = client.get_work_item("crm~L-1")
        listed = [each.name for each in client.list_work_items(filter="stage = qualified AND process = sales")]
    won = fairlead("advance", "crm~L-1", "won", "--note", "signed today", *at)
    reopened = fairlead("reopen", "crm~L-1", *at)
    timeline = " ".join(fairlead("timeline", "crm~L-1", *at).split())

    assert (lacks[0], "qualified requires budget, which it has not" in lacks[1]) == (1, True), lacks
    assert dry == "crm~L-1: It entered stage qualified: budget 300000 (was not given). The owner stays: ann.\n"
    assert done == "crm~L-1：进入阶段 qualified：budget 填为 300000。归属人不变：ann。\n"
    assert (back[0], "new may not follow qualified, which may be followed by won" in back[1]) == (1, True), back
    assert (item.process, item.stage) == ("tenants/stages/processes/sales@1", "qualified")
    assert listed == [item.name]
    assert won == "crm~L-1: It entered stage won. It is converted.\n"
    assert "It stands in stage New lead." in " ".join(reopened.split())
    for said in (
        "It entered stage qualified: budget 300000",
        "It entered stage won (signed today).",
        "It stands in stage New lead.",
    ):
        assert said in timeline
