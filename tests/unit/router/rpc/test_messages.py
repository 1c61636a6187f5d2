"""Messages that are not as the contract says: refused in its own words."""

from __future__ import annotations

import pytest

from failures import InvalidInput
from fairlead.v1 import routing_pb2 as routing
from router.rpc.messages import work_item


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (routing.WorkItem(), "work_item: is missing"),
        (routing.WorkItem(source="crm"), "work_item.kind: 0: must be one of KIND_LEAD, KIND_CUSTOMER, KIND_TICKET"),
        (routing.WorkItem(kind=99), "work_item.kind: 99: must be one of KIND_LEAD, KIND_CUSTOMER, KIND_TICKET"),  # type: ignore[arg-type]
    ],
)
def test_a_work_item_without_a_kind_is_refused_by_the_names_of_the_contract(
    message: routing.WorkItem, said: str
) -> None:
    with pytest.raises(InvalidInput, match=said):
        work_item(message)
