"""``fairlead process migrate``, ``pause`` and ``resume`` against a real service, as a user runs them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fairlead.client import FairleadClient
from fairlead.v1.workforce_pb2 import Rep
from tests.integration.clients.arranging import Restartable, fairlead, tried
from tests.patience import until

RULES = "fields: {}\nrules: []\ndefault: {route: {pool: east}}\n"
PROCESS = """
process: care
kinds: [LEAD]
deadlines: [{id: resolution, within: 96h, clock: wall, from: arrival, until: completion}]
stages:
  - id: new
    deadlines: [{id: first-response, within: 48h, clock: wall, from: assigned, until: attempt}]
  - id: checked
  - {id: done, closes: CLOSED}
"""
LATER = PROCESS.replace("48h", "72h").replace("checked", "seen")
TIME = r"(\d{4}-\d\d-\d\d \d\d:\d\d)"


@pytest.fixture
def at(shared: Restartable, request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The options that lead to a tenant of the test's own, where ann has two leads, the second of them checked."""
    tenant = re.sub(r"\W", "-", request.node.name)[-60:]
    with FairleadClient(shared.address, tenant) as client:
        client.upsert_reps([Rep(name="ann", display_name="安娜")])
        client.upsert_pool("east", {"ann": 1.0})
        client.publish_rules(RULES)
        client.publish_process(PROCESS)
        for number in (1, 2):
            client.route({}, source="crm", external_id=f"L-{number}")
        client.advance("crm~L-2", "checked")
    return ("--server", shared.address, "--tenant", tenant)


def line_of(service: Restartable, *parts: str) -> str:
    """Wait for a line in the log of a service."""
    assert service.process is not None
    log = service.process.log

    def found() -> str:
        return next((line for line in log if all(part in line for part in parts)), "")

    until(found)
    return found()


@pytest.mark.long
def test_a_publication_tells_what_it_changed_and_open_ones_are_migrated_once_it_is_said_where_each_goes_on(
    at: tuple[str, ...], shared: Restartable, tmp_path: Path
) -> None:
    migrate, file = ("process", "migrate", "care"), tmp_path / "later.yaml"
    file.write_text(LATER, "utf-8")
    fairlead("process", "publish", str(file), *at)

    lost = tried(*migrate, "--preview", *at)
    preview = fairlead(*migrate, "--stage", "checked=seen", "--preview", *at)
    wrong = tried(*migrate, "--stage", "checked", *at)
    done = fairlead(*migrate, "--stage", "checked=seen", *at)
    again = fairlead(*migrate, *at)
    en, zh = (" ".join(fairlead("timeline", "crm~L-2", "--language", each, *at).split()) for each in ("en", "zh"))

    told_of_it = line_of(shared, f"tenants/{at[-1]}: ", "Process care, revision 2: ")
    assert (lost[0], "crm~L-2: stays in care@1 checked: " in lost[1]) == (1, True), lost[1]
    assert "1 cannot be migrated, see above" in lost[1]
    first, second, told = preview.splitlines()
    assert re.fullmatch(f"crm~L-1: care@1 new → new; first-response due {TIME} → {TIME}", first)
    assert (second, told) == ("crm~L-2: care@1 checked → seen", "2 work items would be migrated.")
    assert (wrong[0], "'checked': must be OLD=NEW, two stages" in wrong[1]) == (2, True), wrong[1]
    assert done.splitlines() == [first, second, "2 work items were migrated."]
    assert again == "0 work items were migrated.\n"
    for said in ("tells ann: ", "stage checked is no more", "新增阶段 seen；取消阶段 checked。"):
        assert said in told_of_it
    assert "It goes on by care@2, in stage seen; it went by care@1, in stage checked." in en
    assert "改用流程版本 care@2（阶段 seen），原为 care@1（阶段 checked）。" in zh


def test_deadlines_rest_and_run_again_and_a_pause_soon_behind_the_customer_is_flagged(at: tuple[str, ...]) -> None:
    pause, resume = ("pause", "crm~L-1", "--reason", "supplier"), ("resume", "crm~L-1")

    unpaused, reasonless = tried(*resume, *at), tried("pause", "crm~L-1", *at)
    far = tried(*pause, "--until", "2999-01-01", *at)
    dry, paused = fairlead(*pause, "--dry-run", *at), fairlead(*pause, *at)
    resting = " ".join(fairlead("deadlines", "crm~L-1", *at).split())
    resumed = [fairlead(*resume, "--dry-run", *at), fairlead(*resume, "--language", "zh", *at)]
    fairlead("activity", "crm~L-1", "message", "--direction", "inbound", *at)
    flagged = [fairlead(*pause, "--language", language, "--dry-run", *at) for language in ("en", "zh")]

    assert (unpaused[0], "not paused" in unpaused[1]) == (1, True), unpaused[1]
    assert (reasonless[0], "--reason" in reasonless[1]) == (2, True), reasonless[1]
    assert (far[0], "--until: must be later than now, and at most 366 days" in far[1]) == (1, True), far[1]
    for said in (dry, paused):
        begun, ends, still = re.split(r"; | at the latest\. ", said)
        assert (begun, still) == ("crm~L-1: Paused, supplier", "Standing still: resolution.\n")
        assert ends.startswith("the pause ends on ")
    assert re.search(r"resolution.*supplier", resting)
    assert resumed[0] == "crm~L-1: The pause is over. Running again: resolution.\n"
    assert resumed[1] == "crm~L-1：暂停结束。恢复计时的时限：resolution。\n"
    assert flagged[0].endswith("The customer had been heard from less than ten minutes before.\n")
    assert flagged[1].endswith("注意：此前十分钟内客户刚有消息。\n")
