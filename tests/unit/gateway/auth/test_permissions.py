"""The table of who may call what, beside the contract."""

from __future__ import annotations

from gateway.auth.permissions import GRANTS, Scope
from gateway.calls.call import Method
from tests.methods import METHODS


def test_the_table_names_every_method_of_the_contract_and_no_other() -> None:
    assert set(GRANTS) == set(METHODS)


OF_A_TENANT = [
    name for name, grant in GRANTS.items() if grant.scope is not Scope.OPEN and not name.startswith("grpc.reflection.")
]


def test_whose_data_a_request_is_about_can_be_read_off_it() -> None:
    known = {
        ("parent",), ("name",), ("pool",), ("rep",), ("first",), ("request", "parent"),
        ("rep", "name"), ("pool", "name"), ("territory", "name"),
        ("calendar", "name"), ("absence", "name"), ("tenant", "name"),
        ("work_item", "name"), ("subscription", "name"), ("channel", "name"), ("templates", "name"), ("source", "name"),
    }  # fmt: skip

    assert {name: place for name in OF_A_TENANT if (place := Method.of(METHODS[name]).resource) not in known} == {}


def test_only_health_is_open_to_anybody_and_what_asks_for_a_token_of_its_own() -> None:
    anybody = {name for name, grant in GRANTS.items() if grant.scope is Scope.OPEN}

    health = {"grpc.health.v1.Health/Check", "grpc.health.v1.Health/Watch"}
    assert anybody == health | {"fairlead.v1.IntakeService/IntakeLeads"}


def test_every_other_method_has_somebody_who_may_call_it() -> None:
    assert [name for name, grant in GRANTS.items() if grant.scope is not Scope.OPEN and not grant.roles] == []
