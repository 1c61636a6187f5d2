"""A pool's absence policy, between messages and values: what is not as the contract says is refused by its field."""

from __future__ import annotations

import pytest
from google.protobuf.duration_pb2 import Duration

from failures import InvalidInput
from fairlead.v1 import workforce_pb2 as workforce
from router.model.workforce import MICROS, CreditPolicy, Pool
from router.rpc.absence_policies import absence_policy_message
from router.rpc.workforce_messages import pool
from router.workforce.differences import RecordDifference

DAY_S = 86_400
POLICY = CreditPolicy(5 * MICROS, 30 * DAY_S * 1000, 25)
CREDITED = Pool("east", absence_policy=POLICY)


def message(units: float = 5.0, ttl_s: int = 30 * DAY_S, share: float = 0.25) -> workforce.Pool:
    credit = workforce.AbsencePolicy.Credit(max_units=units, ttl_duration=Duration(seconds=ttl_s), share=share)
    return workforce.Pool(absence_policy=workforce.AbsencePolicy(credit=credit))


def read(message: workforce.Pool, present: Pool | None = None, *paths: str) -> CreditPolicy | None:
    return pool(message, "east", present, paths or ("absence_policy",), "t").absence_policy


def test_a_policy_is_read_as_it_is_written() -> None:
    assert read(message()) == POLICY
    assert read(workforce.Pool(absence_policy=absence_policy_message(POLICY))) == POLICY


def test_leave_is_forfeited_where_nothing_is_said_and_where_that_is() -> None:
    forfeit = workforce.AbsencePolicy(forfeit=workforce.AbsencePolicy.Forfeit())

    assert read(workforce.Pool(), CREDITED) is None
    assert read(workforce.Pool(absence_policy=forfeit), CREDITED) is None
    assert absence_policy_message(None) is None


def test_a_policy_that_no_mask_names_stays() -> None:
    assert read(workforce.Pool(band=1), CREDITED, "band") == POLICY


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (message(units=0), "max_units: 0: must be 0.000001 to 1,000,000"),
        (message(units=1e7), "max_units"),
        (message(units=float("nan")), "max_units"),
        (message(ttl_s=0), "ttl_duration: 0s: must be 0.001s to 31622400s"),
        (message(ttl_s=-1), "ttl_duration"),
        (message(ttl_s=367 * DAY_S), "ttl_duration"),
        (message(share=0), "share: 0: must be 0.01 to 1, in whole hundredths"),
        (message(share=0.255), "share: 0.255: must be 0.01 to 1, in whole hundredths"),
        (message(share=1.5), "share"),
    ],
)
def test_what_is_outside_its_limits_is_refused_by_its_field(wrong: workforce.Pool, said: str) -> None:
    with pytest.raises(InvalidInput, match=f"pool.absence_policy.credit.{said}"):
        read(wrong)


def test_a_changed_policy_is_told_field_by_field() -> None:
    assert list(RecordDifference("pool", "east", Pool("east"), CREDITED).fields()) == [
        ("absence_policy.credit.max_units", None, 5.0),
        ("absence_policy.credit.share", None, 0.25),
        ("absence_policy.credit.ttl_duration", None, "2592000s"),
    ]
