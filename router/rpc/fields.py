"""Fields of requests that routing alone has: etags, places in a watch, views, free attributes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from google.protobuf.struct_pb2 import Struct, Value
from google.protobuf.timestamp_pb2 import Timestamp

from failures import InvalidInput, shown
from fairlead.v1.decisions_pb2 import DECISION_VIEW_FULL, DecisionView
from gateway.fields import instant, is_number, page_number, page_token
from router.wording.languages import Language, language_of

_NS_PER_MS = 1_000_000
MAX_NOTE = 512
MAX_DISPLAY_NAME = 256
START = "start"
"""Token of a watch that begins with the first change ever."""
_VIEWS = frozenset(DecisionView.values())


def etag_number(etag: str) -> int | None:
    """Read the etag of a work item or rule set, a number; None if none is given, -1 for one that never was."""
    if not etag:
        return None
    return int(etag) if is_number(etag) else -1


def resume_token(number: int) -> str:
    """Write behind which event a watch goes on."""
    return page_token(number) or START


def resume_number(token: str) -> int | None:
    """Read behind which event a watch goes on: 0 for the very first, None for whatever is the last.

    Raises
    ------
    InvalidInput
        If this server never wrote it.
    """
    if token in ("", START):
        return 0 if token else None
    try:
        return page_number(token)
    except InvalidInput:
        fault = f"{shown(token)}: must be the resume_token of an earlier change, {START!r}, or absent"
        raise InvalidInput.of("resume_token", fault) from None


def milliseconds(nanoseconds: int) -> int:
    """Return the first millisecond that is not before an instant.

    Examples
    --------
    >>> milliseconds(1_000_000), milliseconds(1_000_001)
    (1, 2)
    """
    return -(-nanoseconds // _NS_PER_MS)


def period(request: Any) -> tuple[float, float]:
    """Read the period that a request asks for, in milliseconds since 1970; all time where it names none.

    Raises
    ------
    InvalidInput
        If a date cannot say when it begins or ends, or it ends before it begins.
    """
    start = start_of(request)
    end = _milliseconds(request.end_time, "end_time") if request.HasField("end_time") else math.inf
    if start >= end:
        raise InvalidInput.of("end_time", f"{request.end_time.ToJsonString()}: must be after start_time")
    return start, end


def start_of(request: Any) -> float:
    """Read since when a request asks, in milliseconds since 1970; minus infinity where it does not say.

    Raises
    ------
    InvalidInput
        If a date cannot say it.
    """
    return _milliseconds(request.start_time, "start_time") if request.HasField("start_time") else -math.inf


def _milliseconds(stamp: Timestamp, field: str) -> int:
    instant(stamp, field)
    return milliseconds(stamp.ToNanoseconds())


class View(NamedTuple):
    """How much of a decision is to come back: whether in full, in which language, whether in words."""

    full: bool = False
    language: Language = Language.EN
    tells: bool = False


BASIC = View()


def view_of(request: Any) -> View:
    """Read how a decision is to come back.

    Raises
    ------
    InvalidInput
        If there is no such view, or no such language.
    """
    view, code = request.view, request.language_code
    if view not in _VIEWS:
        raise InvalidInput.of("view", f"{view}: must be one of {', '.join(DecisionView.keys()[1:])}")
    is_full = view == DECISION_VIEW_FULL
    return View(is_full, language_of(code), tells=True) if is_full or code else BASIC


def plain(struct: Struct) -> dict[str, Any]:
    """Turn a Struct into plain values."""
    return {name: _plain(value) for name, value in struct.fields.items()}


def _plain(value: Value) -> Any:
    match value.WhichOneof("kind"):
        case "string_value":
            return value.string_value
        case "number_value":
            return value.number_value
        case "bool_value":
            return value.bool_value
        case "list_value":
            return [_plain(entry) for entry in value.list_value.values]
        case "struct_value":
            return plain(value.struct_value)
    return None


def struct(values: Mapping[str, Any]) -> Struct:
    """Turn plain values into a Struct."""
    message = Struct()
    write_struct(message, values)
    return message


def write_struct(message: Struct, values: Mapping[str, Any]) -> None:
    """Write plain values into an empty Struct, which is there from then on, even if there are none."""
    others = dict[str, Any]()
    fields = message.fields
    for name, value in values.items():
        kind = type(value)
        if kind is str:  # most are: Struct's own way takes twice the time
            fields[name].string_value = value
        elif kind is float:
            fields[name].number_value = value
        else:
            others[name] = list(value) if kind is tuple else value
    if others or not values:
        message.SetInParent()
        message.update(others)


def write_instant(message: Timestamp, at_ms: int) -> None:
    """Write an instant, in milliseconds since 1970."""
    message.seconds, message.nanos = at_ms // 1000, at_ms % 1000 * 1_000_000
