"""Personal fields, hidden from callers whose role has no need of them: in every answer, whatever method gives it.

Which fields are personal, rule sets declare for work items, models' schemas for customers (``personal: true`` in both),
and an operator for everything else; the note beside a decision, the reason of an absence and the texts of activities
always are, for they may say anything. The values are replaced on the way out, so that a method that is added later
cannot forget to.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct, Value

from gateway.auth.principals import Role
from gateway.calls.call import Call

HIDDEN = "***"
SEERS = frozenset({Role.REP, Role.MANAGER, Role.SERVICE})
"""Roles that talk to customers, or bring their data."""
_TEXTS = {
    "display_name": "display_name",
    "rep_display_name": "display_name",
    "covered_rep_display_name": "display_name",
    "pool_display_name": "display_name",
    "external_id": "external_id",
}
"""Fields of messages that are free text about a person, and the name under which they are declared personal."""
_COMPOSED = {
    "Decision": ("explanation", "sentences"),
    "Candidate": ("sentences",),
    "Reason": ("text",),
    "Predicate": ("explanation",),
}
"""Texts of a message that are composed of its other fields, by the message's name."""
_WRITTEN: Mapping[str, Sequence[str]] = {
    "Decision": ("note",),
    "WorkItemUpdate": ("note",),
    "Approval": ("note",),
    "TimelineEntry": ("asked_note",),
    "Absence": ("reason",),
    "Activity": ("outcome", "note", "next_step", "external_id"),
    "NextDate": ("next_step",),
    "OfferAnswer": ("reason",),
    "ApprovalAnswer": ("reason",),
    "SatisfactionAnswer": ("comment",),
}
"""Texts of a message that somebody wrote, and that may say anything, by the message's name."""
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
        if not _sees_all(call):
            hide(answer, await self.hidden(call))

    async def unseen(self, call: Call) -> AbstractSet[str] | None:
        """Return the fields to hide from a call's caller, beside what always is; None: they see all."""
        return None if _sees_all(call) else await self.hidden(call)

    async def hidden(self, call: Call) -> AbstractSet[str]:
        """Return the fields that a call's caller does not see, and so may not filter by."""
        if _sees_all(call):
            return frozenset()
        return self._always | (await self._declared(call) if call.tenant else frozenset())


def _sees_all(call: Call) -> bool:
    return call.principal is None or bool(call.principal.roles & SEERS)


def hide_from(role: str, message: Message, names: AbstractSet[str]) -> None:
    """Hide in a message what a caller of a role has no need of; an empty role: of the one from which most is hidden."""
    if role not in SEERS:
        hide(message, names)


def hide(message: Any, names: AbstractSet[str]) -> bool:
    """Replace the values of fields of these names, and notes and reasons of leave, in place; say whether any showed.

    Words that were composed of what showed go with it; those that were composed once it was hidden stay.

    Examples
    --------
    >>> attributes = Struct()
    >>> attributes.update({"phone": "139 0000 0000", "region": "east"})
    >>> hide(attributes, {"phone"})
    True
    >>> dict(attributes)["phone"], dict(attributes)["region"]
    ('***', 'east')
    >>> hide(attributes, {"phone"})
    False
    """
    if isinstance(message, Struct):
        return _hide_attributes(message, names)
    kind = message.DESCRIPTOR.name
    shown = [_hide_text(message, field) for field in _quoting(message, kind, names)]
    if kind == "FieldChange" and (message.field.partition(".")[2] or message.field) in names:
        _hide_values(message, _OF_A_CHANGE)
    if "feature" in message.DESCRIPTOR.fields_by_name and message.feature in names:
        _hide_values(message, _OF_A_FEATURE)
    for field, value in message.ListFields():
        if field.message_type and not field.message_type.GetOptions().map_entry:
            shown += [hide(part, names) for part in (value if field.is_repeated else [value])]
        elif _TEXTS.get(field.name) in names or (field.name in _FAULTS and any(name in value for name in names)):
            shown.append(_hide_text(message, field.name))
    for composed in _COMPOSED.get(kind, ()) if any(shown) else ():
        _hide_composed(message, composed)
    return any(shown)


def _quoting(message: Any, kind: str, names: AbstractSet[str]) -> Sequence[str]:
    """Return the fields of a message that quote what must not show."""
    match kind:
        case "Decision" if message.severity_field in names:
            return ("note", "earlier_severity", "severity")
        case "Survey" if message.customer_field in names:
            return ("customer",)
        case "Predicate" if message.field in names:
            return ("actual", "expected")  # where they are equal, either tells
        case "Difference" if message.field.removeprefix("attributes.") in names:
            return ("stored", "sent")
        case "Reason":
            hidden = [
                quoted
                for quoted, name in (("actual", message.field), ("required", message.item_field))
                if name in names
            ]
            return ("actual", "required") if hidden and message.operator == "ne" else hidden  # they are equal then
    return _WRITTEN.get(kind, ())


def _hide_text(message: Any, field: str) -> bool:
    shows = getattr(message, field) not in ("", HIDDEN)
    if shows:
        setattr(message, field, HIDDEN)
    return shows


def _hide_composed(message: Any, field: str) -> None:
    text = getattr(message, field)
    if isinstance(text, str):
        _hide_text(message, field)
    else:
        text[:] = [HIDDEN] * len(text)


def _hide_attributes(attributes: Struct, names: AbstractSet[str]) -> bool:
    shown = [name for name in names & set(attributes.fields) if attributes.fields[name].string_value != HIDDEN]
    for name in shown:
        attributes[name] = HIDDEN
    return bool(shown)


def _hide_values(message: Any, fields: AbstractSet[str]) -> None:
    for field, value in message.ListFields():
        if field.name in fields:
            if isinstance(value, Value):
                value.string_value = HIDDEN
            else:
                setattr(message, field.name, HIDDEN)
