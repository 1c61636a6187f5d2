"""The client sends features in the form that is read fastest, and is not misled by a server that does not know it."""

from __future__ import annotations

from typing import Any

import pytest

from fairlead.client.calls import Attributes
from fairlead.client.scoring import ScoringCalls
from fairlead.v1 import scoring_pb2 as pb

MIXED: Attributes = {"age": 40, "fee": 2.5, "plan": "pro", "note": "", "vip": True, "since": None, "tags": ("a", "b")}


class Server:
    """Answers with flags, and notes what it was sent."""

    def __init__(self, *flags: pb.ScoreFlag) -> None:
        self.sent: list[pb.Customer] = []
        self.flags = list(flags)

    def call(self, _: str, request: pb.ScoreCustomerRequest, __: Any) -> pb.Score:
        self.sent.append(pb.Customer.FromString(request.customer.SerializeToString()))
        return pb.Score(flags=self.flags)


class OldServer(Server):
    """Passes over what it does not know: nothing but the Struct."""

    def call(self, _: str, request: pb.ScoreCustomerRequest, answer: Any) -> pb.Score:
        missing = [name for name in ("age", "plan") if name not in request.customer.features.fields]
        self.flags = [pb.ScoreFlag(feature=name, kind=pb.ScoreFlag.KIND_MISSING) for name in missing]
        return super().call(_, request, answer)


def calls(server: Any) -> ScoringCalls:
    return ScoringCalls(server, "tenants/acme")


def test_numbers_and_texts_are_sent_as_such_and_the_rest_in_the_struct() -> None:
    server = Server()

    calls(server).score("C-1", MIXED)

    (customer,) = server.sent
    assert dict(customer.number_features) == {"age": 40.0, "fee": 2.5}
    assert dict(customer.text_features) == {"plan": "pro", "note": ""}
    assert dict(customer.features) == {"vip": True, "since": None, "tags": ["a", "b"]}


@pytest.mark.parametrize(
    ("feature", "value"), [("plan", "NA"), ("note", ""), ("age", "40.0"), ("since", ""), ("no such feature", "")]
)
def test_what_a_server_read_and_takes_for_missing_is_not_sent_again(feature: str, value: str) -> None:
    server = Server(pb.ScoreFlag(feature=feature, kind=pb.ScoreFlag.KIND_MISSING, value=value))

    calls(server).score("C-1", MIXED)

    assert len(server.sent) == 1


def test_an_older_server_gets_all_in_a_struct_and_from_then_on_at_once() -> None:
    server = OldServer()
    client = calls(server)

    first, second = client.score("C-1", MIXED), client.score("C-2", {"age": 41.0, "plan": "pro"})

    assert [*first.flags, *second.flags] == []
    assert [len(customer.number_features) + len(customer.text_features) for customer in server.sent] == [4, 0, 0]
    assert set(server.sent[1].features.fields) == set(MIXED)
