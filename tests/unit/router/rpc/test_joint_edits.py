"""Many records changed together: what a request of very many says is read once."""

from __future__ import annotations

from typing import Any

import pytest

from fairlead.v1 import workforce_pb2 as workforce
from router.model.workforce import Rep
from router.rpc import workforce_messages
from router.rpc.joint_edits import joint_edit

_masked = workforce_messages.masked


def test_a_mask_is_read_once_for_all_records(monkeypatch: pytest.MonkeyPatch) -> None:
    masks = list[object]()

    def masked(paths: Any, *others: Any) -> frozenset[str]:
        masks.append(paths)
        return _masked(paths, *others)

    monkeypatch.setattr(workforce_messages, "masked", masked)
    request = workforce.ApplyWorkforceRequest(
        parent="tenants/t", reps=[workforce.Rep(name=f"r{place}", display_name="Ann") for place in range(50)]
    )
    request.rep_mask.paths.extend(["attributes.phone", "active"])

    edits = joint_edit(request).edits

    assert len(masks) == 1
    assert [edit.make(None) for edit in edits] == [Rep(f"r{place}") for place in range(50)]
