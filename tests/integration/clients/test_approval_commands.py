"""``fairlead approvals``, ``approve`` and ``reject`` against a real service, as a user runs them."""

from __future__ import annotations

import json

import pytest

from fairlead.v1.workforce_pb2 import Rep
from tests.integration.clients.arranging import Restartable, fairlead, tried

RULES = "fields: {discount: {type: number}}\nrules: []\ndefault: {route: {pool: east, hours: ignore}}\n"
PROCESS = """
process: sales
kinds: [LEAD]
stages:
  - {id: new, title: {zh: 新线索}}
  - id: quote
    title: {en: Quotation, zh: 报价}
    approve: {when: {field: discount, op: gt, value: 0.1}, by: manager, within: 4h}
  - {id: won, closes: CONVERTED}
"""


@pytest.mark.long
def test_what_is_asked_is_listed_approved_and_rejected(shared: Restartable) -> None:
    at = ("--server", shared.address, "--tenant", "approvals")
    with shared.client("approvals") as client:
        client.upsert_reps([Rep(name="mo", display_name="莫"), Rep(name="ann", display_name="安娜", manager="mo")])
        client.upsert_pool("east", {"ann": 1.0})
        client.publish_rules(RULES)
        client.publish_process(PROCESS)
        for number in (1, 2):
            client.route({}, source="crm", external_id=f"L-{number}")

    would = fairlead("advance", "crm~L-1", "quote", "--set", "discount=0.2", "--dry-run", *at)
    asked = [fairlead("advance", f"crm~L-{number}", "quote", "--set", "discount=0.2", *at) for number in (1, 2)]
    table = fairlead("approvals", "--rep", "莫", *at)
    (first, _) = map(json.loads, fairlead("approvals", "--json", *at).splitlines())
    written = fairlead("approvals", "--csv", "-", *at)

    for said in (would, asked[0]):
        assert said.startswith("crm~L-1: entering stage Quotation is to be approved by mo, until ")
    for expected in ("crm~L-1", "crm~L-2", "Quotation", "安娜", "discount 0.2", "莫"):
        assert expected in table
    assert (first["work_item"], first["state"]) == ("tenants/approvals/workItems/crm~L-1", "STATE_PENDING")
    assert '"{""discount"": 0.2}"' in written
    assert "--rep: missing: who decides has to be named" in tried("approve", "crm~L-1", *at)[1]
    assert fairlead("approve", "crm~L-1", "--rep", "莫", "--reason", "old customer", *at) == (
        "crm~L-1: approved; it is in stage Quotation.\n"
    )
    rejected = fairlead("reject", "crm~L-2", "--rep", "mo", "--language", "zh", *at)
    assert rejected == "crm~L-2：已驳回，目前在阶段新线索。\n"
    assert "no approvals" in fairlead("approvals", *at)
