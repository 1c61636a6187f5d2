"""Shares of work items: always the same ones, as many as were asked for, and other ones with another salt."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rules.shares import bucket_of, read_share, share_text

COUNT = 20_000


def taken(percent: float, salt: str) -> set[int]:
    return {number for number in range(COUNT) if bucket_of(f"crm~l-{number}", salt) < percent}


def test_a_value_stays_in_its_bucket_for_ever() -> None:
    buckets = {value: [bucket_of(value, salt) for salt in ("a", "trial-7")] for value in ("crm~l-1", "张三", "60")}

    assert buckets == {"crm~l-1": [52.0, 29.12], "张三": [35.94, 68.38], "60": [22.83, 55.78]}


def test_a_share_is_as_large_as_it_says() -> None:
    for percent in (0.5, 5, 20, 50, 97.25):
        expected, deviation = COUNT * percent / 100, (COUNT * percent * (100 - percent)) ** 0.5 / 100
        for salt in ("a", "trial-7", "试验"):
            assert abs(len(taken(percent, salt)) - expected) < 5 * deviation


def test_a_larger_share_of_a_salt_holds_every_smaller_one() -> None:
    assert taken(5, "a") < taken(20, "a") < taken(50, "a")
    assert taken(0, "a") == set()
    assert len(taken(100, "a")) == COUNT


def test_shares_of_two_salts_have_nothing_to_do_with_each_other() -> None:
    both = len(taken(20, "a") & taken(20, "b"))

    assert abs(both - COUNT * 0.04) < 5 * (COUNT * 0.04 * 0.96) ** 0.5


@given(st.integers(0, 10_000), st.text(min_size=1))
def test_a_share_is_read_as_it_was_written(hundredths: int, salt: str) -> None:
    assert read_share(share_text(hundredths / 100, salt)) == (hundredths / 100, salt)
