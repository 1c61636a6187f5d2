"""What a command says where the service fails: the message, or the code where there is none."""

from __future__ import annotations

import grpc
import pytest

from fairlead.commands import ServiceFailed
from fairlead.errors import FairleadError, Violation

NAMELESS, AGELESS = Violation("name", "required"), Violation("age", "must be above 0")


@pytest.mark.parametrize(
    ("message", "violations", "said"),
    [
        ("no such rep", (), "no such rep"),
        ("", (), "UNAVAILABLE"),
        ("name: required", (NAMELESS,), "name: required"),
        ("2 fields", (NAMELESS, AGELESS), "2 fields\n  name: required\n  age: must be above 0"),
    ],
)
def test_a_failure_is_told_by_its_message_and_by_its_violations_where_they_are_several(
    message: str, violations: tuple[Violation, ...], said: str
) -> None:
    error = FairleadError(grpc.StatusCode.UNAVAILABLE, "REASON", message, violations)

    assert ServiceFailed(error).message == said
