"""What ``fairlead advance`` says, without a service."""

from __future__ import annotations

from fairlead.v1 import routing_pb2 as routing
from router.cli.update import told_of
from router.wording.languages import Language

STATE = routing.WorkItem.State


def item(state: routing.WorkItem.State, **attributes: float) -> routing.WorkItem:
    made = routing.WorkItem(name="tenants/t/workItems/crm~1", owner="tenants/t/reps/ann", state=state)
    made.attributes.update(attributes)
    return made


def test_the_stage_is_told_with_what_became_known_and_who_has_it() -> None:
    before, after = item(STATE.STATE_ASSIGNED), item(STATE.STATE_ASSIGNED, budget=300_000)

    assert told_of(before, after, Language.EN, "qualified") == (
        "It entered stage qualified: budget 300000 (was not given). The owner stays: ann."
    )
    assert told_of(before, after, Language.ZH, "qualified") == (
        "进入阶段 qualified：budget 填为 300000。归属人不变：ann。"
    )


def test_a_stage_that_closes_says_so_instead_of_who_has_it() -> None:
    before, after = item(STATE.STATE_ASSIGNED), item(STATE.STATE_CONVERTED)

    assert told_of(before, after, Language.EN, "won") == "It entered stage won. It is converted."
    assert told_of(before, after, Language.ZH, "won") == "进入阶段 won。该工作项已转化。"
