"""Ids of messages, and how long receivers ask to wait."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.webhooks.sender import message_id, retry_after_s

NOW_MS = 1_796_000_000_000
DAY_S = 24 * 3600.0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0), (" 0 ", 0.0), ("99999999999999999999", DAY_S), ("-1", None), ("1.5", None), ("", None),
        ("soon", None), ("Mon, 30 Nov 2026 00:53:20 GMT", 0.0), ("Fri, 01 Jan 9999 00:00:00 GMT", DAY_S),
        ("Mon, 30 Nov 2026 00:54:20 GMT", 60.0), ("Mon, 30 Nov 2026 00:54:20 +9999", None), ("１２０", None),
    ],
)  # fmt: skip
def test_a_wait_is_seconds_or_a_date_and_a_day_at_most(header: str, seconds: float | None) -> None:
    assert retry_after_s(header, 1_796_000_000_000) == seconds


@given(st.text(max_size=60))
def test_whatever_a_receiver_writes_is_a_wait_or_none(header: str) -> None:
    seconds = retry_after_s(header, NOW_MS)

    assert seconds is None or 0 <= seconds <= DAY_S


@given(st.text(min_size=1, max_size=64), st.integers(1), st.text(min_size=1, max_size=64))
def test_an_id_can_stand_in_a_header_and_be_signed(tenant: str, event: int, subscription: str) -> None:
    try:
        identifier = message_id(tenant, event, subscription)
    except UnicodeEncodeError:  # a lone surrogate, which no name holds
        return

    assert identifier.isascii()
    assert identifier.isprintable()
    assert not set(identifier) & set(". \r\n:")
