from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import grpc
import pytest
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, PreconditionFailure, RetryInfo
from google.rpc.status_pb2 import Status

from fairlead.errors import FairleadError, Violation
from fairlead.retries import Retries


class Failure(grpc.RpcError):
    """What gRPC raises, with a status in its trailing metadata where there is one."""

    def __init__(self, code: grpc.StatusCode, details: Sequence[Any] = ()) -> None:
        self._code = code
        self._status = Status(code=code.value[0], message="no", details=[_packed(detail) for detail in details])

    def code(self) -> grpc.StatusCode:
        return self._code

    def details(self) -> str:
        return "no"

    def trailing_metadata(self) -> Any:
        if not self._status.details:
            return ()
        return (("grpc-status-details-bin", self._status.SerializeToString()),)


def _packed(message: Any) -> AnyMessage:
    packed = AnyMessage()
    packed.Pack(message)
    return packed


class World:
    """A clock that moves when somebody sleeps, and calls that fail as told."""

    def __init__(self, *failures: Failure) -> None:
        self.failures = list(failures)
        self.slept: list[float] = []
        self.retries = Retries(patience_s=30, sleep=self.slept.append, now=lambda: sum(self.slept), draw=lambda: 0.5)

    def call(self) -> str:
        if self.failures:
            raise self.failures.pop(0)
        return "done"


STALE = ErrorInfo(reason="STALE_REVISION")
PASSING = [
    Failure(grpc.StatusCode.UNAVAILABLE),
    Failure(grpc.StatusCode.DEADLINE_EXCEEDED),
    Failure(grpc.StatusCode.CANCELLED),
    Failure(grpc.StatusCode.ABORTED, [STALE]),
]
FINAL = [
    Failure(grpc.StatusCode.ABORTED, [ErrorInfo(reason="STALE_ETAG")]),
    Failure(grpc.StatusCode.INVALID_ARGUMENT),
    Failure(grpc.StatusCode.INTERNAL),
    Failure(grpc.StatusCode.ALREADY_EXISTS),
    Failure(grpc.StatusCode.FAILED_PRECONDITION),
    Failure(grpc.StatusCode.RESOURCE_EXHAUSTED),
]


@pytest.mark.parametrize("failure", PASSING, ids=lambda failure: failure.code().name)
def test_what_passes_is_tried_again(failure: Failure) -> None:
    world = World(failure, failure)

    assert world.retries.run(world.call) == "done"
    assert world.slept == [0.05, 0.1]


@pytest.mark.parametrize("failure", FINAL, ids=lambda failure: failure.code().name)
def test_what_does_not_pass_fails_at_once(failure: Failure) -> None:
    world = World(failure)

    with pytest.raises(FairleadError) as failed:
        world.retries.run(world.call)

    assert failed.value.code is failure.code()
    assert not world.slept


def test_waits_grow_up_to_the_longest() -> None:
    world = World(*[PASSING[0]] * 8)

    world.retries.run(world.call)

    assert world.slept == [0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0, 1.0]


@pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED])
def test_the_service_may_ask_to_wait_longer(code: grpc.StatusCode) -> None:
    world = World(Failure(code, [RetryInfo(retry_delay=Duration(seconds=3))]))

    world.retries.run(world.call)

    assert world.slept == [3.05]


def test_patience_ends() -> None:
    world = World(*[PASSING[0]] * 100)

    with pytest.raises(FairleadError, match="UNAVAILABLE"):
        world.retries.run(world.call)

    assert 29 <= sum(world.slept) <= 30


def test_all_details_are_decoded() -> None:
    violation = PreconditionFailure.Violation(type="NOT_POSSIBLE", subject="reps/anna", description="is inactive")
    details = [
        ErrorInfo(reason="INVALID_INPUT"),
        BadRequest(field_violations=[BadRequest.FieldViolation(field="value", description="-1: must be 0")]),
        PreconditionFailure(violations=[violation]),
    ]

    error = FairleadError.of_call(Failure(grpc.StatusCode.INVALID_ARGUMENT, details))

    assert (error.reason, error.message) == ("INVALID_INPUT", "no")
    assert error.violations == (Violation("value", "-1: must be 0"), Violation("reps/anna", "is inactive"))
    assert str(error) == "INVALID_ARGUMENT: no"
