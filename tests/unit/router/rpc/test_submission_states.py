"""A state of a submission that is not one is answered with all that are."""

from __future__ import annotations

import pytest

from fairlead.v1 import queue_pb2 as queue
from router.model.errors import InvalidInput
from router.rpc.submissions import state_of


def test_every_state_that_there_is_is_allowed_and_named_to_who_sends_another() -> None:
    _, *states = queue.Submission.State.keys()

    with pytest.raises(InvalidInput) as refused:
        state_of(99)

    assert str(refused.value).endswith(f"99: must be one of {', '.join(states)}")
    assert len({state_of(queue.Submission.State.Value(state)) for state in states}) == len(states)
