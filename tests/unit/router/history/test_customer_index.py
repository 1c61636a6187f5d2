"""Where the store has another last answer of a customer than the log."""

from __future__ import annotations

from router.assignment.customers import CustomerMove
from router.history.customer_index import CustomerIndex


def test_another_last_answer_is_named_and_none_is_what_erasing_a_customer_leaves() -> None:
    index, places = CustomerIndex(), [(3, "crm~L-1")]
    index.enter(CustomerMove("C-1"), "crm~L-1", 3)
    index.last_nps["C-1"] = 7

    assert [list(index.difference("C-1", places, event)) for event in (7, 0)] == [[], []]
    assert list(index.difference("C-1", places, 9)) == ["last NPS of a customer: log says event 7, store event 9"]

    index.nps_of_unknown.add(9)  # of whom it was is erased with its work item, and they have others
    assert list(index.difference("C-1", places, 9)) == []
