"""Of what could not be told reps who have no channel: one row of each kind, for a list that others stand in too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from fairlead.v1 import deliveries_pb2 as deliveries


class FoldedDeliveries(NamedTuple):
    """What is listed, and by id how many reps a row stands for, where it stands for several."""

    rows: list[deliveries.Delivery]
    reps: dict[str, int]


def folded(told: Iterable[deliveries.Delivery], count: int) -> FoldedDeliveries:
    """Return the first rows of a list, as many as ``count``; what is not read behind them is not counted.

    A row that stands for several is the first of them, without the work item where they are about different ones.
    """
    rows, first, reps = list[deliveries.Delivery](), dict[str, deliveries.Delivery](), dict[str, set[str]]()
    for each in told:
        has_none = each.state == deliveries.Delivery.STATE_UNREACHABLE and each.rep and not each.receiver
        if has_none and (head := first.get(each.type)):
            reps[head.id].add(each.rep)
            if each.work_item != head.work_item:
                head.work_item = ""
            continue
        if len(rows) == count:
            break
        row = deliveries.Delivery()
        row.CopyFrom(each)
        rows.append(row)
        if has_none:
            first[each.type], reps[each.id] = row, {each.rep}
    return FoldedDeliveries(rows, {row: len(of_row) for row, of_row in reps.items() if len(of_row) > 1})
