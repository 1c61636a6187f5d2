"""What ``fairlead advance`` says, without a service."""

from __future__ import annotations

from google.protobuf.timestamp_pb2 import Timestamp

from fairlead.v1 import routing_pb2 as routing
from router.cli.clocks import Clock
from router.cli.openings import openings_told
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


def test_what_is_to_be_opened_on_a_date_is_told_with_its_stage_where_that_is_one_of_the_process() -> None:
    renewed = item(STATE.STATE_CONVERTED)
    renewed.children.add(entry="call", stage="renewed~call")
    assert list(openings_told(renewed, Clock("Asia/Shanghai"), Language.EN)) == []
    for entry, stage, seconds in (("plan", "renewed~plan", 1_818_464_400), ("next", "value", 1_821_056_400)):
        renewed.children.add(entry=entry, stage=stage, open_time=Timestamp(seconds=seconds))

    told = [list(openings_told(renewed, Clock("Asia/Shanghai"), language)) for language in Language]

    assert told == [
        [
            "It is to open; times of Asia/Shanghai",
            "  plan: 2027-08-17 09:00+08:00",
            "  next, in stage value: 2027-09-16 09:00+08:00",
        ],
        [
            "到期会创建；时间按 Asia/Shanghai",
            "  plan：2027-08-17 09:00+08:00",
            "  next，进入阶段 value：2027-09-16 09:00+08:00",
        ],
    ]


def test_a_stage_that_closes_says_so_instead_of_who_has_it() -> None:
    before, after = item(STATE.STATE_ASSIGNED), item(STATE.STATE_CONVERTED)

    assert told_of(before, after, Language.EN, "won") == "It entered stage won. It is converted."
    assert told_of(before, after, Language.ZH, "won") == "进入阶段 won。该工作项已转化。"
