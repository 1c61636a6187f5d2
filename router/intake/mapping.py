"""What a lead becomes: the attributes of a work item, or junk, or the reasons why it is neither. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from failures import shown
from missing_words import BLANKS
from router.intake.source import Fields, JunkRule, LeadSource, MappedAttribute, Scalar, ValueType
from router.model.workitem import WorkItem

MAX_EXTERNAL_ID = 256
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
_BOOLS = {
    **dict.fromkeys(("true", "yes", "on", "1", "是"), True),
    **dict.fromkeys(("false", "no", "off", "0", "否"), False),
}
_PARTED = re.compile("[,;，、；]")


@dataclass(frozen=True, slots=True)
class Junk:
    """A lead is junk, by a field."""

    field: str


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A lead cannot be mapped, and why, one sentence per field."""

    faults: tuple[str, ...]


def mapped(source: LeadSource, fields: Fields) -> WorkItem | Junk | Unmapped:
    """Make a work item of what was sent.

    Examples
    --------
    >>> from router.model.workitem import Kind
    >>> website = LeadSource("website", attributes=(MappedAttribute("phone", "tel", required=True),))
    >>> mapped(website, {"tel": " 138 0000 0000 "}).attributes
    {'phone': '138 0000 0000'}
    >>> mapped(website, {"mail": "x"})
    Unmapped(faults=("phone: what was sent has no 'tel', and it is required",))
    """
    for rule in source.junk:
        if _is_junk(rule, fields):
            return Junk(rule.field)
    attributes: dict[str, Any] = {}
    faults = []
    for each in source.attributes:
        try:
            value = _value(each, fields)
        except ValueError as error:
            faults.append(f"{each.attribute}: {error}")
        else:
            if value is not None:
                attributes[each.attribute] = value
    external_id = ""
    if source.external_id_field:
        external_id = _text(fields.get(source.external_id_field, ""))
        if fault := _id_fault(external_id):
            faults.append(f"external_id: {fault}")
    if faults:
        return Unmapped(tuple(faults))
    return WorkItem(source.kind, source.id, external_id, attributes)


def _is_junk(rule: JunkRule, fields: Fields) -> bool:
    sent = _text(fields.get(rule.field, "")).casefold()
    return any(text.casefold() in sent for text in rule.contains) if rule.contains else bool(sent)


def _value(mapping: MappedAttribute, fields: Fields) -> Any:
    """Return what an attribute becomes; None: it is left out.

    Raises
    ------
    ValueError
        Saying what was found, and what is allowed.
    """
    sent = fields.get(mapping.field, "")
    if not _texts(sent):
        sent = mapping.default
    if not _texts(sent):
        if mapping.required:
            raise ValueError(f"what was sent has no {mapping.field!r}, and it is required")
        return None
    match mapping.type:
        case ValueType.TEXTS:
            return _texts(_PARTED.split(_text(sent)) if isinstance(sent, str | float | int) else sent)
        case ValueType.NUMBER:
            return _as_number(sent, mapping.field)
        case ValueType.BOOL:
            return _as_bool(sent, mapping.field)
        case ValueType.TEXT:
            return _text(sent)


def _texts(sent: Scalar | Sequence[Scalar]) -> list[str]:
    values = [sent] if isinstance(sent, str | float | int) else sent
    return [text for each in values if (text := _written(each))]


def _text(sent: Scalar | Sequence[Scalar]) -> str:
    return ", ".join(_texts(sent))


def _written(value: Scalar) -> str:
    """Write a value as people do: no blanks around it, no ``.0`` behind a whole number."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).strip(BLANKS)


def _as_number(sent: Scalar | Sequence[Scalar], name: str) -> float:
    if isinstance(sent, int | float) and not isinstance(sent, bool) and math.isfinite(sent):
        return float(sent)
    text = _text(sent)
    if _GROUPED.fullmatch(text):
        text = re.sub("[,，]", "", text)
    if not _NUMBER.fullmatch(text) or not math.isfinite(number := float(text)):
        raise ValueError(f"{name!r} is {shown(text)}: must be a number, as 1200, 1,200.5 or 8.5e3")
    return number


def _as_bool(sent: Scalar | Sequence[Scalar], name: str) -> bool:
    found = _BOOLS.get(_text(sent).casefold())
    if found is None:
        raise ValueError(f"{name!r} is {shown(_text(sent))}: must be one of {', '.join(_BOOLS)}")
    return found


def _id_fault(external_id: str) -> str:
    if len(external_id) > MAX_EXTERNAL_ID:
        return f"{len(external_id)} characters: at most {MAX_EXTERNAL_ID}"
    if any(ord(char) < 32 for char in external_id):
        return f"{shown(external_id)}: must not hold control characters"
    return ""
