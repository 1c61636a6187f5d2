"""Caps as messages: what comes back is what was sent, and what means nothing is refused by name."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.v1.caps_pb2 import Cap as Message
from router.model.caps import CALENDAR_WINDOWS, HELD, Cap, CapMeasure, CapPace, CapScope, CapWindow
from router.model.errors import InvalidInput
from router.model.workforce import MICROS
from router.model.workitem import Kind
from router.rpc.cap_messages import cap_message, caps
from router.workforce.caps import MAX_CAPS, cap_faults, meaning_fault
from router.workforce.differences import in_words

MINUTE_MS = 60_000
UNKNOWN: Any = 9
SOME_CAPS = st.builds(
    Cap,
    st.just("c"),
    st.sampled_from(CapMeasure),
    st.integers(0, 1_000_000),
    st.sampled_from(CapScope),
    st.lists(st.sampled_from(Kind), unique=True).map(tuple),
    st.sampled_from(CapWindow),
    st.sampled_from([0, MINUTE_MS, 24 * 60 * MINUTE_MS]),
    st.sampled_from(CapPace),
)


@given(SOME_CAPS)
def test_a_cap_comes_back_as_it_was_sent(cap: Cap) -> None:
    assert caps([Message.FromString(cap_message(cap).SerializeToString())], "caps") == (cap,)


@given(SOME_CAPS, st.booleans())
def test_only_what_means_something_has_no_fault(cap: Cap, of_pool: bool) -> None:
    is_held, is_timed = cap.measure in HELD, cap.window in CALENDAR_WINDOWS
    means = (is_held is (cap.window is CapWindow.NONE)) and (cap.pace is CapPace.ANY or is_timed)
    means = means and (of_pool or cap.scope is CapScope.REP)

    assert (meaning_fault(cap, of_pool=of_pool) is None) is means


def test_what_is_absent_is_each_rep_s_at_any_pace() -> None:
    (cap,) = caps([Message(id="c", measure=Message.MEASURE_OPEN, limit=3)], "caps")

    assert cap == Cap("c", CapMeasure.OPEN, 3)


KINDS = "LEAD, CUSTOMER, TICKET, RESCUE"
MEASURES = ", ".join(name for name in Message.Measure.keys() if not name.endswith("_UNSPECIFIED"))  # noqa: SIM118
WINDOWS = ", ".join(name for name in Message.Window.keys() if not name.endswith("_UNSPECIFIED"))  # noqa: SIM118


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        (Message(), f"measure: 0: must be one of {MEASURES}"),
        (
            Message(measure="MEASURE_OPEN", limit=1.5),
            "limit: 1.5: must be a whole number, as OPEN counts in whole ones",
        ),
        (Message(measure="MEASURE_COUNT", limit=1e7), "limit: 10,000,000: must be 0 to 1,000,000"),
        (Message(measure="MEASURE_VALUE", limit=float("nan")), "limit: nan: must be 0 to 1,000,000,000"),
        (Message(measure="MEASURE_COUNT"), "limit: is missing: say how much there may be"),
        (Message(measure="MEASURE_COUNT", window=UNKNOWN), f"window: 9: must be one of {WINDOWS}"),
        (Message(measure="MEASURE_OPEN", kinds=["lead"]), f"kinds: 'lead': must be one of {KINDS}"),
    ],
)
def test_a_field_that_is_not_as_the_contract_says_is_refused(message: Message, fault: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        caps([message], "rep.caps")

    assert f"rep.caps[0].{fault}" in str(raised.value)


@pytest.mark.parametrize(
    ("cap", "field"),
    [
        (Cap("a b", CapMeasure.OPEN, 1), "id"),
        (Cap("c", CapMeasure.OPEN, -1), "limit"),
        (Cap("c", CapMeasure.VALUE, 1_000_000_001 * MICROS, window=CapWindow.DAY), "limit"),
        (Cap("c", CapMeasure.COUNT, 1, window=CapWindow.ROLLING), "rolling_duration"),
        (Cap("c", CapMeasure.COUNT, 1, window=CapWindow.ROLLING, rolling_ms=90_000), "rolling_duration"),
        (Cap("c", CapMeasure.COUNT, 1, window=CapWindow.DAY, rolling_ms=MINUTE_MS), "rolling_duration"),
        (Cap("c", CapMeasure.COUNT, 1, CapScope.POOL, window=CapWindow.DAY), "scope"),
    ],
)
def test_a_cap_that_cannot_be_is_refused_by_its_field(cap: Cap, field: str) -> None:
    assert [violation.field for violation in cap_faults([cap], "rep.caps", of_pool=False)] == [f"rep.caps[0].{field}"]


def test_ids_are_used_once_and_caps_are_few() -> None:
    one = Cap("c", CapMeasure.OPEN, 1)

    assert [violation.field for violation in cap_faults([one, one], "caps", of_pool=True)] == ["caps[1].id"]
    many = [Cap(f"c{place}", CapMeasure.OPEN, 1) for place in range(MAX_CAPS + 1)]
    assert [violation.field for violation in cap_faults(many, "caps", of_pool=True)] == ["caps"]


def test_a_difference_says_all_that_a_cap_is() -> None:
    value = Cap(
        "v", CapMeasure.VALUE, 2_500_000, kinds=(Kind.LEAD,), window=CapWindow.ROLLING, rolling_ms=MINUTE_MS * 90
    )

    assert in_words(value) == "VALUE 2.5 ROLLING 90m, LEAD"
