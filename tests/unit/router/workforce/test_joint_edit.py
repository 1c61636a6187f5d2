"""What becomes of records that are changed together."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from router.model.workforce import Pool, Rep, Territories, Territory, WorkforceRecords
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

    records = worked_out("t", WorkforceRecords(1), JointEdit([settling(k) for k in range(50)], {}))

    assert (len(records), len(trees)) == (50, 1)


def test_a_rep_whom_only_a_membership_names_is_not_pruned() -> None:
    reps = {name: Rep(name) for name in ("ann", "bob", "cy")}
    records = WorkforceRecords(1, {"rep": reps, "pool": {"p": Pool("p", ())}})
    ann = Edit("rep", "ann", lambda _: reps["ann"])

    made = worked_out("t", records, JointEdit([ann], {"bob": {"p": None}}, prune=True))

    assert [key for key, record in made.items() if isinstance(record, Rep) and not record.active] == [("rep", "cy")]
