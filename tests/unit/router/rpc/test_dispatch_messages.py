"""How a pool hands out its work, between messages, files and values; and the forms of offers, held to the contract."""

from __future__ import annotations

import pytest
from google.protobuf.duration_pb2 import Duration

from failures import InvalidInput
from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import dispatch_pb2 as dispatch
from fairlead.v1 import routing_pb2 as routing
from fairlead.v1 import workforce_pb2 as workforce
from router.cli.dispatch_cells import cell_of, dispatch_of
from router.history.codec import record_from, record_text
from router.model.dispatch import PUSH, Answer, Dispatch, DispatchClock, DispatchMode
from router.model.workforce import MICROS, Pool
from router.rpc.dispatch_messages import dispatch_message
from router.rpc.workforce_messages import pool
from router.workforce.differences import RecordDifference

OFFERS = Dispatch(DispatchMode.OFFER, 900_000, DispatchClock.REP, 2, 3)
BROADCASTS = Dispatch(DispatchMode.BROADCAST, 1_500, broadcast_band=0)


def message(**fields: object) -> workforce.Pool:
    return workforce.Pool(dispatch=dispatch.DispatchPolicy(**fields))  # type: ignore[arg-type]


def read(sent: workforce.Pool, present: Pool | None = None, *paths: str) -> Dispatch | None:
    return pool(sent, "east", present, paths or ("dispatch",), "t").dispatch


def fields(message: object) -> list[str]:
    return [field.name for field in message.DESCRIPTOR.fields]  # type: ignore[attr-defined]


def test_the_contract_has_the_forms_that_are_fixed() -> None:
    methods = routing.DESCRIPTOR.services_by_name["RoutingService"].methods_by_name

    assert dispatch.Dispatch.keys() == [f"DISPATCH_{mode}" for mode in ("UNSPECIFIED", *DispatchMode)]
    assert fields(dispatch.DispatchPolicy) == [
        "mode", "timeout", "clock", "offers_open", "lapses_until_away", "broadcast_band",
    ]  # fmt: skip
    assert workforce.Pool.DESCRIPTOR.fields_by_name["dispatch"].message_type is dispatch.DispatchPolicy.DESCRIPTOR
    assert fields(routing.WorkItem.Offer) == ["rep", "number", "expire_time"]
    assert routing.WorkItem.DESCRIPTOR.fields_by_name["offer"].message_type is routing.WorkItem.Offer.DESCRIPTOR
    assert routing.WorkItem.STATE_OFFERED == 8
    assert decisions.Decision.OUTCOME_OFFERED == 5
    assert fields(routing.AcceptWorkItemRequest) == ["name", "rep", "offer", "request_id", "validate_only"]
    assert fields(routing.DeclineWorkItemRequest) == ["name", "rep", "offer", "reason", "request_id", "validate_only"]
    for method in ("AcceptWorkItem", "DeclineWorkItem"):
        assert methods[method].input_type.name == f"{method}Request"
        assert methods[method].output_type.name == "WorkItem"
    assert routing.OfferAnswer.Answer.keys()[1:] == [f"ANSWER_{answer}" for answer in Answer]


@pytest.mark.parametrize("policy", [OFFERS, BROADCASTS, Dispatch(offers_open=7), None])
def test_what_a_pool_does_is_read_as_it_is_written(policy: Dispatch | None) -> None:
    record = Pool("east", dispatch=policy)

    assert read(workforce.Pool(dispatch=dispatch_message(policy))) == policy
    assert record_from("pool", record_text("pool", record)) == record
    if policy is not None:
        sent = dispatch_message(policy)
        assert sent is not None
        assert read(workforce.Pool(dispatch=dispatch_of(cell_of(sent)))) == policy


def test_a_record_of_before_there_were_offers_pushes() -> None:
    text = record_text("pool", Pool("east"))

    assert "dispatch" not in text
    assert record_from("pool", text).handing_out == PUSH


def test_work_is_pushed_where_nothing_is_said_and_what_no_mask_names_stays() -> None:
    offering = Pool("east", dispatch=OFFERS)

    assert read(workforce.Pool(), offering) is None
    assert read(message(mode="DISPATCH_PUSH", clock="CLOCK_WALL", offers_open=1), offering) is None
    assert read(workforce.Pool(band=1), offering, "band") == OFFERS


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (message(mode=9), "mode: 9: must be one of DISPATCH_PUSH, DISPATCH_OFFER, DISPATCH_BROADCAST"),
        (message(clock=9), "clock: 9: must be one of CLOCK_WALL, CLOCK_REP, CLOCK_POOL"),
        (message(timeout=Duration()), "timeout: 0s: must be 1s to 2592000s, or absent"),
        (message(timeout=Duration(seconds=-1)), "timeout: "),
        (message(timeout=Duration(seconds=2_592_001)), "timeout: "),
        (message(timeout=Duration(seconds=9_223_372_036_854_775_807)), "timeout: "),
        (message(offers_open=101), "offers_open: 101: must be 0 to 100"),
        (message(lapses_until_away=-1), "lapses_until_away: -1: must be 0 to 100"),
        (message(broadcast_band=1001), "broadcast_band: "),
        (message(broadcast_band=float("nan")), "broadcast_band: "),
    ],
)
def test_what_is_outside_its_limits_is_refused_by_its_field(wrong: workforce.Pool, said: str) -> None:
    with pytest.raises(InvalidInput, match=f"pool.dispatch.{said}"):
        read(wrong)


@pytest.mark.parametrize(
    "cell", ["press", "offer soon", "offer open=x", "offer open=0", "offer shut=1", "broadcast band="]
)
def test_a_cell_that_says_something_else_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        dispatch_of(cell)


def test_what_became_of_it_is_told_field_by_field() -> None:
    assert list(RecordDifference("pool", "east", Pool("east"), Pool("east", dispatch=OFFERS)).fields()) == [
        ("dispatch.clock", None, "REP"),
        ("dispatch.lapses_until_away", None, 3),
        ("dispatch.mode", None, "OFFER"),
        ("dispatch.offers_open", None, 2),
        ("dispatch.timeout", None, "900s"),
    ]
    banded = Pool("east", dispatch=Dispatch(DispatchMode.BROADCAST, broadcast_band=2 * MICROS))
    assert ("dispatch.broadcast_band", None, 2.0) in RecordDifference("pool", "east", None, banded).fields()
