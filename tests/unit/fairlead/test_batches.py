"""What is more than a call may hold is sent in several, in order, and counted whole."""

from __future__ import annotations

from typing import Any

import pytest

from fairlead.client.calls import MAX_BATCH
from fairlead.client.scoring import ScoringCalls
from fairlead.v1 import scoring_pb2 as scoring


class Connection:
    """A connection that notes what goes over it."""

    def __init__(self) -> None:
        self.sent: list[list[str]] = []

    def call(self, _: str, request: Any, answer: Any) -> Any:
        assert request.parent == "tenants/acme"
        self.sent.append([score.customer for score in request.scores])
        return answer()


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (MAX_BATCH, [MAX_BATCH]), (MAX_BATCH + 1, [MAX_BATCH, 1])])
def test_scores_are_sent_in_batches_and_counted(count: int, sizes: list[int]) -> None:
    connection: Any = Connection()
    customers = [f"C-{number}" for number in range(count)]

    told = ScoringCalls(connection, "tenants/acme").remember_scores(
        scoring.RememberedScore(customer=customer) for customer in customers
    )

    assert told == count
    assert [len(batch) for batch in connection.sent] == sizes
    assert [customer for batch in connection.sent for customer in batch] == customers
