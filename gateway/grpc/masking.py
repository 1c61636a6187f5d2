"""Personal fields, hidden from callers whose role has no need of them: in every answer, whatever method gives it.

Which fields are personal, rule sets declare for work items, models' schemas for customers (``personal: true`` in both),
and an operator for everything else; the note beside a decision always is, for it may say anything.
The values are replaced on the way out, so that a method that is added later cannot forget to.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from collections.abc import Set as AbstractSet
from typing import Any

from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct, Value

from gateway.auth.principals import Role
from gateway.grpc.call import Call

HIDDEN = "***"
SEERS = frozenset({Role.REP, Role.MANAGER, Role.SERVICE})
"""Roles that talk to customers, or bring their data."""
_TEXTS = frozenset({"display_name", "external_id"})
"""Fields of messages that are free text about a person, hidden where their own name is listed."""
_OF_A_FEATURE = frozenset({"value", "typical", "before", "after", "text"})
"""Fields of messages about one ``feature`` of a customer that tell what it is."""
_OF_A_CHANGE = frozenset({"before", "after"})
"""Fields of messages about what became of a ``field``."""
_FAULTS = frozenset({"fault"})
"""Fields that repeat what was wrong with another."""


class Masking:
    """Hides personal fields in answers.

    Parameters
    ----------
    declared
        Returns the fields that are declared personal for what a call shows, which names its tenant.
    always
        Fields that are personal whatever a rule set says.
    """

    def __init__(self, declared: Callable[[Call], Awaitable[AbstractSet[str]]], always: AbstractSet[str]) -> None:
        self._declared = declared
        self._always = always

    async def apply(self, call: Call, answer: Message) -> None:
        """Hide in an answer, which must be this call's own, what its caller has no need of."""
        if call.principal is None or call.principal.roles & SEERS:
            return
        hide(answer, self._always | (await self._declared(call) if call.tenant else frozenset()))


def hide(message: Any, names: AbstractSet[str]) -> None:
    """Replace the values of fields of these names, and the notes of decisions, in place.

    Examples
    --------
    >>> attributes = Struct()
    >>> attributes.update({"phone": "139 0000 0000", "region": "east"})
    >>> hide(attributes, {"phone"})
    >>> dict(attributes)["phone"], dict(attributes)["region"]
    ('***', 'east')
    """
    if isinstance(message, Struct):
        for name in names & set(message.fields):
            message[name] = HIDDEN
        return
    if message.DESCRIPTOR.name == "Decision" and message.note:
        message.note = HIDDEN
    if message.DESCRIPTOR.name == "Predicate" and message.field in names:
        message.actual = HIDDEN if message.actual else ""
        message.expected = HIDDEN if message.expected else ""  # where they are equal, either tells
    if message.DESCRIPTOR.name == "FieldChange" and (message.field.partition(".")[2] or message.field) in names:
        _hide_values(message, _OF_A_CHANGE)
    if "feature" in message.DESCRIPTOR.fields_by_name and message.feature in names:
        _hide_values(message, _OF_A_FEATURE)
    for field, value in message.ListFields():
        if field.message_type and not field.message_type.GetOptions().map_entry:
            for part in value if field.is_repeated else [value]:
                hide(part, names)
        elif (field.name in _TEXTS and field.name in names) or (
            field.name in _FAULTS and any(name in value for name in names)
        ):
            setattr(message, field.name, HIDDEN)


def _hide_values(message: Any, fields: AbstractSet[str]) -> None:
    for field, value in message.ListFields():
        if field.name in fields:
            if isinstance(value, Value):
                value.string_value = HIDDEN
            else:
                setattr(message, field.name, HIDDEN)
