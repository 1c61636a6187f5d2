"""What becomes of records that are changed together."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from router.model.workforce import Territories, Territory, WorkforceRecords
from router.workforce import edits
from router.workforce.edits import Edit
from router.workforce.joint_edit import JointEdit, worked_out


def settling(place: int) -> Edit:
    territory = Territory(f"t{place}", f"t{place // 10}" if place else "")
    return Edit("territory", territory.id, lambda _: territory, create=True)


def test_the_tree_of_territories_is_made_once_however_many_change(monkeypatch: pytest.MonkeyPatch) -> None:
    trees = list[Territories]()

    def tree(records: Mapping[str, Territory]) -> Territories:
        trees.append(Territories(records))
        return trees[-1]

    monkeypatch.setattr(edits, "Territories", tree)

    records = worked_out("t", WorkforceRecords(1, {}, {}, {}, {}), JointEdit([settling(k) for k in range(50)], {}))

    assert (len(records), len(trees)) == (50, 1)
