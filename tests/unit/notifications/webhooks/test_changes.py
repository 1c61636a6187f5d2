"""The kinds of changes are those of the contract."""

from __future__ import annotations

from fairlead.v1 import routing_pb2 as routing
from gateway.calls.masking import HIDDEN, SEERS, hide_from
from router.history.watch import is_change
from router.model.events import Fired
from router.rpc.changes import FIELDS


def test_every_kind_of_change_is_a_field_of_the_contract_and_every_field_a_kind() -> None:
    (event,) = routing.WorkItemChange.DESCRIPTOR.oneofs

    assert {field.name for field in event.fields} == set(FIELDS.values())


def test_of_timers_only_steps_of_deadlines_are_told() -> None:
    step, wake = (Fired(7, "crm~1", "due/new/contact", 1, 1, 1, 1, workforce=workforce) for workforce in (3, 0))

    assert (is_change(step), is_change(wake)) == (True, False)


def test_what_a_role_does_not_see_is_hidden_and_from_no_role_at_all_most() -> None:
    for role in ("", "operator", "data-scientist", *SEERS):
        change = routing.WorkItemChange()
        change.decision.note = "Mr Wang signs"
        hide_from(role, change, frozenset())
        assert (change.decision.note == HIDDEN) is (role not in SEERS)
