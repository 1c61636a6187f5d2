"""Where a list of decisions or work items looks, by its filter."""

from __future__ import annotations

import pytest

from router.rpc.lists import DECISIONS, wanted

NINE = "2026-11-28T09:00:00.123"
NINE_MS = 1_795_856_400_123


@pytest.mark.parametrize(
    ("filter_text", "times"),
    [
        (f"decide_time = {NINE}Z", {NINE_MS}),
        (f"decide_time <= {NINE}Z", {NINE_MS - 1, NINE_MS}),
        (f"decide_time > {NINE}Z", {NINE_MS + 1}),
        (f"decide_time < {NINE}000001Z", {NINE_MS - 1, NINE_MS}),
        (f"decide_time >= {NINE}000001Z", {NINE_MS + 1}),
    ],
)
def test_a_list_looks_at_the_very_milliseconds_that_a_filter_asks_for(filter_text: str, times: set[int]) -> None:
    sought = wanted(DECISIONS.read(filter_text, "default"), "decide_time")

    assert {ms for ms in range(NINE_MS - 1, NINE_MS + 2) if sought.from_ms <= ms < sought.until_ms} == times
