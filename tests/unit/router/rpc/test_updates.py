"""What is wrong with a request to enter a stage is named by its own fields."""

from __future__ import annotations

import pytest

from failures import Violation
from fairlead.v1 import routing_pb2 as routing
from router.model.errors import InvalidInput
from router.rpc.updates import advance_request, in_advance

NAME = "tenants/t/workItems/crm~1"


def test_fields_are_named_as_the_request_has_them() -> None:
    violations = [Violation(field, "x") for field in ("work_item.attributes.budget", "update_mask", "stage")]

    renamed = in_advance(InvalidInput(violations)).violations

    assert [each.field for each in renamed] == ["attributes.budget", "attributes", "stage"]


def test_all_that_is_sent_becomes_part_of_the_wish() -> None:
    request = routing.AdvanceWorkItemRequest(name=NAME, stage="qualified", note="knows us", etag="7", request_id="r")
    request.attributes.update({"budget": 3, "region": None})

    tenant, wish = advance_request(request, "mo", by_owner=True)

    assert (tenant, wish.item_id, wish.stage, wish.expected, wish.request_id, wish.actor, wish.by_owner, wish.note) == (
        "t", "crm~1", "qualified", 7, "r", "mo", True, "knows us",
    )  # fmt: skip
    assert dict(wish.attributes) == {"budget": 3, "region": None}
    assert wish.paths == {"attributes.budget", "attributes.region"}


@pytest.mark.parametrize(
    ("stage", "fault"), [("", "required, e.g. 'qualified'"), ("x" * 65, "65 characters: at most 64")]
)
def test_a_stage_is_required_and_as_long_as_an_id(stage: str, fault: str) -> None:
    with pytest.raises(InvalidInput, match=fault):
        advance_request(routing.AdvanceWorkItemRequest(name=NAME, stage=stage), "", by_owner=False)


def test_a_note_has_its_limit() -> None:
    request = routing.AdvanceWorkItemRequest(name=NAME, stage="qualified", note="x" * 513)

    with pytest.raises(InvalidInput, match="note: 513 characters: at most 512"):
        advance_request(request, "", by_owner=False)
