"""Reps who have no channel fill no list."""

from __future__ import annotations

from typing import Any

from fairlead.v1 import deliveries_pb2 as deliveries
from notifications.cli.folding import folded


def told(number: int, state: str = "UNREACHABLE", rep: str = "", **other: Any) -> deliveries.Delivery:
    rep = rep or f"r{number}"
    given: dict[str, Any] = {"type": "given", **other}
    return deliveries.Delivery(id=f"{number}:{rep}", rep=rep, state=f"STATE_{state}", **given)


def test_reps_without_a_channel_are_one_row_of_each_type_at_the_place_of_the_newest() -> None:
    of_process = [told(number, type="process_new") for number in range(1, 18)]
    taken = told(20, "DELIVERED", receiver="bot")
    listed = [told(30, work_item="L-1"), taken, *of_process, told(18, rep="r1", work_item="L-2")]

    rows, reps = folded(listed, 10)

    assert [(each.id, each.work_item, reps.get(each.id)) for each in rows] == [
        ("30:r30", "", 2), ("20:r20", "", None), ("1:r1", "", 17),
    ]  # fmt: skip
    assert listed[0].work_item == "L-1"


def test_a_rep_who_is_alone_stays_as_they_are_and_so_does_a_channel_that_is_missing() -> None:
    missing = deliveries.Delivery(id="7::nosuch", receiver="nosuch", state="STATE_UNREACHABLE", type="given")
    listed = [told(9, work_item="L-1"), missing]

    assert folded(listed, 10) == (listed, {})


def test_as_many_rows_as_are_wanted_are_listed_and_what_stands_behind_them_is_not_read() -> None:
    left = iter([told(9), told(8), told(7, "DELIVERED"), told(6, "DELIVERED"), told(5)])

    rows, reps = folded(left, 2)

    assert ([each.id for each in rows], reps) == (["9:r9", "7:r7"], {"9:r9": 2})
    assert [each.id for each in left] == ["5:r5"]
