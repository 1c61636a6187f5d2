"""Which methods the contract says to have no side effects: those may be answered from a cache, and called by a link."""

from __future__ import annotations

from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions

from tests.methods import METHODS

READS_THAT_ARE_NOT_NAMED_SO = {
    "CompareModels",
    "DrawProcess",
    "FindBestAction",
    "TestProcess",
    "TestRuleSet",
    "TestSource",
    "ValidateProcess",
    "ValidateRuleSet",
    "WatchWorkItems",
}
"""Their comments say that they write nothing; ScoreCustomer remembers its answer, and tries of addresses send."""
OURS = [method for name, method in METHODS.items() if name.startswith("fairlead.")]


def _writes_nothing(method: MethodDescriptor) -> bool:
    return method.name.startswith(("Get", "List")) or method.name in READS_THAT_ARE_NOT_NAMED_SO


def test_methods_without_side_effects_are_marked_and_no_others() -> None:
    marked = [each.name for each in OURS if each.GetOptions().idempotency_level == MethodOptions.NO_SIDE_EFFECTS]

    assert marked == [method.name for method in OURS if _writes_nothing(method)]


def test_what_makes_a_request_repeatable_is_asked_of_no_method_without_side_effects() -> None:
    repeatable = {method.name for method in OURS if "request_id" in method.input_type.fields_by_name}

    assert {method.name for method in OURS if _writes_nothing(method)} & repeatable == set()
