"""Every reason not to let a call through has a code, and stands in the tree."""

from __future__ import annotations

from collections.abc import Iterator

import grpc
import pytest

from gateway import errors
from gateway.grpc.status import CODES


def below(root: type[errors.GateError]) -> Iterator[type[errors.GateError]]:
    for child in root.__subclasses__():
        yield child
        yield from below(child)


@pytest.mark.parametrize("error", list(below(errors.GateError)))
def test_every_error_has_a_code_a_reason_and_a_place_in_the_tree(error: type[errors.GateError]) -> None:
    code = next((CODES[ancestor] for ancestor in error.__mro__ if ancestor in CODES), None)

    assert code not in (None, grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN)
    assert error.reason == error.reason.upper()
    assert f" {error.__name__} " in (errors.__doc__ or "").replace("\n", " ")
