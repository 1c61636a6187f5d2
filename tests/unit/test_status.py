"""Every failure of the package has a code, and tells what a program needs to know."""

from __future__ import annotations

from collections.abc import Iterator

import grpc
import pytest
from google.rpc.error_details_pb2 import ErrorInfo, RetryInfo

from gate.statuses import Statuses
from operations.rpc.status import STATUSES as OPERATION_STATUSES
from router.model import errors
from router.rpc.status import CODES, STATUSES, status_of
from scoring.rpc.status import STATUSES as SCORING_STATUSES
from store.errors import StoreUnavailable


def below(root: type[errors.RouterError]) -> Iterator[type[errors.RouterError]]:
    """Yield all classes below one."""
    for child in root.__subclasses__():
        yield child
        yield from below(child)


@pytest.mark.parametrize("error", list(below(errors.RouterError)))
def test_every_error_has_a_code_and_a_reason(error: type[errors.RouterError]) -> None:
    code = next((CODES[ancestor] for ancestor in error.__mro__ if ancestor in CODES), None)

    assert code not in (None, grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN)
    assert error.reason == error.reason.upper()


def test_reasons_are_unique() -> None:
    reasons = [error.reason for error in below(errors.RouterError)]

    assert len(reasons) == len(set(reasons))


@pytest.mark.parametrize("error", list(below(errors.RouterError)))
def test_the_tree_in_the_docstring_is_whole(error: type[errors.RouterError]) -> None:
    assert errors.__doc__ is not None
    assert f" {error.__name__} " in errors.__doc__.replace("\n", " ")


@pytest.mark.parametrize("table", [STATUSES, OPERATION_STATUSES, SCORING_STATUSES])
def test_a_store_that_cannot_now_is_unavailable_with_a_time_to_wait(table: Statuses) -> None:
    status = table.of(StoreUnavailable("Redis does not answer: refused", 1.5))

    info, retry = ErrorInfo(), RetryInfo()
    assert status.details[0].Unpack(info)
    assert status.details[1].Unpack(retry)
    assert status.code == grpc.StatusCode.UNAVAILABLE.value[0]
    assert (info.reason, retry.retry_delay.ToMilliseconds()) == ("STORE_UNAVAILABLE", 1500)


def test_what_is_not_ours_is_logged_and_shown_to_nobody(caplog: pytest.LogCaptureFixture) -> None:
    status = status_of(ZeroDivisionError("the secret divisor"))

    assert status.code == grpc.StatusCode.INTERNAL.value[0]
    assert "secret" not in status.message
    assert "the secret divisor" in caplog.text


def test_a_status_stays_small_enough_for_headers() -> None:
    error = errors.InvalidInput([errors.Violation(f"field{n}", "x" * 10_000) for n in range(1000)])

    assert status_of(error).ByteSize() < 12_000
