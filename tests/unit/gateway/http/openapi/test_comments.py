"""What the OpenAPI document says of declarations is what the contract says."""

from __future__ import annotations

from gateway.http.openapi.document import comments
from tests import http_comments


def test_lines_of_a_paragraph_are_one_and_those_of_a_list_are_not() -> None:
    above = " Looks after\n [things][made.Thing].\n\n In all\n methods: - is no list.\n - but this\n - and this is.\n"

    assert http_comments.flowing(above) == (
        "Looks after things.\n\nIn all methods: - is no list.\n- but this\n- and this is."
    )


def test_declarations_of_every_sort_are_told_of() -> None:
    kept = comments()

    assert {
        "fairlead.v1.RoutingService",
        "fairlead.v1.RoutingService.RouteWorkItem",
        "fairlead.v1.Delivery",
        "fairlead.v1.Delivery.receiver",
        "fairlead.v1.Delivery.State",
        "fairlead.v1.Delivery.State.STATE_WAITING",
        "google.rpc.Status.message",
    } <= {*kept}


def test_what_is_kept_is_what_the_contract_says() -> None:
    assert comments() == http_comments.comments(), "make proto"
